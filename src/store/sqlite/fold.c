/* What was counted last goes to the rollup rows, each of which is written once; and how one of them is written. */

#include <stdlib.h>

#include "store/sqlite/recent.h"
#include "store/sqlite/rollup_row.h"

void sqlite_rollup_bind(sqlite3_stmt *stmt, const struct rollup_place *place) {
    sqlite_db_bind_int(stmt, 1, place->number);
    sqlite_db_bind_int(stmt, 2, place->series != 0);
    sqlite_db_bind_int(stmt, 3, place->tier);
    sqlite_db_bind_int(stmt, 4, place->bucket);
    sqlite_db_bind_int(stmt, 5, place->series);
}

static enum cxd_err put(struct db *db, enum query query, const struct rollup_place *place, const struct histogram *hist,
                        struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(db, query, &stmt, err);
    if (code != CXD_OK)
        return code;
    sqlite_rollup_bind(stmt, place);
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        sqlite_db_bind_int(stmt, 6 + i, hist->n[i]);
    return sqlite_db_run(db, stmt, err);
}

enum cxd_err sqlite_rollup_add(struct db *db, const struct rollup_place *place, const struct histogram *hist,
                               struct error *err) {
    enum cxd_err code = put(db, QUERY_RAISE_ROLLUP, place, hist, err);
    if (code == CXD_OK && sqlite3_changes(db->handle) == 0) /* it is the first of its place */
        code = put(db, QUERY_ADD_ROLLUP, place, hist, err);
    return code;
}

struct folded {
    struct rollup_place place;
    const struct histogram *hist;
};

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* As the rows lie, and as deltas_rows has them. */
static int compare_places(const struct rollup_place *a, const struct rollup_place *b) {
    int order = compare(a->number, b->number);
    if (order == 0)
        order = compare(a->series != 0, b->series != 0);
    if (order == 0)
        order = compare(a->tier, b->tier);
    if (order == 0)
        order = compare(a->bucket, b->bucket);
    return order ? order : compare(a->series, b->series);
}

static int compare_folded(const void *a, const void *b) {
    return compare_places(&((const struct folded *)a)->place, &((const struct folded *)b)->place);
}

static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};

/* Each sum, in each tier that it has. */
static size_t spread(const struct recent *recent, struct folded *folded) {
    size_t count = 0;
    for (size_t i = 0; i < recent->count; i++) {
        const struct recent_row *row = &recent->rows[i];
        for (size_t t = 0; t < CXD_COUNT(TIERS); t++) {
            int64_t bucket = 0;
            for (size_t k = 0; sqlite_recent_bucket(row, TIERS[t], &bucket) && k < row->count; k++)
                folded[count++] =
                    (struct folded){{row->number, TIERS[t], bucket, row->entries[k].series}, &row->entries[k].hist};
        }
    }
    qsort(folded, count, sizeof *folded, compare_folded);
    return count;
}

static enum cxd_err write_folded(struct db *db, const struct folded *folded, size_t count, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < count;) {
        const struct rollup_place *place = &folded[i].place;
        struct histogram sum = {{0}};
        for (; i < count && compare_places(&folded[i].place, place) == 0; i++)
            histogram_add(&sum, folded[i].hist);
        code = sqlite_rollup_add(db, place, &sum, err);
    }
    return code;
}

static enum cxd_err delete_rows(struct db *db, const struct recent *recent, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < recent->count; i++) {
        const struct recent_row *row = &recent->rows[i];
        if (!row->is_damaged)
            code = SQLITE_RUN(db, QUERY_DELETE_RECENT, err, INT(row->number), INT(row->tier), INT(row->bucket));
    }
    return code;
}

enum cxd_err sqlite_recent_fold(struct db *db, int64_t number, struct error *err) {
    const struct recent_wanted wanted = {number, RECENT_ALL_SERIES, INT64_MIN, INT64_MAX};
    struct recent recent = {0};
    struct folded *folded = NULL;
    enum cxd_err code = sqlite_recent_load(&recent, db, &wanted, err);
    if (code == CXD_OK && recent.entries > 0) {
        folded = reallocarray(NULL, CXD_COUNT(TIERS) * recent.entries, sizeof *folded);
        code = folded ? write_folded(db, folded, spread(&recent, folded), err)
                      : error_set(err, ERR_NO_MEMORY, "no memory for what was counted last");
    }
    if (code == CXD_OK)
        code = delete_rows(db, &recent, err);
    free(folded);
    sqlite_recent_free(&recent);
    return code;
}
