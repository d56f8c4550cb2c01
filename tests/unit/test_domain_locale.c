/* Which locale is read to who asks for one. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/domain/locale.h"

/* `have`: locales with blanks between them. */
static void must_choose(const char *asked, const char *have, const char *expected) {
    char list[128], *rest = list;
    struct locale_choice choice;
    snprintf(list, sizeof list, "%s", have);
    locale_begin(&choice, asked);
    for (char *locale; (locale = strtok_r(rest, " ", &rest));)
        (void)locale_try(&choice, locale);
    if (expected)
        assert_string_equal(choice.best, expected);
    else
        assert_null(choice.best);
}

static void test_choice(void **state) {
    must_choose("de", "en de fr", "de");
    must_choose("DE", "en de fr", "de");
    must_choose("pt_br", "pt pt-BR", "pt-BR");
    must_choose("de-AT", "en de de-CH", "de");
    must_choose("zh-Hant-TW", "zh zh-Hant zh-Hans", "zh-Hant");
    must_choose("de", "en de-CH de-AT", "de-AT");
    must_choose("de-AT", "en de-CH", "de-CH");
    must_choose("den", "de en", "en");
    must_choose("de", "den en-GB fr", "en-GB");
    must_choose("ja", "fr en-GB en", "en");
    must_choose("ja", "fr de", "de");
    must_choose(NULL, "fr en", "en");
    must_choose("", "fr de", "de");
    must_choose("-", "fr de", "de");
    must_choose("no such locale at all", "fr de", "de");
    must_choose("de", "", NULL);
}

static void test_try_says_what_is_better(void **state) {
    struct locale_choice choice;
    locale_begin(&choice, "de-AT");
    assert_true(locale_try(&choice, "fr"));
    assert_false(locale_try(&choice, "it"));
    assert_true(locale_try(&choice, "en"));
    assert_true(locale_try(&choice, "de-CH"));
    assert_true(locale_try(&choice, "de"));
    assert_true(locale_try(&choice, "de-AT"));
    assert_false(locale_try(&choice, "de"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_try_says_what_is_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
