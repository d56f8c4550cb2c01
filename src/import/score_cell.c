/* Scores as other programs write them. What could be meant in two ways is bad, and is never guessed. */

#include "cxd/import/score_cell.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/compiler.h"
#include "cxd/import/date_words.h"
#include "cxd/import/text_cell.h"

/* What may stand between a score and its words. */
static const char *const SEPARATORS[] = {"-", "\xE2\x80\x93", "\xE2\x80\x94", ":", ".", "=", ")", "(", "|", ",", ";"};

struct number {
    int64_t whole; /* cut at a million */
    bool is_negative;
    bool has_fraction, is_fraction; /* digits behind a separator; other than zeros */
    bool is_grouped;                /* more than one separator */
    size_t length;                  /* of its text */
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static struct number read_number(const char *text, size_t length) {
    struct number number = {.whole = 0};
    size_t at = 0;

    if (at < length && (text[at] == '-' || text[at] == '+'))
        number.is_negative = text[at++] == '-';
    while (at < length && is_digit(text[at])) {
        number.whole = number.whole < 1000000 ? number.whole * 10 + (text[at] - '0') : number.whole;
        at++;
    }
    for (int groups = 0; at + 1 < length && (text[at] == '.' || text[at] == ',') && is_digit(text[at + 1]); groups++) {
        number.has_fraction = true;
        number.is_grouped = groups > 0;
        for (at++; at < length && is_digit(text[at]); at++)
            number.is_fraction = number.is_fraction || text[at] != '0';
    }
    number.length = at;
    return number;
}

static enum score_cell judge(const struct number *number, int scale_min, int scale_max, int *ret_score,
                             char why[CELL_WHY_SIZE]) {
    int64_t score = number->is_negative ? -number->whole : number->whole;

    if (number->is_grouped)
        snprintf(why, CELL_WHY_SIZE, "has more than one separator: it is not told what number is meant");
    else if (number->is_fraction)
        snprintf(why, CELL_WHY_SIZE, "is a fraction, or has a separator of thousands: a score is a whole number");
    else if (score < scale_min || score > scale_max)
        snprintf(why, CELL_WHY_SIZE, "is not on the survey's scale, %d to %d", scale_min, scale_max);
    else {
        *ret_score = (int)score;
        return SCORE_CELL_GIVEN;
    }
    return SCORE_CELL_BAD;
}

static bool has_digit(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (is_digit(text[i]))
            return true;
    return false;
}

/* The length of the separator that the text begins with; 0: none. */
static size_t separator_length(const char *text, size_t length) {
    for (size_t i = 0; i < CXD_COUNT(SEPARATORS); i++) {
        size_t wide = strlen(SEPARATORS[i]);

        if (wide <= length && memcmp(SEPARATORS[i], text, wide) == 0)
            return wide;
    }
    return 0;
}

static bool ends_in_separator(const char *text, size_t length) {
    for (size_t i = 0; i < CXD_COUNT(SEPARATORS); i++) {
        size_t wide = strlen(SEPARATORS[i]);

        if (wide <= length && memcmp(SEPARATORS[i], text + length - wide, wide) == 0)
            return true;
    }
    return false;
}

/* "/10", "of 10", "out of 10" behind a number: where the scale ends. */
static bool reads_end(const char *text, size_t length, struct number *ret_end) {
    static const char *const WORDS[] = {"/", "out of ", "of "};

    for (size_t i = 0; i < CXD_COUNT(WORDS); i++) {
        size_t wide = strlen(WORDS[i]);

        if (wide >= length || strncasecmp(WORDS[i], text, wide) != 0)
            continue;
        const char *rest = text + wide;
        size_t left = length - wide;
        text_cell_trim(&rest, &left);
        *ret_end = read_number(rest, left);
        return left > 0 && is_digit(*rest) && ret_end->length == left;
    }
    return false;
}

/* What follows a number at the begin is a separator and words, or words; "10-Sep" is what a spreadsheet makes of 9-10.
 */
static bool are_words(const char *text, size_t length) {
    size_t separator = separator_length(text, length);

    if (has_digit(text, length) || (separator == 0 && *text != ' '))
        return false;
    text += separator;
    length -= separator;
    text_cell_trim(&text, &length);
    return date_words_month(text, length) == 0;
}

/* Where digits begin that stand at the end, behind words; `length`: nowhere. */
static size_t find_last(const char *text, size_t length) {
    size_t at = 0, before;

    while (at < length && !is_digit(text[at]))
        at++;
    before = at;
    while (before > 0 && text[before - 1] == ' ')
        before--;
    return at < length && before > 0 && (before < at || ends_in_separator(text, before)) ? at : length;
}

static enum score_cell bad(char why[CELL_WHY_SIZE], const char *text) {
    snprintf(why, CELL_WHY_SIZE, "%s", text);
    return SCORE_CELL_BAD;
}

enum score_cell score_cell_read(const char *text, size_t length, int scale_min, int scale_max, int *ret_score,
                                char why[CELL_WHY_SIZE]) {
    struct number number, end;
    size_t at;

    if (text_cell_is_nothing(text, length))
        return SCORE_CELL_BLANK;
    text_cell_trim(&text, &length);
    if (length > 2 && text[0] == '(' && text[length - 1] == ')') {
        text++;
        length -= 2;
    }
    if (!has_digit(text, length))
        return bad(why, "holds no number");
    number = read_number(text, length);
    if (number.length == length && has_digit(text, number.length))
        return judge(&number, scale_min, scale_max, ret_score, why);
    if (number.length > 0 && is_digit(text[number.length - 1])) {
        const char *rest = text + number.length;
        size_t left = length - number.length;

        if (are_words(rest, left))
            return judge(&number, scale_min, scale_max, ret_score, why);
        text_cell_trim(&rest, &left);
        if (!reads_end(rest, left, &end))
            return bad(why,
                       has_digit(rest, left) ? "holds more than one number" : "is no number alone, nor one and words");
        if (!end.has_fraction && end.whole == scale_max)
            return judge(&number, scale_min, scale_max, ret_score, why);
        snprintf(why, CELL_WHY_SIZE, "is of %lld, and the survey's scale ends at %d", (long long)end.whole, scale_max);
        return SCORE_CELL_BAD;
    }
    at = find_last(text, length);
    number = read_number(text + at, length - at);
    at += number.length;
    while (at < length && (text[at] == ')' || text[at] == ' '))
        at++;
    if (number.length == 0 || at < length)
        return bad(why, has_digit(text + at, length - at) && number.length > 0
                            ? "holds more than one number"
                            : "is no number alone, nor one and words");
    return judge(&number, scale_min, scale_max, ret_score, why);
}
