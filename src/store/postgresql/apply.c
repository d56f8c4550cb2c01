/* A batch of changes as one transaction: what they name is locked and read, they are decided in memory, and what came
 * of it is written with the commit. What gave way to another node begins again; what has become of a commit whose
 * answer was lost is asked. */

#include <string.h>

#include "store/postgresql/batch.h"

enum { TRIES_MAX = 10, SLOTS = 1024 };

#define APPLIER(KIND, NAME, ...) [CHANGE_##KIND] = postgresql_apply_##NAME,
static postgresql_apply_change *const APPLIERS[] = {CHANGE_KINDS(APPLIER)};
_Static_assert(CXD_COUNT(APPLIERS) == CHANGE_KIND_COUNT, "a kind of change that nobody applies");

static enum cxd_err claim_slot(struct postgresql_store *store, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = CXD_OK;
    int from = (store->node.incarnation[0] << 8 | store->node.incarnation[1]) % SLOTS; /* at random */
    store->node.slot = -1;
    store->node.batch = 0;
    for (int i = 0; code == CXD_OK && store->node.slot < 0 && i < TRIES_MAX; i++) {
        code = POSTGRESQL_ASK(&store->db, QUERY_CLAIM_NODE, &result, err,
                              BLOB(store->node.incarnation, sizeof store->node.incarnation), INT(SILENT_MS), INT(from));
        if (code == CXD_OK && PQntuples(result) == 1)
            store->node.slot = (int)postgresql_int(result, 0, 0);
    }
    if (code == CXD_OK && store->node.slot < 0)
        return error_set(err, ERR_STORAGE, "no slot is free for this node");
    return code;
}

static enum cxd_err note_audit(struct postgresql_store *store, const struct change *change, struct error *err) {
    struct audit_record record;
    if (!audit_describe(change, store->audit_secret, &record))
        return CXD_OK;
    if (store->audit_count == store->audit_capacity) {
        size_t larger = store->audit_capacity ? 2 * store->audit_capacity : 8;
        struct audit_record *records = arena_alloc(&store->arena, larger * sizeof *records);
        if (!records)
            return error_set(err, ERR_NO_MEMORY, "no memory for the audit log");
        if (store->audit_count > 0)
            memcpy(records, store->audit, store->audit_count * sizeof *records);
        store->audit = records;
        store->audit_capacity = larger;
    }
    store->audit[store->audit_count++] = record;
    return CXD_OK;
}

/* The head is locked the last of all. */
static enum cxd_err write_audit(struct postgresql_store *store, struct error *err) {
    const PGresult *head = NULL;
    if (store->audit_count == 0)
        return CXD_OK;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_AUDIT, &head, err);
    if (code != CXD_OK)
        return code;
    struct audit_record last = {.number = postgresql_int(head, 0, 0)};
    bool is_first = !postgresql_bytes(head, 0, 1, last.hash, sizeof last.hash);
    struct db_array *arrays = store->arrays;
    for (size_t i = 0; i < 7; i++)
        if (i < 2)
            postgresql_array_ints(&arrays[i]);
        else if (i < 6)
            postgresql_array_texts(&arrays[i]);
        else
            postgresql_array_blobs(&arrays[i]);
    for (size_t i = 0; i < store->audit_count; i++) {
        struct audit_record *record = &store->audit[i];
        audit_chain(record, is_first ? NULL : &last);
        is_first = false;
        last = *record;
        postgresql_array_add_int(&arrays[0], record->number);
        postgresql_array_add_int(&arrays[1], record->at);
        postgresql_array_add_text(&arrays[2], record->actor);
        postgresql_array_add_text(&arrays[3], record->act);
        postgresql_array_add_text(&arrays[4], record->target);
        postgresql_array_add_text(&arrays[5], record->detail);
        postgresql_array_add_bytes(&arrays[6], record->hash, sizeof record->hash);
    }
    code =
        POSTGRESQL_QUEUE(&store->db, QUERY_APPEND_AUDIT, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]), ARRAY(&arrays[2]),
                         ARRAY(&arrays[3]), ARRAY(&arrays[4]), ARRAY(&arrays[5]), ARRAY(&arrays[6]));
    return code == CXD_OK ? POSTGRESQL_QUEUE(&store->db, QUERY_NOTE_AUDIT, err, INT(last.number),
                                             BLOB(last.hash, sizeof last.hash))
                          : code;
}

static enum cxd_err decide_all(struct postgresql_store *store, struct change *const *changes, size_t count,
                               struct error *err) {
    enum cxd_err code = CXD_OK;
    store->audit = NULL;
    store->audit_count = store->audit_capacity = 0;
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        heartbeat_answer(store->base.beat);
        decide_begin(changes[i]);
        code = APPLIERS[changes[i]->kind](store, changes[i], err);
        if (code == CXD_OK)
            code = note_audit(store, changes[i], err);
    }
    return code;
}

static enum cxd_err raise_generation(struct postgresql_store *store, struct change *const *changes, size_t count,
                                     struct error *err) {
    bool redefined = store->alone.has_redefined;
    for (size_t i = 0; !redefined && i < count; i++)
        redefined = change_redefines(changes[i]);
    if (!redefined)
        return CXD_OK;
    store->known.generation = store->generation + 1;
    return POSTGRESQL_QUEUE(&store->db, QUERY_RAISE_GENERATION, err, INT(store->generation + 1));
}

static bool is_committed(const struct db *db, size_t at) {
    return at < db->result_count && PQresultStatus(db->results[at]) == PGRES_COMMAND_OK;
}

/* What has become of the batch is in *ret_fate where its answer was lost. In the same round trip it is told that the
 * batch is over: what becomes of that changes nothing of it. */
static enum cxd_err commit(struct postgresql_store *store, enum store_fate *ret_fate, struct error *err) {
    struct db *db = &store->db;
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_NOTE_BATCH, err, INT(store->node.slot), INT(store->node.batch),
                                         INT(store->node.number));
    size_t at = db->queued;
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_COMMIT, err);
    if (code == CXD_OK)
        code = postgresql_batch_tell(store, QUERY_SETTLE_BATCH, err);
    if (code == CXD_OK)
        code = postgresql_db_run(db, err);
    if (code == CXD_OK)
        return CXD_OK;
    if (is_committed(db, at)) {
        postgresql_db_rollback(db);
        return CXD_OK;
    }
    if (db->failure == DB_LOST)
        *ret_fate = STORE_FATE_UNKNOWN;
    return code;
}

/* Asks, on a new connection, whether the batch is there. */
static enum cxd_err find_fate(struct postgresql_store *store, enum store_fate *ret_fate, struct error *err) {
    struct error why;
    const PGresult *result = NULL;
    postgresql_db_bound(&store->db, FATE_MS);
    enum cxd_err code = postgresql_db_revive(&store->db, &why);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_FIND_BATCH, &result, &why, INT(store->node.slot),
                              BLOB(store->node.incarnation, sizeof store->node.incarnation));
    if (code != CXD_OK || PQntuples(result) != 1)
        return err->code;
    *ret_fate = STORE_FATE_NOTHING;
    if (postgresql_int(result, 0, 0) != store->node.batch)
        return err->code;
    *ret_fate = STORE_FATE_ALL;
    return CXD_OK;
}

static enum cxd_err attempt(struct postgresql_store *store, struct change *const *changes, size_t count,
                            enum store_fate *ret_fate, struct error *err) {
    bool is_ours = false;
    arena_reset(&store->arena);
    deltas_clear(&store->deltas);
    postgresql_imports_reset(store);
    enum cxd_err code = postgresql_db_revive(&store->db, err);
    if (code == CXD_OK && store->node.slot < 0)
        code = claim_slot(store, err);
    if (code == CXD_OK)
        code = postgresql_batch_begin(store, changes, count, &is_ours, err);
    if (code == CXD_OK && !is_ours) {
        store->node.slot = -1;
        store->db.failure = DB_AGAIN;
        return error_set(err, ERR_STORAGE, "another node has the slot of this one");
    }
    store->node.batch++;
    if (code == CXD_OK)
        code = decide_all(store, changes, count, err);
    if (code == CXD_OK)
        code = postgresql_imports_flush(store, err);
    if (code == CXD_OK)
        code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = postgresql_rollups_flush(store, err);
    if (code == CXD_OK)
        code = write_audit(store, err);
    if (code == CXD_OK)
        code = raise_generation(store, changes, count, err);
    return code == CXD_OK ? commit(store, ret_fate, err) : code;
}

/* Where that fails it is told with the next batch, or others find it out. */
static void tell_nothing(struct postgresql_store *store) {
    struct error ignored;
    if (store->db.failure == DB_LOST || store->node.slot < 0)
        return;
    enum db_failure failure = store->db.failure;
    postgresql_db_bound(&store->db, GRACE_MS);
    if (postgresql_batch_tell(store, QUERY_SETTLE_BATCH, &ignored) != CXD_OK ||
        postgresql_db_run(&store->db, &ignored) != CXD_OK)
        postgresql_db_rollback(&store->db);
    if (store->db.failure != DB_LOST)
        store->db.failure = failure;
}

/* Whether a batch that is not stored may be tried once more: what gave way to another node, and, once, what lost its
 * connection, perhaps long ago. */
static bool may_again(const struct postgresql_store *store, bool was_lost, int *losses) {
    return was_lost ? (*losses)++ == 0 : store->db.failure == DB_AGAIN;
}

enum cxd_err postgresql_apply(struct store *base, struct change *const *changes, size_t count,
                              enum store_fate *ret_fate, struct error *err) {
    struct postgresql_store *store = (struct postgresql_store *)base;
    enum store_fate fate = STORE_FATE_NOTHING;
    enum cxd_err code = CXD_OK;
    store->alone.is_wanted = false;
    code = postgresql_expect_reachable(store, err);
    if (code != CXD_OK)
        return code;
    int losses = 0;
    postgresql_db_bound(&store->db, store->batch_ms);
    int64_t until_ns = store->db.until_ns;
    for (int i = 0; i < TRIES_MAX; i++) {
        fate = STORE_FATE_NOTHING;
        store->db.failure = store->db.failure == DB_LOST ? DB_LOST : DB_SOUND;
        code = attempt(store, changes, count, &fate, err);
        bool was_lost = code != CXD_OK && store->db.failure == DB_LOST;
        if (code != CXD_OK && fate == STORE_FATE_UNKNOWN)
            code = find_fate(store, &fate, err);
        if (code == CXD_OK)
            return CXD_OK;
        store->known.is_loaded = false; /* it may be what the transaction was to make of it */
        bool goes_on = fate == STORE_FATE_NOTHING && may_again(store, was_lost, &losses);
        postgresql_db_rollback(&store->db);
        store->db.until_ns = until_ns;
        if (!goes_on || postgresql_db_left_ms(&store->db) == 0)
            break;
    }
    tell_nothing(store);
    postgresql_suspect(store, &store->db);
    *ret_fate = fate;
    return code;
}
