/* Numbers by their text: for mend.c, which makes of every way to write a whole number the one that the library reads as
 * one, and of what no number of the library can hold a text. */
#include "cxd/base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOUBLE_DIGITS = 17, INT64_DIGITS = 19, EXPONENT_MAX = 1000000000 };

static size_t skip_digits(const char *text, size_t length, size_t at) {
    while (at < length && text[at] >= '0' && text[at] <= '9')
        at++;
    return at;
}

/* The digits of text[from … to), a point among them. */
static void find_digits(const char *text, size_t from, size_t to, struct number *number) {
    size_t digit = 0, first = SIZE_MAX, last = 0, point = SIZE_MAX;
    for (size_t at = from; at < to; at++) {
        if (text[at] == '.') {
            point = digit;
            continue;
        }
        if (text[at] != '0') {
            last = digit;
            if (first == SIZE_MAX) {
                first = digit;
                number->digits = text + at;
            }
        }
        digit++;
    }
    number->count = first == SIZE_MAX ? 0 : last - first + 1;
    number->exponent = (int64_t)(point == SIZE_MAX ? digit : point) - (int64_t)last - 1;
}

/* From behind the 'e'; further than any text is long it makes no difference. */
static bool parse_exponent(const char *text, size_t length, size_t at, int64_t *ret_exponent) {
    bool is_negative = at < length && text[at] == '-';
    int64_t exponent = 0;
    if (at < length && (text[at] == '-' || text[at] == '+'))
        at++;
    if (at == length || skip_digits(text, length, at) != length)
        return false;
    for (; at < length && exponent < EXPONENT_MAX; at++)
        exponent = exponent * 10 + (text[at] - '0');
    *ret_exponent = is_negative ? -exponent : exponent;
    return true;
}

bool number_parse(const char *text, size_t length, struct number *ret_number) {
    struct number number = {.is_negative = length > 0 && text[0] == '-', .digits = text, .is_integer = true};
    int64_t exponent = 0;
    size_t from = number.is_negative ? 1 : 0;
    size_t at = skip_digits(text, length, from);
    if (at == from || (at > from + 1 && text[from] == '0'))
        return false;
    if (at < length && text[at] == '.') {
        size_t fraction = at + 1;
        number.is_integer = false;
        at = skip_digits(text, length, fraction);
        if (at == fraction)
            return false;
    }
    size_t to = at;
    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        number.is_integer = false;
        if (!parse_exponent(text, length, at + 1, &exponent))
            return false;
    } else if (at < length) {
        return false;
    }
    find_digits(text, from, to, &number);
    number.exponent += exponent;
    *ret_number = number;
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool number_trim(const char **text, size_t *length, bool *ret_is_negative) {
    const char *at = *text, *end = at + *length;
    struct number number;
    while (at < end && is_blank(*at))
        at++;
    while (at < end && is_blank(end[-1]))
        end--;
    *ret_is_negative = at < end && *at == '-';
    at += *ret_is_negative;
    while (end - at > 1 && at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    *text = at;
    *length = (size_t)(end - at);
    return at < end && *at != '-' && number_parse(at, (size_t)(end - at), &number);
}

bool number_is_whole(const struct number *number) {
    return number->count == 0 || number->exponent >= 0;
}

bool number_value(const struct number *number, int64_t *ret_value) {
    int64_t value = 0;
    size_t zeros = number->count > 0 ? (size_t)number->exponent : 0;
    if (number->count > INT64_DIGITS || zeros > INT64_DIGITS)
        return false;
    const char *at = number->digits;
    for (size_t i = 0; i < number->count + zeros; i++) {
        int digit = 0;
        if (i < number->count) {
            at += *at == '.';
            digit = *at++ - '0';
        }
        /* Downwards, where there is one more. */
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!number->is_negative && __builtin_sub_overflow(0, value, &value))
        return false;
    *ret_value = value;
    return true;
}

static bool is_same(const struct number *a, const struct number *b) {
    if (a->count != b->count || (a->count > 0 && (a->exponent != b->exponent || a->is_negative != b->is_negative)))
        return false;
    const char *left = a->digits, *right = b->digits;
    for (size_t i = 0; i < a->count; i++, left++, right++) {
        left += *left == '.';
        right += *right == '.';
        if (*left != *right)
            return false;
    }
    return true;
}

bool number_shortest(const struct number *number, char ret_text[NUMBER_TEXT_SIZE]) {
    char exact[DOUBLE_DIGITS + 32];
    size_t length = 0;
    const char *at = number->digits;
    if (number->count > DOUBLE_DIGITS)
        return false;
    if (number->is_negative)
        exact[length++] = '-';
    for (size_t i = 0; i < number->count; i++) {
        at += *at == '.';
        exact[length++] = *at++;
    }
    if (number->count == 0)
        exact[length++] = '0';
    snprintf(exact + length, sizeof exact - length, "e%" PRId64, number->count == 0 ? 0 : number->exponent);
    double value = strtod(exact, NULL);
    for (int digits = 15; digits <= DOUBLE_DIGITS; digits++) {
        snprintf(ret_text, NUMBER_TEXT_SIZE, "%.*g", digits, value);
        if (strtod(ret_text, NULL) == value)
            break;
    }
    /* As snprintf writes it, an exponent has a '+', which JSON takes too; "inf" is none. */
    struct number again;
    return number_parse(ret_text, strlen(ret_text), &again) && is_same(number, &again);
}
