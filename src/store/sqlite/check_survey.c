/* What is declared of a survey, and what the store says of its dimensions: what a recount of its rollups goes by. */

#include "store/sqlite/check_survey.h"

#include <string.h>

#include "store/sqlite/rows.h"

enum cxd_err sqlite_check_load_declared(struct checker *checker, struct survey_check *survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_ASK(checker->db, QUERY_SELECT_SURVEY_PROPERTIES, &stmt, err, INT(survey->declared.survey));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row &&
           survey->declared.count < SURVEY_PROPERTIES_MAX) {
        const char *key = (const char *)sqlite3_column_text(stmt, 0);
        size_t length = strlen(DIMENSION_PROPERTY) + strlen(key ? key : "") + 1;
        char *dimension = arena_alloc(&checker->arena, length);
        if (!dimension) {
            code = error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
            break;
        }
        strcpy(dimension, DIMENSION_PROPERTY);
        strcat(dimension, key ? key : "");
        bool rolled = sqlite3_column_int(stmt, 1) != 0;
        survey->declared.properties[survey->declared.count++] =
            (struct declared_property){.dimension = dimension, .rolled = rolled, .shown_from = INT64_MAX};
        survey->has_rolled = survey->has_rolled || rolled;
    }
    sqlite3_reset(stmt);
    return code;
}

struct dimension_check *sqlite_check_find_dimension(const struct survey_check *survey, const char *name) {
    for (size_t i = 0; i < survey->dimension_count; i++)
        if (strcmp(survey->dimensions[i].name, name) == 0)
            return &survey->dimensions[i];
    return NULL;
}

static enum cxd_err add_dimension(struct checker *checker, struct survey_check *survey, sqlite3_stmt *stmt,
                                  struct error *err) {
    size_t count = survey->dimension_count;
    if ((count & (count - 1)) == 0) { /* a power of two: it is full */
        struct dimension_check *larger = arena_alloc_zero(&checker->arena, 2 * count + 1, sizeof *larger);
        if (!larger)
            return error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
        if (count > 0)
            memcpy(larger, survey->dimensions, count * sizeof *larger);
        survey->dimensions = larger;
    }
    struct dimension_check *dimension = &survey->dimensions[count];
    *dimension = (struct dimension_check){.state = (enum dimension_state)sqlite3_column_int(stmt, 1),
                                          .beyond = sqlite3_column_int64(stmt, 2),
                                          .from = sqlite_row_read_place(stmt, 3),
                                          .miscounts_series = sqlite3_column_int(stmt, 7) != 0};
    survey->dimension_count++;
    return sqlite_db_copy_text(stmt, 0, &checker->arena, &dimension->name, err);
}

enum cxd_err sqlite_check_load_dimensions(struct checker *checker, struct survey_check *survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(
        checker->db, checker->report->schema >= NUMBER_SCHEMA ? QUERY_CHECK_DIMENSIONS : QUERY_CHECK_OLD_DIMENSIONS,
        &stmt, err, INT(survey->declared.survey));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        code = add_dimension(checker, survey, stmt, err);
    sqlite3_reset(stmt);
    for (size_t i = 0; code == CXD_OK && i < survey->declared.count; i++) {
        struct declared_property *property = &survey->declared.properties[i];
        const struct dimension_check *dimension = sqlite_check_find_dimension(survey, property->dimension);
        property->filling = dimension && dimension->state == DIMENSION_FILLING;
        property->from = dimension ? dimension->from : RESPONSE_PLACE_END;
        survey->has_rolled = survey->has_rolled || property->filling;
    }
    return code;
}

enum cxd_err sqlite_check_load_shown(struct checker *checker, int64_t number, struct survey_check *survey,
                                     struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < survey->declared.count; i++) {
        struct declared_property *property = &survey->declared.properties[i];
        sqlite3_stmt *stmt = NULL;
        bool row = false;
        code = SQLITE_FIRST(checker->db, QUERY_SELECT_SHOWN_FROM, &stmt, &row, err, INT(number),
                            TEXT(declared_key(property)));
        if (code == CXD_OK && row)
            property->shown_from = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    return code;
}

bool sqlite_check_is_stale(const struct survey_check *survey, const char *dimension, int64_t bucket) {
    enum { QUARTERS_A_DAY = 96 };
    if (survey->declared.survey > 0 || strncmp(dimension, DIMENSION_PROPERTY, strlen(DIMENSION_PROPERTY)) != 0)
        return false;
    for (size_t i = 0; i < survey->declared.count; i++)
        if (strcmp(survey->declared.properties[i].dimension, dimension) == 0)
            return bucket / QUARTERS_A_DAY < survey->declared.properties[i].shown_from;
    return true;
}
