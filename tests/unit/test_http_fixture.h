#ifndef TEST_HTTP_FIXTURE_H
#define TEST_HTTP_FIXTURE_H

/* A server with a few routes, and a client that sends exactly the bytes it is told to. */

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/http/http.h"

#define FIXTURE CXD_UNUSED static

enum { FOREVER = -1, BODY_BYTES = 64 * 1024, BATCH_BYTES = 1024 * 1024, HEADER_BYTES = 16 * 1024 };

/* Requests that the "later" route has set aside, for the completer thread. */
struct later {
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct http_request *requests[4096];
    size_t count;
    bool held; /* none is completed until release */
    bool ending;
    pthread_t thread;
};

struct fixture {
    struct http_server *server;
    struct later later;
    atomic_int workers;                      /* open */
    atomic_int pooled_calls;                 /* begun */
    atomic_int named_calls, named, nameless; /* begun; ended, by whether there was one X-Name, "somebody" */
    atomic_int authorizations;
    atomic_int held; /* handlers that wait for `holds` to end */
    atomic_bool holds;
    atomic_int settings_freed;
    struct http_options options; /* as it was opened */
    uint16_t port;
};

FIXTURE void pause_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Routes. */

static void route_echo(struct http_request *request) {
    size_t length;
    const char *body = http_body(request, &length);
    buffer_append(http_out(request), body, length);
    http_reply(request, 201, "text/plain");
}

static void route_show(struct http_request *request) {
    struct buffer *out = http_out(request);
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    buffer_append_format(out, "name=%s", http_path(request, "name"));
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, ";%s=%s", items[i].key, items[i].value);
    http_reply_header(request, "X-Shown", "yes");
    http_reply(request, 200, "text/plain");
}

static void route_tagged(struct http_request *request) {
    buffer_append_text(http_out(request), "abc");
    http_reply_tagged(request, "text/plain");
}

static void route_large(struct http_request *request) {
    for (int i = 0; i < 200000; i++)
        buffer_append_format(http_out(request), "%09d\n", i);
    http_reply(request, 200, "text/plain");
}

/* As many of a letter as the query says: "/long?z=900000". */
static void route_long(struct http_request *request) {
    size_t count;
    const struct http_query_item *query = http_query(request, &count);
    struct buffer *out = http_out_long(request);
    for (long i = count > 0 ? strtol(query[0].value, NULL, 10) : 0; i > 0; i--)
        buffer_append_char(out, query[0].key[0]);
    http_reply_tagged(request, "text/plain");
}

static void later_finish(struct http_request *request) {
    const char *text = http_deferred(request);
    buffer_append_text(http_out(request), text);
    http_reply(request, 201, "text/plain");
}

static void later_add(struct http_request *request, http_handler *finish) {
    struct fixture *fixture = http_app(request);
    struct later *later = &fixture->later;
    size_t length;
    const char *body = http_body(request, &length);
    char *text = arena_strndup(http_arena(request), body, length);
    if (!text) {
        http_problem_code(request, ERR_NO_MEMORY, "%s", "");
        return;
    }
    http_defer(request, finish, text);
    pthread_mutex_lock(&later->lock);
    later->requests[later->count++] = request;
    pthread_cond_broadcast(&later->change);
    pthread_mutex_unlock(&later->lock);
}

static void route_later(struct http_request *request) {
    later_add(request, later_finish);
}

static void later_again(struct http_request *request) {
    later_add(request, later_finish);
}

/* Deferred by a worker, and again by what finishes that. */
static void route_twice(struct http_request *request) {
    later_add(request, later_again);
}

static void route_pooled(struct http_request *request) {
    struct fixture *fixture = http_app(request);
    atomic_fetch_add(&fixture->pooled_calls, 1);
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    if (count > 0)
        pause_ms(atol(items[0].value));
    struct id id;
    char text[ID_TEXT_SIZE];
    id_make(http_ids(request), http_now_ms(request), &id);
    buffer_append_format(http_out(request), "worker=%d id=%s", http_worker(request) == fixture, id_format(text, &id));
    http_reply(request, 200, "text/plain");
}

static void route_named(struct http_request *request) {
    struct fixture *fixture = http_app(request);
    atomic_fetch_add(&fixture->named_calls, 1);
    pause_ms(1);
    const char *name = http_header(request, "X-Name");
    bool is_named = http_header_count(request, "X-Name") == 1 && name && strcmp(name, "somebody") == 0;
    http_reply(request, 200, "text/plain");
    atomic_fetch_add(is_named ? &fixture->named : &fixture->nameless, 1);
}

/* What the reload tests hand to requests. */
struct fixture_settings {
    struct fixture *fixture;
    size_t body_bytes; /* as in the options */
    int number;
};

FIXTURE void fixture_settings_free(void *cls) {
    struct fixture_settings *settings = cls;
    atomic_fetch_add(&settings->fixture->settings_freed, 1);
    memset(settings, 0x55, sizeof *settings);
    free(settings);
}

/* Options with such settings, for http_server_reload. */
FIXTURE struct http_options fixture_options(struct fixture *fixture, int number, size_t body_bytes) {
    struct http_options options = fixture->options;
    struct fixture_settings *settings = calloc(1, sizeof *settings);
    assert_non_null(settings);
    *settings = (struct fixture_settings){fixture, body_bytes, number};
    options.body_bytes = body_bytes;
    options.settings = settings;
    options.settings_free = fixture_settings_free;
    return options;
}

/* The number, or −1 if what it read is not of one piece. */
static void route_settings(struct http_request *request) {
    const struct fixture_settings *settings = http_settings(request);
    size_t length;
    (void)http_body(request, &length);
    buffer_append_format(http_out(request), "%d", length <= settings->body_bytes ? settings->number : -1);
    http_reply(request, 200, "text/plain");
}

static void route_hold(struct http_request *request) {
    struct fixture *fixture = http_app(request);
    atomic_fetch_add(&fixture->held, 1);
    while (atomic_load(&fixture->holds))
        pause_ms(1);
    atomic_fetch_sub(&fixture->held, 1);
    const struct fixture_settings *settings = http_settings(request);
    buffer_append_format(http_out(request), "%d", settings ? settings->number : 0);
    http_reply(request, 200, "text/plain");
}

static void route_problem(struct http_request *request) {
    http_problem_code(request, ERR_STORAGE_FULL, "No room: %d", 7);
}

static enum cxd_err hook_authorize(void *app, struct http_request *request, const struct http_credentials *shown,
                                   unsigned scope, struct error *err) {
    const char *secret = shown->key;
    struct fixture *fixture = app;
    atomic_fetch_add(&fixture->authorizations, 1);
    if (!secret)
        return error_set(err, ERR_NO_KEY, "This call needs a key");
    if (strcmp(secret, "good") != 0)
        return error_set(err, ERR_BAD_KEY, "The key is not known");
    http_set_principal(request, secret);
    return scope == 2 ? error_set(err, ERR_SCOPE, "The key lacks the scope") : CXD_OK;
}

static bool hook_origin(void *app, struct http_request *request, const char *origin) {
    (void)app;
    return strcmp(http_path(request, "name"), "open") == 0 && strcmp(origin, "https://a.example") == 0;
}

static enum cxd_err hook_worker_open(void *app, void **ret_worker, struct error *err) {
    (void)err;
    struct fixture *fixture = app;
    atomic_fetch_add(&fixture->workers, 1);
    *ret_worker = fixture;
    return CXD_OK;
}

static void hook_worker_close(void *app, void *worker) {
    struct fixture *fixture = app;
    assert_ptr_equal(worker, fixture);
    atomic_fetch_sub(&fixture->workers, 1);
}

static const struct http_route fixture_routes[] = {
    {HTTP_POST, "/echo", route_echo, 0, 0},
    {HTTP_POST, "/ingest", route_echo, 0, HTTP_INGEST},
    {HTTP_POST, "/batch", route_echo, 0, HTTP_BATCH},
    {HTTP_POST, "/bodiless", route_echo, 0, HTTP_BODILESS},
    {HTTP_GET, "/show/{name}", route_show, 0, HTTP_QUERY},
    {HTTP_POST, "/show/{name}", route_show, 0, HTTP_QUERY},
    {HTTP_GET, "/tagged", route_tagged, 0, 0},
    {HTTP_GET, "/large", route_large, 0, 0},
    {HTTP_GET, "/long", route_long, 0, HTTP_QUERY},
    {HTTP_POST, "/later", route_later, 0, 0},
    {HTTP_GET, "/pooled", route_pooled, 0, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/pooled-named", route_named, 0, HTTP_POOLED},
    {HTTP_POST, "/pooled-later", route_later, 0, HTTP_POOLED},
    {HTTP_POST, "/pooled-twice", route_twice, 0, HTTP_POOLED},
    {HTTP_POST, "/twice", route_twice, 0, 0},
    {HTTP_POST, "/settings", route_settings, 0, 0},
    {HTTP_POST, "/pooled-settings", route_settings, 0, HTTP_POOLED},
    {HTTP_GET, "/hold", route_hold, 0, 0},
    {HTTP_GET, "/pooled-hold", route_hold, 0, HTTP_POOLED},
    {HTTP_GET, "/pooled-public", route_pooled, 0, HTTP_POOLED_PUBLIC | HTTP_QUERY},
    {HTTP_GET, "/problem", route_problem, 0, 0},
    {HTTP_GET, "/private", route_tagged, 1, 0},
    {HTTP_POST, "/private", route_echo, 1, 0},
    {HTTP_GET, "/secret", route_tagged, 2, 0},
    {HTTP_POST, "/cors/{name}", route_echo, 0, HTTP_CORS | HTTP_INGEST},
    {HTTP_GET, "/cors/{name}", route_tagged, 0, HTTP_CORS},
    {HTTP_DELETE, "/cors/{name}", route_tagged, 1, 0},
};

/* The server's other half: completes what was deferred, a batch at a time. */

static void *later_main(void *cls) {
    struct fixture *fixture = cls;
    struct later *later = &fixture->later;
    static struct http_request *batch[CXD_COUNT(later->requests)];
    pthread_mutex_lock(&later->lock);
    for (;;) {
        while ((later->count == 0 || later->held) && !later->ending)
            pthread_cond_wait(&later->change, &later->lock);
        if (later->count == 0 && later->ending)
            break;
        size_t count = later->count;
        memcpy(batch, later->requests, count * sizeof *batch);
        later->count = 0;
        pthread_mutex_unlock(&later->lock);
        for (size_t i = 0; i < count; i++)
            http_complete(batch[i]);
        http_wake(fixture->server);
        pthread_mutex_lock(&later->lock);
    }
    pthread_mutex_unlock(&later->lock);
    return NULL;
}

FIXTURE void later_hold(struct fixture *fixture, bool held) {
    pthread_mutex_lock(&fixture->later.lock);
    fixture->later.held = held;
    pthread_cond_broadcast(&fixture->later.change);
    pthread_mutex_unlock(&fixture->later.lock);
}

FIXTURE void later_await(struct fixture *fixture, size_t count) {
    pthread_mutex_lock(&fixture->later.lock);
    while (fixture->later.count < count)
        pthread_cond_wait(&fixture->later.change, &fixture->later.lock);
    pthread_mutex_unlock(&fixture->later.lock);
}

/* One whose options can still be changed; fixture_run goes on. */
FIXTURE struct fixture *fixture_make(int64_t timeout_ms, unsigned threads, unsigned connections) {
    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_LEVEL_WARNING);
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    pthread_mutex_init(&fixture->later.lock, NULL);
    pthread_cond_init(&fixture->later.change, NULL);
    fixture->options = (struct http_options){
        .host = "127.0.0.1",
        .http_threads = threads,
        .pool_threads = {[HTTP_POOL_READ] = 2, [HTTP_POOL_PUBLIC] = 1},
        .request_timeout_ms = timeout_ms,
        .max_connections = connections,
        .header_bytes = HEADER_BYTES,
        .body_bytes = BODY_BYTES,
        .batch_bytes = BATCH_BYTES,
        .routes = fixture_routes,
        .route_count = CXD_COUNT(fixture_routes),
        .app = fixture,
        .authorize = hook_authorize,
        .allow_origin = hook_origin,
        .worker_open = hook_worker_open,
        .worker_close = hook_worker_close,
    };
    return fixture;
}

FIXTURE void fixture_bind(struct fixture *fixture) {
    struct error err;
    if (http_server_open(&fixture->options, &fixture->server, &err))
        fail_msg("%s", err.detail);
}

FIXTURE void fixture_run(struct fixture *fixture) {
    struct error err;
    if (http_server_run(fixture->server, &err))
        fail_msg("%s", err.detail);
    const char *address = http_server_address(fixture->server);
    fixture->port = (uint16_t)atoi(strrchr(address, ':') + 1);
    assert_int_equal(pthread_create(&fixture->later.thread, NULL, later_main, fixture), 0);
}

FIXTURE struct fixture *fixture_open(int64_t timeout_ms, unsigned threads, unsigned connections) {
    struct fixture *fixture = fixture_make(timeout_ms, threads, connections);
    fixture_bind(fixture);
    fixture_run(fixture);
    return fixture;
}

/* After the server has been stopped: the completer outlives it, as the writer does in the daemon. */
FIXTURE void fixture_free(struct fixture *fixture) {
    assert_int_equal(atomic_load(&fixture->workers), 0);
    pthread_mutex_lock(&fixture->later.lock);
    fixture->later.ending = true;
    pthread_cond_broadcast(&fixture->later.change);
    pthread_mutex_unlock(&fixture->later.lock);
    pthread_join(fixture->later.thread, NULL);
    http_server_close(fixture->server);
    pthread_cond_destroy(&fixture->later.change);
    pthread_mutex_destroy(&fixture->later.lock);
    free(fixture);
}

FIXTURE void fixture_close(struct fixture *fixture, int64_t grace_ms) {
    http_server_stop(fixture->server, grace_ms);
    fixture_free(fixture);
}

/* The client. */

struct client {
    int fd;
    char *data; /* received, not yet taken; NUL-terminated */
    size_t length;
};

struct reply {
    int status; /* 0: the connection was closed without one */
    char *head, *body;
    size_t body_length;
};

FIXTURE struct client client_open(const struct fixture *fixture) {
    struct client client = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .data = calloc(1, 1)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(fixture->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(client.fd >= 0 && client.data);
    assert_int_equal(connect(client.fd, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

FIXTURE void client_close(struct client *client) {
    close(client->fd);
    free(client->data);
}

FIXTURE void client_send(struct client *client, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(client->fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0)
            return; /* the server has closed; its reply shows */
        bytes += sent;
        length -= (size_t)sent;
    }
}

FIXTURE void client_text(struct client *client, const char *text) {
    client_send(client, text, strlen(text));
}

/* One more piece of input; false at the end, or after wait_ms without any. */
FIXTURE bool client_receive(struct client *client, int wait_ms) {
    char piece[16 * 1024];
    struct pollfd waited = {.fd = client->fd, .events = POLLIN};
    if (poll(&waited, 1, wait_ms) != 1)
        return false;
    ssize_t got = recv(client->fd, piece, sizeof piece, 0);
    if (got <= 0)
        return false;
    client->data = realloc(client->data, client->length + (size_t)got + 1);
    assert_non_null(client->data);
    memcpy(client->data + client->length, piece, (size_t)got);
    client->length += (size_t)got;
    client->data[client->length] = '\0';
    return true;
}

FIXTURE void client_take(struct client *client, size_t length) {
    memmove(client->data, client->data + length, client->length - length + 1);
    client->length -= length;
}

/* Whether the server closes the connection, sending nothing more, within wait_ms. */
FIXTURE bool client_sees_end(struct client *client, int wait_ms) {
    if (client->length > 0)
        return false;
    struct pollfd waited = {.fd = client->fd, .events = POLLIN};
    char byte;
    return poll(&waited, 1, wait_ms) == 1 && recv(client->fd, &byte, 1, 0) <= 0;
}

FIXTURE const char *reply_find(const struct reply *reply, const char *name) {
    static _Thread_local char value[512];
    size_t length = strlen(name);
    for (const char *line = strstr(reply->head, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
            const char *start = line + 2 + length + 1;
            start += strspn(start, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(start, "\r"), start);
            return value;
        }
    return NULL;
}

/* The next reply; `head_only` after HEAD. */
FIXTURE struct reply client_reply(struct client *client, bool head_only) {
    struct reply reply = {0};
    char *end;
    while (!(end = strstr(client->data, "\r\n\r\n")))
        if (!client_receive(client, FOREVER))
            return (struct reply){.head = strdup(""), .body = strdup("")};
    size_t head = (size_t)(end - client->data) + 4;
    reply.head = strndup(client->data, head - 2);
    assert_int_equal(sscanf(reply.head, "HTTP/1.1 %d", &reply.status), 1);
    client_take(client, head);
    const char *length = reply_find(&reply, "Content-Length");
    reply.body_length = length && !head_only ? strtoul(length, NULL, 10) : 0;
    while (client->length < reply.body_length)
        assert_true(client_receive(client, FOREVER));
    reply.body = strndup(client->data, reply.body_length);
    client_take(client, reply.body_length);
    return reply;
}

/* From libmicrohttpd 1.0 on it refuses more by itself. */
FIXTURE bool is_strict_library(void) {
    return strncmp(MHD_get_version(), "0.", 2) != 0;
}

FIXTURE void reply_free(struct reply *reply) {
    free(reply->head);
    free(reply->body);
}

/* Takes the next reply and checks its status and what its body has in it (NULL: anything). */
FIXTURE void client_expect(struct client *client, int status, const char *part) {
    struct reply reply = client_reply(client, false);
    if (reply.status != status || (part && !strstr(reply.body, part)))
        fail_msg("not %d with %s but:\n%s%s", status, part ? part : "anything", reply.head, reply.body);
    reply_free(&reply);
}

#endif
