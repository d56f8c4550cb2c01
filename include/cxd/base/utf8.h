#ifndef CXD_BASE_UTF8_H
#define CXD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Text rules shared by every parser. `text` is NUL-terminated. */

/* The bytes of the well-formed character at `text` (1 for a NUL too), 0 if there is none. */
size_t utf8_length(const char *text);

/* The number of code points; SIZE_MAX if it is not valid UTF-8. */
size_t utf8_count(const char *text);

/* True where a control character (C0, DEL, C1) stands in valid UTF-8; `allow_newlines` lets TAB, LF and CR pass. */
bool utf8_has_control(const char *text, bool allow_newlines);

/* 1–64 characters of a–z, 0–9, '-' and '_', beginning with a letter or digit. */
bool slug_valid(const char *text);

#endif
