/* Reading what is stored as it is: extents, responses, and the rollup table itself. */

#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

enum cxd_err sqlite_read_extent(struct store_reader *base, int64_t survey, enum store_extent of, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&reader->db, QUERY_SELECT_EXTENT, &stmt, &row, err,
                            INT(of == EXTENT_ANSWERS ? survey : -survey));
    if (code == CXD_OK) {
        *ret_found = row && sqlite3_column_type(stmt, 0) != SQLITE_NULL;
        if (*ret_found) {
            *ret_first = sqlite3_column_int64(stmt, 0) * tier_length_ms(TIER_QUARTER_HOUR);
            *ret_last = sqlite3_column_int64(stmt, 1) * tier_length_ms(TIER_QUARTER_HOUR);
        }
        sqlite3_reset(stmt);
    }
    sqlite_reader_leave(reader, began);
    return code;
}

enum cxd_err sqlite_read_response(struct store_reader *base, int64_t survey, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&reader->db, QUERY_SELECT_RESPONSE, &stmt, &row, err, INT(survey), ID(id));
    if (code == CXD_OK && row) {
        code = sqlite_row_read_response(&reader->db, stmt, arena, ret_response, err);
        sqlite_row_read_first(stmt, &ret_response->first);
        sqlite3_reset(stmt);
    }
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_found = row;
    return code;
}

/* What is not in the row yet. */
static void add_recent(const struct recent *recent, struct rollup_row *row, int64_t bucket, int64_t series) {
    for (size_t i = 0; i < recent->count; i++) {
        const struct recent_row *last = &recent->rows[i];
        int64_t its_bucket = 0;
        bool is_in = sqlite_recent_bucket(last, row->tier, &its_bucket) && its_bucket == bucket;
        for (size_t k = 0; is_in && k < last->count; k++)
            if (last->entries[k].series == series)
                histogram_add(&row->hist, &last->entries[k].hist);
    }
}

/* The rows of one series (or total), tier by tier. */
static enum cxd_err visit_series(struct db *db, const struct recent *recent, struct rollup_row *row, int64_t series,
                                 store_rollup_visit *visit, void *context, struct error *err) {
    static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(TIERS); i++) {
        sqlite3_stmt *stmt = NULL;
        bool more = false;
        row->tier = TIERS[i];
        code = sqlite_bind_rollup_range(db, row->survey, series, row->tier, INT64_MIN, INT64_MAX, &stmt, err);
        while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &more, err)) == CXD_OK && more) {
            int64_t bucket = 0;
            sqlite_read_rollup_row(stmt, &bucket, &row->hist);
            row->bucket = bucket * tier_length_ms(row->tier);
            add_recent(recent, row, bucket, series);
            if (!histogram_is_empty(&row->hist))
                visit(context, row);
        }
    }
    return code;
}

enum cxd_err sqlite_read_rollups(struct store_reader *base, store_rollup_visit *visit, void *context,
                                 struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct arena arena;
    arena_init(&arena);
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    struct recent_wanted wanted = {0, RECENT_ALL_SERIES, INT64_MIN, INT64_MAX};
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = sqlite_db_statement(&reader->db, QUERY_LIST_SERIES, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        arena_reset(&arena);
        struct rollup_row rollup = {.survey = sqlite3_column_int64(stmt, 0)};
        int64_t series = sqlite3_column_int64(stmt, 3);
        code = sqlite_db_copy_text(stmt, 1, &arena, &rollup.dimension, err);
        if (code == CXD_OK)
            code = sqlite_db_copy_text(stmt, 2, &arena, &rollup.value, err);
        if (code == CXD_OK && rollup.survey != wanted.number) {
            wanted.number = rollup.survey;
            code = sqlite_recent_read(&reader->recent, &reader->db, &wanted, err);
        }
        if (code == CXD_OK)
            code = visit_series(&reader->db, &reader->recent, &rollup, series, visit, context, err);
    }
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    arena_free(&arena);
    return code;
}
