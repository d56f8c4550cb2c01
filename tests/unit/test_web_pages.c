/* What pages are made of: HTML that is escaped, and the language in which they speak. */
#include "../support/unit.h"
#include "cxd/base/buffer.h"
#include "web/html.h"
#include "web/language.h"

static const char *text_of(struct buffer *out) {
    const char *text = buffer_terminate(out);
    assert_non_null(text);
    return text;
}

static void test_escapes(void **state) {
    static const struct {
        const char *text, *markup;
    } CASES[] = {
        {"plain, größer 日本", "plain, größer 日本"},
        {"</script><b a='1' c=\"2\">&amp;", "&lt;/script&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;"},
        {"a\tb\nc\rd", "a\tb\nc\rd"},
        {"\x01\x1b[2J\x7f\xc2\x85", "��[2J��"},
        {"\xff\xc3 \xe2\x82", "�� �"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buffer out;
        buffer_init(&out);
        html_element(&out, "p", CASES[i].text, "title", CASES[i].text, NULL);
        char expected[512];
        snprintf(expected, sizeof expected, "<p title=\"%s\">%s</p>", CASES[i].markup, CASES[i].markup);
        assert_string_equal(text_of(&out), expected);
        buffer_free(&out);
    }
}

static void test_attributes(void **state) {
    struct buffer out;
    buffer_init(&out);
    html_open(&out, "input", "value", "", "checked", HTML_IF(true), "required", HTML_IF(false), "id", HTML_NONE, NULL);
    html_pattern(&out, "{0} of {1}, {2} {", "<1>", "&");
    html_url_value(&out, "a b/ü?&");
    assert_string_equal(text_of(&out), "<input value=\"\" checked>&lt;1&gt; of &amp;, {2} {a%20b%2F%C3%BC%3F%26");
    buffer_free(&out);
}

static size_t count_places(const char *text) {
    size_t count = 0;
    for (; (text = strchr(text, '{')); text++)
        count++;
    return count;
}

/* A text that a language lacks is NULL; one that leaves a place out says less than it should. */
static void test_texts_are_whole(void **state) {
    const struct wording english = language_choose((const char *[]){"en", NULL}, NULL, NULL);
    assert_int_equal(LANGUAGE_COUNT, 9);
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        for (size_t text = 0; text < TEXT_COUNT; text++) {
            const char *said = LANGUAGES[i].texts[text];
            if (!said || !*said || count_places(said) != count_places(language_text(&english, (enum text)text)))
                fail_msg("%s: text %zu of texts.h: %s", LANGUAGES[i].tag, text, said ? said : "none");
        }
}

static const struct survey_text GERMAN = {.locale = "de-AT"}, ENGLISH = {.locale = "en"}, POLISH = {.locale = "pl"},
                                SWISS = {.locale = "de-CH"};

static void test_languages(void **state) {
    const struct {
        const char *wanted[3], *accepted;
        struct survey_text texts[3];
        size_t count;
        const char *tag, *language;
    } cases[] = {
        {{NULL}, NULL, {{0}}, 0, "en", "en"},
        {{NULL}, "tlh, xx;q=0.9", {{0}}, 0, "en", "en"},
        {{NULL}, "fr-CA, en;q=0.5", {{0}}, 0, "fr", "fr"},
        {{NULL}, "en;q=0.2,ar;q=0.25, de;q=0", {{0}}, 0, "ar", "ar"},
        {{"PT_br"}, "fr", {{0}}, 0, "pt", "pt"},
        {{NULL}, "de", {ENGLISH, GERMAN}, 2, "de-AT", "de"},
        {{NULL}, "de-CH,de", {ENGLISH, GERMAN, SWISS}, 3, "de-CH", "de"},
        {{"en"}, "de", {GERMAN, ENGLISH}, 2, "en", "en"},
        /* What the survey does not speak: English, or its first text; ours goes with it. */
        {{"fr"}, NULL, {GERMAN, ENGLISH}, 2, "en", "en"},
        {{"fr"}, NULL, {GERMAN}, 1, "de-AT", "de"},
        {{"it"}, "nl", {POLISH}, 1, "pl", "it"},
        {{"tlh", "es"}, "nl", {{0}}, 0, "es", "es"},
        {{"de", "en"}, NULL, {ENGLISH, GERMAN}, 2, "de-AT", "de"},
        {{""}, ";;,q=,=;q=x,\t", {{0}}, 0, "en", "en"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct survey survey = {.texts = cases[i].texts, .text_count = cases[i].count};
        const struct wording wording = language_choose(cases[i].wanted, cases[i].accepted, &survey);
        assert_string_equal(language_tag(&wording), cases[i].tag);
        assert_string_equal(wording.language->tag, cases[i].language);
    }
}

static void test_directions(void **state) {
    static const char *const RIGHT[] = {"ar", "he-IL", "fa", "UR_pk",   "ckb",       "ps",
                                        "sd", "yi",    "dv", "az-Arab", "ku_arab_IQ"};
    static const char *const LEFT[] = {"en", "arn", "az", "ku", "ur-Latn", "ks-Deva-IN", "de-1996", "", "-"};
    for (size_t i = 0; i < sizeof RIGHT / sizeof *RIGHT; i++)
        if (!language_is_rtl(RIGHT[i]))
            fail_msg("%s is written from right to left", RIGHT[i]);
    for (size_t i = 0; i < sizeof LEFT / sizeof *LEFT; i++)
        if (language_is_rtl(LEFT[i]))
            fail_msg("%s is written from left to right", LEFT[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes),   cmocka_unit_test(test_attributes), cmocka_unit_test(test_texts_are_whole),
        cmocka_unit_test(test_languages), cmocka_unit_test(test_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
