#ifndef CXD_HTTP_LOOP_H
#define CXD_HTTP_LOOP_H

#include "http/state.h"

/* An event loop, one thread. */

CXD_NODISCARD enum cxd_err loop_open(struct loop *loop, struct http_server *server, unsigned limit, struct error *err);
CXD_NODISCARD enum cxd_err loop_start(struct loop *loop, struct error *err);
/* Returns false where a suspended request forbids to free the loop. */
bool loop_close(struct loop *loop);

#endif
