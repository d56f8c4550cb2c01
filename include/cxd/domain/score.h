#ifndef CXD_DOMAIN_SCORE_H
#define CXD_DOMAIN_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/domain/histogram.h"
#include "cxd/domain/survey.h"

/* The figures of docs/scoring.md: pure functions of a survey and a histogram. Nothing is rounded here; codec/ rounds
 * once. */

enum interval_method {
    INTERVAL_ADJUSTED_WALD,
    INTERVAL_WILSON,
    INTERVAL_ADJUSTED_MEAN,
    INTERVAL_T,
    INTERVAL_CLUSTERED
};
const char *
interval_method_name(enum interval_method method); /* "adjusted_wald", "wilson", "adjusted_mean", "t", "clustered" */

/* low ≤ the figure that it is of ≤ high, always. */
struct interval {
    bool known; /* false: null */
    double low, high;
};

struct score {
    int64_t n;
    bool known;            /* false: n is 0 or suppressed; value is null */
    bool suppressed;       /* n < min_n */
    bool small_sample;     /* n < 30 */
    double value;          /* in the method's range: −100…100, 0…100, or the scale */
    double mean;           /* of the scale; meaningful where n > 0 and not suppressed */
    double standard_error; /* of `value`, in its unit: NPS/net_easy √(var/n), share √(p(1−p)/n), mean s/√n; NaN if
                              unknown */
    struct interval interval;
    enum interval_method interval_method;
    double confidence;
    int64_t favourable, neutral, unfavourable; /* promoters, passives, detractors */
};

/* The larger distance of a known interval's bounds from the score. */
double score_margin(const struct score *score);

/* docs/scoring.md §1–§2. `confidence` in (0, 1). */
void score_compute(const struct survey *survey, const struct histogram *hist, double confidence, struct score *ret);
/* Replaces the interval of a survey that is scored by its mean with the classical mean ± t(n−1)·s/√n: not known where n
 * < 2, or where all answers are the same. Leaves other methods alone. */
void score_use_t(const struct survey *survey, const struct histogram *hist, struct score *score);

/* The least and the most that a score can be. */
void score_range(const struct survey *survey, double *ret_least, double *ret_most);

/* Decimals at output: 2 for METHOD_MEAN, else 1. */
int score_decimals(const struct survey *survey);

/* (segment score − overall score) · segment n / overall n; 0 for an empty segment. docs/scoring.md §5. */
double score_impact(const struct score *segment, const struct score *overall);

/* Wilson score interval for k of n, as fractions 0…1; n ≥ 1. */
void score_wilson(int64_t k, int64_t n, double z, double *ret_low, double *ret_high);

#endif
