/* The figures of scoring.md against R 4.2 (the R lines stand beside the tables), and by their properties. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/distribution.h"
#include "cxd/domain/score.h"

static void check(const char *what, size_t row, double got, double expected) {
    double scale = fabs(expected) > 1 ? fabs(expected) : 1;
    if (!(fabs(got - expected) <= 1e-10 * scale))
        fail_msg("%s, row %zu: %.15g, not %.15g", what, row, got, expected);
}

/* Probabilities are held to relative accuracy, as far as R prints them. */
static void check_p(const char *what, size_t row, double got, double expected) {
    if (!(fabs(got - expected) <= 1e-8 * expected))
        fail_msg("%s, row %zu: %.15g, not %.15g", what, row, got, expected);
}

static struct survey make_survey(enum metric metric, enum method method) {
    struct survey survey = {.metric = metric};
    survey_set_defaults(&survey, false);
    survey.method = method;
    survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
    return survey;
}

static struct histogram of_bands(int64_t promoters, int64_t passives, int64_t detractors) {
    struct histogram hist = {0};
    hist.n[9] = promoters / 2;
    hist.n[10] = promoters - promoters / 2;
    hist.n[7] = passives / 3;
    hist.n[8] = passives - passives / 3;
    hist.n[0] = detractors / 2;
    hist.n[6] = detractors - detractors / 2;
    return hist;
}

/* value, standard error, low, high */
static void check_score(const char *what, size_t row, const struct score *score, const double expected[4]) {
    assert_true(score->known);
    assert_true(score->interval.known);
    check(what, row, score->value, expected[0]);
    check(what, row, score->standard_error, expected[1]);
    check(what, row, score->interval.low, expected[2]);
    check(what, row, score->interval.high, expected[3]);
}

/* nps <- function(P,N,D,conf) { n<-P+N+D; z<-qnorm(1-(1-conf)/2); p<-P/n; d<-D/n
 *   se<-sqrt((p+d-(p-d)^2)/n); m<-n+3; pa<-(P+.75)/m; da<-(D+.75)/m; h<-z*sqrt((pa+da-(pa-da)^2)/m)
 *   c(100*(p-d), 100*se, max(-100,100*(pa-da-h)), min(100,100*(pa-da+h))) } */
static const struct {
    int64_t n[3];
    double confidence;
    double expected[4];
} NET_SCORES[] = {
    {{70, 20, 10}, 0.95, {60, 6.6332495807108, 45.2697602538483, 71.2350941150838}},
    {{1, 1, 2}, 0.95, {-25, 41.4578098794425, -72.7311971013277, 44.1597685298992}},
    {{0, 2, 1}, 0.9, {-33.3333333333333, 27.2165526975909, -58.5425902923765, 25.2092569590432}},
    {{1, 0, 0}, 0.95, {100, 0, -48.498649420252, 98.498649420252}},
    {{0, 0, 5}, 0.99, {-100, 0, -100, -3.34874257934342}},
    {{40, 0, 0}, 0.8, {100, 0, 86.8497538964509, 99.1967577314561}},
    {{512, 301, 187}, 0.99, {32.5, 2.43592898090236, 26.1374566162721, 38.6681266339771}},
    {{9000000, 7000000, 4000000}, 0.95, {25, 0.0171391365010026, 24.9664041623591, 25.033588337642}},
    {{400000000000, 300000000000, 399511627776},
     0.95,
     {0.0444171950221062, 8.13228343439881e-05, 0.044257805195555, 0.0445765848484242}},
};

static void test_net(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    for (size_t i = 0; i < CXD_COUNT(NET_SCORES); i++) {
        const int64_t *n = NET_SCORES[i].n;
        struct histogram hist = of_bands(n[0], n[1], n[2]);
        struct score score;
        score_compute(&survey, &hist, NET_SCORES[i].confidence, &score);
        check_score("nps", i, &score, NET_SCORES[i].expected);
        assert_int_equal(score.n, n[0] + n[1] + n[2]);
        assert_int_equal(score.favourable, n[0]);
        assert_int_equal(score.neutral, n[1]);
        assert_int_equal(score.unfavourable, n[2]);
        assert_int_equal(score.interval_method, INTERVAL_ADJUSTED_WALD);
        assert_int_equal(score.small_sample, score.n < 30);
    }
}

/* ci <- prop.test(k, n, correct=FALSE, conf.level=conf)$conf.int
 * c(100*k/n, 100*sqrt(k/n*(1-k/n)/n), 100*ci[1], 100*ci[2]) */
static const struct {
    int64_t k, n;
    double confidence;
    double expected[4];
} SHARES[] = {
    {45, 50, 0.95, {90, 4.24264068711928, 78.6397685625203, 95.652423506811}},
    {0, 10, 0.95, {0, 0, 0, 27.7532799862889}},
    {10, 10, 0.95, {100, 0, 72.2467200137111, 100}},
    {1, 1, 0.9, {100, 0, 26.9865948784054, 100}},
    {0, 1, 0.95, {0, 0, 0, 79.3450685622763}},
    {3, 7, 0.8, {42.8571428571429, 18.7043905916565, 22.5988111614526, 65.8302946379093}},
    {812, 1000, 0.99, {81.2, 1.23554036761249, 77.8156612230858, 84.1730500869416}},
    {12345678, 20000000, 0.95, {61.72839, 0.0108684057432723, 61.7070860653945, 61.7496894291936}},
};

static void test_share(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    for (size_t i = 0; i < CXD_COUNT(SHARES); i++) {
        int64_t k = SHARES[i].k, rest = SHARES[i].n - SHARES[i].k;
        struct histogram hist = {.n = {[4] = k / 3, [5] = k - k / 3, [1] = rest / 2, [3] = rest - rest / 2}};
        struct score score;
        score_compute(&survey, &hist, SHARES[i].confidence, &score);
        check_score("share", i, &score, SHARES[i].expected);
        assert_int_equal(score.interval_method, INTERVAL_WILSON);
        assert_int_equal(score.favourable, k);
        assert_int_equal(score.neutral, rest - rest / 2);
        assert_int_equal(score.unfavourable, rest / 2);
    }
}

/* x <- rep(1:7, h); ci <- t.test(x, conf.level=conf)$conf.int
 * c(mean(x), sd(x)/sqrt(length(x)), max(1,ci[1]), min(7,ci[2])) */
static const struct {
    struct histogram hist;
    double confidence;
    double expected[4];
} MEANS[] = {
    {{{0, 0, 0, 0, 1, 1, 2, 1}}, 0.95, {5.6, 0.509901951359279, 4.18428522301773, 7}},
    {{{0, 1, 0, 0, 0, 0, 0, 1}}, 0.95, {4, 3, 1, 7}},
    {{{0, 12, 3, 40, 18, 77, 130, 51}},
     0.99,
     {5.23262839879154, 0.0807979755705211, 5.02329624427304, 5.44196055331004}},
    {{{0, 0, 0, 2, 5, 9, 3, 1}}, 0.8, {4.8, 0.224780594779607, 4.50155246346929, 5.09844753653071}},
    {{{0, 100, 0, 0, 0, 0, 1, 300}},
     0.9,
     {5.50124688279302, 0.12974772607809, 5.28733544733913, 5.71515831824691}},
    {{{0, 3000, 10, 500, 70000, 12, 9, 4}},
     0.95,
     {3.87110899571633, 0.00220968476524251, 3.86677802187174, 3.87543996956091}},
};

static void test_mean(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CES, METHOD_MEAN);
    for (size_t i = 0; i < CXD_COUNT(MEANS); i++) {
        struct score score;
        score_compute(&survey, &MEANS[i].hist, MEANS[i].confidence, &score);
        check_score("mean", i, &score, MEANS[i].expected);
        check("mean", i, score.mean, MEANS[i].expected[0]);
        assert_int_equal(score.interval_method, INTERVAL_T);
    }
}

/* Figures that are printed in scoring.md §7, as printed. */
static void test_worked_values(void **state) {
    (void)state;
    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    struct histogram hist = of_bands(70, 20, 10);
    struct score score;
    score_compute(&nps, &hist, 0.95, &score);
    char text[128];
    snprintf(text, sizeof text, "%.1f %.3f %.1f %.1f", score.value, score.standard_error, score.interval.low,
             score.interval.high);
    assert_string_equal(text, "60.0 6.633 45.3 71.2");

    hist = of_bands(0, 2, 1);
    score_compute(&nps, &hist, 0.95, &score);
    snprintf(text, sizeof text, "%.1f", score.value);
    assert_string_equal(text, "-33.3");

    struct survey csat = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    struct histogram satisfied = {.n = {[5] = 45, [1] = 5}};
    score_compute(&csat, &satisfied, 0.95, &score);
    snprintf(text, sizeof text, "%.1f %.1f %.1f", score.value, score.interval.low, score.interval.high);
    assert_string_equal(text, "90.0 78.6 95.7");

    struct survey ces = make_survey(METRIC_CES, METHOD_MEAN);
    struct histogram easy = {.n = {[5] = 1, [6] = 2, [7] = 1, [4] = 1}};
    score_compute(&ces, &easy, 0.95, &score);
    snprintf(text, sizeof text, "%.2f %.3f %.2f %.2f", score.value, score.standard_error * sqrt(5),
             score.interval.low, score.interval.high);
    assert_string_equal(text, "5.60 1.140 4.18 7.00");
    assert_int_equal(score_decimals(&nps), 1);
    assert_int_equal(score_decimals(&csat), 1);
    assert_int_equal(score_decimals(&ces), 2);
}

static void test_net_easy(void **state) {
    (void)state;
    struct survey survey = make_survey(METRIC_CES, METHOD_NET_EASY);
    struct histogram hist = {.n = {[1] = 1, [2] = 2, [3] = 4, [4] = 8, [5] = 16, [6] = 32, [7] = 64}};
    struct score score;
    score_compute(&survey, &hist, 0.95, &score);
    assert_int_equal(score.favourable, 96);
    assert_int_equal(score.neutral, 24);
    assert_int_equal(score.unfavourable, 7);
    check("net_easy", 0, score.value, 100.0 * (96 - 7) / 127);

    /* Effort, lower is better: the mirrored histogram has the same score. */
    survey.direction = DIRECTION_LOWER;
    survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
    struct histogram mirrored = {.n = {[7] = 1, [6] = 2, [5] = 4, [4] = 8, [3] = 16, [2] = 32, [1] = 64}};
    struct score lower;
    score_compute(&survey, &mirrored, 0.95, &lower);
    assert_int_equal(lower.favourable, 96);
    assert_int_equal(lower.unfavourable, 7);
    assert_true(lower.value == score.value);
    assert_true(lower.interval.low == score.interval.low && lower.interval.high == score.interval.high);

    /* The mean stays the plain mean, and the share is that of the low end. */
    survey.method = METHOD_MEAN;
    score_compute(&survey, &mirrored, 0.95, &lower);
    check("mean", 0, lower.value, (7.0 + 12 + 20 + 32 + 48 + 64 + 64) / 127);
    survey.method = METHOD_TOP_BOX;
    score_compute(&survey, &mirrored, 0.95, &lower);
    check("top_box", 0, lower.value, 100.0 * 96 / 127);
}

static void test_unknown(void **state) {
    (void)state;
    static const enum method METHODS[] = {METHOD_MEAN, METHOD_TOP_BOX, METHOD_NET_EASY};
    for (size_t i = 0; i < CXD_COUNT(METHODS); i++) {
        struct survey survey = make_survey(METRIC_CES, METHODS[i]);
        struct histogram hist = {0};
        struct score score;
        score_compute(&survey, &hist, 0.95, &score);
        assert_false(score.known);
        assert_false(score.suppressed);
        assert_false(score.interval.known);
        assert_true(score.small_sample);
        assert_true(isnan(score.standard_error));
        assert_int_equal(score.n, 0);

        hist.n[5] = 9;
        survey.min_n = 10;
        score_compute(&survey, &hist, 0.95, &score);
        assert_false(score.known);
        assert_true(score.suppressed);
        assert_false(score.interval.known);
        assert_int_equal(score.n, 9);
        assert_int_equal(score.favourable + score.neutral + score.unfavourable, 0);

        hist.n[4] = 1;
        score_compute(&survey, &hist, 0.95, &score);
        assert_true(score.known);
        assert_false(score.suppressed);
        assert_true(score.interval.known);
    }
    struct survey survey = make_survey(METRIC_CES, METHOD_MEAN);
    struct histogram one = {.n = {[6] = 1}};
    struct score score;
    score_compute(&survey, &one, 0.95, &score);
    assert_true(score.known);
    assert_true(score.value == 6 && score.mean == 6);
    assert_false(score.interval.known);
    assert_true(isnan(score.standard_error));
    /* All alike: the interval is the point. */
    one.n[6] = 1000;
    score_compute(&survey, &one, 0.95, &score);
    assert_true(score.interval.known && score.interval.low == 6 && score.interval.high == 6);
    assert_true(score.standard_error == 0);
    assert_false(score.small_sample);
}

/* 2^44 responses: sums of products are beyond 64 bits, and one odd answer among them still has its variance. */
static void test_large_counts(void **state) {
    (void)state;
    const int64_t many = INT64_C(1) << 44;
    struct survey survey = make_survey(METRIC_CSAT, METHOD_MEAN);
    struct histogram hist = {.n = {[5] = many - 1, [4] = 1}};
    struct score score;
    score_compute(&survey, &hist, 0.95, &score);
    /* s² = (n − 1)/(n·n) · n/(n − 1) = 1/n, so the standard error is 1/n. */
    assert_true(fabs(score.standard_error * (double)many - 1) < 1e-12);
    assert_true(score.interval.low < score.value && score.value < score.interval.high);

    survey.method = METHOD_TOP_BOX;
    hist.n[5] = hist.n[1] = many;
    score_compute(&survey, &hist, 0.95, &score);
    check("share", 0, score.value, 50);
    assert_true(fabs(score.standard_error / (50 / sqrt(2.0 * (double)many)) - 1) < 1e-12);

    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    hist = (struct histogram){.n = {[10] = many, [0] = many}};
    score_compute(&nps, &hist, 0.95, &score);
    assert_true(score.value == 0);
    assert_true(fabs(score.standard_error / (100 / sqrt(2.0 * (double)many)) - 1) < 1e-12);
    assert_true(fabs(score.interval.low + score.interval.high) < 1e-9);
}

/* c(a[1]-b[1], 2*pnorm(-abs((a[1]-b[1])/sqrt(a[2]^2+b[2]^2)))) with a, b of nps() above */
static const struct {
    int64_t a[3], b[3];
    double delta, p;
} NET_PAIRS[] = {
    {{70, 20, 10}, {60, 20, 16}, 14.1666666666667, 0.165967381488561},
    {{5, 0, 0}, {3, 1, 1}, 60, 0.0935325126890932},
    {{1, 1, 1}, {1, 1, 1}, 0, 1},
    {{512, 301, 187}, {480, 330, 190}, 3.5, 0.308106819810863},
    {{9000000, 7000000, 4000000}, {900000, 690000, 410000}, 0.499999999999996, 2.21918931978839e-18},
};

/* prop.test(c(k1,k2), c(n1,n2), correct=FALSE)$p.value */
static const struct {
    int64_t k_a, n_a, k_b, n_b;
    double delta, p;
} SHARE_PAIRS[] = {
    {45, 50, 30, 50, 30, 0.00053200550513925},
    {1, 1, 0, 1, 100, 0.157299207050284},
    {812, 1000, 790, 1000, 2.2, 0.217891673606376},
    {3, 10, 9, 10, -60, 0.00616989932054415},
    {0, 20, 1, 15, -6.66666666666667, 0.241374409265105},
    {12345678, 20000000, 1230000, 2000000, 0.228390000000001, 2.3681285639424e-10},
};

/* x <- rep(1:7, h1); y <- rep(1:7, h2); c(mean(x)-mean(y), t.test(x, y)$p.value) */
static const struct {
    struct histogram a, b;
    double delta, p;
} MEAN_PAIRS[] = {
    {{{0, 0, 0, 0, 1, 1, 2, 1}}, {{0, 1, 2, 1, 3, 1, 2, 0}}, 1.9, 0.0255930480536565},
    {{{0, 12, 3, 40, 18, 77, 130, 51}},
     {{0, 20, 9, 44, 31, 60, 101, 30}},
     0.452967381842389,
     0.000358394245416159},
    {{{0, 0, 0, 0, 0, 9, 0, 0}}, {{0, 1, 0, 0, 2, 5, 7, 7}}, -0.681818181818182, 0.035976103991871},
    {{{0, 1, 1, 0, 0, 0, 0, 0}}, {{0, 0, 0, 0, 0, 0, 40, 200}}, -5.33333333333333, 0.0589770982677199},
    {{{0, 100, 0, 0, 0, 0, 1, 300}}, {{0, 0, 0, 1, 0, 1, 0, 0}}, 1.50124688279302, 0.370798072227707},
};

static void test_compare(void **state) {
    (void)state;
    struct comparison comparison;
    struct survey survey = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    for (size_t i = 0; i < CXD_COUNT(NET_PAIRS); i++) {
        const int64_t *a = NET_PAIRS[i].a, *b = NET_PAIRS[i].b;
        struct histogram this = of_bands(a[0], a[1], a[2]), other = of_bands(b[0], b[1], b[2]);
        score_compare(&survey, &this, &other, 0.95, &comparison);
        assert_true(comparison.known && comparison.tested);
        check("net", i, comparison.delta, NET_PAIRS[i].delta);
        check_p("net", i, comparison.p_value, NET_PAIRS[i].p);
        assert_int_equal(comparison.n, b[0] + b[1] + b[2]);
        assert_int_equal(comparison.significant, NET_PAIRS[i].p < 0.05);
    }
    survey = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    for (size_t i = 0; i < CXD_COUNT(SHARE_PAIRS); i++) {
        struct histogram this = {
            .n = {[5] = SHARE_PAIRS[i].k_a, [2] = SHARE_PAIRS[i].n_a - SHARE_PAIRS[i].k_a}};
        struct histogram other = {
            .n = {[4] = SHARE_PAIRS[i].k_b, [3] = SHARE_PAIRS[i].n_b - SHARE_PAIRS[i].k_b}};
        score_compare(&survey, &this, &other, 0.95, &comparison);
        check("share", i, comparison.delta, SHARE_PAIRS[i].delta);
        check_p("share", i, comparison.p_value, SHARE_PAIRS[i].p);
        check("share", i, comparison.other, 100.0 * (double)SHARE_PAIRS[i].k_b / (double)SHARE_PAIRS[i].n_b);
    }
    survey = make_survey(METRIC_CES, METHOD_MEAN);
    for (size_t i = 0; i < CXD_COUNT(MEAN_PAIRS); i++) {
        score_compare(&survey, &MEAN_PAIRS[i].a, &MEAN_PAIRS[i].b, 0.95, &comparison);
        check("mean", i, comparison.delta, MEAN_PAIRS[i].delta);
        check_p("mean", i, comparison.p_value, MEAN_PAIRS[i].p);
    }
}

static void test_compare_edges(void **state) {
    (void)state;
    struct comparison comparison;
    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    struct histogram none = {0}, up = of_bands(8, 0, 0), down = of_bands(0, 0, 8);
    score_compare(&nps, &up, &none, 0.95, &comparison);
    assert_false(comparison.known || comparison.tested || comparison.significant);
    assert_int_equal(comparison.n, 0);
    score_compare(&nps, &none, &up, 0.95, &comparison);
    assert_false(comparison.known);
    assert_int_equal(comparison.n, 8);
    /* No variance on either side. */
    score_compare(&nps, &up, &up, 0.95, &comparison);
    assert_true(comparison.tested && comparison.p_value == 1 && !comparison.significant);
    score_compare(&nps, &up, &down, 0.95, &comparison);
    assert_false(comparison.tested || comparison.significant);
    assert_true(comparison.delta == 200 && comparison.other == -100);
    nps.min_n = 9;
    score_compare(&nps, &up, &down, 0.95, &comparison);
    assert_false(comparison.known);

    struct survey csat = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    struct histogram all = {.n = {[5] = 3}};
    score_compare(&csat, &all, &all, 0.95, &comparison);
    assert_true(comparison.tested && comparison.p_value == 1);

    /* A mean of one answer has a delta and no test. */
    struct survey ces = make_survey(METRIC_CES, METHOD_MEAN);
    struct histogram one = {.n = {[6] = 1}}, same = {.n = {[6] = 5}}, other = {.n = {[3] = 4}};
    score_compare(&ces, &one, &same, 0.95, &comparison);
    assert_true(comparison.known && !comparison.tested && !comparison.significant && comparison.delta == 0);
    score_compare(&ces, &same, &same, 0.95, &comparison);
    assert_true(comparison.tested && comparison.p_value == 1);
    score_compare(&ces, &same, &other, 0.95, &comparison);
    assert_true(!comparison.tested && !comparison.significant && comparison.delta == 3);
}

/* p.adjust(c(0.01,0.04,0.03,0.005,0.8,0.04,1,0.0001,0.2), "BH") */
static void test_adjust(void **state) {
    (void)state;
    double p[] = {0.01, 0.04, NAN, 0.03, 0.005, 0.8, 0.04, 1, 0.0001, 0.2, NAN};
    const double expected[] = {0.03, 0.06, NAN, 0.06, 0.0225, 0.9, 0.06, 1, 0.0009, 0.257142857142857, NAN};
    assert_true(score_adjust_p(p, CXD_COUNT(p)));
    for (size_t i = 0; i < CXD_COUNT(p); i++) {
        if (isnan(expected[i]))
            assert_true(isnan(p[i]));
        else
            check("BH", i, p[i], expected[i]);
    }
    assert_true(score_adjust_p(p, 0));
    double lone = 0.3;
    assert_true(score_adjust_p(&lone, 1));
    assert_true(lone == 0.3);
}

/* Properties, over random histograms. */

static uint64_t random_state = 20261024;

static uint64_t random_below(uint64_t bound) { /* xorshift64* (Vigna 2016) */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return ((random_state * UINT64_C(2685821657736338717)) >> 11) % bound;
}

static struct histogram random_histogram(const struct survey *survey) {
    struct histogram hist = {0};
    uint64_t size = UINT64_C(1) << random_below(20);
    for (int s = survey->scale_min; s <= survey->scale_max; s++)
        if (random_below(4) > 0)
            hist.n[s] = (int64_t)random_below(size);
    return hist;
}

static const struct {
    enum metric metric;
    enum method method;
} KINDS[] = {{METRIC_NPS, METHOD_NET_PROMOTER}, {METRIC_CSAT, METHOD_TOP_BOX}, {METRIC_CSAT, METHOD_MEAN},
             {METRIC_CES, METHOD_MEAN},         {METRIC_CES, METHOD_NET_EASY}, {METRIC_CES, METHOD_TOP_BOX}};

/* The interval holds the score: always for Wilson and t; for adjusted Wald at 95% except near ±100, from where it is
 * drawn inwards. Wider confidence, wider interval. */
static void test_interval_properties(void **state) {
    (void)state;
    for (int round = 0; round < 6000; round++) {
        struct survey survey = make_survey(KINDS[round % 6].metric, KINDS[round % 6].method);
        struct histogram hist = random_histogram(&survey);
        if (histogram_count(&hist) < 2)
            continue;
        struct score narrow, wide;
        score_compute(&survey, &hist, 0.95, &narrow);
        score_compute(&survey, &hist, 0.99, &wide);
        double low = survey.scale_min, high = survey.scale_max;
        if (survey.method != METHOD_MEAN) {
            low = survey.method == METHOD_TOP_BOX ? 0 : -100;
            high = 100;
        }
        bool net = narrow.interval_method == INTERVAL_ADJUSTED_WALD;
        if (!net || (narrow.n >= 30 && fabs(narrow.value) < 90)) {
            assert_true(narrow.interval.low <= narrow.value + 1e-12);
            assert_true(narrow.interval.high >= narrow.value - 1e-12);
        }
        assert_true(narrow.interval.low >= low && narrow.interval.high <= high);
        assert_true(wide.interval.low <= narrow.interval.low && wide.interval.high >= narrow.interval.high);
        assert_int_equal(narrow.favourable + narrow.neutral + narrow.unfavourable, narrow.n);
    }
}

/* Impacts of a partition sum to 0, and a comparison turned round has the same p. */
static void test_partition_properties(void **state) {
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct survey survey = make_survey(KINDS[round % 6].metric, KINDS[round % 6].method);
        struct histogram parts[7], total = {0};
        size_t count = 1 + random_below(7);
        for (size_t i = 0; i < count; i++) {
            parts[i] = random_histogram(&survey);
            histogram_add(&total, &parts[i]);
        }
        struct score overall;
        score_compute(&survey, &total, 0.95, &overall);
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            struct score part;
            score_compute(&survey, &parts[i], 0.95, &part);
            sum += score_impact(&part, &overall);
        }
        assert_true(fabs(sum) < 1e-9);
        struct comparison one, back;
        score_compare(&survey, &parts[0], &total, 0.9, &one);
        score_compare(&survey, &total, &parts[0], 0.9, &back);
        assert_true(one.tested == back.tested);
        if (one.tested) {
            assert_true(fabs(one.p_value - back.p_value) < 1e-12);
            assert_true(one.p_value >= 0 && one.p_value <= 1);
            assert_true(one.delta == -back.delta);
        }
    }
}

static void test_histogram(void **state) {
    (void)state;
    struct histogram hist = {.n = {1, 2, 3, 0, 0, 0, 0, 0, 0, 4, 5}}, other = {.n = {[3] = 7}};
    assert_int_equal(histogram_count(&hist), 15);
    assert_int_equal(histogram_sum(&hist), 2 + 6 + 36 + 50);
    assert_int_equal(histogram_sum_of_squares(&hist), 2 + 12 + 324 + 500);
    assert_int_equal(histogram_between(&hist, 1, 9), 9);
    assert_int_equal(histogram_between(&hist, -5, 99), 15);
    assert_int_equal(histogram_between(&hist, 6, 3), 0);
    struct histogram sum = hist;
    histogram_add(&sum, &other);
    assert_int_equal(histogram_count(&sum), 22);
    assert_int_equal(sum.n[3], 7);
    histogram_subtract(&sum, &hist);
    assert_memory_equal(&sum, &other, sizeof sum);
    assert_false(histogram_is_empty(&sum));
    histogram_subtract(&sum, &other);
    assert_true(histogram_is_empty(&sum));
}

static void test_names(void **state) {
    (void)state;
    assert_string_equal(interval_method_name(INTERVAL_ADJUSTED_WALD), "adjusted_wald");
    assert_string_equal(interval_method_name(INTERVAL_WILSON), "wilson");
    assert_string_equal(interval_method_name(INTERVAL_T), "t");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_worked_values),
        cmocka_unit_test(test_net_easy),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_large_counts),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_edges),
        cmocka_unit_test(test_adjust),
        cmocka_unit_test(test_interval_properties),
        cmocka_unit_test(test_partition_properties),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
