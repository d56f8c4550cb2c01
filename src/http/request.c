/* The request as handlers see it. It is embedded in its connection and used again for the connection's next request, with
 * its arena and buffers, so that a request in the steady state costs no malloc of ours. */

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/clock.h"
#include "http/internal.h"

/* Buffers that grew above this for one large request are given back after it. */
enum { KEPT_BYTES = 64 * 1024 };

void request_init(struct http_request *request, struct connection *connection) {
    *request = (struct http_request){.connection = connection, .stage = STAGE_IDLE};
    arena_init(&request->arena);
    buffer_init(&request->body);
    buffer_init(&request->out);
}

void request_begin(struct http_request *request, const char *uri) {
    struct loop *loop = request->connection->loop;
    request->stage = STAGE_HEAD;
    loop_take_settings(loop);
    settings_release(request->settings);
    request->settings = settings_hold(loop->settings);
    request->raw_target = uri;
    request->target_text = arena_strdup(&request->arena, uri);
    request->begun_ns = loop->turn_ns;
    tally_add(&loop->traffic.begun, 1);
}

void request_abandon(struct http_request *request) {
    if (request->begun_ns == 0)
        return;
    tally_add(&request->connection->loop->traffic.unanswered, 1);
    request->begun_ns = 0;
}

static void buffer_recycle(struct buffer *buffer) {
    if (buffer->capacity > KEPT_BYTES)
        buffer_free(buffer);
    buffer_reset(buffer);
}

void request_reset(struct http_request *request) {
    struct http_request fresh = {.connection = request->connection, .stage = STAGE_IDLE};
    settings_release(request->settings);
    arena_reset(&request->arena);
    buffer_recycle(&request->body);
    buffer_recycle(&request->out);
    fresh.arena = request->arena;
    fresh.body = request->body;
    fresh.out = request->out;
    *request = fresh;
}

void request_free(struct http_request *request) {
    settings_release(request->settings);
    arena_free(&request->arena);
    buffer_free(&request->body);
    buffer_free(&request->out);
}

void *http_app(const struct http_request *request) {
    return request->connection->loop->server->options.app;
}

const void *http_settings(const struct http_request *request) {
    return request->settings->app;
}

void *http_worker(const struct http_request *request) {
    return request->worker;
}

enum http_method http_request_method(const struct http_request *request) {
    return request->method;
}

const char *http_path(const struct http_request *request, const char *name) {
    int at = request->path ? router_parameter(request->path, name) : -1;
    assert(at >= 0);
    return at < 0 ? "" : request->parameters[at];
}

const char *http_header(const struct http_request *request, const char *name) {
    if (request->connection->gone)
        return NULL;
    return MHD_lookup_connection_value(request->connection->mhd, MHD_HEADER_KIND, name);
}

const char *http_body(const struct http_request *request, size_t *ret_length) {
    *ret_length = request->body.length;
    return request->body.data ? request->body.data : "";
}

unsigned http_lane(const struct http_request *request) {
    return request->lane;
}

struct arena *http_arena(struct http_request *request) {
    return &request->arena;
}

int64_t http_now_ms(const struct http_request *request) {
    return request->now_ms;
}

void http_set_principal(struct http_request *request, const char *principal) {
    size_t length = strnlen(principal, sizeof request->principal - 1);
    memcpy(request->principal, principal, length);
    request->principal[length] = '\0';
}

const char *http_principal(const struct http_request *request) {
    return request->principal;
}

const char *http_request_id(const struct http_request *request) {
    return request->trace.request_id;
}

struct id_source *http_ids(struct http_request *request) {
    return request->ids;
}

const struct http_query_item *http_query(const struct http_request *request, size_t *ret_count) {
    *ret_count = request->query_count;
    return request->query;
}

bool http_has_type(const struct http_request *request, const char *type) {
    const char *value = http_header(request, "Content-Type");
    if (!value)
        return false;
    size_t length = strcspn(value, ";");
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    return length == strlen(type) && strncasecmp(value, type, length) == 0;
}

void http_defer(struct http_request *request, http_handler *finish, void *context) {
    assert(!request->replied && !request->deferred && finish);
    request->finish = finish;
    request->context = context;
    request->deferred = true;
    if (request->handed_over)
        *request->handed_over = true;
    else if (request->stage != STAGE_RUNNING) /* else `finish` defers again */
        loop_await(request->connection->loop, request);
    request->handed_over = NULL;
}

void *http_deferred(const struct http_request *request) {
    return request->context;
}

void http_is_done(struct http_request *request) {
    request->done = true;
}

void http_complete(struct http_request *request) {
    loop_ready(request->connection->loop, request);
}
