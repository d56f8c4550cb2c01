#ifndef CXD_BASE_UTF8_H
#define CXD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text rules shared by every parser. `text` is NUL-terminated. */

/* Whether both have the same bytes, or both are NULL. */
bool utf8_same(const char *a, const char *b);

/* The bytes of the well-formed character at `text` (1 for a NUL too), 0 if there is none. */
size_t utf8_length(const char *text);

/* The number of code points; SIZE_MAX if it is not valid UTF-8. */
size_t utf8_count(const char *text);

/* True where a control character (C0, DEL, C1) stands in valid UTF-8; `allow_newlines` lets TAB, LF and CR pass. */
bool utf8_has_control(const char *text, bool allow_newlines);

/* What a terminal, or somebody who reads a line of text, is led by instead of shown: control characters (C0, DEL, C1),
 * separators of lines, and marks that change the direction of writing. */
bool utf8_is_obeyed(uint32_t code);

/* The code point at `text`, of which `left` bytes (at least 1) are there, and its length. UTF8_BAD, of length 1, for a
 * byte that is not of valid UTF-8. */
#define UTF8_BAD UINT32_MAX
uint32_t utf8_decode(const char *text, size_t left, size_t *ret_length);

/* Whether the `left` bytes (at least 1) at `text` begin with a character, and its length; else the length of what a
 * decoder puts one U+FFFD for: the longest piece that could have begun a character, or one byte (WHATWG Encoding). */
bool utf8_take(const char *text, size_t left, size_t *ret_length);

/* Copies a text of any bytes, with U+FFFD in place of each ill-formed piece and each control character other than TAB,
 * LF and CR. `out` has room for three times `length`, and one. Returns how many there were; *ret_length does not count
 * the NUL behind the copy. */
size_t utf8_mend(char *out, const char *text, size_t length, size_t *ret_length);

/* Unicode's White_Space, and what is as invisible: U+200B, U+FEFF. */
bool utf8_is_blank(uint32_t code);
/* True of the empty text too. */
bool utf8_all_blank(const char *text);

/* How long the byte order mark is that begins the bytes: 3, or 0 where there is none. */
size_t utf8_mark_length(const char *bytes, size_t length);
/* Puts '?' in place of every byte of what utf8_is_obeyed tells, or is not valid UTF-8. */
void utf8_make_plain(char *text);

/* 1–64 characters of a–z, 0–9, '-' and '_', beginning with a letter or digit. */
bool slug_valid(const char *text);

#endif
