/* The rollup table: each row that a batch moves is written once. Rows that fall to zero go, and so does a
 * series without rows, so that nothing of an erased person stays behind in a name or value. */

#include "store/sqlite/writer.h"

static enum cxd_err find_series(struct sqlite_store *store, struct delta_series *series, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_SERIES, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, series->survey);
        db_bind_text(stmt, 2, series->dimension);
        db_bind_text(stmt, 3, series->value);
        code = db_next(&store->db, stmt, &row, err);
    }
    if (code == CXD_OK && row) {
        series->id = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    if (code != CXD_OK || row) {
        return code;
    }
    code = db_statement(&store->db, QUERY_INSERT_SERIES, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, series->survey);
        db_bind_text(stmt, 2, series->dimension);
        db_bind_text(stmt, 3, series->value);
        code = db_run(&store->db, stmt, err);
    }
    if (code == CXD_OK) {
        series->id = sqlite3_last_insert_rowid(store->db.handle);
    }
    return code;
}

static void bind_place(sqlite3_stmt *stmt, const struct delta_series *series, const struct delta_row *row) {
    db_bind_int(stmt, 1, series->survey);
    db_bind_int(stmt, 2, !delta_series_is_total(series));
    db_bind_int(stmt, 3, row->tier);
    db_bind_int(stmt, 4, row->bucket);
    db_bind_int(stmt, 5, series->id);
}

static enum cxd_err write_row(struct sqlite_store *store, const struct delta_row *row, struct error *err) {
    struct delta_series *series = &store->deltas.series[row->series];
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = CXD_OK;
    if (series->id == 0 && !delta_series_is_total(series)) {
        code = find_series(store, series, err);
    }
    if (code == CXD_OK) {
        code = db_statement(&store->db, QUERY_ADD_ROLLUP, &stmt, err);
    }
    if (code == CXD_OK) {
        bind_place(stmt, series, row);
        for (int i = 0; i < HISTOGRAM_SIZE; i++) {
            db_bind_int(stmt, 6 + i, row->hist.n[i]);
        }
        code = db_run(&store->db, stmt, err);
    }
    if (code == CXD_OK && delta_row_falls(row)) {
        code = db_statement(&store->db, QUERY_DELETE_EMPTY_ROLLUP, &stmt, err);
        if (code == CXD_OK) {
            bind_place(stmt, series, row);
            code = db_run(&store->db, stmt, err);
        }
    }
    return code;
}

static enum cxd_err delete_if_empty(struct sqlite_store *store, const struct delta_series *series,
                                    struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_DELETE_EMPTY_SERIES, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, series->id);
        db_bind_int(stmt, 2, series->survey);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

enum cxd_err rollups_flush(struct sqlite_store *store, struct error *err) {
    const struct delta_row *rows = NULL;
    size_t count = 0;
    if (!deltas_rows(&store->deltas, &rows, &count)) {
        return error_set(err, ERR_NO_MEMORY, "no memory for the rollups of a batch");
    }
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        code = write_row(store, &rows[i], err);
    }
    /* A series has a row as long as it has one of TIER_ALL. */
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        const struct delta_series *series = &store->deltas.series[rows[i].series];
        if (rows[i].tier == TIER_ALL && !delta_series_is_total(series) && delta_row_falls(&rows[i])) {
            code = delete_if_empty(store, series, err);
        }
    }
    deltas_clear(&store->deltas);
    return code;
}

enum cxd_err rollups_drop(struct sqlite_store *store, int64_t survey, const char *dimension,
                          struct error *err) {
    static const enum query DELETES[] = {QUERY_DELETE_DIMENSION_ROLLUPS, QUERY_DELETE_DIMENSION_SERIES};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(DELETES); i++) {
        sqlite3_stmt *stmt = NULL;
        code = db_statement(&store->db, DELETES[i], &stmt, err);
        if (code == CXD_OK) {
            db_bind_int(stmt, 1, survey);
            db_bind_text(stmt, 2, dimension);
            code = db_run(&store->db, stmt, err);
        }
    }
    return code;
}
