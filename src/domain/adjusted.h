#ifndef CXD_DOMAIN_ADJUSTED_H
#define CXD_DOMAIN_ADJUSTED_H

#include "cxd/domain/histogram.h"
#include "cxd/domain/survey.h"

/* Scores with k prior answers mixed in (docs/scoring.md §2): few answers alone say too little of how much they vary,
 * and nothing where all agree. */

struct adjusted {
    double centre; /* in the score's unit */
    double error;  /* its standard error */
};

/* How many prior answers an interval of this confidence takes: 3, and fewer below 95 %. */
double adjusted_prior(double confidence);
/* The two-sided normal quantile. */
double adjusted_z(double confidence);

/* Net scores, in points: k/4 of the prior answers are favourable, k/4 unfavourable. n ≥ 0, k > 0. */
struct adjusted adjusted_net(int64_t favourable, int64_t unfavourable, int64_t n, double k);
/* Means: the prior answers lie evenly on the steps of the survey's scale; variance with the divisor n + k. */
struct adjusted adjusted_mean(const struct survey *survey, const struct histogram *hist, double k);

#endif
