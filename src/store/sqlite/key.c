/* API keys: added, revoked, noted as used. */

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err find_key(struct sqlite_store *store, const struct id *id, bool *ret_found,
                             struct api_key *ret_key, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_KEY, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_blob(stmt, 1, id->bytes, sizeof id->bytes);
    code = db_next(&store->db, stmt, ret_found, err);
    if (code == CXD_OK && *ret_found) {
        row_read_key(stmt, ret_key);
    }
    sqlite3_reset(stmt);
    return code;
}

/* Runs revoke_key or note_key_used. */
static enum cxd_err set_number(struct sqlite_store *store, enum query query, const struct id *id,
                               int64_t number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, query, &stmt, err);
    if (code == CXD_OK) {
        db_bind_blob(stmt, 1, id->bytes, sizeof id->bytes);
        db_bind_int(stmt, 2, number);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

enum cxd_err write_key(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(store, &change->as.key.id, &found, &stored, err);
    if (code != CXD_OK) {
        return code;
    }
    decide_key(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_CREATED) {
        return CXD_OK;
    }
    sqlite3_stmt *stmt = NULL;
    code = db_statement(&store->db, QUERY_INSERT_KEY, &stmt, err);
    if (code == CXD_OK) {
        row_bind_key(stmt, &change->as.key);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

enum cxd_err write_revoke(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(store, &change->as.revoke, &found, &stored, err);
    if (code != CXD_OK) {
        return code;
    }
    if (!found || stored.revoked_at != 0) {
        change->outcome = found ? OUTCOME_REPLAYED : OUTCOME_MISSING;
        return CXD_OK;
    }
    change->outcome = OUTCOME_AMENDED;
    return set_number(store, QUERY_REVOKE_KEY, &change->as.revoke, change->now_ms, err);
}

enum cxd_err write_key_used(struct sqlite_store *store, struct change *change, struct error *err) {
    struct api_key stored;
    bool found = false;
    enum cxd_err code = find_key(store, &change->as.key_used.id, &found, &stored, err);
    if (code != CXD_OK) {
        return code;
    }
    decide_key_used(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_AMENDED) {
        return CXD_OK;
    }
    return set_number(store, QUERY_NOTE_KEY_USED, &change->as.key_used.id, change->as.key_used.day, err);
}

enum cxd_err write_signing_key(struct sqlite_store *store, struct change *change, struct error *err) {
    struct signing_key *key = &change->as.signing_key;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_INSERT_SIGNING_KEY, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_blob(stmt, 1, key->secret, sizeof key->secret);
    db_bind_int(stmt, 2, change->now_ms);
    code = db_run(&store->db, stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    key->number = sqlite3_last_insert_rowid(store->db.handle);
    key->created_at = change->now_ms;
    change->outcome = OUTCOME_CREATED;
    return db_run_query(&store->db, QUERY_DELETE_OLD_SIGNING_KEYS, err);
}
