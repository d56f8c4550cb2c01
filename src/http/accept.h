#ifndef CXD_HTTP_ACCEPT_H
#define CXD_HTTP_ACCEPT_H

#include "http/state.h"

/* Accept-Encoding and Accept (RFC 9110 §12.5). */

/* http_accepts_gzip: whether gzip is named, or else "*" is, and not with a weight of 0. Of one field: 1 named, 0 ruled
 * out, −1 not said; for its test. */
int accept_find_gzip(const char *list);
/* What a value of Accept weighs a media type with, in thousandths: by the range that names it most exactly, 0 where
 * none does; for its test. */
int accept_weigh(const char *list, const char *type);

#endif
