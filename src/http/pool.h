#ifndef CXD_HTTP_POOL_H
#define CXD_HTTP_POOL_H

#include "http/state.h"

/* Workers for requests that may block. */

CXD_NODISCARD enum cxd_err pool_start(struct http_server *server, struct pool **ret_pool, struct error *err);
/* Whether it is likely to be answered at once, and may be left waiting without its connection. */
bool pool_is_prompt(const struct pool *pool, const struct http_request *request);
/* To the workers that its route says. */
void pool_submit(struct pool *pool, struct http_request *request);
/* The worst of the workers': heartbeat_ask. */
int64_t pool_ask(struct pool *pool, int64_t now_ms);
/* From now on queued requests are refused, not run. */
void pool_refuse(struct pool *pool);
/* Ends the workers. The pool may be asked until it is freed: others watch the server while it stops. */
void pool_stop(struct pool *pool);
void pool_free(struct pool *pool);

#endif
