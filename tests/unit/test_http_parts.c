/* The parts of http/ that need no socket: target, query, guard, router, entity tags, Bearer, problems, deadlines. */

#include "../support/unit.h"
#include "cxd/http/http.h"
#include "http/accept.h"
#include "http/auth.h"
#include "http/deadline.h"
#include "http/guard.h"
#include "http/host.h"
#include "http/router.h"
#include "http/target.h"

/* Query strings. */

static enum cxd_err parse_query(struct arena *arena, const char *text, char *out, size_t size) {
    struct http_query_item *items = NULL;
    size_t count = 0;
    struct error err;
    enum cxd_err code = http_query_parse(text, arena, &items, &count, &err);
    out[0] = '\0';
    for (size_t i = 0; !code && i < count; i++) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "[%s|%s]", items[i].key, items[i].value);
    }
    return code;
}

static void test_query(void **state) {
    static const struct {
        const char *text, *parsed; /* NULL: refused */
    } cases[] = {
        {"", ""},
        {"a=1", "[a|1]"},
        {"a=1&b=2", "[a|1][b|2]"},
        {"a", "[a|]"},
        {"a=", "[a|]"},
        {"=x", "[|x]"},
        {"&&a=1&&", "[a|1]"},
        {"a=b=c", "[a|b=c]"},
        {"q=a+b%2Bc", "[q|a b+c]"},
        {"property.plan=pro%20max", "[property.plan|pro max]"},
        {"%61=%e2%82%AC", "[a|\xe2\x82\xac]"},
        {"from=2026-01-01T00:00:00%2B05:45", "[from|2026-01-01T00:00:00+05:45]"},
        {"a=%", NULL},
        {"a=%2", NULL},
        {"a=%zz", NULL},
        {"a=%2x", NULL},
        {"a=%00", NULL},
        {"a=%ff", NULL},
        {"a=%c0%80", NULL},
        {"a=1&a=2", NULL},
        {"a=1&%61=2", NULL},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        char out[256];
        enum cxd_err code = parse_query(&arena, cases[i].text, out, sizeof out);
        if (cases[i].parsed) {
            assert_int_equal(code, CXD_OK);
            assert_string_equal(out, cases[i].parsed);
        } else {
            assert_int_equal(code, ERR_BAD_PARAMETER);
        }
    }
    arena_free(&arena);
}

static void test_query_count(void **state) {
    struct arena arena;
    arena_init(&arena);
    char text[1024] = "", out[1024];
    for (int i = 0; i < 64; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "&k%d=1", i);
    assert_int_equal(parse_query(&arena, text, out, sizeof out), CXD_OK);
    strcat(text, "&more=1");
    assert_int_equal(parse_query(&arena, text, out, sizeof out), ERR_BAD_PARAMETER);
    memset(text, '&', 127);
    text[127] = '\0';
    assert_int_equal(parse_query(&arena, text, out, sizeof out), CXD_OK);
    strcat(text, "&");
    assert_int_equal(parse_query(&arena, text, out, sizeof out), ERR_BAD_PARAMETER);
    arena_free(&arena);
}

/* One parameter, whatever stands beside it. */
static void test_query_find(void **state) {
    static const struct {
        const char *text, *value; /* NULL: it is not there */
        enum cxd_err code;
    } cases[] = {
        {"", NULL, CXD_OK},
        {"name=a", "a", CXD_OK},
        {"name", "", CXD_OK},
        {"_=1&n%61me=a+%C3%A9&utm_source=x", "a \xc3\xa9", CXD_OK},
        {"Name=a&names=b&nam=c&=name", NULL, CXD_OK},
        {"a=%&%=b&c=%ff&%00&name=x&a=1&a=2", "x", CXD_OK},
        {"&&name=x&&", "x", CXD_OK},
        {"name=a&name=a", NULL, ERR_BAD_PARAMETER},
        {"name=a&%6eame", NULL, ERR_BAD_PARAMETER},
        {"name=%", NULL, ERR_BAD_PARAMETER},
        {"name=%00", NULL, ERR_BAD_PARAMETER},
        {"name=%ff", NULL, ERR_BAD_PARAMETER},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        const char *value = "untouched";
        struct error err;
        assert_int_equal(http_query_find(cases[i].text, "name", &arena, &value, &err), cases[i].code);
        if (cases[i].code)
            assert_string_equal(value, "untouched");
        else if (cases[i].value)
            assert_string_equal(value, cases[i].value);
        else
            assert_null(value);
    }
    char text[1024] = "name=x";
    for (int i = 0; i < 200; i++)
        strcat(text, "&k=%");
    const char *value = NULL;
    struct error err;
    assert_int_equal(http_query_find(text, "name", &arena, &value, &err), CXD_OK);
    assert_string_equal(value, "x");
    arena_free(&arena);
}

/* Targets. */

/* The segments as "[a][b]"; false: refused. */
static bool parse_target(const char *text, struct target *ret_target, char out[128]) {
    static char copy[64];
    strcpy(copy, text);
    out[0] = '\0';
    if (!target_parse(copy, ret_target))
        return false;
    for (size_t i = 0; i < ret_target->count; i++)
        snprintf(out + strlen(out), 128 - strlen(out), "[%s]", ret_target->segments[i]);
    return true;
}

static void check_text(const char *text, const char *expected) {
    assert_int_equal(!!text, !!expected);
    if (text)
        assert_string_equal(text, expected);
}

static void test_target(void **state) {
    static const struct {
        const char *text, *segments, *query; /* segments NULL: refused */
    } cases[] = {
        {"/", "[]", NULL},
        {"/a", "[a]", NULL},
        {"/a/", "[a][]", NULL},
        {"//a", "[][a]", NULL},
        {"/a/b?x=1?y/z", "[a][b]", "x=1?y/z"},
        {"/a%2Fb/c", "[a/b][c]", NULL},
        {"/a%3Fb?", "[a?b]", ""},
        {"/a+b", "[a+b]", NULL},
        {"/%E2%82%ac", "[\xe2\x82\xac]", NULL},
        {"/..", "[..]", NULL},
        {"", NULL, NULL},
        {"a", NULL, NULL},
        {"?a", NULL, NULL},
        {"**", NULL, NULL},
        {"/*", "[*]", NULL},
        {"http://x/%zz", NULL, NULL},
        {"http:/x/a", NULL, NULL},
        {"http:x", NULL, NULL},
        {"http://x#/a", NULL, NULL},
        {"ftp://x/a", NULL, NULL},
        {"httpss://x/a", NULL, NULL},
        {"x:80", NULL, NULL},
        {"/a%", NULL, NULL},
        {"/a%4", NULL, NULL},
        {"/a%g0", NULL, NULL},
        {"/a%00b", NULL, NULL},
        {"/%ff", NULL, NULL},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        char out[128];
        struct target target;
        assert_int_equal(parse_target(cases[i].text, &target, out), !!cases[i].segments);
        if (!cases[i].segments)
            continue;
        assert_string_equal(out, cases[i].segments);
        check_text(target.query, cases[i].query);
        assert_true(!target.authority && !target.is_server);
    }
}

static void test_target_absolute(void **state) {
    static const struct {
        const char *text, *segments, *query, *authority;
        bool is_server;
    } cases[] = {
        {"*", "", NULL, NULL, true},
        {"http://x/a", "[a]", NULL, "x", false},
        {"HTTPS://x:1/a/b?c=d", "[a][b]", "c=d", "x:1", false},
        {"hTTp://[::1]:80/", "[]", NULL, "[::1]:80", false},
        {"http://x", "[]", NULL, "x", true},
        {"http://x/", "[]", NULL, "x", false},
        {"http://x?", "[]", "", "x", false},
        {"http://x?a=/b", "[]", "a=/b", "x", false},
        {"http://x//a", "[][a]", NULL, "x", false},
        {"http:///a", "[a]", NULL, "", false},
        {"http://u@x/a", "[a]", NULL, "u@x", false},
        {"http://x/http://y", "[http:][][y]", NULL, "x", false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        char out[128];
        struct target target;
        assert_true(parse_target(cases[i].text, &target, out));
        assert_string_equal(out, cases[i].segments);
        check_text(target.query, cases[i].query);
        check_text(target.authority, cases[i].authority);
        assert_int_equal(target.is_server, cases[i].is_server);
    }
}

static void test_target_deep(void **state) {
    char text[256] = "";
    struct target target;
    for (int i = 0; i < 40; i++)
        strcat(text, "/a");
    assert_true(target_parse(text, &target));
    assert_int_equal(target.count, 40);
}

/* The guard. A case is a header block as it arrives; the test splits it as libmicrohttpd does (each CR, LF and colon
 * becomes a NUL, a line ends at a bare LF too) and feeds what that makes of it. */

static void feed_block(struct guard *guard, char *block, size_t size) {
    char *method = block, *end = block + size;
    char *target = strchr(method, ' ');
    *target++ = '\0';
    while (*target == ' ')
        *target++ = '\0';
    char *line_end = memchr(target, '\n', (size_t)(end - target));
    assert_non_null(line_end);
    *line_end = '\0';
    if (line_end[-1] == '\r')
        line_end[-1] = '\0';
    char *version = strrchr(target, ' ');
    *version++ = '\0';
    guard_begin(guard, method, target, version);
    guard_layout(guard, method, target, version);
    for (char *line = line_end + 1; line < end;) {
        line_end = memchr(line, '\n', (size_t)(end - line));
        assert_non_null(line_end);
        *line_end = '\0';
        if (line_end > line && line_end[-1] == '\r')
            line_end[-1] = '\0';
        if (!*line)
            break;
        char *colon = strchr(line, ':');
        assert_non_null(colon);
        *colon = '\0';
        char *value = colon + 1;
        value += strspn(value, " \t");
        guard_field(guard, line, strlen(line), value, strlen(value));
        line = line_end + 1;
    }
}

#define BLOCK(text) text, sizeof text - 1

static void test_guard(void **state) {
    static const struct {
        const char *block;
        size_t size;
        bool passes;
    } cases[] = {
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.0\r\n\r\n"), true},
        {BLOCK("GET /?q=%20 HTTP/1.1\r\nHost: a\r\nX-Y_z!: \t v w\t \r\nEmpty:\r\n\r\n"), true},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"), true},
        {BLOCK("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost: a.example:8080 \t\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost: a:\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost: a:00065535\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a:99999999999999999999\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n"), true},
        {BLOCK("GET / HTTP/1.1\r\nHost:\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: :80\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: []\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"), false},
        {BLOCK("G{T / HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
               "chunked\r\n\r\n"),
         false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked \r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n"), false},
        {BLOCK("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nX(y): x\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nX\x80y: x\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nX: a\x7f\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\nX: a\0Content-Length: 5\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\nHost: a\r\n\r\n"), false},
        {BLOCK("GET / HTTP/1.1\r\nHost: a\r\n\n"), false},
        {BLOCK("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("OPTIONS *?a HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("options * HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET HtTpS://b.example:65535/a?b HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET http://[::1]:/ HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n"), true},
        {BLOCK("GET http://b/ HTTP/1.0\r\n\r\n"), true},
        {BLOCK("GET http://b/ HTTP/1.1\r\n\r\n"), false},
        {BLOCK("GET http://b/ HTTP/1.1\r\nHost: u@a\r\n\r\n"), false},
        {BLOCK("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http:///c HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://?c HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b:x/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b:65536/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b:80:80/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b@/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b,c/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b\\c/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b#c HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http://b/#c HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET http:/b HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n"), false},
        {BLOCK("CONNECT b:80 HTTP/1.1\r\nHost: b\r\n\r\n"), false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        char *block = malloc(cases[i].size + 1);
        assert_non_null(block);
        memcpy(block, cases[i].block, cases[i].size);
        block[cases[i].size] = '\0';
        struct guard guard;
        feed_block(&guard, block, cases[i].size);
        const char *reason = guard_end(&guard, block + cases[i].size);
        if ((!reason) != cases[i].passes)
            fail_msg("%s: %s", cases[i].block, reason ? reason : "passed");
        free(block);
    }
}

static void test_guard_facts(void **state) {
    struct guard guard;
    guard_begin(&guard, "GET", "/", "HTTP/1.1");
    guard_field(&guard, "Host", 4, "a", 1);
    guard_field(&guard, "Content-Length", 14, "65536", 5);
    guard_field(&guard, "EXPECT", 6, "100-Continue", 12);
    guard_field(&guard, "Authorization", 13, "x", 1);
    guard_field(&guard, "authorization", 13, "x", 1);
    assert_null(guard_end(&guard, NULL));
    assert_true(guard.facts.has_length && guard.facts.expects_continue && !guard.facts.chunked);
    assert_int_equal(guard.facts.length, 65536);
    assert_int_equal(guard.facts.authorizations, 2);
}

/* The router. */

static void nothing(struct http_request *request) {
    (void)request;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/v1/surveys/{survey}", nothing, 1, 0},
    {HTTP_PUT, "/v1/surveys/{survey}", nothing, 1, 0},
    {HTTP_GET, "/v1/surveys", nothing, 1, 0},
    {HTTP_GET, "/v1/surveys/export", nothing, 1, 0},
    {HTTP_POST, "/v1/surveys/{survey}/responses", nothing, 0, HTTP_CORS},
    {HTTP_GET, "/v1/surveys/{survey}/responses", nothing, 0, 0},
    {HTTP_PUT, "/v1/surveys/{survey}/responses/{id}", nothing, 0, HTTP_CORS},
    {HTTP_GET, "/", nothing, 0, 0},
};

static const struct router_path *match(const struct router *router, const char *text, const char **values) {
    static char copy[128];
    struct target target;
    strcpy(copy, text);
    assert_true(target_parse(copy, &target));
    return router_match(router, &target, values);
}

static void test_router(void **state) {
    struct router *router = router_new(routes, CXD_COUNT(routes));
    assert_non_null(router);
    static const struct {
        const char *target, *pattern; /* NULL: 404 */
    } cases[] = {
        {"/", "/"},
        {"/v1/surveys", "/v1/surveys"},
        {"/v1/surveys?x=/", "/v1/surveys"},
        {"/v1/surveys/nps", "/v1/surveys/{survey}"},
        {"/v1/surveys/export", "/v1/surveys/export"},
        {"/v1/surveys/exports", "/v1/surveys/{survey}"},
        {"/v1/surveys/nps/responses/1", "/v1/surveys/{survey}/responses/{id}"},
        {"/v1/surveys/", "/v1/surveys"},
        {"/v1/surveys/nps/", "/v1/surveys/{survey}"},
        {"/v1/surveys/export/?x", "/v1/surveys/export"},
        {"/v1/surveys/nps/responses/1/", "/v1/surveys/{survey}/responses/{id}"},
        {"/v1/surveys//", NULL},
        {"/v1/surveys/nps//", NULL},
        {"/v1/surveys/nps/%2F", NULL},
        {"//", NULL},
        {"*", NULL},
        {"http://x/v1/surveys/", "/v1/surveys"},
        {"http://x", "/"},
        {"/v1//responses", NULL},
        {"/v1/survey", NULL},
        {"/v1/surveysx", NULL},
        {"/V1/surveys", NULL},
        {"/v1/surveys/nps/responses/1/2", NULL},
        {"/a/b/c/d/e/f/g/h/i/j/k/l/m/n", NULL},
    };
    const char *values[ROUTER_PARAMETERS_MAX];
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        const struct router_path *path = match(router, cases[i].target, values);
        assert_int_equal(!!path, !!cases[i].pattern);
        if (path)
            assert_string_equal(path->pattern, cases[i].pattern);
    }
    const struct router_path *path = match(router, "/v1/surveys/a%2Fb/responses/7", values);
    assert_non_null(path);
    assert_string_equal(values[router_parameter(path, "survey")], "a/b");
    assert_string_equal(values[router_parameter(path, "id")], "7");
    assert_int_equal(router_parameter(path, "surve"), -1);
    assert_string_equal(path->allow, "PUT, OPTIONS");
    path = match(router, "/v1/surveys/nps/responses", values);
    assert_string_equal(path->allow, "GET, HEAD, POST, OPTIONS");
    assert_string_equal(path->cors_allow, "POST");
    assert_ptr_equal(path->by_method[HTTP_POST], &routes[4]);
    assert_null(path->by_method[HTTP_DELETE]);
    assert_string_equal(router_allow(router), "GET, HEAD, POST, PUT, OPTIONS");
    router_free(router);
}

static void test_methods(void **state) {
    assert_int_equal(http_method_parse("GET"), HTTP_GET);
    assert_int_equal(http_method_parse("HEAD"), HTTP_GET);
    assert_int_equal(http_method_parse("OPTIONS"), HTTP_OPTIONS);
    assert_int_equal(http_method_parse("get"), HTTP_METHOD_COUNT);
    assert_int_equal(http_method_parse("TRACE"), HTTP_METHOD_COUNT);
    assert_int_equal(http_method_parse(""), HTTP_METHOD_COUNT);
}

/* Keys. */

static void test_bearer(void **state) {
    static const struct {
        const char *header, *token;
    } cases[] = {
        {"Bearer cxs_ab-C_9", "cxs_ab-C_9"},
        {"bearer x", "x"},
        {"BEARER   x==", "x=="},
        {"Bearer", NULL},
        {"Bearer ", NULL},
        {"Bearer a b", NULL},
        {"Bearer a,b", NULL},
        {"Bearer =", NULL},
        {"Basic eDp5", NULL},
        {"Bearerx", NULL},
        {"", NULL},
        {"Bearer x=y", NULL},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        const char *token = auth_bearer(cases[i].header);
        assert_int_equal(!!token, !!cases[i].token);
        if (token)
            assert_string_equal(token, cases[i].token);
    }
}

/* Problems. */

static void check_problem(const struct error *err, const char *expected) {
    struct buffer out;
    buffer_init(&out);
    http_problem_write(&out, err);
    const char *text = buffer_terminate(&out);
    assert_non_null(text);
    if (!strstr(text, expected))
        fail_msg("%s\nlacks\n%s", text, expected);
    buffer_free(&out);
}

static void test_problem(void **state) {
    static struct error err;
    error_set(&err, ERR_NO_SURVEY, "There is no survey \"%s\"", "x<y");
    check_problem(&err, "{\"type\":\"/problems/no_survey\",\"title\":\"There is no such survey\",\"status\":404,"
                        "\"detail\":\"There is no survey \\\"x\\u003cy\\\"\"}");
    error_set(&err, ERR_NO_ROUTE, "%s", "");
    check_problem(&err, "{\"type\":\"/problems/not_found\",\"title\":\"There is nothing at this path\","
                        "\"status\":404}");
    error_clear(&err);
    error_add_member(&err, "/score", "%s", "must be a whole number");
    error_add_member(&err, "/properties/a~1b", "%s", "is too long");
    check_problem(&err, "\"status\":422,\"detail\":");
    check_problem(&err, ",\"errors\":[{\"pointer\":\"/score\",\"detail\":\"must be a whole number\"},"
                        "{\"pointer\":\"/properties/a~1b\",\"detail\":\"is too long\"}]}");
    for (int i = 0; i < 98; i++)
        error_add_member(&err, "/x", "%s", "no");
    check_problem(&err, "; the first 64 of 100 are listed\"");
}

/* Deadlines. */

/* A shorter time for all: the order stays that of expiry, also for those that are set after it. */
static void test_deadlines_bound(void **state) {
    struct deadline_list list = {0};
    struct deadline deadlines[4] = {{0}};
    deadline_arm(&list, &deadlines[0], 10);
    deadline_arm(&list, &deadlines[1], 30);
    deadline_arm(&list, &deadlines[2], 40);
    deadline_bound(&list, 20);
    deadline_arm(&list, &deadlines[3], 25);
    assert_ptr_equal(deadline_next_expired(&list, 19), &deadlines[0]);
    assert_null(deadline_next_expired(&list, 19));
    assert_ptr_equal(deadline_next_expired(&list, 20), &deadlines[1]);
    assert_ptr_equal(deadline_next_expired(&list, 20), &deadlines[2]);
    assert_null(deadline_next_expired(&list, 24));
    assert_ptr_equal(deadline_next_expired(&list, 25), &deadlines[3]);
    deadline_bound(&list, 1);
    assert_int_equal(deadline_wait_ms(&list, 0), -1);
}

static void test_deadlines(void **state) {
    struct deadline_list list = {0};
    struct deadline a = {0}, b = {0}, c = {0};
    assert_int_equal(deadline_wait_ms(&list, 5), -1);
    deadline_arm(&list, &a, 10);
    deadline_arm(&list, &b, 20);
    deadline_arm(&list, &c, 30);
    assert_int_equal(deadline_wait_ms(&list, 4), 6);
    deadline_arm(&list, &a, 40);
    assert_int_equal(deadline_wait_ms(&list, 25), 0);
    assert_null(deadline_next_expired(&list, 19));
    assert_ptr_equal(deadline_next_expired(&list, 20), &b);
    deadline_disarm(&list, &c);
    deadline_disarm(&list, &c);
    assert_int_equal(deadline_wait_ms(&list, 30), 10);
    assert_ptr_equal(deadline_next_expired(&list, 100), &a);
    assert_null(deadline_next_expired(&list, 100));
    assert_null(list.first);
    assert_null(list.last);
}

/* Whose names are this machine's. */
static void test_accept(void **state) {
    static const struct {
        const char *list;
        int svg, json;
    } cases[] = {
        {"", 0, 0},
        {"*/*", 1000, 1000},
        {"image/*", 1000, 0},
        {"Image/SVG+xml ; q=0.25", 250, 0},
        {"image/svg+xml;q=0, */*;q=0.1", 0, 100},
        {"*/*;q=0.1, image/*;q=0.2, image/svg+xml;q=0.3", 300, 100},
        {"image/svg+xml;charset=utf-8;q=0.5,application/json;q=1.000", 500, 1000},
        {"application/json;q=0.999", 0, 999},
        {"application/json;q=0.9999;q=0", 0, 999},
        {"application/json;q=x", 0, 1000},
        {"application/json;q", 0, 1000},
        {"application/json;q=", 0, 1000},
        {"application/json;q=0", 0, 0},
        {"application/json;q=0.", 0, 0},
        {"application/jsonx, image/svg, image/, image, *, /", 0, 0},
        {",, ,application/json,,", 0, 1000},
        {"application/*;q=0.4", 0, 400},
    };
    (void)state;
    for (size_t i = 0; i < CXD_COUNT(cases); i++)
        if (accept_weigh(cases[i].list, "image/svg+xml") != cases[i].svg ||
            accept_weigh(cases[i].list, "application/json") != cases[i].json)
            fail_msg("%s", cases[i].list);
}

static void test_host(void **state) {
    static const struct {
        const char *host, *own_url;
        bool is_local;
    } cases[] = {
        {NULL, NULL, false},
        {"", NULL, false},
        {" ", "", false},
        {".", ".", false},
        {"localhost", NULL, true},
        {"localhost \t", NULL, true},
        {"[::1", NULL, false},
        {"[]", NULL, false},
        {"[localhost]", NULL, false},
        {"[::1%lo]", NULL, false},
        {":80", "http://:80", false},
        {"a.example", "https://a.example", true},
        {"a.example", "https://a.example.", true},
        {"a.example", "https://user:secret@A.example:1/x@localhost", true},
        {"a.example", "https://b.example/a.example", false},
        {"user", "https://user@b.example", false},
        {"192.0.2.1:80", "http://192.0.2.1", true},
        {"192.0.2.1", "http://[::ffff:192.0.2.1]:8080", true},
        {"[2001:DB8::1]", "http://[2001:db8:0::1]/", true},
        {"[2001:db8::2]", "http://[2001:db8::1]/", false},
        {"192.0.2.1.", "http://192.0.2.1", false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++)
        if (host_is_local(cases[i].host, cases[i].own_url) != cases[i].is_local)
            fail_msg("%s and %s", cases[i].host, cases[i].own_url);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept),          cmocka_unit_test(test_host),        cmocka_unit_test(test_query),
        cmocka_unit_test(test_query_count),     cmocka_unit_test(test_query_find),  cmocka_unit_test(test_target),
        cmocka_unit_test(test_target_absolute), cmocka_unit_test(test_target_deep), cmocka_unit_test(test_guard),
        cmocka_unit_test(test_guard_facts),     cmocka_unit_test(test_router),      cmocka_unit_test(test_methods),
        cmocka_unit_test(test_bearer),          cmocka_unit_test(test_problem),     cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_deadlines_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
