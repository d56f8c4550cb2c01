#ifndef CXD_DOMAIN_ADJUSTED_H
#define CXD_DOMAIN_ADJUSTED_H

#include "cxd/domain/compare.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/impression.h"
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

/* Both of a confidence, worked out when they are first asked for: a quantile takes longer than all else of a score, and
 * a table has many rows. */
struct level {
    double confidence, prior, z; /* NaN: not yet known */
};
struct level level_of(double confidence);
double level_prior(struct level *level);
double level_z(struct level *level);
/* Net scores, in points: k/4 of the prior answers are favourable, k/4 unfavourable. n ≥ 0, k > 0. */
struct adjusted adjusted_net(int64_t favourable, int64_t unfavourable, int64_t n, double k);
/* Means: the prior answers lie evenly on the steps of the survey's scale; variance with the divisor n + k. */
struct adjusted adjusted_mean(const struct survey *survey, const struct histogram *hist, double k);

/* score_compute, score_compare and response_rate_compute, at a level that many share. */

/* score.c */
void score_compute_at(const struct survey *survey, const struct histogram *hist, struct level *level,
                      struct score *ret);

/* compare.c */
void score_compare_at(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                      const struct comparison_terms *terms, struct level *level, struct comparison *ret);

/* impression.c */
void response_rate_compute_at(const struct survey *survey, const struct impressions *counts,
                              enum impressions_known known, bool is_suppressed, struct level *level,
                              struct response_rate *ret);

#endif
