/* Changes that need nothing here, or next to nothing. */

#include "store/postgresql/writer.h"
#include "store/search.h"

/* A row that is deleted leaves the tables by vacuum, and the log by the server's own ways. */
enum cxd_err postgresql_apply_settle(struct postgresql_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_settled(change, true);
    return CXD_OK;
}

/* There is no list. */
enum cxd_err postgresql_apply_reerase(struct postgresql_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_reerased(change, 0, 0, 0);
    return CXD_OK;
}

/* Days that are over are read from their rows. */
enum cxd_err postgresql_apply_pack(struct postgresql_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_packed(change, 0, false);
    return CXD_OK;
}

/* Comments are searched where they stand. */
enum cxd_err postgresql_apply_index(struct postgresql_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    change->as.index.indexed = 0;
    change->as.index.more = change->as.index.purging = change->as.index.purged = false;
    decide_indexed(change, false);
    return CXD_OK;
}

enum cxd_err postgresql_apply_note(struct postgresql_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_note(change);
    return CXD_OK;
}

enum cxd_err postgresql_apply_clock(struct postgresql_store *store, struct change *change, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_CLOCK, &result, err);
    if (code != CXD_OK)
        return code;
    decide_clock(change, postgresql_int(result, 0, 0));
    return change->outcome == OUTCOME_AMENDED
               ? POSTGRESQL_QUEUE(&store->db, QUERY_NOTE_CLOCK, err, INT(change->as.clock.known_ms))
               : CXD_OK;
}

enum cxd_err postgresql_apply_resume(struct postgresql_store *store, struct change *change, struct error *err) {
    return postgresql_apply_clock(store, change, err);
}
