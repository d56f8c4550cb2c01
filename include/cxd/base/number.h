#ifndef CXD_BASE_NUMBER_H
#define CXD_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of JSON by their text, exactly: a double has 53 bits, and says of 9.0000000000000001 that it is 9. */

/* The number is ± DIGITS · 10^exponent. */
struct number {
    bool is_negative;
    bool is_integer;    /* as it is written: without a fraction and an exponent */
    const char *digits; /* in the text: from the first that is not 0 on, perhaps with the point between them */
    size_t count;       /* up to the last that is not 0; 0: the number is 0 */
    int64_t exponent;
};

/* False where the text is no number by the grammar of JSON. */
bool number_parse(const char *text, size_t length, struct number *ret_number);
/* Leaves of a field's text the number: without blanks around it, its sign, and zeros in front. False: it is none. */
bool number_trim(const char **text, size_t *length, bool *ret_is_negative);
/* 9, 9.0, 90e-1 and 0.9e1 are. */
bool number_is_whole(const struct number *number);
/* The value of a whole number; false where it lies beyond 64 bits. */
bool number_value(const struct number *number, int64_t *ret_value);

/* The shortest decimal text of the double that is nearest, where it is the same number; else false. */
enum { NUMBER_TEXT_SIZE = 32 };
bool number_shortest(const struct number *number, char ret_text[NUMBER_TEXT_SIZE]);

#endif
