/* http/ against bad peers, over raw sockets: the smuggling corpus, header and body floods, slow clients, more clients
 * than there are connections. */

#include "test_http_fixture.h"

#include <fcntl.h>
#include <sys/resource.h>

enum { TIMEOUT_MS = 300, BODY_LENGTH = 1000 };

static int open_fixture(void **state) {
    *state = fixture_open(20000, 2, 0);
    return 0;
}

static int open_impatient(void **state) {
    *state = fixture_open(TIMEOUT_MS, 1, 0);
    return 0;
}

static int open_narrow(void **state) {
    *state = fixture_open(20000, 1, 4);
    return 0;
}

static int close_fixture(void **state) {
    fixture_close(*state, 2000);
    return 0;
}

#define BYTES(text) text, sizeof text - 1
#define HIDDEN "GET /tagged HTTP/1.1\r\nHost: x\r\n\r\n" /* must never be answered */

/* Each is refused with 400 and the connection ends, so nothing that follows can be taken for a request. */
static void test_smuggling(void **state) {
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
               "chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
               "5\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\nContent-Length: 0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 34\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length\t: 34\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
               "x\r\n\r\n0\r\n\r\n")},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0b"
               "chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("POST /ingest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN)},
        {BYTES("GET /tagged HTTP/1.1\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX\0Y: a\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\nX: a\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX: a\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\n\n")},
        {BYTES("GET /tagged HTTP/1.1\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX: a\r\n\tContent-Length: 5\r\n\r\nhello")},
        {BYTES("GET /tagged HTTP/1.1\r\n Host: x\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX@Y: a\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nX: \x01\r\n\r\n")},
        {BYTES("GET  /tagged HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged  HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1 \r\nHost: x\r\n\r\n")},
        {BYTES("GET /tag ged HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged\x01 HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged\r/x HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET tagged HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET * HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET http://x@y/tagged HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET ftp://x/tagged HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged%00 HTTP/1.1\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged%ff HTTP/1.1\r\nHost: x\r\n\r\n")},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct client client = client_open(*state);
        client_send(&client, cases[i].bytes, cases[i].length);
        struct reply reply = client_reply(&client, false);
        const char *connection = reply_find(&reply, "Connection");
        bool closed = client_sees_end(&client, 3000);
        bool is_refused = reply.status == 400 || (is_strict_library() && reply.status == 411);
        if (!is_refused || !connection || strcmp(connection, "close") != 0 || !closed)
            fail_msg("%.*s\ngave\n%s%s\n(%s; rest: %s)", (int)cases[i].length, cases[i].bytes, reply.head, reply.body,
                     closed ? "closed" : "open", client.data);
        reply_free(&reply);
        client_close(&client);
    }
    struct client client = client_open(*state);
    client_text(&client, HIDDEN);
    client_expect(&client, 200, "abc");
    client_close(&client);
}

/* What libmicrohttpd refuses before anyone else sees it. (0.9.75 sends the header block of a refused Content-Length
 * twice; the connection ends all the same.) */
static void test_refused_by_library(void **state) {
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello")},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello")},
        {BYTES("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello")},
        {BYTES("GET /tagged HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n")},
        {BYTES("GET /tagged HTTP/1.1x\r\nHost: x\r\n\r\n")},
        {BYTES("GET /tagged\r\n\r\n")},
        {BYTES("GET /tagged\tHTTP/1.1\r\nHost: x\r\n\r\n")},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct client client = client_open(*state);
        client_send(&client, cases[i].bytes, cases[i].length);
        struct reply reply = client_reply(&client, false);
        assert_int_equal(reply.status, 400);
        assert_string_equal(reply_find(&reply, "Connection"), "close");
        reply_free(&reply);
        while (client_receive(&client, FOREVER))
            continue;
        assert_null(strstr(client.data, "abc"));
        client_take(&client, client.length);
        assert_true(client_sees_end(&client, 0));
        client_close(&client);
    }
}

/* The guard sees every request of a connection, also with the next already in the buffer, and with blank lines ahead
 * (one, where the library is strict). */
static void test_guard_pipelined(void **state) {
    struct client client = client_open(*state);
    client_text(&client, is_strict_library() ? "\r\n" : "\r\n\r\n");
    client_text(&client, HIDDEN "\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nA: \r\nB:b \t\r\nContent-Length: 5\r\n\r\n"
                                "hello" HIDDEN "GET /tagged HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n" HIDDEN);
    client_expect(&client, 200, "abc");
    client_expect(&client, 201, "hello");
    client_expect(&client, 200, "abc");
    client_expect(&client, 400, is_strict_library() ? "<html>" : "malformed_request");
    assert_true(client_sees_end(&client, FOREVER));
    client_close(&client);
}

/* Many headers and cookies, so that the parser's memory is used from both ends, and the buffer has to grow. */
static void test_guard_large_block(void **state) {
    static char request[16 * 1024];
    struct client client = client_open(*state);
    for (int round = 0; round < 3; round++) {
        int length = sprintf(request, "GET /show/a?q=%0*d HTTP/1.1\r\nHost: x\r\n", 500 * round + 1, 7);
        for (int i = 0; i < 60; i++)
            length += sprintf(request + length, "X-%d: %0*d\r\nCookie: a%d=b; c=d\r\n", i, 20 * round + 1, i, i);
        sprintf(request + length, "\r\n");
        client_send(&client, request, (size_t)length / 2);
        pause_ms(10);
        client_text(&client, request + length / 2);
        client_expect(&client, 200, "name=a;q=");
    }
    client_close(&client);
}

static void test_header_flood(void **state) {
    struct client client = client_open(*state);
    client_text(&client, "GET /tagged HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 3000; i++)
        client_text(&client, "X-Flood: flood\r\n");
    client_text(&client, "\r\n");
    struct reply reply = client_reply(&client, false);
    assert_int_equal(reply.status, 431);
    reply_free(&reply);
    client_close(&client);
    client = client_open(*state);
    client_text(&client, "GET /");
    for (int i = 0; i < 3000; i++)
        client_text(&client, "long-target-");
    client_text(&client, " HTTP/1.1\r\nHost: x\r\n\r\n");
    reply = client_reply(&client, false);
    assert_int_equal(reply.status, 414);
    reply_free(&reply);
    client_close(&client);
}

/* A client that sends all of a body that is refused unread still gets the reply. */
static void test_refused_body_sent(void **state) {
    static char bytes[256 * 1024];
    memset(bytes, 'x', sizeof bytes);
    for (int i = 0; i < 20; i++) {
        struct client client = client_open(*state);
        client_text(&client, "POST /ingest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40000\r\n");
        client_send(&client, bytes, sizeof bytes);
        client_expect(&client, 411, "length_required");
        client_close(&client);
    }
}

/* Total deadlines. */

/* How long the connection lives while a byte is sent every 40 ms. */
static int64_t dribble(struct client *client, const char *bytes, size_t length) {
    int64_t begun = clock_monotonic_ms();
    size_t i = 0;
    do {
        assert_true(i < BODY_LENGTH); /* it would be whole */
        client_send(client, bytes + (i < length ? i : length - 1), 1);
        i++;
    } while (!client_sees_end(client, 40));
    return clock_monotonic_ms() - begun;
}

static void check_dribble(void **state, const char *start, const char *bytes) {
    struct client client = client_open(*state);
    client_text(&client, start);
    assert_true(dribble(&client, bytes, strlen(bytes)) >= TIMEOUT_MS - 100);
    client_close(&client);
}

static void test_slow(void **state) {
    static const char long_text[] =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    check_dribble(state, "", "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    check_dribble(state, "GET / HTTP/1.1\r\nHost: x\r\n", "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    check_dribble(state, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", long_text);
    check_dribble(state, "POST /private HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", long_text);
}

static void test_slow_second_request(void **state) {
    struct client client = client_open(*state);
    client_text(&client, HIDDEN);
    client_expect(&client, 200, "abc");
    pause_ms(TIMEOUT_MS / 2);
    client_text(&client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    assert_true(dribble(&client, "x", 1) >= TIMEOUT_MS - 100);
    client_close(&client);
}

static void test_idle(void **state) {
    struct client client = client_open(*state), fresh = client_open(*state);
    client_text(&client, HIDDEN);
    client_expect(&client, 200, "abc");
    int64_t begun = clock_monotonic_ms();
    assert_true(client_sees_end(&client, FOREVER));
    assert_true(clock_monotonic_ms() - begun >= TIMEOUT_MS - 100);
    assert_true(client_sees_end(&fresh, FOREVER));
    client_close(&client);
    client_close(&fresh);
}

/* Steady use outlives the deadline of any one request; a deferred request has none. */
static void test_not_slow(void **state) {
    struct fixture *fixture = *state;
    struct client client = client_open(fixture);
    for (int i = 0; i < 8; i++) {
        client_text(&client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
        pause_ms(TIMEOUT_MS / 4);
        client_text(&client, "llo");
        client_expect(&client, 201, "hello");
    }
    later_hold(fixture, true);
    client_text(&client, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok");
    pause_ms(3 * TIMEOUT_MS);
    later_hold(fixture, false);
    client_expect(&client, 201, "ok");
    client_text(&client, "GET /pooled?ms=900 HTTP/1.1\r\nHost: x\r\n\r\n");
    client_expect(&client, 200, "worker=1");
    client_close(&client);
}

static void test_slow_reader(void **state) {
    struct client client = client_open(*state);
    for (int i = 0; i < 8; i++)
        client_text(&client, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    pause_ms(3 * TIMEOUT_MS);
    size_t received = 0;
    while (client_receive(&client, FOREVER)) {
        received += client.length;
        client_take(&client, client.length);
    }
    assert_in_range(received, 1, 15 * 1000 * 1000); /* not all of the 16 MB */
    client_close(&client);
}

/* More clients than connections: the rest wait in the backlog, and come in as others leave. */

static int64_t cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void test_connection_limit(void **state) {
    struct client clients[12];
    for (int i = 0; i < 12; i++) {
        clients[i] = client_open(*state);
        client_text(&clients[i], HIDDEN);
    }
    for (int i = 0; i < 4; i++)
        client_expect(&clients[i], 200, "abc");
    assert_false(client_receive(&clients[4], 200));
    int64_t before = cpu_ms();
    pause_ms(500);
    assert_in_range(cpu_ms() - before, 0, 200); /* it does not spin */
    for (int i = 0; i < 12; i++) {
        if (i >= 4)
            client_expect(&clients[i], 200, "abc");
        client_close(&clients[i]);
    }
}

/* No descriptor is left, and there is no connection whose end could bring one. */
static void test_no_descriptors(void **state) {
    struct rlimit saved, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
    struct client client = client_open(*state);
    client_text(&client, HIDDEN);
    client_expect(&client, 200, "abc");
    client_close(&client);
    pause_ms(50);
    struct client waiting = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .data = calloc(1, 1)};
    assert_non_null(waiting.data);
    none = saved;
    none.rlim_cur = (rlim_t)waiting.fd; /* the lowest free number is above it */
    int holes[64], count = 0, hole;
    while ((hole = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && hole < waiting.fd && count < 64)
        holes[count++] = hole;
    if (hole >= 0)
        close(hole);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(((struct fixture *)*state)->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(waiting.fd, (struct sockaddr *)&address, sizeof address), 0);
    client_text(&waiting, HIDDEN);
    int64_t before = cpu_ms();
    assert_false(client_receive(&waiting, 600));
    int64_t spent = cpu_ms() - before;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
    assert_in_range(spent, 0, 200);
    client_expect(&waiting, 200, "abc");
    client_close(&waiting);
    while (count > 0)
        close(holes[--count]);
}

int main(void) {
    const struct CMUnitTest open_tests[] = {
        cmocka_unit_test(test_smuggling),       cmocka_unit_test(test_refused_by_library),
        cmocka_unit_test(test_guard_pipelined), cmocka_unit_test(test_guard_large_block),
        cmocka_unit_test(test_header_flood),    cmocka_unit_test(test_refused_body_sent),
    };
    const struct CMUnitTest deadline_tests[] = {
        cmocka_unit_test(test_slow),     cmocka_unit_test(test_slow_second_request), cmocka_unit_test(test_idle),
        cmocka_unit_test(test_not_slow), cmocka_unit_test(test_slow_reader),
    };
    const struct CMUnitTest narrow_tests[] = {
        cmocka_unit_test(test_connection_limit),
        cmocka_unit_test(test_no_descriptors),
    };
    int failed = cmocka_run_group_tests(open_tests, open_fixture, close_fixture);
    failed += cmocka_run_group_tests(deadline_tests, open_impatient, close_fixture);
    failed += cmocka_run_group_tests(narrow_tests, open_narrow, close_fixture);
    return failed;
}
