#ifndef CXD_STORE_SQLITE_ROLLUP_ROW_H
#define CXD_STORE_SQLITE_ROLLUP_ROW_H

#include "cxd/domain/histogram.h"
#include "cxd/domain/window.h"
#include "store/sqlite/db.h"

/* Where a row of the rollup table is. */
struct rollup_place {
    int64_t number;
    enum tier tier;
    int64_t bucket; /* in lengths of the tier since 1970 */
    int64_t series; /* 0: the total */
};

/* fold.c: binds the five columns of the place. */
void sqlite_rollup_bind(sqlite3_stmt *stmt, const struct rollup_place *place);
/* Adds to the row, which is made where there is none. */
CXD_NODISCARD enum cxd_err sqlite_rollup_add(struct db *db, const struct rollup_place *place,
                                             const struct histogram *hist, struct error *err);

#endif
