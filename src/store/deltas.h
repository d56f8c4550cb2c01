#ifndef CXD_STORE_DELTAS_H
#define CXD_STORE_DELTAS_H

#include "cxd/base/hash.h"
#include "cxd/store/store.h"
#include "store/answered.h"

/* What a batch changes in the rollups, summed in memory. Only quarter hours are kept while responses are
 * added: an hour, a day and the whole are sums of them, made once at the end by deltas_rows. Of a series that has but
 * days (answered_is_coarse) what is kept is the day, as the quarter hour that it begins with. */

struct delta_series {
    int64_t survey;
    const char *dimension, *value; /* of the deltas' arena */
    uint64_t hash;
    bool is_coarse;
    uint32_t last; /* where its last row is, + 1: most often the next is the same */
    /* Set by deltas_rows. */
    uint32_t rank; /* its place by survey, dimension and value */
    int64_t net;   /* responses by which it rises, or falls */
    int64_t id;    /* the engine's, 0 until it sets it */
    bool refused;  /* the engine's: the dimension has no place for it */
};

struct delta_row {
    uint32_t series; /* an index into deltas.series */
    enum tier tier;
    int64_t bucket; /* in lengths of the tier since 1970 */
    struct histogram hist;
};

/* An open-addressed table of indexes (+1; 0 is free); its capacity is a power of two. */
struct delta_index {
    uint32_t *slots;
    size_t capacity;
};

struct deltas {
    struct arena arena;
    struct hash_key key; /* values and times are strangers' */
    struct delta_series *series;
    size_t series_count, series_capacity;
    uint32_t *order; /* of deltas_rows: indexes of the series by survey, dimension and who came first */
    size_t order_capacity;
    struct delta_index series_index;
    struct delta_row *quarters; /* an engine may take some away before deltas_rows, which sums up the rest */
    size_t quarter_count, quarter_capacity;
    struct delta_index quarter_index;
    struct delta_row *rows;
    size_t row_capacity;
};

/* ERR_SYSTEM without randomness; deltas_free is due all the same. */
CXD_NODISCARD enum cxd_err deltas_init(struct deltas *deltas, struct error *err);
void deltas_free(struct deltas *deltas);
/* Forgets what was added; keeps memory. */
void deltas_clear(struct deltas *deltas);

/* Adds (sign 1) or takes away (−1) a response in every dimension it counts in; one that is excluded or has no score
 * counts in none. False when memory is refused: the deltas are then only good for deltas_clear. */
CXD_NODISCARD bool deltas_add(struct deltas *deltas, const struct declared *declared, const struct response *response,
                              int sign);
/* The same in these dimensions only. */
CXD_NODISCARD bool deltas_add_in(struct deltas *deltas, struct dimension *dimensions, size_t count,
                                 const struct response *response, int sign);

/* The same of what it has answered. */
CXD_NODISCARD bool deltas_add_answered(struct deltas *deltas, const struct answered *answered,
                                       const struct response *response, int sign);
/* All of that, see answered_walk. */
CXD_NODISCARD bool deltas_add_answers(struct deltas *deltas, const struct declared *declared,
                                      const struct survey *asked, const struct response *response, int sign);

/* Adds counts of anything at a time. */
CXD_NODISCARD bool deltas_add_counts(struct deltas *deltas, int64_t survey, int64_t at,
                                     const struct dimension *dimensions, size_t count, const struct histogram *counts);

/* Every row of every tier that is not all zero, sorted by survey, the total before the segments, tier, bucket,
 * dimension, value: whatever came first, so that two writers take their rows in one order. New values are given their
 * places in deltas->order: those of a dimension as they came. After it, and after a refusal of memory (false), the
 * deltas are only good for deltas_clear, which ends the rows too. */
CXD_NODISCARD bool deltas_rows(struct deltas *deltas, const struct delta_row **ret_rows, size_t *ret_count);

/* The finest tier that a series has. */
enum tier delta_series_finest(const struct delta_series *series);
/* The series of the total has the empty dimension. */
bool delta_series_is_total(const struct delta_series *series);
/* True if some count falls: the stored row may become all zero. */
bool delta_row_falls(const struct delta_row *row);

#endif
