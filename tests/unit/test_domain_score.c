/* The figures of docs/scoring.md against R 4.2 (the R lines stand beside the tables), and by their properties. */
#include <math.h>

#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/distribution.h"

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
 *   se<-sqrt((p+d-(p-d)^2)/n); k<-if (conf>=.95) 3 else 3*(z/qnorm(.975))^2; m<-n+k; pa<-(P+k/4)/m; da<-(D+k/4)/m
 *   h<-z*sqrt((pa+da-(pa-da)^2)/m); s<-100*(p-d)
 *   c(s, 100*se, min(s,max(-100,100*(pa-da-h))), max(s,min(100,100*(pa-da+h)))) } */
static const struct {
    int64_t n[3];
    double confidence;
    double expected[4];
} NET_SCORES[] = {
    {{70, 20, 10}, 0.95, {60, 6.6332495807108, 45.2697602538483, 71.2350941150838}},
    {{1, 1, 2}, 0.95, {-25, 41.4578098794425, -72.7311971013277, 44.1597685298992}},
    {{0, 2, 1}, 0.9, {-33.3333333333333, 27.2165526975909, -63.4434983602916, 24.326778376996}},
    {{3, 4, 5}, 0.8, {-16.6666666666667, 23.0739551747724, -42.9210309874018, 12.8064852167008}},
    {{1, 0, 0}, 0.95, {100, 0, -48.498649420252, 100}},
    {{0, 0, 5}, 0.99, {-100, 0, -100, -3.34874257934342}},
    {{40, 0, 0}, 0.8, {100, 0, 92.6320155033233, 100}},
    {{512, 301, 187}, 0.99, {32.5, 2.43592898090236, 26.1374566162721, 38.6681266339771}},
    {{9000000, 7000000, 4000000}, 0.95, {25, 0.0171391365010026, 24.9664041623591, 25.033588337642}},
    {{400000000000, 300000000000, 399511627776},
     0.95,
     {0.0444171950221062, 8.13228343439881e-05, 0.044257805195555, 0.0445765848484242}},
};

static void test_net(void **state) {
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

/* x <- rep(1:7, h); ci <- t.test(x, conf.level=conf)$conf.int; c(mean(x), sd(x)/sqrt(length(x)), max(1,ci[1]),
 * min(7,ci[2])) v <- c(x, 1:7); w <- c(rep(1, length(x)), rep(k/7, 7)); m <- sum(w*v)/sum(w); m +
 * c(-1,1)*z*sqrt(sum(w*(v-m)^2))/sum(w) */
static const struct {
    struct histogram hist;
    double confidence;
    double classical[4];
    double low, high; /* the default ones */
} MEANS[] = {
    {{{0, 0, 0, 0, 1, 1, 2, 1}},
     0.95,
     {5.6, 0.509901951359279, 4.18428522301773, 7},
     3.85086925477838,
     6.14913074522162},
    {{{0, 1, 0, 0, 0, 0, 0, 1}}, 0.95, {4, 3, 1, 7}, 1.85296702753941, 6.14703297246059},
    {{{0, 12, 3, 40, 18, 77, 130, 51}},
     0.99,
     {5.23262839879154, 0.0807979755705211, 5.02329624427304, 5.44196055331004},
     5.01324480824514,
     5.42986896420995},
    {{{0, 0, 0, 2, 5, 9, 3, 1}},
     0.8,
     {4.8, 0.224780594779607, 4.50155246346929, 5.09844753653071},
     4.45009498801787,
     5.05347944935798},
    {{{0, 100, 0, 0, 0, 0, 1, 300}},
     0.9,
     {5.50124688279302, 0.12974772607809, 5.28733544733913, 5.71515831824691},
     5.28082844148076,
     5.70592785099797},
    {{{0, 3000, 10, 500, 70000, 12, 9, 4}},
     0.95,
     {3.87110899571633, 0.00220968476524251, 3.86677802187174, 3.87543996956091},
     3.86678256928973,
     3.87544593842056},
};

static void test_mean(void **state) {
    struct survey survey = make_survey(METRIC_CES, METHOD_MEAN);
    for (size_t i = 0; i < CXD_COUNT(MEANS); i++) {
        struct score score;
        score_compute(&survey, &MEANS[i].hist, MEANS[i].confidence, &score);
        assert_int_equal(score.interval_method, INTERVAL_ADJUSTED_MEAN);
        check("mean", i, score.mean, MEANS[i].classical[0]);
        check("mean", i, score.interval.low, MEANS[i].low);
        check("mean", i, score.interval.high, MEANS[i].high);
        score_use_t(&survey, &MEANS[i].hist, &score);
        check_score("classical mean", i, &score, MEANS[i].classical);
        assert_int_equal(score.interval_method, INTERVAL_T);
    }
}

/* What is 0 or too little for the classical interval, and nothing to other methods. */
static void test_classical_edges(void **state) {
    struct survey survey = make_survey(METRIC_CES, METHOD_MEAN);
    struct histogram hist = {0};
    const int64_t ALIKE[] = {0, 1, 5};
    for (size_t i = 0; i < CXD_COUNT(ALIKE); i++) {
        struct score score;
        hist.n[6] = ALIKE[i];
        score_compute(&survey, &hist, 0.95, &score);
        score_use_t(&survey, &hist, &score);
        assert_false(score.interval.known);
        assert_int_equal(score.interval_method, INTERVAL_T);
    }
    struct survey share = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    struct score score, before;
    score_compute(&share, &hist, 0.95, &score);
    before = score;
    score_use_t(&share, &hist, &score);
    assert_true(score.interval.low == before.interval.low && score.interval_method == INTERVAL_WILSON);
}

/* Figures that are printed in docs/scoring.md §7, as printed. */
static void test_worked_values(void **state) {
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
    snprintf(text, sizeof text, "%.2f %.3f %.2f %.2f", score.value, score.standard_error * sqrt(5), score.interval.low,
             score.interval.high);
    assert_string_equal(text, "5.60 1.140 3.85 6.15");
    score_use_t(&ces, &easy, &score);
    snprintf(text, sizeof text, "%.2f %.2f", score.interval.low, score.interval.high);
    assert_string_equal(text, "4.18 7.00");
    assert_int_equal(score_decimals(&nps), 1);
    assert_int_equal(score_decimals(&csat), 1);
    assert_int_equal(score_decimals(&ces), 2);
}

static void test_net_easy(void **state) {
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
    check("one", 0, score.interval.low, 2.60227303217751);
    check("one", 0, score.interval.high, 6.39772696782249);
    check("one", 0, score_margin(&score), 3.39772696782249);
    assert_true(isnan(score.standard_error));
    /* All alike: the prior answers say that others might not be. */
    one.n[6] = 1000;
    score_compute(&survey, &one, 0.95, &score);
    check("alike", 0, score.interval.low, 5.98445200315225);
    check("alike", 0, score.interval.high, 6.00358388917078);
    assert_true(score.standard_error == 0);
    assert_false(score.small_sample);
}

/* 2^44 responses: sums of products are beyond 64 bits, and one odd answer among them still has its variance. */
static void test_large_counts(void **state) {
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

/* By tests/figures/figures.R: comparison(x, y, c), with confidence 0.95 and alpha 0.05. */
struct pair_figures {
    double delta, low, high, p;
};

static const struct {
    int64_t a[3], b[3];
    struct pair_figures expected;
    enum comparison_test test;
} NET_PAIRS[] = {
    {{70, 20, 10},
     {60, 20, 16},
     {14.1666666666667, -5.93701532979255, 34.0947548323515, 0.173653406209898},
     TEST_ADJUSTED_Z},
    {{5, 0, 0}, {3, 1, 1}, {60, -31.5986913798387, 129.782658786036, 0.444444444444444}, TEST_PERMUTATION},
    {{1, 1, 1}, {1, 1, 1}, {0, -86.4262880289371, 86.4262880289371, 1}, TEST_PERMUTATION},
    {{512, 301, 187}, {480, 330, 190}, {3.5, -3.22971325970801, 10.2140823625651, 0.308837463345796}, TEST_ADJUSTED_Z},
    {{1, 0, 0}, {25, 15, 10}, {70, -79.7481359047474, 92.7005090308197, 0.705882352941177}, TEST_PERMUTATION},
    {{2, 0, 0}, {25, 15, 10}, {70, -55.899759946219, 92.7005090308197, 0.411764705882353}, TEST_PERMUTATION},
    {{3, 0, 0}, {0, 0, 3}, {200, 49.2741272754234, 200, 0.1}, TEST_PERMUTATION},
    {{8, 1, 3},
     {2, 5, 9},
     {85.4166666666667, 20.7007448477531, 128.507142891289, 0.0137867785734255},
     TEST_PERMUTATION},
    {{19, 0, 0}, {300, 0, 1}, {0.66445182724253, -30.9980769647802, 3.51530207691442, 0.5296875}, TEST_PERMUTATION},
    {{20, 0, 0},
     {300, 0, 5},
     {3.27868852459017, -27.1156887234058, 7.33508970640717, 0.324518743286573},
     TEST_ADJUSTED_Z},
    {{8, 0, 0}, {0, 0, 8}, {200, 113.07997205597, 200, 0.000155400155400155}, TEST_PERMUTATION},
};

static const struct {
    int64_t k_a, n_a, k_b, n_b;
    struct pair_figures expected;
    enum comparison_test test;
} SHARE_PAIRS[] = {
    {45, 50, 30, 50, {30, 13.1890849924725, 44.9299214406539, 0.00053200550513925}, TEST_POOLED_Z},
    {1, 1, 0, 1, {100, -12.2108720681942, 100, 1}, TEST_PERMUTATION},
    {812, 1000, 790, 1000, {2.2, -1.30165414607548, 5.69648952315051, 0.217891673606376}, TEST_POOLED_Z},
    {3, 10, 9, 10, {-60, -80.9017973535488, -17.0522723934503, 0.0102405334603477}, TEST_PERMUTATION},
    {0, 20, 1, 15, {-6.66666666666667, -29.81652987378, 10.3522438384752, 0.214285714285714}, TEST_PERMUTATION},
    {3, 5, 40, 50, {-20, -57.9515148337638, 11.1021928895337, 0.574296710811694}, TEST_PERMUTATION},
    {20, 20, 995, 1000, {0.5, -15.6150582563028, 1.16509553733751, 0.547223648119734}, TEST_PERMUTATION},
    {100,
     100,
     19990,
     20000,
     {0.0499999999999972, -3.64942031471373, 0.0920222875032835, 0.524331356013327},
     TEST_PERMUTATION},
    {0, 25, 3, 900, {-0.333333333333333, -0.975421134512129, 12.9877070163143, 0.539496285975159}, TEST_PERMUTATION},
    {17, 40, 28, 61, {-3.40163934426229, -22.0794525729965, 15.978306018528, 0.736576486403054}, TEST_POOLED_Z},
};

static const struct {
    struct histogram a, b;
    struct pair_figures expected;
    enum comparison_test test;
} MEAN_PAIRS[] = {
    {{{0, 0, 0, 0, 1, 1, 2, 1}},
     {{0, 1, 2, 1, 3, 1, 2, 0}},
     {1.9, -0.115988471853516, 2.92366360595882, 0.0589410589410589},
     TEST_PERMUTATION},
    {{{0, 12, 3, 40, 18, 77, 130, 51}},
     {{0, 20, 9, 44, 31, 60, 101, 30}},
     {0.452967381842389, 0.204603453736775, 0.699155461231545, 0.000356814049321938},
     TEST_ADJUSTED_Z},
    {{{0, 0, 0, 0, 0, 9, 0, 0}},
     {{0, 1, 0, 0, 2, 5, 7, 7}},
     {-0.681818181818182, -1.6433539867201, 0.216677476627346, 0.206911135003218},
     TEST_PERMUTATION},
    {{{0, 1, 1, 0, 0, 0, 0, 0}},
     {{0, 0, 0, 0, 0, 0, 40, 200}},
     {-5.33333333333333, -5.58840343969278, -2.07868839834672, 3.42923768046363e-05},
     TEST_PERMUTATION},
    {{{0, 100, 0, 0, 0, 0, 1, 300}},
     {{0, 0, 0, 1, 0, 1, 0, 0}},
     {1.50124688279302, 0.0109533118427232, 2.98775105035341, 0.988864609952718},
     TEST_PERMUTATION},
    {{{0, 0, 0, 0, 0, 0, 0, 20}},
     {{0, 2, 0, 0, 0, 0, 20, 950}},
     {0.0329218106995883, -0.866063733817451, 0.0649073888132339, 0.177900880230671},
     TEST_ADJUSTED_Z},
    {{{0, 2, 1, 0, 3, 0, 5, 2}},
     {{0, 0, 2, 2, 2, 2, 1, 3}},
     {0.0320512820512819, -1.3623600456719, 1.41651631999084, 0.960469780589581},
     TEST_PERMUTATION},
};

static const struct comparison_terms TERMS = {.confidence = 0.95, .alpha = 0.05};

static void check_pair(const char *what, size_t row, const struct survey *survey, const struct histogram *this,
                       const struct histogram *other, const struct pair_figures *expected, enum comparison_test test) {
    struct comparison there, back;
    score_compare(survey, this, other, &TERMS, &there);
    score_compare(survey, other, this, &TERMS, &back);
    assert_true(there.known && there.interval.known && there.reason == UNTESTED_NOT);
    assert_int_equal(there.test, test);
    check(what, row, there.delta, expected->delta);
    check(what, row, there.interval.low, expected->low);
    check(what, row, there.interval.high, expected->high);
    check_p(what, row, there.p_value, expected->p);
    assert_int_equal(there.significant, expected->p < 0.05);
    assert_int_equal(there.n, histogram_count(other));
    assert_int_equal(there.own_n, histogram_count(this));
    /* The other way round all is the same with the other sign. */
    check_p(what, row, back.p_value, there.p_value);
    check(what, row, -back.delta, expected->delta);
    check(what, row, -back.interval.high, expected->low);
    check(what, row, -back.interval.low, expected->high);
}

static void test_compare(void **state) {
    struct survey survey = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    for (size_t i = 0; i < CXD_COUNT(NET_PAIRS); i++) {
        const int64_t *a = NET_PAIRS[i].a, *b = NET_PAIRS[i].b;
        struct histogram this = of_bands(a[0], a[1], a[2]), other = of_bands(b[0], b[1], b[2]);
        check_pair("net", i, &survey, &this, &other, &NET_PAIRS[i].expected, NET_PAIRS[i].test);
    }
    survey = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    for (size_t i = 0; i < CXD_COUNT(SHARE_PAIRS); i++) {
        struct histogram this = {.n = {[5] = SHARE_PAIRS[i].k_a, [2] = SHARE_PAIRS[i].n_a - SHARE_PAIRS[i].k_a}};
        struct histogram other = {.n = {[4] = SHARE_PAIRS[i].k_b, [3] = SHARE_PAIRS[i].n_b - SHARE_PAIRS[i].k_b}};
        check_pair("share", i, &survey, &this, &other, &SHARE_PAIRS[i].expected, SHARE_PAIRS[i].test);
    }
    survey = make_survey(METRIC_CES, METHOD_MEAN);
    for (size_t i = 0; i < CXD_COUNT(MEAN_PAIRS); i++)
        check_pair("mean", i, &survey, &MEAN_PAIRS[i].a, &MEAN_PAIRS[i].b, &MEAN_PAIRS[i].expected, MEAN_PAIRS[i].test);
}

/* With alpha of its own; p has a floor; a p that equals alpha but for rounding is not below it. */
static void test_compare_terms(void **state) {
    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    struct histogram up = of_bands(3, 0, 0), down = of_bands(0, 0, 3);
    struct comparison comparison;
    const struct {
        double alpha;
        bool significant;
    } CASES[] = {{0.01, false}, {0.05, false}, {0.1, false}, {0.1 + 1e-9, true}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        const struct comparison_terms terms = {.confidence = 0.8, .alpha = CASES[i].alpha};
        score_compare(&nps, &up, &down, &terms, &comparison);
        check_p("3 against 3", i, comparison.p_value, 0.1);
        assert_int_equal(comparison.significant, CASES[i].significant);
        assert_true(comparison.alpha == CASES[i].alpha);
    }
    up = of_bands(INT64_C(1) << 40, 0, 0);
    down = of_bands(0, 0, INT64_C(1) << 40);
    score_compare(&nps, &up, &down, &TERMS, &comparison);
    assert_true(comparison.p_value == 1e-300 && comparison.significant);
    up = of_bands(19, 0, 0);
    score_compare(&nps, &up, &down, &TERMS, &comparison);
    assert_true(comparison.p_value >= 1e-300 && comparison.p_value < 1e-200);
}

/* Why there is no test, and what is known all the same. */
static void test_compare_edges(void **state) {
    struct comparison comparison;
    struct survey nps = make_survey(METRIC_NPS, METHOD_NET_PROMOTER);
    struct histogram none = {0}, up = of_bands(8, 0, 0), down = of_bands(0, 0, 8), mixed = of_bands(4, 2, 2);
    score_compare(&nps, &up, &none, &TERMS, &comparison);
    assert_int_equal(comparison.reason, UNTESTED_EMPTY);
    assert_false(comparison.known || comparison.interval.known || comparison.significant);
    assert_true(comparison.test == TEST_NONE && isnan(comparison.p_value) && comparison.n == 0);
    score_compare(&nps, &none, &up, &TERMS, &comparison);
    assert_int_equal(comparison.reason, UNTESTED_EMPTY);
    assert_int_equal(comparison.n, 8);
    score_compare(&nps, &up, &up, &TERMS, &comparison);
    assert_int_equal(comparison.reason, UNTESTED_CONSTANT);
    assert_true(comparison.known && comparison.delta == 0 && comparison.interval.known);
    assert_true(comparison.test == TEST_NONE && !comparison.significant);
    score_compare(&nps, &up, &down, &TERMS, &comparison);
    assert_true(comparison.reason == UNTESTED_NOT && comparison.delta == 200 && comparison.other == -100);

    struct comparison_terms overlapping = TERMS;
    overlapping.overlap = true;
    score_compare(&nps, &up, &mixed, &overlapping, &comparison);
    assert_int_equal(comparison.reason, UNTESTED_OVERLAP);
    assert_true(comparison.known && !comparison.interval.known && isnan(comparison.p_value));

    nps.min_n = 9;
    score_compare(&nps, &up, &down, &TERMS, &comparison);
    assert_int_equal(comparison.reason, UNTESTED_SUPPRESSED);
    assert_false(comparison.known || comparison.interval.known);

    /* Passives alone count the same, whatever they answered; so do all that are satisfied. */
    struct survey csat = make_survey(METRIC_CSAT, METHOD_TOP_BOX);
    struct histogram fours = {.n = {[4] = 30}}, fives = {.n = {[5] = 30}};
    score_compare(&csat, &fours, &fives, &TERMS, &comparison);
    assert_int_equal(comparison.reason, UNTESTED_CONSTANT);
    csat.method = METHOD_MEAN;
    score_compare(&csat, &fours, &fives, &TERMS, &comparison);
    assert_true(comparison.test == TEST_ADJUSTED_Z && comparison.significant);
}

/* A scale that has no usual bands, and bands that a definition states for it: any there are, by two numbers. */
static void state_scale(struct survey *survey, unsigned scale, unsigned bands) {
    int steps = 2 + (int)(scale % 10), most = 11 - steps;
    survey->scale_min = (int)(scale / 10) % (most + 1);
    survey->scale_max = survey->scale_min + steps - 1;
    survey->unfavourable = survey->scale_min + (int)bands % (steps - 1);
    survey->favourable = survey->unfavourable + 1 + (int)(bands / 16) % (survey->scale_max - survey->unfavourable);
}

/* low ≤ score ≤ high, and the difference lies in its interval, over random histories of every size, method, direction
 * and confidence. */
static void test_intervals_hold_their_scores(void **state) {
    static const double CONFIDENCES[] = {0.8, 0.9, 0.95, 0.99};
    uint64_t seed = 88172645463325252U;
    for (int round = 0; round < 40000; round++) {
        struct survey survey = make_survey((enum metric)(round % METRIC_COUNT), METHOD_NET_PROMOTER);
        survey_set_defaults(&survey, false);
        if (survey.metric != METRIC_NPS) {
            const enum method METHODS[] = {METHOD_TOP_BOX, METHOD_MEAN, METHOD_NET_EASY};
            survey.method = METHODS[(round / 3) % (survey.metric == METRIC_CSAT ? 2 : 3)];
            survey.direction = (enum direction)((round / 18) % DIRECTION_COUNT);
            survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
        }
        if (survey.metric == METRIC_CSAT && round % 2 == 1) {
            survey.direction = DIRECTION_HIGHER;
            state_scale(&survey, (unsigned)(round / 6), (unsigned)(seed >> 30 & 255));
        }
        struct histogram sides[2] = {0};
        for (int side = 0; side < 2; side++)
            for (int value = survey.scale_min; value <= survey.scale_max; value++) {
                seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
                bool is_there = seed % 3 == 0;
                sides[side].n[value] = is_there ? (int64_t)((seed >> 20) % (UINT64_C(1) << (seed >> 8) % 40)) : 0;
            }
        double confidence = CONFIDENCES[round % 4];
        struct score score;
        score_compute(&survey, &sides[0], confidence, &score);
        if (score.known) {
            assert_true(score.interval.low <= score.value && score.value <= score.interval.high);
            assert_true(score_margin(&score) >= 0);
        }
        struct comparison comparison;
        const struct comparison_terms terms = {.confidence = confidence, .alpha = 0.05};
        score_compare(&survey, &sides[0], &sides[1], &terms, &comparison);
        if (comparison.known)
            assert_true(comparison.interval.low <= comparison.delta && comparison.delta <= comparison.interval.high);
        if (comparison.reason == UNTESTED_NOT)
            assert_true(comparison.p_value >= 1e-300 && comparison.p_value <= 1);
    }
}

/* p.adjust(c(0.01,0.04,0.03,0.005,0.8,0.04,1,0.0001,0.2), "BH") */
static void test_adjust(void **state) {
    double p[] = {0.01, 0.04, NAN, 0.03, 0.005, 0.8, 0.04, 1, 0.0001, 0.2, NAN};
    const double expected[] = {0.03, 0.06, NAN, 0.06, 0.0225, 0.9, 0.06, 1, 0.0009, 0.257142857142857, NAN};
    assert_true(score_adjust_p(p, CXD_COUNT(p)));
    for (size_t i = 0; i < CXD_COUNT(p); i++)
        if (isnan(expected[i]))
            assert_true(isnan(p[i]));
        else
            check("BH", i, p[i], expected[i]);
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
    for (int round = 0; round < 6000; round++) {
        struct survey survey = make_survey(KINDS[round % 6].metric, KINDS[round % 6].method);
        if (survey.metric == METRIC_CSAT && round % 12 < 6)
            state_scale(&survey, (unsigned)random_below(110), (unsigned)random_below(256));
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
        assert_true(narrow.interval.low <= narrow.value && narrow.value <= narrow.interval.high);
        assert_true(narrow.interval.low >= low && narrow.interval.high <= high);
        assert_true(wide.interval.low <= narrow.interval.low && wide.interval.high >= narrow.interval.high);
        assert_int_equal(narrow.favourable + narrow.neutral + narrow.unfavourable, narrow.n);
    }
}

/* Impacts of a partition sum to 0, and a comparison turned round has the same p. */
static void test_partition_properties(void **state) {
    for (int round = 0; round < 2000; round++) {
        struct survey survey = make_survey(KINDS[round % 6].metric, KINDS[round % 6].method);
        if (survey.metric == METRIC_CSAT && round % 12 < 6)
            state_scale(&survey, (unsigned)random_below(110), (unsigned)random_below(256));
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
        score_compare(&survey, &parts[0], &total, &TERMS, &one);
        score_compare(&survey, &total, &parts[0], &TERMS, &back);
        assert_true(one.test == back.test && one.reason == back.reason);
        if (one.reason == UNTESTED_NOT) {
            assert_true(fabs(one.p_value - back.p_value) < 1e-12);
            assert_true(one.p_value >= 0 && one.p_value <= 1);
            assert_true(one.delta == -back.delta);
        }
    }
}

static void test_histogram(void **state) {
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
    assert_string_equal(interval_method_name(INTERVAL_ADJUSTED_WALD), "adjusted_wald");
    assert_string_equal(interval_method_name(INTERVAL_WILSON), "wilson");
    assert_string_equal(interval_method_name(INTERVAL_ADJUSTED_MEAN), "adjusted_mean");
    assert_string_equal(interval_method_name(INTERVAL_T), "t");
    assert_string_equal(comparison_test_name(TEST_POOLED_Z), "pooled_z");
    assert_null(comparison_test_name(TEST_NONE));
    assert_string_equal(untested_name(UNTESTED_CONSTANT), "constant");
    assert_null(untested_name(UNTESTED_NOT));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_classical_edges),
        cmocka_unit_test(test_worked_values),
        cmocka_unit_test(test_net_easy),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_large_counts),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_terms),
        cmocka_unit_test(test_compare_edges),
        cmocka_unit_test(test_intervals_hold_their_scores),
        cmocka_unit_test(test_adjust),
        cmocka_unit_test(test_interval_properties),
        cmocka_unit_test(test_partition_properties),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
