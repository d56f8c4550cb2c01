/* Histograms of scores: what the store hands up and what every figure is computed from. All sums are in integers, so a
 * figure over twenty million responses is as exact as one over five. */
#include "cxd/domain/histogram.h"

void histogram_add(struct histogram *into, const struct histogram *other) {
    for (int s = 0; s < HISTOGRAM_SIZE; s++)
        into->n[s] += other->n[s];
}

void histogram_subtract(struct histogram *into, const struct histogram *other) {
    for (int s = 0; s < HISTOGRAM_SIZE; s++)
        into->n[s] -= other->n[s];
}

int64_t histogram_count(const struct histogram *hist) {
    return histogram_between(hist, 0, HISTOGRAM_SIZE - 1);
}

int64_t histogram_sum(const struct histogram *hist) {
    int64_t sum = 0;
    for (int s = 0; s < HISTOGRAM_SIZE; s++)
        sum += s * hist->n[s];
    return sum;
}

int64_t histogram_sum_of_squares(const struct histogram *hist) {
    int64_t sum = 0;
    for (int s = 0; s < HISTOGRAM_SIZE; s++)
        sum += (int64_t)s * s * hist->n[s];
    return sum;
}

int64_t histogram_between(const struct histogram *hist, int low, int high) {
    int64_t count = 0;
    for (int s = low < 0 ? 0 : low; s <= high && s < HISTOGRAM_SIZE; s++)
        count += hist->n[s];
    return count;
}

bool histogram_is_empty(const struct histogram *hist) {
    for (int s = 0; s < HISTOGRAM_SIZE; s++)
        if (hist->n[s] != 0)
            return false;
    return true;
}
