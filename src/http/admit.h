#ifndef CXD_HTTP_ADMIT_H
#define CXD_HTTP_ADMIT_H

#include "http/state.h"

/* Decides all that can be decided from the header block. Notes down a refusal; of one that is noted down already, finds
 * out which call it is of. */
void admit_request(struct http_request *request);

#endif
