/* Header values with parameters: where each begins and ends, however they are quoted. */
#include "../support/unit.h"
#include "cxd/codec/mime.h"

/* What the value is taken apart to, as "word|name=value|name="value"". */
static void check(const char *value, const char *expected) {
    char got[512];
    char *copy = malloc(strlen(value)); /* of its very size, so that a read past the end is seen */
    struct mime_text word, name, text;
    memcpy(copy, value, strlen(value));
    struct mime mime = mime_open(copy, strlen(value), &word);
    int length = snprintf(got, sizeof got, "%.*s", (int)word.length, word.start);
    while (mime_next(&mime, &name, &text)) {
        const char *quote = text.is_quoted ? "\"" : "";
        length += snprintf(got + length, sizeof got - (size_t)length, "|%.*s=%s%.*s%s", (int)name.length, name.start,
                           quote, (int)text.length, text.start, quote);
    }
    free(copy);
    if (strcmp(got, expected) != 0)
        fail_msg("%s\nis taken apart to %s\nnot            %s", value, got, expected);
}

static void test_takes_apart(void **state) {
    check("", "");
    check(";", "");
    check("text/plain", "text/plain");
    check(" \ttext/plain \t", "text/plain");
    check("a;b=c", "a|b=c");
    check("a ; b = c ;d=e", "a|b=c|d=e");
    check("a;;b=;c", "a|b=");
    check("a; b=c d; e", "a|b=c d");
    check("a; b=\"c\"; d=\"\"", "a|b=\"c\"|d=\"\"");
    check("a; b=\"x;y=z\" junk; d=e", "a|b=\"x;y=z\"|d=e");
    check("a; b=\"x\\\"y\"; d=e", "a|b=\"x\\\"y\"|d=e");
    check("a; b=\"x\\\\\"; d=e", "a|b=\"x\\\\\"|d=e");
    check("a; b=\"", "a|b=\"\"");
    check("a; b=\"c; d", "a|b=\"c; d\"");
    check("a; b=\"c\\", "a|b=\"c\\\"");
    check("a; =x; y=1", "a|=x|y=1");
    check("a; b=c=d", "a|b=c=d");
}

/* It comes in the headers of a part, and ends nothing. */
static void test_nul(void **state) {
    static const char VALUE[] = "form-data; name=score\0junk";
    static const char WORD[] = "form-data\0name=score";
    struct mime_text word, name, value;
    struct mime mime = mime_open(VALUE, sizeof VALUE - 1, &word);
    assert_true(mime_is(&word, "form-data") && mime_next(&mime, &name, &value) && mime_is(&name, "name"));
    assert_int_equal(value.length, strlen("score") + 1 + strlen("junk"));
    assert_false(mime_next(&mime, &name, &value));
    mime = mime_open(WORD, sizeof WORD - 1, &word);
    assert_int_equal(word.length, sizeof WORD - 1);
    assert_false(mime_next(&mime, &name, &value));
}

static void test_charsets(void **state) {
    static const struct {
        const char *name;
        bool is_utf8;
    } CASES[] = {
        {"utf-8", true},       {"UTF-8", true},    {"Utf8", true},    {"US-ASCII", true}, {"'utf-8'", true}, {"", true},
        {"iso-8859-1", false}, {"latin-1", false}, {"utf-16", false}, {"utf", false},     {"'", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct mime_text text = {CASES[i].name, strlen(CASES[i].name), false};
        if (mime_is_utf8(&text) != CASES[i].is_utf8)
            fail_msg("%s", CASES[i].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_apart),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_charsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
