#ifndef CXD_CODEC_MIME_H
#define CXD_CODEC_MIME_H

#include <stdbool.h>
#include <stddef.h>

/* Header values such as `text/plain; charset="utf-8"`: a word, and parameters behind it. Nothing is refused: what is no
 * parameter is passed over, and a quote that is not closed ends with the value. */

/* A part of the value, as it stands there: not NUL-terminated. */
struct mime_text {
    const char *start;
    size_t length;
    bool is_quoted; /* it stood in quotes, which are not part of it; escapes are */
};

/* What is left of the value. */
struct mime {
    const char *at, *end;
};

/* Begins, and gives the word in front. */
struct mime mime_open(const char *value, size_t length, struct mime_text *ret_word);
/* The next parameter; false at the end. */
bool mime_next(struct mime *mime, struct mime_text *ret_name, struct mime_text *ret_value);

/* Without regard to case. */
bool mime_is(const struct mime_text *text, const char *word);
/* Whether `charset` is one in which UTF-8, the only one that is read, may come: UTF-8 itself and its part US-ASCII. */
bool mime_is_utf8(const struct mime_text *charset);

#endif
