/* A reply that is as long as it turns out to be. A writer, on another thread, fills a bounded buffer; the loop hands
 * what is in it to MHD, and suspends the connection while there is nothing, for MHD asks again and again else. Between
 * the two there is one lock, and the loop's list of requests that are handed back: the writer puts its request there
 * once, however much it has to tell, until the loop has looked.
 *
 * The writer has the request until it closes the stream. A client that leaves before ends the connection, and the
 * request stays, as a deferred one does. */

#include "http/stream.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cxd/base/clock.h"
#include "http/accept.h"
#include "http/aside.h"
#include "http/deflate.h"
#include "http/library.h"
#include "http/record.h"
#include "http/reply.h"

enum {
    STATUS_OK = 200,
    BLOCK_BYTES = 32 * 1024, /* that MHD has for a piece of the body */
    LASTING_BLOCK_BYTES = 4 * 1024,
    LASTING_BYTES = 32 * 1024, /* of the kernel's, for one that lasts */
    LOOK_MS = 500              /* so often a writer that waits shows that it is no stuck one */
};

struct trailer {
    const char *name, *value;
    struct trailer *next;
};

struct http_stream {
    struct http_request *request;
    struct loop *loop;
    struct heartbeat *beat; /* the worker's; NULL: not on one */
    struct deflater *deflater;
    struct trailer *trailers; /* of the request's arena; set before it is closed */
    bool is_head;             /* nobody wants the body */
    bool is_lasting;
    struct MHD_Response *response;
    /* The loop's. */
    bool begun, settled, failed;
    bool is_ended; /* MHD has all of the body, and the kernel what was before */
    uint64_t sent_bytes;
    /* Between the two. */
    pthread_mutex_t lock;
    pthread_cond_t room;
    char *ring;
    size_t size, at, used;
    bool signalled; /* in the loop's list */
    bool starved;   /* the connection is suspended for want of bytes */
    bool stuffed;   /* the writer waits for room */
    bool closed, fails;
    atomic_bool gone;
};

static struct stream_counts *counts_of(const struct http_stream *stream) {
    return &stream->loop->server->streams;
}

static size_t memory_of(const struct http_stream *stream) {
    return sizeof *stream + stream->size + (stream->deflater ? DEFLATER_BYTES : 0);
}

/* With the lock. */
static void signal_loop(struct http_stream *stream) {
    if (stream->signalled)
        return;
    stream->signalled = true;
    aside_hand_back(stream->request);
    if (!stream->is_lasting)
        aside_wake(stream->loop);
}

static void init_room(pthread_cond_t *room) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(room, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void destroy(struct http_stream *stream) {
    pthread_cond_destroy(&stream->room);
    pthread_mutex_destroy(&stream->lock);
    deflater_free(stream->deflater);
    free(stream->ring);
    free(stream);
}

static struct http_stream *make(struct http_request *request, const struct http_stream_form *form, bool is_gzip) {
    struct http_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->request = request;
    stream->loop = request->connection->loop;
    stream->beat = request->beat;
    stream->is_head = request->is_head;
    stream->is_lasting = form->is_lasting;
    atomic_init(&stream->gone, stream->is_head);
    stream->size = form->buffer_bytes;
    stream->ring = malloc(stream->size);
    pthread_mutex_init(&stream->lock, NULL);
    init_room(&stream->room);
    if (is_gzip)
        stream->deflater = deflater_make();
    if (stream->ring && (!is_gzip || stream->deflater))
        return stream;
    destroy(stream);
    return NULL;
}

static void note_headers(struct http_request *request, const struct http_stream_form *form, bool is_gzip) {
    if (is_gzip)
        http_reply_header(request, "Content-Encoding", "gzip");
    if (form->may_gzip)
        http_reply_header(request, "Vary", "Accept-Encoding");
    if (form->trailers)
        http_reply_header(request, "Trailer", form->trailers);
}

/* A client that stops reading holds what was on its way to it, which the kernel makes room for by megabytes. A Unix
 * socket has no TCP_USER_TIMEOUT, and needs none. */
static void settle_lasting(const struct http_request *request) {
    const struct connection *connection = request->connection;
    int bytes = LASTING_BYTES;
    unsigned ms = (unsigned)request->settings->request_timeout_ms;
    (void)setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

/* The loop's side. */

static size_t take(struct http_stream *stream, char *buffer, size_t most) {
    size_t length = stream->used < most ? stream->used : most;
    size_t first = length < stream->size - stream->at ? length : stream->size - stream->at;
    memcpy(buffer, stream->ring + stream->at, first);
    memcpy(buffer + first, stream->ring, length - first);
    stream->used -= length;
    stream->at = stream->used == 0 ? 0 : (stream->at + length) % stream->size;
    return length;
}

/* An old client takes any end of the connection for that of the body, but a reset. While its body is under way, that is
 * what the kernel makes of a close, whoever closes: also where this process is killed. What it has not sent by then it
 * drops, so the good end has to take that back. */
static void set_resets(const struct http_stream *stream, bool resets) {
    struct linger linger = {.l_onoff = resets};
    if (stream->request->is_old && !stream->is_head)
        (void)setsockopt(stream->request->connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Before the connection is shut, which is an end like the good one. */
void stream_reset(struct http_request *request) {
    const struct http_stream *stream = request->stream;
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (stream && request->is_old && !stream->is_head && !stream->is_ended)
        (void)connect(request->connection->fd, &nowhere, sizeof nowhere);
}

/* MHD sees to a connection that failed here no more, so its end is ours. */
static ssize_t cut_body(struct http_stream *stream) {
    struct connection *connection = stream->request->connection;
    stream_reset(stream->request);
    library_end(connection->mhd, connection->fd);
    connection->cut = true;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t end_body(struct http_stream *stream) {
    if (stream->failed)
        return cut_body(stream);
    for (const struct trailer *trailer = stream->trailers; trailer; trailer = trailer->next)
        if (MHD_add_response_footer(stream->response, trailer->name, trailer->value) != MHD_YES)
            return cut_body(stream);
    stream->is_ended = true;
    set_resets(stream, false);
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t read_body(void *cls, uint64_t position CXD_UNUSED, char *buffer, size_t most) {
    struct http_stream *stream = cls;
    struct connection *connection = stream->request->connection;
    ssize_t result = 0;
    pthread_mutex_lock(&stream->lock);
    if (atomic_load(&stream->gone))
        result = cut_body(stream);
    else if (stream->used > 0)
        result = (ssize_t)take(stream, buffer, most);
    else if (stream->settled)
        result = end_body(stream);
    else
        stream->starved = true;
    if (stream->stuffed && stream->used <= stream->size / 2)
        pthread_cond_signal(&stream->room);
    pthread_mutex_unlock(&stream->lock);
    connection->loop->progress = true;
    if (result > 0) {
        stream->sent_bytes += (uint64_t)result;
        connection->sent_bytes += (uint64_t)result;
        atomic_fetch_add_explicit(&counts_of(stream)->bytes, (uint64_t)result, memory_order_relaxed);
    } else if (result == 0) {
        deadline_disarm(&connection->loop->deadlines, &connection->deadline); /* it is ours to get on */
        MHD_suspend_connection(connection->mhd);
        stream->request->suspended = true;
    }
    return result;
}

/* What MHD reads the body from; NULL: no memory. */
static struct MHD_Response *respond(struct http_request *request) {
    struct http_stream *stream = request->stream;
    size_t block = stream->is_lasting ? LASTING_BLOCK_BYTES : BLOCK_BYTES;
    stream->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block, read_body, stream, NULL);
    /* To HEAD MHD (0.9.75) would send a last chunk, which is none of its reply; this way it closes the connection. */
    if (stream->response && stream->is_head &&
        MHD_set_response_options(stream->response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) != MHD_YES) {
        MHD_destroy_response(stream->response);
        stream->response = NULL;
    }
    set_resets(stream, true);
    return stream->response;
}

enum cxd_err http_stream_open(struct http_request *request, const struct http_stream_form *form,
                              struct http_stream **ret_stream, struct error *err) {
    assert(!request->replied && !request->deferred && !request->stream && form->buffer_bytes > 0);
    bool is_gzip = form->may_gzip && http_accepts_gzip(request);
    struct http_stream *stream = make(request, form, is_gzip);
    if (!stream || request->failed || request->out.failed) {
        if (stream)
            destroy(stream);
        return error_set(err, ERR_NO_MEMORY, "no memory to stream a reply");
    }
    note_headers(request, form, is_gzip); /* of no other reply */
    if (form->is_lasting)
        settle_lasting(request);
    struct stream_counts *counts = counts_of(stream);
    atomic_fetch_add(&counts->begun, 1);
    atomic_fetch_add(&counts->open, 1);
    atomic_fetch_add(&counts->memory, memory_of(stream));
    request->stream = stream;
    request->respond = respond;
    http_reply(request, STATUS_OK, form->type);
    assert(!request->handed_over || (request->route->flags & HTTP_POOLED_EXPORT)); /* others are not suspended */
    if (request->handed_over)
        *request->handed_over = true;
    else
        aside_suspend(request);
    request->handed_over = NULL;
    *ret_stream = stream;
    pthread_mutex_lock(&stream->lock);
    signal_loop(stream);
    pthread_mutex_unlock(&stream->lock);
    return CXD_OK;
}

/* The writer's side. */

static void put(struct http_stream *stream, const char *bytes, size_t length) {
    size_t end = (stream->at + stream->used) % stream->size;
    size_t first = length < stream->size - end ? length : stream->size - end;
    memcpy(stream->ring + end, bytes, first);
    memcpy(stream->ring, bytes + first, length - first);
    stream->used += length;
}

/* Once there is enough to be worth a turn of the loop, or no more to come for now. */
static void feed(struct http_stream *stream, bool is_all) {
    if (stream->starved && stream->used > 0 && (is_all || stream->used >= stream->size / 4))
        signal_loop(stream);
}

/* With the lock; until there are `bytes` of room, or nobody reads. */
static void await_room(struct http_stream *stream, size_t bytes) {
    while (!atomic_load(&stream->gone) && stream->size - stream->used < bytes) {
        struct timespec until;
        feed(stream, true);
        stream->stuffed = true;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        heartbeat_answer(stream->beat);
        pthread_cond_timedwait(&stream->room, &stream->lock, &until);
    }
    stream->stuffed = false;
}

static bool write_plain(void *context, const char *bytes, size_t length) {
    struct http_stream *stream = context;
    pthread_mutex_lock(&stream->lock);
    while (length > 0) {
        await_room(stream, 1);
        if (atomic_load(&stream->gone))
            break;
        size_t room = stream->size - stream->used, piece = length < room ? length : room;
        put(stream, bytes, piece);
        bytes += piece;
        length -= piece;
        feed(stream, false);
    }
    pthread_mutex_unlock(&stream->lock);
    heartbeat_answer(stream->beat);
    return length == 0;
}

enum http_written http_stream_write(struct http_stream *stream, const char *bytes, size_t length) {
    bool ok = !atomic_load(&stream->gone);
    if (ok && stream->deflater)
        ok = deflater_write(stream->deflater, bytes, length, write_plain, stream);
    else if (ok)
        ok = write_plain(stream, bytes, length);
    return ok ? HTTP_WRITTEN : HTTP_GONE;
}

enum http_written http_stream_try(struct http_stream *stream, const char *bytes, size_t length) {
    assert(!stream->deflater);
    enum http_written result = HTTP_GONE;
    pthread_mutex_lock(&stream->lock);
    if (!atomic_load(&stream->gone)) {
        result = length <= stream->size - stream->used ? HTTP_WRITTEN : HTTP_FULL;
        if (result == HTTP_WRITTEN)
            put(stream, bytes, length);
        feed(stream, true);
    }
    pthread_mutex_unlock(&stream->lock);
    return result;
}

size_t http_stream_room(struct http_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    size_t room = atomic_load(&stream->gone) ? 0 : stream->size - stream->used;
    pthread_mutex_unlock(&stream->lock);
    return room;
}

void http_stream_flush(struct http_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    feed(stream, true);
    pthread_mutex_unlock(&stream->lock);
}

bool http_stream_is_ending(const struct http_stream *stream) {
    return atomic_load_explicit(&stream->gone, memory_order_relaxed) ||
           atomic_load_explicit(&stream->loop->server->draining, memory_order_relaxed);
}

bool http_stream_is_gone(const struct http_stream *stream) {
    return atomic_load_explicit(&stream->gone, memory_order_relaxed);
}

void http_stream_trailer(struct http_stream *stream, const char *name, const char *value) {
    struct arena *arena = &stream->request->arena;
    struct trailer *trailer = arena_alloc(arena, sizeof *trailer);
    char *name_copy = arena_strdup(arena, name), *value_copy = arena_strdup(arena, value);
    if (!trailer || !name_copy || !value_copy) {
        stream->fails = true; /* better cut than without what it promised */
        return;
    }
    *trailer = (struct trailer){name_copy, value_copy, stream->trailers};
    stream->trailers = trailer;
}

static void close_stream(struct http_stream *stream, bool is_whole, bool waits) {
    if (is_whole && stream->deflater && !atomic_load(&stream->gone))
        is_whole = deflater_end(stream->deflater, write_plain, stream);
    pthread_mutex_lock(&stream->lock);
    stream->fails = stream->fails || !is_whole;
    if (waits && !stream->fails)
        await_room(stream, stream->size);
    stream->closed = true;
    signal_loop(stream);
    pthread_mutex_unlock(&stream->lock); /* the loop frees it */
}

void http_stream_close(struct http_stream *stream) {
    close_stream(stream, true, stream->beat != NULL);
}

void http_stream_fail(struct http_stream *stream) {
    close_stream(stream, false, false);
}

static void enter(struct http_request *request) {
    struct loop *loop = request->connection->loop;
    request->stream_before = NULL;
    request->stream_after = loop->streams;
    if (loop->streams)
        loop->streams->stream_before = request;
    loop->streams = request;
}

static void leave(struct http_request *request) {
    struct http_request *before = request->stream_before, *after = request->stream_after;
    if (before)
        before->stream_after = after;
    else if (request->connection->loop->streams == request)
        request->connection->loop->streams = after;
    if (after)
        after->stream_before = before;
}

struct stream_turn stream_take_turn(struct http_request *request) {
    struct http_stream *stream = request->stream;
    struct stream_turn turn = {false, false};
    pthread_mutex_lock(&stream->lock);
    stream->signalled = false;
    turn.ends = stream->closed && !stream->settled;
    if (turn.ends) {
        stream->settled = true;
        stream->failed = stream->fails;
    }
    pthread_mutex_unlock(&stream->lock);
    /* MHD says at once that a request for a head is over: that must not be before the writer has let go. */
    turn.begins = !stream->begun && !(stream->is_head && !turn.ends);
    if (turn.begins)
        enter(request);
    stream->begun = stream->begun || turn.begins;
    return turn;
}

bool stream_resume(struct http_request *request) {
    if (!request->suspended || !request->stream->begun)
        return false;
    pthread_mutex_lock(&request->stream->lock);
    request->stream->starved = false;
    pthread_mutex_unlock(&request->stream->lock);
    MHD_resume_connection(request->connection->mhd);
    request->suspended = false;
    return true;
}

bool stream_is_held(const struct http_request *request) {
    return request->stream && !request->stream->settled;
}

void stream_abandon(struct http_request *request) {
    struct http_stream *stream = request->stream;
    if (!stream)
        return;
    pthread_mutex_lock(&stream->lock);
    atomic_store(&stream->gone, true);
    pthread_cond_signal(&stream->room);
    pthread_mutex_unlock(&stream->lock);
}

bool stream_is_left(const struct http_request *request) {
    struct pollfd watched = {.fd = request->connection->fd, .events = POLLRDHUP};
    return poll(&watched, 1, 0) == 1;
}

void stream_free(struct http_request *request) {
    struct http_stream *stream = request->stream;
    if (!stream)
        return;
    assert(stream->settled);
    struct stream_counts *counts = counts_of(stream);
    bool is_whole = stream->used == 0 && !stream->failed && (stream->is_head || !atomic_load(&stream->gone));
    atomic_fetch_add(is_whole ? &counts->whole : stream->failed ? &counts->failed : &counts->left, 1);
    atomic_fetch_sub(&counts->open, 1);
    atomic_fetch_sub(&counts->memory, memory_of(stream));
    record_stream(request, stream->sent_bytes, is_whole);
    if (stream->begun)
        leave(request);
    request->stream = NULL;
    request->respond = NULL;
    destroy(stream);
}

void http_read_streams(const struct http_server *server, struct http_streams *ret_streams) {
    const struct stream_counts *counts = &server->streams;
    *ret_streams = (struct http_streams){
        .begun = atomic_load(&counts->begun),
        .whole = atomic_load(&counts->whole),
        .left = atomic_load(&counts->left),
        .failed = atomic_load(&counts->failed),
        .open = atomic_load(&counts->open),
        .memory_bytes = atomic_load(&counts->memory),
        .sent_bytes = atomic_load(&counts->bytes),
    };
}
