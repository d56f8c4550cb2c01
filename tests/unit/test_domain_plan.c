/* Numbers of answers, held against R 4.2: v <- var(x); z <- qnorm(.975); zb <- qnorm(.8), with x the answers as what
 * they are worth (promoters 100, passives 0, detractors -100; satisfied 100, else 0; the score itself of a mean).
 * n for a margin m: z^2*v/m^2; for a change d: 2*v*(z+zb)^2/d^2, of shares the larger of power.prop.test(p1=p,
 * p2=p+d)$n and (p2=p-d); the margin of n: z*sqrt(v/n), its change: sqrt(2*v/n)*(z+zb), or by uniroot. */
#include <math.h>

#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/domain/plan.h"

static struct survey make_survey(enum metric metric, enum method method) {
    struct survey survey = {.metric = metric, .method = method};
    survey_set_defaults(&survey, false);
    return survey;
}

static void assert_near(double got, double expected) {
    if (fabs(got - expected) > 1e-5 * fabs(expected))
        fail_msg("%.10g, not %.10g", got, expected);
}

static void test_net(void **state) {
    (void)state;
    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    const struct histogram hist = {{10, 0, 0, 0, 0, 0, 0, 0, 20, 0, 70}};
    struct plan_spread spread = plan_spread_of(&nps, &hist, 0, false);
    assert_int_equal(spread.reason, PLAN_OF_ANSWERS);
    assert_near(sqrt(spread.variance), 66.66667);
    assert_near(plan_n_for_margin(&spread, 5, 0.95), 683);
    assert_near(plan_n_for_change(&nps, &spread, 10, 0.05, 0.8), 698);
    assert_near(plan_margin(&spread, 100, 0.95), 13.06643);
    assert_near(plan_change_of(&nps, &spread, 100, 0.05, 0.8), 26.4136);
    spread = plan_spread_of(&nps, &hist, 0, true);
    assert_int_equal(spread.reason, PLAN_ASKED);
    assert_near(plan_n_for_margin(&spread, 5, 0.95), 1537);
    assert_near(plan_n_for_change(&nps, &spread, 10, 0.05, 0.8), 1570);
    assert_near(plan_n_for_change(&nps, &spread, 10, 0.01, 0.9), 2976);
}

static void test_shares(void **state) {
    (void)state;
    struct survey csat = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    const struct histogram hist = {{0, 2, 0, 3, 20, 25}};
    struct plan_spread spread = plan_spread_of(&csat, &hist, 0, false);
    assert_near(spread.share, 0.9);
    assert_near(sqrt(spread.variance), 30.30458);
    assert_near(plan_n_for_margin(&spread, 5, 0.95), 142);
    assert_near(plan_margin(&spread, 50, 0.95), 8.399846);
    assert_near(plan_n_for_change(&csat, &spread, 8, 0.05, 0.8), 295); /* 137.1516 up, 294.1324 down */
    assert_near(plan_n_for_change(&csat, &spread, 20, 0.1, 0.9), 67);  /* 66.61861 down; there is no up */
    assert_near(plan_change_of(&csat, &spread, 50, 0.05, 0.8), 22.68872);
    assert_true(plan_n_for_change(&csat, &spread, 95, 0.05, 0.8) > 1e300);
    assert_near(plan_n_for_change(&csat, &spread, 85, 0.05, 0.8), PLAN_TESTED_FROM);
    spread = plan_spread_of(&csat, &hist, 51, false);
    assert_int_equal(spread.reason, PLAN_TOO_FEW);
    assert_near(plan_n_for_margin(&spread, 5, 0.95), 385);
    assert_near(plan_n_for_change(&csat, &spread, 8, 0.05, 0.8), 613); /* 612.0135 */
}

static void test_means(void **state) {
    (void)state;
    struct survey ces = make_survey(METRIC_CES, METHOD_MEAN);
    const struct histogram hist = {{0, 5, 0, 0, 8, 12, 9, 6}};
    struct plan_spread spread = plan_spread_of(&ces, &hist, 0, false);
    assert_near(sqrt(spread.variance), 1.752471);
    assert_near(plan_n_for_margin(&spread, 0.25, 0.95), 189);
    assert_near(plan_n_for_change(&ces, &spread, 0.5, 0.05, 0.8), 193);
    assert_near(plan_margin(&spread, 40, 0.95), 0.5430863);
    assert_near(plan_change_of(&ces, &spread, 40, 0.05, 0.8), 1.097841);
    spread = plan_spread_of(&ces, &hist, 0, true);
    assert_near(plan_n_for_margin(&spread, 0.25, 0.95), 554);
}

static void test_what_is_not_known(void **state) {
    (void)state;
    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    const struct histogram few = {{9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20}}, same = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 60}};
    assert_int_equal(plan_spread_of(&nps, &few, 0, false).reason, PLAN_TOO_FEW);
    struct plan_spread spread = plan_spread_of(&nps, &same, 0, false);
    assert_int_equal(spread.reason, PLAN_CONSTANT);
    assert_near(spread.variance, 10000);
    assert_true(isnan(plan_change_of(&nps, &spread, 19, 0.05, 0.8)) != 0);
    assert_true(plan_change_of(&nps, &spread, 20, 0.05, 0.8) > 0);
    assert_near(plan_n_for_change(&nps, &spread, 199, 0.05, 0.8), PLAN_TESTED_FROM);
    assert_string_equal(plan_reason_name(PLAN_CONSTANT), "constant");
    assert_null(plan_reason_name(PLAN_OF_ANSWERS));
}

/* A number and a change lead to each other. */
static void test_round_trips(void **state) {
    (void)state;
    struct survey surveys[] = {make_survey(METRIC_NPS, METHOD_NET_PROMOTER), make_survey(METRIC_CSAT, METHOD_TOP_BOX),
                               make_survey(METRIC_CES, METHOD_MEAN)};
    const struct histogram hists[] = {
        {{11, 0, 0, 3, 2, 9, 0, 5, 20, 31, 7}}, {{0, 3, 9, 2, 40, 21}}, {{0, 3, 9, 2, 40, 21, 8, 1}}};
    for (size_t i = 0; i < CXD_COUNT(surveys); i++)
        for (int64_t n = 20; n < 100000; n = n * 3 / 2) {
            struct plan_spread spread = plan_spread_of(&surveys[i], &hists[i], 0, n % 2 == 0);
            double change = plan_change_of(&surveys[i], &spread, (double)n, 0.05, 0.8);
            assert_true(change > 0 && change < plan_range(&surveys[i]));
            double needed = plan_n_for_change(&surveys[i], &spread, change, 0.05, 0.8);
            assert_true(needed >= (double)n - 1 && needed <= (double)n + 1);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_net), cmocka_unit_test(test_shares),
                                       cmocka_unit_test(test_means), cmocka_unit_test(test_what_is_not_known),
                                       cmocka_unit_test(test_round_trips)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
