/* Responses of a batch: created with one insert, replayed, amended, excluded. */

#include "cxd/base/clock.h"
#include "store/copy.h"
#include "store/decide.h"
#include "store/decide_response.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

/* Of the statement's row, if there is one, and resets it. */
static enum cxd_err take_response(struct sqlite_store *store, enum cxd_err code, sqlite3_stmt *stmt, bool row,
                                  bool *ret_found, struct response *ret_response, struct error *err) {
    if (code == CXD_OK && row) {
        code = sqlite_row_read_response(&store->db, stmt, &store->scratch, ret_response, err);
        sqlite_row_read_first(stmt, &ret_response->first);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        *ret_found = row;
    return code;
}

enum cxd_err sqlite_find_response(struct sqlite_store *store, int64_t survey, const struct id *id, bool *ret_found,
                                  struct response *ret_response, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_RESPONSE, &stmt, &row, err, INT(survey), ID(id));
    return take_response(store, code, stmt, row, ret_found, ret_response, err);
}

enum cxd_err sqlite_find_numbered(struct sqlite_store *store, int64_t number, bool *ret_found,
                                  struct response *ret_response, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_NUMBERED, &stmt, &row, err, INT(number));
    return take_response(store, code, stmt, row, ret_found, ret_response, err);
}

enum cxd_err sqlite_db_last_answer(struct db *db, const char *respondent, int64_t survey, int64_t from, int64_t to,
                                   int64_t except, int64_t *ret_last, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_FIRST(db, survey == 0 ? QUERY_LAST_ANSWER_ANYWHERE : QUERY_LAST_ANSWER, &stmt, &row, err,
                     TEXT(respondent), survey == 0 ? NONE : INT(survey), INT(from), INT(to), INT(except));
    if (code == CXD_OK) {
        bool found = row && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER;
        *ret_last = found ? sqlite3_column_int64(stmt, 0) : TIME_MIN;
    }
    sqlite3_reset(stmt);
    return code;
}

/* Runs insert_response, insert_numbered, insert_imported or update_response. */
static enum cxd_err put(struct sqlite_store *store, enum query query, const struct response *response, bool *ret_done,
                        struct error *err) {
    sqlite3_stmt *stmt = NULL;
    struct response_texts texts;
    enum cxd_err code = sqlite_db_statement(&store->db, query, &stmt, err);
    if (code == CXD_OK)
        code = sqlite_row_write_texts(&store->text, response, &texts, err);
    if (code != CXD_OK)
        return code;
    sqlite_row_bind_response(stmt, response, &texts, query != QUERY_INSERT_RESPONSE);
    if (query == QUERY_UPDATE_RESPONSE || (query == QUERY_INSERT_IMPORTED && response->updated_at != 0))
        sqlite_db_bind_int(stmt, 21, response->updated_at);
    else if (query == QUERY_INSERT_IMPORTED)
        sqlite_db_bind_text(stmt, 21, NULL);
    if (query == QUERY_INSERT_IMPORTED)
        sqlite_db_bind_int(stmt, 22, response->import);
    code = sqlite_db_run(&store->db, stmt, err);
    sqlite_row_unbind_response(stmt, response, &texts);
    if (code == CXD_OK)
        *ret_done = sqlite3_changes(store->db.handle) > 0;
    return code;
}

static enum cxd_err put_first(struct sqlite_store *store, const struct response *response, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_INSERT_FIRST, err, INT(response->number), INT(response->first.answered_at),
                      BLOB(response->first.digest, sizeof response->first.digest), INT(response->first.revision));
}

static enum cxd_err find_asked(void *context, int64_t survey, int64_t revision, const struct survey **ret_asked,
                               struct error *err) {
    struct sqlite_store *store = context;
    return sqlite_asked_find(&store->db, store->base.read_definition, &store->asked, survey, revision, ret_asked, err);
}

static struct decide_asking asking_of(struct sqlite_store *store, int64_t survey) {
    return (struct decide_asking){.find = store->base.read_definition ? find_asked : NULL,
                                  .context = store,
                                  .declared = sqlite_declared_find(&store->declared, survey)};
}

/* Counts what has been stored; and where retention has passed its time already, has it look there again. */
static enum cxd_err count_stored(struct sqlite_store *store, const struct response *response, struct error *err) {
    const struct declared *declared = sqlite_declared_find(&store->declared, response->survey);
    enum cxd_err code = declared ? sqlite_questions_fix(store, declared, response, err) : CXD_OK;
    if (code == CXD_OK && declared && response->answered_at <= declared->anonymised_to)
        code = sqlite_anonymised_again(store, response->survey, response->answered_at, err);
    return code == CXD_OK ? sqlite_count_response(store, response, 1, err) : code;
}

static enum cxd_err find_last_answer(void *context, const char *respondent, int64_t survey, int64_t from, int64_t to,
                                     int64_t except, int64_t *ret_last, struct error *err) {
    struct sqlite_store *store = context;
    return sqlite_db_last_answer(&store->db, respondent, survey, from, to, except, ret_last, err);
}

/* Holds a response against what is stored under its id, and amends that. One that is created is left to be inserted. */
static enum cxd_err answer_stored(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response stored;
    bool found = false, done = false;
    const struct response *sent = &change->as.response.value;
    enum cxd_err code = sqlite_find_response(store, sent->survey, &sent->id, &found, &stored, err);
    if (code == CXD_OK && decide_gone(change, false, found ? &stored : NULL))
        return CXD_OK;
    const struct decide_asking asking = asking_of(store, sent->survey);
    if (code == CXD_OK)
        code = decide_response(change, found ? &stored : NULL, &asking, err);
    if (code == CXD_OK && (change->outcome == OUTCOME_CREATED || change->outcome == OUTCOME_AMENDED))
        code = decide_recontact(change, found ? &stored : NULL, find_last_answer, store, err);
    if (code != CXD_OK || change->outcome != OUTCOME_AMENDED)
        return code;
    code = put(store, QUERY_UPDATE_RESPONSE, &change->as.response.value, &done, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_NOTE_AMENDED, err, INT(change->as.response.value.number));
    if (code == CXD_OK && !stored.first.is_kept)
        code = put_first(store, &change->as.response.value, err);
    if (code == CXD_OK)
        code = sqlite_comments_replace(store, &stored, &change->as.response.value, err);
    if (code == CXD_OK)
        code = sqlite_count_response(store, &stored, -1, err);
    if (code == CXD_OK)
        code = sqlite_visits_move(store, &stored, &change->as.response.value, err);
    return code == CXD_OK ? count_stored(store, &change->as.response.value, err) : code;
}

/* Of a response that is invited. *ret_found: the invitation is kept. */
static enum cxd_err fill_in(struct sqlite_store *store, struct change *change, bool *ret_found, bool *ret_goes_on,
                            struct error *err) {
    const struct response *sent = &change->as.response.value;
    struct invitation_record record;
    struct response stored;
    bool is_stored = false;
    *ret_goes_on = false;
    enum cxd_err code = sqlite_find_response(store, sent->survey, &sent->id, &is_stored, &stored, err);
    if (code == CXD_OK && !decide_gone(change, false, is_stored ? &stored : NULL))
        code = sqlite_invitation_find(store, sent->survey, &sent->id, ret_found, &record, err);
    if (code != CXD_OK || change->outcome == OUTCOME_REFUSED)
        return code;
    return decide_invited(change, *ret_found ? &record : NULL, is_stored ? &stored : NULL, ret_goes_on, err);
}

static enum query insert_query(const struct sqlite_store *store, const struct response *response) {
    return response->import != 0     ? QUERY_INSERT_IMPORTED
           : store->numbers.is_there ? QUERY_INSERT_RESPONSE
                                     : QUERY_INSERT_NUMBERED;
}

static enum cxd_err write_response(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    bool goes_on = false, marked = false;
    enum cxd_err code = sqlite_judge(store, change, response->survey, decide_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    if (!sqlite_declared_find(&store->declared, response->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    const struct decide_asking asking = asking_of(store, response->survey);
    code = decide_answers(change, &asking, err);
    if (code == CXD_OK && response->has_id)
        code = sqlite_marks_find(store, response->survey, &response->id, &marked, err);
    if (code != CXD_OK || decide_gone(change, marked, NULL))
        return code;
    bool is_kept = false;
    if (change->as.response.invited.is_kept) {
        code = fill_in(store, change, &is_kept, &goes_on, err);
        if (code != CXD_OK || !goes_on)
            return code;
    }
    if (decide_looks_first(change)) {
        code = answer_stored(store, change, err);
        if (code != CXD_OK || change->outcome != OUTCOME_CREATED)
            return code;
    }
    /* Nearly every response is new: insert first, and look only at what was in the way. */
    bool created = false;
    response->number = store->numbers.last + 1;
    code = put(store, insert_query(store, response), response, &created, err);
    if (code != CXD_OK)
        return code;
    if (!created)
        return answer_stored(store, change, err);
    store->numbers.last = response->number;
    store->numbers.is_there = true;
    change->outcome = OUTCOME_CREATED;
    if (is_kept)
        code = sqlite_invitation_answered(store, change, err);
    if (code == CXD_OK)
        code = sqlite_visits_move(store, NULL, response, err);
    return code == CXD_OK ? count_stored(store, response, err) : code;
}

enum cxd_err sqlite_write_response(struct sqlite_store *store, struct change *change, struct error *err) {
    int64_t import = change->as.response.value.import;
    bool goes_on = false;
    if (import == 0)
        return write_response(store, change, err);
    enum cxd_err code = sqlite_import_admit(store, change, import, change->as.response.value.survey, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    code = write_response(store, change, err);
    if (code == CXD_OK)
        sqlite_import_count(store, change);
    return code;
}

enum cxd_err sqlite_exclude_response(struct sqlite_store *store, const struct response *before,
                                     const struct response *after, struct error *err) {
    enum cxd_err code =
        SQLITE_RUN(&store->db, QUERY_EXCLUDE_RESPONSE, err, INT(after->number), INT(response_standing(after)),
                   TEXT(after->excluded_reason), INT(after->flags), INT(after->updated_at));
    if (code == CXD_OK && !after->excluded)
        code = SQLITE_RUN(&store->db, QUERY_NOTE_AMENDED, err, INT(after->number));
    if (code == CXD_OK)
        code = sqlite_count_response(store, before, -1, err);
    if (code == CXD_OK)
        code = sqlite_visits_move(store, before, after, err);
    return code == CXD_OK ? count_stored(store, after, err) : code; /* a reason may name somebody */
}

enum cxd_err sqlite_write_exclude(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response response, after;
    bool found = false;
    enum cxd_err code =
        sqlite_find_response(store, change->as.exclude.survey, &change->as.exclude.id, &found, &response, err);
    if (code != CXD_OK)
        return code;
    decide_exclude(change, found ? &response : NULL, &after);
    if (change->outcome == OUTCOME_MISSING || change->outcome == OUTCOME_REFUSED)
        return CXD_OK;
    change->as.exclude.value = after;
    if (!copy_response(change->arena, &change->as.exclude.value))
        return error_set(err, ERR_NO_MEMORY, "no memory for the reply to an exclusion");
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    return sqlite_exclude_response(store, &response, &after, err);
}
