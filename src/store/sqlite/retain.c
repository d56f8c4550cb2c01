/* Old responses go, or lose what names a person. Deleted ones are gone, so the next batch finds the next; of anonymised
 * ones a mark is kept, the place up to which they are done. */

#include <string.h>

#include "store/decide_import.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

enum cxd_err sqlite_write_settle(struct sqlite_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_settled(change, false); /* that is done after the commit */
    return CXD_OK;
}

bool sqlite_retain_settle(struct sqlite_store *store) {
    return sqlite_places_settle(&store->places, &store->db);
}

/* The places are gathered first: the table is not changed while it is read. */
struct expired {
    struct response_place *items; /* of those that are to be deleted only the numbers are known */
    size_t count;
};

static enum cxd_err gather(struct sqlite_store *store, sqlite3_stmt *stmt, size_t limit, bool has_place,
                           struct expired *expired, struct error *err) {
    enum cxd_err code = CXD_OK;
    bool row = false;
    expired->items = arena_alloc(&store->scratch, limit * sizeof *expired->items);
    if (!expired->items)
        return error_set(err, ERR_NO_MEMORY, "no memory for old responses");
    while (expired->count < limit && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        expired->items[expired->count++] = has_place ? sqlite_row_read_place(stmt, 0)
                                                     : (struct response_place){.number = sqlite3_column_int64(stmt, 0)};
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err find_expired(struct sqlite_store *store, const struct change *change, struct expired *expired,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_EXPIRED, &stmt, err, INT(change->as.retain.survey),
                                   INT(change->as.retain.before_ms), INT(change->as.retain.limit));
    if (code != CXD_OK)
        return code;
    return gather(store, stmt, change->as.retain.limit, false, expired, err);
}

static enum cxd_err find_personal(struct sqlite_store *store, const struct change *change, struct expired *expired,
                                  struct error *err) {
    struct response_place done;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_anonymised_read(store, change->as.retain.survey, &done, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&store->db, QUERY_SELECT_PERSONAL, &stmt, err, INT(change->as.retain.survey),
                          INT(done.answered_at), INT(done.score), INT(done.standing), INT(done.number),
                          INT(change->as.retain.before_ms), INT(change->as.retain.limit));
    if (code != CXD_OK)
        return code;
    return gather(store, stmt, change->as.retain.limit, true, expired, err);
}

static enum cxd_err retain_one(struct sqlite_store *store, const struct change *change, int64_t number, size_t *touched,
                               struct error *err) {
    struct response response;
    bool found = false;
    enum cxd_err code = sqlite_find_numbered(store, number, &found, &response, err);
    if (code == CXD_OK && found)
        code = sqlite_visits_forget(store, &response, LEAVE_FORGOTTEN, err);
    if (code != CXD_OK || !found)
        return code;
    bool taken = change->as.retain.retention == RETENTION_DELETE;
    code = taken ? sqlite_delete_response(store, &response, decide_mark_at(&response, false, change->now_ms), err)
                 : sqlite_forget_response(store, &response, true, change->now_ms, &taken, err);
    *touched += taken;
    return code;
}

enum cxd_err sqlite_write_retain(struct sqlite_store *store, struct change *change, struct error *err) {
    bool deletes = change->as.retain.retention == RETENTION_DELETE;
    struct expired expired = {0};
    bool goes_on = false;
    size_t touched = 0;
    enum cxd_err code = sqlite_judge(store, change, change->as.retain.survey, decide_retain, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    code = deletes ? find_expired(store, change, &expired, err) : find_personal(store, change, &expired, err);
    for (size_t i = 0; code == CXD_OK && i < expired.count; i++)
        code = retain_one(store, change, expired.items[i].number, &touched, err);
    if (code == CXD_OK && !deletes && expired.count > 0)
        code = sqlite_anonymised_put(store, change->as.retain.survey, &expired.items[expired.count - 1], err);
    decide_retained(change, expired.count, touched);
    return code;
}
