/* What leaves for a spreadsheet passes here, cell by cell, and what comes back from one. Most cells are told by their
 * first byte. */
#include "cxd/base/formula.h"

#include <string.h>

/* The bytes that a cell may begin with and be a formula, or hide one: 'x' the formula's own, 'b' blanks and apostrophes
 * before it, 'w' what full-width forms begin with. */
static const char LEADS[256] = {
    ['='] = 'x',  ['+'] = 'x', ['-'] = 'x',  ['@'] = 'x',  ['\t'] = 'x',
    ['\r'] = 'x', [' '] = 'b', ['\n'] = 'x', ['\''] = 'b', [0xEF] = 'w',
};

static char lead(const char *text) {
    return LEADS[(unsigned char)*text];
}

static bool is_wide(const char *text, size_t length) {
    return length >= 3 && (memcmp(text, "＝", 3) == 0 || memcmp(text, "＋", 3) == 0 || memcmp(text, "－", 3) == 0 ||
                           memcmp(text, "＠", 3) == 0);
}

static bool is_formula(const char *text, size_t length) {
    size_t at = 0;
    while (at < length && lead(text + at) == 'b')
        at++;
    return at < length && (lead(text + at) == 'x' || (lead(text + at) == 'w' && is_wide(text + at, length - at)));
}

static size_t skip_digits(const char *text, size_t length, size_t at) {
    while (at < length && text[at] >= '0' && text[at] <= '9')
        at++;
    return at;
}

/* A negative number as JSON writes it. */
static bool is_number(const char *text, size_t length) {
    size_t end = skip_digits(text, length, 1), begin;
    if (text[0] != '-' || end == 1 || (text[1] == '0' && end > 2))
        return false;
    if (end < length && text[end] == '.') {
        begin = end + 1;
        end = skip_digits(text, length, begin);
        if (end == begin)
            return false;
    }
    if (end < length && (text[end] == 'e' || text[end] == 'E')) {
        begin = end + 1;
        begin += begin < length && (text[begin] == '-' || text[begin] == '+');
        end = skip_digits(text, length, begin);
        if (end == begin)
            return false;
    }
    return end == length;
}

bool formula_needs_guard(const char *text, size_t length) {
    return length > 0 && lead(text) && is_formula(text, length) && !is_number(text, length);
}

bool formula_has_guard(const char *cell, size_t length) {
    return length > 0 && *cell == '\'' && is_formula(cell, length);
}
