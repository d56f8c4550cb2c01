#ifndef CXD_HTTP_ETAG_H
#define CXD_HTTP_ETAG_H

#include <stdbool.h>
#include <stddef.h>

enum { ETAG_SIZE = 35 }; /* two quotes, 32 hexadecimal digits, NUL */

/* A strong tag: the first half of the SHA-256 of the body. */
void etag_make(const void *body, size_t length, char ret_tag[ETAG_SIZE]);

/* Whether an If-None-Match value (a list of tags, or "*") has `tag`, by the weak comparison of RFC 9110 §8.8.3.2. */
bool etag_matches(const char *if_none_match, const char *tag);

#endif
