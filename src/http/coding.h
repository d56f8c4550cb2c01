#ifndef CXD_HTTP_CODING_H
#define CXD_HTTP_CODING_H

#include "http/state.h"

/* Content-Encoding: gzip is decoded, identity is none, anything else is refused. */

/* Before the body is read. */
void coding_admit(struct http_request *request);
/* Decodes the body where that is wanted, and unless that fails runs the handler. On the thread of the handler. */
void coding_handle(struct http_request *request);

#endif
