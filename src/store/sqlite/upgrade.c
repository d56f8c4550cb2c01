/* Before the schema of a file that holds responses is raised: a backup beside it, and the migrations tried on that
 * backup, in a transaction that is rolled back. What fails there has not touched the file. */

#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

/* The backup itself, and as much again: migrations make the file, and its log, grow. */
enum { ROOM_FACTOR = 2 };

static enum cxd_err size_of(struct db *db, int64_t *ret_bytes, struct error *err) {
    return sqlite_db_read_number(db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                                 ret_bytes, err);
}

static enum cxd_err expect_none(struct db *db, const char *sql, const char *what, struct error *err) {
    int64_t count = 0;
    enum cxd_err code = sqlite_db_read_number(db, sql, &count, err);
    if (code == CXD_OK && count > 0)
        code = error_set(err, ERR_STORAGE, "%s", what);
    return code;
}

static enum cxd_err expect_whole(struct db *db, struct error *err) {
    /* Without a number for how many: newer SQLite takes it, in this form, for the name of a table. */
    return expect_none(db, "SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'",
                       "the database is damaged; 'cxd check' tells more", err);
}

static enum cxd_err try_migrations(struct db *db, int64_t version, struct error *err) {
    enum cxd_err code = SQLITE_RUN(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = sqlite_schema_raise(db, version, err);
    if (code == CXD_OK) {
        code = expect_none(db, "SELECT count(*) FROM pragma_foreign_key_check",
                           "rows that refer to none are left behind", err);
    }
    if (code == CXD_OK)
        code = expect_whole(db, err);
    sqlite_db_rollback(db);
    return code;
}

static bool tell_backup(void *context, enum store_stage stage, int64_t done, int64_t total) {
    (void)stage;
    sqlite_telling_advance(context, done, total);
    return true;
}

static enum cxd_err fill_backup(struct sqlite_store *store, const struct partial *partial, int64_t version,
                                struct error *err) {
    const struct store_progress progress = {.tell = tell_backup, .context = &store->telling};
    struct watch watch = {.progress = &progress};
    struct db backup = {0};
    struct error why;
    enum cxd_err code = sqlite_backup_copy(&store->db, partial, &watch, err);
    if (code == CXD_OK)
        code = sqlite_db_open(partial->path, DB_COPY, &backup, err);
    if (code != CXD_OK)
        return code;
    sqlite_telling_step(&store->telling, STORE_UPGRADE_TRIAL, store->telling.now.rows);
    sqlite_telling_follow(&store->telling, &backup);
    code = sqlite_db_exec(&backup, "PRAGMA journal_mode = DELETE", "cannot try the upgrade", err); /* to roll back by */
    if (code == CXD_OK)
        code = sqlite_db_sort_in(&backup, DB_SORT_IN_FILES, err);
    if (code == CXD_OK)
        code = expect_whole(&backup, err);
    if (code == CXD_OK && try_migrations(&backup, version, &why) != CXD_OK) {
        code = error_set(err, why.code,
                         "%s has schema %lld, and the upgrade fails when tried on a copy: %s. Nothing has been changed",
                         store->path, (long long)version, why.detail);
    }
    sqlite_telling_leave(&store->telling, &backup);
    sqlite_db_close(&backup);
    return code;
}

enum cxd_err sqlite_upgrade_prepare(struct sqlite_store *store, int64_t version, struct error *err) {
    struct partial partial = {.fd = -1};
    char *path = NULL;
    int64_t bytes = 0;
    if (asprintf(&path, "%s.schema-%lld.backup", store->path, (long long)version) < 0)
        return error_set(err, ERR_NO_MEMORY, "no memory to back the database up");
    enum cxd_err code = size_of(&store->db, &bytes, err);
    if (code == CXD_OK)
        code = sqlite_partial_create(path, PARTIAL_REPLACES, ROOM_FACTOR * bytes, &partial, err);
    if (code == CXD_OK) {
        sqlite_telling_step(&store->telling, STORE_UPGRADE_BACKUP, bytes);
        code = fill_backup(store, &partial, version, err);
    }
    if (code == CXD_OK)
        code = sqlite_partial_publish(&partial, err);
    if (code == CXD_OK) {
        store->upgrade.backup = store->upgrade_backup = path;
        path = NULL;
    }
    sqlite_partial_discard(&partial);
    free(path);
    return code == ERR_STORAGE_FULL ? CXD_OK : code; /* then there is no backup */
}
