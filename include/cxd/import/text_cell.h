#ifndef CXD_IMPORT_TEXT_CELL_H
#define CXD_IMPORT_TEXT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/buffer.h"

/* Cells as texts. */

/* Without the blanks around it (Unicode's too): *text and *length are moved. */
void text_cell_trim(const char **text, size_t *length);

/* Nothing, or a word that other programs write for it: "n/a", "null", "-", "#N/A". */
bool text_cell_is_nothing(const char *text, size_t length);

/* A text without the blanks around it, and without the apostrophe that `has_guards` says may stand in front of a
 * formula; the cell's, or in `room` until that is written again. NULL: it says nothing, or has a word for that, unless
 * keeps_words. */
const char *text_cell_take(const char *text, size_t length, bool has_guards, bool keeps_words, struct buffer *room);

/* The bytes of the characters that are whole within the first `most`: for "%.*s". */
int text_cell_cut(const char *text, size_t length, size_t most);

/* Small letters and digits alone, so that "Submit Date (UTC)" and "submit_date_utc" are the same; of what is not ASCII,
 * capitals of Latin-1 become small. Cut at `size`. Returns the length. */
size_t text_cell_key(char *out, size_t size, const char *text, size_t length);

#endif
