/* codec/exposition: the lines of the text format, written out by hand. */

#include "../support/unit.h"
#include "cxd/codec/exposition.h"

static void expect(struct buffer *out, const char *text) {
    const char *got = buffer_terminate(out);
    assert_non_null(got);
    assert_string_equal(got, text);
    buffer_reset(out);
}

static void test_lines(void **state) {
    struct buffer out;
    const struct exposition_label two[] = {{"a", "x"}, {"b", ""}, {NULL, NULL}};
    buffer_init(&out);
    exposition_family(&out, "cxd_x_total", "counter", "Back\\slash,\nnew line, \"quote\".");
    expect(&out, "# HELP cxd_x_total Back\\\\slash,\\nnew line, \"quote\".\n# TYPE cxd_x_total counter\n");
    exposition_count(&out, "cxd_x_total", NULL, UINT64_MAX);
    expect(&out, "cxd_x_total 18446744073709551615\n");
    exposition_count(&out, "cxd_x_total", two, 0);
    expect(&out, "cxd_x_total{a=\"x\",b=\"\"} 0\n");
    exposition_fixed(&out, "cxd_score", two, -12.25, 1);
    expect(&out, "cxd_score{a=\"x\",b=\"\"} -12.3\n");
    buffer_free(&out);
}

static void test_escapes(void **state) {
    struct buffer out;
    const struct exposition_label label[] = {{"a", "\"q\" \\ \n} \t é"}, {NULL, NULL}};
    buffer_init(&out);
    exposition_count(&out, "m", label, 1);
    expect(&out, "m{a=\"\\\"q\\\" \\\\ \\n} \t é\"} 1\n");
    buffer_free(&out);
}

static void test_seconds(void **state) {
    static const struct {
        int64_t ns;
        const char *text;
    } CASES[] = {
        {0, "m 0\n"},
        {1, "m 0.000000001\n"},
        {100000, "m 0.0001\n"},
        {2500000, "m 0.0025\n"},
        {INT64_C(1000000000), "m 1\n"},
        {INT64_C(1774000000123000000), "m 1774000000.123\n"},
        {-INT64_C(1500000000), "m -1.5\n"},
        {INT64_MAX, "m 9223372036.854775807\n"},
        {INT64_MIN, "m -9223372036.854775808\n"},
    };
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        exposition_seconds(&out, "m", NULL, CASES[i].ns);
        expect(&out, CASES[i].text);
    }
    buffer_free(&out);
}

static void test_histogram(void **state) {
    static const struct tally_scale scale = {.count = 3, .bounds = {100000, 2500000, 1000000000}};
    struct tally tally = {0};
    struct tally_reading reading = {0};
    struct buffer out;
    const struct exposition_label label[] = {{"route", "/a/{b}"}, {NULL, NULL}};
    const uint64_t values[] = {1, 100000, 100001, 1000000000, 1000000001, 60000000000};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        tally_note(&tally, &scale, values[i]);
    tally_read(&tally, &scale, &reading);
    buffer_init(&out);
    exposition_histogram(&out, "h", label, &scale, EXPOSITION_NANOSECONDS, &reading);
    expect(&out, "h_bucket{route=\"/a/{b}\",le=\"0.0001\"} 2\n"
                 "h_bucket{route=\"/a/{b}\",le=\"0.0025\"} 3\n"
                 "h_bucket{route=\"/a/{b}\",le=\"1\"} 4\n"
                 "h_bucket{route=\"/a/{b}\",le=\"+Inf\"} 6\n"
                 "h_sum{route=\"/a/{b}\"} 62.000200003\n"
                 "h_count{route=\"/a/{b}\"} 6\n");
    exposition_histogram(&out, "h", NULL, &scale, EXPOSITION_ONES, &(struct tally_reading){0});
    expect(&out, "h_bucket{le=\"100000\"} 0\nh_bucket{le=\"2500000\"} 0\nh_bucket{le=\"1000000000\"} 0\n"
                 "h_bucket{le=\"+Inf\"} 0\nh_sum 0\nh_count 0\n");
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_histogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
