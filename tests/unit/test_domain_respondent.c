/* Names of respondents: the one form of an address, and every other name as it is. */
#include "../support/unit.h"
#include "cxd/domain/respondent.h"

static const struct {
    const char *name, *form;
} NAMES[] = {
    /* addresses */
    {"ann@shop.example", "ann@shop.example"},
    {"Ann.LEE+nps@Shop.EXAMPLE", "ann.lee+nps@shop.example"},
    {"  ann@shop.example\t", "ann@shop.example"},
    {"\n\r\v\fA@B", "a@b"},
    {"\xC2\xA0"
     "Ann@X\xE3\x80\x80\xE2\x80\x8B",
     "ann@x"}, /* U+00A0, U+3000, U+200B */
    {"\xEF\xBB\xBF"
     "Ann@X\xC2\x85\xE2\x80\xA8\xE1\x9A\x80",
     "ann@x"},                                        /* U+FEFF, U+0085, U+2028, U+1680 */
    {"\xC3\x84NN@X.example", "\xC3\x84nn@x.example"}, /* letters of ASCII alone */
    {"[A@B]", "[a@b]"},
    {"mailto:Ann@X", "mailto:ann@x"},
    {"[^-]@Z", "[^-]@z"},
    /* no addresses */
    {"", ""},
    {" ", " "},
    {"@", "@"},
    {"Ann", "Ann"},
    {" Ann ", " Ann "},
    {"@Ann", "@Ann"},
    {"Ann@", "Ann@"},
    {" @Ann", " @Ann"},
    {"Ann@ ", "Ann@ "},
    {"A@B@C", "A@B@C"},
    {"A@@B", "A@@B"},
    {"Ann Lee@X", "Ann Lee@X"},
    {"Ann @X", "Ann @X"},
    {"Ann@ X", "Ann@ X"},
    {"Ann@X\xC2\xA0Y", "Ann@X\xC2\xA0Y"},
    {"Ann <ann@X>", "Ann <ann@X>"},
    {"A@X, B@Y", "A@X, B@Y"},
};

static void test_forms(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++) {
        const char *form = respondent_form(NAMES[i].name, &arena);
        assert_string_equal(form, NAMES[i].form);
        assert_string_equal(respondent_form(form, &arena), form);
        assert_true(respondent_is(form, NAMES[i].name));
    }
    arena_free(&arena);
}

static void test_a_text_that_says_the_name(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
        bool is;
    } CASES[] = {
        {"ann@x", "ANN@x", true},      {"ann@x", "\xC2\xA0 ann@X ", true},
        {"ann@x", "ann@xy", false},    {"ann@x", "ann@", false},
        {"ann@x", "", false},          {"Bob", "bob", true},
        {"Bob", " BOB\t", true},       {" Bob ", " bob ", true},
        {" Bob ", "bob", false},       {"Bob", "Bo b", false},
        {"Bob Lee", "bob lee ", true}, {"Bob Lee", "bob  lee", false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        assert_int_equal(respondent_is(CASES[i].name, CASES[i].text), CASES[i].is);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_a_text_that_says_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
