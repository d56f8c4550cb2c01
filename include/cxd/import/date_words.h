#ifndef CXD_IMPORT_DATE_WORDS_H
#define CXD_IMPORT_DATE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Words of dates in English, German, French, Spanish, Italian, Portuguese and Dutch, whole or as they are cut short; in
 * any case, without the full stop. */

/* 1–12; 0: it is none. */
int date_words_month(const char *text, size_t length);
bool date_words_is_weekday(const char *text, size_t length);
/* "of", "de", "um": said between the parts, and of no matter. */
bool date_words_is_filling(const char *text, size_t length);
/* Minutes east of UTC of the letters of a zone that mean one offset (RFC 822's, and Europe's). */
bool date_words_zone(const char *text, size_t length, int *ret_minutes);

/* "English, German, …", for messages. */
extern const char DATE_WORDS_LANGUAGES[];

#endif
