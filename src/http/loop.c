/* An event loop: one thread that drives its own libmicrohttpd daemon. MHD has no thread of its own here, because its
 * internal epoll loop can sleep on ready work (with 128 ready connections it waits again with the full time-out), and
 * because this way the same thread wakes for completed requests, a whole batch at one wake-up. All loops share one
 * listening socket. */

#include "http/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "http/connection.h"
#include "http/drain.h"
#include "http/library.h"
#include "http/limits.h"
#include "http/pool.h"
#include "http/progress.h"
#include "http/record.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/stream.h"

enum {
    FRUITLESS_TURNS = 16,           /* accept failed so often in a row: there are no descriptors to be had */
    FRUITLESS_PAUSE_MS = 50,        /* then wait, for MHD does not */
    WAITING_MS = 1,                 /* the longest sleep while something is deferred */
    IDLE_TURNS = 16 * 1024,         /* so many in a row are no sending of a large reply, record by record */
    STREAMS_A_TURN = 32,            /* that are sent to: who streams to a thousand holds up no other request */
    STREAM_LOOK_MS = 1000,          /* so often streams are looked at whose clients may have left */
    STREAM_BYTES = 16 * 1024,       /* which who reads one takes at least within the time for a request */
    ACCEPT_TURNS = 1000,            /* to empty the backlog with, before a stop */
    COMPLETION_GRACE_MS = 10 * 1000 /* past the end of the grace, for requests that others still hold */
};

static void arm_stream(struct loop *loop, struct connection *connection) {
    connection->streamed_bytes = progress_moved_bytes(connection);
    deadline_arm(&loop->deadlines, &connection->deadline, loop->now_ms + loop->settings->request_timeout_ms);
}

/* The writer of a streamed reply has something to send, or has let go of it. */
static void finish_stream(struct loop *loop, struct http_request *request) {
    struct connection *connection = request->connection;
    struct stream_turn turn = stream_take_turn(request);
    if (turn.ends)
        loop->running_requests--;
    if (connection->gone) {
        if (!turn.ends)
            return;
        if (request->begun_ns != 0)
            record_no_reply(request, false);
        request_abandon(request);
        connection_free(connection);
        return;
    }
    if (turn.begins && !reply_send(request)) {
        request->stage = STAGE_SENDING;
        stream_abandon(request);
        connection_cut(connection);
    }
    if (stream_resume(request))
        arm_stream(loop, connection);
}

/* Its turn comes behind those that wait for one already. */
static void queue_stream(struct loop *loop, struct http_request *request) {
    request->next = NULL;
    if (loop->fed)
        loop->fed_last->next = request;
    else
        loop->fed = request;
    loop->fed_last = request;
}

static void finish_streams(struct loop *loop) {
    for (unsigned i = 0; loop->fed && i < STREAMS_A_TURN; i++) {
        struct http_request *request = loop->fed;
        loop->fed = request->next;
        finish_stream(loop, request);
    }
}

/* A connection that waits for its writer has no deadline, and MHD does not see its client leave. */
static void look_after_streams(struct loop *loop) {
    if (!loop->streams || (loop->now_ms - loop->streams_seen_ms < STREAM_LOOK_MS && !loop->cutting))
        return;
    loop->streams_seen_ms = loop->now_ms;
    for (struct http_request *request = loop->streams; request; request = request->stream_after) {
        if (request->connection->gone || !request->suspended || !(loop->cutting || stream_is_left(request)))
            continue;
        stream_abandon(request);
        connection_cut(request->connection);
        (void)stream_resume(request);
    }
}

/* A streamed reply may take as long as it does, while its client takes it. */
static bool is_taken(struct loop *loop, struct connection *connection) {
    if (!connection->request.stream || connection->cut ||
        progress_moved_bytes(connection) - connection->streamed_bytes < STREAM_BYTES)
        return false;
    arm_stream(loop, connection);
    return true;
}

/* A request that was completed elsewhere: the reply, or what is left to do for it. Returns whether its connection was
 * suspended, and goes on. */
static bool finish_request(struct loop *loop, struct http_request *request) {
    if (request->stream) {
        queue_stream(loop, request);
        return false;
    }
    if (request->deferred) {
        request->deferred = false;
        request->worker = NULL;
        request->lane = loop->lane;
        request->ids = &loop->ids;
        request->finish(request);
        if (request->deferred) {
            loop->progress = true; /* it has handed on more work: turn_done is due */
            return false;
        }
    }
    loop->running_requests--;
    if (!request->suspended)
        loop->waiting--;
    if (request->connection->gone) {
        record_no_reply(request, false);
        request_abandon(request);
        connection_free(request->connection);
        return false;
    }
    /* Without a reply MHD asks connection_access again, which then closes. */
    if (!reply_send(request)) {
        request->stage = STAGE_SENDING;
        connection_cut(request->connection);
    }
    bool is_resumed = request->suspended;
    if (is_resumed)
        MHD_resume_connection(request->connection->mhd);
    request->suspended = false;
    return is_resumed;
}

static bool finish_ready(struct loop *loop) {
    if (!atomic_load_explicit(&loop->ready, memory_order_relaxed))
        return false;
    bool is_any_resumed = false;
    struct http_request *newest = atomic_exchange(&loop->ready, NULL), *oldest = NULL;
    while (newest) {
        struct http_request *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest) {
        struct http_request *next = oldest->next;
        is_any_resumed |= finish_request(loop, oldest);
        oldest = next;
    }
    return is_any_resumed;
}

static void ring_alarm(struct loop *loop) {
    int64_t at_ms = atomic_load(&loop->alarm_at_ms);
    if (at_ms != 0 && loop->now_ms >= at_ms && atomic_compare_exchange_strong(&loop->alarm_at_ms, &at_ms, 0))
        loop->server->options.alarm(loop->server->options.app);
}

static int alarm_wait_ms(const struct loop *loop) {
    int64_t at_ms = atomic_load(&loop->alarm_at_ms), ms = at_ms - loop->now_ms;
    return at_ms == 0 ? -1 : ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

static void cut_expired(struct loop *loop) {
    struct deadline *deadline;
    while ((deadline = deadline_next_expired(&loop->deadlines, loop->now_ms)))
        if (!is_taken(loop, connection_of(deadline)))
            connection_cut(connection_of(deadline));
}

static void cut_all(struct loop *loop) {
    if (!loop->cutting)
        pool_refuse(loop->server->pool);
    loop->cutting = true;
    while (loop->deadlines.first) {
        struct deadline *first = loop->deadlines.first;
        deadline_disarm(&loop->deadlines, first);
        connection_cut(connection_of(first));
    }
}

static bool readable(int fd) {
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    return poll(&waited, 1, 0) == 1 && (waited.revents & POLLIN);
}

static void run_doors(struct loop *loop) {
    for (unsigned i = 0; i < loop->door_count; i++)
        MHD_run(loop->doors[i].daemon);
}

static bool is_shared(const struct door *door) {
    return door->loop->server->shares_listeners && !(door->is_local && door->loop->server->owns_unix_path);
}

/* The first step of a stop: takes what the backlogs hold, then no more. The last loop closes the doors. A listener that
 * goes on without us keeps its backlog for who comes next. */
static void quiesce(struct loop *loop) {
    for (unsigned i = 0; i < loop->door_count; i++) {
        struct door *door = &loop->doors[i];
        for (unsigned turn = is_shared(door) ? ACCEPT_TURNS : 0;
             turn < ACCEPT_TURNS && door->connections < door->limit && readable(door->listen_fd); turn++)
            MHD_run(door->daemon);
        MHD_quiesce_daemon(door->daemon);
    }
    loop->quiesced = true;
    if (atomic_fetch_sub(&loop->server->accepting, 1) == 1)
        for (unsigned i = 0; i < loop->door_count; i++)
            if (!is_shared(&loop->doors[i]))
                shutdown(loop->doors[i].listen_fd, SHUT_RDWR);
    run_doors(loop);
}

/* At its limit (or at EMFILE) MHD takes the listener out of its epoll set, and puts it back only in the run after the
 * one in which a connection ended. */
static bool must_run_again(struct loop *loop) {
    bool must = false;
    for (unsigned i = 0; i < loop->door_count; i++) {
        struct door *door = &loop->doors[i];
        must = must || tally_get(&door->closed) != door->closed_before;
        door->closed_before = tally_get(&door->closed);
    }
    return must;
}

static int sooner(int a_ms, int b_ms) {
    return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

/* When MHD wants to be run again: 0 while it has work, −1 for no time of its own. */
static int library_wait_ms(struct loop *loop) {
    int ms = -1;
    for (unsigned i = 0; i < loop->door_count; i++) {
        MHD_UNSIGNED_LONG_LONG mhd_ms;
        if (MHD_get_timeout(loop->doors[i].daemon, &mhd_ms) == MHD_YES)
            ms = sooner(ms, mhd_ms > INT_MAX ? INT_MAX : (int)mhd_ms);
    }
    return ms;
}

/* MHD counts those that wait as work to do, and cannot say whether there is any other; and it takes a connection for
 * work which it can neither read from nor answer, until that is cut. */
static bool is_spinning(const struct loop *loop) {
    return loop->waiting > 0 ? !loop->progress : loop->idle_turns > IDLE_TURNS;
}

/* How long the loop may sleep; 0 while MHD still has something to do. */
static int wait_ms(struct loop *loop) {
    int library_ms = library_wait_ms(loop);
    loop->idle_turns = library_ms == 0 && !loop->progress ? loop->idle_turns + 1 : 0;
    if (library_ms == 0 && is_spinning(loop))
        library_ms = WAITING_MS;
    if (library_ms == 0 || loop->fed || must_run_again(loop))
        return 0;
    int ms = sooner(library_ms, deadline_wait_ms(&loop->deadlines, loop->now_ms));
    ms = sooner(ms, alarm_wait_ms(loop));
    if (loop->streams)
        ms = sooner(ms, STREAM_LOOK_MS);
    enum { STOPPING_MS = 20 };
    return loop->quiesced ? sooner(ms, STOPPING_MS) : ms;
}

/* Waits for sockets, completions or a deadline. Returns the doors whose descriptor was ready, a bit each. */
static unsigned loop_wait(struct loop *loop) {
    int ms = wait_ms(loop);
    if (ms == 0)
        return ~0U;
    struct pollfd waited[1 + HTTP_DOORS_MAX] = {{.fd = loop->wake_fd, .events = POLLIN}};
    for (unsigned i = 0; i < loop->door_count; i++)
        waited[1 + i] = (struct pollfd){.fd = loop->doors[i].mhd_fd, .events = POLLIN};
    atomic_store(&loop->sleeping, true);
    if (atomic_load(&loop->ready) || heartbeat_is_asked(&loop->beat))
        ms = 0;
    int count = poll(waited, 1 + loop->door_count, ms);
    atomic_store(&loop->sleeping, false);
    if (count <= 0)
        return 0;
    if (waited[0].revents) {
        uint64_t counter;
        ssize_t got = read(loop->wake_fd, &counter, sizeof counter);
        (void)got; /* non-blocking; nothing to read is as good */
    }
    unsigned ready = 0;
    for (unsigned i = 0; i < loop->door_count; i++)
        if (waited[1 + i].revents)
            ready |= 1U << i;
    return ready;
}

/* MHD sleeps on the listener by itself at its limit and at EMFILE, except when it has no connection whose end could
 * wake it: then it would spin. */
static void watch_accept(struct door *door, bool was_ready) {
    if (door->connections == door->limit) {
        if (!door->limit_logged)
            log_record(LOG_LEVEL_WARNING, "connections_full", "limit=%u", door->limit);
        door->limit_logged = true;
    } else if (door->connections < door->limit / 2) {
        door->limit_logged = false;
    }
    uint64_t turned_away = tally_get(&door->turned_away);
    bool is_turning_away = turned_away != door->turned_away_before;
    bool fruitful = tally_get(&door->accepted) != door->accepted_before || is_turning_away;
    if (is_turning_away)
        log_record(LOG_LEVEL_WARNING, "connections_refused", "of=one_address limit=%u refused=%llu",
                   door->loop->settings->connections_per_address, (unsigned long long)turned_away);
    door->accepted_before = tally_get(&door->accepted);
    door->turned_away_before = turned_away;
    if (!was_ready || fruitful || door->connections > 0 || door->loop->quiesced) {
        door->fruitless = 0;
        return;
    }
    if (++door->fruitless < FRUITLESS_TURNS || !readable(door->listen_fd))
        return;
    if (!door->refused_logged)
        log_record(LOG_LEVEL_WARNING, "accept_failed", "retry_ms=%d", FRUITLESS_PAUSE_MS);
    door->refused_logged = true;
    poll(NULL, 0, FRUITLESS_PAUSE_MS);
}

static bool has_connections(const struct loop *loop) {
    for (unsigned i = 0; i < loop->door_count; i++)
        if (loop->doors[i].connections > 0)
            return true;
    return false;
}

static bool loop_is_done(const struct loop *loop) {
    if (!loop->quiesced)
        return false;
    int64_t stop_at = atomic_load(&loop->server->stop_at_ms);
    if (!has_connections(loop) && loop->running_requests == 0)
        return true;
    if (loop->now_ms < stop_at)
        return false;
    return loop->running_requests == 0 || loop->now_ms >= stop_at + COMPLETION_GRACE_MS;
}

static void drain(struct loop *loop) {
    if (!loop->quiesced)
        quiesce(loop);
    drain_cut(loop); /* at every turn: a reply that was under way may have ended without Connection: close */
    if (loop->now_ms >= atomic_load(&loop->server->stop_at_ms))
        cut_all(loop);
}

static void *loop_main(void *cls) {
    struct loop *loop = cls;
    struct http_server *server = loop->server;
    pthread_setname_np(pthread_self(), "cxd-http");
    while (!loop_is_done(loop)) {
        unsigned ready = loop_wait(loop);
        loop->now_ms = clock_monotonic_ms();
        loop->progress = false;
        heartbeat_answer(&loop->beat);
        request_renew_settings(loop);
        ring_alarm(loop);
        bool is_any_resumed = finish_ready(loop);
        finish_streams(loop);
        cut_expired(loop);
        look_after_streams(loop);
        loop->turn_ns = clock_monotonic_ns();
        run_doors(loop);
        if (is_any_resumed) /* their replies MHD begins to send at the run after that, before which a stop might cut
                               them */
            run_doors(loop);
        for (unsigned i = 0; i < loop->door_count; i++)
            watch_accept(&loop->doors[i], ready & 1U << i);
        if (atomic_load_explicit(&server->draining, memory_order_relaxed))
            drain(loop);
        if (loop->progress && server->options.turn_done) /* after the drain: it runs handlers too */
            server->options.turn_done(server->options.app);
    }
    return NULL;
}

static struct MHD_Daemon *daemon_start(struct door *door) {
    const struct http_server *server = door->loop->server;
    /* Without a thread of MHD's, this needs no wake-up pipe: resuming costs no system call. */
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)tls_choose},
        {MHD_OPTION_END, 0, NULL},
    };
    if (door->is_tls)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    /* Where guard.c sees how the lines lie it refuses more than MHD's own strict mode, with a problem. From 1.0 on MHD
     * makes blanks of what it forgives (folds, NULs), so that nobody behind it can tell: there it has to be strict. */
    int strict = server->check_layout ? 0 : 1;
    return MHD_start_daemon(
        flags, 0, limits_accept, door, connection_access, door, MHD_OPTION_EXTERNAL_LOGGER, library_hear, door,
        MHD_OPTION_LISTEN_SOCKET, door->listen_fd, MHD_OPTION_CONNECTION_LIMIT, door->limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, library_memory(server->options.header_bytes), MHD_OPTION_NOTIFY_CONNECTION,
        connection_notify, door, MHD_OPTION_NOTIFY_COMPLETED, connection_completed, door, MHD_OPTION_URI_LOG_CALLBACK,
        connection_uri, door, MHD_OPTION_STRICT_FOR_CLIENT, strict, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static enum cxd_err door_open(struct loop *loop, const struct door *as, struct error *err) {
    struct door *door = &loop->doors[loop->door_count];
    *door = *as;
    door->daemon = daemon_start(door);
    if (!door->daemon)
        return error_set(err, ERR_SYSTEM, "The HTTP library could not be started");
    door->mhd_fd = MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    loop->door_count++;
    return CXD_OK;
}

/* The Unix socket, which only this machine reaches, gets one in eight of a loop's connections. */
enum { LOCAL_SHARE = 8 };

enum cxd_err loop_open(struct loop *loop, struct http_server *server, unsigned limit, struct error *err) {
    loop->server = server;
    loop->lane = (unsigned)(loop - server->loops);
    loop->now_ms = clock_monotonic_ms();
    loop->settings = settings_current(&server->settings);
    loop->turn_ns = clock_monotonic_ns();
    if (!traffic_init(&loop->traffic, server->router))
        return error_set(err, ERR_NO_MEMORY, "No memory for the counts of a loop");
    id_source_init(&loop->ids);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->wake_fd < 0)
        return error_set(err, ERR_SYSTEM, "eventfd: %s", strerror(errno));
    bool has_local = server->unix_fd >= 0, has_ip = server->listen_fd >= 0;
    unsigned local = !has_local ? 0 : has_ip ? limit / LOCAL_SHARE : limit;
    struct door ip = {.loop = loop,
                      .listen_fd = server->listen_fd,
                      .is_tls = server->tls,
                      .limit = limit > local ? limit - local : 1};
    struct door unix_socket = {
        .loop = loop, .listen_fd = server->unix_fd, .is_local = true, .limit = local > 0 ? local : 1};
    enum cxd_err code = CXD_OK;
    if (has_ip)
        code = door_open(loop, &ip, err);
    if (!code && has_local)
        code = door_open(loop, &unix_socket, err);
    return code;
}

enum cxd_err loop_start(struct loop *loop, struct error *err) {
    int failed = pthread_create(&loop->thread, NULL, loop_main, loop);
    if (failed)
        return error_set(err, ERR_SYSTEM, "No thread could be started: %s", strerror(failed));
    loop->running = true;
    return CXD_OK;
}

bool loop_close(struct loop *loop) {
    if (loop->running_requests > 0)
        return false;
    for (unsigned i = 0; i < loop->door_count; i++) {
        if (!loop->quiesced)
            MHD_quiesce_daemon(loop->doors[i].daemon); /* else it would close the listener, which is not its own */
        MHD_stop_daemon(loop->doors[i].daemon);
    }
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    free(atomic_load(&loop->long_out));
    settings_release(loop->settings);
    traffic_free(&loop->traffic);
    return true;
}
