/* Comparison of two histograms of one survey, and the adjustment of a table of tests (scoring.md §3, §5). */
#include <math.h>
#include <stdlib.h>

#include "cxd/domain/distribution.h"
#include "cxd/domain/score.h"

/* Two-sided p of a difference. Where nothing varies on either side the test says nothing of a difference (one promoter against one
 * detractor is not certainty): NaN, as R refuses constant data. */
static double p_of_z(double difference, double error) {
    if (error == 0)
        return difference == 0 ? 1 : NAN;
    return normal_two_sided(difference / error);
}

static double p_of_shares(const struct score *a, const struct score *b) {
    double n_a = (double)a->n, n_b = (double)b->n;
    double pooled = (double)(a->favourable + b->favourable) / (n_a + n_b);
    double others = (double)(a->n - a->favourable + b->n - b->favourable) / (n_a + n_b);
    return p_of_z((a->value - b->value) / 100, sqrt(pooled * others * (1 / n_a + 1 / n_b)));
}

/* Welch's t with the degrees of freedom of Welch and Satterthwaite. */
static double p_of_means(const struct score *a, const struct score *b) {
    double v_a = a->standard_error * a->standard_error, v_b = b->standard_error * b->standard_error;
    double difference = a->value - b->value;
    if (v_a + v_b == 0)
        return difference == 0 ? 1 : NAN;
    double share_a = v_a / (v_a + v_b), share_b = v_b / (v_a + v_b);
    double df = 1 / (share_a * share_a / (double)(a->n - 1) + share_b * share_b / (double)(b->n - 1));
    return student_two_sided(difference / sqrt(v_a + v_b), df);
}

void score_compare(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                   double confidence, struct comparison *ret) {
    struct score a, b;
    score_compute(survey, hist, confidence, &a);
    score_compute(survey, other, confidence, &b);
    struct comparison result = {.n = b.n, .known = a.known && b.known, .p_value = NAN};
    result.other_known = b.known;
    result.other = b.value;
    if (result.known) {
        result.delta = a.value - b.value;
        result.tested = !isnan(a.standard_error) && !isnan(b.standard_error);
    }
    if (result.tested) {
        if (survey->method == METHOD_MEAN)
            result.p_value = p_of_means(&a, &b);
        else if (survey->method == METHOD_TOP_BOX)
            result.p_value = p_of_shares(&a, &b);
        else
            result.p_value = p_of_z(result.delta, hypot(a.standard_error, b.standard_error));
        result.tested = !isnan(result.p_value);
        result.significant = result.tested && result.p_value < 1 - confidence;
    }
    *ret = result;
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
