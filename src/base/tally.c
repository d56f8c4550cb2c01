/* Histograms for whoever counts on a hot path; read when the metrics are asked for. */

#include "cxd/base/tally.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)

const struct tally_scale TALLY_DURATIONS = {
    .count = 14,
    .bounds = {100 * US, 250 * US, 500 * US, 1 * MS, 2500 * US, 5 * MS, 10 * MS, 25 * MS, 50 * MS, 100 * MS, 250 * MS,
               1000 * MS, 2500 * MS, 10000 * MS},
};

const struct tally_scale TALLY_SIZES = {
    .count = 13,
    .bounds = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 8192, 65536},
};

void tally_note(struct tally *tally, const struct tally_scale *scale, uint64_t value) {
    size_t bucket = 0;
    while (bucket < scale->count && value > scale->bounds[bucket])
        bucket++;
    tally_add(&tally->counts[bucket], 1);
    tally_add(&tally->sum, value);
}

void tally_read(const struct tally *tally, const struct tally_scale *scale, struct tally_reading *reading) {
    for (size_t i = 0; i <= scale->count; i++) {
        uint64_t count = tally_get(&tally->counts[i]);
        reading->counts[i] += count;
        reading->total += count;
    }
    reading->sum += tally_get(&tally->sum);
}
