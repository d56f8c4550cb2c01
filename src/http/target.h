#ifndef CXD_HTTP_TARGET_H
#define CXD_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* The request target, taken apart before anything is decoded: in origin form ("/v1/surveys/a%2Fb?from=…"), in absolute
 * form ("http://host:80/v1/surveys?from=…"; RFC 9112 §3.2.2), or "*", the server as a whole. */

enum { TARGET_SEGMENTS_MAX = 12 };

struct target {
    bool is_server;                            /* "*", without segments; or an absolute form of an authority alone */
    const char *authority;                     /* of an absolute form, in place of the Host; else NULL */
    size_t count;                              /* of segments; above TARGET_SEGMENTS_MAX: too deep for any route */
    const char *segments[TARGET_SEGMENTS_MAX]; /* decoded, valid UTF-8; "" for what stands between "//" */
    const char *query;                         /* what follows '?', raw; NULL if there is none */
};

/* The authority of an absolute form of http or https, and its length, which may be 0; NULL for any other text. */
const char *target_authority(const char *text, size_t *ret_length);

/* Splits `text` in place. False for what is none of the three forms, a bad escape, a NUL, or bad UTF-8. No path is "/".
 * What an authority may be is the guard's to say. */
bool target_parse(char *text, struct target *ret_target);

/* Decodes %XX in place (and '+' as a blank, if `plus`); false for a bad escape, a NUL or invalid UTF-8. */
bool percent_decode(char *text, bool plus);

#endif
