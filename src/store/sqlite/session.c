/* Browsers that are signed in, and links to do so. There are no more than some hundred, so that each change reads all
 * of them. */

#include <string.h>

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

enum cxd_err sqlite_db_list_sessions(struct db *db, struct arena *arena, struct session **ret_sessions,
                                     size_t *ret_count, struct error *err) {
    struct session *sessions = arena_alloc_zero(arena, SESSIONS_MAX, sizeof *sessions);
    sqlite3_stmt *stmt = NULL;
    size_t count = 0;
    bool row = false;
    if (!sessions)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the sessions");
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_SESSIONS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row && count < SESSIONS_MAX)
        sqlite_row_read_session(stmt, &sessions[count++]);
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_sessions = sessions;
        *ret_count = count;
    }
    return code;
}

/* All that there are, and room for the indices of some of them. */
static enum cxd_err list(struct sqlite_store *store, struct session **ret_sessions, size_t *ret_count,
                         size_t **ret_indices, struct error *err) {
    enum cxd_err code = sqlite_db_list_sessions(&store->db, &store->scratch, ret_sessions, ret_count, err);
    if (code != CXD_OK)
        return code;
    *ret_indices = arena_alloc(&store->scratch, (*ret_count + 1) * sizeof **ret_indices);
    return *ret_indices ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to end sessions");
}

static enum cxd_err delete_some(struct sqlite_store *store, const struct session *sessions, const size_t *gone,
                                size_t count, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_SESSION, err, BLOB(sessions[gone[i]].hash, SHA256_SIZE));
    return code;
}

static enum cxd_err note_changed(struct sqlite_store *store, const struct change *change, struct error *err) {
    return change_redefines(change) ? SQLITE_RUN(&store->db, QUERY_NOTE_SESSIONS_CHANGED, err) : CXD_OK;
}

enum cxd_err sqlite_write_session(struct sqlite_store *store, struct change *change, struct error *err) {
    struct session *sessions = NULL;
    size_t *gone = NULL, count = 0;
    enum cxd_err code = list(store, &sessions, &count, &gone, err);
    if (code != CXD_OK)
        return code;
    size_t gone_count = decide_session(change, sessions, count, gone);
    code = delete_some(store, sessions, gone, gone_count, err);
    const struct session *value = &change->as.session.value;
    if (code == CXD_OK && change->outcome == OUTCOME_CREATED)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_SESSION, err, BLOB(value->hash, sizeof value->hash), ID(&value->key),
                          INT(value->scopes), INT(value->is_link), INT(value->created_at), INT(value->seen_at));
    return code == CXD_OK ? note_changed(store, change, err) : code;
}

enum cxd_err sqlite_write_session_seen(struct sqlite_store *store, struct change *change, struct error *err) {
    const uint8_t *hash = change->as.session_seen.hash;
    struct session *sessions = NULL;
    size_t count = 0, at = 0;
    enum cxd_err code = sqlite_db_list_sessions(&store->db, &store->scratch, &sessions, &count, err);
    if (code != CXD_OK)
        return code;
    while (at < count && memcmp(sessions[at].hash, hash, SHA256_SIZE) != 0)
        at++;
    decide_session_seen(change, at < count ? &sessions[at] : NULL);
    if (change->outcome == OUTCOME_AMENDED)
        code = SQLITE_RUN(&store->db, QUERY_NOTE_SESSION_SEEN, err, BLOB(hash, SHA256_SIZE), INT(change->now_ms));
    return code == CXD_OK ? note_changed(store, change, err) : code;
}

enum cxd_err sqlite_write_session_end(struct sqlite_store *store, struct change *change, struct error *err) {
    struct session *sessions = NULL;
    size_t *gone = NULL, count = 0;
    enum cxd_err code = list(store, &sessions, &count, &gone, err);
    if (code != CXD_OK)
        return code;
    size_t gone_count = decide_session_end(change, sessions, count, gone);
    code = delete_some(store, sessions, gone, gone_count, err);
    return code == CXD_OK ? note_changed(store, change, err) : code;
}
