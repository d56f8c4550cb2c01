#ifndef CXD_DOMAIN_SCORE_H
#define CXD_DOMAIN_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/domain/histogram.h"
#include "cxd/domain/survey.h"

/* The figures of scoring.md: pure functions of a survey and a histogram. Nothing is rounded here; codec/ rounds once. */

enum interval_method { INTERVAL_ADJUSTED_WALD, INTERVAL_WILSON, INTERVAL_T };
const char *interval_method_name(enum interval_method method); /* "adjusted_wald", "wilson", "t" */

struct interval {
    bool known; /* false: null */
    double low, high;
};

struct score {
    int64_t n;
    bool known;        /* false: n is 0 or suppressed; value is null */
    bool suppressed;   /* n < min_n */
    bool small_sample; /* n < 30 */
    double value;      /* in the method's range: −100…100, 0…100, or the scale */
    double mean;       /* of the scale; meaningful where n > 0 and not suppressed */
    double
        standard_error; /* of `value`, in its unit: NPS/net_easy √(var/n), share √(p(1−p)/n), mean s/√n; NaN if unknown */
    struct interval interval;
    enum interval_method interval_method;
    double confidence;
    int64_t favourable, neutral, unfavourable; /* promoters, passives, detractors */
};

/* scoring.md §1–§2. `confidence` in (0, 1). */
void score_compute(const struct survey *survey, const struct histogram *hist, double confidence,
                   struct score *ret);

/* Decimals at output: 2 for METHOD_MEAN, else 1. */
int score_decimals(const struct survey *survey);

struct comparison {
    int64_t n;        /* of the other side */
    bool other_known; /* the other side has a score */
    double other;     /* it */
    bool known;       /* both sides have a score; else all below is null */
    double delta;     /* this − other */
    bool
        tested; /* p_value is known (both standard errors are, not both 0 with different scores; a mean needs n ≥ 2 on both sides) */
    double p_value;   /* two-sided */
    bool significant; /* p_value < 1 − confidence */
};

/* scoring.md §3: z for net scores, pooled two-proportion z for shares, Welch's t for means. With no variance on either
 * side p is 1 for equal scores and not known for different ones: the tests do not apply to constant data. */
void score_compare(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                   double confidence, struct comparison *ret);

/* (segment score − overall score) · segment n / overall n; 0 for an empty segment. scoring.md §5. */
double score_impact(const struct score *segment, const struct score *overall);

/* Benjamini & Hochberg 1995: adjusts `count` p-values in place (as R's p.adjust(p, "BH")). NaN entries are left and not
 * counted. False if memory is refused. */
bool score_adjust_p(double *p, size_t count);

/* Wilson score interval for k of n, as fractions 0…1; n ≥ 1. */
void score_wilson(int64_t k, int64_t n, double z, double *ret_low, double *ret_high);

#endif
