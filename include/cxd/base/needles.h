#ifndef CXD_BASE_NEEDLES_H
#define CXD_BASE_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* A list of texts, and whether one of them is in a line: one look a character however long the list is. ASCII letters
 * are the same in either case. Never changes once made: any thread may ask.
 *
 * A text is found as whole words: where it begins or ends with a letter or a digit, none stands beside it in the line
 * (what is not ASCII is a letter). A `*` at its beginning or end lets the word go on there; one within it stands for
 * letters, digits, '-', '_' and '.', as many as there are up to NEEDLE_STAR_MOST. A line that one of the texts with a
 * `!` before it is in has none. */

struct needles;

enum { NEEDLE_LEAST = 3, NEEDLE_MOST = 128, NEEDLE_STAR_MOST = 64, NEEDLES_MAX = 10000 };

/* Reads a list: one text a line, blanks around it passed over, blank lines and those that begin with '#' too.
 * ERR_CONFIG with the number of a line that is too short, too long, has two `*` within or holds a control character, or
 * for too many; ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err needles_make(const char *list, size_t length, struct needles **ret_needles,
                                        struct error *err);
void needles_free(struct needles *needles); /* takes NULL */

bool needles_match(const struct needles *needles, const char *line);

#endif
