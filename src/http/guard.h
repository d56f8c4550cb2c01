#ifndef CXD_HTTP_GUARD_H
#define CXD_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guard over a request's header block: refuses what two HTTP parsers could understand differently. It is fed field
 * by field and knows no libmicrohttpd. */

/* What the rest of the module wants to know of the header block. */
struct guard_facts {
    bool http_1_0;
    bool has_length, chunked, expects_continue;
    uint64_t length; /* Content-Length */
    unsigned authorizations;
    size_t record_bytes; /* of the connection's memory, which libmicrohttpd takes beside the header block itself */
};

/* A header that counts only where it is given once. Points into what the parser holds. */
struct guard_text {
    const char *text;
    size_t length;
    unsigned count;
};

struct guard {
    struct guard_facts facts;
    const char *reason; /* why the request is refused; NULL so far */
    struct guard_text request_id, traceparent;
    unsigned hosts, lengths, encodings, cookies;
    size_t target_length;
    const char *next; /* where the next field must begin; NULL: not checked */
};

/* `target` is raw, in any form of RFC 9112 §3.2 but CONNECT's; `version` "HTTP/1.1". */
void guard_begin(struct guard *guard, const char *method, const char *target, const char *version);

/* Turns on the check of how the lines lie in the receive buffer: every line must end with exactly CR LF (each made a
 * NUL by the parser), right before the next. What libmicrohttpd 0.9 passes over in silence (NUL, bare LF, folded lines,
 * blanks in the request line) breaks this. `method`, `raw_target` and `version` point into that buffer. */
void guard_layout(struct guard *guard, const char *method, const char *raw_target, const char *version);

void guard_field(struct guard *guard, const char *name, size_t name_length, const char *value, size_t value_length);

/* `end` is the end of the header block with its empty line (NULL without guard_layout). Returns NULL if the request may
 * pass, else what is wrong with it. */
const char *guard_end(struct guard *guard, const char *end);

/* Whether this is a token of RFC 9110, as names of headers are. */
bool guard_is_token(const char *text, size_t length);

#endif
