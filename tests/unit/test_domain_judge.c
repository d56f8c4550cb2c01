/* Answers to further questions: which are taken, in what form, and what is said of the others. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/domain/band.h"
#include "cxd/domain/judge.h"

static const struct question_option OPTIONS[] = {{.value = "price"}, {.value = "speed"}, {.value = "a.b"}};
static const char *const IN_REASON[] = {"price", "other"};
static const char *const IN_EASE[] = {"1", "2"};
static const char *const IN_FEATURES[] = {"speed"};

static const struct question QUESTIONS[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = OPTIONS, .option_count = 3, .other = true},
    {.key = "features", .type = QUESTION_CHOICES, .options = OPTIONS, .option_count = 3},
    {.key = "tags", .type = QUESTION_CHOICES, .options = OPTIONS, .option_count = 3, .other = true},
    {.key = "ease",
     .type = QUESTION_SCALE,
     .scale = {METRIC_CSAT, METHOD_TOP_BOX, DIRECTION_HIGHER, 1, 5, 4, 2},
     .show = {.bands = 1U << BAND_UNFAVOURABLE | 1U << BAND_NEUTRAL}},
    {.key = "why", .type = QUESTION_TEXT, .show = {.key = "reason", .in = IN_REASON, .in_count = 2}},
    {.key = "what", .type = QUESTION_TEXT, .show = {.key = "ease", .in = IN_EASE, .in_count = 2}},
    {.key = "also",
     .type = QUESTION_TEXT,
     .show = {.bands = 1U << BAND_FAVOURABLE, .key = "features", .in = IN_FEATURES, .in_count = 1}},
};
static const struct survey SURVEY = {.metric = METRIC_NPS,
                                     .method = METHOD_NET_PROMOTER,
                                     .scale_max = 10,
                                     .favourable = 9,
                                     .unfavourable = 6,
                                     .min_n = 7,
                                     .questions = QUESTIONS,
                                     .question_count = CXD_COUNT(QUESTIONS)};

static void append(char *out, const char *text) {
    strcat(out, text);
}

/* "ease=6 features=[a,b] reason=other(words) | key: detail" */
static const char *describe(const struct response *response) {
    static char out[4096];
    char number[16];
    out[0] = '\0';
    for (size_t i = 0; i < response->answer_count; i++) {
        const struct answer *answer = &response->answers[i];
        append(out, i > 0 ? " " : "");
        append(out, answer->key);
        append(out, "=");
        snprintf(number, sizeof number, "%d", answer->number);
        if (answer->form == ANSWER_NUMBER)
            append(out, number);
        if (answer->form == ANSWER_TEXT)
            append(out, answer->text ? answer->text : "NULL");
        for (size_t k = 0; answer->form == ANSWER_LIST && k < answer->value_count; k++) {
            append(out, k == 0 ? "[" : ",");
            append(out, answer->values[k]);
        }
        if (answer->form == ANSWER_LIST)
            append(out, "]");
        if (answer->other) {
            append(out, "(");
            append(out, answer->other);
            append(out, ")");
        }
    }
    for (const struct answer_refusal *one = response->sent.left_out; one; one = one->next) {
        append(out, one == response->sent.left_out ? " | " : "; ");
        append(out, one->key);
        append(out, ": ");
        append(out, one->detail);
    }
    return out;
}

/* Judged, and judged again, which changes nothing. */
static void must_judge(const struct answer *answers, size_t count, bool has_score, int score, const char *expected) {
    struct response response = {.has_score = has_score, .score = score, .answers = answers, .answer_count = count};
    struct arena arena;
    arena_init(&arena);
    for (int round = 0; round < 2; round++) {
        assert_true(response_judge_answers(&response, &SURVEY, &arena));
        assert_string_equal(describe(&response), expected);
    }
    arena_free(&arena);
}

#define JUDGE(score, expected, ...)                                                                                    \
    must_judge((const struct answer[]){__VA_ARGS__},                                                                   \
               sizeof((const struct answer[]){__VA_ARGS__}) / sizeof(struct answer), score >= 0, score, expected)
#define SAYS(key, text)                                                                                                \
    { key, ANSWER_TEXT, 0, text, NULL, 0, NULL }
#define OTHER(key, words)                                                                                              \
    { key, ANSWER_TEXT, 0, OPTION_OTHER, NULL, 0, words }
#define NUMBER(key, number)                                                                                            \
    { key, ANSWER_NUMBER, number, NULL, NULL, 0, NULL }
#define LIST(key, list, words)                                                                                         \
    { key, ANSWER_LIST, 0, NULL, list, CXD_COUNT(list), words }
#define ODD(key)                                                                                                       \
    { key, ANSWER_ODD, 0, NULL, NULL, 0, NULL }

static void test_taken(void **state) {
    static const char *const UNSORTED[] = {"speed", "a.b", "speed", "a.b"}, *const SORTED[] = {"a.b", "price"},
                             *const WITH_OTHER[] = {"price", "other"};
    JUDGE(5, "reason=price", SAYS("reason", "price"));
    JUDGE(5, "reason=other", SAYS("reason", "other"));
    JUDGE(5, "reason=other(the dog)", OTHER("reason", "the dog"));
    JUDGE(5, "reason=other", OTHER("reason", " \n"));
    JUDGE(5, "features=[a.b,speed]", LIST("features", UNSORTED, NULL));
    JUDGE(5, "features=[a.b,price]", LIST("features", SORTED, NULL));
    JUDGE(5, "features=[speed]", SAYS("features", "speed"));
    JUDGE(5, "tags=[other,price](x)", LIST("tags", WITH_OTHER, "x"));
    JUDGE(5, "tags=[other](x)", OTHER("tags", "x"));
    JUDGE(5, "ease=1", NUMBER("ease", 1));
    JUDGE(5, "ease=5", NUMBER("ease", 5));
    JUDGE(5, "ease=2 reason=price what=b why=a", SAYS("why", "a"), SAYS("what", "b"), NUMBER("ease", 2),
          SAYS("reason", "price"));
    /* What was said is erased: it was answered. */
    JUDGE(5, "reason=other why=NULL", SAYS("reason", "other"), SAYS("why", NULL));
    must_judge(NULL, 0, true, 5, "");
}

#define NO_OPTION(value) "must be one of the question's options, which \"" value "\" is not"
#define NO_OTHER "must be one of the question's options: it does not take \"other\""
#define FOR_SCORES "was not to be shown: it is for other scores"
#define FOR_ANSWERS "was not to be shown: it is for who answered otherwise to another question"

static void test_left_out(void **state) {
    static const char *const PARTLY[] = {"speed", "gone", "later"}, *const NONE[] = {"gone"};
    JUDGE(5, " | reason: " NO_OPTION("gone"), SAYS("reason", "gone"));
    JUDGE(5, " | reason: " NO_OPTION("Price"), SAYS("reason", "Price"));
#define LONG "ééééééééééééééééééééééééééééééé"
    JUDGE(5, " | reason: " NO_OPTION("x" LONG "é"), SAYS("reason", "x" LONG LONG LONG));
    JUDGE(5, " | reason: must be one of the question's options, as a text", NUMBER("reason", 1));
    JUDGE(5, " | reason: must be one of the question's options, as a text", LIST("reason", NONE, NULL));
    JUDGE(5, " | reason: must be one of the question's options, as a text", SAYS("reason", NULL));
    JUDGE(5, "features=[speed] | features: " NO_OPTION("gone"), LIST("features", PARTLY, NULL));
    JUDGE(5, " | features: " NO_OPTION("gone"), LIST("features", NONE, NULL));
    JUDGE(5, " | features: " NO_OTHER, OTHER("features", "x"));
    JUDGE(5, " | features: must be a list of the question's options, as texts", NUMBER("features", 1));
    JUDGE(5, " | ease: must be a whole number from 1 to 5", NUMBER("ease", 0));
    JUDGE(5, " | ease: must be a whole number from 1 to 5", NUMBER("ease", 6));
    JUDGE(5, " | ease: must be a whole number from 1 to 5", SAYS("ease", "3"));
    JUDGE(5, " | ease: must be a whole number from 1 to 5", ODD("ease"));
    JUDGE(5, "reason=price | why: must be a text", SAYS("reason", "price"), NUMBER("why", 1));
    JUDGE(5, "reason=price | why: must be a text", SAYS("reason", "price"), OTHER("why", ""));
    JUDGE(5, "reason=price | nothing: is no question of the survey", SAYS("reason", "price"), SAYS("nothing", "x"));
}

static void test_shown(void **state) {
    static const char *const SPEED[] = {"speed"}, *const PRICE[] = {"price"};
    JUDGE(8, "ease=3", NUMBER("ease", 3));
    JUDGE(9, " | ease: " FOR_SCORES, NUMBER("ease", 3));
    JUDGE(-1, " | ease: " FOR_SCORES, NUMBER("ease", 3));
    JUDGE(9, "reason=speed | why: " FOR_ANSWERS, SAYS("reason", "speed"), SAYS("why", "x"));
    JUDGE(9, " | why: " FOR_ANSWERS, SAYS("why", "x"));
    JUDGE(-1, "reason=price why=x", SAYS("reason", "price"), SAYS("why", "x"));
    /* What was left out itself shows nothing. */
    JUDGE(9, " | what: " FOR_ANSWERS "; ease: " FOR_SCORES, NUMBER("ease", 1), SAYS("what", "x"));
    JUDGE(9, "also=x features=[speed]", SAYS("also", "x"), LIST("features", SPEED, NULL));
    JUDGE(9, "features=[price] | also: " FOR_ANSWERS, SAYS("also", "x"), LIST("features", PRICE, NULL));
    JUDGE(8, "features=[speed] | also: " FOR_SCORES, SAYS("also", "x"), LIST("features", SPEED, NULL));

    struct response response = {.has_score = true, .score = 3};
    assert_true(question_is_shown(&SURVEY, &QUESTIONS[3], &response));
    assert_false(question_is_shown(&SURVEY, &QUESTIONS[5], &response));
    const struct answer answers[] = {NUMBER("ease", 2)};
    response.answers = answers;
    response.answer_count = 1;
    assert_true(question_is_shown(&SURVEY, &QUESTIONS[5], &response));
    assert_false(question_is_shown(&SURVEY, &QUESTIONS[6], &response));
    assert_true(question_is_shown(&SURVEY, &QUESTIONS[0], &response));
    assert_ptr_equal(response_answer(&response, "ease"), &answers[0]);
    assert_null(response_answer(&response, "reason"));
}

static void test_answer_is(void **state) {
    static const char *const SPEED[] = {"a", "b"};
    const struct answer list = LIST("k", SPEED, NULL), number = NUMBER("k", 7), text = SAYS("k", "x"),
                        gone = SAYS("k", NULL), odd = ODD("k");
    assert_true(answer_is(&list, "b") && answer_is(&number, "7") && answer_is(&text, "x"));
    assert_false(answer_is(&list, "c") || answer_is(&number, "07") || answer_is(&text, "y") || answer_is(&gone, "x") ||
                 answer_is(&odd, "x"));
}

/* As many as are named, of keys as long as they come. */
static void test_many(void **state) {
    enum { MANY = 40 };
    static char keys[MANY][200];
    struct answer answers[MANY];
    struct response response = {.answers = answers, .answer_count = MANY};
    struct arena arena;
    size_t count = 0;
    arena_init(&arena);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof keys[i], "%02zuéééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé", i);
        answers[i] = (struct answer)SAYS(keys[i], "x");
    }
    assert_true(response_judge_answers(&response, &SURVEY, &arena));
    assert_int_equal(response.answer_count, 0);
    assert_null(response.answers);
    for (const struct answer_refusal *one = response.sent.left_out; one; one = one->next, count++)
        assert_in_range(strlen(one->key), 60, 70);
    assert_int_equal(count, ANSWERS_REFUSED_MAX);
    arena_free(&arena);
}

/* What was left out before stays, and is in no other copy's list. */
static void test_before(void **state) {
    const struct answer answers[] = {SAYS("features", "gone"), SAYS("reason", "price")};
    const struct answer_refusal before = {.key = "why", .detail = "must be shorter"};
    const struct response sent = {.answers = answers, .answer_count = 2, .sent.left_out = &before};
    struct arena arena;
    arena_init(&arena);
    for (int round = 0; round < 2; round++) {
        struct response response = sent;
        assert_true(response_judge_answers(&response, &SURVEY, &arena));
        assert_string_equal(describe(&response),
                            "reason=price | features: " NO_OPTION("gone") "; why: must be shorter");
    }
    assert_ptr_equal(sent.sent.left_out, &before);
    assert_null(before.next);
    arena_free(&arena);
}

static void test_values(void **state) {
    struct survey scored = question_scoring(&SURVEY, &QUESTIONS[3]);
    assert_true(scored.metric == METRIC_CSAT && scored.method == METHOD_TOP_BOX && scored.scale_min == 1);
    assert_true(scored.scale_max == 5 && scored.favourable == 4 && scored.unfavourable == 2 && scored.min_n == 7);
    assert_true(question_has_value(&QUESTIONS[3], "1") && question_has_value(&QUESTIONS[3], "5"));
    assert_false(question_has_value(&QUESTIONS[3], "0") || question_has_value(&QUESTIONS[3], "05") ||
                 question_has_value(&QUESTIONS[3], ""));
    assert_true(question_has_value(&QUESTIONS[0], "other") && question_has_value(&QUESTIONS[0], "a.b"));
    assert_false(question_has_value(&QUESTIONS[1], "other") || question_has_value(&QUESTIONS[4], "x"));
    assert_ptr_equal(survey_question(&SURVEY, "why"), &QUESTIONS[4]);
    assert_null(survey_question(&SURVEY, "Why"));
    assert_int_equal(QUESTION_TYPES.count, QUESTION_TYPE_COUNT);
}

static void test_bands(void **state) {
    enum band band;
    for (int metric = 0; metric < METRIC_COUNT; metric++)
        for (int i = 0; i < BAND_COUNT; i++) {
            assert_true(band_find((enum metric)metric, band_name((enum metric)metric, (enum band)i), &band));
            assert_int_equal(band, i);
        }
    assert_true(band_find(METRIC_NPS, "detractor", &band) && band == BAND_UNFAVOURABLE);
    assert_true(band_find(METRIC_CES, "favourable", &band) && band == BAND_FAVOURABLE);
    assert_false(band_find(METRIC_CES, "detractors", &band) || band_find(METRIC_CES, "", &band));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),     cmocka_unit_test(test_left_out), cmocka_unit_test(test_shown),
        cmocka_unit_test(test_answer_is), cmocka_unit_test(test_many),     cmocka_unit_test(test_before),
        cmocka_unit_test(test_values),    cmocka_unit_test(test_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
