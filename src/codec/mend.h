#ifndef CXD_CODEC_MEND_H
#define CXD_CODEC_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"

/* What stands in a string for a character that is none. No text may have it, so each member's own rule says what
 * becomes of it. */
#define MEND_NONE '\x7F'

/* Makes of any bytes a text that says the same in JSON that the library can read, as far as it was JSON but for
 * characters and numbers:
 *   - in strings, what is no character (\u0000, half of a surrogate pair, each ill-formed piece of UTF-8, an escape
 *     that is cut off by the string's end) and control characters as they are become MEND_NONE each; line ends and tabs
 *     become their escapes;
 *   - a whole number is written as one (9.0 and 90e-1 as 9), and as ±1e19 what is larger than the library reads;
 *   - of numbers under /properties, which are kept as text, what is no integer of 64 bits becomes that text: the
 *     shortest of the double, or, where that is another number, as it was sent.
 * Nothing is appended where there is nothing to change. At most 6 times the bytes. */
void mend_text(const char *bytes, size_t length, struct buffer *out);

/* Where in the bytes that stood which is at `position` of what mend_text made of them. */
size_t mend_origin(const char *bytes, size_t length, size_t position);

#endif
