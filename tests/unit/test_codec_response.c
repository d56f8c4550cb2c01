/* A response's JSON: what decodes, and to what; what is refused, and by which pointers. */
#include <sys/resource.h>

#include "../support/unit.h"
#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/response.h"

enum { DEPTH = 16 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static struct error err;

/* The members that a client can send, as response_encode writes them: without what stands around them. */
static void check_encoded(const struct response *response, const char *text, const char *expected) {
    struct buffer out;
    char whole[4096];
    char id[ID_TEXT_SIZE];
    char answered_at[TIME_TEXT_SIZE];
    snprintf(whole, sizeof whole,
             "{\"id\":\"%s\",\"survey\":\"shop\",\"revision\":0,%s,\"answered_at\":\"%s\",\"received_at\":"
             "\"1970-01-01T00:00:00Z\"}",
             id_format(id, &response->id), expected, time_format(answered_at, response->answered_at));
    buffer_init(&out);
    response_encode(&out, response, "shop");
    const char *encoded = buffer_terminate(&out);
    assert_non_null(encoded);
    if (strcmp(encoded, whole) != 0)
        fail_msg("%s\nencodes to %s\nnot        %s", text, encoded, whole);
    buffer_free(&out);
}

static void must_decode(const char *text, const char *expected) {
    struct arena arena;
    struct response response;
    arena_init(&arena);
    if (response_decode(text, strlen(text), DEPTH, &arena, &response, &err) != CXD_OK)
        fail_msg("%s\nis refused: %s (%s %s)", text, err.detail, err.members[0].pointer, err.members[0].detail);
    check_encoded(&response, text, expected);
    arena_free(&arena);
}

/* `pointers`: those of the error, in order, each followed by a blank. */
static void must_refuse(const char *text, enum cxd_err code, const char *pointers) {
    struct arena arena;
    struct response response;
    char got[8192] = "";
    arena_init(&arena);
    enum cxd_err result = response_decode(text, strlen(text), DEPTH, &arena, &response, &err);
    if (result != code || err.code != code)
        fail_msg("%s\ngives code %d, not %d", text, (int)result, (int)code);
    assert_true(err.detail[0] != '\0');
    for (size_t i = 0; i < err.member_count && i < ERROR_MEMBERS_MAX; i++) {
        assert_true(err.members[i].detail[0] != '\0');
        strcat(strcat(got, err.members[i].pointer), " ");
    }
    if (strcmp(got, pointers) != 0)
        fail_msg("%s\nis refused at %s\nnot           %s", text, got, pointers);
    arena_free(&arena);
}

static void test_decodes(void **state) {
    must_decode("{\"score\":9}", "\"score\":9");
    must_decode(" \r\n\t{ \"score\" : 0 } \n", "\"score\":0");
    must_decode("{\"score\":-3}", "\"score\":-3"); /* the range is the survey's business */
    must_decode("{\"score\":99999999999}", "\"score\":2147483647");
    must_decode("{\"score\":-99999999999}", "\"score\":-2147483648");
    must_decode("{\"score\":9,\"comment\":\"\"}", "\"score\":9");
    must_decode("{}", "\"score\":null"); /* whether there has to be one too */
    must_decode("{\"score\":null,\"comment\":\"c\"}", "\"score\":null,\"comment\":\"c\"");
    must_decode("{\"score\":9,\"comment\":null,\"respondent\":null,\"touchpoint\":null,\"channel\":null,"
                "\"locale\":null,\"properties\":null,\"answered_at\":null,\"id\":null}",
                "\"score\":9");
    must_decode("{\"locale\":\"de\",\"channel\":\"web\",\"touchpoint\":\"t\",\"respondent\":\"r\",\"comment\":\"c\","
                "\"score\":1}",
                "\"score\":1,\"comment\":\"c\",\"respondent\":\"r\",\"touchpoint\":\"t\",\"channel\":\"web\","
                "\"locale\":\"de\"");
    must_decode("{\"score\":1,\"comment\":\"a\\n\\\"b\\\" \\u00e9 \\ud83d\\ude00\"}",
                "\"score\":1,\"comment\":\"a\\n\\\"b\\\" é 😀\"");
    must_decode("{\"score\":1,\"comment\":\"<b>\"}", "\"score\":1,\"comment\":\"\\u003cb\\u003e\"");
    must_decode("{\"score\":1,\"properties\":{}}", "\"score\":1");
    must_decode("{\"score\":1,\"properties\":{\"plan\":\"pro\",\"age\":41,\"b\":true,\"a\":false}}",
                "\"score\":1,\"properties\":{\"a\":\"false\",\"age\":\"41\",\"b\":\"true\",\"plan\":\"pro\"}");
    must_decode("{\"score\":1,\"properties\":{\"r\":0.1,\"i\":-9223372036854775808,\"w\":9.0,\"t\":1e300}}",
                "\"score\":1,\"properties\":{\"i\":\"-9223372036854775808\",\"r\":\"0.1\",\"t\":\"1e+300\","
                "\"w\":\"9\"}");
    must_decode("{\"score\":1,\"properties\":{\"third\":0.3333333333333333,\"sum\":0.30000000000000004}}",
                "\"score\":1,\"properties\":{\"sum\":\"0.30000000000000004\",\"third\":\"0.3333333333333333\"}");
    must_decode("{\"score\":1,\"properties\":{\"\":\"empty\"}}", "\"score\":1,\"properties\":{\"\":\"empty\"}");
    must_decode("{\"score\":1,\"answered_at\":\"2026-11-23T10:00:00+01:00\"}", "\"score\":1");
    must_decode("{\"score\":1,\"id\":\"0190B6E2-7F3C-7A10-8C55-3B1F0C9D2E41\"}", "\"score\":1");
}

static void test_refuses(void **state) {
    must_refuse("{\"score\":6.5}", ERR_INVALID, "/score ");
    must_refuse("{\"score\":\"9\"}", ERR_INVALID, "/score ");
    must_refuse("{\"score\":true}", ERR_INVALID, "/score ");
    must_refuse("{\"score\":[9]}", ERR_INVALID, "/score ");
    must_refuse("{\"scroe\":9}", ERR_INVALID, "/scroe ");
    must_refuse("{\"score\":9,\"scroe\":null}", ERR_INVALID, "/scroe ");
    must_refuse("{\"score\":9,\"survey\":\"shop\"}", ERR_INVALID, "/survey ");
    must_refuse("{\"score\":9,\"Score\":9}", ERR_INVALID, "/Score ");
    must_refuse("{\"score\":9,\"a/b~c\":1,\"\":2}", ERR_INVALID, "/a~1b~0c / ");
    must_refuse("{\"comment\":1,\"respondent\":[],\"touchpoint\":{},\"channel\":true,\"locale\":2.5}", ERR_INVALID,
                "/comment /respondent /touchpoint /channel /locale ");
    must_refuse("{\"score\":9,\"properties\":[]}", ERR_INVALID, "/properties ");
    must_refuse("{\"score\":9,\"properties\":\"plan\"}", ERR_INVALID, "/properties ");
    must_refuse("{\"score\":9,\"properties\":{\"a\":null,\"b\":1,\"c\":{},\"d/e\":[]}}", ERR_INVALID,
                "/properties/c /properties/d~1e ");
    must_refuse("{\"score\":9,\"id\":\"x\"}", ERR_INVALID, "/id ");
    must_refuse("{\"score\":9,\"id\":7}", ERR_INVALID, "/id ");
    must_refuse("{\"score\":9,\"id\":\"00000000-0000-0000-0000-000000000000\"}", ERR_INVALID, "/id ");
    must_refuse("{\"score\":9,\"id\":\"0190b6e27f3c7a108c553b1f0c9d2e41\"}", ERR_INVALID, "/id ");
    must_refuse("{\"score\":9,\"answered_at\":\"yesterday\"}", ERR_INVALID, "/answered_at ");
    must_refuse("{\"score\":9,\"answered_at\":1700000000}", ERR_INVALID, "/answered_at ");
    must_refuse("{\"score\":9,\"answered_at\":\"2026-02-30T00:00:00Z\"}", ERR_INVALID, "/answered_at ");
    must_refuse("7", ERR_INVALID, " ");
    must_refuse("[]", ERR_INVALID, " ");
    must_refuse("null", ERR_INVALID, " ");
    must_refuse("\"score\"", ERR_INVALID, " ");
}

static void test_refuses_what_is_not_json(void **state) {
    static const char *const TEXTS[] = {
        "",
        " ",
        "{",
        "}",
        "{\"score\":9",
        "{\"score\":9}}",
        "{\"score\":9} {}",
        "{\"score\":9,}",
        "{\"score\":9,\"score\":9}",
        "{\"score\":1,\"properties\":{\"a\":1,\"a\":2}}",
        "{'score':9}",
        "{score:9}",
        "{\"score\":09}",
        "{\"score\":+9}",
        "{\"score\":NaN}",
        "{\"score\":9,\"comment\":\"open}",
        "// no\n{\"score\":9}",
        "[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
        "\"a\":{\"a\":"
        "{}}}}}}}}}}}}}}}}}",
    };
    for (size_t i = 0; i < CXD_COUNT(TEXTS); i++)
        must_refuse(TEXTS[i], ERR_MALFORMED_JSON, "");
    must_refuse("[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]", ERR_INVALID, " "); /* 16 levels are well-formed */
    must_refuse("{\"score\":9,\"comment\":\"[[[[[[[[[[[[[[[[[[[[[[\",\"x\":\"\\\"{{{{\"}", ERR_INVALID, "/x ");
}

static void test_a_nul_byte_is_not_the_end(void **state) {
    struct arena arena;
    struct response response;
    arena_init(&arena);
    assert_int_equal(response_decode("{\"score\":9}\0x", 13, DEPTH, &arena, &response, &err), ERR_MALFORMED_JSON);
    assert_int_equal(response_decode("{\"score\":9}\0x", 11, DEPTH, &arena, &response, &err), CXD_OK);
    arena_free(&arena);
}

static void test_malformed_names_line_and_column(void **state) {
    must_refuse("{\"score\":9,\n \"comment\": oops}", ERR_MALFORMED_JSON, "");
    assert_non_null(strstr(err.detail, "line 2, column "));
    assert_non_null(strstr(err.detail, "oops"));
}

/* What the parser has against a honeypot is taken back by who knows the survey; the rest of it stays. */
static void test_strays(void **state) {
    (void)state;
    static const struct {
        const char *text, *honeypot, *left;
        bool is_filled;
    } CASES[] = {
        {"{\"score\":1,\"trap\":\"x\"}", "trap", "", true},
        {"{\"score\":1,\"trap\":{\"a\":[]},\"score2\":1}", "trap", "/score2 ", true},
        {"{\"scroe\":1,\"trap\":0}", "trap", "/scroe ", true},
        {"{\"score\":1,\"trap\":null}", "trap", "", false},
        {"{\"score\":1,\"trap\":false}", "trap", "", false},
        {"{\"score\":1,\"trap\":\" \\t\\u00a0\"}", "trap", "", false},
        {"{\"score\":1,\"trap\":\"\",\"other\":\"\"}", NULL, "/trap /other ", false},
        {"{\"score\":1,\"trap\":\"\",\"other\":\"\"}", "trap", "/other ", false},
        {"{\"score\":1,\"trap\":\"x\",\"old\":\"\"}", "trap", "", true},
        {"{\"score\":1,\"old\":\" \"}", NULL, "", false},
        {"{\"score\":1,\"old\":null,\"website\":\"\"}", "trap", "", false},
        {"{\"score\":1,\"old\":\"x\"}", "trap", "/old ", false},
        {"{\"score\":1,\"trap\":null}", NULL, "/trap ", false},
        {"{\"score\":1,\"trap\":\"x\"}", NULL, "/trap ", false},
        {"{\"score\":1,\"further_remarks\":\"x\",\"website\":1}", NULL, "", true},
        {"{\"score\":1,\"further_remarks\":\"x\",\"website\":[]}", "trap", "", false},
        {"{\"score\":1,\"website\":\"x\"}", "website", "", true},
        {"{\"score\":1,\"a\":1,\"b\":1,\"c\":1,\"trap\":\"x\"}", "trap", "/a /b /c ", true},
        {"{\"score\":1,\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"website\":\"x\"}", "website", "/a /b /c /d /e ",
         false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        const char *text = CASES[i].text;
        struct survey survey = {.honeypot = CASES[i].honeypot, .honeypot_before = "old"};
        struct response response;
        struct arena arena;
        char left[256] = "";
        arena_init(&arena);
        (void)!response_decode(text, strlen(text), DEPTH, &arena, &response, &err);
        response_settle(&response, &survey, &err);
        for (size_t k = 0; k < err.member_count; k++)
            strcat(strcat(left, err.members[k].pointer), " ");
        assert_string_equal(left, CASES[i].left);
        assert_int_equal(err.code, *left == '\0' ? CXD_OK : ERR_INVALID);
        assert_int_equal(response.sent.filled_honeypot, CASES[i].is_filled);
        arena_free(&arena);
    }
}

/* However many there are, few are kept in mind: a batch of such lines must not cost more than its replies. */
static void test_many_strays(void **state) {
    (void)state;
    struct response response;
    struct buffer text;
    struct arena arena;
    size_t kept = 0;
    arena_init(&arena);
    buffer_init(&text);
    buffer_append_text(&text, "{\"score\":1");
    for (int i = 0; i < 1000; i++)
        buffer_append_format(&text, ",\"m%d\":1", i);
    buffer_append_char(&text, '}');
    assert_int_equal(response_decode(text.data, text.length, DEPTH, &arena, &response, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 1000);
    for (const struct stray *stray = response.sent.strays; stray; stray = stray->next)
        kept++;
    assert_int_equal(kept, 4);
    assert_in_range(arena_bytes(&arena), 0, 8192);
    buffer_free(&text);
    arena_free(&arena);
}

static void test_unknown_member_says_where_free_data_goes(void **state) {
    must_refuse("{\"scroe\":9}", ERR_INVALID, "/scroe ");
    assert_string_equal(err.members[0].detail, "is not a member of a response; did you mean \"score\"?");
    must_refuse("{\"score\":9,\"plan\":1}", ERR_INVALID, "/plan ");
    assert_string_equal(err.members[0].detail, "is not a member of a response; free data goes under properties");
    must_refuse("{\"score\":6.5}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail, "must be a whole number");
}

static void test_keeps_what_could_be_read(void **state) {
    struct arena arena;
    struct response response;
    const char *text = "{\"score\":7,\"comment\":\"kept\",\"channel\":1,\"properties\":{\"a\":[],\"b\":2},"
                       "\"answered_at\":\"2026-11-23T10:00:00+01:00\",\"id\":\"no\"}";
    arena_init(&arena);
    assert_int_equal(response_decode(text, strlen(text), DEPTH, &arena, &response, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 3);
    assert_int_equal(response.score, 7);
    assert_string_equal(response.comment, "kept");
    assert_null(response.channel);
    assert_int_equal(response.property_count, 1);
    assert_string_equal(response_property(&response, "b"), "2");
    assert_true(response.has_answered_at);
    assert_int_equal(response.answered_at, INT64_C(1795424400000)); /* date -ud 2026-11-23T09:00Z +%s */
    assert_false(response.has_id);
    arena_free(&arena);
}

static void test_untouched_when_malformed(void **state) {
    struct arena arena;
    struct response response = {.has_score = true, .score = 42};
    arena_init(&arena);
    assert_int_equal(response_decode("{", 1, DEPTH, &arena, &response, &err), ERR_MALFORMED_JSON);
    assert_int_equal(response.score, 42);
    arena_free(&arena);
}

static void test_encodes_what_is_stored(void **state) {
    struct property properties[] = {{"plan", "pro"}, {"seats", "12"}};
    struct response response = {.has_score = true,
                                .score = 3,
                                .revision = 4,
                                .comment = "late </script>",
                                .respondent = "u-1",
                                .touchpoint = "delivery",
                                .channel = "email",
                                .locale = "pt-BR",
                                .properties = properties,
                                .property_count = 2,
                                .has_sequence = true,
                                .sequence = 0,
                                .answered_at = INT64_C(1795424400000),
                                .received_at = INT64_C(1795424401250),
                                .excluded = true,
                                .excluded_reason = "test"};
    struct buffer out;
    assert_true(id_parse("0190b6e2-7f3c-7a10-8c55-3b1f0c9d2e41", 36, &response.id));
    buffer_init(&out);
    response_encode(&out, &response, "shop");
    assert_string_equal(
        buffer_terminate(&out),
        "{\"id\":\"0190b6e2-7f3c-7a10-8c55-3b1f0c9d2e41\",\"survey\":\"shop\",\"revision\":4,\"score\":3,"
        "\"comment\":\"late "
        "\\u003c/script\\u003e\",\"respondent\":\"u-1\",\"touchpoint\":\"delivery\",\"channel\":\"email\","
        "\"locale\":\"pt-BR\",\"properties\":{\"plan\":\"pro\",\"seats\":\"12\"},\"sequence\":0,\"answered_at\":\"2026-"
        "11-"
        "23T09:00:00Z\","
        "\"received_at\":\"2026-11-23T09:00:01.250Z\",\"excluded\":true,\"excluded_reason\":\"test\"}");
    buffer_free(&out);
}

/* What was sent and is stored otherwise is told behind all else, in the order in which it was noted. */
static void test_tells_what_was_adjusted(void **state) {
    struct arena arena;
    struct response response = {.has_score = true, .score = 3};
    struct buffer out;
    char pointer[32] = "/comment";
    arena_init(&arena);
    assert_true(response_adjust(&response, &arena, pointer, "was \"mended\""));
    strcpy(pointer, "/answered_at");
    assert_true(response_adjust(&response, &arena, pointer, "is now"));
    buffer_init(&out);
    response_encode(&out, &response, "shop");
    assert_non_null(strstr(buffer_terminate(&out),
                           ",\"adjusted\":[{\"pointer\":\"/comment\",\"detail\":\"was \\\"mended\\\"\"},"
                           "{\"pointer\":\"/answered_at\",\"detail\":\"is now\"}]}"));
    for (int i = 0; i < 2 * ADJUSTMENTS_MAX; i++)
        assert_true(response_adjust(&response, &arena, "/properties/a", "more"));
    int count = 0;
    for (const struct adjustment *one = response.sent.adjusted; one; one = one->next)
        count++;
    assert_int_equal(count, ADJUSTMENTS_MAX);
    buffer_free(&out);
    arena_free(&arena);
}

/* That it is the same, fuzz_flat.c says; that it is so at all is what makes it fast. */
static void test_what_programs_send_needs_no_library(void **state) {
    static const struct {
        const char *text;
        bool is_line, is_flat;
    } CASES[] = {
        {"{\"visit\":\"v\",\"touchpoint\":\"checkout\",\"channel\":\"web\",\"locale\":\"de\",\"properties\":{\"plan\":"
         "\"pro\",\"n\":3},"
         "\"id\":\"0192f3a4-0000-7abc-8def-0123456789ab\",\"sequence\":2,\"revision\":4,\"nonce\":\"n\",\"respondent\":"
         "\"r\","
         "\"score\":9,\"comment\":\"sch\xC3\xB6n \\\"gut\\\"\\nund "
         "schnell\",\"answers\":{\"why\":[\"price\"],\"ease\":6}}",
         false, true},
        {"{\"survey\":\"shop\",\"score\":10,\"answered_at\":\"2026-10-24T00:00:00Z\",\"comment\":\"sch\\u00f6n\"}",
         true, true},
        {"{\"survey\":\"shop\",\"score\":10}", false, false},
        {"{\"score\":10}", true, false},
        {"{\"score\":9.0}", false, false},
        {"{\"score\":9,\"website\":\"\"}", false, false},
        {"{\"score\":9,\"comment\":\"\\ud83d\\ude00\"}", false, false},
        {"{\"score\":9,\"score\":9}", false, false},
        {"{\"score\":9}}", false, false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct arena arena;
        struct response response;
        const char *slug, *text = CASES[i].text;
        arena_init(&arena);
        if (response_read_flat(text, strlen(text), DEPTH, &arena, CASES[i].is_line ? &slug : NULL, &response) !=
            CASES[i].is_flat)
            fail_msg("%s\nis %sread without the library", text, CASES[i].is_flat ? "not " : "");
        arena_free(&arena);
    }
    static const char ROW[] = "{\"id\":\"0192f3a4-0000-7abc-8def-0123456789ab\",\"score\":3,\"revision\":2,"
                              "\"received_at\":\"2026-10-24T00:00:01Z\",\"excluded\":true,\"answers\":{\"why\":\"x\"}}";
    struct arena arena;
    struct response row;
    arena_init(&arena);
    assert_true(response_read_flat_imported(ROW, sizeof ROW - 1, DEPTH, &arena, &row));
    assert_true(row.revision == 2 && row.sent.revision == 0 && row.excluded && row.received_at > 0);
    arena_free(&arena);
}

#ifndef SANITIZED /* the sanitizers reserve address space of their own */
/* A text of 64 MiB in a process that may not grow: the parser's memory is refused halfway, at one size of
 * a token or another. */
static void test_refused_memory_is_told_apart(void **state) {
    enum { SIZE = 64 * 1024 * 1024 };
    struct arena arena;
    struct response response = {.has_score = true, .score = 42};
    struct rlimit before;
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    memcpy(text, "{\"score\":-0,\"comment\":\"", 23); /* which needs the parser */
    memcpy(text + SIZE - 2, "\"}", 2);
    arena_init(&arena);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    struct rlimit tight = before;
    tight.rlim_cur = SIZE + ((rlim_t)96 << 20);
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    enum cxd_err code = response_decode(text, SIZE, DEPTH, &arena, &response, &err);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(code, ERR_NO_MEMORY);
    assert_int_equal(err.code, ERR_NO_MEMORY);
    assert_int_equal(response.score, 42);
    must_decode("{\"score\":9}", "\"score\":9"); /* and the next one is read as ever */
    free(text);
    arena_free(&arena);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_refuses_what_is_not_json),
        cmocka_unit_test(test_a_nul_byte_is_not_the_end),
        cmocka_unit_test(test_malformed_names_line_and_column),
        cmocka_unit_test(test_strays),
        cmocka_unit_test(test_many_strays),
        cmocka_unit_test(test_unknown_member_says_where_free_data_goes),
        cmocka_unit_test(test_keeps_what_could_be_read),
        cmocka_unit_test(test_untouched_when_malformed),
        cmocka_unit_test(test_encodes_what_is_stored),
        cmocka_unit_test(test_tells_what_was_adjusted),
        cmocka_unit_test(test_what_programs_send_needs_no_library),
#ifndef SANITIZED
        cmocka_unit_test(test_refused_memory_is_told_apart),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
