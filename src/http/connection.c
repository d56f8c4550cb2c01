/* libmicrohttpd's callbacks, in the order in which a request meets them: connection, request line, header block, body,
 * end of body, completed. */

#include "http/connection.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cxd/base/clock.h"
#include "http/admit.h"
#include "http/aside.h"
#include "http/coding.h"
#include "http/library.h"
#include "http/limits.h"
#include "http/pool.h"
#include "http/record.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/stream.h"

static void arm(struct connection *connection) {
    struct loop *loop = connection->loop;
    deadline_arm(&loop->deadlines, &connection->deadline, loop->now_ms + loop->settings->request_timeout_ms);
}

static void connection_open(struct door *door, struct MHD_Connection *mhd, void **socket_context) {
    struct loop *loop = door->loop;
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    door->connections++;
    tally_add(&door->accepted, 1);
    *socket_context = NULL;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection) {
        connection->loop = loop;
        connection->mhd = mhd;
        limits_set_peer(connection);
    }
    if (!connection || !limits_enter(connection)) {
        free(connection);
        tally_add(&door->turned_away, 1);
        library_end(mhd, fd);
        return;
    }
    *socket_context = connection;
    connection->door = door;
    connection->fd = fd;
    connection->opened_ms = loop->now_ms;
    request_init(&connection->request, connection);
    arm(connection);
}

struct connection *connection_of(struct deadline *deadline) {
    return (struct connection *)(void *)((char *)deadline - offsetof(struct connection, deadline));
}

void connection_free(struct connection *connection) {
    limits_leave(connection); /* who asks and goes has not made room for another */
    stream_free(&connection->request);
    request_free(&connection->request);
    free(connection);
}

void connection_cut(struct connection *connection) {
    connection->cut = true;
    stream_reset(&connection->request);
    library_end(connection->mhd, connection->fd);
}

/* MHD does not always say that a request is over before it says so of its connection. */
static void end_request(struct http_request *request) {
    if (request->begun_ns != 0 && request->stage != STAGE_SENDING)
        record_no_reply(request, false);
    request_abandon(request);
}

void connection_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code) {
    struct door *door = cls;
    struct loop *loop = door->loop;
    loop->progress = true;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        connection_open(door, mhd, socket_context);
        return;
    }
    door->connections--;
    tally_add(&door->closed, 1);
    struct connection *connection = *socket_context;
    if (!connection)
        return;
    *socket_context = NULL;
    deadline_disarm(&loop->deadlines, &connection->deadline);
    if (connection->request.stage == STAGE_RUNNING || stream_is_held(&connection->request)) {
        stream_abandon(&connection->request);
        aside_forget(&connection->request);
        connection->gone = true; /* the loop frees it once it is handed back */
        return;
    }
    end_request(&connection->request);
    connection_free(connection);
}

void *connection_uri(void *cls, const char *uri, struct MHD_Connection *mhd) {
    (void)cls;
    struct connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    if (!connection || connection->cut)
        return NULL;
    connection->loop->progress = true;
    if (connection->used)
        arm(connection);
    connection->used = true;
    request_begin(&connection->request, uri ? uri : "");
    if (uri)
        library_hide_query(connection->loop->server, uri);
    return &connection->request;
}

static enum MHD_Result take_field(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                  const char *value, size_t value_length) {
    (void)kind;
    guard_field(cls, name, name_length, value ? value : "", value_length);
    return MHD_YES;
}

/* The request has the name that the client gives it, else one of ours. What is malformed is passed over. */
static void name_request(struct http_request *request, const struct guard *guard) {
    const struct guard_text *own = &guard->request_id, *parent = &guard->traceparent;
    if (parent->count == 1)
        (void)!trace_take_parent(&request->trace, parent->text, parent->length);
    if (own->count == 1 && trace_take_id(&request->trace, own->text, own->length))
        return;
    struct id id;
    id_make(&request->connection->loop->ids, clock_now_ms(), &id);
    id_format(request->trace.request_id, &id);
}

static const char *guard_request(struct http_request *request, const char *method, const char *version) {
    struct MHD_Connection *mhd = request->connection->mhd;
    struct guard guard;
    const char *end = NULL;
    guard_begin(&guard, method, request->target_text, version);
    if (request->connection->loop->server->check_layout) {
        guard_layout(&guard, method, request->raw_target, version);
        end = method + MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    }
    MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, take_field, &guard);
    request->facts = guard.facts;
    name_request(request, &guard);
    return guard_end(&guard, end);
}

/* A reply before the body makes MHD close the connection, and who is still sending may get a reset instead of it. So it
 * is given only where the body must not or cannot be read; one of up to batch_bytes that its route could have used is
 * dropped, piece by piece, and then answered, which keeps the connection. */
static bool must_reply_early(const struct http_request *request) {
    if (!request->replied)
        return false;
    if (request->closing)
        return true;
    if (!request->facts.has_length || request->facts.length <= request->body_limit)
        return false;
    return request->facts.expects_continue || request->facts.length > request->settings->batch_bytes;
}

/* Bytes that lie unread in a socket when it is closed turn into a reset, which can overtake the reply. Returns how many
 * there were. */
static size_t drop_unread(int fd) {
    enum { ROUNDS = 64 };
    char scratch[16 * 1024];
    size_t dropped = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        ssize_t got = recv(fd, scratch, sizeof scratch, MSG_DONTWAIT);
        if (got <= 0)
            break;
        dropped += (size_t)got;
    }
    return dropped;
}

static enum MHD_Result refuse_long(struct http_request *request, size_t header_bytes) {
    library_refuse(request->connection, strlen(request->target_text) > header_bytes);
    request->begun_ns = 0;
    limits_identify(request);
    limits_charge_dropped(request, drop_unread(request->connection->fd));
    return MHD_NO;
}

static enum MHD_Result take_head(struct http_request *request, const char *method, const char *version) {
    request->method_name = method;
    request->method = HTTP_METHOD_COUNT;
    request->is_head = strcmp(method, "HEAD") == 0;
    request->is_old = strcmp(version, "HTTP/1.0") == 0;
    request->stage = STAGE_BODY;
    if (!request->target_text) {
        name_request(request, &(struct guard){.reason = NULL});
        request->closing = true;
        reply_no_memory(request);
        return reply_send(request) ? MHD_YES : MHD_NO;
    }
    const char *reason = guard_request(request, method, version);
    size_t header_bytes = request->connection->loop->server->options.header_bytes;
    if (!library_has_room(request->connection->mhd, &request->facts, header_bytes))
        return refuse_long(request, header_bytes);
    if (reason) {
        request->closing = true;
        http_problem_code(request, ERR_MALFORMED_REQUEST, "%s", reason);
    }
    admit_request(request);
    bool is_early = must_reply_early(request);
    if (limits_admit_body(request, !is_early) || is_early) {
        request->closing = true;
        return reply_send(request) ? MHD_YES : MHD_NO;
    }
    return MHD_YES;
}

static enum MHD_Result take_body(struct http_request *request, const char *bytes, size_t length) {
    const struct http_settings *settings = request->settings;
    request->connection->left_since_ms = 0;
    request->connection->taken_bytes += length;
    bool too_large = length > request->body_limit - request->body.length;
    if (!request->replied && too_large)
        http_problem_code(request, ERR_TOO_LARGE, "The body may have %zu bytes", request->body_limit);
    if (request->replied) {
        request->body_dropped += length;
        size_t most = settings->batch_bytes > settings->body_bytes ? settings->batch_bytes : settings->body_bytes;
        return request->body_dropped > most ? MHD_NO : MHD_YES;
    }
    buffer_append(&request->body, bytes, length);
    if (request->body.failed)
        reply_no_memory(request);
    return MHD_YES;
}

/* The request is complete. */
static enum MHD_Result take_end(struct http_request *request) {
    struct loop *loop = request->connection->loop;
    request->now_ms = clock_now_ms();
    request->arrived_ms = clock_monotonic_ms();
    request->ids = &loop->ids;
    request->lane = loop->lane;
    if (!request->replied && request->body.length > 0 && !buffer_terminate(&request->body))
        reply_no_memory(request);
    if (request->replied)
        return reply_send(request) ? MHD_YES : MHD_NO;
    if (request->route->flags & HTTP_POOLED_ANY) {
        if (pool_is_prompt(loop->server->pool, request) && request_keep_headers(request))
            aside_await(request);
        else
            aside_suspend(request);
        pool_submit(loop->server->pool, request);
        return MHD_YES;
    }
    coding_handle(request);
    if (request->stage == STAGE_RUNNING) /* may be complete on another thread by now: hands off */
        return MHD_YES;
    return reply_send(request) ? MHD_YES : MHD_NO;
}

enum MHD_Result connection_access(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size, void **context) {
    (void)cls;
    (void)mhd;
    (void)url;
    struct http_request *request = *context;
    if (!request || request->connection->cut)
        return MHD_NO;
    if (request->stage == STAGE_RUNNING) { /* not yet */
        aside_look(request);
        return MHD_YES;
    }
    request->connection->loop->progress = true;
    if (request->stage == STAGE_HEAD)
        return take_head(request, method, version);
    if (request->stage != STAGE_BODY)
        return MHD_NO; /* resumed, and there was no memory for the reply */
    if (*upload_size == 0)
        return take_end(request);
    size_t length = *upload_size;
    *upload_size = 0;
    return take_body(request, upload, length);
}

void connection_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code) {
    (void)cls;
    struct http_request *request = *context;
    *context = NULL;
    if (!request)
        return;
    struct connection *connection = request->connection;
    connection->loop->progress = true;
    if (request->stage == STAGE_RUNNING || stream_is_held(request))
        return; /* the client left: connection_notify comes next */
    if (request->stage != STAGE_SENDING && library_has_replied(mhd))
        request_hand_over(request);
    end_request(request);
    if (request->closing && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        limits_charge_dropped(request, drop_unread(connection->fd));
    stream_free(request);
    request_reset(request);
    arm(connection);
}
