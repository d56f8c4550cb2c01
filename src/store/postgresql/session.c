/* Browsers that are signed in, and links to do so. There are no more than some hundred, so that each change reads all
 * of them. */

#include <string.h>

#include "store/postgresql/writer.h"

enum cxd_err postgresql_session_list(struct db *db, struct arena *arena, struct session **ret_sessions,
                                     size_t *ret_count, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_LIST_SESSIONS, &result, err);
    if (code != CXD_OK)
        return code;
    size_t count = (size_t)PQntuples(result);
    struct session *sessions = arena_alloc_zero(arena, count + 1, sizeof *sessions);
    if (!sessions)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the sessions");
    for (int i = 0; i < (int)count; i++) {
        struct session *session = &sessions[i];
        session->key = postgresql_id(result, i, 1);
        session->scopes = (unsigned)postgresql_int(result, i, 2);
        session->is_link = postgresql_bool(result, i, 3);
        session->created_at = postgresql_int(result, i, 4);
        session->seen_at = postgresql_int(result, i, 5);
        if (!postgresql_bytes(result, i, 0, session->hash, sizeof session->hash))
            return error_set(err, ERR_STORAGE, "the hash of a session cannot be read");
    }
    *ret_sessions = sessions;
    *ret_count = count;
    return CXD_OK;
}

/* All that there are, and room for the indices of some of them. */
static enum cxd_err list(struct postgresql_store *store, struct session **ret_sessions, size_t *ret_count,
                         size_t **ret_indices, struct error *err) {
    enum cxd_err code = postgresql_session_list(&store->db, &store->arena, ret_sessions, ret_count, err);
    if (code != CXD_OK)
        return code;
    *ret_indices = arena_alloc(&store->arena, (*ret_count + 1) * sizeof **ret_indices);
    return *ret_indices ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to end sessions");
}

/* Notes too that there are others now. */
static enum cxd_err delete_some(struct postgresql_store *store, const struct change *change,
                                const struct session *sessions, const size_t *gone, size_t count, struct error *err) {
    if (!change_redefines(change))
        return CXD_OK;
    postgresql_array_blobs(&store->arrays[0]);
    for (size_t i = 0; i < count; i++)
        postgresql_array_add_bytes(&store->arrays[0], sessions[gone[i]].hash, SHA256_SIZE);
    return POSTGRESQL_RUN(&store->db, QUERY_DELETE_SESSIONS, err, ARRAY(&store->arrays[0]), INT(store->generation + 1));
}

enum cxd_err postgresql_apply_session(struct postgresql_store *store, struct change *change, struct error *err) {
    struct session *sessions = NULL;
    size_t *gone = NULL, count = 0;
    enum cxd_err code = list(store, &sessions, &count, &gone, err);
    if (code != CXD_OK)
        return code;
    size_t gone_count = decide_session(change, sessions, count, gone);
    const struct session *value = &change->as.session.value;
    code = delete_some(store, change, sessions, gone, gone_count, err);
    if (code == CXD_OK && change->outcome == OUTCOME_CREATED)
        code = POSTGRESQL_RUN(&store->db, QUERY_INSERT_SESSION, err, BLOB(value->hash, sizeof value->hash),
                              ID(&value->key), INT(value->scopes), BOOL(value->is_link), INT(value->created_at),
                              INT(value->seen_at));
    return code;
}

enum cxd_err postgresql_apply_session_seen(struct postgresql_store *store, struct change *change, struct error *err) {
    const uint8_t *hash = change->as.session_seen.hash;
    struct session *sessions = NULL;
    size_t count = 0, at = 0;
    enum cxd_err code = postgresql_session_list(&store->db, &store->arena, &sessions, &count, err);
    if (code != CXD_OK)
        return code;
    while (at < count && memcmp(sessions[at].hash, hash, SHA256_SIZE) != 0)
        at++;
    decide_session_seen(change, at < count ? &sessions[at] : NULL);
    return change->outcome == OUTCOME_AMENDED
               ? POSTGRESQL_RUN(&store->db, QUERY_NOTE_SESSION_SEEN, err, BLOB(hash, SHA256_SIZE), INT(change->now_ms),
                                INT(store->generation + 1))
               : CXD_OK;
}

enum cxd_err postgresql_apply_session_end(struct postgresql_store *store, struct change *change, struct error *err) {
    struct session *sessions = NULL;
    size_t *gone = NULL, count = 0;
    enum cxd_err code = list(store, &sessions, &count, &gone, err);
    if (code != CXD_OK)
        return code;
    size_t gone_count = decide_session_end(change, sessions, count, gone);
    return delete_some(store, change, sessions, gone, gone_count, err);
}
