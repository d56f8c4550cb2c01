/* The rollups held against a recount of the responses. Responses are read in order of time and summed by quarter hours;
 * as soon as some thousand sums are together they are compared with the stored rows of that stretch and forgotten, so
 * that memory does not grow with the database and nothing is written. Hours and days are then held against the rows
 * below them. So are visits. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/check_survey.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

static enum cxd_err check_response(struct checker *checker, struct survey_check *survey,
                                   const struct response *response, struct error *err) {
    if (response->has_score && (response->score < survey->scale_min || response->score > survey->scale_max)) {
        sqlite_check_damage(checker, STORE_REFERENCES, "%s: a response has the score %d, outside of the scale",
                            survey->slug, response->score);
    }
    if (response->revision == survey->revision)
        return CXD_OK;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_CHECK_REVISION, &stmt, &row, err, INT(survey->declared.survey),
                                     INT(response->revision));
    if (code == CXD_OK && row) {
        survey->revision = response->revision;
    } else if (code == CXD_OK) {
        sqlite_check_damage(checker, STORE_REFERENCES, "%s: a response answers revision %lld, which is not there",
                            survey->slug, (long long)response->revision);
    }
    sqlite3_reset(stmt);
    return code;
}

/* The texts are the statement's, and live until its next row. */
static enum cxd_err read_response(struct checker *checker, const struct survey_check *survey, sqlite3_stmt *stmt,
                                  struct response *ret_response, struct error *err) {
    int standing = sqlite3_column_int(stmt, 2);
    struct response response = {
        .survey = survey->declared.survey,
        .answered_at = sqlite3_column_int64(stmt, 0),
        .score = sqlite3_column_int(stmt, 1),
        .has_score = (standing & STANDING_SCORELESS) == 0,
        .excluded = (standing & STANDING_EXCLUDED) != 0,
        .revision = sqlite3_column_int64(stmt, 3),
        .touchpoint = (const char *)sqlite3_column_text(stmt, 4),
        .channel = (const char *)sqlite3_column_text(stmt, 5),
        .locale = (const char *)sqlite3_column_text(stmt, 6),
        .id = sqlite_row_read_id(stmt, 8),
        .number = sqlite3_column_int64(stmt, 9),
    };
    enum cxd_err code = CXD_OK;
    if (sqlite3_column_bytes(stmt, 8) != (int)sizeof response.id.bytes)
        sqlite_check_damage(checker, STORE_RECORDS, "%s: the id of a response is not as long as one", survey->slug);
    if ((standing & ~(STANDING_EXCLUDED | STANDING_SCORELESS)) != 0 || (!response.has_score && response.score != 0))
        sqlite_check_damage(checker, STORE_RECORDS, "%s: a response counts as %d, with the score %d", survey->slug,
                            standing, response.score);
    if (survey->has_rolled && sqlite3_column_type(stmt, 7) != SQLITE_NULL) {
        arena_reset(&checker->scratch);
        code = sqlite_row_read_properties(checker->db, (const char *)sqlite3_column_text(stmt, 7), &checker->scratch,
                                          &response, err);
        if (code == ERR_STORAGE && sqlite3_errcode(checker->db->handle) == SQLITE_ERROR) {
            sqlite_check_damage(checker, STORE_INTEGRITY, "%s: the properties of a response cannot be read",
                                survey->slug);
            code = CXD_OK;
        }
    }
    *ret_response = response;
    return code;
}

static enum cxd_err count_responses(struct checker *checker, struct survey_check *survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum query query = checker->report->schema >= NUMBER_SCHEMA      ? QUERY_CHECK_RESPONSES
                       : checker->report->schema >= DIMENSION_SCHEMA ? QUERY_CHECK_OLD_RESPONSES
                                                                     : QUERY_CHECK_OLDEST_RESPONSES;
    enum cxd_err code = SQLITE_ASK(checker->db, query, &stmt, err, INT(survey->declared.survey));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        struct response response;
        code = read_response(checker, survey, stmt, &response, err);
        if (code == CXD_OK)
            code = check_response(checker, survey, &response, err);
        if (code == CXD_OK)
            code = sqlite_check_advance(checker, survey, response.answered_at, err);
        checker->report->responses++;
        bool fits = response.score >= 0 && response.score < HISTOGRAM_SIZE;
        if (code == CXD_OK && fits && !deltas_add(&checker->deltas, &survey->declared, &response, 1))
            code = error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code == CXD_OK ? sqlite_check_stretch(checker, survey, INT64_MAX, err) : code;
}

static enum cxd_err count_visits(struct checker *checker, struct survey_check *survey, int64_t number,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_ASK(checker->db, QUERY_CHECK_IMPRESSIONS, &stmt, err, INT(number),
                   INT(survey->begin == INT64_MIN ? INT64_MIN : survey->begin * tier_length_ms(TIER_QUARTER_HOUR)));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        struct impression visit;
        struct dimension dimensions[DIMENSIONS_MAX];
        arena_reset(&checker->scratch);
        code = sqlite_visit_read(checker->db, stmt, 0, &checker->scratch, &visit, err);
        if (code == CXD_OK)
            code = sqlite_check_advance(checker, survey, visit.at, err);
        if (code != CXD_OK)
            break;
        const struct histogram counts = impression_counts(&visit);
        size_t count = impression_dimensions(&visit, &survey->declared, dimensions);
        if (!deltas_add_counts(&checker->deltas, survey->declared.survey, visit.at, dimensions, count, &counts))
            code = error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code == CXD_OK ? sqlite_check_stretch(checker, survey, INT64_MAX, err) : code;
}

/* The visits of a survey, of whose responses `like` is. */
static enum cxd_err check_visits(struct checker *checker, const struct survey_check *like, struct error *err) {
    struct survey_check survey = {.declared = like->declared,
                                  .deltas = &checker->deltas,
                                  .finest = TIER_QUARTER_HOUR,
                                  .begin = INT64_MIN,
                                  .from = INT64_MIN,
                                  .last = INT64_MIN};
    int64_t number = like->declared.survey;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    memcpy(survey.slug, like->slug, sizeof survey.slug);
    survey.declared.survey = -number;
    enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_SELECT_VISITS_FROM, &stmt, &row, err);
    if (code == CXD_OK && row && sqlite3_column_int64(stmt, 0) > 0)
        survey.begin = survey.from = sqlite3_column_int64(stmt, 0) * DAY_MS / tier_length_ms(TIER_QUARTER_HOUR);
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = sqlite_check_load_dimensions(checker, &survey, err);
    if (code == CXD_OK)
        code = sqlite_check_load_shown(checker, number, &survey, err);
    if (code == CXD_OK)
        code = count_visits(checker, &survey, number, err);
    if (code == CXD_OK)
        sqlite_check_said(checker, &survey);
    if (code == CXD_OK)
        code = sqlite_check_sums(checker, &survey, err);
    deltas_clear(&checker->deltas);
    return sqlite_check_absorb(checker, code, err);
}

static enum cxd_err check_survey(struct checker *checker, struct survey_check *survey, struct error *err) {
    enum cxd_err code = sqlite_check_load_declared(checker, survey, err);
    if (code == CXD_OK && checker->report->schema >= DIMENSION_SCHEMA)
        code = sqlite_check_load_dimensions(checker, survey, err);
    if (code == CXD_OK)
        code = count_responses(checker, survey, err);
    if (code == CXD_OK)
        sqlite_check_said(checker, survey);
    if (code == CXD_OK)
        code = sqlite_check_sums(checker, survey, err);
    deltas_clear(&checker->deltas);
    if (code == CXD_OK && checker->report->schema >= QUESTION_SCHEMA)
        code = sqlite_check_answers(checker, survey, err);
    if (code == CXD_OK && checker->report->schema >= VISIT_SCHEMA)
        code = check_visits(checker, survey, err);
    arena_reset(&checker->arena);
    checker->report->surveys++;
    return sqlite_check_absorb(checker, code, err);
}

enum cxd_err sqlite_check_rollups(struct checker *checker, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_db_statement(checker->db, QUERY_CHECK_SURVEYS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        struct survey_check survey = {.declared = {.survey = sqlite3_column_int64(stmt, 0)},
                                      .scale_min = sqlite3_column_int(stmt, 2),
                                      .scale_max = sqlite3_column_int(stmt, 3),
                                      .deltas = &checker->deltas,
                                      .finest = TIER_QUARTER_HOUR,
                                      .begin = INT64_MIN,
                                      .from = INT64_MIN,
                                      .last = INT64_MIN};
        const char *slug = (const char *)sqlite3_column_text(stmt, 1);
        snprintf(survey.slug, sizeof survey.slug, "%s", slug ? slug : "");
        code = check_survey(checker, &survey, err);
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}
