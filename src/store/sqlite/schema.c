/* The schema of a file: whose it is, how old it is, and the migrations that are later. */

#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

enum { APPLICATION_ID = 0x63786431 }; /* "cxd1", as in 0001_initial.sql */

static enum cxd_err migration_run(struct db *db, const struct sql_migration *migration, struct error *err) {
    int64_t version = 0;
    enum cxd_err code = sqlite_db_exec(db, migration->text, migration->name, err);
    if (code == CXD_OK)
        code = sqlite_db_read_number(db, "PRAGMA user_version", &version, err);
    if (code == CXD_OK && version != migration->version)
        code = error_set(err, ERR_INTERNAL, "%s does not set user_version %d", migration->name, migration->version);
    return code;
}

enum cxd_err sqlite_schema_raise(struct db *db, int64_t version, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < SQLITE_MIGRATION_COUNT; i++)
        if (SQLITE_MIGRATIONS[i].version > version)
            code = migration_run(db, &SQLITE_MIGRATIONS[i], err);
    return code;
}

int64_t sqlite_schema_newest(void) {
    return SQLITE_MIGRATIONS[SQLITE_MIGRATION_COUNT - 1].version;
}

enum cxd_err sqlite_schema_examine(struct db *db, const char *path, int64_t *ret_version, struct error *err) {
    int64_t application = 0, version = 0, objects = 0, encoding = 0;
    enum cxd_err code = sqlite_db_read_number(db, "PRAGMA application_id", &application, err);
    if (code == CXD_OK)
        code = sqlite_db_read_number(db, "PRAGMA user_version", &version, err);
    if (code == CXD_OK)
        code = sqlite_db_read_number(db, "SELECT count(*) FROM sqlite_schema", &objects, err);
    if (code == CXD_OK)
        code = sqlite_db_read_number(db, "SELECT encoding = 'UTF-8' FROM pragma_encoding", &encoding, err);
    if (code != CXD_OK)
        return code;
    bool empty = application == 0 && version == 0 && objects == 0;
    if (!empty && application != APPLICATION_ID)
        return error_set(err, ERR_SCHEMA, "%s is a database, but not one of cxd", path);
    if (!empty && version < 1) {
        return error_set(err, ERR_SCHEMA, "%s has schema %lld, and there is none of that number", path,
                         (long long)version);
    }
    if (encoding != 1)
        return error_set(err, ERR_SCHEMA, "%s does not keep its texts in UTF-8, as cxd does", path);
    if (version > sqlite_schema_newest()) {
        return error_set(err, ERR_SCHEMA, "%s has schema %lld, and this version of cxd knows only up to %lld", path,
                         (long long)version, (long long)sqlite_schema_newest());
    }
    *ret_version = version;
    return CXD_OK;
}

enum cxd_err sqlite_schema_expect_newest(struct db *db, const char *path, struct error *err) {
    int64_t version = 0;
    enum cxd_err code = sqlite_schema_examine(db, path, &version, err);
    if (code != CXD_OK || version == sqlite_schema_newest())
        return code;
    if (version == 0)
        return error_set(err, ERR_SCHEMA, "%s is empty: the first start of a daemon makes the database", path);
    return error_set(err, ERR_SCHEMA,
                     "%s has schema %lld, of an older cxd: start the daemon once, which raises it to %lld", path,
                     (long long)version, (long long)sqlite_schema_newest());
}
