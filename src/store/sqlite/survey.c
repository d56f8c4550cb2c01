/* Definitions: put and archived. */

#include <string.h>

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err find_properties(struct sqlite_store *store, struct survey_record *survey,
                                    struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_SURVEY_PROPERTIES, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_int(stmt, 1, survey->number);
    bool row = false;
    while ((code = db_next(&store->db, stmt, &row, err)) == CXD_OK && row &&
           survey->property_count < SURVEY_PROPERTIES_MAX) {
        size_t at = survey->property_count++;
        code = db_copy_text(stmt, 0, &store->scratch, &survey->property_keys[at], err);
        survey->property_rolled[at] = sqlite3_column_int(stmt, 1) != 0;
        if (code != CXD_OK) {
            break;
        }
    }
    sqlite3_reset(stmt);
    return code;
}

/* Into store->scratch. */
static enum cxd_err find_survey(struct sqlite_store *store, const char *slug, bool *ret_found,
                                struct survey_record *ret_survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_SURVEY, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_text(stmt, 1, slug);
    bool row = false;
    code = db_next(&store->db, stmt, &row, err);
    if (code == CXD_OK && row) {
        code = row_read_survey(stmt, &store->scratch, ret_survey, err);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK && row) {
        code = find_properties(store, ret_survey, err);
    }
    if (code == CXD_OK) {
        *ret_found = row;
    }
    return code;
}

static enum cxd_err has_responses(struct sqlite_store *store, int64_t survey, bool *ret_has,
                                  struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_HAS_RESPONSES, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey);
        code = db_next(&store->db, stmt, ret_has, err);
        sqlite3_reset(stmt);
    }
    return code;
}

static enum cxd_err put_record(struct sqlite_store *store, struct survey_record *survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_PUT_SURVEY, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    if (survey->number != 0) {
        db_bind_int(stmt, 1, survey->number);
    } else {
        sqlite3_bind_null(stmt, 1); /* SQLite gives the next number */
    }
    db_bind_text(stmt, 2, survey->slug);
    db_bind_int(stmt, 3, survey->revision);
    db_bind_text(stmt, 4, survey->definition);
    db_bind_text(stmt, 5, metric_name(survey->metric));
    db_bind_int(stmt, 6, survey->scale_min);
    db_bind_int(stmt, 7, survey->scale_max);
    db_bind_int(stmt, 8, survey->created_at);
    db_bind_int(stmt, 9, survey->updated_at);
    db_bind_int(stmt, 10, survey->archived_at);
    code = db_run(&store->db, stmt, err);
    if (code == CXD_OK && survey->number == 0) {
        survey->number = sqlite3_last_insert_rowid(store->db.handle);
    }
    return code;
}

static enum cxd_err put_revision(struct sqlite_store *store, const struct survey_record *survey,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_INSERT_REVISION, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey->number);
        db_bind_int(stmt, 2, survey->revision);
        db_bind_text(stmt, 3, survey->definition);
        db_bind_int(stmt, 4, survey->updated_at);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

static enum cxd_err put_properties(struct sqlite_store *store, const struct survey_record *survey,
                                   struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_DELETE_SURVEY_PROPERTIES, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey->number);
        code = db_run(&store->db, stmt, err);
    }
    if (code == CXD_OK) {
        code = db_statement(&store->db, QUERY_INSERT_SURVEY_PROPERTY, &stmt, err);
    }
    for (size_t i = 0; code == CXD_OK && i < survey->property_count; i++) {
        db_bind_int(stmt, 1, survey->number);
        db_bind_int(stmt, 2, (int64_t)i);
        db_bind_text(stmt, 3, survey->property_keys[i]);
        db_bind_int(stmt, 4, survey->property_rolled[i]);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

/* Drops the rollups of properties that were declared and are no longer. Nothing of them waits in the
 * deltas. */
static enum cxd_err drop_undeclared(struct sqlite_store *store, const struct survey_record *survey,
                                    struct error *err) {
    const struct declared *before = declared_find(&store->declared, survey->number);
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && before && i < before->count; i++) {
        const char *key = declared_key(&before->properties[i]);
        bool kept = false;
        for (size_t k = 0; k < survey->property_count; k++) {
            kept = kept || strcmp(survey->property_keys[k], key) == 0;
        }
        if (!kept) {
            code = rollups_drop(store, survey->number, before->properties[i].dimension, err);
        }
    }
    return code;
}

enum cxd_err write_survey(struct sqlite_store *store, struct change *change, struct error *err) {
    struct survey_record *survey = &change->as.survey;
    struct survey_record stored;
    bool found = false, responses = false;
    enum cxd_err code = find_survey(store, survey->slug, &found, &stored, err);
    if (code == CXD_OK && found) {
        code = has_responses(store, stored.number, &responses, err);
    }
    if (code != CXD_OK) {
        return code;
    }
    decide_survey(change, found ? &stored : NULL, responses);
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED) {
        return CXD_OK;
    }
    /* Responses before this change count by the declarations before it. */
    code = rollups_flush(store, err);
    if (code == CXD_OK) {
        code = put_record(store, survey, err);
    }
    if (code == CXD_OK) {
        code = put_revision(store, survey, err);
    }
    if (code == CXD_OK) {
        code = put_properties(store, survey, err);
    }
    if (code == CXD_OK) {
        code = drop_undeclared(store, survey, err);
    }
    if (code == CXD_OK) {
        code = retain_restart(store, survey->number, err); /* another property may be free now */
    }
    return code == CXD_OK ? declared_load(&store->db, &store->declared, err) : code;
}

enum cxd_err write_archive(struct sqlite_store *store, struct change *change, struct error *err) {
    struct survey_record stored;
    bool found = false;
    enum cxd_err code = find_survey(store, change->as.archive.slug, &found, &stored, err);
    if (code != CXD_OK) {
        return code;
    }
    if (!found || stored.archived_at != 0) {
        change->outcome = found ? OUTCOME_REPLAYED : OUTCOME_MISSING;
        return CXD_OK;
    }
    sqlite3_stmt *stmt = NULL;
    code = db_statement(&store->db, QUERY_ARCHIVE_SURVEY, &stmt, err);
    if (code == CXD_OK) {
        db_bind_text(stmt, 1, change->as.archive.slug);
        db_bind_int(stmt, 2, change->now_ms);
        code = db_run(&store->db, stmt, err);
    }
    change->outcome = OUTCOME_AMENDED;
    return code;
}
