/* The rollup table: each row that a batch moves is written once. Rows that fall to zero go, and so does a
 * series without rows, so that nothing of an erased person stays behind in a name or value. */

#include "store/sqlite/packs.h"

/* Deltas that wait in memory before they are written, however large a batch is: about 10 MiB with their sums. */
enum { QUARTERS_MAX = 20000 };

static enum cxd_err admit_series(struct sqlite_store *store, struct delta_series *series, struct error *err) {
    int64_t most = answered_is_listed(series->survey, series->dimension) ? INT64_MAX : store->base.dimension_values;
    enum cxd_err code =
        SQLITE_RUN(&store->db, QUERY_ADMIT_SERIES, err, INT(series->survey), TEXT(series->dimension), INT(most));
    series->refused = code == CXD_OK && sqlite3_changes(store->db.handle) == 0;
    if (code != CXD_OK || series->refused)
        return code;
    code = SQLITE_RUN(&store->db, QUERY_INSERT_SERIES, err, INT(series->survey), TEXT(series->dimension),
                      TEXT(series->value));
    if (code == CXD_OK)
        series->id = sqlite3_last_insert_rowid(store->db.handle);
    return code;
}

static enum cxd_err find_series(struct sqlite_store *store, struct delta_series *series, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_SERIES, &stmt, &found, err, INT(series->survey),
                                     TEXT(series->dimension), TEXT(series->value));
    if (code == CXD_OK && found) {
        series->id = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    if (code != CXD_OK || found)
        return code;
    series->refused = series->net <= 0; /* it was there before, and beyond */
    if (!series->refused)
        code = admit_series(store, series, err);
    if (code == CXD_OK && series->refused)
        code = sqlite_gates_add_beyond(store, series->survey, series->dimension, series->net, err);
    return code;
}

/* What rises goes before what falls: whether a dimension has a place is a matter of the state before. */
static enum cxd_err admit_all(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->deltas.series_count; i++) {
        struct delta_series *series = &store->deltas.series[store->deltas.order[i]];
        if (!delta_series_is_total(series) && series->net > 0)
            code = find_series(store, series, err);
    }
    return code;
}

static void bind_place(sqlite3_stmt *stmt, const struct delta_series *series, const struct delta_row *row) {
    sqlite_db_bind_int(stmt, 1, series->survey);
    sqlite_db_bind_int(stmt, 2, !delta_series_is_total(series));
    sqlite_db_bind_int(stmt, 3, row->tier);
    sqlite_db_bind_int(stmt, 4, row->bucket);
    sqlite_db_bind_int(stmt, 5, series->id);
}

static enum cxd_err add(struct sqlite_store *store, enum query query, const struct delta_series *series,
                        const struct delta_row *row, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(&store->db, query, &stmt, err);
    if (code != CXD_OK)
        return code;
    bind_place(stmt, series, row);
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        sqlite_db_bind_int(stmt, 6 + i, row->hist.n[i]);
    return sqlite_db_run(&store->db, stmt, err);
}

static enum cxd_err write_row(struct sqlite_store *store, const struct delta_row *row, struct error *err) {
    struct delta_series *series = &store->deltas.series[row->series];
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = CXD_OK;
    if (series->id == 0 && !series->refused && !delta_series_is_total(series))
        code = find_series(store, series, err);
    if (code != CXD_OK || series->refused)
        return code;
    code = add(store, QUERY_RAISE_ROLLUP, series, row, err);
    if (code == CXD_OK && sqlite3_changes(store->db.handle) == 0) /* it is the first of its place */
        code = add(store, QUERY_ADD_ROLLUP, series, row, err);
    if (code == CXD_OK && delta_row_falls(row)) {
        code = sqlite_db_statement(&store->db, QUERY_DELETE_EMPTY_ROLLUP, &stmt, err);
        if (code == CXD_OK) {
            bind_place(stmt, series, row);
            code = sqlite_db_run(&store->db, stmt, err);
        }
    }
    return code;
}

static enum cxd_err delete_if_empty(struct sqlite_store *store, const struct delta_series *series, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_EMPTY_SERIES, err, INT(series->id), INT(series->survey));
    if (code == CXD_OK && sqlite3_changes(store->db.handle) > 0)
        code = SQLITE_RUN(&store->db, QUERY_LOSE_SERIES, err, INT(series->survey), TEXT(series->dimension));
    return code;
}

/* What was packed of the days that move is taken away. The segments of a day come one after the other. */
static enum cxd_err touch_packs(struct sqlite_store *store, const struct delta_row *rows, size_t count,
                                struct error *err) {
    int64_t number = 0, day = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        const struct delta_series *series = &store->deltas.series[rows[i].series];
        if (rows[i].tier != TIER_DAY || rows[i].bucket >= store->packed_through || delta_series_is_total(series) ||
            (series->survey == number && rows[i].bucket == day))
            continue;
        number = series->survey;
        day = rows[i].bucket;
        code = sqlite_packs_touch(store, number, day, err);
    }
    return code;
}

enum cxd_err sqlite_rollups_flush(struct sqlite_store *store, struct error *err) {
    const struct delta_row *rows = NULL;
    size_t count = 0;
    if (!deltas_rows(&store->deltas, &rows, &count))
        return error_set(err, ERR_NO_MEMORY, "no memory for the rollups of a batch");
    enum cxd_err code = admit_all(store, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = write_row(store, &rows[i], err);
    if (code == CXD_OK)
        code = touch_packs(store, rows, count, err);
    /* A series has a row as long as it has one of TIER_ALL. */
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        const struct delta_series *series = &store->deltas.series[rows[i].series];
        if (rows[i].tier == TIER_ALL && series->id != 0 && delta_row_falls(&rows[i]))
            code = delete_if_empty(store, series, err);
    }
    if (code == CXD_OK)
        code = sqlite_gates_flush(store, err);
    deltas_clear(&store->deltas);
    return code;
}

enum cxd_err sqlite_rollups_relieve(struct sqlite_store *store, struct error *err) {
    return store->deltas.quarter_count < QUARTERS_MAX ? CXD_OK : sqlite_rollups_flush(store, err);
}
