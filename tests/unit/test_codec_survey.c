/* A survey's definition: defaults, every member, what is refused and where, and the canonical bytes. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/response.h"
#include "cxd/codec/survey.h"

enum { DEPTH = 16, BACKDATE_S = 604800 };

static struct error err;

/* Decodes, and decodes again what that encodes to: both must encode to `expected`. */
static void must_decode(const char *text, const char *expected) {
    struct arena arena;
    struct survey survey;
    struct buffer out;
    arena_init(&arena);
    buffer_init(&out);
    for (int round = 0; round < 2; round++) {
        if (survey_decode(text, strlen(text), DEPTH, "shop", BACKDATE_S, &arena, &survey, &err) != CXD_OK)
            fail_msg("%s\nis refused: %s (%s %s)", text, err.detail, err.members[0].pointer, err.members[0].detail);
        buffer_reset(&out);
        survey_encode_definition(&out, &survey);
        const char *encoded = buffer_terminate(&out);
        assert_non_null(encoded);
        if (strcmp(encoded, expected) != 0)
            fail_msg("%s\nencodes to %s\nnot        %s", text, encoded, expected);
        text = arena_strdup(&arena, encoded);
        assert_non_null(text);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void must_refuse(const char *text, enum cxd_err code, const char *pointers) {
    struct arena arena;
    struct survey survey = {.number = 42};
    char got[8192] = "";
    arena_init(&arena);
    enum cxd_err result = survey_decode(text, strlen(text), DEPTH, "shop", BACKDATE_S, &arena, &survey, &err);
    if (result != code || err.code != code)
        fail_msg("%s\ngives code %d, not %d", text, (int)result, (int)code);
    assert_int_equal(survey.number, 42);
    for (size_t i = 0; i < err.member_count && i < ERROR_MEMBERS_MAX; i++) {
        assert_true(err.members[i].detail[0] != '\0');
        strcat(strcat(got, err.members[i].pointer), " ");
    }
    if (strcmp(got, pointers) != 0)
        fail_msg("%s\nis refused at %s\nnot           %s", text, got, pointers);
    arena_free(&arena);
}

#define TAIL                                                                                                           \
    "\"texts\":{},\"properties\":[],\"allowed_origins\":[],\"opens_at\":null,\"closes_at\":null,"                      \
    "\"amend_window\":1800,\"max_backdate\":604800,\"min_n\":0,"                                                       \
    "\"access\":\"public\",\"recontact_days\":0,\"recontact\":\"refuse\",\"min_seconds\":0,"                           \
    "\"retention_days\":0,\"retention\":\"delete\"}"
#define SCORING(metric, min, max, method, direction, from, to)                                                         \
    "{\"name\":null,\"metric\":\"" metric "\",\"scale\":{\"min\":" #min ",\"max\":" #max "},\"method\":\"" method      \
    "\",\"direction\":\"" direction "\",\"bands\":{\"satisfied_from\":" #from ",\"dissatisfied_to\":" #to "},"

static void test_defaults(void **state) {
    must_decode("{\"metric\":\"nps\"}", SCORING("nps", 0, 10, "net_promoter", "higher_is_better", 9, 6) TAIL);
    must_decode("{\"metric\":\"csat\"}", SCORING("csat", 1, 5, "top_box", "higher_is_better", 4, 2) TAIL);
    must_decode("{\"metric\":\"ces\"}", SCORING("ces", 1, 7, "mean", "higher_is_better", 5, 3) TAIL);
    must_decode("{\"metric\":\"csat\",\"scale\":{\"min\":0,\"max\":1}}",
                SCORING("csat", 0, 1, "top_box", "higher_is_better", 1, 0) TAIL);
    must_decode("{\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":10}}",
                SCORING("csat", 1, 10, "top_box", "higher_is_better", 9, 5) TAIL);
    must_decode("{\"method\":\"net_easy\",\"metric\":\"ces\"}",
                SCORING("ces", 1, 7, "net_easy", "higher_is_better", 6, 3) TAIL);
    must_decode("{\"metric\":\"ces\",\"scale\":{\"min\":1,\"max\":5},\"direction\":\"lower_is_better\"}",
                SCORING("ces", 1, 5, "mean", "lower_is_better", 2, 4) TAIL);
    must_decode("{\"bands\":{\"satisfied_from\":5},\"metric\":\"csat\"}",
                SCORING("csat", 1, 5, "top_box", "higher_is_better", 5, 2) TAIL);
    must_decode("{\"metric\":\"csat\",\"name\":null,\"scale\":null,\"method\":null,\"direction\":null,\"bands\":null,"
                "\"texts\":null,\"properties\":null,\"allowed_origins\":null,\"amend_window\":null,"
                "\"max_backdate\":null,\"min_n\":null,\"slug\":null}",
                SCORING("csat", 1, 5, "top_box", "higher_is_better", 4, 2) TAIL);
}

/* Days of a touchpoint's own; without any it is a number, as it was before there were some. */
static void test_recontact_days(void **state) {
    (void)state;
    static const char *const SAID[] = {"{\"touchpoints\":{\"support\":7,\"app\":0},\"default\":90}",
                                       "{\"default\":90,\"touchpoints\":{}}", "{\"default\":90}", "90", "{}"};
    static const char *const KEPT[] = {"{\"default\":90,\"touchpoints\":{\"app\":0,\"support\":7}}", "90", "90", "90",
                                       "0"};
    for (size_t i = 0; i < CXD_COUNT(SAID); i++) {
        char sent[128], kept[128];
        struct buffer out;
        struct survey survey;
        struct arena arena;
        arena_init(&arena);
        buffer_init(&out);
        snprintf(sent, sizeof sent, "{\"metric\":\"nps\",\"recontact_days\":%s}", SAID[i]);
        snprintf(kept, sizeof kept, "\"recontact_days\":%s,\"recontact\"", KEPT[i]);
        assert_int_equal(survey_decode(sent, strlen(sent), 16, "shop", 0, &arena, &survey, &err), CXD_OK);
        survey_encode_definition(&out, &survey);
        assert_non_null(buffer_terminate(&out));
        assert_non_null(strstr(out.data, kept));
        assert_int_equal(survey_recontact_days(&survey, NULL), i == 4 ? 0 : 90);
        assert_int_equal(survey_recontact_days(&survey, "support"), i == 0 ? 7 : i == 4 ? 0 : 90);
        buffer_free(&out);
        arena_free(&arena);
    }
}

static void test_every_member(void **state) {
    must_decode("{\"slug\":\"shop\",\"revision\":3,\"created_at\":\"x\",\"updated_at\":[],\"archived_at\":null,"
                "\"retention\":\"anonymise\",\"retention_days\":730,\"min_seconds\":3,\"recontact\":\"store\","
                "\"recontact_days\":90,\"access\":\"invited\",\"min_n\":5,\"max_backdate\":\"30d\",\"amend_window\":"
                "\"2h\",\"closes_at\":\"2026-12-01T00:00:00+01:"
                "00\","
                "\"opens_at\":\"2026-11-01T00:00:00Z\",\"allowed_origins\":[\"https://shop.example\",\"http://"
                "localhost:3000\"],"
                "\"properties\":[\"plan\",\"country\"],\"texts\":{\"en\":{\"thanks\":\"Ta\",\"question\":\"How "
                "<easy>?\"},"
                "\"de\":{\"question\":\"Wie?\",\"low_label\":\"schwer\",\"high_label\":\"leicht\",\"comment_prompt\":"
                "null},"
                "\"de-AT\":{}},\"bands\":{\"dissatisfied_to\":1,\"satisfied_from\":5},\"direction\":\"higher_is_"
                "better\","
                "\"method\":\"mean\",\"scale\":{\"max\":5,\"min\":1},\"metric\":\"csat\",\"name\":"
                "\"Check\\\"out\\\"\"}",
                "{\"name\":\"Check\\\"out\\\"\",\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":5},\"method\":"
                "\"mean\","
                "\"direction\":\"higher_is_better\",\"bands\":{\"satisfied_from\":5,\"dissatisfied_to\":1},"
                "\"texts\":{\"de\":{\"question\":\"Wie?\",\"low_label\":\"schwer\",\"high_label\":\"leicht\","
                "\"comment_prompt\":null,\"thanks\":null},\"de-AT\":{\"question\":null,\"low_label\":null,\"high_"
                "label\":null,"
                "\"comment_prompt\":null,\"thanks\":null},\"en\":{\"question\":\"How "
                "\\u003ceasy\\u003e?\",\"low_label\":null,"
                "\"high_label\":null,\"comment_prompt\":null,\"thanks\":\"Ta\"}},\"properties\":[\"plan\","
                "\"country\"],"
                "\"allowed_origins\":[\"https://shop.example\",\"http://localhost:3000\"],"
                "\"opens_at\":\"2026-11-01T00:00:00Z\",\"closes_at\":\"2026-11-30T23:00:00Z\",\"amend_window\":7200,"
                "\"max_backdate\":2592000,\"min_n\":5,\"access\":\"invited\",\"recontact_days\":90,"
                "\"recontact\":\"store\",\"min_seconds\":3,\"retention_days\":730,\"retention\":\"anonymise\"}");
}

static void test_refuses(void **state) {
    must_refuse("{}", ERR_INVALID, "/metric ");
    must_refuse("{\"metric\":null}", ERR_INVALID, "/metric ");
    must_refuse("{\"metric\":\"NPS\"}", ERR_INVALID, "/metric ");
    must_refuse("{\"metric\":1,\"min_n\":\"x\"}", ERR_INVALID, "/metric /min_n ");
    must_refuse("[]", ERR_INVALID, " ");
    must_refuse("{\"metric\":\"nps\",\"slug\":\"other\"}", ERR_INVALID, "/slug ");
    must_refuse("{\"metric\":\"nps\",\"slug\":1}", ERR_INVALID, "/slug ");
    must_refuse("{\"metric\":\"nps\",\"name\":1}", ERR_INVALID, "/name ");
    must_refuse("{\"metric\":\"nps\",\"scale\":[0,10]}", ERR_INVALID, "/scale ");
    must_refuse("{\"metric\":\"nps\",\"scale\":{\"min\":0}}", ERR_INVALID, "/scale/max ");
    must_refuse("{\"metric\":\"nps\",\"scale\":{\"max\":\"10\",\"mid\":5}}", ERR_INVALID,
                "/scale/mid /scale/min /scale/max ");
    must_refuse("{\"metric\":\"nps\",\"scale\":{\"min\":0.5,\"max\":10}}", ERR_INVALID, "/scale/min ");
    must_refuse("{\"metric\":\"nps\",\"scale\":{\"min\":1,\"max\":5}}", ERR_INVALID, "/scale ");
    must_refuse("{\"metric\":\"csat\",\"scale\":{\"min\":-99999999999,\"max\":99999999999}}", ERR_INVALID, "/scale ");
    must_refuse("{\"metric\":\"csat\",\"method\":\"median\"}", ERR_INVALID, "/method ");
    must_refuse("{\"metric\":\"csat\",\"method\":\"net_promoter\"}", ERR_INVALID, "/method ");
    must_refuse("{\"metric\":\"csat\",\"direction\":\"up\"}", ERR_INVALID, "/direction ");
    must_refuse("{\"metric\":\"csat\",\"bands\":4}", ERR_INVALID, "/bands ");
    must_refuse("{\"metric\":\"csat\",\"bands\":{\"satisfied_from\":4.5,\"top\":1}}", ERR_INVALID,
                "/bands/top /bands/satisfied_from ");
    must_refuse("{\"metric\":\"csat\",\"bands\":{\"satisfied_from\":9}}", ERR_INVALID, "/bands/satisfied_from ");
    must_refuse("{\"metric\":\"csat\",\"scale\":{\"min\":2,\"max\":7}}", ERR_INVALID, "/bands ");
    must_refuse("{\"metric\":\"csat\",\"scale\":{\"min\":2,\"max\":7},\"bands\":{}}", ERR_INVALID,
                "/bands/satisfied_from /bands/dissatisfied_to ");
    must_refuse("{\"metric\":\"csat\",\"scale\":{\"min\":2,\"max\":7},\"bands\":{\"satisfied_from\":5}}", ERR_INVALID,
                "/bands/dissatisfied_to ");
    must_refuse("{\"metric\":\"csat\",\"scale\":{\"min\":2,\"max\":11}}", ERR_INVALID, "/scale ");
    must_refuse("{\"metric\":\"ces\",\"scale\":{\"min\":2,\"max\":7}}", ERR_INVALID, "/scale ");
    must_refuse("{\"metric\":\"nps\",\"score\":\"maybe\"}", ERR_INVALID, "/score ");
    assert_string_equal(err.members[0].detail, "must be \"required\" or \"optional\"");
    must_refuse("{\"metric\":\"nps\",\"score\":true}", ERR_INVALID, "/score ");
    must_refuse("{\"metric\":\"nps\",\"texts\":[]}", ERR_INVALID, "/texts ");
    must_refuse("{\"metric\":\"nps\",\"texts\":{\"en\":\"How?\"}}", ERR_INVALID, "/texts/en ");
    must_refuse("{\"metric\":\"nps\",\"texts\":{\"en\":{\"question\":1,\"title\":\"x\"}}}", ERR_INVALID,
                "/texts/en/title /texts/en/question ");
    must_refuse("{\"metric\":\"nps\",\"texts\":{\"e/n\":{\"thanks\":{}}}}", ERR_INVALID, "/texts/e~1n/thanks ");
    must_refuse("{\"metric\":\"nps\",\"texts\":{\"not a locale\":{}}}", ERR_INVALID, "/texts/not a locale ");
    must_refuse("{\"metric\":\"nps\",\"properties\":{}}", ERR_INVALID, "/properties ");
    must_refuse("{\"metric\":\"nps\",\"properties\":[\"a\",1,null,\"a\"]}", ERR_INVALID,
                "/properties/1 /properties/2 ");
    must_refuse("{\"metric\":\"nps\",\"properties\":[\"a\",\"b\",\"a\"]}", ERR_INVALID, "/properties/2 ");
    must_refuse("{\"metric\":\"nps\",\"allowed_origins\":\"https://a.example\"}", ERR_INVALID, "/allowed_origins ");
    must_refuse("{\"metric\":\"nps\",\"allowed_origins\":[\"https://a.example\",7]}", ERR_INVALID,
                "/allowed_origins/1 ");
    must_refuse("{\"metric\":\"nps\",\"opens_at\":\"soon\",\"closes_at\":0}", ERR_INVALID, "/opens_at /closes_at ");
    must_refuse("{\"metric\":\"nps\",\"opens_at\":\"2026-11-02T00:00:00Z\",\"closes_at\":\"2026-11-01T00:00:00Z\"}",
                ERR_INVALID, "/closes_at ");
    must_refuse("{\"metric\":\"nps\",\"amend_window\":-1,\"max_backdate\":\"1 fortnight\",\"min_n\":2.5}", ERR_INVALID,
                "/amend_window /max_backdate /min_n ");
    must_refuse("{\"metric\":\"nps\",\"amend_window\":9223372036854775807}", ERR_INVALID, "/amend_window ");
    must_refuse("{\"metric\":\"nps\",\"min_n\":-1}", ERR_INVALID, "/min_n ");
    must_refuse("{\"metric\":\"nps\",\"access\":\"private\",\"recontact_days\":36501,\"recontact\":1,"
                "\"min_seconds\":3601,\"retention_days\":-1,\"retention\":\"keep\"}",
                ERR_INVALID, "/access /recontact /retention /recontact_days /min_seconds /retention_days ");
    must_refuse("{\"metric\":\"nps\",\"scales\":{}}", ERR_INVALID, "/scales ");
    must_refuse("{\"metric\":\"nps\"", ERR_MALFORMED_JSON, "");
    must_refuse("{\"metric\":\"nps\",\"metric\":\"ces\"}", ERR_MALFORMED_JSON, "");
    must_refuse("[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]", ERR_MALFORMED_JSON, "");
}

static void test_slug_of_the_path_is_checked(void **state) {
    static const char *const SLUGS[] = {"", "Shop", "a b", "é",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 65 */};
    for (size_t i = 0; i < CXD_COUNT(SLUGS); i++) {
        struct arena arena;
        struct survey survey;
        arena_init(&arena);
        assert_int_equal(survey_decode("{\"metric\":\"nps\"}", 16, DEPTH, SLUGS[i], BACKDATE_S, &arena, &survey, &err),
                         ERR_INVALID);
        assert_int_equal(err.member_count, 1);
        assert_string_equal(err.members[0].pointer, "/slug");
        arena_free(&arena);
    }
}

static void test_unknown_member_says_what_is_allowed(void **state) {
    must_refuse("{\"metric\":\"nps\",\"scale\":{\"min\":0,\"max\":10,\"step\":1},\"colour\":1}", ERR_INVALID,
                "/scale/step /colour ");
    assert_string_equal(err.members[0].detail, "is no member; it has min and max");
    assert_non_null(strstr(err.members[1].detail, "allowed_origins"));
    assert_non_null(strstr(err.members[1].detail, "min_n"));
    assert_null(strstr(err.members[1].detail, " more"));
}

static void test_reply_and_form(void **state) {
    struct arena arena;
    struct survey survey;
    struct buffer out;
    const char *text = "{\"metric\":\"ces\",\"texts\":{\"en\":{\"question\":\"Easy?\"}},"
                       "\"closes_at\":\"2026-12-01T00:00:00Z\"}";
    arena_init(&arena);
    buffer_init(&out);
    assert_int_equal(survey_decode(text, strlen(text), DEPTH, "shop", 60, &arena, &survey, &err), CXD_OK);
    assert_int_equal(survey.max_backdate_s, 60);
    assert_true(survey.opens_at == TIME_MIN);
    survey.revision = 2;
    survey.created_at = INT64_C(1795424400000);
    survey.updated_at = INT64_C(1795424401000);
#define EASY                                                                                                           \
    "\"texts\":{\"en\":{\"question\":\"Easy?\",\"low_label\":null,\"high_label\":null,\"comment_prompt\":"             \
    "null,"                                                                                                            \
    "\"thanks\":null}}"
    survey_encode(&out, &survey);
    assert_string_equal(
        buffer_terminate(&out),
        "{\"slug\":\"shop\",\"name\":null,\"metric\":\"ces\",\"scale\":{\"min\":1,\"max\":7},"
        "\"method\":\"mean\",\"direction\":\"higher_is_better\",\"bands\":{\"satisfied_from\":5,"
        "\"dissatisfied_to\":3},\"score\":\"required\"," EASY
        ",\"questions\":[],\"properties\":[],\"allowed_origins\":[],\"opens_at\":null,"
        "\"closes_at\":\"2026-12-01T00:00:00Z\",\"amend_window\":1800,\"max_backdate\":60,\"min_n\":0,"
        "\"access\":\"public\",\"recontact_days\":0,\"recontact\":\"refuse\",\"min_seconds\":0,"
        "\"honeypot\":\"further_remarks\",\"retention_days\":0,\"retention\":\"delete\",\"archived\":false,"
        "\"revision\":2,\"created_at\":\"2026-11-23T09:00:00Z\",\"updated_at\":\"2026-11-23T09:00:01Z\","
        "\"archived_at\":null}");
    /* What was put before there was a choice is what says the usual one now. */
    struct survey same;
    const char *usual = "{\"metric\":\"ces\",\"score\":\"required\"}", *bare = "{\"metric\":\"ces\"}";
    struct buffer definitions[2];
    for (size_t i = 0; i < 2; i++) {
        const char *said = i == 0 ? usual : bare;
        buffer_init(&definitions[i]);
        assert_int_equal(survey_decode(said, strlen(said), DEPTH, "shop", 60, &arena, &same, &err), CXD_OK);
        survey_encode_definition(&definitions[i], &same);
    }
    assert_string_equal(buffer_terminate(&definitions[0]), buffer_terminate(&definitions[1]));
    assert_null(strstr(definitions[0].data, "\"score\""));
    assert_null(strstr(definitions[0].data, "\"questions\""));
    for (size_t i = 0; i < 2; i++)
        buffer_free(&definitions[i]);
    /* A reply can be edited and put back. */
    struct survey again;
    assert_int_equal(survey_decode(out.data, out.length, DEPTH, "shop", 1, &arena, &again, &err), CXD_OK);
    assert_int_equal(again.max_backdate_s, 60);
    buffer_reset(&out);
    survey_encode_form(&out, &survey, &(struct survey_form){.now_ms = INT64_C(1795424400000)});
    assert_string_equal(
        buffer_terminate(&out),
        "{\"slug\":\"shop\",\"metric\":\"ces\",\"scale\":{\"min\":1,\"max\":7},\"score\":\"required\"," EASY
        ",\"locale\":\"en\",\"questions\":[],\"revision\":2,\"open\":true,\"honeypot\":\"further_remarks\"}");
    buffer_reset(&out);
    survey.archived_at = INT64_C(1795424400000);
    survey_encode_form(&out, &survey, &(struct survey_form){.now_ms = INT64_C(1795424400000)});
    assert_non_null(strstr(buffer_terminate(&out), "\"open\":false,"));
    buffer_reset(&out);
    survey_encode(&out, &survey);
    assert_non_null(strstr(buffer_terminate(&out), "\"archived_at\":\"2026-11-23T09:00:00Z\"}"));
    buffer_free(&out);
    arena_free(&arena);
}

/* A name that is a member's since is refused of who sends it, and never keeps what is stored from being read. */
static void test_stored_honeypot(void **state) {
    static const struct {
        const char *name, *kept; /* kept NULL: the default */
    } CASES[] = {{"visit", NULL},          {"_charset_", NULL}, {"survey", NULL},     {SURVEY_HONEYPOT, NULL},
                 {"nickname", "nickname"}, {"answers", NULL},   {"answer.why", NULL}, {"answer", "answer"}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct arena arena;
        struct survey survey;
        char text[80];
        arena_init(&arena);
        snprintf(text, sizeof text, "{\"metric\":\"nps\",\"honeypot\":\"%s\"}", CASES[i].name);
        assert_int_equal(survey_decode_stored(text, DEPTH, "shop", &arena, &survey, &err), CXD_OK);
        assert_string_equal(survey_honeypot(&survey), CASES[i].kept ? CASES[i].kept : SURVEY_HONEYPOT);
        if (response_has_member(CASES[i].name))
            must_refuse(text, ERR_INVALID, "/honeypot ");
        arena_free(&arena);
    }
    struct survey survey;
    struct arena arena;
    arena_init(&arena);
    assert_int_equal(survey_decode_stored("{\"metric\":\"x\"}", DEPTH, "shop", &arena, &survey, &err), ERR_INVALID);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_recontact_days),
        cmocka_unit_test(test_every_member),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_slug_of_the_path_is_checked),
        cmocka_unit_test(test_unknown_member_says_what_is_allowed),
        cmocka_unit_test(test_reply_and_form),
        cmocka_unit_test(test_stored_honeypot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
