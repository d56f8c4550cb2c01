#ifndef CXD_STORE_SQLITE_PACKS_H
#define CXD_STORE_SQLITE_PACKS_H

#include "store/pack.h"
#include "store/sqlite/owners.h"
#include "store/sqlite/writer.h"

/* Packs: what the rollups of days that are over say of each dimension, a row a day and a row each eight days, so that a
 * window is split by a thousand values without reading a thousand rows a day. They are derived from the rows of days
 * and from nothing else, and are there or not: who reads them reads rows where they are not. A batch that moves a row
 * of a day that is over takes the day's away, and those of the eight days that it lies in, in its transaction;
 * CHANGE_PACK makes what is missing, later.
 *
 * What holds: no day from identity.packed_through on has a row in `packed`, nor do eight days of which one is not
 * before it, so that who writes rows of today looks no further. Where a day waits, the eight days that it lies in are
 * not packed: days are packed first. */

enum pack_span { PACK_DAY, PACK_RUN, PACK_SPANS };
enum pack_state { PACK_WAITS, PACK_PACKED, PACK_FEW };
enum { RUN_SHIFT = 3 }; /* a run has 1 << RUN_SHIFT days */

/* The first day of a bucket. */
static inline int64_t sqlite_pack_day(enum pack_span span, int64_t bucket) {
    return span == PACK_DAY ? bucket : (int64_t)((uint64_t)bucket << RUN_SHIFT);
}

/* packing.c: what the rows of a bucket add up to. */
struct pack_member {
    int64_t series;
    struct histogram hist;
};
struct pack_dimension {
    const char *name;
    size_t first; /* of its members; the next dimension's come behind them */
};
struct packing {
    struct db *db;
    struct arena arena; /* of the number */
    int64_t number;
    bool is_loaded;
    struct pack_dimension *dimensions; /* by their names */
    size_t dimension_count;
    struct pack_member *members; /* of all dimensions, by their dimension and series */
    size_t count;
    struct owners owners;
    struct buffer bytes; /* of the dimension that sqlite_packing_write was asked for */
};
void sqlite_packing_init(struct packing *packing, struct db *db);
void sqlite_packing_free(struct packing *packing);
/* *ret_rows: how many were added up. */
CXD_NODISCARD enum cxd_err sqlite_packing_sum(struct packing *packing, int64_t number, enum pack_span span,
                                              int64_t bucket, size_t *ret_rows, struct error *err);
enum pack_state sqlite_packing_state(size_t rows);
/* The bytes of a dimension; none where it has no rows. False when memory is refused. */
CXD_NODISCARD bool sqlite_packing_write(struct packing *packing, size_t dimension);

/* packs.c: a row of a day before packed_through has moved. */
CXD_NODISCARD enum cxd_err sqlite_packs_touch(struct sqlite_store *store, int64_t number, int64_t day,
                                              struct error *err);
/* Of a survey's numbers, all are to be made anew. */
CXD_NODISCARD enum cxd_err sqlite_packs_renew(struct sqlite_store *store, int64_t survey, struct error *err);
/* There are none any more, and nothing is over. */
CXD_NODISCARD enum cxd_err sqlite_packs_clear(struct sqlite_store *store, struct error *err);

/* unpack.c: reads the days [from, to) of a dimension: `take` gets packs, `read` what has to be read as rows. */
struct unpacking {
    struct db *db;
    int64_t number;
    const char *dimension;
    struct arena *arena;
    void (*take)(void *context, struct pack *pack); /* reads it to its end */
    enum cxd_err (*read)(void *context, int64_t from, int64_t to, struct error *err);
    void *context;
};
CXD_NODISCARD enum cxd_err sqlite_unpack(const struct unpacking *unpacking, int64_t from, int64_t to,
                                         struct error *err);

#endif
