/* What a body may have wrong in its characters and its numbers without being refused as a whole: tokens, numbers by
 * their text, the mended text, and what a response makes of it. */
#include "../support/unit.h"

#include "codec/lex.h"
#include "codec/mend.h"
#include "cxd/base/compiler.h"
#include "cxd/base/number.h"
#include "cxd/codec/response.h"

#define FFFD "\xEF\xBF\xBD"

enum { DEPTH = 16 };

static struct error err;

/* --- Numbers --- */

static void check_number(const char *text, const char *expected) {
    struct number number;
    char got[64] = "none", shortest[NUMBER_TEXT_SIZE];
    int64_t value;
    if (number_parse(text, strlen(text), &number)) {
        if (!number_is_whole(&number))
            strcpy(got, "part");
        else if (!number_value(&number, &value))
            strcpy(got, "beyond");
        else
            snprintf(got, sizeof got, "%lld", (long long)value);
        if (!number.is_integer)
            snprintf(got + strlen(got), sizeof got - strlen(got), " %s",
                     number_shortest(&number, shortest) ? shortest : "as sent");
    }
    if (strcmp(got, expected) != 0)
        fail_msg("%s is %s, not %s", text, got, expected);
}

static void test_numbers(void **state) {
    static const char *const CASES[][2] = {
        {"9", "9"},
        {"-0", "0"},
        {"0", "0"},
        {"9.0", "9 9"},
        {"9.5", "part 9.5"},
        {"1e1", "10 10"},
        {"1E+1", "10 10"},
        {"90e-1", "9 9"},
        {"0.9e1", "9 9"},
        {"-0.0", "0 -0"},
        {"0e999999999999999999999", "0 0"},
        {"1e-1", "part 0.1"},
        {"0.10", "part 0.1"},
        {"9.0000000000000001", "part as sent"},
        {"9.000000000000000000000000000000000000000000", "9 9"},
        {"0.33333333333333331", "part as sent"},
        {"0.30000000000000004", "part 0.30000000000000004"},
        {"1e300", "beyond 1e+300"},
        {"1e400", "beyond as sent"},
        {"-1e400", "beyond as sent"},
        {"1e-400", "part as sent"},
        {"1e999999999999999999999", "beyond as sent"},
        {"1e-999999999999999999999", "part as sent"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "beyond"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"-9223372036854775809", "beyond"},
        {"922337203685477580.7e1", "9223372036854775807 as sent"},
        {"12345678901234567890123", "beyond"},
        {"1000000000000000000", "1000000000000000000"},
        {"10000000000000000000", "beyond"},
        {"1e18", "1000000000000000000 1e+18"},
        {"", "none"},
        {"-", "none"},
        {"+9", "none"},
        {"09", "none"},
        {"-09", "none"},
        {".5", "none"},
        {"9.", "none"},
        {"9.e1", "none"},
        {"1e", "none"},
        {"1e+", "none"},
        {"1e1.0", "none"},
        {"1.0.0", "none"},
        {"0x9", "none"},
        {"9 ", "none"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        check_number(CASES[i][0], CASES[i][1]);
}

/* --- Tokens --- */

static void test_tokens_know_where_they_are(void **state) {
    const char *text =
        "{ \"a\":1, \"pr\\u006Fperties\" : {\"k\":2,\"l\":[3,{\"m\":4}]},\"b\":[{\"n\":5}], \"c\":\"x\"}";
    static const struct {
        char digit;
        size_t depth;
        bool in_properties;
    } EXPECTED[] = {{'1', 1, false}, {'2', 2, true}, {'3', 3, false}, {'4', 4, false}, {'5', 3, false}};
    struct lexer lexer;
    struct lex_token token;
    size_t seen = 0, keys = 0;
    lex_begin(&lexer, text, strlen(text));
    while (lex_next(&lexer, &token)) {
        keys += token.kind == LEX_STRING && token.is_key;
        if (token.kind != LEX_NUMBER)
            continue;
        assert_int_equal(*token.start, EXPECTED[seen].digit);
        assert_int_equal(lexer.depth, EXPECTED[seen].depth);
        assert_int_equal(lex_in_member(&lexer, "properties"), EXPECTED[seen].in_properties);
        seen++;
    }
    assert_int_equal(seen, CXD_COUNT(EXPECTED));
    assert_int_equal(keys, 8);
    assert_int_equal(lexer.depth, 0);
    assert_true(lexer.at == lexer.end);
}

static void test_names_by_what_they_say(void **state) {
    static const struct {
        const char *text;
        bool is;
    } CASES[] = {{"\"ab\"", true},        {"\"\\u0061b\"", true}, {"\"a\\u0062\"", true}, {"\"a\"", false},
                 {"\"abc\"", false},      {"\"\"", false},        {"\"a\\b\"", false},    {"\"a\\u006\"", false},
                 {"\"a\\u0162\"", false}, {"\"ab", false}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct lexer lexer;
        struct lex_token token;
        lex_begin(&lexer, CASES[i].text, strlen(CASES[i].text));
        assert_true(lex_next(&lexer, &token));
        if (lex_says(&token, "ab") != CASES[i].is)
            fail_msg("%s", CASES[i].text);
    }
}

/* --- Texts --- */

static void mend_is(const char *text, size_t length, const char *expected) {
    struct buffer out;
    char *exact = malloc(length + 1); /* of its very size, for the sanitizer */
    assert_non_null(exact);
    memcpy(exact, text, length);
    buffer_init(&out);
    mend_text(exact, length, &out);
    assert_false(out.failed);
    if (!expected)
        assert_int_equal(out.length, 0);
    else if (out.length != strlen(expected) || memcmp(out.data, expected, out.length) != 0)
        fail_msg("%s\nbecomes %.*s\nnot     %s", text, (int)out.length, out.data, expected);
    buffer_free(&out);
    free(exact);
}

static void test_clean_texts_stay(void **state) {
    static const char *const TEXTS[] = {
        "",
        "{\"score\":9}",
        "{\"score\":-9223372036854775808,\"properties\":{\"n\":9223372036854775807,\"b\":true,\"z\":null}}",
        "{\"comment\":\"é € 😀 \\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9 \\ud83d\\ude00 \\u0001 \\ufffe \xEF\xBF\xBF\"}",
        "{\"score\":9.5}",
        "{\"score\":9.0000000000000001}",
        "[1,2,\"x\"]",
        /* and what is no JSON by its grammar */
        "{\"a\":09,\"b\":+1,\"c\":1.,\"d\":\"\\x41\",\"e\":\"\\u12zz\",\"f\":NaN}",
        "{\"comment\":\"\\ud83d",
        "{\"comment\":\"\xff",
    };
    for (size_t i = 0; i < CXD_COUNT(TEXTS); i++)
        mend_is(TEXTS[i], strlen(TEXTS[i]), NULL);
}

static void test_mends(void **state) {
    static const char *const CASES[][2] = {
        {"{\"score\":9.0}", "{\"score\":9}"},
        {"{\"score\":1e1, \"x\":-0.0}", "{\"score\":10, \"x\":0}"},
        {"{\"score\":99999999999999999999}", "{\"score\":1e19}"},
        {"{\"score\":-1e400}", "{\"score\":-1e19}"},
        {"{\"properties\":{\"n\":12345678901234567890123,\"r\":9.0,\"h\":1e400,\"t\":0.33333333333333331}}",
         "{\"properties\":{\"n\":\"12345678901234567890123\",\"r\":\"9\",\"h\":\"1e400\",\"t\":\"0.33333333333333331\"}"
         "}"},
        {"{\"properties\":[1e1],\"o\":{\"n\":1e1}}", "{\"properties\":[10],\"o\":{\"n\":10}}"},
        {"[{\"properties\":{\"n\":1e1}}]", "[{\"properties\":{\"n\":10}}]"},
        {"\"a\\u0000b\"", "\"a\x7F"
                          "b\""},
        {"\"a\nb\r\tc\x0B\"", "\"a\\nb\\r\\tc\x7F\""},
        {"\"\\ud83d\"", "\"\x7F\""},
        {"\"\\ude00\\ud83d\"", "\"\x7F\x7F\""},
        {"\"\\ud83d\\ud83d\\ude00\"", "\"\x7F\\ud83d\\ude00\""},
        {"\"\\ud83d\\n\"", "\"\x7F\\n\""},
        {"\"\\uD83Dx\"", "\"\x7Fx\""},
        {"\"\\ud83d\\u0041\"", "\"\x7F\\u0041\""},
        {"\"\\ud83d\\u\"", "\"\x7F\x7F\""},
        {"\"\\u12\"", "\"\x7F\""},
        {"\"a\\u\"", "\"a\x7F\""},
        {"\"\\ud83d\\ude0\"", "\"\x7F\x7F\""},
        {"\"\xF0\x9F\x98\"", "\"\x7F\""},
        {"\"\xF0\x9F\x98z\"", "\"\x7Fz\""},
        {"\"\xC0\xAF\"", "\"\x7F\x7F\""},
        {"\"\xED\xA0\x80\"", "\"\x7F\x7F\x7F\""},
        {"\"\xF4\x90\x80\x80\"", "\"\x7F\x7F\x7F\x7F\""},
        {"\"\xE2\x82\xE2\x82\xAC\"", "\"\x7F\xE2\x82\xAC\""},
        {"\"\xFF\\u12zz\"", "\"\x7F\\u12zz\""},
        {"{\"k\xFF\":\"\\\"\xFE\"}", "{\"k\x7F\":\"\\\"\x7F\"}"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        mend_is(CASES[i][0], strlen(CASES[i][0]), CASES[i][1]);
    mend_is("\"a\0b\" \0", 6,
            "\"a\x7F"
            "b\" ");
}

static void test_origin_of_a_place(void **state) {
    const char *text = "{\"a\":9.0,\"b\":\"\\u0000x\\ud83d\"?}";
    /* becomes         {"a":9,"b":"DELxDEL"?} */
    static const struct {
        size_t made, of;
    } PLACES[] = {{0, 0}, {5, 5}, {6, 8}, {12, 14}, {13, 20}, {14, 21}, {15, 27}, {16, 28}, {17, 29}, {99, 30}};
    for (size_t i = 0; i < CXD_COUNT(PLACES); i++)
        assert_int_equal(mend_origin(text, strlen(text), PLACES[i].made), PLACES[i].of);
    assert_int_equal(mend_origin("{\"a\":9}", 7, 3), 3);
    assert_int_equal(mend_origin("{\"a\":9}", 7, 9), 7);
}

/* --- Responses --- */

/* The comment, the properties and the adjusted pointers, each followed by '|'. */
static const char *describe(const struct response *response, char out[512]) {
    out[0] = '\0';
    snprintf(out, 512, "%d|%s|", response->score, response->comment ? response->comment : "-");
    for (size_t i = 0; i < response->property_count; i++)
        strcat(strcat(strcat(strcat(out, response->properties[i].key), "="), response->properties[i].value), "|");
    for (const struct adjustment *one = response->sent.adjusted; one; one = one->next)
        strcat(strcat(out, one->pointer), "|");
    return out;
}

static void must_be(const char *text, size_t length, const char *expected) {
    struct arena arena;
    struct response response;
    char got[512];
    arena_init(&arena);
    if (response_decode(text, length, DEPTH, &arena, &response, &err) != CXD_OK)
        fail_msg("%s\nis refused: %s (%s %s)", text, err.detail, err.members[0].pointer, err.members[0].detail);
    if (strcmp(describe(&response, got), expected) != 0)
        fail_msg("%s\nis  %s\nnot %s", text, got, expected);
    arena_free(&arena);
}

static void test_free_text_is_kept(void **state) {
    static const char *const CASES[][2] = {
        {"{\"score\":9,\"comment\":\"a\\u000bb\"}", "9|a" FFFD "b|/comment|"},
        {"{\"score\":9,\"comment\":\"a\\u0000b\"}", "9|a" FFFD "b|/comment|"},
        {"{\"comment\":\"cut \\ud83d\",\"score\":9}", "9|cut " FFFD "|/comment|"},
        {"{\"score\":9,\"comment\":\"a\nb\r\n\tc\"}", "9|a\nb\r\n\tc|"},
        {"{\"score\":9,\"comment\":\"\x7F\\u0085\xC2\x9F\"}", "9|" FFFD FFFD FFFD "|/comment|"},
        {"{\"score\":9,\"comment\":\"\xFF \xF0\x9F\x98\"}", "9|" FFFD " " FFFD "|/comment|"},
        {"{\"score\":9,\"comment\":\"sent as " FFFD "\"}", "9|sent as " FFFD "|"},
        {"{\"score\":9.0,\"properties\":{\"a\":\"\\ud83d\",\"b\":\"ok\",\"c\":\"\x01\"}}",
         "9|-|a=" FFFD "|b=ok|c=" FFFD "|/properties/a|/properties/c|"},
        {"{\"score\":1.0E+1,\"properties\":{\"n\":12345678901234567890123,\"h\":1e400}}",
         "10|-|h=1e400|n=12345678901234567890123|"},
        {"\xEF\xBB\xBF{\"score\":9}", "9|-|"},
        {"{\"score\":-0.0}", "0|-|"},
        {"{\"score\":90e-1,\"comment\":\" \\n\",\"properties\":{\"a\":\"\",\"b\":null,\"c\":\"\\t\",\"d\":0}}",
         "9|-|d=0|"},
        {"{\"score\":9,\"properties\":\"\",\"respondent\":\"\",\"touchpoint\":\"\",\"channel\":\"\",\"locale\":\"\","
         "\"visit\":\"\","
         "\"answered_at\":\"\",\"id\":\"\",\"invitation\":\"\",\"nonce\":\"\",\"website\":\"\"}",
         "9|-|"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        must_be(CASES[i][0], strlen(CASES[i][0]), CASES[i][1]);
    must_be("{\"score\":9,\"comment\":\"a\0b\"}", 27, "9|a" FFFD "b|/comment|");
}

/* The members of the error, first its code. */
static void must_refuse(const char *text, enum cxd_err code, const char *pointers) {
    static const struct response_limits LIMITS = {8000, 256, 32, 64, 512, 300000};
    struct survey survey = {.slug = "shop", .metric = METRIC_NPS, .max_backdate_s = 604800};
    struct arena arena;
    struct response response;
    char got[512] = "";
    survey_set_defaults(&survey, false);
    arena_init(&arena);
    enum cxd_err result = response_decode(text, strlen(text), DEPTH, &arena, &response, &err);
    if (result == CXD_OK || result == ERR_INVALID)
        result = response_validate(&response, &survey, &LIMITS, INT64_C(1795424400000), false, &err);
    assert_int_equal(result, code);
    for (size_t i = 0; i < err.member_count; i++)
        strcat(strcat(got, err.members[i].pointer), " ");
    if (strcmp(got, pointers) != 0)
        fail_msg("%s\nis refused at %s\nnot           %s", text, got, pointers);
    arena_free(&arena);
}

static void test_names_are_strict(void **state) {
    must_refuse("{\"score\":9,\"respondent\":\"a\\u0000b\"}", ERR_INVALID, "/respondent ");
    must_refuse(
        "{\"score\":9,\"touchpoint\":\"\\ud83d\",\"channel\":\"\xFF\",\"visit\":\"a\nb\",\"locale\":\"e\\u0000\"}",
        ERR_INVALID, "/touchpoint /channel /visit /locale ");
    must_refuse("{\"score\":9,\"id\":\"\xFF\",\"answered_at\":\"\\u0000\"}", ERR_INVALID, "/id /answered_at ");
    must_refuse("{\"score\":9,\"comment\xFF\":\"x\"}", ERR_INVALID, "/comment\x7F ");
    must_refuse("{\"score\":9,\"properties\":{\"a\\u0000\":1}}", ERR_INVALID, "/properties/a\x7F ");
    must_refuse("{\"score\":99999999999999999999}", ERR_INVALID, "/score ");
    must_refuse("{\"score\":1e400}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail, "must be a whole number from 0 to 10");
    must_refuse("{\"score\":-1e400}", ERR_INVALID, "/score ");
    must_refuse("{\"score\":9.0000000000000001}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail, "must be a whole number");
    must_refuse("{\"score\":\"9\"}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail,
                        "must be a whole number: send the number 9, without quotes; a form may send text");
    must_refuse("{\"score\":\"nine\"}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail, "must be a whole number");
    must_refuse("{\"score\":\"\"}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail, "is required");
}

/* What is wrong besides is told of the text as it was sent. */
static void test_what_is_no_json_stays_so(void **state) {
    must_refuse("{\"score\":9.0,\"comment\":\"\\x41\"}", ERR_MALFORMED_JSON, "");
    must_refuse("{\"score\":9,\"comment\":\"\\u12zz\"}", ERR_MALFORMED_JSON, "");
    must_refuse("{\"score\":9,\"comment\":\"\\ud83d\",\"comment\":\"b\"}", ERR_MALFORMED_JSON, "");
    must_refuse("{\"score\":9,\"comment\":\"\\ud83d", ERR_MALFORMED_JSON, "");
    must_refuse("\xFF{\"score\":9}", ERR_MALFORMED_JSON, "");
    must_refuse("{\"score\":9,\n\"comment\":\"\\u0000\\u0000\\u0000\", oops}", ERR_MALFORMED_JSON, "");
    assert_string_equal(err.detail, "line 2, column 36: string or '}' expected near 'oops'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_tokens_know_where_they_are),
        cmocka_unit_test(test_names_by_what_they_say),
        cmocka_unit_test(test_clean_texts_stay),
        cmocka_unit_test(test_mends),
        cmocka_unit_test(test_origin_of_a_place),
        cmocka_unit_test(test_free_text_is_kept),
        cmocka_unit_test(test_names_are_strict),
        cmocka_unit_test(test_what_is_no_json_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
