#ifndef CXD_SRC_DOMAIN_RULES_H
#define CXD_SRC_DOMAIN_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* Rules of text that surveys and responses share, and the reporting of bad members. */

/* BCP 47 in its outline: letters and digits in parts of 1–8, joined by '-' or '_', 35 characters at most. */
bool rules_locale_valid(const char *text);

/* True if err holds a member at `pointer`, above it or below it: what is wrong there is known already. */
bool rules_reported(const struct error *err, const char *pointer);

/* error_add_member, unless rules_reported. */
void rules_report(struct error *err, const char *pointer, const char *format, ...) CXD_PRINTF(3, 4);

/* Reports text that is not UTF-8, has fewer than `min` (0 or 1) or more than `max` characters, or holds control
 * characters. NULL passes. */
void rules_check_text(struct error *err, const char *pointer, const char *text, size_t min, size_t max,
                      bool allow_newlines);

#endif
