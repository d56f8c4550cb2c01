/* Definitions: put and archived. */

#include <string.h>

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

static enum cxd_err find_properties(struct db *db, struct arena *arena, struct survey_record *survey,
                                    struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(db, QUERY_SELECT_SURVEY_PROPERTIES, &stmt, err, INT(survey->number));
    if (code != CXD_OK)
        return code;
    bool row = false;
    while ((code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row &&
           survey->property_count < SURVEY_PROPERTIES_MAX) {
        size_t at = survey->property_count++;
        code = sqlite_db_copy_text(stmt, 0, arena, &survey->property_keys[at], err);
        survey->property_rolled[at] = sqlite3_column_int(stmt, 1) != 0;
        if (code != CXD_OK)
            break;
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err find_survey(struct db *db, const char *slug, struct arena *arena, bool *ret_found,
                                struct survey_record *ret_survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(db, QUERY_SELECT_SURVEY, &stmt, err, TEXT(slug));
    if (code != CXD_OK)
        return code;
    bool row = false;
    code = sqlite_db_next(db, stmt, &row, err);
    if (code == CXD_OK && row)
        code = sqlite_row_read_survey(stmt, arena, ret_survey, err);
    sqlite3_reset(stmt);
    if (code == CXD_OK && row)
        code = find_properties(db, arena, ret_survey, err);
    if (code == CXD_OK)
        *ret_found = row;
    return code;
}

static enum cxd_err has_responses(struct sqlite_store *store, int64_t survey, bool *ret_has, struct error *err) {
    return SQLITE_HAS(&store->db, QUERY_HAS_RESPONSES, ret_has, err, INT(survey));
}

static enum cxd_err put_record(struct sqlite_store *store, struct survey_record *survey, struct error *err) {
    struct db_value number = survey->number != 0 ? INT(survey->number) : TEXT(NULL); /* SQLite gives the next one */
    enum cxd_err code =
        SQLITE_RUN(&store->db, QUERY_PUT_SURVEY, err, number, TEXT(survey->slug), INT(survey->revision),
                   TEXT(survey->definition), TEXT(metric_name(survey->metric)), INT(survey->scale_min),
                   INT(survey->scale_max), INT(survey->created_at), INT(survey->updated_at), INT(survey->archived_at));
    if (code == CXD_OK && survey->number == 0)
        survey->number = sqlite3_last_insert_rowid(store->db.handle);
    return code;
}

static enum cxd_err put_revision(struct sqlite_store *store, const struct survey_record *survey, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_INSERT_REVISION, err, INT(survey->number), INT(survey->revision),
                      TEXT(survey->definition), INT(survey->updated_at));
}

static enum cxd_err put_properties(struct sqlite_store *store, const struct survey_record *survey, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_SURVEY_PROPERTIES, err, INT(survey->number));
    for (size_t i = 0; code == CXD_OK && i < survey->property_count; i++)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_SURVEY_PROPERTY, err, INT(survey->number), INT(i),
                          TEXT(survey->property_keys[i]), INT(survey->property_rolled[i]));
    return code;
}

/* What its new definition asks; NULL: the store does not judge, or it cannot be read. */
static enum cxd_err read_asks(struct sqlite_store *store, const struct survey_record *record,
                              const struct survey **ret_asks, struct error *err) {
    if (!store->base.read_definition)
        return CXD_OK;
    struct survey *asks = arena_alloc(&store->scratch, sizeof *asks);
    if (!asks)
        return error_set(err, ERR_NO_MEMORY, "no memory for a definition");
    enum cxd_err code = store->base.read_definition(record, &store->scratch, asks, err);
    if (code == CXD_OK)
        *ret_asks = asks;
    return code == ERR_STORAGE ? CXD_OK : code;
}

/* Whether it may be put: by what is stored of it, *ret_found. */
static enum cxd_err decide(struct sqlite_store *store, struct change *change, bool *ret_found,
                           struct survey_record *ret_stored, const struct survey **ret_asks, struct error *err) {
    bool responses = false;
    enum cxd_err code = find_survey(&store->db, change->as.survey.slug, &store->scratch, ret_found, ret_stored, err);
    if (code == CXD_OK && *ret_found)
        code = has_responses(store, ret_stored->number, &responses, err);
    if (code == CXD_OK)
        code = read_asks(store, &change->as.survey, ret_asks, err);
    if (code == CXD_OK)
        decide_survey(change, *ret_found ? ret_stored : NULL, responses,
                      *ret_found ? sqlite_declared_find(&store->declared, ret_stored->number) : NULL, *ret_asks);
    return code;
}

enum cxd_err sqlite_write_survey(struct sqlite_store *store, struct change *change, struct error *err) {
    struct survey_record *survey = &change->as.survey;
    struct survey_record stored;
    const struct survey *asks = NULL;
    bool found = false;
    enum cxd_err code = decide(store, change, &found, &stored, &asks, err);
    if (code != CXD_OK)
        return code;
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    /* Responses before this change count by the declarations before it. */
    code = sqlite_rollups_flush(store, err);
    if (code == CXD_OK)
        code = sqlite_rollups_fold(store, 0, err);
    if (code == CXD_OK)
        code = sqlite_roll_hold(store, survey, err);
    if (code == CXD_OK)
        code = put_record(store, survey, err);
    if (code == CXD_OK && (!found || survey->revision != stored.revision))
        code = put_revision(store, survey, err);
    if (code == CXD_OK)
        code = put_properties(store, survey, err);
    if (code == CXD_OK)
        code = sqlite_questions_put(store, survey, asks, err);
    if (code == CXD_OK)
        code = sqlite_visits_declare(store, survey->number, change->now_ms, err);
    if (code == CXD_OK)
        code = sqlite_roll_begin(store, survey, &change->unrolled, err);
    if (code == CXD_OK)
        code = sqlite_anonymised_restart(store, survey->number, err); /* another property may be free now */
    return code == CXD_OK ? sqlite_declared_renew(&store->db, &store->declared, survey->number, err) : code;
}

enum cxd_err sqlite_write_archive(struct sqlite_store *store, struct change *change, struct error *err) {
    struct survey_record stored;
    bool found = false;
    enum cxd_err code = find_survey(&store->db, change->as.archive.slug, &store->scratch, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_archive(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    code = SQLITE_RUN(&store->db, QUERY_ARCHIVE_SURVEY, err, TEXT(change->as.archive.slug), INT(change->now_ms));
    return code == CXD_OK ? sqlite_declared_renew(&store->db, &store->declared, stored.number, err) : code;
}
