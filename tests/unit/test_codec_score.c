/* Scores as JSON: whole texts, held against figures that R 4.2 computed (the lines stand beside them), and
 * every rounding. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/score.h"

#define FROM_MS INT64_C(1792800000000) /* date -ud 2026-10-24 +%s */
#define TO_MS INT64_C(1795392000000)   /* date -ud 2026-11-23 +%s */

static struct survey make_survey(enum metric metric) {
    struct survey survey = {.slug = "shop", .metric = metric};
    survey_set_defaults(&survey, false);
    return survey;
}

/* A text that begins an object is the whole of what was written, another a part of it. */
static void check(const char *name, struct buffer *out, const char *expected) {
    const char *got = buffer_terminate(out);
    assert_non_null(got);
    if (expected[0] == '{' ? strcmp(got, expected) != 0 : !strstr(got, expected))
        fail_msg("%s: got %s\nnot %s", name, got, expected);
}

/* x <- c(rep(10,40),rep(9,30),rep(8,12),rep(7,8),rep(6,4),rep(3,3),rep(0,3)); y <-
 * c(rep(10,50),rep(8,25),rep(2,25)) f <- function(v) (v>=9)-(v<=6); se <- function(v) {p<-mean(v>=9);
 * d<-mean(v<=6); sqrt((p+d-(p-d)^2)/length(v))}
 * n <- 103;
 * p <- 70.75/n; d <- 10.75/n; h <- qnorm(.975)*sqrt((p+d-(p-d)^2)/n)      45.26976 71.23509 mean(x)
 * 8.55 */
static const struct comparison_terms TERMS = {.confidence = 0.95, .alpha = 0.05};
#define NPS_ANSWERS                                                                                                    \
    {                                                                                                                  \
        { 3, 0, 0, 3, 0, 0, 4, 8, 12, 30, 40 }                                                                         \
    }
#define NPS_ANSWERS_BEFORE                                                                                             \
    {                                                                                                                  \
        { 0, 0, 25, 0, 0, 0, 0, 0, 25, 0, 50 }                                                                         \
    }
static const struct histogram NPS = NPS_ANSWERS, NPS_BEFORE = NPS_ANSWERS_BEFORE;

#define NPS_SCORING                                                                                                    \
    "\"survey\":\"shop\",\"metric\":\"nps\",\"method\":\"net_promoter\",\"scale\":{\"min\":0,\"max\":10},"             \
    "\"direction\":\"higher_is_better\""
#define NPS_WINDOW "\"window\":{\"from\":\"2026-10-24T00:00:00Z\",\"to\":\"2026-11-23T00:00:00Z\"}"
#define NPS_INTERVAL                                                                                                   \
    "\"interval\":{\"low\":45.3,\"high\":71.2,\"margin\":14.7,\"confidence\":0.95,\"method\":\"adjusted_"              \
    "wald\"}"
#define NPS_COUNTS                                                                                                     \
    "\"bands\":{\"promoters\":70,\"passives\":20,\"detractors\":10},"                                                  \
    "\"distribution\":{\"0\":3,\"1\":0,\"2\":0,\"3\":3,\"4\":0,\"5\":0,\"6\":4,\"7\":8,\"8\":12,\"9\":30,"             \
    "\"10\":40},\"mean\":8.55"

#define CES_SCORING                                                                                                    \
    "\"survey\":\"shop\",\"metric\":\"ces\",\"method\":\"mean\",\"scale\":{\"min\":1,\"max\":7},"                      \
    "\"direction\":\"higher_is_better\""

static const struct window WINDOW = {.from = FROM_MS, .to = TO_MS}, OPEN = {.from = TIME_MIN, .to = TO_MS};
static const struct window BEFORE = {.from = FROM_MS - (TO_MS - FROM_MS), .to = FROM_MS};
static const struct window EVER = {.from = TIME_MIN, .to = TIME_MAX};

static const struct scoring {
    const char *name;
    enum metric metric;
    int min_n;
    double confidence;
    const struct window *window, *previous_window;
    const struct histogram hist, before;
    const char *texts[2];
} SCORINGS[] = {
    {"NPS and the window before",
     METRIC_NPS,
     0,
     0.95,
     &WINDOW,
     &BEFORE,
     NPS_ANSWERS,
     NPS_ANSWERS_BEFORE,
     {"{" NPS_SCORING "," NPS_WINDOW ",\"n\":100,\"score\":60.0," NPS_INTERVAL ",\"small_sample\":false," NPS_COUNTS
      ",\"previous\":{\"window\":{\"from\":\"2026-09-24T00:00:00Z\",\"to\":\"2026-10-24T00:00:00Z\"},"
      "\"part\":\"whole\",\"n\":100,\"score\":25.0,\"delta\":35.0,\"delta_interval\":{\"low\":13.8,\"high\":55.1},"
      "\"test\":\"adjusted_z\",\"alpha\":0.05,\"p_value\":0.0012,\"significant\":true},\"response_rate\":null}"}},
    /* k <- 3*(qnorm(.95)/qnorm(.975))^2 prior answers: 47.85700 69.65998 */
    {"an empty window before",
     METRIC_NPS,
     0,
     0.9,
     &OPEN,
     &OPEN,
     NPS_ANSWERS,
     {{0}},
     {"{" NPS_SCORING ",\"window\":{\"from\":null,\"to\":\"2026-11-23T00:00:00Z\"},\"n\":100,\"score\":60.0,"
      "\"interval\":{\"low\":47.9,\"high\":69.7,\"margin\":12.1,\"confidence\":0.9,\"method\":\"adjusted_wald\"},"
      "\"small_sample\":false," NPS_COUNTS ",\"previous\":{\"window\":{\"from\":null,\"to\":\"2026-11-23T00:00:00Z\"},"
      "\"part\":\"whole\",\"n\":0,\"score\":null,\"delta\":null,\"delta_interval\":null,\"test\":null,"
      "\"reason\":\"empty\",\"alpha\":0.05,\"p_value\":null,\"significant\":null},\"response_rate\":null}"}},
    {"an empty window",
     METRIC_CES,
     0,
     0.95,
     &EVER,
     NULL,
     {{0}},
     {{0}},
     {"{" CES_SCORING ",\"window\":{\"from\":null,\"to\":null},\"n\":0,\"score\":null,\"interval\":null,"
      "\"small_sample\":true,\"bands\":{\"easy\":0,\"neutral\":0,\"difficult\":0},"
      "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0},\"mean\":null,"
      "\"response_rate\":null}"}},
    {"suppressed",
     METRIC_NPS,
     101,
     0.95,
     &WINDOW,
     &WINDOW,
     NPS_ANSWERS,
     NPS_ANSWERS_BEFORE,
     {"{" NPS_SCORING "," NPS_WINDOW ",\"n\":100,\"score\":null,\"interval\":null,\"small_sample\":false,"
      "\"suppressed\":true,\"bands\":null,\"distribution\":null,\"mean\":null,"
      "\"previous\":{" NPS_WINDOW ",\"part\":\"whole\",\"n\":100,\"score\":null,\"delta\":null,"
      "\"delta_interval\":null,\"test\":null,\"reason\":\"suppressed\",\"alpha\":0.05,\"p_value\":null,"
      "\"significant\":null},\"response_rate\":null}"}},
    /* tests/figures/figures.R of c(5,6,7,4,6) and c(3,4,4,5): 3.85087 6.14913, p 0.07143 */
    {"a mean has two decimals",
     METRIC_CES,
     0,
     0.95,
     &WINDOW,
     &WINDOW,
     {{0, 0, 0, 0, 1, 1, 2, 1}},
     {{0, 0, 0, 1, 2, 1}},
     {"{" CES_SCORING "," NPS_WINDOW ",\"n\":5,\"score\":5.60,\"interval\":{\"low\":3.85,"
      "\"high\":6.15,\"margin\":1.75,\"confidence\":0.95,\"method\":\"adjusted_mean\"},\"small_sample\":true,"
      "\"bands\":{\"easy\":4,\"neutral\":1,\"difficult\":0},"
      "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":1,\"5\":1,\"6\":2,\"7\":1},\"mean\":5.60,"
      "\"previous\":{" NPS_WINDOW ",\"part\":\"whole\",\"n\":4,\"score\":4.00,\"delta\":1.60,"
      "\"delta_interval\":{\"low\":-0.44,\"high\":2.78},\"test\":\"permutation\",\"alpha\":0.05,"
      "\"p_value\":0.0714,\"significant\":false},\"response_rate\":null}"}},
    {"constant answers cannot be tested",
     METRIC_CES,
     0,
     0.95,
     &WINDOW,
     &WINDOW,
     {{0, 0, 0, 0, 0, 1}},
     {{0, 0, 0, 0, 0, 1}},
     {"\"test\":null,\"reason\":\"constant\",\"alpha\":0.05,\"p_value\":null,\"significant\":null}",
      "\"score\":5.00,\"delta\":0.00,\"delta_interval\":{"}},
    /* Two of three, then one of three: rounded, 66.7 and 33.3 differ by 33.4, but the delta is 33.3. */
    {"a delta is of unrounded scores",
     METRIC_CSAT,
     0,
     0.95,
     &WINDOW,
     &WINDOW,
     {{0, 1, 0, 0, 0, 2}},
     {{0, 2, 0, 0, 0, 1}},
     {"\"n\":3,\"score\":66.7,", "\"n\":3,\"score\":33.3,\"delta\":33.3,"}},
};

static void test_scorings(void **state) {
    for (const struct scoring *c = SCORINGS; c < SCORINGS + CXD_COUNT(SCORINGS); c++) {
        struct survey survey = make_survey(c->metric);
        struct score_context context = {.window = c->window, .previous_window = c->previous_window};
        struct score score;
        struct comparison previous;
        struct buffer out;
        survey.min_n = c->min_n;
        score_compute(&survey, &c->hist, c->confidence, &score);
        score_compare(&survey, &c->hist, &c->before, &TERMS, &previous);
        buffer_init(&out);
        score_encode(&out, &survey, &context, &c->hist, &score, c->previous_window ? &previous : NULL);
        for (size_t i = 0; i < CXD_COUNT(c->texts) && c->texts[i]; i++)
            check(c->name, &out, c->texts[i]);
        buffer_free(&out);
    }
}

static void test_part_against_part(void **state) {
    struct survey survey = make_survey(METRIC_NPS);
    struct window part = {.from = FROM_MS, .to = TO_MS - 60000};
    struct score_context context = {
        .window = &WINDOW, .previous_window = &BEFORE, .compared_window = &part, .rounded = true};
    struct score score;
    struct comparison previous;
    struct buffer out;
    score_compute(&survey, &NPS, 0.95, &score);
    score_compare(&survey, &NPS, &NPS_BEFORE, &TERMS, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &context, &NPS, &score, &previous);
    check("part", &out,
          "\"to\":\"2026-10-24T00:00:00Z\",\"rounded_to\":\"day\"},\"part\":\"same\",\"current\":{\"window\":"
          "{\"from\":\"2026-10-24T00:00:00Z\",\"to\":\"2026-11-22T23:59:00Z\",\"rounded_to\":\"day\"},"
          "\"n\":100,\"score\":60.0},\"n\":100,");
    buffer_free(&out);
}

static void test_constant_answers_by_t(void **state) {
    struct survey survey = make_survey(METRIC_CES);
    struct score_context context = {.window = &WINDOW};
    struct histogram hist = {{0, 0, 0, 0, 0, 1}};
    struct score score;
    struct buffer out;
    score_compute(&survey, &hist, 0.95, &score);
    score_use_t(&survey, &hist, &score);
    buffer_init(&out);
    score_encode(&out, &survey, &context, &hist, &score, NULL);
    check("t", &out, "\"score\":5.00,\"interval\":null,");
    buffer_free(&out);
}

/* prop.test(45, 50, correct=FALSE): 0.7863977 0.9565242; mean (2·1 + 3·3 + 20·4 + 25·5)/50 = 4.32 */
static void test_share(void **state) {
    struct survey survey = make_survey(METRIC_CSAT);
    struct histogram hist = {{0, 2, 0, 3, 20, 25}};
    struct score score;
    struct buffer out;
    score_compute(&survey, &hist, 0.95, &score);
    buffer_init(&out);
    struct window bucket = {.from = FROM_MS, .to = TO_MS}, figure = {.from = FROM_MS - 1000, .to = TO_MS};
    bucket_encode(&out, &survey, &bucket, NULL, &hist, &score, NULL);
    check("bucket", &out,
          "{\"from\":\"2026-10-24T00:00:00Z\",\"to\":\"2026-11-23T00:00:00Z\","
          "\"local_from\":\"2026-10-24T00:00:00+00:00\",\"n\":50,\"score\":90.0,"
          "\"interval\":{\"low\":78.6,\"high\":95.7,\"margin\":11.4,\"confidence\":0.95,\"method\":\"wilson\"},"
          "\"small_sample\":false,\"bands\":{\"satisfied\":45,\"neutral\":3,\"dissatisfied\":2},"
          "\"distribution\":{\"1\":2,\"2\":0,\"3\":3,\"4\":20,\"5\":25},\"mean\":4.32,\"response_rate\":null}");
    buffer_free(&out);
    buffer_init(&out);
    bucket_encode(&out, &survey, &bucket, &figure, &hist, &score, NULL);
    assert_non_null(strstr(buffer_terminate(&out),
                           "\"to\":\"2026-11-23T00:00:00Z\",\"local_from\":\"2026-10-24T00:00:00+00:00\","
                           "\"figure_from\":\"2026-10-23T23:59:59Z\","
                           "\"figure_to\":\"2026-11-23T00:00:00Z\",\"n\":50,"));
    buffer_free(&out);
}

static void test_rounding_is_symmetric(void **state) {
    struct survey survey = make_survey(METRIC_NPS);
    static const struct {
        struct histogram hist;
        const char *score;
    } CASES[] = {
        {{{1, 0, 0, 0, 0, 0, 0, 2}}, "\"score\":-33.3,"},       /* docs/scoring.md §7 */
        {{{2, 0, 0, 0, 0, 0, 0, 1, 0, 1}}, "\"score\":-25.0,"}, /* docs/scoring.md §7 */
        {{{0, 0, 0, 0, 0, 0, 0, 15, 0, 1}}, "\"score\":6.3,"},  /* 6.25 */
        {{{1, 0, 0, 0, 0, 0, 0, 15}}, "\"score\":-6.3,"},       /* −6.25 */
        {{{1, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, "\"score\":0.0,"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct score score;
        struct buffer out;
        score_compute(&survey, &CASES[i].hist, 0.95, &score);
        buffer_init(&out);
        figures_encode(&out, &survey, &CASES[i].hist, &score);
        check("rounding", &out, CASES[i].score);
        buffer_free(&out);
    }
}

static void test_p_values(void **state) {
    struct survey survey = make_survey(METRIC_NPS);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct score_context context = {.window = &window, .previous_window = &window};
    struct score score;
    static const struct {
        double p;
        const char *text;
    } CASES[] = {
        {1, "1.0000"},        {0.31, "0.3100"},   {0.04995, "0.0500"}, {0.0001, "0.0001"},     {0.00005, "0.0001"},
        {0.000049, "4.9e-5"}, {1.3e-7, "1.3e-7"}, {9.96e-8, "1.0e-7"}, {2.5e-120, "2.5e-120"}, {1e-300, "1.0e-300"},
    };
    score_compute(&survey, &NPS, 0.95, &score);
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct comparison previous = {.n = 1, .known = true, .test = TEST_POOLED_Z, .p_value = CASES[i].p};
        struct buffer out;
        char expected[64];
        snprintf(expected, sizeof expected, "\"p_value\":%s,\"significant\":false}", CASES[i].text);
        buffer_init(&out);
        score_encode(&out, &survey, &context, &NPS, &score, &previous);
        check("p", &out, expected);
        buffer_free(&out);
    }
}

static void test_lower_is_better(void **state) {
    struct survey survey = {
        .slug = "effort", .metric = METRIC_CES, .scale_min = 1, .scale_max = 5, .method = METHOD_MEAN};
    struct histogram hist = {{0, 3, 1, 2, 0, 4}};
    struct score score;
    struct buffer out;
    survey_set_defaults(&survey, true);
    survey.direction = DIRECTION_LOWER;
    survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
    score_compute(&survey, &hist, 0.95, &score);
    buffer_init(&out);
    scoring_encode(&out, &survey);
    buffer_append_char(&out, '\n');
    figures_encode(&out, &survey, &hist, &score);
    const char *got = buffer_terminate(&out);
    assert_non_null(strstr(got, "\"scale\":{\"min\":1,\"max\":5},\"direction\":\"lower_is_better\"\n"));
    assert_non_null(strstr(got, "\"bands\":{\"easy\":4,\"neutral\":2,\"difficult\":4}"));
    buffer_free(&out);
}

/* Levels, and whatever else: as the C library prints it. */
static void test_general(void **state) {
    static const double VALUES[] = {0,       1,    -0.5, 0.00001, 0.00005,   0.00009999999,
                                    0.12345, 1e-9, 1e9,  10.5,    0.1 + 0.2, 0.9999999999999};
    char expected[48];
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < CXD_COUNT(VALUES) + 100000; i++) {
        double value = i < CXD_COUNT(VALUES) ? VALUES[i] : (double)(i - CXD_COUNT(VALUES) + 1) / 1e5;
        snprintf(expected, sizeof expected, "\"alpha\":%g", value);
        buffer_reset(&out);
        buffer_append_char(&out, '{');
        general_encode(&out, "alpha", value);
        assert_string_equal(buffer_terminate(&out) + 1, expected);
    }
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scorings),
        cmocka_unit_test(test_part_against_part),
        cmocka_unit_test(test_constant_answers_by_t),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_rounding_is_symmetric),
        cmocka_unit_test(test_p_values),
        cmocka_unit_test(test_lower_is_better),
        cmocka_unit_test(test_general),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
