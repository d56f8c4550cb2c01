/* API keys: added, revoked, noted as used, removed; and signing keys. */

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err find_key(struct db *db, const struct id *id, bool *ret_found, struct api_key *ret_key,
                             struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_KEY, &stmt, ret_found, err, ID(id));
    if (code == CXD_OK && *ret_found)
        sqlite_row_read_key(stmt, ret_key);
    sqlite3_reset(stmt);
    return code;
}

/* Runs revoke_key or note_key_used. */
static enum cxd_err set_number(struct sqlite_store *store, enum query query, const struct id *id, int64_t number,
                               struct error *err) {
    return SQLITE_RUN(&store->db, query, err, ID(id), INT(number));
}

static enum cxd_err find_first(struct sqlite_store *store, struct change *change, bool *ret_is_first,
                               struct error *err) {
    struct api_key *keys = NULL;
    size_t count = 0;
    *ret_is_first = true;
    if (!change->if_none)
        return CXD_OK;
    enum cxd_err code = sqlite_db_list_keys(&store->db, SINCE_EVER, &store->scratch, &keys, &count, err);
    if (code == CXD_OK)
        *ret_is_first = decide_key_is_first(change, keys, count);
    return code;
}

enum cxd_err sqlite_write_key(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false, is_first = false;
    enum cxd_err code = find_first(store, change, &is_first, err);
    if (code == CXD_OK && is_first)
        code = find_key(&store->db, &change->as.key.id, &found, &stored, err);
    if (code != CXD_OK || !is_first)
        return code;
    decide_key(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    const struct api_key *key = &change->as.key;
    return SQLITE_RUN(&store->db, QUERY_INSERT_KEY, err, ID(&key->id), TEXT(key->name), TEXT(key->prefix),
                      BLOB(key->hash, sizeof key->hash), INT(key->scopes), INT(key->created_at), INT(key->expires_at),
                      INT(key->used_day), INT(key->revoked_at));
}

enum cxd_err sqlite_write_revoke(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(&store->db, &change->as.revoke, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_revoke(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    return set_number(store, QUERY_REVOKE_KEY, &change->as.revoke, change->now_ms, err);
}

enum cxd_err sqlite_write_key_used(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(&store->db, &change->as.key_used.id, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_key_used(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    return set_number(store, QUERY_NOTE_KEY_USED, &change->as.key_used.id, change->as.key_used.day, err);
}

enum cxd_err sqlite_write_prune(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key *keys = NULL;
    size_t count = 0;
    enum cxd_err code = sqlite_db_list_keys(&store->db, SINCE_EVER, &store->scratch, &keys, &count, err);
    if (code != CXD_OK)
        return code;
    size_t *past = arena_alloc(&store->scratch, (count + 1) * sizeof *past);
    if (!past)
        return error_set(err, ERR_NO_MEMORY, "no memory to remove keys");
    decide_prune(change, keys, count, past);
    for (int64_t i = 0; code == CXD_OK && i < change->as.prune.removed; i++)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_KEY, err, ID(&keys[past[i]].id));
    return code == CXD_OK && change_redefines(change) ? SQLITE_RUN(&store->db, QUERY_NOTE_KEYS_REMOVED, err) : code;
}

enum cxd_err sqlite_write_signing_key(struct sqlite_store *store, struct change *change, struct error *err) {
    struct signing_key *key = &change->as.signing_key;
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_LIST_SIGNING_KEYS, &stmt, &found, err);
    sqlite3_reset(stmt);
    if (code != CXD_OK)
        return code;
    decide_signing_key(change, found);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    code = SQLITE_RUN(&store->db, QUERY_INSERT_SIGNING_KEY, err, BLOB(key->secret, sizeof key->secret),
                      INT(key->created_at));
    if (code != CXD_OK)
        return code;
    key->number = sqlite3_last_insert_rowid(store->db.handle);
    return SQLITE_RUN(&store->db, QUERY_DELETE_OLD_SIGNING_KEYS, err);
}
