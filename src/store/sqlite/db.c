/* One SQLite connection: how it is opened, its statements, and how its errors become cxd's. */

#include "store/sqlite/db.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/sqlite/log_vfs.h"

/* Bounds the daemon's memory: the writer's pages are few (appends), and the kernel caches the file for
 * readers. */
static const char WRITER_SETTINGS[] = "PRAGMA synchronous = FULL;"
                                      "PRAGMA cache_size = -8000;"
                                      "PRAGMA mmap_size = 0;"
                                      "PRAGMA temp_store = MEMORY;"
                                      "PRAGMA secure_delete = ON;" /* an erased comment leaves the file */
                                      "PRAGMA wal_autocheckpoint = 12000;"
                                      "PRAGMA journal_size_limit = 67108864;";

static const char READER_SETTINGS[] = "PRAGMA query_only = ON;"
                                      "PRAGMA cache_size = -2000;"
                                      "PRAGMA mmap_size = 0;"
                                      "PRAGMA temp_store = MEMORY;";

static enum cxd_err harden(struct db *db, struct error *err) {
    static const struct {
        int option, value;
    } OPTIONS[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
    };
    for (size_t i = 0; i < CXD_COUNT(OPTIONS); i++) {
        if (sqlite3_db_config(db->handle, OPTIONS[i].option, OPTIONS[i].value, NULL) != SQLITE_OK) {
            return db_error(db, "cannot set up the connection", err);
        }
    }
    return sqlite3_extended_result_codes(db->handle, 1) == SQLITE_OK ? CXD_OK
                                                                     : db_error(db, "cannot set up", err);
}

enum cxd_err db_open(const char *path, enum db_role role, struct db *ret_db, struct error *err) {
    struct db db = {0};
    int flags = SQLITE_OPEN_NOMUTEX | (role == DB_WRITER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    enum cxd_err code = CXD_OK;
    if (role == DB_WRITER) {
        log_vfs_register();
    }
    if (sqlite3_open_v2(path, &db.handle, flags, role == DB_WRITER ? LOG_VFS : NULL) != SQLITE_OK) {
        code = db_error(&db, "cannot open the database", err);
        goto out;
    }
    code = harden(&db, err);
    if (code == CXD_OK) {
        code = db_exec(&db, role == DB_WRITER ? WRITER_SETTINGS : READER_SETTINGS,
                       "cannot set up the connection", err);
    }
    sqlite3_stmt *rollback = NULL;
    if (code == CXD_OK) {
        code = db_statement(&db, QUERY_ROLLBACK, &rollback, err);
    }
out:
    if (code != CXD_OK) {
        db_close(&db);
        return code;
    }
    *ret_db = db;
    return CXD_OK;
}

enum cxd_err db_use_wal(struct db *db, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(stmt);
    }
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    bool wal = mode && strcmp(mode, "wal") == 0;
    enum cxd_err code = CXD_OK;
    if (!mode) {
        code = db_error(db, "cannot turn write-ahead logging on", err);
    } else if (!wal) {
        code =
            error_set(err, ERR_STORAGE, "the file system of the database does not allow write-ahead logging");
    }
    sqlite3_finalize(stmt);
    return code;
}

void db_close(struct db *db) {
    for (size_t i = 0; i < QUERY_COUNT; i++) {
        sqlite3_finalize(db->statements[i]);
    }
    sqlite3_close(db->handle);
    *db = (struct db){0};
}

/* The errno of a failed write. sqlite3_system_errno alone does not do: SQLite rolls back before it looks
 * at errno. The files keep theirs: the database, and the log. */
static int failed_errno(sqlite3 *handle) {
    int system_errno = 0;
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods) {
        (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system_errno);
    }
    if (system_errno == 0) {
        (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &system_errno);
    }
    return system_errno ? system_errno : sqlite3_system_errno(handle);
}

static bool is_failed_write(int rc) {
    return rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC ||
           rc == SQLITE_IOERR_TRUNCATE || rc == SQLITE_IOERR_SHMSIZE;
}

static bool is_no_room(int system_errno) {
    return system_errno == ENOSPC || system_errno == EFBIG || system_errno == EDQUOT;
}

static enum cxd_err code_of(int rc, int system_errno) {
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return ERR_NO_MEMORY;
    case SQLITE_FULL:
        return ERR_STORAGE_FULL;
    case SQLITE_NOTADB:
        return ERR_SCHEMA;
    case SQLITE_IOERR:
        if (rc == SQLITE_IOERR_NOMEM) {
            return ERR_NO_MEMORY;
        }
        return is_failed_write(rc) && is_no_room(system_errno) ? ERR_STORAGE_FULL : ERR_STORAGE;
    default:
        return ERR_STORAGE;
    }
}

enum cxd_err db_error(struct db *db, const char *doing, struct error *err) {
    if (!db->handle) {
        return error_set(err, ERR_NO_MEMORY, "%s: no memory for a connection", doing);
    }
    int rc = sqlite3_extended_errcode(db->handle);
    if (rc == SQLITE_INTERRUPT) {
        return error_set(err, ERR_BAD_PARAMETER,
                         "too many responses would have to be read for this: choose a shorter window, or one "
                         "filter that the survey declares");
    }
    int system_errno = is_failed_write(rc) ? failed_errno(db->handle) : 0;
    enum cxd_err code = code_of(rc, system_errno);
    if (code == ERR_SCHEMA) {
        return error_set(err, code, "%s is not a database of cxd", sqlite3_db_filename(db->handle, "main"));
    }
    if (system_errno != 0) {
        return error_set(err, code, "%s: %s: %s", doing, sqlite3_errmsg(db->handle), strerror(system_errno));
    }
    return error_set(err, code, "%s: %s", doing, sqlite3_errmsg(db->handle));
}

enum cxd_err db_exec(struct db *db, const char *sql, const char *doing, struct error *err) {
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? CXD_OK : db_error(db, doing, err);
}

enum cxd_err db_statement(struct db *db, enum query query, sqlite3_stmt **ret_stmt, struct error *err) {
    sqlite3_stmt **stmt = &db->statements[query];
    if (!*stmt && sqlite3_prepare_v3(db->handle, SQL_QUERIES[query], -1, SQLITE_PREPARE_PERSISTENT, stmt,
                                     NULL) != SQLITE_OK) {
        return db_error(db, "cannot prepare a query", err);
    }
    *ret_stmt = *stmt;
    return CXD_OK;
}

enum cxd_err db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct error *err) {
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return CXD_OK;
    }
    /* The message is read before the reset, the row's end is known after it. */
    enum cxd_err code = rc == SQLITE_DONE ? CXD_OK : db_error(db, "the database failed", err);
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_row = false;
    }
    return code;
}

enum cxd_err db_run(struct db *db, sqlite3_stmt *stmt, struct error *err) {
    bool row = false;
    enum cxd_err code = db_next(db, stmt, &row, err);
    if (row) {
        sqlite3_reset(stmt);
    }
    return code;
}

enum cxd_err db_run_query(struct db *db, enum query query, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(db, query, &stmt, err);
    return code == CXD_OK ? db_run(db, stmt, err) : code;
}

void db_rollback(struct db *db) {
    for (size_t i = 0; i < QUERY_COUNT; i++) {
        sqlite3_reset(db->statements[i]);
    }
    /* After some errors SQLite has rolled back by itself. The statement was prepared at open: it needs no
     * memory now. */
    if (!sqlite3_get_autocommit(db->handle)) {
        (void)sqlite3_step(db->statements[QUERY_ROLLBACK]);
        (void)sqlite3_reset(db->statements[QUERY_ROLLBACK]);
    }
}

/* Binding by reference allocates nothing and the indexes are constants of the code: only a programmer can
 * make it fail. */
static void must_bind(int rc) {
    assert(rc == SQLITE_OK);
    (void)rc;
}

void db_bind_int(sqlite3_stmt *stmt, int at, int64_t value) {
    must_bind(sqlite3_bind_int64(stmt, at, value));
}

void db_bind_text(sqlite3_stmt *stmt, int at, const char *text) {
    must_bind(text ? sqlite3_bind_text(stmt, at, text, (int)strlen(text), SQLITE_STATIC)
                   : sqlite3_bind_null(stmt, at));
}

void db_bind_blob(sqlite3_stmt *stmt, int at, const void *bytes, size_t size) {
    must_bind(bytes ? sqlite3_bind_blob(stmt, at, bytes, (int)size, SQLITE_STATIC)
                    : sqlite3_bind_null(stmt, at));
}

enum cxd_err db_copy_text(sqlite3_stmt *stmt, int column, struct arena *arena, const char **ret_text,
                          struct error *err) {
    if (sqlite3_column_type(stmt, column) == SQLITE_NULL) {
        *ret_text = NULL;
        return CXD_OK;
    }
    /* As a blob: as text SQLite would first make a copy of its own to terminate it. */
    const char *bytes = sqlite3_column_blob(stmt, column);
    int length = sqlite3_column_bytes(stmt, column);
    char *copy = arena_strndup(arena, bytes ? bytes : "", bytes ? (size_t)length : 0);
    if (!copy || (!bytes && length > 0)) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read a row");
    }
    *ret_text = copy;
    return CXD_OK;
}
