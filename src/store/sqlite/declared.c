/* What the writer knows of every survey: its declared properties, and the questions that it has ever had, read again
 * after each change of that survey. */

#include <string.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

enum { RENEWALS_MAX = 4096 };

static struct declared make_declared(int64_t survey) {
    return (struct declared){.survey = survey, .anonymised_to = INT64_MIN, .reported_after = INT64_MAX};
}

static struct declared *find(struct declared *surveys, size_t count, int64_t survey) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (surveys[middle].survey < survey)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && surveys[low].survey == survey ? &surveys[low] : NULL;
}

const struct declared *sqlite_declared_find(const struct declared_set *set, int64_t survey) {
    return find(set->surveys, set->count, survey);
}

void sqlite_declared_set_anonymised(struct declared_set *set, int64_t survey, int64_t done_at) {
    struct declared *declared = find(set->surveys, set->count, survey);
    if (declared)
        declared->anonymised_to = done_at;
}

void sqlite_declared_set_answered(struct declared_set *set, int64_t survey, const struct declared_question *question) {
    struct declared *declared = find(set->surveys, set->count, survey);
    for (size_t i = 0; declared && i < declared->question_count; i++)
        if (&declared->questions[i] == question)
            declared->questions[i].is_answered = true;
}

void sqlite_declared_set_reported(struct declared_set *set, int64_t survey, int64_t after) {
    struct declared *declared = find(set->surveys, set->count, survey);
    if (declared)
        declared->reported_after = after;
}

bool sqlite_declared_set_terms(struct declared_set *set, int64_t survey, const struct survey *terms) {
    struct declared *declared = find(set->surveys, set->count, survey);
    struct survey *copy = declared ? arena_alloc(&set->arena, sizeof *copy) : NULL;
    if (!copy)
        return !declared;
    *copy = *terms;
    declared->terms = copy;
    return true;
}

/* NULL when memory is refused. New surveys have the greatest number, so that nothing moves. */
static struct declared *add(struct declared_set *set, int64_t survey) {
    if (set->count == set->capacity) {
        size_t larger = set->capacity ? 2 * set->capacity : 16;
        struct declared *grown = arena_alloc_zero(&set->arena, larger, sizeof *grown);
        if (!grown)
            return NULL;
        if (set->count > 0)
            memcpy(grown, set->surveys, set->count * sizeof *grown);
        set->surveys = grown;
        set->capacity = larger;
    }
    size_t at = set->count++;
    while (at > 0 && set->surveys[at - 1].survey > survey) {
        set->surveys[at] = set->surveys[at - 1];
        at--;
    }
    set->surveys[at] = make_declared(survey);
    return &set->surveys[at];
}

static enum cxd_err read_numbers(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_SURVEY_NUMBERS, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        if (!add(set, sqlite3_column_int64(stmt, 0)))
            code = error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_anonymised(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_ANONYMISED, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        sqlite_declared_set_anonymised(set, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
    sqlite3_reset(stmt);
    return code;
}

/* Takes a row whose `column` has the key, and the next column whether it is rolled. */
static enum cxd_err add_property(struct declared_set *set, struct declared *declared, sqlite3_stmt *stmt, int column,
                                 struct error *err) {
    if (!declared || declared->count == SURVEY_PROPERTIES_MAX)
        return CXD_OK;
    const char *key = sqlite3_column_blob(stmt, column);
    size_t length = key ? (size_t)sqlite3_column_bytes(stmt, column) : 0;
    size_t prefix = strlen(DIMENSION_PROPERTY);
    char *dimension = arena_alloc_zero(&set->arena, prefix + length + 1, 1);
    if (!dimension)
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    memcpy(dimension, DIMENSION_PROPERTY, prefix);
    memcpy(dimension + prefix, key ? key : "", length);
    bool rolled = sqlite3_column_int(stmt, column + 1) != 0;
    declared->properties[declared->count++] =
        (struct declared_property){.dimension = dimension, .rolled = rolled, .shown_from = INT64_MAX};
    return CXD_OK;
}

static enum cxd_err read_questions(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_QUESTIONS, &stmt, err);
    struct declared *declared;
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        if ((declared = find(set->surveys, set->count, sqlite3_column_int64(stmt, 0))) != NULL)
            code = sqlite_question_add(stmt, 1, &set->arena, declared, err);
    sqlite3_reset(stmt);
    return code;
}

void sqlite_declared_set_filled(struct declared_set *set, int64_t survey, const char *dimension,
                                const struct response_place *place) {
    struct declared *declared = find(set->surveys, set->count, survey);
    for (size_t i = 0; declared && i < declared->count; i++) {
        struct declared_property *property = &declared->properties[i];
        if (strcmp(property->dimension, dimension) == 0) {
            property->rolled = !place;
            property->filling = place;
            property->from = place ? *place : (struct response_place){0};
        }
    }
}

static enum cxd_err read_filling(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_FILLING, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        struct response_place place = sqlite_row_read_place(stmt, 2);
        sqlite_declared_set_filled(set, sqlite3_column_int64(stmt, 0), name ? name : "", &place);
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_shown(struct db *db, struct declared_set *set, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_REPORTED, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        sqlite_declared_set_reported(set, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = sqlite_db_statement(db, QUERY_LIST_SHOWN_PROPERTIES, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        struct declared *declared = find(set->surveys, set->count, sqlite3_column_int64(stmt, 0));
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        for (size_t i = 0; declared && i < declared->count; i++)
            if (strcmp(declared->properties[i].dimension, name ? name : "") == 0)
                declared->properties[i].shown_from = sqlite3_column_int64(stmt, 2);
    }
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_declared_load(struct db *db, struct declared_set *set, struct error *err) {
    set->loaded = false;
    set->count = set->capacity = set->renewals = 0;
    set->surveys = NULL;
    arena_reset(&set->arena);
    enum cxd_err code = read_numbers(db, set, err);
    if (code == CXD_OK)
        code = read_anonymised(db, set, err);
    sqlite3_stmt *stmt = NULL;
    if (code == CXD_OK)
        code = sqlite_db_statement(db, QUERY_LIST_SURVEY_PROPERTIES, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        struct declared *declared = find(set->surveys, set->count, sqlite3_column_int64(stmt, 0));
        code = add_property(set, declared, stmt, 1, err);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = read_questions(db, set, err);
    if (code == CXD_OK)
        code = read_filling(db, set, err);
    if (code == CXD_OK)
        code = read_shown(db, set, err);
    set->loaded = code == CXD_OK;
    return code;
}

static enum cxd_err read_one(struct db *db, struct declared_set *set, struct declared *declared, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_ANONYMISED, &stmt, &row, err, INT(declared->survey));
    if (code == CXD_OK && row)
        declared->anonymised_to = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = SQLITE_ASK(db, QUERY_SELECT_SURVEY_PROPERTIES, &stmt, err, INT(declared->survey));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        code = add_property(set, declared, stmt, 0, err);
    sqlite3_reset(stmt);
    return code == CXD_OK ? sqlite_questions_read(db, declared->survey, &set->arena, declared, err) : code;
}

enum cxd_err sqlite_declared_renew(struct db *db, struct declared_set *set, int64_t survey, struct error *err) {
    if (++set->renewals > RENEWALS_MAX)
        return sqlite_declared_load(db, set, err);
    set->loaded = false;
    struct declared *declared = find(set->surveys, set->count, survey);
    if (!declared)
        declared = add(set, survey);
    if (!declared)
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    *declared = make_declared(survey);
    enum cxd_err code = read_one(db, set, declared, err);
    if (code == CXD_OK)
        code = read_filling(db, set, err);
    if (code == CXD_OK)
        code = read_shown(db, set, err);
    set->loaded = code == CXD_OK;
    return code;
}
