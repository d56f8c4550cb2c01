/* Old responses go, or lose what names a person. Deleted ones are gone, so the next batch finds the next; of anonymised ones a mark is
 * kept, the place up to which they are done. */

#include <string.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static const struct id LEAST_ID;

enum cxd_err write_settle(struct sqlite_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    change->outcome = OUTCOME_MISSING; /* until it is done, after the commit */
    return CXD_OK;
}

bool retain_settle(struct sqlite_store *store) {
    return db_truncate_log(&store->db);
}

static enum cxd_err put_mark(struct sqlite_store *store, int64_t survey, int64_t done_at,
                             const struct id *done_id, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_PUT_ANONYMISED, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey);
        db_bind_int(stmt, 2, done_at);
        db_bind_blob(stmt, 3, done_id->bytes, sizeof done_id->bytes);
        code = db_run(&store->db, stmt, err);
    }
    if (code == CXD_OK) {
        declared_set_anonymised(&store->declared, survey, done_at);
    }
    return code;
}

enum cxd_err retain_again(struct sqlite_store *store, int64_t survey, int64_t answered_at,
                          struct error *err) {
    return put_mark(store, survey, answered_at, &LEAST_ID, err);
}

enum cxd_err retain_restart(struct sqlite_store *store, int64_t survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_DELETE_ANONYMISED, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

static enum cxd_err read_mark(struct sqlite_store *store, int64_t survey, int64_t *ret_done_at,
                              struct id *ret_done_id, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    *ret_done_at = INT64_MIN;
    *ret_done_id = LEAST_ID;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_ANONYMISED, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, survey);
        code = db_next(&store->db, stmt, &row, err);
    }
    if (code == CXD_OK && row) {
        *ret_done_at = sqlite3_column_int64(stmt, 0);
        *ret_done_id = row_read_id(stmt, 1);
    }
    sqlite3_reset(stmt);
    return code;
}

/* Whether there is anything that forget_response would take. */
static bool is_personal(const struct sqlite_store *store, const struct response *response) {
    const struct declared *declared = declared_find(&store->declared, response->survey);
    for (size_t i = 0; i < response->property_count; i++) {
        if (!declared || !declared_has(declared, response->properties[i].key)) {
            return true;
        }
    }
    return response->respondent || response->comment || response->visit;
}

/* The ids are gathered first: the table is not changed while it is read. */
struct expired {
    struct id *ids;
    size_t count;
    int64_t last_at; /* of the last one */
};

static enum cxd_err gather(struct sqlite_store *store, sqlite3_stmt *stmt, size_t limit, bool has_time,
                           struct expired *expired, struct error *err) {
    enum cxd_err code = CXD_OK;
    bool row = false;
    expired->ids = arena_alloc(&store->scratch, limit * sizeof *expired->ids);
    if (!expired->ids) {
        return error_set(err, ERR_NO_MEMORY, "no memory for old responses");
    }
    while (expired->count < limit && (code = db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        expired->ids[expired->count++] = row_read_id(stmt, 0);
        expired->last_at = has_time ? sqlite3_column_int64(stmt, 1) : 0;
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err find_expired(struct sqlite_store *store, const struct change *change,
                                 struct expired *expired, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_EXPIRED, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_int(stmt, 1, change->as.retain.survey);
    db_bind_int(stmt, 2, change->as.retain.before_ms);
    db_bind_int(stmt, 3, (int64_t)change->as.retain.limit);
    return gather(store, stmt, change->as.retain.limit, false, expired, err);
}

static enum cxd_err find_personal(struct sqlite_store *store, const struct change *change,
                                  struct expired *expired, struct error *err) {
    int64_t done_at;
    struct id done_id;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = read_mark(store, change->as.retain.survey, &done_at, &done_id, err);
    if (code == CXD_OK) {
        code = db_statement(&store->db, QUERY_SELECT_PERSONAL, &stmt, err);
    }
    if (code != CXD_OK) {
        return code;
    }
    db_bind_int(stmt, 1, change->as.retain.survey);
    db_bind_int(stmt, 2, done_at);
    db_bind_int(stmt, 3, change->as.retain.before_ms);
    db_bind_blob(stmt, 4, done_id.bytes, sizeof done_id.bytes);
    db_bind_int(stmt, 5, (int64_t)change->as.retain.limit);
    return gather(store, stmt, change->as.retain.limit, true, expired, err);
}

static enum cxd_err retain_one(struct sqlite_store *store, struct change *change, const struct id *id,
                               struct error *err) {
    struct response response;
    bool found = false;
    enum cxd_err code = find_response(store, id, &found, &response, err);
    if (code != CXD_OK || !found) {
        return code;
    }
    bool deletes = change->as.retain.retention == RETENTION_DELETE;
    if (!deletes && !is_personal(store, &response)) {
        return CXD_OK;
    }
    change->as.retain.touched++;
    return deletes ? delete_response(store, &response, err) : forget_response(store, &response, err);
}

enum cxd_err write_retain(struct sqlite_store *store, struct change *change, struct error *err) {
    bool deletes = change->as.retain.retention == RETENTION_DELETE;
    struct expired expired = {0};
    change->as.retain.touched = 0;
    enum cxd_err code =
        deletes ? find_expired(store, change, &expired, err) : find_personal(store, change, &expired, err);
    for (size_t i = 0; code == CXD_OK && i < expired.count; i++) {
        code = retain_one(store, change, &expired.ids[i], err);
    }
    if (code == CXD_OK && !deletes && expired.count > 0) {
        code =
            put_mark(store, change->as.retain.survey, expired.last_at, &expired.ids[expired.count - 1], err);
    }
    change->as.retain.more = expired.count == change->as.retain.limit;
    change->outcome = change->as.retain.touched > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    return code;
}
