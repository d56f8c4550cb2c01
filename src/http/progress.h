#ifndef CXD_HTTP_PROGRESS_H
#define CXD_HTTP_PROGRESS_H

#include "http/state.h"

/* What has come and gone on a connection so far, in bytes, as far as is known. On its loop. */
uint64_t progress_moved_bytes(struct connection *connection);

#endif
