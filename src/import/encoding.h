#ifndef CXD_IMPORT_ENCODING_H
#define CXD_IMPORT_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/import/table.h"

/* What a file begins with says of its encoding: by a byte order mark, of *ret_mark bytes, or by where its zeros stand
 * (UTF-16 without one). TABLE_ENCODING_GUESS where it says nothing. */
enum table_encoding encoding_sniff(const char *bytes, size_t length, size_t *ret_mark);

/* How many bytes are ASCII. */
size_t encoding_ascii_length(const char *bytes, size_t length);
/* Whether a text of which the first byte is not ASCII is UTF-8, or else Windows-1252: by what follows, of which
 * `is_all` says that it goes to the end. A little that is wrong in a text of UTF-8 does not make it another. */
enum table_encoding encoding_choose(const char *bytes, size_t length, bool is_all);
/* Whether less than a character of UTF-8 is left, so far without a fault. */
bool encoding_is_part(const char *bytes, size_t length);
/* How many bytes are whole characters of UTF-8. */
size_t encoding_utf8_length(const char *bytes, size_t length);

/* What was made of bytes: how many were taken, and what stands where they end before all were. */
struct encoding_made {
    size_t taken, made;
    bool is_bad;  /* the next ones are none of the encoding; else they are the begin of a character, or none are left */
    uint32_t bad; /* the byte, or the unit of UTF-16 */
};

/* Room: three bytes for each two. */
struct encoding_made encoding_from_utf16(char *out, const char *bytes, size_t length, bool is_big);
/* Room: three bytes for each. `is_lax` takes the five bytes that have no character there as C1 controls. */
struct encoding_made encoding_from_1252(char *out, const char *bytes, size_t length, bool is_lax);

#endif
