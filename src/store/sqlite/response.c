/* Responses of a batch: created with one insert, replayed, amended, excluded. */

#include "cxd/base/clock.h"
#include "store/copy.h"
#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

enum cxd_err find_response(struct sqlite_store *store, const struct id *id, bool *ret_found,
                           struct response *ret_response, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_RESPONSE, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_blob(stmt, 1, id->bytes, sizeof id->bytes);
    bool row = false;
    code = db_next(&store->db, stmt, &row, err);
    if (code == CXD_OK && row) {
        code = row_read_response(&store->db, stmt, &store->scratch, ret_response, err);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_found = row;
    }
    return code;
}

enum cxd_err db_last_answer(struct db *db, const char *respondent, int64_t survey, int64_t from, int64_t to,
                            int64_t *ret_last, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code =
        db_statement(db, survey == 0 ? QUERY_LAST_ANSWER_ANYWHERE : QUERY_LAST_ANSWER, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_text(stmt, 1, respondent);
    if (survey != 0) {
        db_bind_int(stmt, 2, survey);
    }
    db_bind_int(stmt, 3, from);
    db_bind_int(stmt, 4, to);
    bool row = false;
    code = db_next(db, stmt, &row, err);
    if (code == CXD_OK) {
        bool found = row && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER;
        *ret_last = found ? sqlite3_column_int64(stmt, 0) : TIME_MIN;
    }
    sqlite3_reset(stmt);
    return code;
}

/* Runs insert_response or update_response. */
static enum cxd_err put(struct sqlite_store *store, enum query query, const struct response *response,
                        bool *ret_done, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    const char *properties = NULL;
    enum cxd_err code = db_statement(&store->db, query, &stmt, err);
    if (code == CXD_OK) {
        code = row_write_properties(&store->text, response->properties, response->property_count, &properties,
                                    err);
    }
    if (code != CXD_OK) {
        return code;
    }
    row_bind_response(stmt, response, properties);
    code = db_run(&store->db, stmt, err);
    if (code == CXD_OK) {
        *ret_done = sqlite3_changes(store->db.handle) > 0;
    }
    return code;
}

/* Counts what has been stored; and where retention has passed its time already, has it look there again. */
static enum cxd_err count_stored(struct sqlite_store *store, const struct response *response,
                                 struct error *err) {
    const struct declared *declared = declared_find(&store->declared, response->survey);
    if (declared && response->answered_at <= declared->anonymised_to) {
        enum cxd_err code = retain_again(store, response->survey, response->answered_at, err);
        if (code != CXD_OK) {
            return code;
        }
    }
    return count_response(store, response, 1, err);
}

/* What is stored under the id already, or belongs to a closed survey. */
static enum cxd_err answer_stored(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response stored;
    bool found = false, done = false;
    enum cxd_err code = find_response(store, &change->as.response.value.id, &found, &stored, err);
    if (code == CXD_OK) {
        code = decide_response(change, found ? &stored : NULL, err);
    }
    if (code != CXD_OK || change->outcome != OUTCOME_AMENDED) {
        return code;
    }
    code = put(store, QUERY_UPDATE_RESPONSE, &change->as.response.value, &done, err);
    if (code == CXD_OK) {
        code = count_response(store, &stored, -1, err);
    }
    return code == CXD_OK ? count_stored(store, &change->as.response.value, err) : code;
}

static enum cxd_err find_last_answer(void *context, const char *respondent, int64_t survey, int64_t from,
                                     int64_t to, int64_t *ret_last, struct error *err) {
    struct sqlite_store *store = context;
    return db_last_answer(&store->db, respondent, survey, from, to, ret_last, err);
}

/* Of somebody who may have answered not long ago: retries first, and then whether it comes too soon. */
static enum cxd_err write_recontact(struct sqlite_store *store, struct change *change, struct error *err) {
    enum cxd_err code = answer_stored(store, change, err);
    if (code == CXD_OK && change->outcome == OUTCOME_CREATED) {
        code = decide_recontact(change, find_last_answer, store, err);
    }
    return code;
}

enum cxd_err write_response(struct sqlite_store *store, struct change *change, struct error *err) {
    const struct response *response = &change->as.response.value;
    if (!declared_find(&store->declared, response->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    if (change->as.response.unless_stored != CXD_OK) {
        return answer_stored(store, change, err);
    }
    enum cxd_err code = CXD_OK;
    if (decide_needs_recontact(change)) {
        code = write_recontact(store, change, err);
        if (code != CXD_OK || change->outcome != OUTCOME_CREATED) {
            return code;
        }
    }
    /* Nearly every response is new: insert first, and look only at what was in the way. */
    bool created = false;
    code = put(store, QUERY_INSERT_RESPONSE, response, &created, err);
    if (code != CXD_OK) {
        return code;
    }
    if (!created) {
        return answer_stored(store, change, err);
    }
    change->outcome = OUTCOME_CREATED;
    return count_stored(store, response, err);
}

enum cxd_err exclude_response(struct sqlite_store *store, const struct response *before,
                              const struct response *after, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_EXCLUDE_RESPONSE, &stmt, err);
    if (code == CXD_OK) {
        db_bind_blob(stmt, 1, after->id.bytes, sizeof after->id.bytes);
        db_bind_int(stmt, 2, after->excluded);
        db_bind_text(stmt, 3, after->excluded_reason);
        db_bind_int(stmt, 4, after->flags);
        code = db_run(&store->db, stmt, err);
    }
    if (code == CXD_OK) {
        code = count_response(store, before, -1, err);
    }
    return code == CXD_OK ? count_response(store, after, 1, err) : code;
}

enum cxd_err write_exclude(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response response;
    bool found = false;
    enum cxd_err code = find_response(store, &change->as.exclude.id, &found, &response, err);
    if (code != CXD_OK) {
        return code;
    }
    decide_exclude(change, found ? &response : NULL);
    if (change->outcome == OUTCOME_MISSING) {
        return CXD_OK;
    }
    struct response after = response;
    after.excluded = change->as.exclude.excluded;
    after.excluded_reason = change->as.exclude.reason;
    after.flags = after.excluded ? after.flags : 0;
    change->as.exclude.value = after;
    if (!copy_response(change->arena, &change->as.exclude.value)) {
        return error_set(err, ERR_NO_MEMORY, "no memory for the reply to an exclusion");
    }
    if (change->outcome != OUTCOME_AMENDED) {
        return CXD_OK;
    }
    return exclude_response(store, &response, &after, err);
}
