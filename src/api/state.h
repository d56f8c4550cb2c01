#ifndef CXD_API_STATE_H
#define CXD_API_STATE_H

#include "cxd/catalog/catalog.h"
#include "cxd/http/http.h"

/* One state of the store, and the surveys as they are in it: what a request reads in between is of one moment. */
struct state {
    struct store_reader *reader; /* the worker's; store_reader_begin has been called */
    const struct snapshot *snapshot;
};
/* On a worker. ERR_QUEUE_FULL where surveys or keys are changed faster than they can be read; else the store's errors.
 * Where it succeeds it has its state_end. */
CXD_NODISCARD enum cxd_err state_begin(struct http_request *request, struct state *ret_state, struct error *err);
void state_end(const struct state *state);

#endif
