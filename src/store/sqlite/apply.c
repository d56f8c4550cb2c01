/* A batch of changes as one transaction: begin, write each, write the rollups that moved, commit. */

#include "store/decide.h"
#include "store/sqlite/visits.h"

typedef enum cxd_err write_change(struct sqlite_store *store, struct change *change, struct error *err);

#define WRITER(KIND, NAME, ...) [CHANGE_##KIND] = sqlite_write_##NAME,
static write_change *const WRITERS[] = {CHANGE_KINDS(WRITER)};
_Static_assert(CXD_COUNT(WRITERS) == CHANGE_KIND_COUNT, "a kind of change that nobody writes");

/* Where the log cannot be written or flushed, the batch may lie in it whole: who opens the file before another batch
 * has been written over it finds it. */
static enum cxd_err commit(struct sqlite_store *store, enum store_fate *ret_fate, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_COMMIT, err);
    int rc = sqlite3_extended_errcode(store->db.handle);
    if (code != CXD_OK && (rc == SQLITE_IOERR_FSYNC || (rc == SQLITE_IOERR_WRITE && code != ERR_STORAGE_FULL)))
        *ret_fate = STORE_FATE_UNKNOWN;
    return code;
}

static enum cxd_err apply_all(struct sqlite_store *store, struct change *const *changes, size_t count,
                              enum store_fate *ret_fate, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = sqlite_catalog_renew(store, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        arena_reset(&store->scratch);
        heartbeat_answer(store->base.beat);
        decide_begin(changes[i]);
        store->now_ms = changes[i]->now_ms;
        code = WRITERS[changes[i]->kind](store, changes[i], err);
        if (code == CXD_OK)
            code = sqlite_write_audit(store, changes[i], err);
        if (code == CXD_OK)
            code = sqlite_rollups_relieve(store, err);
    }
    if (code == CXD_OK)
        code = sqlite_imports_flush(store, err);
    if (code == CXD_OK)
        code = sqlite_rollups_flush(store, err);
    if (code == CXD_OK)
        code = sqlite_visits_name(store, err);
    if (code == CXD_OK)
        code = sqlite_erasures_write(store, err);
    if (code == CXD_OK)
        code = sqlite_catalog_raise(store, changes, count, err);
    return code == CXD_OK ? commit(store, ret_fate, err) : code;
}

static enum cxd_err read_last_numbers(struct sqlite_store *store, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_LAST_NUMBERS, &stmt, &row, err);
    if (code == CXD_OK && row) {
        int64_t there = sqlite3_column_int64(stmt, 0), gone = sqlite3_column_int64(stmt, 1);
        store->numbers.last = there > gone ? there : gone;
        store->numbers.is_there = there > gone;
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err apply_batch(struct sqlite_store *store, struct change *const *changes, size_t count,
                                enum store_fate *ret_fate, struct error *err) {
    enum cxd_err code = store->numbers.last < 0 ? read_last_numbers(store, err) : CXD_OK;
    if (code == CXD_OK)
        code = apply_all(store, changes, count, ret_fate, err);
    sqlite_erasures_end(store, code == CXD_OK ? STORE_FATE_ALL : *ret_fate);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        if (changes[i]->kind == CHANGE_SETTLE && sqlite_retain_settle(store))
            decide_settled(changes[i], true);
    if (code != CXD_OK) {
        sqlite_db_rollback(&store->db);
        deltas_clear(&store->deltas);
        sqlite_rollups_forget(store);
        sqlite_imports_reset(store);
        sqlite_gates_reset(&store->gates);
        store->declared.loaded = false;
        sqlite_asked_clear(&store->asked);
        store->numbers.last = -1;
        store->comments.is_known = false;
        store->visits_from = -1;
    }
    sqlite_names_end(&store->names, code == CXD_OK);
    return code;
}

/* Between the flush and the acknowledgement comes a look: what went to a file that is not in its place any more is not
 * acknowledged, and may be there when the file is back. */
static enum cxd_err apply_in_place(struct sqlite_store *store, struct change *const *changes, size_t count,
                                   enum store_fate *ret_fate, struct error *err) {
    enum cxd_err code = sqlite_places_expect_before(&store->places, &store->db, err);
    if (code != CXD_OK)
        return code;
    code = apply_batch(store, changes, count, ret_fate, err);
    enum cxd_err after = sqlite_places_expect_after(&store->places, &store->db, code == CXD_OK ? err : NULL);
    if (code == CXD_OK && after != CXD_OK)
        *ret_fate = STORE_FATE_UNKNOWN;
    return code == CXD_OK ? after : code;
}

/* To bring the log home takes as long as some commits: nobody's reply waits for it but those of the next batch. */
void sqlite_tend(struct store *base) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    pthread_mutex_lock(&store->places.lock);
    if (sqlite3_get_autocommit(store->db.handle))
        sqlite_places_tend(&store->places, &store->db);
    pthread_mutex_unlock(&store->places.lock);
}

enum cxd_err sqlite_apply(struct store *base, struct change *const *changes, size_t count, enum store_fate *ret_fate,
                          struct error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    pthread_mutex_lock(&store->places.lock);
    if (!sqlite3_get_autocommit(store->db.handle))
        sqlite_db_rollback(&store->db); /* the last batch could not */
    enum cxd_err code = apply_in_place(store, changes, count, ret_fate, err);
    pthread_mutex_unlock(&store->places.lock);
    return code;
}
