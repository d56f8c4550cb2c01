/* Output and text rules: buffer, UTF-8 and slugs. */

#include <math.h>

#include "../support/unit.h"
#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"

static struct buffer buf;

static void check_buffer(const char *expected) {
    assert_string_equal(buffer_terminate(&buf), expected);
    assert_int_equal(buf.length, strlen(expected));
    buffer_reset(&buf);
}

static void test_appends(void **state) {
    buffer_append(&buf, NULL, 0);
    check_buffer("");
    buffer_append_text(&buf, "a");
    buffer_append_char(&buf, 'b');
    buffer_append(&buf, "cd", 2);
    buffer_append_format(&buf, "%d%s", 12, "é");
    buffer_append_format(&buf, "%s", "");
    check_buffer("abcd12é");
    for (int i = 0; i < 10000; i++)
        buffer_append_format(&buf, "%04d", i);
    assert_int_equal(buf.length, 40000);
    for (int i = 0; i < 10000; i++) {
        char four[16];
        snprintf(four, sizeof four, "%04d", i);
        assert_memory_equal(buf.data + 4 * i, four, 4);
    }
    buffer_reset(&buf);
}

static void test_int(void **state) {
    static const int64_t VALUES[] = {0, 1, -1, 9, 10, -10, 99, 100, 1234567890, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < CXD_COUNT(VALUES); i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)VALUES[i]);
        buffer_append_int(&buf, VALUES[i]);
        check_buffer(expected);
    }
}

static void test_refused_memory(void **state) {
    struct buffer refused;
    buffer_init(&refused);
    buffer_append_text(&refused, "abc");
    assert_false(buffer_reserve(&refused, SIZE_MAX - 1));
    assert_true(refused.failed);
    buffer_append_text(&refused, "def");
    buffer_append_char(&refused, 'x');
    buffer_append_int(&refused, 5);
    buffer_append_json(&refused, "<>");
    buffer_append_fixed(&refused, 1, 1);
    buffer_append_time(&refused, 1);
    buffer_append_format(&refused, "%d", 1);
    assert_int_equal(refused.length, 3);
    assert_null(buffer_terminate(&refused));
    buffer_reset(&refused);
    buffer_append_text(&refused, "ok");
    assert_string_equal(buffer_terminate(&refused), "ok");
    buffer_free(&refused);
    buffer_free(&refused);
    buffer_free(NULL);
}

static void check_json(const char *text, const char *expected) {
    buffer_append_json(&buf, text);
    check_buffer(expected);
}

static void test_json(void **state) {
    check_json(NULL, "null");
    check_json("", "\"\"");
    check_json("plain text", "\"plain text\"");
    check_json("\"", "\"\\\"\"");
    check_json("\\", "\"\\\\\"");
    check_json("a\b\f\n\r\tb", "\"a\\b\\f\\n\\r\\tb\"");
    check_json("\x01\x0b\x1f\x7f", "\"\\u0001\\u000b\\u001f\x7f\"");
    check_json("</script>", "\"\\u003c/script\\u003e\"");
    check_json("a&b", "\"a\\u0026b\"");
    check_json("é€😀", "\"é€😀\"");
    check_json("\xE2\x80\xA8", "\"\\u2028\"");
    check_json("x\xE2\x80\xA9y", "\"x\\u2029y\"");
    check_json("\xE2\x80\xA6\xE2\x82\xAC\xE2\x80\xA7", "\"\xE2\x80\xA6\xE2\x82\xAC\xE2\x80\xA7\"");
    check_json("\xE2\x80\xA6\n", "\"\xE2\x80\xA6\\n\"");
    check_json("\xE2", "\"\xE2\""); /* not UTF-8: no read past the end */
    char all[2000] = "";
    for (int i = 0; i < 1000; i++)
        all[i] = '\x02';
    buffer_append_json(&buf, all);
    assert_int_equal(buf.length, 6002);
    buffer_reset(&buf);
}

static void check_fixed(double value, int decimals, const char *expected) {
    buffer_append_fixed(&buf, value, decimals);
    check_buffer(expected);
}

static void test_fixed(void **state) {
    check_fixed(0, 1, "0.0");
    check_fixed(-0.0, 1, "0.0");
    check_fixed(-0.04, 1, "0.0");
    check_fixed(-0.05, 1, "-0.1");
    check_fixed(0.05, 1, "0.1");
    check_fixed(62.25, 1, "62.3");
    check_fixed(-62.25, 1, "-62.3");
    check_fixed(62.35, 1, "62.4");
    check_fixed(1.005, 2, "1.01");
    check_fixed(-1.005, 2, "-1.01");
    check_fixed(8.615, 2, "8.62");
    check_fixed(-100.0 / 3, 1, "-33.3");
    check_fixed(200.0 / 3, 1, "66.7");
    check_fixed(62.2499999, 1, "62.2");
    check_fixed(0.1 + 0.2, 1, "0.3");
    check_fixed(99.95, 1, "100.0");
    check_fixed(9.995, 2, "10.00");
    check_fixed(-99.96, 1, "-100.0");
    check_fixed(100, 1, "100.0");
    check_fixed(0.5, 0, "1");
    check_fixed(1.5, 0, "2");
    check_fixed(2.5, 0, "3");
    check_fixed(-0.5, 0, "-1");
    check_fixed(-0.4, 0, "0");
    check_fixed(9.5, 0, "10");
    check_fixed(99.5, 0, "100");
    check_fixed(0.0000005, 6, "0.000001");
    check_fixed(3.1415926535, 6, "3.141593");
    check_fixed(1e20, 1, "100000000000000000000.0");
    check_fixed(4, -3, "4");
    check_fixed(4, 9, "4.000000");
    check_fixed((double)NAN, 1, "null");
    check_fixed((double)INFINITY, 1, "null");
    buffer_append_fixed(&buf, 1.7976931348623157e308, 6);
    assert_int_equal(buf.length, 309 + 7);
    buffer_reset(&buf);
}

/* Every percentage of counts is rounded as integer arithmetic rounds it. */
static void test_fixed_of_counts(void **state) {
    for (int64_t n = 1; n <= 400; n++) {
        for (int64_t k = -n; k <= n; k++) {
            int64_t tenths = (2000 * llabs(k) + n) / (2 * n);
            char expected[32];
            snprintf(expected, sizeof expected, "%s%lld.%lld", k < 0 && tenths > 0 ? "-" : "", (long long)(tenths / 10),
                     (long long)(tenths % 10));
            buffer_append_fixed(&buf, 100.0 * (double)k / (double)n, 1);
            check_buffer(expected);
        }
    }
}

/* Any value, at any size and near ties: as the C library prints it to twelve further digits, rounded there half up. */
static void test_fixed_of_any(void **state) {
    uint64_t seed = 1;
    for (int round = 0; round < 200000; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int decimals = (int)(seed >> 60) % 7;
        double value = (double)(int64_t)seed / (double)(INT64_C(1) << ((seed >> 40) % 63));
        if (round % 2 == 0) /* a few units around the middle of two last digits */
            value = (trunc(fmod(value, 1e9)) + 0.5) / pow(10, decimals) * (1 + (double)(round % 7 - 3) * 1e-16);
        char digits[400], expected[402];
        snprintf(digits, sizeof digits, "%.*f", decimals + 12, fabs(value));
        size_t keep = strlen(digits) - 12;
        bool up = digits[keep] >= '5';
        digits[decimals == 0 ? keep - 1 : keep] = '\0';
        for (size_t i = strlen(digits); up && i-- > 0;) {
            if (digits[i] == '.')
                continue;
            up = digits[i] == '9';
            digits[i] = up ? '0' : (char)(digits[i] + 1);
        }
        bool is_zero = !up && strspn(digits, "0.") == strlen(digits);
        snprintf(expected, sizeof expected, "%s%s%s", value < 0 && !is_zero ? "-" : "", up ? "1" : "", digits);
        check_fixed(value, decimals, expected);
    }
}

static void test_time(void **state) {
    buffer_append_time(&buf, TIME_MIN);
    check_buffer("null");
    buffer_append_time(&buf, TIME_MAX);
    check_buffer("null");
    buffer_append_time(&buf, 0);
    check_buffer("\"1970-01-01T00:00:00Z\"");
    buffer_append_time(&buf, 1792800000005);
    check_buffer("\"2026-10-24T00:00:00.005Z\"");
}

static void test_utf8_count(void **state) {
    static const struct {
        const char *text;
        size_t count;
    } CASES[] = {
        {"", 0},
        {"abc", 3},
        {"é€😀", 3},
        {"\x7F", 1},
        {"\xC2\x80", 1},
        {"\xDF\xBF", 1},
        {"\xE0\xA0\x80", 1},
        {"\xED\x9F\xBF", 1},
        {"\xEE\x80\x80", 1},
        {"\xEF\xBF\xBF", 1},
        {"\xF0\x90\x80\x80", 1},
        {"\xF4\x8F\xBF\xBF", 1},
        {"\x80", SIZE_MAX},             /* a continuation alone */
        {"\xC0\x80", SIZE_MAX},         /* overlong */
        {"\xC1\xBF", SIZE_MAX},         /* overlong */
        {"\xE0\x9F\xBF", SIZE_MAX},     /* overlong */
        {"\xF0\x8F\xBF\xBF", SIZE_MAX}, /* overlong */
        {"\xED\xA0\x80", SIZE_MAX},     /* surrogate */
        {"\xED\xBF\xBF", SIZE_MAX},     /* surrogate */
        {"\xF4\x90\x80\x80", SIZE_MAX}, /* beyond U+10FFFF */
        {"\xF5\x80\x80\x80", SIZE_MAX},
        {"\xFF", SIZE_MAX},
        {"\xC3", SIZE_MAX}, /* cut */
        {"\xE2\x82", SIZE_MAX},
        {"\xF0\x9F\x98", SIZE_MAX},
        {"a\xE2\x82z", SIZE_MAX},
        {"\xC3\xA9\xC3", SIZE_MAX},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char *copy = strdup(CASES[i].text); /* exact size, for the sanitizer */
        assert_int_equal(utf8_count(copy), CASES[i].count);
        free(copy);
    }
}

static void check_control(const char *text, bool strict, bool with_newlines) {
    assert_int_equal(utf8_has_control(text, false), strict);
    assert_int_equal(utf8_has_control(text, true), with_newlines);
}

static void test_utf8_control(void **state) {
    check_control("", false, false);
    check_control("plain é€😀", false, false);
    check_control("a\nb", true, false);
    check_control("a\tb\r\n", true, false);
    check_control("a\vb", true, true);
    check_control("\x01", true, true);
    check_control("\x1B[0m", true, true);
    check_control("\x7F", true, true);
    check_control("\xC2\x80", true, true);
    check_control("\xC2\x9F", true, true);
    check_control("\xC2\xA0", false, false);
    check_control("\xC3\x80", false, false);
}

/* One U+FFFD for each piece that a decoder gives up on, as the Encoding Standard counts them. */
static void test_utf8_mend(void **state) {
#define BAD "\xEF\xBF\xBD"
    static const struct {
        const char *text, *mended;
        size_t count;
    } CASES[] = {
        {"", "", 0},
        {"plain é€😀\t\r\n" BAD, "plain é€😀\t\r\n" BAD, 0},
        {"\xEF\xBF\xBF", "\xEF\xBF\xBF", 0},
        {"a\vb\x7F\xC2\x85", "a" BAD "b" BAD BAD, 3},
        {"\x80\xBF", BAD BAD, 2},
        {"\xC0\xAF\xC1", BAD BAD BAD, 3},
        {"\xE0\x9F\x80", BAD BAD BAD, 3},
        {"\xED\xA0\x80", BAD BAD BAD, 3},
        {"\xF4\x90\x80\x80", BAD BAD BAD BAD, 4},
        {"\xF8\x88", BAD BAD, 2},
        {"\xF0\x9F\x98", BAD, 1},
        {"\xF0\x9F\x98z", BAD "z", 1},
        {"\xE2\x82\xE2\x82\xAC\xE2", BAD "€" BAD, 2},
        {"\xF0\x80\x80", BAD BAD BAD, 3},
    };
    char out[64];
    size_t length;
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char *copy = malloc(strlen(CASES[i].text)); /* exact size, for the sanitizer */
        memcpy(copy, CASES[i].text, strlen(CASES[i].text));
        assert_int_equal(utf8_mend(out, copy, strlen(CASES[i].text), &length), CASES[i].count);
        assert_string_equal(out, CASES[i].mended);
        assert_int_equal(length, strlen(out));
        free(copy);
    }
    assert_int_equal(utf8_mend(out, "a\0b", 3, &length), 1);
    assert_string_equal(out, "a" BAD "b");
#undef BAD
}

static void test_slug(void **state) {
    static const char *const GOOD[] = {"a",
                                       "0",
                                       "nps",
                                       "checkout-2026_q4",
                                       "a-",
                                       "a_",
                                       "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234"};
    static const char *const BAD[] = {"",
                                      "-a",
                                      "_a",
                                      "A",
                                      "aB",
                                      "a b",
                                      "a.b",
                                      "a/b",
                                      "é",
                                      "a\n",
                                      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345"};
    for (size_t i = 0; i < CXD_COUNT(GOOD); i++)
        assert_true(slug_valid(GOOD[i]));
    for (size_t i = 0; i < CXD_COUNT(BAD); i++)
        assert_false(slug_valid(BAD[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends),      cmocka_unit_test(test_int),       cmocka_unit_test(test_refused_memory),
        cmocka_unit_test(test_json),         cmocka_unit_test(test_fixed),     cmocka_unit_test(test_fixed_of_counts),
        cmocka_unit_test(test_fixed_of_any), cmocka_unit_test(test_time),      cmocka_unit_test(test_utf8_count),
        cmocka_unit_test(test_utf8_control), cmocka_unit_test(test_utf8_mend), cmocka_unit_test(test_slug),
    };
    buffer_init(&buf);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_free(&buf);
    return failed;
}
