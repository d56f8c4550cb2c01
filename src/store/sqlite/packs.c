/* Packs are taken away by the batch that moves what they are of; pack_days.c makes them again. */
#include "store/sqlite/packs.h"

/* *ret_waited: it has waited already, and there is nothing of it. */
static enum cxd_err wait(struct sqlite_store *store, int64_t number, enum pack_span span, int64_t bucket,
                         bool *ret_waited, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_WAIT_PACKED, err, INT(number), INT(span), INT(bucket));
    *ret_waited = code == CXD_OK && sqlite3_changes(store->db.handle) == 0;
    return code == CXD_OK && !*ret_waited
               ? SQLITE_RUN(&store->db, QUERY_DELETE_PACKS, err, INT(number), INT(span), INT(bucket))
               : code;
}

enum cxd_err sqlite_packs_touch(struct sqlite_store *store, int64_t number, int64_t day, struct error *err) {
    bool has_waited = false;
    enum cxd_err code = wait(store, number, PACK_DAY, day, &has_waited, err);
    int64_t run = day >> RUN_SHIFT;
    bool is_over = sqlite_pack_day(PACK_RUN, run + 1) <= store->packed_through;
    return code == CXD_OK && !has_waited && is_over ? wait(store, number, PACK_RUN, run, &has_waited, err) : code;
}

enum cxd_err sqlite_packs_renew(struct sqlite_store *store, int64_t survey, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_PACKS_OF, err, INT(survey));
    return code == CXD_OK ? SQLITE_RUN(&store->db, QUERY_WAIT_PACKED_OF, err, INT(survey)) : code;
}

enum cxd_err sqlite_packs_clear(struct sqlite_store *store, struct error *err) {
    static const enum query STEPS[] = {QUERY_DELETE_ALL_PACKS, QUERY_DELETE_ALL_PACKED, QUERY_FORGET_PACKED_THROUGH};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(STEPS); i++)
        code = SQLITE_RUN(&store->db, STEPS[i], err);
    store->packed_through = INT64_MIN; /* whatever it is: nothing is packed */
    return code;
}
