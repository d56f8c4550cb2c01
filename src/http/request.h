#ifndef CXD_HTTP_REQUEST_H
#define CXD_HTTP_REQUEST_H

#include "http/state.h"

/* The life of a request, from its line to its end. Called on its loop. */

/* Takes what a reload has replaced: at every turn, and where a request begins, so that what was sent after a reload
 * sees it. */
void request_renew_settings(struct loop *loop);
void request_init(struct http_request *request, struct connection *connection);
void request_begin(struct http_request *request, const char *uri);
void request_reset(struct http_request *request);
void request_free(struct http_request *request);
/* Copies the header block, which a worker reads while MHD may give up the connection. Returns false without memory. */
bool request_keep_headers(struct http_request *request);
/* Gives `take` each header, until it returns MHD_NO. A value may be NULL. Any thread that has the request. */
void request_each_header(const struct http_request *request, MHD_KeyValueIterator take, void *context);
/* Counts a request that got no reply, unless its end is counted. */
void request_abandon(struct http_request *request);
/* The same for one that MHD has answered, which library_hear has counted. */
void request_hand_over(struct http_request *request);

#endif
