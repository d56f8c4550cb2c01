/* The schema of a file that is being opened: whose it is, how old it is, and the migrations that it lacks. */

#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

enum { APPLICATION_ID = 0x63786431 }; /* "cxd1", as in 0001_initial.sql */

enum cxd_err migration_run(struct db *db, const struct sql_migration *migration, struct error *err) {
    int64_t version = 0;
    enum cxd_err code = db_exec(db, migration->text, migration->name, err);
    if (code == CXD_OK) {
        code = db_read_number(db, "PRAGMA user_version", &version, err);
    }
    if (code == CXD_OK && version != migration->version) {
        code = error_set(err, ERR_INTERNAL, "%s does not set user_version %d", migration->name,
                         migration->version);
    }
    return code;
}

static enum cxd_err run_alone(struct db *db, const struct sql_migration *migration, struct error *err) {
    enum cxd_err code = db_run_query(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK) {
        code = migration_run(db, migration, err);
    }
    if (code == CXD_OK) {
        code = db_run_query(db, QUERY_COMMIT, err);
    }
    if (code != CXD_OK) {
        db_rollback(db);
    }
    return code;
}

static int64_t newest(void) {
    return SQL_MIGRATIONS[SQL_MIGRATION_COUNT - 1].version;
}

enum cxd_err migrate_examine(struct db *db, const char *path, int64_t *ret_version, struct error *err) {
    int64_t application = 0, version = 0, objects = 0;
    enum cxd_err code = db_read_number(db, "PRAGMA application_id", &application, err);
    if (code == CXD_OK) {
        code = db_read_number(db, "PRAGMA user_version", &version, err);
    }
    if (code == CXD_OK) {
        code = db_read_number(db, "SELECT count(*) FROM sqlite_schema", &objects, err);
    }
    if (code != CXD_OK) {
        return code;
    }
    bool empty = application == 0 && version == 0 && objects == 0;
    if (!empty && application != APPLICATION_ID) {
        return error_set(err, ERR_SCHEMA, "%s is a database, but not one of cxd", path);
    }
    if (version > newest()) {
        return error_set(err, ERR_SCHEMA, "%s has schema %lld, and this version of cxd knows only up to %lld",
                         path, (long long)version, (long long)newest());
    }
    *ret_version = version;
    return CXD_OK;
}

enum cxd_err migrate(struct sqlite_store *store, struct error *err) {
    struct db *db = &store->db;
    int64_t version = 0;
    enum cxd_err code = migrate_examine(db, store->path, &version, err);
    if (code == CXD_OK && version > 0 && version < newest()) {
        code = upgrade_prepare(store, version, err);
    }
    if (code == CXD_OK) {
        code = db_use_wal(db, err);
    }
    for (size_t i = 0; code == CXD_OK && i < SQL_MIGRATION_COUNT; i++) {
        if (SQL_MIGRATIONS[i].version > version) {
            code = run_alone(db, &SQL_MIGRATIONS[i], err);
        }
    }
    if (code == CXD_OK && version > 0) {
        store->upgrade.from = version;
        store->upgrade.to = newest();
    }
    return code;
}
