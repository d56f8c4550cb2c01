#ifndef CXD_HTTP_TARGET_H
#define CXD_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* The request target in origin form, "/v1/surveys/a%2Fb?from=…", taken apart before anything is decoded. */

enum { TARGET_SEGMENTS_MAX = 12 };

struct target {
    size_t count; /* of segments; above TARGET_SEGMENTS_MAX: too deep for any route */
    const char *segments[TARGET_SEGMENTS_MAX]; /* decoded, valid UTF-8; "" for what stands between "//" */
    const char *query;                         /* what follows '?', raw; NULL if there is none */
};

/* Splits `text` in place. False for a target that does not begin with '/', a bad escape, a NUL, or bad UTF-8. */
bool target_parse(char *text, struct target *ret_target);

/* Decodes %XX in place (and '+' as a blank, if `plus`); false for a bad escape, a NUL or invalid UTF-8. */
bool percent_decode(char *text, bool plus);

#endif
