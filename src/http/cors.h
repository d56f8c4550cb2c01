#ifndef CXD_HTTP_CORS_H
#define CXD_HTTP_CORS_H

#include "http/state.h"

/* Notes the origin of the page that asks, so that it sees whatever is replied. */
void cors_note(struct http_request *request);
void cors_admit(struct http_request *request);
/* Answers a preflight that may pass, in the headers of the reply; false for any other OPTIONS. `path` is set. */
CXD_NODISCARD bool cors_preflight(struct http_request *request);

#endif
