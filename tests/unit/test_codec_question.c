/* The further questions of a definition: every member, what is refused and where, the canonical bytes and the form. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/survey.h"
#include "cxd/domain/band.h"
#include "cxd/domain/question.h"

enum { DEPTH = 16, BACKDATE_S = 604800, TEXT_SIZE = 1 << 16 };

static struct error err;

static enum cxd_err decode(const char *text, struct arena *arena, struct survey *ret_survey) {
    return survey_decode(text, strlen(text), DEPTH, "shop", BACKDATE_S, arena, ret_survey, &err);
}

/* Of an NPS survey with these questions, twice around, the member must be `expected`. */
static void must_encode(const char *questions, const char *expected) {
    static char text[TEXT_SIZE];
    struct arena arena;
    struct survey survey;
    struct buffer out;
    arena_init(&arena);
    buffer_init(&out);
    snprintf(text, sizeof text, "{\"metric\":\"nps\",\"questions\":%s}", questions);
    for (int round = 0; round < 2; round++) {
        if (decode(text, &arena, &survey) != CXD_OK)
            fail_msg("%s\nis refused: %s (%s %s)", text, err.detail, err.members[0].pointer, err.members[0].detail);
        buffer_reset(&out);
        survey_encode_definition(&out, &survey);
        assert_non_null(buffer_terminate(&out));
        snprintf(text, sizeof text, "%s", out.data);
        const char *found = strstr(text, "\"questions\":"), *end = strstr(text, ",\"properties\":");
        if (!*expected) {
            assert_null(found);
            continue;
        }
        assert_non_null(found);
        found += strlen("\"questions\":");
        if (strlen(expected) != (size_t)(end - found) || strncmp(found, expected, strlen(expected)) != 0)
            fail_msg("%s\nencodes to %s\nnot        %s", questions, found, expected);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void must_refuse_of(const char *metric, const char *questions, const char *pointers) {
    static char text[TEXT_SIZE], got[TEXT_SIZE];
    struct arena arena;
    struct survey survey;
    arena_init(&arena);
    got[0] = '\0';
    snprintf(text, sizeof text, "{\"metric\":\"%s\",\"questions\":%s}", metric, questions);
    assert_int_equal(decode(text, &arena, &survey), ERR_INVALID);
    for (size_t i = 0; i < err.member_count && i < ERROR_MEMBERS_MAX; i++) {
        assert_true(err.members[i].detail[0] != '\0');
        strcat(strcat(got, i > 0 ? " " : ""), err.members[i].pointer);
    }
    if (strcmp(got, pointers) != 0)
        fail_msg("%s\nis refused at %s\nnot           %s", questions, got, pointers);
    arena_free(&arena);
}

static void must_refuse(const char *questions, const char *pointers) {
    must_refuse_of("nps", questions, pointers);
}

#define A "{\"value\":\"a\"}"
#define FIRST "{\"key\":\"q\",\"type\":\"choice\",\"options\":[" A "],\"other\":true}"
#define EASE "{\"key\":\"ease\",\"type\":\"scale\",\"metric\":\"csat\"}"

static void test_none(void **state) {
    must_encode("null", "");
    must_encode("[]", "");
}

static void test_every_member(void **state) {
    must_encode(
        "[{\"show\":{\"band\":[\"unfavourable\",\"passive\",\"detractors\"]},\"required\":true,\"other\":true,"
        "\"options\":[{\"text\":{\"en\":\"Price\",\"de\":\"Preis\",\"fr\":null},\"value\":\"price\"},"
        "{\"value\":\"Speed_1.x-y\"}],\"text\":{\"en\":\"Why?\",\"de\":\"<Warum>\"},\"type\":\"choice\",\"key\":"
        "\"reason\"},"
        "{\"key\":\"f\",\"type\":\"choices\",\"options\":[" A "]},"
        "{\"key\":\"ease\",\"type\":\"scale\",\"metric\":\"ces\",\"scale\":{\"max\":5,\"min\":1},\"direction\":"
        "\"lower_is_better\",\"low_label\":{\"en\":\"hard\"},\"high_label\":{\"en\":\"easy\"},"
        "\"show\":{\"answer\":{\"in\":[\"other\",\"price\"],\"key\":\"reason\"}}},"
        "{\"key\":\"why\",\"type\":\"text\",\"other\":false,\"options\":null,\"show\":{\"band\":[\"promoters\"],"
        "\"answer\":{\"key\":\"ease\",\"in\":[1,\"2\"]}}}]",
        "[{\"key\":\"reason\",\"type\":\"choice\",\"text\":{\"de\":\"\\u003cWarum\\u003e\",\"en\":\"Why?\"},"
        "\"options\":[{\"value\":\"price\",\"text\":{\"de\":\"Preis\",\"en\":\"Price\"}},"
        "{\"value\":\"Speed_1.x-y\",\"text\":{}}],\"other\":true,\"required\":true,"
        "\"show\":{\"band\":[\"passives\",\"detractors\"]}},"
        "{\"key\":\"f\",\"type\":\"choices\",\"text\":{},\"options\":[{\"value\":\"a\",\"text\":{}}],"
        "\"other\":false,\"required\":false},"
        "{\"key\":\"ease\",\"type\":\"scale\",\"text\":{},\"metric\":\"ces\",\"scale\":{\"min\":1,\"max\":5},"
        "\"method\":\"mean\",\"direction\":\"lower_is_better\",\"bands\":{\"satisfied_from\":2,"
        "\"dissatisfied_to\":4},\"low_label\":{\"en\":\"hard\"},\"high_label\":{\"en\":\"easy\"},"
        "\"required\":false,\"show\":{\"answer\":{\"key\":\"reason\",\"in\":[\"other\",\"price\"]}}},"
        "{\"key\":\"why\",\"type\":\"text\",\"text\":{},\"required\":false,\"show\":{\"band\":[\"promoters\"],"
        "\"answer\":{\"key\":\"ease\",\"in\":[1,2]}}}]");
    must_encode("[{\"key\":\"n\",\"type\":\"scale\",\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":4},\"method\":"
                "\"mean\",\"bands\":{\"satisfied_from\":3,\"dissatisfied_to\":1},\"show\":{}}]",
                "[{\"key\":\"n\",\"type\":\"scale\",\"text\":{},\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":4},"
                "\"method\":\"mean\",\"direction\":\"higher_is_better\",\"bands\":{\"satisfied_from\":3,"
                "\"dissatisfied_to\":1},\"low_label\":{},\"high_label\":{},\"required\":false}]");
}

static void test_types(void **state) {
    must_refuse("{}", "/questions");
    must_refuse("[1]", "/questions/0");
    must_refuse("[{}]", "/questions/0/key /questions/0/type");
    must_refuse("[{\"key\":1,\"type\":\"radio\"}]", "/questions/0/key /questions/0/type");
    must_refuse("[{\"key\":\"a b\",\"type\":\"text\",\"texts\":{}}]", "/questions/0/texts /questions/0/key");
    must_refuse("[{\"key\":\"123456789012345678901234567890123\",\"type\":\"text\"}]", "/questions/0/key");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"text\":\"Why?\",\"required\":1}]",
                "/questions/0/text /questions/0/required");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"text\":{\"e n\":\"x\",\"de\":1}}]",
                "/questions/0/text/de /questions/0/text/e n");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"options\":[" A
                "],\"other\":true,\"metric\":\"nps\",\"scale\":{}}]",
                "/questions/0/options /questions/0/other /questions/0/metric /questions/0/scale");
    must_refuse("[" EASE ",{\"key\":\"ease\",\"type\":\"text\"}]", "/questions/1/key");
    /* A column of exports, or a field of a form, would have two meanings. */
    must_refuse("[{\"key\":\"q.other\",\"type\":\"text\"}," FIRST "]", "/questions/0/key");
    must_refuse("[{\"key\":\"p.other\",\"type\":\"text\"}]", "/questions/0/key");
    must_encode("[{\"key\":\"other\",\"type\":\"text\"}]",
                "[{\"key\":\"other\",\"type\":\"text\",\"text\":{},\"required\":false}]");
}

static void test_options(void **state) {
    must_refuse("[{\"key\":\"a\",\"type\":\"choice\"}]", "/questions/0/options");
    must_refuse("[{\"key\":\"a\",\"type\":\"choice\",\"options\":[]}]", "/questions/0/options");
    must_refuse("[{\"key\":\"a\",\"type\":\"choices\",\"options\":[1,{},{\"value\":\"other\"},{\"value\":\"b c\"}," A
                "," A ",{\"value\":\"c\",\"text\":[],\"label\":1}]}]",
                "/questions/0/options/0 /questions/0/options/1/value /questions/0/options/6/label "
                "/questions/0/options/6/text /questions/0/options/2/value /questions/0/options/3/value "
                "/questions/0/options/5/value");
    static char many[TEXT_SIZE];
    strcpy(many, "[{\"key\":\"a\",\"type\":\"choice\",\"options\":[");
    for (int i = 0; i < QUESTION_OPTIONS_MAX; i++)
        snprintf(many + strlen(many), 64, "{\"value\":\"%d\",\"text\":{}},", i);
    char *end = many + strlen(many) - 1;
    strcpy(end, "],\"other\":false,\"required\":false}]");
    static char canonical[TEXT_SIZE];
    strcpy(canonical, many);
    memmove(canonical + 28 + 10, canonical + 28, strlen(canonical + 28) + 1);
    memcpy(canonical + 28, "\"text\":{},", 10);
    must_encode(many, canonical);
    strcpy(end, ",{\"value\":\"50\"}]}]");
    must_refuse(many, "/questions/0/options");
}

static void test_scale(void **state) {
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\"}]", "/questions/0/metric");
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\",\"metric\":\"stars\",\"scale\":{\"min\":1,\"max\":4}}]",
                "/questions/0/metric");
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\",\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":4}}]",
                "/questions/0/bands");
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\",\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":11}}]",
                "/questions/0/scale");
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\",\"metric\":\"csat\",\"method\":\"net_easy\",\"direction\":\"up\"}]",
                "/questions/0/direction /questions/0/method");
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\",\"metric\":\"nps\",\"bands\":{\"satisfied_from\":8}}]",
                "/questions/0/bands/satisfied_from");
    must_refuse("[{\"key\":\"a\",\"type\":\"scale\",\"metric\":\"csat\",\"low_label\":\"x\"}]",
                "/questions/0/low_label");
}

static void test_show(void **state) {
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":[]}]", "/questions/0/show");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"score\":1}}]", "/questions/0/show/score");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"band\":[]}}]", "/questions/0/show/band");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"band\":\"detractors\"}}]", "/questions/0/show/band");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"band\":[\"detractors\",\"satisfied\",3]}}]",
                "/questions/0/show/band/1 /questions/0/show/band/2");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"answer\":{}}}]",
                "/questions/0/show/answer/key /questions/0/show/answer/in");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"answer\":{\"key\":\"a\",\"in\":[\"a\"]}}}]",
                "/questions/0/show/answer/key");
    must_refuse("[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"answer\":{\"key\":\"q\",\"in\":[\"a\"]}}}," FIRST "]",
                "/questions/0/show/answer/key");
    must_refuse(
        "[{\"key\":\"t\",\"type\":\"text\"},{\"key\":\"a\",\"type\":\"text\",\"show\":{\"answer\":{\"key\":\"t\","
        "\"in\":[\"a\"]}}}]",
        "/questions/1/show/answer/key");
#define AFTER(first, in)                                                                                               \
    "[" first ",{\"key\":\"b\",\"type\":\"text\",\"show\":{\"answer\":{\"key\":\"q\",\"in\":" in "}}}]"
    must_refuse(AFTER(FIRST, "[]"), "/questions/1/show/answer/in");
    must_refuse(AFTER(FIRST, "[\"b\",true,\"a\",\"a\",null]"),
                "/questions/1/show/answer/in/1 /questions/1/show/answer/in/4 /questions/1/show/answer/in/0 "
                "/questions/1/show/answer/in/3");
    must_refuse(AFTER("{\"key\":\"q\",\"type\":\"choice\",\"options\":[" A "]}", "[\"other\"]"),
                "/questions/1/show/answer/in/0");
    must_refuse(AFTER("{\"key\":\"q\",\"type\":\"scale\",\"metric\":\"csat\"}", "[0,6,\"03\"]"),
                "/questions/1/show/answer/in/0 /questions/1/show/answer/in/1 /questions/1/show/answer/in/2");
    /* What is wrong with the one in front is not said of this one too. */
    must_refuse(AFTER("{\"key\":\"q\",\"type\":\"choice\"}", "[\"x\"]"), "/questions/0/options");
    must_refuse_of("none", "[{\"key\":\"a\",\"type\":\"text\",\"show\":{\"band\":[\"satisfied\"]}}]", "/metric");
}

/* No more than there may be, and no crash where more is wrong than an error has room for. */
static void test_many(void **state) {
    static char many[TEXT_SIZE];
    strcpy(many, "[");
    for (int i = 0; i < QUESTIONS_MAX; i++)
        snprintf(many + strlen(many), 64, "{\"key\":\"q%d\",\"type\":\"text\"},", i);
    char *end = many + strlen(many) - 1;
    strcpy(end, ",{\"key\":\"x\",\"type\":\"text\"}]");
    must_refuse(many, "/questions");

    static char text[TEXT_SIZE];
    struct arena arena;
    struct survey survey;
    arena_init(&arena);
    strcpy(text, "{\"metric\":\"nps\",\"questions\":[{\"key\":\"q\",\"type\":\"choice\",\"options\":[");
    for (int i = 0; i < ERROR_MEMBERS_MAX; i++)
        strcat(text, "1,");
    strcat(text, "1]},{\"type\":\"text\",\"show\":{\"answer\":{\"key\":\"q\",\"in\":[true,{}]}}}]}");
    assert_int_equal(decode(text, &arena, &survey), ERR_INVALID);
    assert_true(err.member_count > ERROR_MEMBERS_MAX);
    arena_free(&arena);
}

static void test_struct(void **state) {
    struct arena arena;
    struct survey survey;
    arena_init(&arena);
    assert_int_equal(decode("{\"metric\":\"csat\",\"min_n\":5,\"questions\":[" FIRST "," EASE
                            ",{\"key\":\"b\",\"type\":\"text\",\"show\":{\"band\":[\"neutral\"],\"answer\":{\"key\":"
                            "\"ease\",\"in\":[5]}}}]}",
                            &arena, &survey),
                     CXD_OK);
    assert_int_equal(survey.question_count, 3);
    const struct question *text = survey_question(&survey, "b");
    assert_int_equal(text->show.bands, 1U << BAND_NEUTRAL);
    assert_string_equal(text->show.key, "ease");
    assert_string_equal(text->show.in[0], "5");
    struct survey scored = question_scoring(&survey, survey_question(&survey, "ease"));
    assert_true(scored.metric == METRIC_CSAT && scored.scale_max == 5 && scored.favourable == 4 && scored.min_n == 5);
    arena_free(&arena);
}

static void must_form(const char *definition, const char *locale, const char *expected) {
    struct arena arena;
    struct survey survey;
    struct buffer out;
    arena_init(&arena);
    buffer_init(&out);
    assert_int_equal(decode(definition, &arena, &survey), CXD_OK);
    survey_encode_form(&out, &survey, &(struct survey_form){.now_ms = 1, .locale = locale});
    const char *form = buffer_terminate(&out), *found = strstr(form, "\"locale\":"),
               *end = strstr(form, ",\"revision\"");
    assert_true(found && end);
    if (strlen(expected) != (size_t)(end - found) || strncmp(found, expected, strlen(expected)) != 0)
        fail_msg("%s\nis not %s", found, expected);
    buffer_free(&out);
    arena_free(&arena);
}

static void test_form(void **state) {
    static const char DEFINITION[] =
        "{\"metric\":\"nps\",\"texts\":{\"en\":{\"question\":\"How?\"},\"de\":{\"question\":\"Wie?\"}},\"questions\":["
        "{\"key\":\"reason\",\"type\":\"choice\",\"text\":{\"en\":\"Why?\",\"de\":\"Warum?\"},\"options\":["
        "{\"value\":\"price\",\"text\":{\"de\":\"Preis\",\"en\":\"Price\"}},{\"value\":\"b\",\"text\":{\"fr\":\"B\"}}],"
        "\"show\":{\"band\":[\"detractors\",\"promoters\"]}},"
        "{\"key\":\"ease\",\"type\":\"scale\",\"metric\":\"ces\",\"low_label\":{\"en\":\"hard\"},\"required\":true,"
        "\"show\":{\"answer\":{\"key\":\"reason\",\"in\":[\"price\"]}}},{\"key\":\"t\",\"type\":\"text\"}]}";
    must_form(
        DEFINITION, "de-AT",
        "\"locale\":\"de\",\"questions\":[{\"key\":\"reason\",\"type\":\"choice\",\"text\":\"Warum?\",\"options\":["
        "{\"value\":\"price\",\"text\":\"Preis\"},{\"value\":\"b\",\"text\":\"B\"}],\"other\":false,"
        "\"required\":false,\"show\":{\"band\":[\"promoters\",\"detractors\"],\"scores\":[0,1,2,3,4,5,6,9,10]}},"
        "{\"key\":\"ease\",\"type\":\"scale\",\"text\":null,\"metric\":\"ces\",\"scale\":{\"min\":1,\"max\":7},"
        "\"low_label\":\"hard\",\"high_label\":null,\"required\":true,\"show\":{\"answer\":{\"key\":\"reason\","
        "\"in\":[\"price\"]}}},{\"key\":\"t\",\"type\":\"text\",\"text\":null,\"required\":false}]");
    must_form("{\"metric\":\"nps\"}", NULL, "\"locale\":null,\"questions\":[]");
    must_form(
        "{\"metric\":\"nps\",\"texts\":{\"en\":{},\"de\":{}},\"questions\":[{\"key\":\"t\",\"type\":\"text\","
        "\"text\":{\"de\":\"Was?\",\"en\":\"What?\"}}]}",
        NULL,
        "\"locale\":\"en\",\"questions\":[{\"key\":\"t\",\"type\":\"text\",\"text\":\"What?\",\"required\":false}]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),    cmocka_unit_test(test_every_member), cmocka_unit_test(test_types),
        cmocka_unit_test(test_options), cmocka_unit_test(test_scale),        cmocka_unit_test(test_show),
        cmocka_unit_test(test_many),    cmocka_unit_test(test_struct),       cmocka_unit_test(test_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
