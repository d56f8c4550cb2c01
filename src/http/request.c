/* The request as handlers see it. It is embedded in its connection and used again for the connection's next request,
 * with its arena and buffers, so that a request in the steady state costs no malloc of ours. */

#include "http/request.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/clock.h"
#include "http/aside.h"

/* Buffers that grew above this for one large request are given back after it. */
enum { KEPT_BYTES = 64 * 1024 };

void request_init(struct http_request *request, struct connection *connection) {
    *request = (struct http_request){.connection = connection, .stage = STAGE_IDLE};
    arena_init(&request->arena);
    buffer_init(&request->body);
    buffer_init(&request->out);
}

void request_renew_settings(struct loop *loop) {
    if (settings_renew(&loop->server->settings, &loop->settings))
        deadline_bound(&loop->deadlines, loop->now_ms + loop->settings->request_timeout_ms);
}

void request_begin(struct http_request *request, const char *uri) {
    struct loop *loop = request->connection->loop;
    request->stage = STAGE_HEAD;
    request_renew_settings(loop);
    settings_release(request->settings);
    request->settings = settings_hold(loop->settings);
    request->raw_target = uri;
    request->target_text = arena_strdup(&request->arena, uri);
    request->begun_ns = loop->turn_ns;
    tally_add(&loop->traffic.begun, 1);
}

static void end(struct http_request *request, tally_count *count) {
    if (request->begun_ns == 0)
        return;
    tally_add(count, 1);
    request->begun_ns = 0;
}

void request_abandon(struct http_request *request) {
    end(request, &request->connection->loop->traffic.unanswered);
}

void request_hand_over(struct http_request *request) {
    end(request, &request->connection->loop->traffic.handed_over);
}

/* Buffers of one size, which is what doubling comes to: what is kept fits whoever asks. */
static void keep_long(struct loop *loop, struct buffer *out) {
    char *none = NULL;
    if (out->capacity == LONG_OUT_BYTES && atomic_compare_exchange_strong(&loop->long_out, &none, out->data))
        buffer_init(out);
}

static void buffer_recycle(struct buffer *buffer) {
    if (buffer->capacity > KEPT_BYTES)
        buffer_free(buffer);
    buffer_reset(buffer);
}

static void give_back(struct http_request *request) {
    budget_release(&request->connection->loop->server->batches, &request->claim);
}

void request_reset(struct http_request *request) {
    struct http_request fresh = {.connection = request->connection, .stage = STAGE_IDLE};
    settings_release(request->settings);
    arena_reset(&request->arena);
    buffer_recycle(&request->body);
    keep_long(request->connection->loop, &request->out);
    buffer_recycle(&request->out);
    give_back(request);
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
    give_back(request);
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

bool http_request_is_head(const struct http_request *request) {
    return request->is_head;
}

const char *http_path(const struct http_request *request, const char *name) {
    int at = request->path ? router_parameter(request->path, name) : -1;
    assert(at >= 0);
    return at < 0 ? "" : request->parameters[at];
}

static enum MHD_Result keep_header(void *context, enum MHD_ValueKind kind CXD_UNUSED, const char *name,
                                   const char *value) {
    struct http_request *request = context;
    struct request_header *header = &request->headers_kept[request->headers_count];
    header->name = arena_strdup(&request->arena, name);
    header->value = value ? arena_strdup(&request->arena, value) : NULL;
    bool is_kept = header->name && (header->value || !value);
    request->headers_count += is_kept;
    return is_kept ? MHD_YES : MHD_NO;
}

bool request_keep_headers(struct http_request *request) {
    struct MHD_Connection *mhd = request->connection->mhd;
    int count = MHD_get_connection_values(mhd, MHD_HEADER_KIND, NULL, NULL);
    size_t wanted = count > 0 ? (size_t)count : 0;
    request->headers_kept = arena_alloc(&request->arena, (wanted + 1) * sizeof *request->headers_kept);
    if (!request->headers_kept)
        return false;
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, keep_header, request);
    if (request->headers_count == wanted)
        return true;
    request->headers_kept = NULL;
    request->headers_count = 0;
    return false;
}

void request_each_header(const struct http_request *request, MHD_KeyValueIterator take, void *context) {
    if (request->headers_kept) {
        for (size_t i = 0; i < request->headers_count; i++)
            if (take(context, MHD_HEADER_KIND, request->headers_kept[i].name, request->headers_kept[i].value) !=
                MHD_YES)
                return;
    } else if (!request->connection->gone) {
        MHD_get_connection_values(request->connection->mhd, MHD_HEADER_KIND, take, context);
    }
}

/* Nearly always there is none, which is sooner said by the length of its name. */
static bool find_header(const struct http_request *request, const char *name, const char **ret_value) {
    for (size_t i = 0; i < request->headers_count; i++)
        if (strcasecmp(request->headers_kept[i].name, name) == 0) {
            *ret_value = request->headers_kept[i].value;
            return true;
        }
    return !request->headers_kept && !request->connection->gone &&
           MHD_lookup_connection_value_n(request->connection->mhd, MHD_HEADER_KIND, name, strlen(name), ret_value,
                                         NULL) == MHD_YES;
}

const char *http_header(const struct http_request *request, const char *name) {
    const char *value = NULL;
    return find_header(request, name, &value) ? value : NULL;
}

struct occurrences {
    const char *name;
    size_t count, bytes;
    char *list; /* NULL: they are only counted */
};

static enum MHD_Result take_occurrence(void *context, enum MHD_ValueKind kind CXD_UNUSED, const char *key,
                                       const char *value) {
    struct occurrences *occurrences = context;
    if (strcasecmp(key, occurrences->name) != 0)
        return MHD_YES;
    size_t length = value ? strlen(value) : 0;
    if (occurrences->list) {
        memcpy(occurrences->list + occurrences->bytes, value ? value : "", length);
        memcpy(occurrences->list + occurrences->bytes + length, ", ", 3);
    }
    occurrences->count++;
    occurrences->bytes += length + 2;
    return MHD_YES;
}

size_t http_header_count(const struct http_request *request, const char *name) {
    struct occurrences occurrences = {.name = name};
    request_each_header(request, take_occurrence, &occurrences);
    return occurrences.count;
}

enum cxd_err http_header_list(struct http_request *request, const char *name, const char **ret_list,
                              struct error *err) {
    struct occurrences occurrences = {.name = name};
    const char *first;
    *ret_list = NULL;
    if (!find_header(request, name, &first))
        return CXD_OK;
    request_each_header(request, take_occurrence, &occurrences);
    if (occurrences.count == 0)
        return CXD_OK;
    struct occurrences all = {.name = name, .list = arena_alloc(&request->arena, occurrences.bytes + 1)};
    if (!all.list)
        return error_set(err, ERR_NO_MEMORY, "no memory for the header %s", name);
    request_each_header(request, take_occurrence, &all);
    all.list[all.bytes - 2] = '\0'; /* the last comma */
    *ret_list = all.list;
    return CXD_OK;
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

const char *http_query_text(const struct http_request *request) {
    return request->target.query;
}

enum cxd_err http_query_named(struct http_request *request, const char *key, const char **ret_value,
                              struct error *err) {
    const char *text = request->target.query ? request->target.query : "";
    return http_query_find(text, key, &request->arena, ret_value, err);
}

void http_defer(struct http_request *request, http_handler *finish, void *context) {
    assert(!request->replied && !request->deferred && finish);
    request->finish = finish;
    request->context = context;
    request->deferred = true;
    if (request->handed_over)
        *request->handed_over = true;
    else if (request->stage != STAGE_RUNNING) /* else `finish` defers again */
        aside_await(request);
    request->handed_over = NULL;
}

void *http_deferred(const struct http_request *request) {
    return request->context;
}

void http_is_done(struct http_request *request) {
    request->done = true;
}

void http_complete(struct http_request *request) {
    aside_hand_back(request);
}

void http_alarm(struct http_request *request, int64_t after_ms) {
    struct loop *loop = request->connection->loop;
    int64_t at_ms = clock_monotonic_ms() + after_ms, set_ms = atomic_load(&loop->alarm_at_ms);
    while ((set_ms == 0 || at_ms < set_ms) && !atomic_compare_exchange_weak(&loop->alarm_at_ms, &set_ms, at_ms))
        continue;
}
