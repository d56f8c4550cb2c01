/* Texts within HTML and XML, and the labels of an axis. */
#include "../support/unit.h"
#include "cxd/base/axis.h"
#include "cxd/base/compiler.h"
#include "cxd/base/markup.h"

static void escapes_whatever_is_markup(void **state CXD_UNUSED) {
    static const struct {
        const char *text, *escaped;
    } CASES[] = {
        {"", ""},
        {"plain", "plain"},
        {"<script>&\"'", "&lt;script&gt;&amp;&quot;&#39;"},
        {"\xc3\xa4 \xe6\x97\xa5 \xf0\x9f\x98\x80", "\xc3\xa4 \xe6\x97\xa5 \xf0\x9f\x98\x80"},
        {"tab\tline\nend\r", "tab\tline\nend\r"},
        {"a\x01\x7f\x1f", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"c1 \xc2\x85", "c1 \xef\xbf\xbd"},
        {"\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"half \xe6\x97", "half \xef\xbf\xbd"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct buffer out;
        buffer_init(&out);
        markup_append_text(&out, CASES[i].text);
        assert_string_equal(buffer_terminate(&out), CASES[i].escaped);
        buffer_free(&out);
    }
}

static void steps_of_an_axis_are_round(void **state CXD_UNUSED) {
    static const struct {
        double span;
        int labels;
        double step;
    } CASES[] = {{200, 5, 50}, {100, 5, 20}, {10, 5, 2}, {6, 5, 2}, {1, 5, 0.2}, {0.3, 5, 0.1}, {7, 1, 10}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        assert_float_equal(axis_step(CASES[i].span, CASES[i].labels), CASES[i].step, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_whatever_is_markup),
        cmocka_unit_test(steps_of_an_axis_are_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
