#ifndef CXD_HTTP_ACCEPT_H
#define CXD_HTTP_ACCEPT_H

#include "http/state.h"

/* Accept-Encoding (RFC 9110 §12.5.3). */

/* http_accepts_gzip: whether gzip is named, or else "*" is, and not with a weight of 0. Of one field: 1 named, 0 ruled
 * out, −1 not said; for its test. */
int accept_find_gzip(const char *list);

#endif
