/* What http/ counts: every request once, under its route, method and status, whatever becomes of it; read while it is
 * served. */

#include "test_http_fixture.h"

#include "http/traffic.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"

enum { ROWS_MAX = 64 };

struct row {
    const char *method, *route;
    int status;
    uint64_t count;
};

struct rows {
    struct row items[ROWS_MAX];
    size_t count;
    uint64_t requests, durations;
};

static void take_requests(void *context, const char *method, const char *route, int status, uint64_t count) {
    struct rows *rows = context;
    assert_true(rows->count < ROWS_MAX);
    rows->items[rows->count++] = (struct row){method, route, status, count};
    rows->requests += count;
}

static void take_durations(void *context, const char *method, const char *route,
                           const struct tally_reading *durations) {
    struct rows *rows = context;
    assert_non_null(method);
    assert_non_null(route);
    rows->durations += durations->total;
    /* A request that took a second is in no test. */
    assert_true(durations->sum < durations->total * UINT64_C(1000000000));
}

static struct rows read_rows(const struct fixture *fixture) {
    struct rows rows = {0};
    http_read_traffic(fixture->server, &(struct http_traffic_visitor){take_requests, take_durations, &rows});
    return rows;
}

static uint64_t count_of(const struct rows *rows, const char *method, const char *route, int status) {
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].method, method) == 0 && strcmp(rows->items[i].route, route) == 0 &&
            rows->items[i].status == status)
            return rows->items[i].count;
    return 0;
}

static void check_requests(const struct fixture *fixture, uint64_t unanswered, uint64_t in_flight) {
    uint64_t left, under_way;
    http_read_requests(fixture->server, &left, &under_way);
    assert_int_equal(left, unanswered);
    assert_int_equal(under_way, in_flight);
}

static void test_every_status_has_a_place(void **state) {
    for (int code = 0; code < CXD_ERR_COUNT; code++)
        assert_true(traffic_status_index(error_status((enum cxd_err)code)) < TRAFFIC_STATUSES - 2);
    assert_int_equal(traffic_status_index(599), TRAFFIC_STATUSES - 1);
    for (int status = 200; status < 600; status++)
        assert_true(traffic_status_index(status) < TRAFFIC_STATUSES);
}

static void test_each_request_once(void **state) {
    static const struct {
        const char *request, *method, *route;
        int status;
    } CASES[] = {
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", "POST", "/echo", 201},
        {GET("/show/a"), "GET", "/show/{name}", 200},
        {GET("/show/b?x=%"), "GET", "/show/{name}", 400},
        {"HEAD /tagged HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD", "/tagged", 200},
        {GET("/pooled"), "GET", "/pooled", 200},
        {"POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nl", "POST", "/later", 201},
        {"POST /pooled-twice HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nl", "POST", "/pooled-twice", 201},
        {GET("/problem"), "GET", "/problem", 507},
        {GET("/private"), "GET", "/private", 401},
        {GET("/nothing"), "GET", "none", 404},
        {"DELETE /nothing HTTP/1.1\r\nHost: x\r\n\r\n", "DELETE", "none", 404},
        {"PATCH /echo HTTP/1.1\r\nHost: x\r\n\r\n", "PATCH", "/echo", 405},
        {"BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n", "other", "/echo", 405},
        {"OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS", "/echo", 204},
        {"PUT /{evil}%22 HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "PUT", "none", 400},
        {"POST /ingest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST", "/ingest", 411},
        {"POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n", "POST", "/ingest", 413},
    };
    struct fixture *fixture = fixture_open(20000, 2, 0);
    for (unsigned round = 1; round <= 2; round++) {
        for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
            struct client client = client_open(fixture);
            client_text(&client, CASES[i].request);
            struct reply reply = client_reply(&client, strcmp(CASES[i].method, "HEAD") == 0);
            assert_int_equal(reply.status, CASES[i].status);
            reply_free(&reply);
            client_close(&client);
        }
        struct rows rows = read_rows(fixture);
        for (size_t i = 0; i < CXD_COUNT(CASES); i++)
            if (count_of(&rows, CASES[i].method, CASES[i].route, CASES[i].status) != round)
                fail_msg("%s %s %d", CASES[i].method, CASES[i].route, CASES[i].status);
        assert_int_equal(rows.requests, round * CXD_COUNT(CASES));
        assert_int_equal(rows.durations, rows.requests);
        check_requests(fixture, 0, 0);
    }
    struct http_door doors[HTTP_DOORS_MAX];
    assert_int_equal(http_read_doors(fixture->server, doors), 1);
    assert_string_equal(doors[0].name, "tcp");
    assert_int_equal(doors[0].accepted, 2 * CXD_COUNT(CASES));
    assert_true(doors[0].open <= doors[0].accepted && doors[0].limit > 100);
    fixture_close(fixture, 1000);
}

/* Who leaves, or is too slow, is counted too; and what is under way is. */
static void test_unanswered(void **state) {
    struct fixture *fixture = fixture_open(300, 1, 0);
    later_hold(fixture, true);
    struct client waits = client_open(fixture), leaves = client_open(fixture), slow = client_open(fixture);
    client_text(&waits, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nl");
    client_text(&leaves, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nl");
    later_await(fixture, 2);
    check_requests(fixture, 0, 2);
    client_text(&slow, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    client_close(&leaves); /* which may be noticed before its reply is handed over, or only then */
    assert_true(client_sees_end(&slow, FOREVER));
    client_close(&slow);
    later_hold(fixture, false);
    client_expect(&waits, 201, "l");
    client_close(&waits);
    uint64_t unanswered = 0, in_flight = 1;
    for (int turn = 0; turn < 1000 && in_flight > 0; turn++) {
        pause_ms(5);
        http_read_requests(fixture->server, &unanswered, &in_flight);
    }
    assert_in_range(unanswered, 1, 2);
    struct rows rows = read_rows(fixture);
    assert_int_equal(rows.requests + unanswered, 3);
    /* A connection without a request is none. */
    struct client idle = client_open(fixture);
    assert_true(client_sees_end(&idle, FOREVER));
    client_close(&idle);
    check_requests(fixture, unanswered, 0);
    fixture_close(fixture, 1000);
}

/* What the library answers by itself, or ends without a word, is counted, and leaves nothing under way. */
static void test_by_library(void **state) {
    static const struct {
        const char *head, *piece;
        size_t count;
        const char *end;
        int status, counted; /* 0: no reply comes */
    } CASES[] = {
        {"GET /", "a", 20000, " HTTP/1.1\r\nHost: x\r\n\r\n", 414, 414},
        {"GET /tagged HTTP/1.1\r\nHost: x\r\n", "a:\r\n", 1000, "\r\n", 431, 431},
        {"GET /tagged HTTP/1.1\r\nHost: x\r\nX: ", "a", 20000, "\r\n\r\n", 431, 431},
        {"GET /tagged HTTP/1.1\r\nHost: x\r\nCookie: ", "a=b;", 1000, "\r\n\r\n", 431, 431},
        {"GET /tagged HTTP/1.1\r\nHost: x\r\nX: ", "p", 22400, NULL, 0, 431},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ", "x", 1, "\r\n\r\n", 400, 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ", "9", 30, "\r\n\r\n", 413, 413},
        {"GET /tagged HTTP/9.", "9", 1, "\r\nHost: x\r\n\r\n", 505, 505},
        {"GET /tagged HTTP/1.1\r\nno colon", "", 1, "\r\n\r\n", 400, 400},
    };
    struct fixture *fixture = fixture_open(20000, 1, 0);
    unsigned silent = 0;
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct rows before = read_rows(fixture);
        struct client client = client_open(fixture);
        client_text(&client, CASES[i].head);
        for (size_t piece = 0; piece < CASES[i].count; piece++)
            client_text(&client, CASES[i].piece);
        if (!CASES[i].end) { /* no room for a reply: cookies beyond the memory, and then a length that is none */
            client_text(&client, "\r\nCookie: ");
            for (int cookie = 0; cookie < 1500; cookie++)
                client_text(&client, "a=b;");
            client_text(&client, "\r\nContent-Length: x\r\n\r\n");
        } else {
            client_text(&client, CASES[i].end);
        }
        struct reply reply = client_reply(&client, false);
        bool has_room = is_strict_library() && !CASES[i].end; /* it makes some */
        if (reply.status != (has_room ? CASES[i].counted : CASES[i].status))
            fail_msg("case %zu: %d", i, reply.status);
        silent += reply.status == 0;
        reply_free(&reply);
        while (client_receive(&client, FOREVER))
            continue;
        client_close(&client);
        struct rows rows = read_rows(fixture);
        assert_int_equal(count_of(&rows, "other", "none", CASES[i].counted),
                         count_of(&before, "other", "none", CASES[i].counted) + 1);
        assert_int_equal(rows.requests, before.requests + 1);
        check_requests(fixture, silent, 0);
    }
    fixture_close(fixture, 1000);
}

enum { LOAD_CLIENTS = 4, LOAD_ROUNDS = 200 };

static void *load(void *cls) {
    struct client client = client_open(cls);
    for (int i = 0; i < LOAD_ROUNDS; i++) {
        client_text(&client, i % 2 ? GET("/tagged") : GET("/pooled"));
        client_expect(&client, 200, NULL);
    }
    client_close(&client);
    return NULL;
}

/* Read by a thread of its own while loops and workers count: what is seen only grows. */
static void test_read_under_load(void **state) {
    struct fixture *fixture = fixture_open(20000, 2, 0);
    pthread_t threads[LOAD_CLIENTS];
    for (size_t i = 0; i < LOAD_CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load, fixture), 0);
    uint64_t requests = 0, durations = 0;
    while (requests < LOAD_CLIENTS * LOAD_ROUNDS) {
        struct rows rows = read_rows(fixture);
        uint64_t unanswered, in_flight;
        struct http_door doors[HTTP_DOORS_MAX];
        http_read_requests(fixture->server, &unanswered, &in_flight);
        http_read_doors(fixture->server, doors);
        assert_true(rows.requests >= requests && rows.durations >= durations);
        assert_int_equal(unanswered, 0);
        assert_true(in_flight <= LOAD_CLIENTS * LOAD_ROUNDS); /* what ends while it is read counts as under way */
        assert_true(doors[0].open <= LOAD_CLIENTS && doors[0].accepted <= LOAD_CLIENTS);
        requests = rows.requests;
        durations = rows.durations;
    }
    for (size_t i = 0; i < LOAD_CLIENTS; i++)
        pthread_join(threads[i], NULL);
    struct rows rows = read_rows(fixture);
    assert_int_equal(count_of(&rows, "GET", "/tagged", 200), LOAD_CLIENTS * LOAD_ROUNDS / 2);
    assert_int_equal(count_of(&rows, "GET", "/pooled", 200), LOAD_CLIENTS * LOAD_ROUNDS / 2);
    assert_int_equal(rows.durations, LOAD_CLIENTS * LOAD_ROUNDS);
    fixture_close(fixture, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_a_place),
        cmocka_unit_test(test_each_request_once),
        cmocka_unit_test(test_unanswered),
        cmocka_unit_test(test_by_library),
        cmocka_unit_test(test_read_under_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
