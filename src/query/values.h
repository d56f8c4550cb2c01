#ifndef CXD_QUERY_VALUES_H
#define CXD_QUERY_VALUES_H

#include "cxd/base/arena.h"
#include "cxd/base/error.h"
#include "cxd/base/hash.h"
#include "cxd/domain/segments.h"

/* Answers by their values: one row for each combination, in bounded memory. Rows, values and slots are of the arena. */
struct values {
    struct arena *arena;
    struct hash_key key;
    size_t dimensions;
    size_t most; /* rows; further values are beyond. Unset, in one dimension, always has its row */
    struct segment *rows;
    size_t count, capacity;
    uint32_t *slots; /* rows + 1, open-addressed; 0 is free */
    size_t slot_count;
    struct segment beyond;
    uint64_t *beyond_hashes; /* of what lies beyond, open-addressed; 0 is free; NULL: nothing does yet */
    size_t beyond_count;
    bool beyond_at_least; /* there was no room for more */
};

/* ERR_SYSTEM without randomness, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err values_init(struct values *values, size_t dimensions, size_t most, struct arena *arena,
                                       struct error *err);
/* Room for so many rows, before the first. False when memory is refused, as below. */
CXD_NODISCARD bool values_reserve(struct values *values, size_t count);
/* The histograms that answers with these values count in: of their row, a new one where there is room, or of what lies
 * beyond. Until the next call. NULL when memory is refused. */
struct segment *values_find(struct values *values, const char *const *wanted);
/* Their row; NULL: there is none. */
struct segment *values_look(const struct values *values, const char *const *wanted);
/* The same of what was shown and perhaps never answered: a new row, where every answer has one. *ret_failed: memory is
 * refused. */
struct segment *values_find_shown(struct values *values, const char *const *wanted, bool *ret_failed);

#endif
