/* What is meant by a mistyped word. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/base/nearest.h"
#include "cxd/base/words.h"

static const char *const WORDS_KNOWN[] = {"score", "comment", "respondent", "id", "answered_at", "url", "properties"};

static void means(const char *word, const char *known) {
    const char *found = nearest_word(word, WORDS_KNOWN, CXD_COUNT(WORDS_KNOWN));
    if (known)
        assert_string_equal(found, known);
    else
        assert_null(found);
}

static void mistyped(void **state) {
    (void)state;
    means("scroe", "score"); /* exchanged */
    means("ulr", "url");
    means("scor", "score");
    means("sscore", "score");
    means("sc0re", "score");
    means("SCORE", "score");
    means("answeredAt", "answered_at");
    means("answered-at", "answered_at");
    means("respodnent", "respondent");
    means("property", "properties");
    means("di", "id");
}

static void something_else(void **state) {
    (void)state;
    means("", NULL);
    means("x", NULL);
    means("it", "id");
    means("xy", NULL);
    means("rating", NULL);
    means("customer", NULL);
    means("unrelated_name", NULL);
    char longest[200];
    memset(longest, 's', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    means(longest, NULL);
    const char *const words[] = {longest};
    assert_null(nearest_word("score", words, 1));
}

static void the_closest(void **state) {
    (void)state;
    static const char *const NAMES[] = {"nps-web", "nps", "npt"};
    assert_string_equal(nearest_word("nsp", NAMES, 3), "nps");
    assert_string_equal(nearest_word("np", NAMES, 3), "nps");
    assert_string_equal(nearest_word("nps-wbe", NAMES, 3), "nps-web");
}

static void a_list_is_whole(void **state) {
    (void)state;
    static const char *const NAMES[] = {"one", "two", "three", "four"};
    static const struct words words = WORDS(NAMES);
    char out[64];
    assert_string_equal(words_list(&words, out, 64), "one, two, three and four");
    assert_string_equal(words_list(&words, out, 25), "one, two, three and four");
    assert_string_equal(words_list(&words, out, 24), "one, two and 2 more");
    assert_string_equal(words_list(&words, out, 20), "one, two and 2 more");
    assert_string_equal(words_list(&words, out, 19), "one and 3 more");
    static const struct words first = {NAMES, 1};
    assert_string_equal(words_list(&first, out, 64), "one");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistyped),
        cmocka_unit_test(something_else),
        cmocka_unit_test(the_closest),
        cmocka_unit_test(a_list_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
