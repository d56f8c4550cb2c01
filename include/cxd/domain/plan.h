#ifndef CXD_DOMAIN_PLAN_H
#define CXD_DOMAIN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/domain/histogram.h"
#include "cxd/domain/survey.h"

/* How many answers a score needs, and what so many give: docs/scoring.md §10. All figures are in the unit of the score:
 * points of 100, or of the scale for a mean. */

/* Fewer are tested by permutation, which these formulas do not describe: never fewer are said to be enough for a test.
 */
enum { PLAN_TESTED_FROM = 20, PLAN_KNOWN_FROM = 30 };

/* Why the worst case is assumed. */
enum plan_reason { PLAN_OF_ANSWERS, PLAN_TOO_FEW, PLAN_CONSTANT, PLAN_ASKED };
const char *plan_reason_name(enum plan_reason reason); /* "too_few", "constant", "asked"; NULL for PLAN_OF_ANSWERS */

/* How answers spread: as those of a histogram do, or as far as the scale lets them. */
struct plan_spread {
    enum plan_reason reason;
    double variance; /* of one answer's part in the score */
    double share;    /* of METHOD_TOP_BOX, 0…1; in the worst case a half */
};
/* Of a histogram with fewer answers than `at_least` (or than PLAN_KNOWN_FROM), of one whose answers all count the same,
 * and where it is `asked`, the worst case. */
struct plan_spread plan_spread_of(const struct survey *survey, const struct histogram *hist, int64_t at_least,
                                  bool asked);

/* What lies between the worst and the best score. */
double plan_range(const struct survey *survey);

/* The margin of error, half the width of the interval, of n ≥ 1 answers; and how many give one. */
double plan_margin(const struct plan_spread *spread, double n, double confidence);
double plan_n_for_margin(const struct plan_spread *spread, double margin, double confidence);

/* How many answers each of two windows needs so that a change of this size is found with this power by a two-sided test
 * at alpha; the larger one, of a rise and a fall. Infinite where there can be no such change. */
double plan_n_for_change(const struct survey *survey, const struct plan_spread *spread, double change, double alpha,
                         double power);
/* The least change that n answers in each window find so; NaN where n < PLAN_TESTED_FROM, or none is found. */
double plan_change_of(const struct survey *survey, const struct plan_spread *spread, double n, double alpha,
                      double power);

#endif
