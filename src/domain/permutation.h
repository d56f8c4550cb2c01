#ifndef CXD_DOMAIN_PERMUTATION_H
#define CXD_DOMAIN_PERMUTATION_H

#include <stdbool.h>

#include "cxd/domain/histogram.h"

/* Permutation tests of the difference of two means, two-sided (docs/scoring.md §3): of all ways to deal the pooled
 * answers into two groups of these sizes, the share whose means differ at least as much as those that were seen. With
 * `is_mid` deals that differ just as much count half (the mid-p of Lancaster 1961). Both sides hold at least one
 * answer. Values are whole numbers, so that what "as much" is has no rounding; the p-value is good to some 12 digits,
 * and 0 where it is below the smallest double. */

enum { PERMUTATION_MAX = 19 };

/* An answer's value is its place in the histogram (0…10). The smaller side has at most PERMUTATION_MAX answers. */
double permutation_p(const struct histogram *a, const struct histogram *b, bool is_mid);

/* The same for two shares, k_a of n_a and k_b of n_b: by the hypergeometric distribution, at any size; quick where the
 * smallest expected count of the table is small. */
double permutation_share_mid_p(int64_t k_a, int64_t n_a, int64_t k_b, int64_t n_b);

#endif
