/* Comparison of two histograms of one survey, and the adjustment of a table of tests (docs/scoring.md §3, §5). */
#include "cxd/domain/compare.h"

#include <math.h>
#include <stdlib.h>

#include "cxd/domain/distribution.h"
#include "domain/adjusted.h"
#include "domain/permutation.h"

enum { FEW = PERMUTATION_MAX + 1, VERY_FEW = 10, EXPECTED_LEAST = 3 };

static const double P_LEAST = 1e-300; /* below it a double says 0, which no p is */
static const double ROUNDING = 1e-12;

const char *comparison_test_name(enum comparison_test test) {
    static const char *const NAMES[] = {NULL, "permutation", "adjusted_z", "pooled_z", "clustered_t"};
    return NAMES[test];
}

const char *untested_name(enum untested reason) {
    static const char *const NAMES[] = {NULL, "suppressed", "empty", "overlap", "constant", "few_respondents"};
    return NAMES[reason];
}

/* One side of a comparison. `values` holds the answers by what each counts: the score itself, or 0, 1 and 2 for
 * unfavourable, neutral and favourable, or 0 and 1 for not and favourable. */
struct side {
    struct score score;
    struct histogram values;
};

/* `known` is its score, where somebody has it. */
static struct side side_of(const struct survey *survey, const struct histogram *hist, struct level *level,
                           const struct score *known) {
    struct side side = {.values = *hist};
    if (known)
        side.score = *known;
    else
        score_compute_at(survey, hist, level, &side.score);
    const struct score *score = &side.score;
    if (survey->method == METHOD_TOP_BOX)
        side.values = (struct histogram){{score->n - score->favourable, score->favourable}};
    else if (survey->method != METHOD_MEAN)
        side.values = (struct histogram){{score->unfavourable, score->neutral, score->favourable}};
    return side;
}

static bool is_constant(const struct side *a, const struct side *b) {
    int levels = 0;
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        levels += a->values.n[i] + b->values.n[i] > 0;
    return levels < 2;
}

static enum untested reason_of(const struct side *a, const struct side *b, bool overlap) {
    if (a->score.suppressed || b->score.suppressed)
        return UNTESTED_SUPPRESSED;
    if (a->score.n == 0 || b->score.n == 0)
        return UNTESTED_EMPTY;
    if (overlap)
        return UNTESTED_OVERLAP;
    return is_constant(a, b) ? UNTESTED_CONSTANT : UNTESTED_NOT;
}

static double p_adjusted(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                         const struct side *a, const struct side *b) {
    double k = adjusted_prior(0.95);
    struct adjusted x, y;
    if (survey->method == METHOD_MEAN) {
        x = adjusted_mean(survey, hist, k);
        y = adjusted_mean(survey, other, k);
    } else {
        x = adjusted_net(a->score.favourable, a->score.unfavourable, a->score.n, k);
        y = adjusted_net(b->score.favourable, b->score.unfavourable, b->score.n, k);
    }
    return normal_two_sided((x.centre - y.centre) / hypot(x.error, y.error));
}

static double p_pooled(const struct score *a, const struct score *b) {
    double n_a = (double)a->n, n_b = (double)b->n;
    double pooled = (double)(a->favourable + b->favourable) / (n_a + n_b);
    double others = (double)(a->n - a->favourable + b->n - b->favourable) / (n_a + n_b);
    return normal_two_sided((a->value - b->value) / 100 / sqrt(pooled * others * (1 / n_a + 1 / n_b)));
}

/* Whether a cell of the 2 × 2 table is expected to hold fewer than EXPECTED_LEAST answers. */
static bool is_sparse(const struct score *a, const struct score *b) {
    int64_t favourable = a->favourable + b->favourable, total = a->n + b->n;
    int64_t rarer = favourable < total - favourable ? favourable : total - favourable;
    int64_t smaller = a->n < b->n ? a->n : b->n;
    return (__int128)smaller * rarer < (__int128)EXPECTED_LEAST * total;
}

static double test(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                   const struct side *a, const struct side *b, enum comparison_test *ret_test) {
    int64_t smaller = a->score.n < b->score.n ? a->score.n : b->score.n;
    *ret_test = TEST_PERMUTATION;
    if (smaller < FEW)
        return permutation_p(&a->values, &b->values, smaller >= VERY_FEW);
    if (survey->method == METHOD_TOP_BOX && is_sparse(&a->score, &b->score))
        return permutation_share_mid_p(a->score.favourable, a->score.n, b->score.favourable, b->score.n);
    *ret_test = survey->method == METHOD_TOP_BOX ? TEST_POOLED_Z : TEST_ADJUSTED_Z;
    return survey->method == METHOD_TOP_BOX ? p_pooled(&a->score, &b->score) : p_adjusted(survey, hist, other, a, b);
}

/* Zou & Donner 2008 (method of variance estimates recovery); for shares it is Newcombe's. */
static struct interval interval_of_difference(const struct score *a, const struct score *b) {
    double delta = a->value - b->value;
    double below = hypot(a->value - a->interval.low, b->interval.high - b->value);
    double above = hypot(a->interval.high - a->value, b->value - b->interval.low);
    return (struct interval){true, delta - below, delta + above};
}

void score_compare_at(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                      const struct comparison_terms *terms, struct level *level, struct comparison *ret) {
    struct side a = side_of(survey, hist, level, terms->own);
    struct side b = side_of(survey, other, level, NULL);
    struct comparison result = {.own_n = a.score.n,
                                .n = b.score.n,
                                .own_known = a.score.known,
                                .own = a.score.value,
                                .other_known = b.score.known,
                                .other = b.score.value,
                                .known = a.score.known && b.score.known,
                                .p_value = NAN,
                                .alpha = terms->alpha,
                                .reason = reason_of(&a, &b, terms->overlap)};
    if (result.known)
        result.delta = a.score.value - b.score.value;
    if (result.known && !terms->overlap)
        result.interval = interval_of_difference(&a.score, &b.score);
    if (result.reason == UNTESTED_NOT) {
        result.p_value = fmax(test(survey, hist, other, &a, &b, &result.test), P_LEAST);
        result.significant = result.p_value < terms->alpha - ROUNDING;
    }
    *ret = result;
}

void score_compare(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                   const struct comparison_terms *terms, struct comparison *ret) {
    struct level level = level_of(terms->confidence);
    score_compare_at(survey, hist, other, terms, &level, ret);
}

static int compare_p_descending(const void *a, const void *b) {
    double left = **(double *const *)a, right = **(double *const *)b;
    return (left < right) - (left > right);
}

bool score_adjust_p(double *p, size_t count) {
    if (count == 0)
        return true;
    double **order = calloc(count, sizeof *order);
    if (!order)
        return false;
    size_t tests = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(p[i]))
            order[tests++] = &p[i];
    qsort(order, tests, sizeof *order, compare_p_descending);
    double least = 1;
    for (size_t i = 0; i < tests; i++) {
        double adjusted = *order[i] * ((double)tests / (double)(tests - i));
        least = adjusted < least ? adjusted : least;
        *order[i] = least;
    }
    free(order);
    return true;
}
