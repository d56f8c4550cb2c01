/* What the writer knows of every survey: its declared properties, read again after each change of a
 * survey. */

#include <string.h>

#include "store/sqlite/writer.h"

static struct declared *find(struct declared *surveys, size_t count, int64_t survey) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (surveys[middle].survey < survey) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && surveys[low].survey == survey ? &surveys[low] : NULL;
}

const struct declared *declared_find(const struct declared_set *set, int64_t survey) {
    return find(set->surveys, set->count, survey);
}

void declared_set_anonymised(struct declared_set *set, int64_t survey, int64_t done_at) {
    struct declared *declared = find(set->surveys, set->count, survey);
    if (declared) {
        declared->anonymised_to = done_at;
    }
}

static enum cxd_err read_numbers(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(db, QUERY_LIST_SURVEY_NUMBERS, &stmt, err);
    size_t capacity = 0;
    bool row = false;
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row) {
        if (set->count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            struct declared *larger = arena_alloc_zero(&set->arena, capacity, sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
                break;
            }
            if (set->count > 0) {
                memcpy(larger, set->surveys, set->count * sizeof *larger);
            }
            set->surveys = larger;
        }
        set->surveys[set->count].anonymised_to = INT64_MIN;
        set->surveys[set->count++].survey = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_anonymised(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(db, QUERY_LIST_ANONYMISED, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row) {
        declared_set_anonymised(set, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err add_property(struct declared_set *set, sqlite3_stmt *stmt, struct error *err) {
    struct declared *declared = find(set->surveys, set->count, sqlite3_column_int64(stmt, 0));
    if (!declared || declared->count == SURVEY_PROPERTIES_MAX) {
        return CXD_OK;
    }
    const char *key = sqlite3_column_blob(stmt, 1);
    size_t length = key ? (size_t)sqlite3_column_bytes(stmt, 1) : 0;
    size_t prefix = strlen(DIMENSION_PROPERTY);
    char *dimension = arena_alloc_zero(&set->arena, prefix + length + 1, 1);
    if (!dimension) {
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    }
    memcpy(dimension, DIMENSION_PROPERTY, prefix);
    memcpy(dimension + prefix, key ? key : "", length);
    bool rolled = sqlite3_column_int(stmt, 2) != 0;
    declared->properties[declared->count++] = (struct declared_property){dimension, rolled};
    return CXD_OK;
}

enum cxd_err declared_load(struct db *db, struct declared_set *set, struct error *err) {
    set->loaded = false;
    set->count = 0;
    set->surveys = NULL;
    arena_reset(&set->arena);
    enum cxd_err code = read_numbers(db, set, err);
    if (code == CXD_OK) {
        code = read_anonymised(db, set, err);
    }
    sqlite3_stmt *stmt = NULL;
    if (code == CXD_OK) {
        code = db_statement(db, QUERY_LIST_SURVEY_PROPERTIES, &stmt, err);
    }
    bool row = false;
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row) {
        code = add_property(set, stmt, err);
    }
    sqlite3_reset(stmt);
    set->loaded = code == CXD_OK;
    return code;
}
