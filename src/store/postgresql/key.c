/* API keys: added, revoked, noted as used, removed; and signing keys. Whoever does has locked the state. */

#include "store/postgresql/writer.h"

static enum cxd_err find_key(struct db *db, const struct id *id, bool *ret_found, struct api_key *ret_key,
                             struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_SELECT_KEY, &result, err, ID(id));
    *ret_found = code == CXD_OK && PQntuples(result) == 1;
    if (*ret_found)
        postgresql_row_key(result, 0, ret_key);
    return code;
}

static enum cxd_err find_first(struct postgresql_store *store, struct change *change, bool *ret_is_first,
                               struct error *err) {
    struct api_key *keys = NULL;
    size_t count = 0;
    *ret_is_first = true;
    if (!change->if_none)
        return CXD_OK;
    enum cxd_err code = postgresql_list_keys(&store->db, SINCE_EVER, &store->arena, &keys, &count, err);
    if (code == CXD_OK)
        *ret_is_first = decide_key_is_first(change, keys, count);
    return code;
}

enum cxd_err postgresql_apply_key(struct postgresql_store *store, struct change *change, struct error *err) {
    const struct api_key *key = &change->as.key;
    struct api_key stored;
    bool found = false, is_first = false;
    enum cxd_err code = find_first(store, change, &is_first, err);
    if (code == CXD_OK && is_first)
        code = find_key(&store->db, &key->id, &found, &stored, err);
    if (code != CXD_OK || !is_first)
        return code;
    decide_key(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    return POSTGRESQL_RUN(&store->db, QUERY_INSERT_KEY, err, ID(&key->id), TEXT(key->name), TEXT(key->prefix),
                          BLOB(key->hash, sizeof key->hash), INT(key->scopes), INT(key->created_at),
                          INT(key->expires_at), INT(key->used_day), INT(key->revoked_at), INT(store->generation + 1));
}

static enum cxd_err set_number(struct postgresql_store *store, enum query query, const struct id *id, int64_t number,
                               struct error *err) {
    return POSTGRESQL_RUN(&store->db, query, err, ID(id), INT(number), INT(store->generation + 1));
}

enum cxd_err postgresql_apply_revoke(struct postgresql_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(&store->db, &change->as.revoke, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_revoke(change, found ? &stored : NULL);
    return change->outcome == OUTCOME_AMENDED
               ? set_number(store, QUERY_REVOKE_KEY, &change->as.revoke, change->now_ms, err)
               : CXD_OK;
}

enum cxd_err postgresql_apply_key_used(struct postgresql_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(&store->db, &change->as.key_used.id, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_key_used(change, found ? &stored : NULL);
    return change->outcome == OUTCOME_AMENDED
               ? set_number(store, QUERY_NOTE_KEY_USED, &change->as.key_used.id, change->as.key_used.day, err)
               : CXD_OK;
}

enum cxd_err postgresql_apply_prune(struct postgresql_store *store, struct change *change, struct error *err) {
    struct api_key *keys = NULL;
    size_t count = 0;
    enum cxd_err code = postgresql_list_keys(&store->db, SINCE_EVER, &store->arena, &keys, &count, err);
    if (code != CXD_OK)
        return code;
    size_t *past = arena_alloc(&store->arena, (count + 1) * sizeof *past);
    if (!past)
        return error_set(err, ERR_NO_MEMORY, "no memory to remove keys");
    decide_prune(change, keys, count, past);
    if (!change_redefines(change))
        return CXD_OK;
    postgresql_array_blobs(&store->arrays[0]);
    for (int64_t i = 0; i < change->as.prune.removed; i++)
        postgresql_array_add_bytes(&store->arrays[0], keys[past[i]].id.bytes, sizeof keys->id.bytes);
    return POSTGRESQL_RUN(&store->db, QUERY_DELETE_KEYS, err, ARRAY(&store->arrays[0]), INT(store->generation + 1));
}

enum cxd_err postgresql_apply_signing_key(struct postgresql_store *store, struct change *change, struct error *err) {
    struct signing_key *key = &change->as.signing_key;
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LIST_SIGNING_KEYS, &result, err);
    if (code != CXD_OK)
        return code;
    decide_signing_key(change, PQntuples(result) > 0);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    code = POSTGRESQL_ASK(&store->db, QUERY_INSERT_SIGNING_KEY, &result, err, BLOB(key->secret, sizeof key->secret),
                          INT(key->created_at));
    if (code != CXD_OK)
        return code;
    key->number = postgresql_int(result, 0, 0);
    return POSTGRESQL_RUN(&store->db, QUERY_DELETE_OLD_SIGNING_KEYS, err);
}
