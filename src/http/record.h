#ifndef CXD_HTTP_RECORD_H
#define CXD_HTTP_RECORD_H

#include "http/state.h"

/* The log's records of a request. `bytes` is the length of the reply's body. */
void record_reply(const struct http_request *request, size_t bytes);
/* `is_fault`: ours; otherwise the client has left. */
void record_no_reply(const struct http_request *request, bool is_fault);
/* What MHD has answered by itself. */
void record_library_reply(int status);

/* A streamed reply has ended, after so many bytes of its body. */
void record_stream(const struct http_request *request, uint64_t bytes, bool is_whole);

#endif
