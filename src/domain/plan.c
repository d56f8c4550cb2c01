/* Planning: from a margin or a change to numbers of answers, and back. Formulas: docs/scoring.md §10. */
#include "cxd/domain/plan.h"

#include <math.h>
#include <stddef.h>

#include "cxd/domain/distribution.h"
#include "cxd/domain/people.h"

enum { STEPS = 200 };

static const double POINTS = 100;

const char *plan_reason_name(enum plan_reason reason) {
    static const char *const NAMES[] = {
        [PLAN_OF_ANSWERS] = NULL, [PLAN_TOO_FEW] = "too_few", [PLAN_CONSTANT] = "constant", [PLAN_ASKED] = "asked"};
    return NAMES[reason];
}

static bool is_net(const struct survey *survey) {
    return survey->method == METHOD_NET_PROMOTER || survey->method == METHOD_NET_EASY;
}

/* What an answer of this score is worth in the score that it is part of. */
static double worth(const struct survey *survey, int value) {
    return (survey->method == METHOD_MEAN ? 1 : POINTS) * people_value(survey, value);
}

double plan_range(const struct survey *survey) {
    if (survey->method == METHOD_MEAN)
        return survey->scale_max - survey->scale_min;
    return is_net(survey) ? 2 * POINTS : POINTS;
}

/* With the divisor n − 1, of sums about the mean. */
static double variance_of(const struct survey *survey, const struct histogram *hist, int64_t n, double *ret_mean) {
    double sum = 0, squares = 0;
    for (int value = 0; value < HISTOGRAM_SIZE; value++)
        sum += (double)hist->n[value] * worth(survey, value);
    *ret_mean = sum / (double)n;
    for (int value = 0; value < HISTOGRAM_SIZE; value++) {
        double away = worth(survey, value) - *ret_mean;
        squares += (double)hist->n[value] * away * away;
    }
    return n > 1 ? squares / (double)(n - 1) : 0;
}

struct plan_spread plan_spread_of(const struct survey *survey, const struct histogram *hist, int64_t at_least,
                                  bool asked) {
    double half = plan_range(survey) / 2, mean = 0;
    struct plan_spread spread = {.reason = PLAN_ASKED, .variance = half * half, .share = 0.5};
    int64_t n = histogram_count(hist);
    if (asked)
        return spread;
    spread.reason = PLAN_TOO_FEW;
    if (n < PLAN_KNOWN_FROM || n < at_least)
        return spread;
    double variance = variance_of(survey, hist, n, &mean);
    spread.reason = PLAN_CONSTANT;
    if (variance > 0)
        spread = (struct plan_spread){.reason = PLAN_OF_ANSWERS, .variance = variance, .share = mean / POINTS};
    return spread;
}

static double two_sided(double alpha) {
    return normal_quantile(1 - alpha / 2);
}

double plan_margin(const struct plan_spread *spread, double n, double confidence) {
    return two_sided(1 - confidence) * sqrt(spread->variance / n);
}

double plan_n_for_margin(const struct plan_spread *spread, double margin, double confidence) {
    double z = two_sided(1 - confidence);
    return ceil(z * z * spread->variance / (margin * margin));
}

/* Fleiss, Levin & Paik 2003, (4.14); R's power.prop.test. */
static double n_of_shares(double p, double q, double alpha, double power) {
    double middle = (p + q) / 2, change = p - q;
    double root =
        two_sided(alpha) * sqrt(2 * middle * (1 - middle)) + normal_quantile(power) * sqrt(p * (1 - p) + q * (1 - q));
    return root * root / (change * change);
}

static double n_for_share(const struct plan_spread *spread, double change, double alpha, double power) {
    double p = spread->share, n = 0;
    if (spread->reason != PLAN_OF_ANSWERS) /* about the half, where shares vary most */
        return change < 1 ? n_of_shares(0.5 - change / 2, 0.5 + change / 2, alpha, power) : INFINITY;
    if (p + change <= 1)
        n = fmax(n, n_of_shares(p, p + change, alpha, power));
    if (p - change >= 0)
        n = fmax(n, n_of_shares(p, p - change, alpha, power));
    return n > 0 ? n : INFINITY;
}

/* Not rounded, and without the least number of a test. */
static double n_for_change(const struct survey *survey, const struct plan_spread *spread, double change, double alpha,
                           double power) {
    if (change >= plan_range(survey))
        return INFINITY;
    if (survey->method == METHOD_TOP_BOX)
        return n_for_share(spread, change / POINTS, alpha, power);
    double z = two_sided(alpha) + normal_quantile(power);
    return 2 * spread->variance * z * z / (change * change);
}

double plan_n_for_change(const struct survey *survey, const struct plan_spread *spread, double change, double alpha,
                         double power) {
    return fmax(ceil(n_for_change(survey, spread, change, alpha, power)), PLAN_TESTED_FROM);
}

/* The number falls as the change grows, up to the greatest that there can be. */
double plan_change_of(const struct survey *survey, const struct plan_spread *spread, double n, double alpha,
                      double power) {
    double low = 0, high = plan_range(survey);
    if (n < PLAN_TESTED_FROM)
        return NAN;
    if (survey->method == METHOD_TOP_BOX && spread->reason == PLAN_OF_ANSWERS)
        high = POINTS * fmax(spread->share, 1 - spread->share);
    for (int i = 0; i < STEPS; i++) {
        double middle = (low + high) / 2;
        if (n_for_change(survey, spread, middle, alpha, power) > n)
            low = middle;
        else
            high = middle;
    }
    return n_for_change(survey, spread, high, alpha, power) <= n * (1 + 1e-9) ? high : NAN;
}
