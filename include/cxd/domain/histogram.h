#ifndef CXD_DOMAIN_HISTOGRAM_H
#define CXD_DOMAIN_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

/* Counts of responses by score: n[s] is the number of counted responses with score s. Every figure is computed from a
 * histogram, and all sums are in integers. */

enum { HISTOGRAM_SIZE = 11 };

struct histogram {
    int64_t n[HISTOGRAM_SIZE];
};

void histogram_add(struct histogram *into, const struct histogram *other);
void histogram_subtract(struct histogram *into, const struct histogram *other);
int64_t histogram_count(const struct histogram *hist);          /* Σ n[s] */
int64_t histogram_sum(const struct histogram *hist);            /* Σ s·n[s] */
int64_t histogram_sum_of_squares(const struct histogram *hist); /* Σ s²·n[s] */
/* Σ n[s] for s in [low, high], clipped to 0…10. */
int64_t histogram_between(const struct histogram *hist, int low, int high);
bool histogram_is_empty(const struct histogram *hist); /* every n[s] is 0 */

#endif
