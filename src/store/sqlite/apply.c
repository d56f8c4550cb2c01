/* A batch of changes as one transaction: begin, write each, write the rollups that moved, commit. */

#include "store/sqlite/writer.h"

typedef enum cxd_err write_change(struct sqlite_store *store, struct change *change, struct error *err);

static write_change *const WRITERS[] = {
    [CHANGE_RESPONSE] = write_response,
    [CHANGE_EXCLUDE] = write_exclude,
    [CHANGE_FLAG] = write_flag,
    [CHANGE_CLEAR] = write_clear,
    [CHANGE_ERASE] = write_erase,
    [CHANGE_SURVEY] = write_survey,
    [CHANGE_ARCHIVE] = write_archive,
    [CHANGE_KEY] = write_key,
    [CHANGE_REVOKE] = write_revoke,
    [CHANGE_KEY_USED] = write_key_used,
    [CHANGE_RETAIN] = write_retain,
    [CHANGE_SETTLE] = write_settle,
    [CHANGE_SIGNING_KEY] = write_signing_key,
    [CHANGE_NOTE] = write_note,
};

enum cxd_err count_response(struct sqlite_store *store, const struct response *response, int sign,
                            struct error *err) {
    const struct declared *declared = declared_find(&store->declared, response->survey);
    if (!declared) {
        return error_set(err, ERR_STORAGE, "a stored response names a survey that is not there");
    }
    if (!deltas_add(&store->deltas, declared, response, sign)) {
        return error_set(err, ERR_NO_MEMORY, "no memory to count a response");
    }
    return CXD_OK;
}

static enum cxd_err apply_all(struct sqlite_store *store, struct change *const *changes, size_t count,
                              struct error *err) {
    enum cxd_err code = db_run_query(&store->db, QUERY_BEGIN_WRITE, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        arena_reset(&store->scratch);
        heartbeat_answer(store->base.beat);
        changes[i]->outcome = OUTCOME_NONE;
        changes[i]->refusal = CXD_OK;
        code = WRITERS[changes[i]->kind](store, changes[i], err);
        if (code == CXD_OK) {
            code = write_audit(store, changes[i], err);
        }
    }
    if (code == CXD_OK) {
        code = rollups_flush(store, err);
    }
    return code == CXD_OK ? db_run_query(&store->db, QUERY_COMMIT, err) : code;
}

enum cxd_err sqlite_apply(struct store *base, struct change *const *changes, size_t count,
                          struct error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    if (!sqlite3_get_autocommit(store->db.handle)) {
        db_rollback(&store->db); /* the last batch could not */
    }
    enum cxd_err code = CXD_OK;
    if (!store->declared.loaded) {
        code = declared_load(&store->db, &store->declared, err);
    }
    if (code == CXD_OK) {
        code = apply_all(store, changes, count, err);
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        if (changes[i]->kind == CHANGE_SETTLE && retain_settle(store)) {
            changes[i]->outcome = OUTCOME_AMENDED;
        }
    }
    if (code != CXD_OK) {
        db_rollback(&store->db);
        deltas_clear(&store->deltas);
        store->declared.loaded = false;
    }
    return code;
}
