#ifndef CXD_API_BATCH_H
#define CXD_API_BATCH_H

#include "api/app.h"
#include "cxd/domain/import.h"

/* Reads the request's body as a batch, has its lines stored, and replies with a result a line. `into` (of the request's
 * arena): all of them belong to this import, and what becomes of each is counted there; NULL: each names its survey. On
 * a worker. */
void batch_take(struct http_request *request, const struct import_record *into);

#endif
