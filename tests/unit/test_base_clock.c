/* The text forms of instants and durations. */

#include <time.h>

#include "../support/unit.h"
#include "cxd/base/clock.h"

/* Parses a copy of exact size, so that the sanitizer sees a read past the end. */
static bool parse(const char *text, int64_t *ret_ms) {
    size_t length = strlen(text);
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    bool ok = time_parse(copy, length, ret_ms);
    free(copy);
    return ok;
}

static void must_parse(const char *text, int64_t expected) {
    int64_t ms = -7;
    if (!parse(text, &ms) || ms != expected)
        fail_msg("%s: got %lld, expected %lld", text, (long long)ms, (long long)expected);
}

static void must_refuse(const char *text) {
    int64_t ms = -7;
    if (parse(text, &ms))
        fail_msg("%s was taken", text);
    assert_int_equal(ms, -7);
}

/* Expected values by `date -u -d … +%s`. */
static void test_time_parse(void **state) {
    must_parse("1970-01-01T00:00:00Z", 0);
    must_parse("2026-10-24T00:00:00Z", 1792800000000);
    must_parse("2026-10-24t00:00:00z", 1792800000000);
    must_parse("2026-10-24 00:00:00Z", 1792800000000);
    must_parse("2026-10-24T05:45:00+05:45", 1792800000000);
    must_parse("2026-10-23T14:00:00-10:00", 1792800000000);
    must_parse("2026-10-24T00:00:00+00:00", 1792800000000);
    must_parse("2026-10-24T00:00:00-00:00", 1792800000000);
    must_parse("2026-10-24T23:59:00+23:59", 1792800000000);
    must_parse("2026-10-24T00:00:00.5Z", 1792800000500);
    must_parse("2026-10-24T00:00:00.05Z", 1792800000050);
    must_parse("2026-10-24T00:00:00.123Z", 1792800000123);
    must_parse("2026-10-24T00:00:00.1239Z", 1792800000123);
    must_parse("2026-10-24T00:00:00.999999999Z", 1792800000999);
    must_parse("2026-10-24T00:00:00.000000000-00:01", 1792800060000);
    must_parse("2024-02-29T00:00:00Z", 1709164800000);
    must_parse("2000-02-29T00:00:00Z", 951782400000);
    must_parse("2016-12-31T23:59:60Z", 1483228800000);
    must_parse("2016-12-31T23:59:60.5Z", 1483228800500);
    must_parse("9999-12-31T23:59:59.999Z", 253402300799999);
    must_parse("1970-01-01T00:00:00-01:00", 3600000);

    must_refuse("");
    must_refuse("2026");
    must_refuse("2026-10-24");
    must_refuse("2026-10-24T00:00Z");
    must_refuse("2026-10-24T00:00:00");
    must_refuse("2026-10-24T00:00:00X");
    must_refuse("2026-10-24T00:00:00ZZ");
    must_refuse("2026-10-24T00:00:00Z ");
    must_refuse(" 2026-10-24T00:00:00Z");
    must_refuse("2026-10-24_00:00:00Z");
    must_refuse("2026/10/24T00:00:00Z");
    must_refuse("2026-10-24T00.00.00Z");
    must_refuse("2026-10-24T00:00:00.Z");
    must_refuse("2026-10-24T00:00:00,5Z");
    must_refuse("2026-10-24T00:00:00.1234567890Z");
    must_refuse("2026-10-24T00:00:00.5");
    must_refuse("2026-10-24T00:00:00.-5Z");
    must_refuse("2026-10-24T00:00:00+0100");
    must_refuse("2026-10-24T00:00:00+01");
    must_refuse("2026-10-24T00:00:00+01:60");
    must_refuse("2026-10-24T00:00:00+24:00");
    must_refuse("2026-10-24T00:00:00+1:000");
    must_refuse("2026-10-24T00:00:00+01:00Z");
    must_refuse("2026-13-01T00:00:00Z");
    must_refuse("2026-00-01T00:00:00Z");
    must_refuse("2026-01-00T00:00:00Z");
    must_refuse("2026-01-32T00:00:00Z");
    must_refuse("2026-04-31T00:00:00Z");
    must_refuse("2026-02-29T00:00:00Z");
    must_refuse("2026-02-30T00:00:00Z");
    must_refuse("2100-02-29T00:00:00Z");
    must_refuse("2026-10-24T24:00:00Z");
    must_refuse("2026-10-24T00:60:00Z");
    must_refuse("2026-10-24T00:00:61Z");
    must_refuse("20 6-10-24T00:00:00Z");
    must_refuse("-026-10-24T00:00:00Z");
    must_refuse("+026-10-24T00:00:00Z");
    must_refuse("2026-1a-24T00:00:00Z");
    must_refuse("1969-12-31T23:59:59Z");
    must_refuse("1970-01-01T00:00:00+00:01");
    must_refuse("9999-12-31T23:59:60Z");
    must_refuse("9999-12-31T23:59:59-00:01");
    must_refuse("0000-01-01T00:00:00Z");
    must_refuse("12026-10-24T00:00:00Z");
    must_refuse("\xEF\xBC\x92"
                "026-10-24T00:00:00Z");
    int64_t ms;
    assert_false(time_parse("2026-10-24T00:00:00\0", 20, &ms));
    assert_true(time_parse("2026-10-24T00:00:00Zrest", 20, &ms));
}

static void check_format(int64_t ms, const char *expected) {
    char out[TIME_TEXT_SIZE];
    assert_ptr_equal(time_format(out, ms), out);
    assert_string_equal(out, expected);
}

static void test_time_format(void **state) {
    check_format(0, "1970-01-01T00:00:00Z");
    check_format(-1, "1969-12-31T23:59:59.999Z");
    check_format(1792800000000, "2026-10-24T00:00:00Z");
    check_format(1792800000007, "2026-10-24T00:00:00.007Z");
    check_format(1709164800000, "2024-02-29T00:00:00Z");
    check_format(253402300799999, "9999-12-31T23:59:59.999Z");
    check_format(-62135596800000, "0001-01-01T00:00:00Z");
    check_format(TIME_MAX, "9999-12-31T23:59:59.999Z");
    check_format(TIME_MIN, "0001-01-01T00:00:00Z");
}

/* Against the C library, and there and back: a day in every week of the years 1 to 9999. */
static void test_time_format_whole(void **state) {
    char out[TIME_TEXT_SIZE];
    assert_ptr_equal(time_format_whole(out, 0), out);
    assert_string_equal(out, "1970-01-01T00:00:00.000Z");
    assert_string_equal(time_format_whole(out, 1), "1970-01-01T00:00:00.001Z");
    assert_string_equal(time_format_whole(out, TIME_MAX), "9999-12-31T23:59:59.999Z");
    assert_int_equal(strlen(out), TIME_WHOLE_LENGTH);
}

static void test_time_format_against_libc(void **state) {
    for (int64_t second = -62135596800; second < 253402300800; second += 6 * 86400 + 3599) {
        char out[TIME_TEXT_SIZE];
        char expected[64];
        struct tm tm;
        time_t time = second;
        gmtime_r(&time, &tm);
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        if (strcmp(time_format(out, second * 1000), expected) != 0)
            fail_msg("%lld: %s, expected %s", (long long)second, out, expected);
        int64_t ms;
        int64_t exact = second * 1000 + llabs(second % 1000);
        time_format(out, exact);
        if (time_parse(out, strlen(out), &ms) ? ms != exact : second >= 0)
            fail_msg("%s does not read back", out);
    }
}

static void must_last(const char *text, int64_t expected) {
    int64_t seconds = -7;
    if (!duration_parse(text, &seconds) || seconds != expected)
        fail_msg("%s: got %lld, expected %lld", text, (long long)seconds, (long long)expected);
}

static void must_not_last(const char *text) {
    int64_t seconds = -7;
    if (duration_parse(text, &seconds))
        fail_msg("%s was taken", text);
    assert_int_equal(seconds, -7);
}

static void test_duration(void **state) {
    must_last("0", 0);
    must_last("30", 30);
    must_last("030", 30);
    must_last("30s", 30);
    must_last("5m", 300);
    must_last("1h", 3600);
    must_last("7d", 604800);
    must_last("2w", 1209600);
    must_last("0d", 0);
    must_last("36525d", 3155760000);
    must_last("3155760000", 3155760000);
    must_not_last("");
    must_not_last("s");
    must_not_last("d7");
    must_not_last("-5");
    must_not_last("+5");
    must_not_last(" 5");
    must_not_last("5 ");
    must_not_last("5 m");
    must_not_last("5M");
    must_not_last("5ms");
    must_not_last("1h30m");
    must_not_last("1.5h");
    must_not_last("1e3");
    must_not_last("0x10");
    must_not_last("5y");
    must_not_last("36526d");
    must_not_last("3155760001");
    must_not_last("99999999999999999999");
    must_not_last("18446744073709551617");
}

static void test_duration_ms(void **state) {
    static const struct {
        const char *text;
        int64_t ms; /* −1: none */
    } CASES[] = {{"0", 0},
                 {"1", 1000},
                 {"250ms", 250},
                 {"0ms", 0},
                 {"1s", 1000},
                 {"2m", 120000},
                 {"1h", 3600000},
                 {"36525d", 36525 * INT64_C(86400000)},
                 {"3155760000000ms", 36525 * INT64_C(86400000)},
                 {"3155760000001ms", -1},
                 {"3155760001", -1},
                 {"1.5s", -1},
                 {"5 ms", -1},
                 {"5msx", -1},
                 {"5Ms", -1},
                 {"ms", -1},
                 {"", -1},
                 {"-1ms", -1},
                 {"99999999999999999999ms", -1}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        int64_t ms = -1;
        if (duration_parse_ms(CASES[i].text, &ms) != (CASES[i].ms >= 0) || ms != CASES[i].ms)
            fail_msg("%s: got %lld", CASES[i].text, (long long)ms);
    }
}

static void test_clocks(void **state) {
    int64_t expected = (int64_t)time(NULL) * 1000;
    assert_in_range(clock_now_ms(), expected - 1000, expected + 2000);
    int64_t first = clock_monotonic_ms();
    assert_true(first > 0 && clock_monotonic_ms() >= first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_parse),
        cmocka_unit_test(test_duration_ms),
        cmocka_unit_test(test_time_format),
        cmocka_unit_test(test_time_format_whole),
        cmocka_unit_test(test_time_format_against_libc),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
