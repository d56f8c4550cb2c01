/* Every reply leaves through reply_send, on the loop; what handlers call here only notes it down in the request, which
 * is why they may run on a worker. */

#include "http/reply.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/clock.h"
#include "cxd/base/etag.h"
#include "http/allowance.h"
#include "http/record.h"

enum { STATUS_NOT_MODIFIED = 304 };

static const char no_memory_type[] = "application/problem+json";
static const char no_memory_body[] = "{\"type\":\"/problems/no_memory\",\"title\":\"The server is out of memory\","
                                     "\"status\":503}";

/* What a page may read beside the body. With credentials a browser takes no "*" for it. */
static const char exposed_headers[] = "Retry-After, RateLimit, RateLimit-Policy, Location, ETag, Preference-Applied, "
                                      "X-Request-Id, Allow, WWW-Authenticate, Date";

void http_reply_header(struct http_request *request, const char *name, const char *value) {
    struct reply_header *header = arena_alloc(&request->arena, sizeof *header);
    char *name_copy = arena_strdup(&request->arena, name);
    char *value_copy = arena_strdup(&request->arena, value);
    if (!header || !name_copy || !value_copy) {
        request->failed = true;
        return;
    }
    *header = (struct reply_header){.name = name_copy, .value = value_copy, .next = request->headers};
    request->headers = header;
}

const char *reply_header_find(const struct http_request *request, const char *name) {
    for (const struct reply_header *header = request->headers; header; header = header->next)
        if (strcasecmp(header->name, name) == 0)
            return header->value;
    return NULL;
}

struct buffer *http_out(struct http_request *request) {
    return &request->out;
}

/* request_reset gives it back. */
struct buffer *http_out_long(struct http_request *request) {
    struct buffer *out = &request->out;
    char *kept = atomic_exchange(&request->connection->loop->long_out, NULL);
    if (kept) {
        buffer_free(out);
        out->data = kept;
        out->capacity = LONG_OUT_BYTES;
    } else if (!buffer_reserve(out, LONG_OUT_BYTES)) {
        buffer_reset(out); /* perhaps the reply is short */
    }
    return out;
}

void http_out_fixed(struct http_request *request, const void *bytes, size_t length) {
    request->fixed_out = bytes;
    request->fixed_length = length;
}

void reply_no_memory(struct http_request *request) {
    request->unsayable = request->done;
    request->headers = NULL;
    request->failed = false;
    request->tagged = false;
    http_out_fixed(request, no_memory_body, sizeof no_memory_body - 1);
    request->type = no_memory_type;
    request->status = error_status(ERR_NO_MEMORY);
    request->problem = ERR_NO_MEMORY;
    request->replied = true;
}

void http_reply(struct http_request *request, int status, const char *type) {
    assert(!request->replied);
    if (request->failed || request->out.failed) {
        reply_no_memory(request);
        return;
    }
    request->status = status;
    request->type = type;
    request->replied = true;
}

void reply_forget(struct http_request *request) {
    buffer_reset(&request->out);
    request->headers = NULL;
    request->replied = request->failed = request->tagged = request->unsayable = false;
    request->fixed_out = NULL;
    request->problem = CXD_OK;
}

void http_reply_tagged(struct http_request *request, const char *type) {
    if (request->out.failed) {
        reply_no_memory(request);
        return;
    }
    char tag[ETAG_SIZE];
    etag_make(request->out.data, request->out.length, tag);
    http_reply_with_tag(request, type, tag);
}

void http_reply_with_tag(struct http_request *request, const char *type, const char *tag) {
    const char *known = NULL;
    struct error err;
    http_reply_header(request, "ETag", tag);
    request->tagged = true;
    if (http_header_list(request, "If-None-Match", &known, &err) != CXD_OK)
        request->failed = true;
    bool same = known && etag_list_has(known, tag, false);
    http_reply(request, same ? STATUS_NOT_MODIFIED : 200, same ? NULL : type);
}

static bool add(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_allowance(const struct http_request *request, struct MHD_Response *response) {
    char state[ALLOWANCE_STATE_SIZE], policy[ALLOWANCE_POLICY_SIZE];
    if (!request->rated)
        return true;
    allowance_write_state(request->rate, &request->verdict, state);
    allowance_write_policy(request->rate, request->rate_most, policy);
    return add(response, "RateLimit-Policy", policy) && add(response, "RateLimit", state);
}

/* On a path that pages of other origins use: errors too, and what was asked without an Origin. A page that is isolated
 * (COEP) is else told that what it asked by `no-cors` has failed, when it is stored. */
static bool add_origin(const struct http_request *request, struct MHD_Response *response) {
    bool ok = true;
    if (request->origin) {
        ok = ok && add(response, "Access-Control-Allow-Origin", request->origin);
        ok = ok && add(response, "Access-Control-Allow-Credentials", "true");
        ok = ok && add(response, "Access-Control-Expose-Headers", exposed_headers);
        ok = ok && add(response, "Cross-Origin-Resource-Policy", "cross-origin");
    }
    if (request->path && request->path->cors_allow[0])
        ok = ok && add(response, "Vary",
                       request->method == HTTP_OPTIONS
                           ? "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
                           : "Origin");
    return ok;
}

/* Newest first is the order in which MHD puts them in front; the order among different names means nothing. */
static bool add_headers(struct http_request *request, struct MHD_Response *response) {
    bool ok = true;
    for (const struct reply_header *header = request->headers; header; header = header->next)
        ok = ok && add(response, header->name, header->value);
    if (request->type)
        ok = ok && add(response, "Content-Type", request->type);
    if (!reply_header_find(request, "Cache-Control"))
        ok = ok && add(response, "Cache-Control", request->tagged ? "no-cache" : "no-store");
    ok = ok && add(response, "X-Request-Id", request->trace.request_id);
    ok = ok && add_allowance(request, response);
    ok = ok && add_origin(request, response);
    if (request->connection->door->is_tls)
        ok = ok && add(response, "Strict-Transport-Security", "max-age=31536000");
    if (request->closing || atomic_load_explicit(&request->connection->loop->server->draining, memory_order_relaxed))
        ok = ok && add(response, "Connection", "close");
    return ok;
}

static void count_reply(struct http_request *request) {
    struct traffic *traffic = &request->connection->loop->traffic;
    traffic_answered(traffic, request->path, request->method_name, request->status,
                     clock_monotonic_ns() - request->begun_ns);
    request->begun_ns = 0;
}

static struct MHD_Response *respond_whole(struct http_request *request, size_t *ret_length) {
    const char *body = NULL;
    size_t length = 0;
    /* A 304 sends only the length, which must be that of the 200. */
    if (request->type || request->status == STATUS_NOT_MODIFIED) {
        body = request->fixed_out ? request->fixed_out : request->out.data;
        length = request->fixed_out ? request->fixed_length : request->out.length;
    }
    *ret_length = length;
    /* MHD never writes into a persistent buffer, it only has no const for it. */
    return MHD_create_response_from_buffer(length, (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
}

static bool queue_reply(struct http_request *request) {
    assert(request->replied);
    if (request->unsayable)
        return false;
    struct connection *connection = request->connection;
    struct loop *loop = connection->loop;
    size_t length = 0;
    struct MHD_Response *response = request->respond ? request->respond(request) : respond_whole(request, &length);
    if (!response)
        return false;
    bool ok = add_headers(request, response) &&
              MHD_queue_response(connection->mhd, (unsigned)request->status, response) == MHD_YES;
    MHD_destroy_response(response);
    if (!ok)
        return false;
    count_reply(request);
    request->stage = STAGE_SENDING;
    deadline_arm(&loop->deadlines, &connection->deadline, loop->now_ms + loop->settings->request_timeout_ms);
    record_reply(request, length);
    return true;
}

bool reply_send(struct http_request *request) {
    bool is_queued = queue_reply(request);
    if (!is_queued)
        record_no_reply(request, true);
    return is_queued;
}
