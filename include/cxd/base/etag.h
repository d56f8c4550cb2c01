#ifndef CXD_BASE_ETAG_H
#define CXD_BASE_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/secret.h"

/* Entity tags (RFC 9110 §8.8.3), and what a request makes conditional by them (§13.1). */

enum { ETAG_SIZE = 35 }; /* two quotes, 32 hexadecimal digits, NUL */

/* A strong tag: the first half of the SHA-256 of a body, or of what was added to a run. */
void etag_make(const void *body, size_t length, char ret_tag[ETAG_SIZE]);
void etag_end(struct sha256_run *run, char ret_tag[ETAG_SIZE]);

/* What is wrong with the value of If-Match or If-None-Match, for people; NULL for "*" and for a list of at least one
 * tag. */
const char *etag_list_fault(const char *list);
/* Whether the list has the tag, or is "*": by the strong comparison of §8.8.3.2, by which no weak tag is any, or by the
 * weak one. What is no list by its end is read as far as it is one. */
bool etag_list_has(const char *list, const char *tag, bool is_strong);

/* Lists without a fault, joined where a header stands several times; NULL: not given. */
struct precondition {
    const char *if_match, *if_none_match;
};
/* The name of the header that does not hold, or NULL. The tags (none where there is no such thing, or it has none) are
 * those of every way in which it is shown to those who may change it. */
const char *precondition_broken(const struct precondition *precondition, bool is_there, const char (*tags)[ETAG_SIZE],
                                size_t count);

#endif
