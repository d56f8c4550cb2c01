#ifndef CXD_DOMAIN_COMPARE_H
#define CXD_DOMAIN_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/domain/histogram.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"

/* Two scores of one survey held against each other, and many such tests at once (docs/scoring.md §3, §5). */

enum comparison_test { TEST_NONE, TEST_PERMUTATION, TEST_ADJUSTED_Z, TEST_POOLED_Z, TEST_CLUSTERED };
const char *comparison_test_name(
    enum comparison_test test); /* "permutation", "adjusted_z", "pooled_z", "clustered_t"; NULL for none */

/* Why there is no test. */
enum untested {
    UNTESTED_NOT, /* there is one */
    UNTESTED_SUPPRESSED,
    UNTESTED_EMPTY,    /* a side has no answers */
    UNTESTED_OVERLAP,  /* the two sides share answers */
    UNTESTED_CONSTANT, /* all answers of both sides count the same */
    UNTESTED_FEW,      /* a side has too few respondents for clustered errors */
};
const char *untested_name(enum untested reason); /* "suppressed", …; NULL for UNTESTED_NOT */

struct comparison_terms {
    double confidence;       /* of the intervals, in (0, 1) */
    double alpha;            /* of the test, in (0, 1) */
    bool overlap;            /* the two histograms share answers, as those of windows that overlap do */
    const struct score *own; /* of score_compute, of `hist`; NULL: it is computed */
};

struct comparison {
    int64_t own_n, n;            /* of this and of the other side */
    bool own_known, other_known; /* the side has a score */
    double own, other;           /* it */
    bool known;                  /* both sides have a score; else there is no delta */
    double delta;                /* this − other, of unrounded scores */
    struct interval interval;    /* of delta; not known where the sides overlap */
    enum comparison_test test;
    enum untested reason;
    double p_value;   /* two-sided, 1e-300 to 1; NaN where there is no test */
    double alpha;     /* of the terms */
    bool significant; /* p_value < alpha; false where there is no test */
};

/* docs/scoring.md §3. Below 20 answers on the smaller side the permutation test; else z of the adjusted scores for net
 * scores and means, pooled z for shares (the permutation mid-p where an expected count is below 3). The interval is
 * MOVER's, from the default intervals. */
void score_compare(const struct survey *survey, const struct histogram *hist, const struct histogram *other,
                   const struct comparison_terms *terms, struct comparison *ret);

/* Benjamini & Hochberg 1995: adjusts `count` p-values in place (as R's p.adjust(p, "BH")). NaN entries are left and not
 * counted. False if memory is refused. */
bool score_adjust_p(double *p, size_t count);

#endif
