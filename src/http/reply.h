#ifndef CXD_HTTP_REPLY_H
#define CXD_HTTP_REPLY_H

#include "http/state.h"

/* How a reply leaves, and is taken back. */

CXD_NODISCARD bool reply_send(struct http_request *request);
/* Takes back a reply that was noted down. */
void reply_forget(struct http_request *request);
/* Notes down, without any memory, that there is none. */
void reply_no_memory(struct http_request *request);
const char *reply_header_find(const struct http_request *request, const char *name);

#endif
