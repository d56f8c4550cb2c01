/* An event loop: one thread that drives its own libmicrohttpd daemon. MHD has no thread of its own here, because its
 * internal epoll loop can sleep on ready work (with 128 ready connections it waits again with the full time-out), and
 * because this way the same thread wakes for completed requests, a whole batch at one wake-up. All loops share one listening
 * socket. */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "http/internal.h"

enum {
    FRUITLESS_TURNS = 16,           /* accept failed so often in a row: there are no descriptors to be had */
    FRUITLESS_PAUSE_MS = 50,        /* then wait, for MHD does not */
    WAITING_MS = 1,                 /* the longest sleep while something is deferred */
    ACCEPT_TURNS = 1000,            /* to empty the backlog with, before a stop */
    FRESH_MS = 1000,                /* so long a stop waits for the first request of a new connection */
    COMPLETION_GRACE_MS = 10 * 1000 /* past the end of the grace, for requests that others still hold */
};

void loop_wake(struct loop *loop) {
    if (!atomic_exchange(&loop->sleeping, false))
        return;
    uint64_t one = 1;
    ssize_t written = write(loop->wake_fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full, and then the loop wakes as well */
}

void loop_ready(struct loop *loop, struct http_request *request) {
    struct http_request *head = atomic_load_explicit(&loop->ready, memory_order_relaxed);
    do
        request->next = head;
    while (!atomic_compare_exchange_weak(&loop->ready, &head, request));
}

static void begin_running(struct loop *loop, struct http_request *request) {
    deadline_disarm(&loop->deadlines, &request->connection->deadline);
    request->stage = STAGE_RUNNING;
    loop->running_requests++;
}

void loop_suspend(struct loop *loop, struct http_request *request) {
    begin_running(loop, request);
    MHD_suspend_connection(request->connection->mhd);
    request->suspended = true;
}

void loop_await(struct loop *loop, struct http_request *request) {
    begin_running(loop, request);
    loop->waiting++;
}

/* MHD notices the shutdown as an event on the socket, and closes. */
static void cut(struct connection *connection) {
    shutdown(connection->fd, SHUT_RDWR);
}

/* A request that was completed elsewhere: the reply, or what is left to do for it. */
static void finish_request(struct loop *loop, struct http_request *request) {
    if (request->deferred) {
        request->deferred = false;
        request->worker = NULL;
        request->lane = loop->lane;
        request->ids = &loop->ids;
        request->finish(request);
        if (request->deferred) {
            loop->progress = true; /* it has handed on more work: turn_done is due */
            return;
        }
    }
    loop->running_requests--;
    if (!request->suspended)
        loop->waiting--;
    if (request->connection->gone) {
        record_no_reply(request, false);
        request_abandon(request);
        connection_free(request->connection);
        return;
    }
    /* Without a reply MHD asks connection_access again, which then closes. */
    if (!reply_send(request)) {
        request->stage = STAGE_SENDING;
        cut(request->connection);
    }
    if (request->suspended)
        MHD_resume_connection(request->connection->mhd);
    request->suspended = false;
}

static void finish_ready(struct loop *loop) {
    if (!atomic_load_explicit(&loop->ready, memory_order_relaxed))
        return;
    struct http_request *newest = atomic_exchange(&loop->ready, NULL), *oldest = NULL;
    while (newest) {
        struct http_request *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest) {
        struct http_request *next = oldest->next;
        finish_request(loop, oldest);
        oldest = next;
    }
}

void loop_take_settings(struct loop *loop) {
    if (atomic_load_explicit(&loop->server->settings, memory_order_acquire) == loop->settings)
        return;
    settings_release(loop->settings);
    loop->settings = server_settings(loop->server);
    deadline_bound(&loop->deadlines, loop->now_ms + loop->settings->request_timeout_ms);
}

static struct connection *connection_of(struct deadline *deadline) {
    return (struct connection *)(void *)((char *)deadline - offsetof(struct connection, deadline));
}

static void cut_expired(struct loop *loop) {
    struct deadline *deadline;
    while ((deadline = deadline_next_expired(&loop->deadlines, loop->now_ms)))
        cut(connection_of(deadline));
}

static void cut_all(struct loop *loop) {
    if (!loop->cutting)
        pool_refuse(loop->server->pool);
    loop->cutting = true;
    while (loop->deadlines.first) {
        struct deadline *first = loop->deadlines.first;
        deadline_disarm(&loop->deadlines, first);
        cut(connection_of(first));
    }
}

/* What the socket still holds: more than 0: bytes; 0: nothing, nor will there be any; less: nothing yet. */
static int unread(const struct connection *connection) {
    char byte;
    ssize_t got = recv(connection->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0 || !connection->door->is_tls)
        return (int)got;
    /* What has been deciphered and not been asked for yet. */
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info && gnutls_record_check_pending(info->tls_session) > 0 ? 1 : (int)got;
}

/* Who has just connected is about to ask; and unlike one whose connection was idle, cannot know that it has to try again. */
static bool is_fresh(const struct loop *loop, const struct connection *connection) {
    return !connection->used && loop->now_ms - connection->opened_ms < FRESH_MS;
}

/* Keep-alive connections on which nothing is under way, not even unread; and those whose client left in the middle of a request,
 * which MHD does not notice where the end came together with the last bytes. */
static void cut_idle(struct loop *loop) {
    struct deadline *next;
    for (struct deadline *deadline = loop->deadlines.first; deadline; deadline = next) {
        next = deadline->after;
        struct connection *connection = connection_of(deadline);
        enum request_stage stage = connection->request.stage;
        if (stage > STAGE_BODY)
            continue;
        int bytes = unread(connection);
        if (bytes > 0 || (bytes < 0 && (stage != STAGE_IDLE || is_fresh(loop, connection))))
            continue;
        deadline_disarm(&loop->deadlines, deadline);
        cut(connection);
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

/* The first step of a stop: takes what the backlogs hold, then no more. The last loop closes the doors. A listener that goes on without
 * us keeps its backlog for who comes next. */
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

/* At its limit (or at EMFILE) MHD takes the listener out of its epoll set, and puts it back only in the run after the one in which
 * a connection ended. */
static bool must_run_again(struct loop *loop) {
    bool must = false;
    for (unsigned i = 0; i < loop->door_count; i++) {
        struct door *door = &loop->doors[i];
        must = must || tally_get(&door->closed) != door->closed_before;
        door->closed_before = tally_get(&door->closed);
    }
    return must;
}

static bool has_work(struct loop *loop) {
    for (unsigned i = 0; i < loop->door_count; i++) {
        MHD_UNSIGNED_LONG_LONG mhd_ms;
        if (MHD_get_timeout(loop->doors[i].daemon, &mhd_ms) == MHD_YES && mhd_ms == 0)
            return true;
    }
    return false;
}

/* How long the loop may sleep; 0 while MHD still has something to do. */
static int wait_ms(struct loop *loop) {
    bool busy = has_work(loop);
    if (busy && (loop->waiting == 0 || loop->progress))
        return 0;
    if (must_run_again(loop))
        return 0;
    int ms = deadline_wait_ms(&loop->deadlines, loop->now_ms);
    /* MHD counts those that wait as work to do, and cannot say whether there is any other. */
    if (busy && (ms < 0 || ms > WAITING_MS))
        ms = WAITING_MS;
    if (!loop->quiesced)
        return ms;
    enum { STOPPING_MS = 20 };
    return ms < 0 || ms > STOPPING_MS ? STOPPING_MS : ms;
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
    bool fruitful = tally_get(&door->accepted) != door->accepted_before;
    door->accepted_before = tally_get(&door->accepted);
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
    cut_idle(loop); /* at every turn: a reply that was under way may have ended without Connection: close */
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
        loop_take_settings(loop);
        finish_ready(loop);
        cut_expired(loop);
        loop->turn_ns = clock_monotonic_ns();
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
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)tls_choose},
        {MHD_OPTION_END, 0, NULL},
    };
    if (door->is_tls)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    /* MHD's own strict mode would answer for us (a missing Host) or close without a word (a blank in the target); guard.c
     * refuses all that and more, with a problem. */
    return MHD_start_daemon(
        flags, 0, NULL, NULL, connection_access, door, MHD_OPTION_LISTEN_SOCKET, door->listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, door->limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        server->options.header_bytes, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, door,
        MHD_OPTION_NOTIFY_COMPLETED, connection_completed, door, MHD_OPTION_URI_LOG_CALLBACK, connection_uri,
        door, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
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

/* Of a loop's connections the Unix socket, which only this machine reaches, gets one in eight. */
enum { LOCAL_SHARE = 8 };

enum cxd_err loop_open(struct loop *loop, struct http_server *server, unsigned limit, struct error *err) {
    loop->server = server;
    loop->lane = (unsigned)(loop - server->loops);
    loop->now_ms = clock_monotonic_ms();
    loop->settings = server_settings(server);
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
                      .is_tls = server->tls != NULL,
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
            MHD_quiesce_daemon(
                loop->doors[i].daemon); /* else it would close the listener, which is not its own */
        MHD_stop_daemon(loop->doors[i].daemon);
    }
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    settings_release(loop->settings);
    traffic_free(&loop->traffic);
    return true;
}
