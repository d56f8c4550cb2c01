#ifndef CXD_BASE_TALLY_H
#define CXD_BASE_TALLY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Counting on hot paths. A count has one thread that writes it and any number that read it: a relaxed load and a
 * relaxed store, no lock and no locked instruction. Keep what different threads write on different cache lines. */

typedef atomic_uint_fast64_t tally_count;

/* By the one writer. */
static inline void tally_add(tally_count *count, uint64_t more) {
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + more, memory_order_relaxed);
}

static inline uint64_t tally_get(const tally_count *count) {
    return atomic_load_explicit(count, memory_order_relaxed);
}

enum { TALLY_BOUNDS_MAX = 16 };

/* The buckets that values fall into: the first whose bound is not below the value, or one more behind the last. */
struct tally_scale {
    size_t count;
    uint64_t bounds[TALLY_BOUNDS_MAX]; /* ascending */
};

extern const struct tally_scale TALLY_DURATIONS; /* nanoseconds, 100 µs to 10 s */
extern const struct tally_scale TALLY_SIZES;     /* 1 to 65536 */

/* A histogram; all zero is an empty one. */
struct tally {
    tally_count counts[TALLY_BOUNDS_MAX + 1];
    tally_count sum;
};

/* By the one writer. */
void tally_note(struct tally *tally, const struct tally_scale *scale, uint64_t value);

/* One histogram, or several of one scale together. */
struct tally_reading {
    uint64_t counts[TALLY_BOUNDS_MAX + 1]; /* not cumulative */
    uint64_t total;                        /* their sum: what is read while others write agrees with itself */
    uint64_t sum;                          /* of the values; may be a value ahead or behind */
};

/* Adds what the tally holds. */
void tally_read(const struct tally *tally, const struct tally_scale *scale, struct tally_reading *reading);

#endif
