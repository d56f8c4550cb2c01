/* Entity tags, for replies that are asked for again and again (scores, forms). */

#include "http/etag.h"

#include <string.h>

#include "cxd/base/secret.h"

void etag_make(const void *body, size_t length, char ret_tag[ETAG_SIZE]) {
    char hex[2 * SHA256_SIZE + 1];
    sha256_hex(body, length, hex);
    ret_tag[0] = '"';
    memcpy(ret_tag + 1, hex, ETAG_SIZE - 3);
    ret_tag[ETAG_SIZE - 2] = '"';
    ret_tag[ETAG_SIZE - 1] = '\0';
}

bool etag_matches(const char *if_none_match, const char *tag) {
    size_t tag_length = strlen(tag);
    const char *next = if_none_match + strspn(if_none_match, " \t,");
    if (*next == '*')
        return next[1 + strspn(next + 1, " \t")] == '\0';
    while (*next) {
        if (strncmp(next, "W/", 2) == 0)
            next += 2;
        if (*next != '"')
            return false; /* no list of tags: as if it were not there */
        const char *close = strchr(next + 1, '"');
        if (!close)
            return false;
        if ((size_t)(close + 1 - next) == tag_length && memcmp(next, tag, tag_length) == 0)
            return true;
        next = close + 1;
        next += strspn(next, " \t,");
    }
    return false;
}
