/* Scores as JSON: whole texts, held against figures that R 4.2 computed (the lines stand beside them), and
 * every rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/score.h"

static const int64_t FROM_MS = INT64_C(1792800000000); /* date -ud 2026-10-24 +%s */
static const int64_t TO_MS = INT64_C(1795392000000);   /* date -ud 2026-11-23 +%s */

static struct survey make_survey(enum metric metric) {
    struct survey survey = {.slug = "shop", .metric = metric};
    survey_set_defaults(&survey, false);
    return survey;
}

static void check(struct buffer *out, const char *expected) {
    const char *got = buffer_terminate(out);
    assert_non_null(got);
    if (strcmp(got, expected) != 0)
        fail_msg("got %s\nnot %s", got, expected);
    buffer_free(out);
}

/* x <- c(rep(10,40),rep(9,30),rep(8,12),rep(7,8),rep(6,4),rep(3,3),rep(0,3)); y <-
 * c(rep(10,50),rep(8,25),rep(2,25)) f <- function(v) (v>=9)-(v<=6); se <- function(v) {p<-mean(v>=9);
 * d<-mean(v<=6); sqrt((p+d-(p-d)^2)/length(v))}
 * 2*pnorm(-abs((mean(f(x))-mean(f(y)))/sqrt(se(x)^2+se(y)^2)))                     0.0009801225 n <- 103;
 * p <- 70.75/n; d <- 10.75/n; h <- qnorm(.975)*sqrt((p+d-(p-d)^2)/n)      45.26976 71.23509 mean(x)
 * 8.55 */
static const struct histogram NPS = {{3, 0, 0, 3, 0, 0, 4, 8, 12, 30, 40}};
static const struct histogram NPS_BEFORE = {{0, 0, 25, 0, 0, 0, 0, 0, 25, 0, 50}};

#define NPS_SCORING                                                                                          \
    "\"survey\":\"shop\",\"metric\":\"nps\",\"method\":\"net_promoter\",\"scale\":{\"min\":0,\"max\":10},"   \
    "\"direction\":\"higher_is_better\""
#define NPS_WINDOW "\"window\":{\"from\":\"2026-10-24T00:00:00Z\",\"to\":\"2026-11-23T00:00:00Z\"}"
#define NPS_INTERVAL                                                                                         \
    "\"interval\":{\"low\":45.3,\"high\":71.2,\"confidence\":0.95,\"method\":\"adjusted_wald\"}"
#define NPS_COUNTS                                                                                           \
    "\"bands\":{\"promoters\":70,\"passives\":20,\"detractors\":10},"                                        \
    "\"distribution\":{\"0\":3,\"1\":0,\"2\":0,\"3\":3,\"4\":0,\"5\":0,\"6\":4,\"7\":8,\"8\":12,\"9\":30,"   \
    "\"10\":40},\"mean\":8.55"

static void test_nps_with_previous(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_NPS);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct window before = {.from = FROM_MS - (TO_MS - FROM_MS), .to = FROM_MS};
    struct score score;
    struct comparison previous;
    struct buffer out;
    score_compute(&survey, &NPS, 0.95, &score);
    score_compare(&survey, &NPS, &NPS_BEFORE, 0.95, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &NPS, &score, &before, &previous);
    check(&out,
          "{" NPS_SCORING "," NPS_WINDOW ",\"n\":100,\"score\":60.0," NPS_INTERVAL
          ",\"small_sample\":false," NPS_COUNTS ",\"previous\":{\"window\":{\"from\":\"2026-09-24T00:00:"
          "00Z\",\"to\":\"2026-10-24T00:00:00Z\"},\"n\":100,"
          "\"score\":25.0,\"delta\":35.0,\"p_value\":0.0010,\"significant\":true},\"response_rate\":null}");
}

static void test_previous_that_is_empty(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_NPS);
    struct window window = {.from = TIME_MIN, .to = TO_MS};
    struct histogram none = {{0}};
    struct score score;
    struct comparison previous;
    struct buffer out;
    score_compute(&survey, &NPS, 0.9, &score);
    score_compare(&survey, &NPS, &none, 0.9, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &NPS, &score, NULL, &previous);
    /* qnorm(.95) in place of qnorm(.975): 47.35703 69.14782 */
    check(&out, "{" NPS_SCORING
                ",\"window\":{\"from\":null,\"to\":\"2026-11-23T00:00:00Z\"},\"n\":100,\"score\":60.0,"
                "\"interval\":{\"low\":47.4,\"high\":69.1,\"confidence\":0.9,\"method\":\"adjusted_wald\"},"
                "\"small_sample\":false," NPS_COUNTS
                ",\"previous\":{\"window\":null,\"n\":0,\"score\":null,\"delta\":null,\"p_value\":null,"
                "\"significant\":null},\"response_rate\":null}");
}

static void test_empty_window(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CES);
    struct window window = {.from = TIME_MIN, .to = TIME_MAX};
    struct histogram none = {{0}};
    struct score score;
    struct buffer out;
    score_compute(&survey, &none, 0.95, &score);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &none, &score, NULL, NULL);
    check(&out,
          "{\"survey\":\"shop\",\"metric\":\"ces\",\"method\":\"mean\",\"scale\":{\"min\":1,\"max\":7},"
          "\"direction\":\"higher_is_better\",\"window\":{\"from\":null,\"to\":null},\"n\":0,\"score\":null,"
          "\"interval\":null,\"small_sample\":true,\"bands\":{\"easy\":0,\"neutral\":0,\"difficult\":0},"
          "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0},\"mean\":null,"
          "\"response_rate\":null}");
}

static void test_suppressed(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_NPS);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct score score;
    struct comparison previous;
    struct buffer out;
    survey.min_n = 101;
    score_compute(&survey, &NPS, 0.95, &score);
    score_compare(&survey, &NPS, &NPS_BEFORE, 0.95, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &NPS, &score, &window, &previous);
    check(&out,
          "{" NPS_SCORING "," NPS_WINDOW ",\"n\":100,\"score\":null,\"interval\":null,\"small_sample\":false,"
          "\"suppressed\":true,\"bands\":null,\"distribution\":null,\"mean\":null,"
          "\"previous\":{" NPS_WINDOW ",\"n\":100,\"score\":null,\"delta\":null,\"p_value\":null,"
          "\"significant\":null},\"response_rate\":null}");
}

/* prop.test(45, 50, correct=FALSE): 0.7863977 0.9565242; mean (2·1 + 3·3 + 20·4 + 25·5)/50 = 4.32 */
static void test_share(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CSAT);
    struct histogram hist = {{0, 2, 0, 3, 20, 25}};
    struct score score;
    struct buffer out;
    score_compute(&survey, &hist, 0.95, &score);
    buffer_init(&out);
    bucket_encode(&out, &survey, FROM_MS, TO_MS, &hist, &score);
    check(&out, "{\"from\":\"2026-10-24T00:00:00Z\",\"to\":\"2026-11-23T00:00:00Z\",\"n\":50,\"score\":90.0,"
                "\"interval\":{\"low\":78.6,\"high\":95.7,\"confidence\":0.95,\"method\":\"wilson\"},"
                "\"bands\":{\"satisfied\":45,\"neutral\":3,\"dissatisfied\":2},"
                "\"distribution\":{\"1\":2,\"2\":0,\"3\":3,\"4\":20,\"5\":25},\"mean\":4.32}");
}

/* a <- c(5,6,7,4,6); b <- c(3,4,4,5); t.test(a)$conf.int 4.184285 7.015715; t.test(a, b)$p.value
 * 0.04433858 */
static void test_mean_has_two_decimals(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CES);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct histogram hist = {{0, 0, 0, 0, 1, 1, 2, 1}};
    struct histogram before = {{0, 0, 0, 1, 2, 1}};
    struct score score;
    struct comparison previous;
    struct buffer out;
    score_compute(&survey, &hist, 0.95, &score);
    score_compare(&survey, &hist, &before, 0.95, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &hist, &score, &window, &previous);
    check(&out, "{\"survey\":\"shop\",\"metric\":\"ces\",\"method\":\"mean\",\"scale\":{\"min\":1,\"max\":7},"
                "\"direction\":\"higher_is_better\"," NPS_WINDOW
                ",\"n\":5,\"score\":5.60,\"interval\":{\"low\":4.18,"
                "\"high\":7.00,\"confidence\":0.95,\"method\":\"t\"},\"small_sample\":true,"
                "\"bands\":{\"easy\":4,\"neutral\":1,\"difficult\":0},"
                "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":1,\"5\":1,\"6\":2,\"7\":1},\"mean\":5.60,"
                "\"previous\":{" NPS_WINDOW ",\"n\":4,\"score\":4.00,\"delta\":1.60,\"p_value\":0.0443,"
                "\"significant\":true},\"response_rate\":null}");
}

static void test_one_answer_cannot_be_tested(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CES);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct histogram hist = {{0, 0, 0, 0, 0, 1}};
    struct score score;
    struct comparison previous;
    struct buffer out;
    score_compute(&survey, &hist, 0.95, &score);
    score_compare(&survey, &hist, &hist, 0.95, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &hist, &score, &window, &previous);
    const char *got = buffer_terminate(&out);
    assert_non_null(strstr(got, "\"score\":5.00,\"interval\":null,"));
    assert_non_null(strstr(got, "\"score\":5.00,\"delta\":0.00,\"p_value\":null,\"significant\":null}"));
    buffer_free(&out);
}

/* Two of three, then one of three: rounded, 66.7 and 33.3 differ by 33.4, but the delta is 33.3. */
static void test_delta_is_of_unrounded_scores(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CSAT);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct histogram hist = {{0, 1, 0, 0, 0, 2}};
    struct histogram before = {{0, 2, 0, 0, 0, 1}};
    struct score score;
    struct comparison previous;
    struct buffer out;
    score_compute(&survey, &hist, 0.95, &score);
    score_compare(&survey, &hist, &before, 0.95, &previous);
    buffer_init(&out);
    score_encode(&out, &survey, &window, &hist, &score, &window, &previous);
    const char *got = buffer_terminate(&out);
    assert_non_null(strstr(got, "\"n\":3,\"score\":66.7,"));
    assert_non_null(strstr(got, "\"n\":3,\"score\":33.3,\"delta\":33.3,"));
    buffer_free(&out);
}

static void test_rounding_is_symmetric(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_NPS);
    static const struct {
        struct histogram hist;
        const char *score;
    } CASES[] = {
        {{{1, 0, 0, 0, 0, 0, 0, 2}}, "\"score\":-33.3,"},       /* scoring.md §7 */
        {{{2, 0, 0, 0, 0, 0, 0, 1, 0, 1}}, "\"score\":-25.0,"}, /* scoring.md §7 */
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
        const char *got = buffer_terminate(&out);
        assert_non_null(got);
        if (strstr(got, CASES[i].score) == NULL)
            fail_msg("%s is not in %s", CASES[i].score, got);
        buffer_free(&out);
    }
}

static void test_p_values(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_NPS);
    struct window window = {.from = FROM_MS, .to = TO_MS};
    struct score score;
    static const struct {
        double p;
        const char *text;
    } CASES[] = {
        {1, "1.0000"},          {0.31, "0.3100"},     {0.04995, "0.0500"}, {0.0001, "0.0001"},
        {0.00005, "0.0001"},    {0.000049, "4.9e-5"}, {1.3e-7, "1.3e-7"},  {9.96e-8, "1.0e-7"},
        {2.5e-120, "2.5e-120"}, {0, "0.0000"},
    };
    score_compute(&survey, &NPS, 0.95, &score);
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct comparison previous = {.n = 1, .known = true, .tested = true, .p_value = CASES[i].p};
        struct buffer out;
        char expected[64];
        snprintf(expected, sizeof(expected), "\"p_value\":%s,\"significant\":false}", CASES[i].text);
        buffer_init(&out);
        score_encode(&out, &survey, &window, &NPS, &score, &window, &previous);
        const char *got = buffer_terminate(&out);
        assert_non_null(got);
        if (strstr(got, expected) == NULL)
            fail_msg("%s is not in %s", expected, got);
        buffer_free(&out);
    }
}

static void test_lower_is_better(void **state) {
    (void)state;
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
    buffer_append_char(&out, ' ');
    figures_encode(&out, &survey, &hist, &score);
    const char *got = buffer_terminate(&out);
    assert_non_null(strstr(got, "\"scale\":{\"min\":1,\"max\":5},\"direction\":\"lower_is_better\" "));
    assert_non_null(strstr(got, "\"bands\":{\"easy\":4,\"neutral\":2,\"difficult\":4}"));
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nps_with_previous),
        cmocka_unit_test(test_previous_that_is_empty),
        cmocka_unit_test(test_empty_window),
        cmocka_unit_test(test_suppressed),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_mean_has_two_decimals),
        cmocka_unit_test(test_one_answer_cannot_be_tested),
        cmocka_unit_test(test_delta_is_of_unrounded_scores),
        cmocka_unit_test(test_rounding_is_symmetric),
        cmocka_unit_test(test_p_values),
        cmocka_unit_test(test_lower_is_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
