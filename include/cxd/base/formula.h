#ifndef CXD_BASE_FORMULA_H
#define CXD_BASE_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

/* Texts of strangers in cells of a spreadsheet. A cell that begins with = + - @ (also full-width, and behind blanks),
 * TAB, CR or LF may be run as a formula; an apostrophe in front makes it a text. What had one that could be taken for
 * ours gets one more, so that taking one away gives back every text as it was. A plain number (-5, -1.5e3) is none. */

/* Whether a text needs an apostrophe before it stands in a cell. */
bool formula_needs_guard(const char *text, size_t length);

/* Whether a cell begins with an apostrophe that was put there: what follows it is the text. */
bool formula_has_guard(const char *cell, size_t length);

#endif
