#ifndef CXD_HTTP_TRACE_H
#define CXD_HTTP_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"

/* The names by which a request is found again: in our log, in the client's, and in a tracing system. Pure. */

enum { TRACE_REQUEST_ID_MAX = 128, TRACE_REQUEST_ID_SIZE, TRACE_ID_SIZE = 33, TRACE_SPAN_SIZE = 17 };

struct trace {
    char request_id[TRACE_REQUEST_ID_SIZE];
    char trace_id[TRACE_ID_SIZE], span_id[TRACE_SPAN_SIZE]; /* "" where the client sent none: W3C Trace Context */
};

/* Takes an X-Request-Id of 1 to 128 letters, digits and -._~+/=: ; false, and nothing changed, for any other. */
CXD_NODISCARD bool trace_take_id(struct trace *trace, const char *value, size_t length);

/* Takes a traceparent: of version 00 exactly "00-TRACE-SPAN-FLAGS", of a later one what begins so (version ff is none).
 * Digits are lower-case, neither id is all zero. False, and nothing changed, for any other. */
CXD_NODISCARD bool trace_take_parent(struct trace *trace, const char *value, size_t length);

#endif
