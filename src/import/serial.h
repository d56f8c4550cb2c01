#ifndef CXD_IMPORT_SERIAL_H
#define CXD_IMPORT_SERIAL_H

#include <stdbool.h>

/* Numbers of cells that are shown as dates. */

enum serial_shown { SERIAL_NUMBER, SERIAL_DATE, SERIAL_DATE_TIME, SERIAL_TIME };

/* What a number format makes of a number: "yyyy\-mm\-dd", "[$-409]h:mm AM/PM;@", "0.00". A format of elapsed hours is a
 * number. */
enum serial_shown serial_shown_by(const char *format);
/* The same of a format without a text, by its number (ECMA-376, 18.8.30, with those of East Asia). */
enum serial_shown serial_shown_by_number(unsigned long number);

enum { SERIAL_SIZE = 40 };

/* The number as a text: 2024-01-31, 2024-01-31T13:00:00 (with .123 where there are milliseconds), 13:00:00. *ret_date:
 * it has a day. Days are counted from 1900 with a 29th of February that was none, or from 1904. What is no day up to
 * 9999 is written as a number, with 15 digits at most. */
void serial_format(char out[SERIAL_SIZE], double number, enum serial_shown shown, bool is_1904, bool *ret_date);

#endif
