/* The SQLite engine: opens the file and the one connection that writes, and lists the engine's operations. */

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/backup.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

static void sqlite_close(struct store *base) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    if (store->db.handle) {
        /* What cannot be checkpointed stays in the log and is read at the next open. */
        (void)db_truncate_log(&store->db);
        db_close(&store->db);
    }
    file_unlock(store->lock_fd);
    deltas_free(&store->deltas);
    arena_free(&store->declared.arena);
    arena_free(&store->scratch);
    buffer_free(&store->text);
    free(store->upgrade_backup);
    free(store->directory);
    free(store->path);
    free(store);
}

/* A relative path begins with "./", so that SQLite cannot read a meaning (":memory:", "file:") into it. */
static bool set_path(struct sqlite_store *store, const char *path) {
    store->path = NULL;
    if (asprintf(&store->path, "%s%s", path[0] == '/' ? "" : "./", path) < 0) {
        store->path = NULL;
        return false;
    }
    char *copy = strdup(store->path);
    store->directory = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return store->directory;
}

static enum cxd_err open_file(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = file_make_directory(store->directory, err);
    if (code == CXD_OK) {
        code = file_lock(store->path, &store->lock_fd, err);
    }
    if (code == CXD_OK) {
        code = file_create(store->path, store->directory, err);
    }
    if (code == CXD_OK) {
        code = db_open(store->path, DB_WRITER, &store->db, err);
    }
    if (code == CXD_OK) {
        code = migrate(store, err);
    }
    /* Migrations have outdated the statements that end a transaction: prepare them again while there is
     * memory. */
    if (code == CXD_OK) {
        code = db_run_query(&store->db, QUERY_BEGIN_WRITE, err);
        db_rollback(&store->db);
    }
    return code == CXD_OK ? declared_load(&store->db, &store->declared, err) : code;
}

static enum cxd_err sqlite_open(const char *path, struct store **ret_store, struct error *err) {
    if (path[0] == '\0') {
        return error_set(err, ERR_CONFIG, "the storage url names no file: use sqlite:PATH");
    }
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (!store) {
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    }
    /* SQLite's count of its allocations costs a lock each, a twelfth of an insert. Refused, and left, once
     * SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    store->base.engine = &STORE_SQLITE;
    store->lock_fd = -1;
    deltas_init(&store->deltas);
    arena_init(&store->declared.arena);
    arena_init(&store->scratch);
    buffer_init(&store->text);
    enum cxd_err code = set_path(store, path) ? open_file(store, err)
                                              : error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    if (code != CXD_OK) {
        sqlite_close(&store->base);
        return code;
    }
    *ret_store = &store->base;
    return CXD_OK;
}

static const char *sqlite_directory(const struct store *base) {
    return ((const struct sqlite_store *)base)->directory;
}

static const struct store_upgrade *sqlite_upgraded(const struct store *base) {
    return &((const struct sqlite_store *)base)->upgrade;
}

const struct store_engine STORE_SQLITE = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .directory = sqlite_directory,
    .read_disk = sqlite_read_disk,
    .upgraded = sqlite_upgraded,
    .apply = sqlite_apply,
    .rebuild = sqlite_rebuild,
    .check = sqlite_check,
    .backup = sqlite_backup,
    .restore = sqlite_restore,
    .reader_open = sqlite_reader_open,
    .reader_close = sqlite_reader_close,
    .reader_begin = sqlite_reader_begin,
    .reader_end = sqlite_reader_end,
    .read_histograms = sqlite_read_histograms,
    .read_extent = sqlite_read_extent,
    .read_response = sqlite_read_response,
    .read_last_answer = sqlite_read_last_answer,
    .read_responses = sqlite_read_responses,
    .read_surveys = sqlite_read_surveys,
    .read_keys = sqlite_read_keys,
    .read_signing_keys = sqlite_read_signing_keys,
    .read_audit = sqlite_read_audit,
    .count_rollups = sqlite_count_rollups,
    .read_figures = sqlite_read_figures,
    .read_rollups = sqlite_read_rollups,
};
