#ifndef CXD_SRC_CMD_FIT_H
#define CXD_SRC_CMD_FIT_H

#include "cmd/output.h"

/* Widths of lines that may hold our own attributes, and where they are broken. */

enum { FIT_COLUMNS_LEAST = 20 }; /* narrower ones are left to the terminal */

size_t fit_width(const char *text, size_t length);
/* How many bytes of it take no more than `columns`. */
size_t fit_length(const char *text, size_t length, size_t columns);
/* How many bytes of it go on a line, up to a blank; *ret_next: where the next line begins. A word that is longer is
 * split (`splits`), or kept whole and too long. */
size_t fit_break(const char *text, size_t length, size_t columns, bool splits, size_t *ret_next);
/* Breaks the lines of a text that are wider than the screen, where the screen has an end. */
void fit_lines(const struct screen *screen, struct buffer *text);

#endif
