/* Whether the database can be reached: suspected by who has lost a connection or got none, and found out by who looks,
 * on a connection of its own. As long as it cannot, nobody waits for it. */

#include "store/postgresql/reader.h"

enum { PROBE_MS = 2 * 1000 };

void postgresql_suspect(struct postgresql_store *store, const struct db *db) {
    if (db->failure == DB_LOST && !db->has_ended)
        atomic_store(&store->is_suspect, true);
}

enum cxd_err postgresql_expect_reachable(struct postgresql_store *store, struct error *err) {
    return atomic_load(&store->is_away) ? error_set(err, ERR_STORAGE, "the database cannot be reached") : CXD_OK;
}

/* A server that takes no more connections is there. */
static enum cxd_err probe(const struct postgresql_store *store, struct error *err) {
    struct db db;
    enum cxd_err code = postgresql_db_open_within(&db, store->url, PROBE_MS, err);
    postgresql_db_close(&db);
    return code;
}

enum store_place postgresql_look(struct store *base, struct error *ret_why) {
    struct postgresql_store *store = (struct postgresql_store *)base;
    struct error why;
    if (!atomic_load(&store->is_away) && !atomic_exchange(&store->is_suspect, false))
        return STORE_IN_PLACE;
    bool is_away = probe(store, &why) != CXD_OK;
    atomic_store(&store->is_away, is_away);
    if (is_away)
        *ret_why = why;
    return is_away ? STORE_UNREACHABLE : STORE_IN_PLACE;
}
