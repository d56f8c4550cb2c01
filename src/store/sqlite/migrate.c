/* The schema of a file that is being opened is brought up to date, where it is older. */

#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

/* The first whose files have never had anything in the gaps of their pages. */
enum { CLEARED_SCHEMA = 3 };
/* The first that knows which history its numbers are of. */
enum { HISTORY_SCHEMA = 6 };

/* All in one transaction: a file that is killed on the way has its old schema or the newest, and its backup is of what
 * it was. */
static enum cxd_err run_later(struct db *db, int64_t version, struct error *err) {
    enum cxd_err code = sqlite_db_sort_in(db, DB_SORT_IN_FILES, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = sqlite_schema_raise(db, version, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(db, QUERY_COMMIT, err);
    if (code != CXD_OK)
        sqlite_db_rollback(db);
    return code == CXD_OK ? sqlite_db_sort_in(db, DB_SORT_IN_MEMORY, err) : code;
}

/* Where they cannot be counted, what comes next says why. */
static void begin_telling(struct sqlite_store *store, int64_t version) {
    struct error why;
    int64_t rows = 0;
    if (sqlite_db_read_number(&store->db, "SELECT count(*) FROM response", &rows, &why) != CXD_OK)
        rows = 0;
    sqlite_telling_begin(&store->telling, version, sqlite_schema_newest(), rows);
}

enum cxd_err sqlite_migrate(struct sqlite_store *store, struct error *err) {
    struct db *db = &store->db;
    int64_t version = 0;
    enum cxd_err code = sqlite_schema_examine(db, store->path, &version, err);
    if (code == CXD_OK)
        code = sqlite_db_clear_gaps(db, db, err);
    bool is_old = version > 0 && version < sqlite_schema_newest();
    if (code == CXD_OK && is_old)
        begin_telling(store, version);
    if (code == CXD_OK && is_old)
        code = sqlite_upgrade_prepare(store, version, err);
    if (code == CXD_OK && version >= HISTORY_SCHEMA)
        code = sqlite_db_forget_history(db, err);
    if (code == CXD_OK)
        code = sqlite_db_use_wal(db, err);
    if (code == CXD_OK && is_old) {
        sqlite_telling_step(&store->telling, STORE_UPGRADE_ITSELF, store->telling.now.rows);
        sqlite_telling_follow(&store->telling, db);
    }
    if (code == CXD_OK && version > 0 && version < CLEARED_SCHEMA)
        code = sqlite_db_sweep_gaps(db, err); /* before the upgrade: killed on the way, the next start does it again */
    if (code == CXD_OK && version < sqlite_schema_newest())
        code = run_later(db, version, err);
    if (is_old)
        sqlite_telling_leave(&store->telling, db);
    if (code == CXD_OK && version > 0) {
        store->upgrade.from = version;
        store->upgrade.to = sqlite_schema_newest();
    }
    return code;
}
