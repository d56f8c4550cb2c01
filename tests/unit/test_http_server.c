/* http/ as a whole: routing, bodies, keys, origins, entity tags, workers, deferral, and the end of a server. */

#include <sched.h>

#include "test_http_fixture.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST(target, length, body) "POST " target " HTTP/1.1\r\nHost: x\r\nContent-Length: " length "\r\n\r\n" body

static int open_fixture(void **state) {
    *state = fixture_open(20000, 2, 0);
    return 0;
}

static int close_fixture(void **state) {
    fixture_close(*state, 5000);
    return 0;
}

/* Sends on a new connection and returns the one reply. */
static struct reply ask(struct fixture *fixture, const char *request, bool head_only) {
    struct client client = client_open(fixture);
    client_text(&client, request);
    struct reply reply = client_reply(&client, head_only);
    client_close(&client);
    return reply;
}

static void check_header(const struct reply *reply, const char *name, const char *value) {
    const char *found = reply_find(reply, name);
    if (!value && found)
        fail_msg("%s: %s\n%s", name, found, reply->head);
    if (value && (!found || strcmp(found, value) != 0))
        fail_msg("%s is %s, not %s\n%s", name, found ? found : "missing", value, reply->head);
}

static void test_routes(void **state) {
    static const struct {
        const char *request;
        int status;
        const char *part;
    } cases[] = {
        {GET("/show/a%2Fb?x=1&y=a+b%26"), 200, "name=a/b;x=1;y=a b&"},
        {POST("/echo", "5", "hello"), 201, "hello"},
        {POST("/echo", "0", ""), 201, ""},
        {"POST /echo HTTP/1.1\r\nHost: x\r\n\r\n", 201, ""},
        {"POST /show/j HTTP/1.1\r\nHost: x\r\nContent-Type: Application/JSON ; charset=utf-8\r\n\r\n", 200, "name=j"},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
         "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
         411, "/problems/length_required"},
        {"GET /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411, "/problems/length_required"},
        {"TRACE /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411, "/problems/length_required"},
        {"GET /private HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411, "/problems/length_required"},
        {"GET /private HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", 411, "/problems/unwanted_body"},
        {"OPTIONS /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", 411, "/problems/unwanted_body"},
        {"POST /bodiless HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", 411, "/problems/unwanted_body"},
        {POST("/bodiless", "0", ""), 201, ""},
        {GET("/nothing"), 404, "/problems/not_found"},
        {GET("/show/"), 404, "/problems/not_found"},
        {POST("/nothing", "5", "hello"), 404, "/problems/not_found"},
        {GET("/echo"), 405, "This path takes POST, OPTIONS"},
        {"TRACE /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "/problems/method_not_allowed"},
        {"PROPFIND /show/a HTTP/1.1\r\nHost: x\r\n\r\n", 405, "/problems/method_not_allowed"},
        {"PROPFIND /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "/problems/not_found"},
        {GET("/show/a?x=1&x=2"), 400, "/problems/bad_parameter"},
        {GET("/show/a?x=%"), 400, "/problems/bad_parameter"},
        {GET("/tagged?x=1"), 400, "This call takes no parameters, not x"},
        {GET("/show/%zz"), 400, "/problems/malformed_request"},
        {POST("/ingest", "2", "{}"), 201, "{}"},
        {"POST /ingest HTTP/1.1\r\nHost: x\r\n\r\n", 411, "/problems/length_required"},
        {"POST /ingest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411,
         "/problems/length_required"},
        {GET("/problem"), 507, "\"detail\":\"No room: 7\""},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct client client = client_open(*state);
        client_text(&client, cases[i].request);
        client_expect(&client, cases[i].status, cases[i].part);
        client_close(&client);
    }
}

static void test_reply_headers(void **state) {
    struct reply reply = ask(*state, GET("/show/a"), false);
    check_header(&reply, "Content-Type", "text/plain");
    check_header(&reply, "Cache-Control", "no-store");
    check_header(&reply, "X-Shown", "yes");
    check_header(&reply, "Connection", NULL);
    check_header(&reply, "Server", NULL);
    check_header(&reply, "Vary", NULL);
    assert_non_null(reply_find(&reply, "Date"));
    reply_free(&reply);
    reply = ask(*state, GET("/problem"), false);
    check_header(&reply, "Content-Type", "application/problem+json");
    check_header(&reply, "Retry-After", "10");
    reply_free(&reply);
    reply = ask(*state, GET("/echo"), false);
    check_header(&reply, "Allow", "POST, OPTIONS");
    reply_free(&reply);
    reply = ask(*state, "HEAD /show/abc HTTP/1.1\r\nHost: x\r\n\r\n", true);
    assert_int_equal(reply.status, 200);
    check_header(&reply, "Content-Length", "8");
    reply_free(&reply);
    reply = ask(*state, "OPTIONS /show/abc HTTP/1.1\r\nHost: x\r\n\r\n", false);
    assert_int_equal(reply.status, 204);
    check_header(&reply, "Allow", "GET, HEAD, POST, OPTIONS");
    check_header(&reply, "Access-Control-Allow-Origin", NULL);
    reply_free(&reply);
}

static void test_tags(void **state) {
    static const char tag[] = "\"ba7816bf8f01cfea414140de5dae2223\"";
    struct reply reply = ask(*state, GET("/tagged"), false);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "abc");
    check_header(&reply, "ETag", tag);
    check_header(&reply, "Cache-Control", "no-cache");
    reply_free(&reply);
    struct client client = client_open(*state);
    char request[256];
    for (int i = 0; i < 2; i++) {
        snprintf(request, sizeof request, "GET /tagged HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"no\", W/%s\r\n\r\n",
                 tag);
        client_text(&client, request);
        reply = client_reply(&client, true); /* the length is that of the 200, the body is not there */
        assert_int_equal(reply.status, 304);
        check_header(&reply, "Content-Length", "3");
        check_header(&reply, "ETag", tag);
        check_header(&reply, "Content-Type", NULL);
        assert_int_equal(reply.body_length, 0);
        reply_free(&reply);
    }
    client_text(&client, "GET /tagged HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"no\"\r\n\r\n");
    client_expect(&client, 200, "abc");
    client_close(&client);
}

static void test_keys(void **state) {
    static const struct {
        const char *headers;
        int status;
        const char *slug, *challenge;
    } cases[] = {
        {"", 401, "no_key", "Bearer realm=\"cxd\""},
        {"Authorization: Bearer good\r\n", 200, "abc", NULL},
        {"Authorization: bEaReR good\r\n", 200, "abc", NULL},
        {"Authorization: Bearer bad\r\n", 401, "bad_key", "Bearer realm=\"cxd\", error=\"invalid_token\""},
        {"Authorization: Basic good\r\n", 401, "bad_key", "Bearer realm=\"cxd\", error=\"invalid_token\""},
        {"Authorization: Bearer good\r\nAuthorization: Bearer good\r\n", 401, "bad_key",
         "Bearer realm=\"cxd\", error=\"invalid_token\""},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        char request[256];
        snprintf(request, sizeof request, "GET /private HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].headers);
        struct reply reply = ask(*state, request, false);
        assert_int_equal(reply.status, cases[i].status);
        assert_non_null(strstr(reply.body, cases[i].slug));
        check_header(&reply, "WWW-Authenticate", cases[i].challenge);
        reply_free(&reply);
    }
    struct reply reply = ask(*state, "GET /secret HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\n\r\n", false);
    assert_int_equal(reply.status, 403);
    reply_free(&reply);
    /* A refusal reads the body first, and so keeps the connection. */
    struct client client = client_open(*state);
    client_text(&client, POST("/private", "5", "hello") GET("/tagged"));
    client_expect(&client, 401, "no_key");
    client_expect(&client, 200, "abc");
    client_close(&client);
}

/* What a page of another origin sees of a reply: nothing, or all of it. */
static void check_seen(const struct reply *reply, const char *origin) {
    check_header(reply, "Access-Control-Allow-Origin", origin);
    check_header(reply, "Access-Control-Allow-Credentials", origin ? "true" : NULL);
    check_header(reply, "Cross-Origin-Resource-Policy", origin ? "cross-origin" : NULL);
    check_header(
        reply, "Access-Control-Expose-Headers",
        origin ? "Retry-After, RateLimit, RateLimit-Policy, Location, ETag, Preference-Applied, X-Request-Id, Allow, "
                 "WWW-Authenticate, Date"
               : NULL);
}

#define A_EXAMPLE "Host: x\r\nOrigin: https://a.example\r\n"

static void test_origins(void **state) {
    static const char a[] = "https://a.example";
    static const struct {
        const char *request;
        int status;
        const char *seen, *vary;
    } cases[] = {
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "Content-Length: 1\r\n\r\nx", 201, a, "Origin"},
        {"POST /cors/open/ HTTP/1.1\r\n" A_EXAMPLE "Content-Length: 1\r\n\r\nx", 201, a, "Origin"},
        {"POST http://y/cors/open HTTP/1.1\r\n" A_EXAMPLE "Content-Length: 1\r\n\r\nx", 201, a, "Origin"},
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "\r\n", 411, a, "Origin"},
        {"POST /cors/open HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", 201, NULL, "Origin"},
        {"POST /cors/open HTTP/1.1\r\nHost: x\r\nOrigin: null\r\nContent-Length: 1\r\n\r\nx", 403, NULL, "Origin"},
        {"POST /cors/shut HTTP/1.1\r\n" A_EXAMPLE "Content-Length: 1\r\n\r\nx", 403, NULL, "Origin"},
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "Origin: https://a.example\r\nContent-Length: 1\r\n\r\nx", 403, NULL,
         "Origin"},
        {"GET /cors/open HTTP/1.1\r\n" A_EXAMPLE "\r\n", 200, a, "Origin"},
        {"GET /cors/shut HTTP/1.1\r\n" A_EXAMPLE "\r\n", 200, NULL, "Origin"},
        {"GET /tagged HTTP/1.1\r\n" A_EXAMPLE "\r\n", 200, NULL, NULL},
        /* What the path does not take, a page may know; not what a key is for. */
        {"PUT /cors/open HTTP/1.1\r\n" A_EXAMPLE "\r\n", 405, a, "Origin"},
        {"PUT /cors/shut HTTP/1.1\r\n" A_EXAMPLE "\r\n", 405, NULL, "Origin"},
        {"DELETE /cors/open HTTP/1.1\r\n" A_EXAMPLE "\r\n", 401, NULL, "Origin"},
        /* Refused before anything is looked up. */
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "Content-Length: x\r\n\r\n", 400, NULL, NULL}, /* the library's */
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "Host: y\r\n\r\n", 400, a, "Origin"},
        {"POST /cors/shut HTTP/1.1\r\n" A_EXAMPLE "Host: y\r\n\r\n", 400, NULL, "Origin"},
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "Transfer-Encoding: chunked\r\n\r\n", 411, a, "Origin"},
        {"POST /cors/open HTTP/1.1\r\n" A_EXAMPLE "Content-Length: 99999999\r\n\r\n", 413, a, "Origin"},
        {"GET /cors/open HTTP/1.1\r\n" A_EXAMPLE "Content-Length: 1\r\n\r\nx", 411, a, "Origin"},
        {"GET /cors/open?a=% HTTP/1.1\r\n" A_EXAMPLE "\r\n", 400, a, "Origin"},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct reply reply = ask(*state, cases[i].request, false);
        if (reply.status != cases[i].status)
            fail_msg("%s: %d", cases[i].request, reply.status);
        check_seen(&reply, cases[i].seen);
        check_header(&reply, "Vary", cases[i].vary);
        reply_free(&reply);
    }
}

static void test_preflights(void **state) {
    static const char usual[] =
        "Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, X-Request-Id, traceparent, tracestate";
    static const struct {
        const char *request;
        const char *methods, *headers; /* NULL: none; no methods: not allowed */
    } cases[] = {
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n\r\n", "GET, POST", usual},
        {"OPTIONS /cors/open/ HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: GET\r\n\r\n", "GET, POST", usual},
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: content-type,sentry-trace , baggage,, x_1.%\r\n\r\n",
         "GET, POST", "content-type, sentry-trace, baggage, x_1.%"},
        /* What the path does not take: the browser itself knows what may be tried, and a 405 is there to be read. */
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: PUT\r\n\r\n", "GET, POST", usual},
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: X\r\n\r\n", "GET, POST", usual},
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: a, b c\r\n\r\n",
         "GET, POST", NULL},
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: a(b)\r\n\r\n",
         "GET, POST", NULL},
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: , ,\r\n\r\n",
         "GET, POST", NULL},
        {"OPTIONS /cors/shut HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n\r\n", NULL, NULL},
        {"OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: DELETE\r\n\r\n", NULL, NULL},
        {"OPTIONS /cors/open HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: POST\r\n\r\n", NULL, NULL},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        const char *methods = cases[i].methods;
        struct reply reply = ask(*state, cases[i].request, false);
        assert_int_equal(reply.status, 204);
        check_seen(&reply, methods ? "https://a.example" : NULL);
        check_header(&reply, "Access-Control-Allow-Methods", methods);
        check_header(&reply, "Access-Control-Allow-Headers", cases[i].headers);
        check_header(&reply, "Access-Control-Max-Age", methods ? "7200" : NULL);
        check_header(&reply, "Allow", methods ? NULL : "GET, HEAD, POST, DELETE, OPTIONS");
        check_header(&reply, "Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        reply_free(&reply);
    }
    /* So many names as there is room for, and one more. */
    for (int count = 204; count <= 206; count++) {
        char request[2048];
        int used = snprintf(request, sizeof request,
                            "OPTIONS /cors/open HTTP/1.1\r\n" A_EXAMPLE "Access-Control-Request-Method: POST\r\n"
                            "Access-Control-Request-Headers: ");
        for (int i = 0; i < count; i++)
            used += snprintf(request + used, sizeof request - (size_t)used, "%s%03d", i > 0 ? "," : "", i);
        strcat(request, "\r\n\r\n");
        struct reply reply = ask(*state, request, false);
        check_seen(&reply, "https://a.example");
        assert_int_equal(!!reply_find(&reply, "Access-Control-Allow-Headers"), count < 206);
        reply_free(&reply);
    }
}

static void test_server_options(void **state) {
    static const char *const targets[] = {"*", "http://x", "HTTPS://y.example:8443"};
    for (size_t i = 0; i < CXD_COUNT(targets); i++) {
        char request[128];
        snprintf(request, sizeof request, "OPTIONS %s HTTP/1.1\r\n" A_EXAMPLE "\r\n", targets[i]);
        struct reply reply = ask(*state, request, false);
        assert_int_equal(reply.status, 204);
        check_header(&reply, "Allow", "GET, HEAD, POST, DELETE, OPTIONS");
        check_header(&reply, "Vary", NULL);
        check_seen(&reply, NULL);
        reply_free(&reply);
    }
    static const struct {
        const char *request;
        int status;
    } others[] = {
        {"OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", 411},
        {"OPTIONS http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 404},
        {"OPTIONS http://x? HTTP/1.1\r\nHost: x\r\n\r\n", 404},
        {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 404},
    };
    for (size_t i = 0; i < CXD_COUNT(others); i++) {
        struct reply reply = ask(*state, others[i].request, false);
        assert_int_equal(reply.status, others[i].status);
        reply_free(&reply);
    }
}

static void test_keep_alive(void **state) {
    struct client client = client_open(*state);
    for (int i = 0; i < 50; i++) {
        client_text(&client, POST("/echo", "5", "hello"));
        client_expect(&client, 201, "hello");
        client_text(&client, GET("/show/x"));
        client_expect(&client, 200, "name=x");
    }
    client_text(&client, "GET /tagged HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    client_expect(&client, 200, "abc");
    assert_true(client_sees_end(&client, FOREVER));
    client_close(&client);
}

static void test_http_1_0(void **state) {
    struct client client = client_open(*state);
    client_text(&client, "GET /tagged HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    client_expect(&client, 200, "abc");
    client_text(&client, "GET /tagged HTTP/1.0\r\n\r\n");
    client_expect(&client, 200, "abc");
    assert_true(client_sees_end(&client, FOREVER));
    client_close(&client);
}

static void test_pipeline(void **state) {
    struct client client = client_open(*state);
    client_text(&client, POST("/echo", "1", "a") POST("/later", "1", "b") GET("/pooled") POST("/echo", "1", "c")
                             GET("/nothing") POST("/later", "1", "d"));
    client_expect(&client, 201, "a");
    client_expect(&client, 201, "b");
    client_expect(&client, 200, "worker=1");
    client_expect(&client, 201, "c");
    client_expect(&client, 404, NULL);
    client_expect(&client, 201, "d");
    client_close(&client);
}

static void test_pieces(void **state) {
    static const char request[] = POST("/echo", "11", "hello world");
    struct client client = client_open(*state);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        client_send(&client, request + i, 1);
        pause_ms(1);
    }
    client_expect(&client, 201, "hello world");
    client_close(&client);
}

static char *filled(size_t length) {
    char *bytes = malloc(length + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('a' + i % 23);
    bytes[length] = '\0';
    return bytes;
}

static void test_bodies(void **state) {
    static const struct {
        const char *target;
        size_t length;
        int status;
        bool kept; /* the connection survives */
    } cases[] = {
        {"/echo", BODY_BYTES, 201, true},
        {"/echo", BODY_BYTES + 1, 413, true},
        {"/batch", BATCH_BYTES, 201, true},
        {"/batch", BATCH_BYTES + 1, 413, false},
        {"/echo", 8 * BATCH_BYTES, 413, false},
        {"/nothing", BODY_BYTES, 404, false},
        {"/tagged", 1, 405, false},
        {"/bodiless", 1, 411, false},
        {"/private", BODY_BYTES + 1, 401, true},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct client client = client_open(*state);
        char head[128], *body = filled(cases[i].length);
        snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", cases[i].target,
                 cases[i].length);
        client_text(&client, head);
        if (cases[i].kept)
            client_send(&client, body, cases[i].length);
        struct reply reply = client_reply(&client, false);
        assert_int_equal(reply.status, cases[i].status);
        check_header(&reply, "Connection", cases[i].kept ? NULL : "close");
        if (reply.status == 201)
            assert_string_equal(reply.body, body);
        reply_free(&reply);
        if (cases[i].kept) {
            client_text(&client, GET("/tagged"));
            client_expect(&client, 200, "abc");
        } else {
            assert_true(client_sees_end(&client, FOREVER));
        }
        free(body);
        client_close(&client);
    }
}

static void test_expect(void **state) {
    struct client client = client_open(*state);
    client_text(&client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    client_expect(&client, 100, NULL);
    client_text(&client, "hello");
    client_expect(&client, 201, "hello");
    client_text(&client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\nExpect: 100-continue\r\n\r\n");
    client_expect(&client, 413, "too_large");
    assert_true(client_sees_end(&client, FOREVER));
    client_close(&client);
}

static void test_large_reply(void **state) {
    struct client client = client_open(*state);
    client_text(&client, GET("/large"));
    pause_ms(50);
    struct reply reply = client_reply(&client, false);
    assert_int_equal(reply.body_length, 2000000);
    assert_string_equal(reply.body + 2000000 - 10, "000199999\n");
    reply_free(&reply);
    client_text(&client, GET("/tagged"));
    client_expect(&client, 200, "abc");
    client_close(&client);
}

/* The memory that a loop keeps for long replies is that of one of them, and each gets its own body: some at once, over
 * and over, shorter and longer than it. */
static void test_long_replies(void **state) {
    static const struct {
        const char *request;
        size_t length;
    } LONG[] = {{GET("/long?a=900000"), 900000}, {GET("/long?b=1048576"), 1048576}, {GET("/long?c=1048577"), 1048577},
                {GET("/long?d=3"), 3},           {GET("/long?e=700000"), 700000},   {GET("/long?f=0"), 0}};
    struct client clients[CXD_COUNT(LONG)];
    for (size_t i = 0; i < CXD_COUNT(LONG); i++)
        clients[i] = client_open(*state);
    for (size_t turn = 0; turn < 4 * CXD_COUNT(LONG); turn++) {
        for (size_t i = 0; i < CXD_COUNT(LONG); i++)
            client_text(&clients[i], LONG[(i + turn) % CXD_COUNT(LONG)].request);
        for (size_t i = 0; i < CXD_COUNT(LONG); i++) {
            size_t at = (i + turn) % CXD_COUNT(LONG), length = LONG[at].length;
            struct reply reply = client_reply(&clients[i], false);
            assert_int_equal(reply.status, 200);
            assert_int_equal(reply.body_length, length);
            for (size_t c = 0; c < length; c++)
                assert_true(reply.body[c] == (char)('a' + (int)at));
            reply_free(&reply);
        }
    }
    for (size_t i = 0; i < CXD_COUNT(LONG); i++)
        client_close(&clients[i]);
}

enum { MANY = 256 };

static void test_many_deferred(void **state) {
    struct fixture *fixture = *state;
    struct client clients[MANY];
    for (int i = 0; i < MANY; i++)
        clients[i] = client_open(fixture);
    for (int round = 0; round < 8; round++) {
        later_hold(fixture, round % 2 == 0);
        for (int i = 0; i < MANY; i++) {
            char request[160], body[32];
            snprintf(body, sizeof body, "%d-%d", round, i);
            snprintf(request, sizeof request, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                     strlen(body), body);
            client_text(&clients[i], request);
        }
        if (round % 2 == 0) {
            later_await(fixture, MANY);
            later_hold(fixture, false);
        }
        for (int i = 0; i < MANY; i++) {
            char body[32];
            snprintf(body, sizeof body, "%d-%d", round, i);
            struct reply reply = client_reply(&clients[i], false);
            assert_int_equal(reply.status, 201);
            assert_string_equal(reply.body, body);
            reply_free(&reply);
        }
    }
    for (int i = 0; i < MANY; i++)
        client_close(&clients[i]);
}

/* Clients that go away while their request is deferred or in the pool. */
static void test_gone(void **state) {
    struct fixture *fixture = *state;
    later_hold(fixture, true);
    for (int i = 0; i < 32; i++) {
        struct client client = client_open(fixture);
        client_text(&client, i % 2 ? POST("/later", "1", "x") : GET("/pooled?ms=5"));
        if (i % 2)
            later_await(fixture, (size_t)(i + 1) / 2);
        if (i % 4 == 3) { /* with a reset */
            struct linger now = {.l_onoff = 1, .l_linger = 0};
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        client_close(&client);
    }
    later_hold(fixture, false);
    struct client client = client_open(fixture);
    client_text(&client, POST("/later", "2", "ok"));
    client_expect(&client, 201, "ok");
    client_close(&client);
}

/* What a worker reads of a request is there when the connection has gone. */
static void test_gone_from_worker(void **state) {
    enum { GONE = 300 };
    struct fixture *fixture = *state;
    for (int i = 0; i < GONE; i++) {
        struct client client = client_open(fixture);
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        client_text(&client, "GET /pooled-named HTTP/1.1\r\nHost: h\r\nX-Name: somebody\r\n\r\n");
        while (atomic_load(&fixture->named_calls) == i)
            sched_yield();
        setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        client_close(&client);
    }
    while (atomic_load(&fixture->named) + atomic_load(&fixture->nameless) < GONE)
        pause_ms(1);
    assert_int_equal(atomic_load(&fixture->nameless), 0);
}

static void test_pool(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(atomic_load(&fixture->workers), 3);
    struct client slow[4];
    for (int i = 0; i < 4; i++) {
        slow[i] = client_open(fixture);
        client_text(&slow[i], GET("/pooled?ms=100"));
    }
    struct client client = client_open(fixture); /* the loops go on meanwhile */
    client_text(&client, GET("/tagged"));
    client_expect(&client, 200, "abc");
    client_close(&client);
    for (int i = 0; i < 4; i++) {
        client_expect(&slow[i], 200, "worker=1 id=");
        client_close(&slow[i]);
    }
}

/* Whoever runs a request may defer it, and what finishes it may do so again. */
static void test_defer_again(void **state) {
    static const struct {
        const char *request;
        int status;
        const char *part;
    } cases[] = {
        {POST("/pooled-twice", "1", "a"), 201, "a"},
        {POST("/pooled-later", "1", "b"), 201, "b"},
        {POST("/twice", "1", "c"), 201, "c"},
        {GET("/pooled"), 200, "worker=1"},
    };
    enum { CLIENTS = 4 * CXD_COUNT(cases) };
    struct client clients[CLIENTS];
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = client_open(*state);
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < CLIENTS; i++)
            client_text(&clients[i], cases[(i + round) % CXD_COUNT(cases)].request);
        for (size_t i = 0; i < CLIENTS; i++)
            client_expect(&clients[i], cases[(i + round) % CXD_COUNT(cases)].status,
                          cases[(i + round) % CXD_COUNT(cases)].part);
    }
    for (size_t i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
}

/* Heartbeats. */

typedef int64_t stuck_ms(struct http_server *server, int64_t now_ms);

static bool answers(struct fixture *fixture, stuck_ms *stuck, int64_t now_ms) {
    for (int i = 0; i < 5000; i++) {
        if (stuck(fixture->server, now_ms) == 0)
            return true;
        pause_ms(1);
    }
    return false;
}

/* One thread of several is held up: it is the one that counts. The others go on, and answer. */
static void test_stuck(void **state) {
    static const struct {
        const char *request;
        stuck_ms *of_it, *of_others;
    } cases[] = {{GET("/hold"), http_loops_stuck_ms, http_workers_stuck_ms},
                 {GET("/pooled-hold"), http_workers_stuck_ms, http_loops_stuck_ms}};
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct fixture *fixture = fixture_open(20000, 2, 0);
        for (int64_t now_ms = 1000; now_ms < 10000; now_ms += 1000)
            assert_true(answers(fixture, cases[i].of_it, now_ms));
        atomic_store(&fixture->holds, true);
        struct client client = client_open(fixture);
        client_text(&client, cases[i].request);
        while (atomic_load(&fixture->held) == 0)
            pause_ms(1);
        assert_true(answers(fixture, cases[i].of_it, 20000));
        assert_int_equal(cases[i].of_it(fixture->server, 21000), 1000);
        assert_true(answers(fixture, cases[i].of_others, 21000));
        assert_true(answers(fixture, cases[i].of_others, 22000));
        assert_int_equal(cases[i].of_it(fixture->server, 50000), 30000);
        atomic_store(&fixture->holds, false);
        client_expect(&client, 200, NULL);
        assert_true(answers(fixture, cases[i].of_it, 60000));
        assert_true(answers(fixture, cases[i].of_it, 61000));
        client_close(&client);
        fixture_close(fixture, 1000);
    }
}

static void *ask_on(void *argument) {
    struct fixture *fixture = argument;
    for (int64_t now_ms = 1000; atomic_load(&fixture->holds); now_ms++) {
        (void)http_loops_stuck_ms(fixture->server, now_ms);
        (void)http_workers_stuck_ms(fixture->server, now_ms);
        atomic_fetch_add(&fixture->held, 1);
    }
    return NULL;
}

/* Who watches the server does so while it stops, and after. */
static void test_asked_at_stop(void **state) {
    struct fixture *fixture = fixture_open(20000, 2, 0);
    pthread_t asker;
    atomic_store(&fixture->holds, true);
    assert_int_equal(pthread_create(&asker, NULL, ask_on, fixture), 0);
    while (atomic_load(&fixture->held) == 0)
        pause_ms(1);
    http_server_stop(fixture->server, 1000);
    int asked = atomic_load(&fixture->held);
    while (atomic_load(&fixture->held) < asked + 2)
        pause_ms(1);
    atomic_store(&fixture->holds, false);
    pthread_join(asker, NULL);
    fixture_free(fixture);
}

/* Every worker of one pool is held up, and more requests wait for one: the other pool answers as ever, and the counts
 * say so. */
static void test_pools_apart(void **state) {
    enum { HELD = 2, WAITING = 10 };
    struct fixture *fixture = fixture_open(20000, 2, 0);
    struct http_pool_state pools[HTTP_POOL_COUNT];
    struct client held[HELD + WAITING];
    atomic_store(&fixture->holds, true);
    for (int i = 0; i < HELD + WAITING; i++) {
        held[i] = client_open(fixture);
        client_text(&held[i], GET("/pooled-hold"));
    }
    do {
        pause_ms(1);
        http_read_pools(fixture->server, pools);
    } while (pools[HTTP_POOL_READ].busy < HELD || pools[HTTP_POOL_READ].waiting < WAITING);
    struct client client = client_open(fixture);
    for (int i = 0; i < 50; i++) {
        client_text(&client, GET("/pooled-public"));
        client_expect(&client, 200, "worker=1");
    }
    client_close(&client);
    http_read_pools(fixture->server, pools);
    assert_string_equal(pools[HTTP_POOL_READ].name, "read");
    assert_string_equal(pools[HTTP_POOL_PUBLIC].name, "public");
    assert_int_equal(pools[HTTP_POOL_READ].threads, 2);
    assert_int_equal(pools[HTTP_POOL_PUBLIC].threads, 1);
    assert_int_equal(pools[HTTP_POOL_READ].busy, HELD);
    assert_int_equal(pools[HTTP_POOL_READ].waiting, WAITING);
    assert_int_equal(pools[HTTP_POOL_PUBLIC].busy + pools[HTTP_POOL_PUBLIC].waiting, 0);
    atomic_store(&fixture->holds, false);
    for (int i = 0; i < HELD + WAITING; i++) {
        client_expect(&held[i], 200, NULL);
        client_close(&held[i]);
    }
    http_read_pools(fixture->server, pools);
    assert_int_equal(pools[HTTP_POOL_READ].busy + pools[HTTP_POOL_READ].waiting, 0);
    fixture_close(fixture, 1000);
}

/* Reloads. */

static void reload(struct fixture *fixture, int number, size_t body_bytes) {
    struct http_options options = fixture_options(fixture, number, body_bytes);
    struct error err;
    assert_int_equal(http_server_reload(fixture->server, &options, &err), CXD_OK);
}

struct asker {
    struct fixture *fixture;
    const char *request;
    atomic_bool *ends;
    atomic_int *newest; /* number of the last reload that has returned */
};

/* Bodies of 8 bytes, where the limit is now 4, now 8. */
static void *ask_settings(void *cls) {
    struct asker *asker = cls;
    struct client client = client_open(asker->fixture);
    while (!atomic_load(asker->ends)) {
        int least = atomic_load(asker->newest);
        client_text(&client, asker->request);
        struct reply reply = client_reply(&client, false);
        assert_true(reply.status == 200 || reply.status == 413);
        if (reply.status == 200) {
            assert_int_equal(atoi(reply.body) % 2, 1);
            assert_true(atoi(reply.body) >= least);
        }
        reply_free(&reply);
    }
    client_close(&client);
    return NULL;
}

/* Under load, over and over: a request sees one state, and none that was replaced before it was sent. */
static void test_reload(void **state) {
    enum { ASKERS = 4, RELOADS = 300 };
    static const char *const requests[] = {POST("/settings", "8", "12345678"),
                                           POST("/pooled-settings", "8", "12345678")};
    struct fixture *fixture = fixture_open(20000, 2, 0);
    atomic_bool ends = false;
    atomic_int newest = 1;
    pthread_t threads[ASKERS];
    struct asker askers[ASKERS];
    reload(fixture, 1, 8);
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i] = (struct asker){fixture, requests[i % 2], &ends, &newest};
        assert_int_equal(pthread_create(&threads[i], NULL, ask_settings, &askers[i]), 0);
    }
    for (int number = 2; number <= RELOADS; number++) {
        reload(fixture, number, number % 2 ? 8 : 4);
        atomic_store(&newest, number);
        if (number % 8 == 0)
            pause_ms(1);
    }
    atomic_store(&ends, true);
    for (size_t i = 0; i < ASKERS; i++)
        pthread_join(threads[i], NULL);
    http_server_stop(fixture->server, 1000);
    assert_in_range(atomic_load(&fixture->settings_freed), RELOADS - 3, RELOADS - 1);
    fixture_free(fixture);
}

/* A request that is under way keeps what it saw; it is freed behind it. */
static void test_reload_under_way(void **state) {
    struct fixture *fixture = fixture_open(20000, 1, 0);
    struct client client = client_open(fixture), other = client_open(fixture);
    reload(fixture, 1, 8);
    atomic_store(&fixture->holds, true);
    client_text(&client, GET("/pooled-hold"));
    while (atomic_load(&fixture->held) == 0)
        pause_ms(1);
    reload(fixture, 3, 8);
    client_text(&other, POST("/settings", "0", ""));
    client_expect(&other, 200, "3");
    assert_int_equal(atomic_load(&fixture->settings_freed), 0);
    atomic_store(&fixture->holds, false);
    client_expect(&client, 200, "1");
    client_text(&client, POST("/settings", "0", ""));
    client_expect(&client, 200, "3");
    assert_int_equal(atomic_load(&fixture->settings_freed), 1);
    client_close(&client);
    client_close(&other);
    fixture_close(fixture, 1000);
}

static bool is_served(const struct fixture *fixture) {
    struct client client = client_open(fixture);
    client_text(&client, GET("/tagged"));
    bool is_answered = client_receive(&client, -1);
    client_close(&client);
    return is_answered;
}

/* Who asks and goes has as many requests under way as they may have connections, and no more. */
static void test_gone_keeps_its_place(void **state) {
    enum { MOST = 4 };
    struct fixture *fixture = fixture_open(20000, 1, 0);
    struct http_options options = fixture_options(fixture, 1, 8);
    struct http_door doors[HTTP_DOORS_MAX];
    struct error err;
    (void)state;
    options.connections_per_address = MOST;
    assert_int_equal(http_server_reload(fixture->server, &options, &err), CXD_OK);
    later_hold(fixture, true);
    for (size_t i = 0; i < MOST; i++) {
        struct client client = client_open(fixture);
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        client_text(&client, GET("/tagged"));
        client_expect(&client, 200, "abc");
        client_text(&client, POST("/later", "1", "x"));
        later_await(fixture, i + 1);
        setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        client_close(&client);
    }
    do
        pause_ms(1);
    while (http_read_doors(fixture->server, doors) > 0 && doors[0].open > 0);
    assert_false(is_served(fixture));
    later_hold(fixture, false);
    while (!is_served(fixture))
        pause_ms(1);
    fixture_close(fixture, 1000);
}

/* Ends. */

enum { STOP_REQUESTS = 64, RELEASE_MS = 150 };

static void *release_soon(void *cls) {
    pause_ms(RELEASE_MS);
    later_hold(cls, false);
    return NULL;
}

/* Stops a server with deferred and pooled requests under way, which are completed RELEASE_MS later. */
static void stop_with_requests(int64_t grace_ms) {
    struct fixture *fixture = fixture_open(20000, 2, 0);
    struct client clients[STOP_REQUESTS], idle = client_open(fixture), pooled = client_open(fixture);
    client_text(&idle, GET("/tagged"));
    client_expect(&idle, 200, "abc");
    later_hold(fixture, true);
    for (int i = 0; i < STOP_REQUESTS; i++) {
        clients[i] = client_open(fixture);
        client_text(&clients[i], POST("/later", "2", "ok"));
    }
    later_await(fixture, STOP_REQUESTS);
    client_text(&pooled, GET("/pooled?ms=100"));
    while (atomic_load(&fixture->pooled_calls) == 0)
        pause_ms(1);
    pthread_t releaser;
    assert_int_equal(pthread_create(&releaser, NULL, release_soon, fixture), 0);
    http_server_stop(fixture->server, grace_ms);
    pthread_join(releaser, NULL);
    for (int i = 0; i < STOP_REQUESTS; i++) {
        struct reply reply = client_reply(&clients[i], false);
        assert_int_equal(reply.status, 201);
        check_header(&reply, "Connection", "close");
        reply_free(&reply);
        client_close(&clients[i]);
    }
    client_expect(&pooled, 200, "worker=1");
    client_close(&pooled);
    assert_true(client_sees_end(&idle, 0));
    client_close(&idle);
    fixture_free(fixture);
}

static void test_stop(void **state) {
    stop_with_requests(5000);
}

/* What is deferred is waited for even past the grace, since nobody can take it back. */
static void test_stop_without_grace(void **state) {
    stop_with_requests(10);
}

static void test_stop_slow_client(void **state) {
    struct fixture *fixture = fixture_open(3600 * 1000, 1, 0);
    struct client client = client_open(fixture);
    client_text(&client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    pause_ms(50);
    int64_t begun = clock_monotonic_ms();
    fixture_close(fixture, 200);
    int64_t took = clock_monotonic_ms() - begun;
    assert_true(took >= 190);
    struct reply reply = client_reply(&client, false);
    assert_int_equal(reply.status, 0);
    reply_free(&reply);
    client_close(&client);
}

static void *send_rest(void *cls) {
    pause_ms(RELEASE_MS);
    client_text(cls, "llo");
    return NULL;
}

static void test_stop_body_arrives(void **state) {
    struct fixture *fixture = fixture_open(3600 * 1000, 1, 0);
    struct client client = client_open(fixture);
    client_text(&client, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    pause_ms(50);
    pthread_t finisher;
    assert_int_equal(pthread_create(&finisher, NULL, send_rest, &client), 0);
    fixture_close(fixture, 5000);
    pthread_join(finisher, NULL);
    client_expect(&client, 201, "hello");
    client_close(&client);
}

static void test_start_fails(void **state) {
    struct fixture *fixture = *state;
    struct http_options options = {.host = "127.0.0.1",
                                   .port = fixture->port,
                                   .http_threads = 1,
                                   .pool_threads = {1},
                                   .request_timeout_ms = 1000,
                                   .header_bytes = HEADER_BYTES};
    struct http_server *server = NULL;
    struct error err;
    assert_int_equal(http_server_open(&options, &server, &err), ERR_SYSTEM);
    assert_non_null(strstr(err.detail, "Address already in use"));
    options.host = "no.such.host.invalid";
    assert_int_equal(http_server_open(&options, &server, &err), ERR_SYSTEM);
    assert_null(server);
    http_server_stop(NULL, 0);
    http_server_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_reply_headers),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_preflights),
        cmocka_unit_test(test_server_options),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_http_1_0),
        cmocka_unit_test(test_pipeline),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_expect),
        cmocka_unit_test(test_large_reply),
        cmocka_unit_test(test_long_replies),
        cmocka_unit_test(test_many_deferred),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_gone_from_worker),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_defer_again),
        cmocka_unit_test(test_pools_apart),
        cmocka_unit_test(test_stuck),
        cmocka_unit_test(test_asked_at_stop),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_reload_under_way),
        cmocka_unit_test(test_gone_keeps_its_place),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stop_without_grace),
        cmocka_unit_test(test_stop_slow_client),
        cmocka_unit_test(test_stop_body_arrives),
        cmocka_unit_test(test_start_fails),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
