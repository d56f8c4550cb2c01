#ifndef CXD_HTTP_CLAIM_H
#define CXD_HTTP_CLAIM_H

#include "http/state.h"

/* Claims for the body of a batch, or notes down that there is no room for it. */
void claim_admit(struct http_request *request);
/* Claims, for what the body of a batch decodes to, so many bytes beside it; false, and a problem is noted down, if
 * there is no room. Then, the other way round: only what it was decoded to is left. On any thread that has the request.
 */
CXD_NODISCARD bool claim_decoding(struct http_request *request, uint64_t bytes);
void claim_decoded(struct http_request *request, uint64_t bytes);

#endif
