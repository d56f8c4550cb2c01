/* Bars, scales and charts: figures in, lines out. */

#include "../support/unit.h"
#include <locale.h>

#include "cmd/chart.h"
#include "cmd/draw.h"
#include "cmd/fit.h"

static const struct screen ASCII = {.columns = 60}, UNICODE = {.unicode = true, .columns = 60},
                           COLOUR = {.colour = true, .unicode = true, .columns = 60};

static void expect(struct buffer *out, const char *text) {
    assert_string_equal(buffer_terminate(out), text);
    buffer_reset(out);
}

static void test_bands(void **state) {
    static const struct {
        double counts[3];
        size_t count, columns;
        const char *text;
    } cases[] = {
        {{70, 20, 10}, 3, 10, "+++++++==-"}, {{1, 1, 1}, 3, 10, "++++===---"},
        {{1e9, 1, 1}, 3, 10, "++++++++=-"}, /* what is there shows */
        {{1e9, 0, 1}, 3, 10, "+++++++++-"},  {{0, 0, 5}, 3, 4, "----"},
        {{3, 1}, 2, 8, "++++++=="},          {{0, 0, 0}, 3, 10, ""},
    };
    struct buffer out;

    buffer_init(&out);
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        draw_append_bands(&ASCII, &out, cases[i].counts, cases[i].count, cases[i].columns);
        expect(&out, cases[i].text);
    }
    draw_append_bands(&UNICODE, &out, cases[0].counts, 3, 10);
    expect(&out, "███████▒▒░");
    draw_append_bands(&COLOUR, &out, cases[1].counts, 2, 4);
    expect(&out, "\x1b[32m██\x1b[0m\x1b[33m▒▒\x1b[0m");
    buffer_free(&out);
}

static void test_scale(void **state) {
    static const struct {
        struct draw_scale scale;
        const char *text;
    } cases[] = {
        {{.min = -100, .max = 100, .step = 50}, "|----+----+----+----|"},
        {{.min = -100, .max = 100, .has_value = true, .value = -100}, "*-------------------|"},
        {{.min = -100, .max = 100, .has_value = true, .value = 100}, "|-------------------*"},
        {{.min = 0, .max = 100, .has_value = true, .value = 50, .has_interval = true, .low = 30, .high = 70},
         "|-----[===*===]-----|"},
        {{.min = 0, .max = 100, .has_value = true, .value = 50, .has_other = true, .other = 20},
         "|---o-----*---------|"},
        /* An interval that is wider than the scale, and one that is a point. */
        {{.min = 0, .max = 100, .has_interval = true, .low = -48, .high = 130}, "[===================]"},
        {{.min = 0, .max = 100, .has_interval = true, .low = 50, .high = 50}, "|---------[---------|"},
        /* Ticks that would be everywhere are nowhere. */
        {{.min = 0, .max = 100, .step = 1}, "|-------------------|"},
        {{.min = 5, .max = 5}, ""},
    };
    struct buffer out;

    buffer_init(&out);
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        draw_append_scale(&ASCII, &out, &cases[i].scale, 21);
        expect(&out, cases[i].text);
    }
    draw_append_scale(&UNICODE, &out, &cases[3].scale, 21);
    expect(&out, "├─────┣━━━●━━━┫─────┤");
    draw_append_scale_key(&UNICODE, &out, &cases[3].scale, "95% interval", "before");
    expect(&out, "● score   ┣━┫ 95% interval");
    draw_append_scale_key(&ASCII, &out, &cases[4].scale, "95% interval", "before");
    expect(&out, "* score   o before");
    buffer_free(&out);
}

static void test_lean(void **state) {
    static const struct {
        double fraction;
        const char *text;
    } cases[] = {{0, "    |    "},  {0.5, "    |>>  "},  {-0.5, "  <<|    "}, {2, "    |>>>>"},
                 {-2, "<<<<|    "}, {1e-9, "    |>   "}, {-1e-9, "   <|    "}};
    struct buffer out;

    buffer_init(&out);
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        draw_append_lean(&ASCII, &out, cases[i].fraction, 4);
        expect(&out, cases[i].text);
    }
    buffer_free(&out);
}

static const int STRIDES[] = {1, 2, 7, 0};

static struct chart_point point(double value, double margin, double n, const char *label) {
    struct chart_point made = {
        .is_known = true, .has_interval = margin > 0, .value = value, .low = value - margin, .high = value + margin};

    made.n = n;
    snprintf(made.label, sizeof made.label, "%s", label);
    return made;
}

static void test_chart(void **state) {
    struct chart_point points[4] = {
        point(10, 10, 4, "11-01"), point(20, 10, 8, "11-02"), {.n = 1, .label = "11-03"}, point(-10, 5, 2, "11-04")};
    const struct chart chart = {
        .points = points, .count = 4, .min = -100, .max = 100, .has_zero = true, .strides = STRIDES};
    struct screen narrow = {.columns = 40};
    struct buffer out;

    buffer_init(&out);
    chart_append(&narrow, &out, &chart);
    expect(&out, "       30 +        :::\n"
                 "          |     ::::::\n"
                 "       20 +   ::::::**\n"
                 "          |   ::****::\n"
                 "       10 +   ***:::::\n"
                 "          |   ::::::\n"
                 "        0 +---::-----------------------\n"
                 "          |                        :\n"
                 "      -10 +                        *\n"
                 "          |                        :\n"
                 "      -20 +\n"
                 "          ++------+------+------+------\n"
                 "           11-01  11-02  11-03  11-04\n"
                 "  n<=   8  +++++++@@@@@@@:::::::-------\n");
    buffer_free(&out);
}

/* Whatever comes, every line fits, and all are there. */
static void test_chart_bounds(void **state) {
    static const struct {
        double value, margin;
        size_t count, step;
    } cases[] = {{0, 0, 1, 1}, {100, 30, 1, 1}, {-100, 200, 3, 1}, {99.9, 0.1, 10000, 7}, {50, 20, 365, 2}};
    static struct chart_point points[10000];
    struct buffer out;

    buffer_init(&out);
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct chart chart = {.points = points, .min = -100, .max = 100, .has_zero = true, .strides = STRIDES};

        chart.count = cases[i].count;
        for (size_t k = 0; k < chart.count; k++) {
            points[k] = point(cases[i].value, cases[i].margin, (double)(k * 37), "2026-11-01");
            points[k].is_known = k % cases[i].step == 0;
        }
        for (size_t columns = 0; columns <= 300; columns += 20) {
            const struct screen screens[] = {{.columns = columns}, {.columns = columns, .unicode = true}};

            for (size_t k = 0; k < CXD_COUNT(screens); k++) {
                size_t lines = 0, begin = 0;

                chart_append(&screens[k], &out, &chart);
                assert_false(out.failed);
                for (size_t at = 0; at < out.length; at++) {
                    if (out.data[at] != '\n')
                        continue;
                    assert_true(screen_width(out.data + begin, at - begin) < (columns < 40 ? 40 : columns));
                    begin = at + 1;
                    lines++;
                }
                assert_true(lines >= 10 && lines <= 27);
                buffer_reset(&out);
            }
        }
    }
    buffer_free(&out);
}

/* Wide characters, those that take no column, and long ones: the next column begins where it should. */
static void test_table(void **state) {
    static const struct table_column columns[] = {{.header = "A", .columns_max = 8}, {.header = "N", .is_right = true}};
    static const char *const cells[] = {"abc",       "1", "漢字漢字漢字", "22", "e\u0301e\u0301", "3", "abcdefgh", "4",
                                        "abcdefghi", "5", "שלום",         "6",  "x\x1b[2Jy",      "7"};
    struct table table;
    struct buffer out;

    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        skip();
    buffer_init(&out);
    table_init(&table, columns, CXD_COUNT(columns));
    for (size_t i = 0; i < CXD_COUNT(cells); i++)
        table_cell_painted(&COLOUR, &table, cells[i], i == 1 ? PAINT_RED : PAINT_NONE);
    table_append(&COLOUR, &out, &table);
    expect(&out, "\x1b[1mA          N\n\x1b[0m"
                 "abc        \x1b[31m1\x1b[0m\n"
                 "漢字漢…   22\n"
                 "e\u0301e\u0301         3\n"
                 "abcdefgh   4\n"
                 "abcdefg…   5\n"
                 "שלום       6\n"
                 "x\\x1b[2…   7\n");
    table_free(&table);
    buffer_free(&out);
}

/* Where lines end: the last column goes on below, names are cut, and what fits in no way is a cell a line. */
static void test_table_fits(void **state) {
    static const struct table_column columns[] = {{.header = "NAME", .columns_min = 6},
                                                  {.header = "N", .is_right = true},
                                                  {.header = "", .is_right = true},
                                                  {.header = "TEXT", .wraps = true}};
    static const char *const cells[] = {
        "a name of some length", "12345", "|", "words that go on below what they began with", "short", "1", "|", "x"};
    static const struct {
        size_t columns;
        bool fits;
        const char *text;
    } CASES[] = {
        {40, false,
         "NAME                       N     TEXT\n"
         "a name of some length  12345  |  words that go on below what they began with\n"
         "short                      1  |  x\n"},
        {62, true,
         "NAME                       N     TEXT\n"
         "a name of some length  12345  |  words that go on below what\n"
         "                                 they began with\n"
         "short                      1  |  x\n"},
        {40, true,
         "NAME          N     TEXT\n"
         "a nam...  12345  |  words that go on\n"
         "                    below what they\n"
         "                    began with\n"
         "short         1  |  x\n"},
        {30, true,
         "NAME  a name of some length\n"
         "N     12345\n"
         "TEXT  words that go on below\n"
         "      what they began with\n"
         "\n"
         "NAME  short\n"
         "N     1\n"
         "TEXT  x\n"},
        {12, true, /* too narrow for anything */
         "NAME                       N     TEXT\n"
         "a name of some length  12345  |  words that go on below what they began with\n"
         "short                      1  |  x\n"},
    };
    struct buffer out;

    buffer_init(&out);
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        const struct screen screen = {.columns = CASES[i].columns, .fits = CASES[i].fits};
        struct table table;

        table_init(&table, columns, CXD_COUNT(columns));
        for (size_t k = 0; k < CXD_COUNT(cells); k++)
            table_cell(&screen, &table, cells[k]);
        table_append(&screen, &out, &table);
        table_free(&table);
        expect(&out, CASES[i].text);
    }
    buffer_free(&out);
}

static void test_lines_fit(void **state) {
    static const struct screen screen = {.columns = 30, .fits = true}, wide = {.columns = 30};
    static const char text[] = "  window      2026-10-30T23:00:00Z to 2026-11-29T23:00:00Z\n"
                               "as it is\n"
                               "a line that is longer than all that there is room for\n"
                               "\x1b[1m0123456789\x1b[0m 0123456789 01234567\n"
                               "  0123456789012345678901234567890123456789 x\n"
                               "no end of a line, and so left as it is by who wrote it";
    struct buffer out;

    buffer_init(&out);
    buffer_append_text(&out, text);
    fit_lines(&wide, &out);
    expect(&out, text);
    buffer_append_text(&out, text);
    fit_lines(&screen, &out);
    expect(&out, "  window      2026-10-30T23:00:00Z\n"
                 "              to\n"
                 "              2026-11-29T23:00:00Z\n"
                 "as it is\n"
                 "a line that is longer than all\n"
                 "  that there is room for\n"
                 "\x1b[1m0123456789\x1b[0m 0123456789 01234567\n"
                 "  0123456789012345678901234567890123456789\n"
                 "    x\n"
                 "no end of a line, and so left as it is by who wrote it");
    buffer_free(&out);
}

/* What goes to a file goes as it is, and stands in its columns, also where the locale has no such characters. */
static void test_width_without_locale(void **state) {
    static const char text[] = "漢字e\u0301x";

    assert_non_null(setlocale(LC_CTYPE, "C"));
    assert_int_equal(screen_width(text, strlen(text)), 6);
}

static void test_nothing(void **state) {
    struct chart_point none[2] = {{.n = 3}, {.n = 4}};
    struct chart chart = {.points = none, .count = 2, .min = 0, .max = 100, .strides = STRIDES};
    struct buffer out;

    buffer_init(&out);
    chart_append(&UNICODE, &out, &chart);
    expect(&out, "");
    chart.count = 0;
    chart_append(&UNICODE, &out, &chart);
    expect(&out, "");
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bands),        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_lean),         cmocka_unit_test(test_chart),
        cmocka_unit_test(test_chart_bounds), cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_table),        cmocka_unit_test(test_table_fits),
        cmocka_unit_test(test_lines_fit),    cmocka_unit_test(test_width_without_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
