/* What a client may call its request: X-Request-Id and W3C traceparent. */

#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "http/guard.h"
#include "http/trace.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"
#define ZEROS "00000000000000000000000000000000"

static void test_parent(void **state) {
    static const struct {
        const char *value;
        bool taken;
    } CASES[] = {
        {"00-" TRACE "-" SPAN "-01", true},
        {"00-" TRACE "-" SPAN "-00", true},
        {"00-" TRACE "-" SPAN "-ff", true},
        {" \t00-" TRACE "-" SPAN "-01 \t", true},
        {"01-" TRACE "-" SPAN "-01", true}, /* a later version is read as far as it is known */
        {"cc-" TRACE "-" SPAN "-01-what-comes", true},
        {"fe-" TRACE "-" SPAN "-01-", true},
        {"ff-" TRACE "-" SPAN "-01", false},
        {"ff-" TRACE "-" SPAN "-01-x", false},
        {"01-" TRACE "-" SPAN "-01x", false},
        {"01-" TRACE "-" SPAN "-01.x", false},
        {"00-" TRACE "-" SPAN "-01-", false},
        {"00-" TRACE "-" SPAN "-01-x", false},
        {"00-" TRACE "-" SPAN "-0", false},
        {"00-" TRACE "-" SPAN "-", false},
        {"00-" TRACE "-" SPAN, false},
        {"00-" TRACE "-" SPAN "-0g", false},
        {"00-" TRACE "-" SPAN "-0A", false},
        {"00-" ZEROS "-" SPAN "-01", false},
        {"00-" TRACE "-0000000000000000-01", false},
        {"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", false},
        {"00-" TRACE "-00F067AA0BA902B7-01", false},
        {"0G-" TRACE "-" SPAN "-01", false},
        {"0A-" TRACE "-" SPAN "-01", false},
        {"00_" TRACE "-" SPAN "-01", false},
        {"00-" TRACE "_" SPAN "-01", false},
        {"00-" TRACE "-" SPAN "_01", false},
        {"00-" TRACE "0-" SPAN "-01", false},
        {"00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "0-01", false},
        {"00-4bf92f3577b34da6a3ce929d0e0e473 -" SPAN "-01", false},
        {"0-" TRACE "-" SPAN "-01-0", false},
        {"00-" TRACE "-" SPAN "-01, 00-" TRACE "-" SPAN "-01", false},
        {"", false},
        {"   ", false},
        {"-", false},
        {"00", false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        /* In memory of exactly its length, as nothing ends it. */
        size_t length = strlen(CASES[i].value);
        char *copy = malloc(length + 1);
        assert_non_null(copy);
        memcpy(copy, CASES[i].value, length);
        copy = realloc(copy, length > 0 ? length : 1);
        struct trace trace = {.request_id = "kept"};
        bool taken = trace_take_parent(&trace, copy, length);
        free(copy);
        if (taken != CASES[i].taken)
            fail_msg("\"%s\" was%s taken", CASES[i].value, taken ? "" : " not");
        assert_string_equal(trace.trace_id, taken ? TRACE : "");
        assert_string_equal(trace.span_id, taken ? SPAN : "");
        assert_string_equal(trace.request_id, "kept");
    }
}

static void check_id(const char *value, size_t length, const char *expected) {
    struct trace trace = {.request_id = "", .trace_id = "kept"};
    bool taken = trace_take_id(&trace, value, length);
    if (taken != !!expected)
        fail_msg("\"%.*s\" was%s taken", (int)length, value, taken ? "" : " not");
    assert_string_equal(trace.request_id, expected ? expected : "");
    assert_string_equal(trace.trace_id, "kept");
}

static void test_request_id(void **state) {
    static const char *const GOOD[] = {"a", "0", "0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10",
                                       "Root=1-67891233-abcdef012345678912345678", "a.b_c~d+e/f=:g"};
    static const char *const BAD[] = {"",     "a b", "a,b",  "a\"b",  "a'b",   "a\\b",     "a;b",   "a{b}",
                                      "<b>",  "a@b", "a\tb", "a\x7f", "a\x01", "\xc3\xa9", "a%20b", "a&b",
                                      "a(b)", "a|b", "a$b",  "a`b`",  "a#b",   "a\nevent", "a\rb"};
    char longest[200];
    for (size_t i = 0; i < CXD_COUNT(GOOD); i++)
        check_id(GOOD[i], strlen(GOOD[i]), GOOD[i]);
    for (size_t i = 0; i < CXD_COUNT(BAD); i++)
        check_id(BAD[i], strlen(BAD[i]), NULL);
    check_id(" a\t", 3, "a");
    check_id("a\0b", 3, NULL);
    memset(longest, 'x', sizeof longest);
    longest[TRACE_REQUEST_ID_MAX] = '\0';
    check_id(longest, TRACE_REQUEST_ID_MAX, longest);
    longest[TRACE_REQUEST_ID_MAX] = 'x';
    check_id(longest, TRACE_REQUEST_ID_MAX + 1, NULL);
}

/* The guard hands them on, and tells where there is more than one. */
static void test_guard_finds_them(void **state) {
    struct guard guard;
    guard_begin(&guard, "GET", "/", "HTTP/1.1");
    guard_field(&guard, "Host", 4, "a", 1);
    assert_int_equal(guard.request_id.count, 0);
    guard_field(&guard, "x-request-ID", 12, "one", 3);
    guard_field(&guard, "TraceParent", 11, "two", 3);
    assert_int_equal(guard.request_id.count, 1);
    assert_int_equal(guard.traceparent.count, 1);
    assert_memory_equal(guard.request_id.text, "one", guard.request_id.length);
    assert_memory_equal(guard.traceparent.text, "two", guard.traceparent.length);
    guard_field(&guard, "X-Request-Id", 12, "three", 5);
    guard_field(&guard, "traceparent", 11, "four", 4);
    assert_int_equal(guard.request_id.count, 2);
    assert_int_equal(guard.traceparent.count, 2);
    assert_null(guard_end(&guard, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parent),
        cmocka_unit_test(test_request_id),
        cmocka_unit_test(test_guard_finds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
