/* Replies that are streamed: whole, in either version, compressed; to who is slow, leaves, or never reads; from a
 * writer that waits and from one that does not; and the end of a server meanwhile. */

#include <sys/ioctl.h>
#include <zlib.h>

#include "test_http_fixture.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"

enum { LINES = 300000, LINE_BYTES = 10, SMALL_BUFFER = 16 * 1024, WORKERS = 2 };

/* What the routes and the tests tell each other. */
static atomic_bool silent_holds;           /* "/silent" writes a line, and nothing more while this is */
static atomic_int silent_waits;            /* writers that do so */
static atomic_int gone_seen;               /* writers that were told that nobody reads */
static _Atomic(struct http_stream *) live; /* of "/live", for the test to write to */

static bool write_line(struct http_stream *stream, int number) {
    char line[LINE_BYTES + 1];
    snprintf(line, sizeof line, "%09d\n", number);
    return http_stream_write(stream, line, LINE_BYTES) == HTTP_WRITTEN;
}

static struct http_stream *open_stream(struct http_request *request) {
    static const struct http_stream_form form = {
        .type = "text/plain", .trailers = "X-Complete, X-Lines", .buffer_bytes = SMALL_BUFFER, .may_gzip = true};
    struct http_stream *stream = NULL;
    struct error err;
    http_reply_header(request, "X-Shown", "yes");
    if (http_stream_open(request, &form, &stream, &err))
        http_problem(request, &err);
    return stream;
}

/* As many lines as there are, or until the server ends. */
static void route_stream(struct http_request *request) {
    struct http_stream *stream = open_stream(request);
    int count = 0;
    char text[16];
    while (count < LINES && !http_stream_is_ending(stream) && write_line(stream, count))
        count++;
    if (http_stream_is_gone(stream))
        atomic_fetch_add(&gone_seen, 1);
    snprintf(text, sizeof text, "%d", count);
    http_stream_trailer(stream, "X-Complete", count == LINES ? "true" : "false");
    http_stream_trailer(stream, "X-Lines", text);
    http_stream_close(stream);
}

/* Goes on until nobody reads, or the server ends. */
static void route_endless(struct http_request *request) {
    struct http_stream *stream = open_stream(request);
    int count = 0;
    while (!http_stream_is_ending(stream) && write_line(stream, count))
        count++;
    if (http_stream_is_gone(stream))
        atomic_fetch_add(&gone_seen, 1);
    http_stream_trailer(stream, "X-Complete", "false");
    http_stream_close(stream);
}

static void route_silent(struct http_request *request) {
    struct http_stream *stream = open_stream(request);
    (void)write_line(stream, 0);
    http_stream_flush(stream);
    atomic_fetch_add(&silent_waits, 1);
    while (atomic_load(&silent_holds) && !http_stream_is_ending(stream))
        pause_ms(1);
    atomic_fetch_sub(&silent_waits, 1);
    if (http_stream_is_gone(stream))
        atomic_fetch_add(&gone_seen, 1);
    (void)write_line(stream, 1);
    http_stream_close(stream);
}

static void route_failing(struct http_request *request) {
    struct http_stream *stream = open_stream(request);
    (void)write_line(stream, 0);
    http_stream_fail(stream);
}

static void route_live(struct http_request *request) {
    static const struct http_stream_form form = {.type = "text/event-stream", .buffer_bytes = SMALL_BUFFER};
    struct http_stream *stream = NULL;
    struct error err;
    if (http_stream_open(request, &form, &stream, &err))
        http_problem(request, &err);
    atomic_store(&live, stream);
}

static void route_plain(struct http_request *request) {
    buffer_append_text(http_out(request), "plain");
    http_reply(request, 200, "text/plain");
}

static const struct http_route routes[] = {
    {HTTP_GET, "/stream", route_stream, 0, HTTP_POOLED_EXPORT},
    {HTTP_GET, "/endless", route_endless, 0, HTTP_POOLED_EXPORT},
    {HTTP_GET, "/silent", route_silent, 0, HTTP_POOLED_EXPORT},
    {HTTP_GET, "/failing", route_failing, 0, HTTP_POOLED_EXPORT},
    {HTTP_GET, "/live", route_live, 0, 0},
    {HTTP_GET, "/plain", route_plain, 0, 0},
};

static struct fixture *open_server(int64_t timeout_ms) {
    struct fixture *fixture = fixture_make(timeout_ms, 2, 0);
    fixture->options.routes = routes;
    fixture->options.route_count = CXD_COUNT(routes);
    fixture->options.pool_threads[HTTP_POOL_EXPORT] = WORKERS;
    atomic_store(&silent_holds, true);
    atomic_store(&silent_waits, 0);
    atomic_store(&gone_seen, 0);
    atomic_store(&live, NULL);
    fixture_bind(fixture);
    fixture_run(fixture);
    return fixture;
}

static int open_fixture(void **state) {
    *state = open_server(20000);
    return 0;
}

static int close_fixture(void **state) {
    fixture_close(*state, 5000);
    return 0;
}

static struct http_streams streams_of(const struct fixture *fixture) {
    struct http_streams streams;
    http_read_streams(fixture->server, &streams);
    return streams;
}

/* Waits for the streams to be over, however they ended. */
static struct http_streams await_end(const struct fixture *fixture) {
    struct http_streams streams;
    while ((streams = streams_of(fixture)).open > 0)
        pause_ms(1);
    assert_int_equal(streams.memory_bytes, 0);
    return streams;
}

/* The head of a reply, and where it ends. */
static struct reply read_head(struct client *client, const char *version) {
    struct reply reply = {.body = strdup("")};
    char *end;
    while (!(end = strstr(client->data, "\r\n\r\n")))
        assert_true(client_receive(client, FOREVER));
    size_t head = (size_t)(end - client->data) + 4;
    reply.head = strndup(client->data, head - 2);
    assert_int_equal(strncmp(reply.head, version, strlen(version)), 0);
    reply.status = atoi(reply.head + strlen(version));
    client_take(client, head);
    return reply;
}

/* A body in chunks. Whole: up to the last chunk, with the trailers in *ret_trailers; else as far as it goes. */
struct chunked {
    struct buffer body;
    char *trailers;
    bool is_whole;
};

static struct chunked read_chunks(struct client *client) {
    struct chunked chunked = {.trailers = strdup("")};
    size_t at = 0;
    buffer_init(&chunked.body);
    for (;;) {
        char *line;
        while (!(line = strstr(client->data + at, "\r\n")))
            if (!client_receive(client, FOREVER))
                return chunked;
        unsigned long length = strtoul(client->data + at, NULL, 16);
        size_t begin = (size_t)(line - client->data) + 2;
        if (length == 0) {
            char *end;
            while (!(end = strstr(client->data + begin - 2, "\r\n\r\n")))
                if (!client_receive(client, FOREVER))
                    return chunked;
            free(chunked.trailers);
            chunked.trailers = strndup(client->data + begin - 2, (size_t)(end + 2 - client->data) - begin + 2);
            chunked.is_whole = true;
            client_take(client, (size_t)(end + 4 - client->data));
            return chunked;
        }
        while (client->length < begin + length + 2)
            if (!client_receive(client, FOREVER))
                return chunked;
        buffer_append(&chunked.body, client->data + begin, length);
        at = begin + length + 2;
        client_take(client, at);
        at = 0;
    }
}

static void chunked_free(struct chunked *chunked) {
    buffer_free(&chunked->body);
    free(chunked->trailers);
}

static void check_lines(const char *body, size_t length, size_t count) {
    assert_int_equal(length, count * LINE_BYTES);
    for (size_t i = 0; i < count; i++) {
        char line[LINE_BYTES + 1];
        snprintf(line, sizeof line, "%09u\n", (unsigned)i % 1000000000U);
        if (memcmp(body + i * LINE_BYTES, line, LINE_BYTES) != 0)
            fail_msg("line %zu is %.*s", i, LINE_BYTES, body + i * LINE_BYTES);
    }
}

static void test_whole(void **state) {
    struct client client = client_open(*state);
    for (int i = 0; i < 2; i++) { /* the connection goes on behind it */
        client_text(&client, GET("/stream"));
        struct reply reply = read_head(&client, "HTTP/1.1 ");
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply_find(&reply, "Transfer-Encoding"), "chunked");
        assert_string_equal(reply_find(&reply, "Content-Type"), "text/plain");
        assert_string_equal(reply_find(&reply, "X-Shown"), "yes");
        assert_string_equal(reply_find(&reply, "Trailer"), "X-Complete, X-Lines");
        assert_string_equal(reply_find(&reply, "Vary"), "Accept-Encoding");
        assert_null(reply_find(&reply, "Content-Length"));
        assert_null(reply_find(&reply, "Content-Encoding"));
        reply_free(&reply);
        struct chunked chunked = read_chunks(&client);
        assert_true(chunked.is_whole);
        check_lines(chunked.body.data, chunked.body.length, LINES);
        assert_non_null(strstr(chunked.trailers, "X-Complete: true\r\n"));
        assert_non_null(strstr(chunked.trailers, "X-Lines: 300000\r\n"));
        chunked_free(&chunked);
        client_text(&client, GET("/plain"));
        client_expect(&client, 200, "plain");
    }
    client_close(&client);
    struct http_streams streams = await_end(*state);
    assert_int_equal(streams.begun, 2);
    assert_int_equal(streams.whole, 2);
    assert_int_equal(streams.sent_bytes, 2 * LINES * LINE_BYTES);
}

static void test_head(void **state) {
    struct client client = client_open(*state);
    client_text(&client, "HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    struct reply reply = read_head(&client, "HTTP/1.1 ");
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply_find(&reply, "X-Shown"), "yes");
    assert_null(reply_find(&reply, "Content-Length"));
    reply_free(&reply);
    assert_true(client_sees_end(&client, FOREVER)); /* and nothing behind the head */
    client_close(&client);
    assert_int_equal(await_end(*state).whole, 1);
}

/* All that comes until the connection ends. */
static struct buffer read_rest(struct client *client) {
    struct buffer rest;
    buffer_init(&rest);
    while (client_receive(client, FOREVER))
        continue;
    buffer_append(&rest, client->data, client->length);
    return rest;
}

static void test_old_version(void **state) {
    struct client client = client_open(*state);
    client_text(&client, "GET /stream HTTP/1.0\r\nHost: x\r\n\r\n");
    struct reply reply = read_head(&client, "HTTP/1.");
    assert_null(reply_find(&reply, "Transfer-Encoding"));
    reply_free(&reply);
    struct buffer rest = read_rest(&client);
    check_lines(rest.data, rest.length, LINES);
    buffer_free(&rest);
    client_close(&client);
}

static void test_gzip(void **state) {
    static const struct {
        const char *accepts;
        bool is_gzip;
    } cases[] = {
        {"Accept-Encoding: gzip\r\n", true},
        {"Accept-Encoding: br, GZIP;q=0.5\r\n", true},
        {"Accept-Encoding: br\r\nAccept-Encoding: x-gzip\r\n", true},
        {"Accept-Encoding: *\r\n", true},
        {"Accept-Encoding: *, gzip;q=0\r\n", false},
        {"Accept-Encoding: gzip ; q=0.000, br\r\n", false},
        {"Accept-Encoding: gzip;q=0.001\r\n", true},
        {"Accept-Encoding: br\r\n", false},
        {"Accept-Encoding: gzipped\r\n", false},
        {"Accept-Encoding: \r\n", false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct client client = client_open(*state);
        char text[256];
        snprintf(text, sizeof text, "GET /stream HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].accepts);
        client_text(&client, text);
        struct reply reply = read_head(&client, "HTTP/1.1 ");
        const char *coding = reply_find(&reply, "Content-Encoding");
        if ((coding != NULL) != cases[i].is_gzip)
            fail_msg("%s%s", cases[i].accepts, reply.head);
        reply_free(&reply);
        struct chunked chunked = read_chunks(&client);
        assert_true(chunked.is_whole);
        if (cases[i].is_gzip) {
            char *plain = malloc(LINES * LINE_BYTES + 1);
            z_stream stream = {.next_in = (Bytef *)chunked.body.data,
                               .avail_in = (uInt)chunked.body.length,
                               .next_out = (Bytef *)plain,
                               .avail_out = LINES * LINE_BYTES + 1};
            assert_non_null(plain);
            assert_true(chunked.body.length < LINES * LINE_BYTES / 2);
            assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
            assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
            check_lines(plain, stream.total_out, LINES);
            inflateEnd(&stream);
            free(plain);
        } else {
            check_lines(chunked.body.data, chunked.body.length, LINES);
        }
        chunked_free(&chunked);
        client_close(&client);
    }
}

/* Reads on, and fails where the end is not a reset. */
static void expect_reset(struct client *client) {
    char bytes[4096];
    ssize_t got;
    while ((got = recv(client->fd, bytes, sizeof bytes, 0)) > 0)
        continue;
    assert_int_equal(got, -1);
    assert_int_equal(errno, ECONNRESET);
}

static struct http_stream *await_live(void) {
    struct http_stream *stream;
    while (!(stream = atomic_load(&live)))
        pause_ms(1);
    return stream;
}

/* A writer that writes nothing, and is told only when the grace is over. */
static void *route_deaf_end(void *cls) {
    struct http_stream *stream = cls;
    while (!http_stream_is_gone(stream))
        pause_ms(1);
    http_stream_close(stream);
    return NULL;
}

/* To an old client the end of the connection is that of the body, unless it is a reset. */
static void test_failure_old(void **state) {
    struct client client = client_open(*state);
    client_text(&client, "GET /failing HTTP/1.0\r\nHost: x\r\n\r\n");
    expect_reset(&client);
    client_close(&client);
    assert_int_equal(await_end(*state).failed, 1);
}

/* A good end is none, and takes along what the kernel has yet to send: that client reads only when all is over. */
static void test_end_old(void **state) {
    enum { COUNT = 20000 };
    struct client client = client_open(*state);
    int small = 4096;
    setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_text(&client, "GET /live HTTP/1.0\r\nHost: x\r\n\r\n");
    struct http_stream *stream = await_live();
    for (int i = 0; i < COUNT; i++) {
        char line[LINE_BYTES + 8];
        enum http_written written;
        snprintf(line, sizeof line, "%09d\n", i);
        while ((written = http_stream_try(stream, line, LINE_BYTES)) == HTTP_FULL)
            pause_ms(1);
        assert_int_equal(written, HTTP_WRITTEN);
    }
    http_stream_close(stream);
    assert_int_equal(await_end(*state).whole, 1);
    struct reply reply = read_head(&client, "HTTP/1.");
    reply_free(&reply);
    struct buffer rest = read_rest(&client);
    char byte;
    assert_int_equal(recv(client.fd, &byte, 1, 0), 0);
    check_lines(rest.data, rest.length, COUNT);
    buffer_free(&rest);
    client_close(&client);
}

/* The deadline of who reads nothing. */
static void test_deadline_old(void **state) {
    (void)state;
    struct fixture *fixture = open_server(1000);
    struct client client = client_open(fixture);
    client_text(&client, "GET /endless HTTP/1.0\r\nHost: x\r\n\r\n");
    while (streams_of(fixture).begun < 1)
        pause_ms(1);
    assert_int_equal(await_end(fixture).left, 1);
    expect_reset(&client);
    client_close(&client);
    fixture_close(fixture, 5000);
}

/* The grace of a stop. */
static void test_stop_cuts_old(void **state) {
    (void)state;
    struct fixture *fixture = open_server(60000);
    struct client client = client_open(fixture);
    client_text(&client, "GET /live HTTP/1.0\r\nHost: x\r\n\r\n");
    struct http_stream *stream = await_live();
    pthread_t deaf;
    assert_int_equal(pthread_create(&deaf, NULL, route_deaf_end, stream), 0);
    http_server_stop(fixture->server, 100);
    pthread_join(deaf, NULL);
    expect_reset(&client);
    fixture_free(fixture);
    client_close(&client);
}

static void test_failure(void **state) {
    struct client client = client_open(*state);
    client_text(&client, GET("/failing"));
    struct reply reply = read_head(&client, "HTTP/1.1 ");
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
    struct chunked chunked = read_chunks(&client);
    assert_false(chunked.is_whole);
    chunked_free(&chunked);
    client_close(&client);
    assert_int_equal(await_end(*state).failed, 1);
}

/* Who leaves while bytes are on their way to him, and while there are none. */
static void test_leaving(void **state) {
    static const char *const requests[] = {GET("/endless"), GET("/silent")};
    for (size_t i = 0; i < CXD_COUNT(requests); i++) {
        struct client client = client_open(*state);
        client_text(&client, requests[i]);
        struct reply reply = read_head(&client, "HTTP/1.1 ");
        reply_free(&reply);
        client_close(&client);
        struct http_streams streams = await_end(*state);
        assert_int_equal(streams.left, i + 1);
        assert_int_equal(atomic_load(&gone_seen), i + 1);
    }
}

/* Who reads nothing is cut off, and who reads slowly is not: his reply takes longer than the time for a request. */
static void test_progress(void **state) {
    (void)state;
    enum { TIMEOUT_MS = 1000, PIECE = 64 * 1024 };
    struct fixture *fixture = open_server(TIMEOUT_MS);
    struct client stuck = client_open(fixture), slow = client_open(fixture);
    int small = 32 * 1024;
    setsockopt(slow.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    int64_t begun_ms = clock_monotonic_ms();
    client_text(&stuck, GET("/endless"));
    client_text(&slow, GET("/endless"));
    char *piece = malloc(PIECE);
    assert_non_null(piece);
    while (streams_of(fixture).left < 1 || clock_monotonic_ms() < begun_ms + 3 * TIMEOUT_MS) {
        if (recv(slow.fd, piece, PIECE, MSG_WAITALL) != PIECE)
            fail_msg("the slow one was cut off after %lld ms", (long long)(clock_monotonic_ms() - begun_ms));
        pause_ms(20);
    }
    assert_int_equal(streams_of(fixture).left, 1);
    assert_int_equal(streams_of(fixture).open, 1);
    free(piece);
    client_close(&slow);
    client_close(&stuck);
    await_end(fixture);
    fixture_close(fixture, 5000);
}

static void test_too_many(void **state) {
    struct fixture *fixture = *state;
    struct client held[WORKERS], client = client_open(fixture);
    for (size_t i = 0; i < WORKERS; i++) {
        held[i] = client_open(fixture);
        client_text(&held[i], GET("/silent"));
    }
    while (atomic_load(&silent_waits) < WORKERS)
        pause_ms(1);
    client_text(&client, GET("/stream"));
    struct reply reply = client_reply(&client, false);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "/problems/too_many_exports"));
    assert_string_equal(reply_find(&reply, "Retry-After"), "10");
    reply_free(&reply);
    client_text(&client, GET("/plain"));
    client_expect(&client, 200, "plain");
    atomic_store(&silent_holds, false);
    for (size_t i = 0; i < WORKERS; i++) {
        reply = read_head(&held[i], "HTTP/1.1 ");
        reply_free(&reply);
        struct chunked chunked = read_chunks(&held[i]);
        assert_true(chunked.is_whole);
        check_lines(chunked.body.data, chunked.body.length, 2);
        chunked_free(&chunked);
        client_close(&held[i]);
    }
    await_end(fixture);
    do {
        client_text(&client, GET("/stream"));
        reply = read_head(&client, "HTTP/1.1 ");
        if (reply.status == 503) /* the worker is about to be free */
            client_take(&client, strtoul(reply_find(&reply, "Content-Length"), NULL, 10));
        else
            break;
        reply_free(&reply);
    } while (true);
    struct chunked chunked = read_chunks(&client);
    assert_true(chunked.is_whole);
    chunked_free(&chunked);
    reply_free(&reply);
    client_close(&client);
}

/* A writer that never waits, and belongs to no worker. */
static void test_try(void **state) {
    struct client client = client_open(*state);
    client_text(&client, GET("/live"));
    struct http_stream *stream = await_live();
    struct reply reply = read_head(&client, "HTTP/1.1 ");
    assert_string_equal(reply_find(&reply, "Content-Type"), "text/event-stream");
    reply_free(&reply);
    assert_int_equal(http_stream_room(stream), SMALL_BUFFER);
    /* What is written comes without more behind it. */
    assert_int_equal(http_stream_try(stream, "000000000\n", LINE_BYTES), HTTP_WRITTEN);
    while (!strstr(client.data, "000000000\n"))
        assert_true(client_receive(&client, FOREVER));
    int count = 1;
    enum http_written written;
    char line[LINE_BYTES + 1];
    do { /* the client reads nothing */
        snprintf(line, sizeof line, "%09d\n", count);
        written = http_stream_try(stream, line, LINE_BYTES);
        count += written == HTTP_WRITTEN;
    } while (written == HTTP_WRITTEN || streams_of(*state).sent_bytes < 64 * 1024);
    assert_int_equal(written, HTTP_FULL);
    http_stream_close(stream);
    struct chunked chunked = read_chunks(&client);
    assert_true(chunked.is_whole);
    check_lines(chunked.body.data, chunked.body.length, (size_t)count);
    chunked_free(&chunked);
    client_close(&client);
    assert_int_equal(await_end(*state).whole, 1);
}

static void test_try_gone(void **state) {
    struct client client = client_open(*state);
    client_text(&client, GET("/live"));
    struct http_stream *stream = await_live();
    client_close(&client);
    while (http_stream_try(stream, "000000000\n", LINE_BYTES) != HTTP_GONE)
        pause_ms(1);
    assert_int_equal(http_stream_room(stream), 0);
    http_stream_close(stream);
    assert_int_equal(await_end(*state).left, 1);
}

/* The end of a server: writers are told, and who reads gets an end; who does not holds nobody up. */
static void test_stop(void **state) {
    (void)state;
    struct fixture *fixture = open_server(60000);
    struct client reading = client_open(fixture), stuck = client_open(fixture);
    client_text(&reading, GET("/silent"));
    client_text(&stuck, GET("/endless"));
    struct reply reply = read_head(&reading, "HTTP/1.1 ");
    reply_free(&reply);
    http_server_stop(fixture->server, 30000);
    struct chunked chunked = read_chunks(&reading);
    assert_true(chunked.is_whole);
    check_lines(chunked.body.data, chunked.body.length, 2);
    chunked_free(&chunked);
    assert_int_equal(streams_of(fixture).open, 0);
    fixture_free(fixture);
    client_close(&reading);
    client_close(&stuck);
}

static void test_stop_cuts(void **state) {
    (void)state;
    struct fixture *fixture = open_server(60000);
    struct client client = client_open(fixture);
    client_text(&client, GET("/live"));
    struct http_stream *stream = await_live();
    pthread_t deaf;
    assert_int_equal(pthread_create(&deaf, NULL, route_deaf_end, stream), 0);
    http_server_stop(fixture->server, 100);
    pthread_join(deaf, NULL);
    assert_int_equal(streams_of(fixture).open, 0);
    assert_int_equal(streams_of(fixture).left, 1);
    fixture_free(fixture);
    client_close(&client);
}

int main(void) {
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_whole),
        WITH_SERVER(test_head),
        WITH_SERVER(test_old_version),
        WITH_SERVER(test_gzip),
        WITH_SERVER(test_failure),
        WITH_SERVER(test_failure_old),
        WITH_SERVER(test_leaving),
        WITH_SERVER(test_too_many),
        WITH_SERVER(test_try),
        WITH_SERVER(test_try_gone),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stop_cuts),
        WITH_SERVER(test_end_old),
        cmocka_unit_test(test_deadline_old),
        cmocka_unit_test(test_stop_cuts_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
