/* Alerts: what rules find, and what becomes of their states. */
#include <math.h>
#include <string.h>

#include "../support/unit.h"
#include "cxd/domain/alert.h"

static struct alert_rule make(enum alert_kind kind) {
    struct alert_rule rule = {.name = "a", .survey = "s", .kind = kind};
    alert_defaults(&rule);
    return rule;
}

static struct score score_of(const struct survey *survey, struct histogram hist) {
    struct score score;
    score_compute(survey, &hist, ALERT_CONFIDENCE, &score);
    return score;
}

static struct survey nps(void) {
    struct survey survey = {.metric = METRIC_NPS};
    survey_set_defaults(&survey, false);
    return survey;
}

/* Scoring §7: P 70, passive 20, D 10: 60.0; by R with z of qnorm(0.9995) 36.5 … 80.0. */
static void test_line(void **state) {
    const struct survey survey = nps();
    const struct score score = score_of(&survey, (struct histogram){{[0] = 10, [8] = 20, [9] = 70}});
    struct alert_rule rule = make(ALERT_SCORE);
    (void)state;
    const struct {
        double line;
        bool is_above, is_beyond, is_back;
    } CASES[] = {{61, false, true, false}, {60, false, false, false}, {37, false, false, false},
                 {36, false, false, true}, {59, true, true, false},   {80, true, false, false},
                 {81, true, false, true}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        rule.threshold = CASES[i].line;
        rule.is_above = CASES[i].is_above;
        const struct alert_finding finding = alert_find_score(&rule, &score);
        assert_int_equal(finding.is_beyond, CASES[i].is_beyond);
        assert_int_equal(finding.is_back, CASES[i].is_back);
    }
    rule.is_above = false;
    rule.threshold = 55;
    rule.margin = 5;
    assert_true(alert_find_score(&rule, &score).is_back);
    rule.margin = 5.1;
    assert_false(alert_find_score(&rule, &score).is_back);
    rule.min_n = 101;
    assert_int_equal(alert_find_score(&rule, &score).reason, ALERT_FEW);
    /* R: binom::binom.wilson(10, 100, 0.999) is 0.0375 … 0.2407 */
    rule = make(ALERT_RATE);
    rule.threshold = 24;
    assert_true(alert_find_rate(&rule, &score).value == 10);
    assert_false(alert_find_rate(&rule, &score).is_back);
    rule.threshold = 24.1;
    assert_true(alert_find_rate(&rule, &score).is_back);
    rule.threshold = 9.9;
    assert_true(alert_find_rate(&rule, &score).is_beyond);
}

/* Of few answers the interval reaches over many a line, however good they are. */
static void test_the_best_resolves(void **state) {
    const struct survey survey = nps();
    const struct score best = score_of(&survey, (struct histogram){{[9] = 30}}),
                       next = score_of(&survey, (struct histogram){{[8] = 1, [9] = 29}}),
                       none = score_of(&survey, (struct histogram){{[7] = 15, [8] = 15}}),
                       some = score_of(&survey, (struct histogram){{[6] = 1, [8] = 29}});
    struct alert_rule rule = make(ALERT_SCORE);
    (void)state;
    rule.threshold = 90;
    assert_true(alert_find_score(&rule, &best).is_back);
    assert_false(alert_find_score(&rule, &next).is_back);
    rule.kind = ALERT_RATE;
    rule.is_above = true;
    rule.threshold = 10;
    assert_true(alert_find_rate(&rule, &none).is_back);
    assert_false(alert_find_rate(&rule, &some).is_back);
}

static void test_drop_is_worse(void **state) {
    struct survey survey = {.metric = METRIC_CES};
    survey_set_defaults(&survey, false);
    const struct histogram low = {{[2] = 50}}, high = {{[5] = 25, [6] = 25}};
    const struct comparison_terms terms = {.confidence = 0.95, .alpha = 0.05};
    const struct alert_rule rule = make(ALERT_DROP);
    struct comparison fall, rise, same;
    (void)state;
    score_compare(&survey, &low, &high, &terms, &fall);
    score_compare(&survey, &high, &low, &terms, &rise);
    score_compare(&survey, &low, &low, &terms, &same);
    assert_true(alert_find_drop(&rule, &survey, &fall).is_beyond);
    assert_true(alert_find_drop(&rule, &survey, &rise).is_back);
    assert_true(alert_find_drop(&rule, &survey, &same).is_back);
    survey.direction = DIRECTION_LOWER; /* of the mean the rise is the worse */
    assert_true(alert_find_drop(&rule, &survey, &rise).is_beyond);
    assert_true(alert_find_drop(&rule, &survey, &fall).is_back);
}

static void test_silence(void **state) {
    const struct alert_rule rule = make(ALERT_SILENCE);
    const int64_t busy[] = {7, 7, 7, 7, 7, 8, 8, 8}, quiet[] = {7, 7, 7, 7, 7, 7, 8, 7},
                  odd[] = {0, 0, 0, 30, 30, 30, 30, 30};
    (void)state;
    /* R: (8/9)^(59 + 0.5) is 0.000904; dnbinom(0, 59.5, 8/9) is the same; of 57: 0.001144 */
    const struct alert_finding finding = alert_find_silence(&rule, 0, busy, 8);
    assert_true(fabs(finding.p_value - 0.000904) < 1e-6);
    assert_true(finding.is_beyond && finding.reason == ALERT_KNOWN && finding.value == 59.0 / 8);
    assert_int_equal(alert_find_silence(&rule, 0, quiet, 8).reason, ALERT_UNUSUAL);
    assert_int_equal(alert_find_silence(&rule, 0, odd, 8).reason, ALERT_UNUSUAL);
    assert_int_equal(alert_find_silence(&rule, 0, busy, 3).reason, ALERT_UNUSUAL);
    assert_true(alert_find_silence(&rule, 1, busy, 8).is_back);
    assert_int_equal(alert_find_silence(&rule, 0, NULL, 0).reason, ALERT_UNUSUAL);
}

static void test_moves(void **state) {
    const struct alert_finding beyond = {.reason = ALERT_KNOWN, .n = 5, .value = 1, .is_beyond = true},
                               between = {.reason = ALERT_KNOWN, .n = 5, .value = 3},
                               back = {.reason = ALERT_KNOWN, .n = 5, .value = 5, .is_back = true};
    const struct alert_finding few = alert_find_nothing(ALERT_FEW), archived = alert_find_nothing(ALERT_ARCHIVED);
    const struct {
        const struct alert_finding *finding;
        enum alert_status status;
        bool has_event;
    } STEPS[] = {{&few, ALERT_NO_DATA, false},    {&between, ALERT_OK, false},    {&beyond, ALERT_FIRING, true},
                 {&between, ALERT_FIRING, false}, {&beyond, ALERT_FIRING, false}, {&few, ALERT_FIRING, false},
                 {&back, ALERT_OK, true},         {&beyond, ALERT_FIRING, true},  {&archived, ALERT_NO_DATA, true}};
    struct alert_state alert = {.name = "a"};
    (void)state;
    for (size_t i = 0; i < CXD_COUNT(STEPS); i++) {
        struct alert_event event;
        assert_int_equal(alert_move(&alert, STEPS[i].finding, (int64_t)i, (int64_t)i, &event), STEPS[i].has_event);
        assert_int_equal(alert.status, STEPS[i].status);
        assert_int_equal(alert.day_end, i);
    }
    alert.status = ALERT_ACKNOWLEDGED;
    alert.acknowledgement.at = 5;
    struct alert_event event;
    assert_false(alert_move(&alert, &beyond, 20, 20, &event));
    assert_int_equal(alert.status, ALERT_ACKNOWLEDGED);
    assert_true(alert_move(&alert, &back, 21, 21, &event));
    assert_int_equal(event.kind, ALERT_RESOLVED);
    assert_int_equal(alert.acknowledgement.at, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line), cmocka_unit_test(test_the_best_resolves),
                                       cmocka_unit_test(test_drop_is_worse), cmocka_unit_test(test_silence),
                                       cmocka_unit_test(test_moves)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
