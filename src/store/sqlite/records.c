/* Reading what is stored as it is: extents, responses, surveys, keys, and the rollup table itself. */

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

enum cxd_err sqlite_read_extent(struct store_reader *base, int64_t survey, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err) {
    struct db *db = &((struct sqlite_reader *)base)->db;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(db, QUERY_SELECT_EXTENT, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey);
        code = db_next(db, stmt, &row, err);
    }
    if (code == CXD_OK) {
        *ret_found = row && sqlite3_column_type(stmt, 0) != SQLITE_NULL;
        if (*ret_found) {
            *ret_first = sqlite3_column_int64(stmt, 0);
            *ret_last = sqlite3_column_int64(stmt, 1);
        }
        sqlite3_reset(stmt);
    }
    return code;
}

enum cxd_err sqlite_read_response(struct store_reader *base, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err) {
    struct db *db = &((struct sqlite_reader *)base)->db;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(db, QUERY_SELECT_RESPONSE, &stmt, err);
    if (code == CXD_OK) {
        db_bind_blob(stmt, 1, id->bytes, sizeof id->bytes);
        code = db_next(db, stmt, &row, err);
    }
    if (code == CXD_OK && row) {
        code = row_read_response(db, stmt, arena, ret_response, err);
        sqlite3_reset(stmt);
    }
    if (code == CXD_OK) {
        *ret_found = row;
    }
    return code;
}

/* The array with room for one more, in the arena; NULL when memory is refused. */
static void *grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) {
        return array;
    }
    size_t larger = *capacity ? 2 * *capacity : 16;
    void *grown = arena_alloc_zero(arena, larger, size);
    if (grown) {
        memcpy(grown, array ? array : "", count * size);
        *capacity = larger;
    }
    return grown;
}

static int compare_numbers(const void *a, const void *b) {
    const struct survey_record *x = *(struct survey_record *const *)a, *y = *(struct survey_record *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Deals the rows of list_survey_properties, which ascend by number, out to the surveys. */
static enum cxd_err read_properties(struct db *db, struct arena *arena, struct survey_record *surveys,
                                    size_t count, struct error *err) {
    struct survey_record **by_number = arena_alloc(arena, (count + 1) * sizeof(struct survey_record *));
    if (!by_number) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read the surveys");
    }
    for (size_t i = 0; i < count; i++) {
        by_number[i] = &surveys[i];
    }
    qsort(by_number, count, sizeof *by_number, compare_numbers);
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(db, QUERY_LIST_SURVEY_PROPERTIES, &stmt, err);
    bool row = false;
    size_t at = 0;
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row) {
        int64_t number = sqlite3_column_int64(stmt, 0);
        while (at < count && by_number[at]->number < number) {
            at++;
        }
        struct survey_record *survey = at < count ? by_number[at] : NULL;
        if (!survey || survey->number != number || survey->property_count == SURVEY_PROPERTIES_MAX) {
            continue;
        }
        size_t property = survey->property_count++;
        survey->property_rolled[property] = sqlite3_column_int(stmt, 2) != 0;
        code = db_copy_text(stmt, 1, arena, &survey->property_keys[property], err);
    }
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_read_surveys(struct store_reader *base, struct arena *arena,
                                 struct survey_record **ret_surveys, size_t *ret_count, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct survey_record *surveys = NULL;
    size_t count = 0, capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = db_statement(&reader->db, QUERY_LIST_SURVEYS, &stmt, err);
    }
    while (code == CXD_OK && (code = db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        surveys = grow(arena, surveys, count, &capacity, sizeof *surveys);
        code = surveys ? row_read_survey(stmt, arena, &surveys[count++], err)
                       : error_set(err, ERR_NO_MEMORY, "no memory to read the surveys");
    }
    if (code == CXD_OK) {
        code = read_properties(&reader->db, arena, surveys, count, err);
    }
    sqlite3_reset(stmt);
    reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_surveys = surveys;
        *ret_count = count;
    }
    return code;
}

enum cxd_err sqlite_read_keys(struct store_reader *base, struct arena *arena, struct api_key **ret_keys,
                              size_t *ret_count, struct error *err) {
    struct db *db = &((struct sqlite_reader *)base)->db;
    struct api_key *keys = NULL;
    size_t count = 0, capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(db, QUERY_LIST_KEYS, &stmt, err);
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row) {
        keys = grow(arena, keys, count, &capacity, sizeof *keys);
        if (!keys) {
            code = error_set(err, ERR_NO_MEMORY, "no memory to read the keys");
            break;
        }
        row_read_key(stmt, &keys[count++]);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_keys = keys;
        *ret_count = count;
    }
    return code;
}

enum cxd_err sqlite_read_signing_keys(struct store_reader *base,
                                      struct signing_key ret_keys[SIGNING_KEYS_MAX], size_t *ret_count,
                                      struct error *err) {
    struct db *db = &((struct sqlite_reader *)base)->db;
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(db, QUERY_LIST_SIGNING_KEYS, &stmt, err);
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row &&
           count < SIGNING_KEYS_MAX) {
        struct signing_key key = {.number = sqlite3_column_int64(stmt, 0),
                                  .created_at = sqlite3_column_int64(stmt, 2)};
        const void *secret = sqlite3_column_blob(stmt, 1);
        if (secret && sqlite3_column_bytes(stmt, 1) == (int)sizeof key.secret) {
            memcpy(key.secret, secret, sizeof key.secret);
            ret_keys[count++] = key;
        }
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_count = count;
    }
    return code;
}

/* The rows of one series (or total), tier by tier. */
static enum cxd_err visit_series(struct db *db, struct rollup_row *row, int64_t series,
                                 store_rollup_visit *visit, void *context, struct error *err) {
    static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(TIERS); i++) {
        sqlite3_stmt *stmt = NULL;
        bool more = false;
        row->tier = TIERS[i];
        code = bind_rollup_range(db, row->survey, series, row->tier, INT64_MIN, INT64_MAX, &stmt, err);
        while (code == CXD_OK && (code = db_next(db, stmt, &more, err)) == CXD_OK && more) {
            int64_t bucket = 0;
            read_rollup_row(stmt, &bucket, &row->hist);
            row->bucket = bucket * tier_length_ms(row->tier);
            if (!histogram_is_empty(&row->hist)) {
                visit(context, row);
            }
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
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = db_statement(&reader->db, QUERY_LIST_SERIES, &stmt, err);
    }
    while (code == CXD_OK && (code = db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        arena_reset(&arena);
        struct rollup_row rollup = {.survey = sqlite3_column_int64(stmt, 0)};
        int64_t series = sqlite3_column_int64(stmt, 3);
        code = db_copy_text(stmt, 1, &arena, &rollup.dimension, err);
        if (code == CXD_OK) {
            code = db_copy_text(stmt, 2, &arena, &rollup.value, err);
        }
        if (code == CXD_OK) {
            code = visit_series(&reader->db, &rollup, series, visit, context, err);
        }
    }
    sqlite3_reset(stmt);
    reader_leave(reader, began);
    arena_free(&arena);
    return code;
}
