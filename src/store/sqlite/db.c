/* One SQLite connection: how it is opened, its statements, and how its errors become cxd's. */

#include "store/sqlite/db.h"
#include "cxd/store/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/buffer.h"

#include "store/sqlite/gaps.h"
#include "store/sqlite/log_vfs.h"
#include "store/sqlite/watch_vfs.h"

/* A reader that begins while a commit ends may hold the writer's lock for an instant, also one of another process. */
enum { BUSY_MS = 2000 };

/* Bounds the daemon's memory: the writer's pages are few (appends), and the kernel caches the file for
 * readers. */
static const char WRITER_SETTINGS[] = "PRAGMA synchronous = FULL;"
                                      "PRAGMA cache_size = -8000;"
                                      "PRAGMA mmap_size = 0;"
                                      "PRAGMA temp_store = MEMORY;"
                                      "PRAGMA secure_delete = ON;" /* an erased comment leaves the file */
                                      "PRAGMA wal_autocheckpoint = 1000;"
                                      "PRAGMA journal_size_limit = 67108864;";

static const char READER_SETTINGS[] = "PRAGMA query_only = ON;"
                                      "PRAGMA cache_size = -2000;"
                                      "PRAGMA mmap_size = 0;"
                                      "PRAGMA temp_store = MEMORY;";

/* No PRAGMA here that reads the schema: a damaged one is for the check to report. Sorting goes to temporary files. */
static const char SOURCE_SETTINGS[] = "PRAGMA query_only = ON;"
                                      "PRAGMA temp_store = FILE;";

/* The file is worthless until it is whole: no journal to undo what was written, no flush. */
static const char COPY_SETTINGS[] = "PRAGMA synchronous = OFF;"
                                    "PRAGMA journal_mode = OFF;";

/* By enum db_role. */
static const struct {
    int flags;
    const char *vfs; /* NULL: the system's */
    const char *settings;
    int busy_ms;
} ROLES[] = {
    [DB_WRITER] = {SQLITE_OPEN_READWRITE, LOG_VFS, WRITER_SETTINGS, BUSY_MS},
    [DB_READER] = {SQLITE_OPEN_READONLY, NULL, READER_SETTINGS, BUSY_MS},
    [DB_SOURCE] = {SQLITE_OPEN_READONLY, WATCH_VFS, SOURCE_SETTINGS, BUSY_MS},
    [DB_SOURCE_ALONE] = {SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, WATCH_VFS, SOURCE_SETTINGS, BUSY_MS},
    [DB_COPY] = {SQLITE_OPEN_READWRITE, LOG_VFS, COPY_SETTINGS, 0},
};

static enum cxd_err harden(struct db *db, enum db_role role, struct error *err) {
    const struct {
        int option, value;
    } OPTIONS[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, role == DB_SOURCE || role == DB_READER},
    };
    for (size_t i = 0; i < CXD_COUNT(OPTIONS); i++)
        if (sqlite3_db_config(db->handle, OPTIONS[i].option, OPTIONS[i].value, NULL) != SQLITE_OK)
            return sqlite_db_error(db, "cannot set up the connection", err);
    return sqlite3_extended_result_codes(db->handle, 1) == SQLITE_OK ? CXD_OK
                                                                     : sqlite_db_error(db, "cannot set up", err);
}

/* The path as a URI of a file that does not change; NULL without memory, and then it is opened as any other. */
static char *make_uri(const char *path) {
    struct buffer uri;
    buffer_init(&uri);
    buffer_append_text(&uri, "file:");
    for (; *path; path++)
        if (strchr("%?#", *path))
            buffer_append_format(&uri, "%%%02x", (unsigned char)*path);
        else
            buffer_append_char(&uri, *path);
    buffer_append_text(&uri, "?immutable=1");
    return buffer_terminate(&uri) ? uri.data : (buffer_free(&uri), NULL);
}

enum cxd_err sqlite_db_open(const char *path, enum db_role role, struct db *ret_db, struct error *err) {
    struct db db = {0};
    enum cxd_err code = CXD_OK;
    sqlite_file_judge_opens();
    if (role == DB_WRITER || role == DB_COPY)
        sqlite_log_vfs_register();
    else if (role == DB_SOURCE || role == DB_SOURCE_ALONE)
        sqlite_watch_vfs_register();
    char *uri = role == DB_SOURCE_ALONE ? make_uri(path) : NULL;
    int rc = sqlite3_open_v2(uri ? uri : path, &db.handle, SQLITE_OPEN_NOMUTEX | ROLES[role].flags, ROLES[role].vfs);
    free(uri);
    if (rc != SQLITE_OK) {
        code = sqlite_db_error(&db, "cannot open the database", err);
        goto out;
    }
    (void)sqlite3_busy_timeout(db.handle, ROLES[role].busy_ms);
    code = harden(&db, role, err);
    if (code == CXD_OK)
        code = sqlite_db_exec(&db, ROLES[role].settings, "cannot set up the connection", err);
    sqlite3_stmt *rollback = NULL;
    if (code == CXD_OK)
        code = sqlite_db_statement(&db, QUERY_ROLLBACK, &rollback, err);
out:
    if (code != CXD_OK) {
        sqlite_db_close(&db);
        return code;
    }
    *ret_db = db;
    return CXD_OK;
}

enum cxd_err sqlite_db_forget_history(struct db *db, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    bool is_copy = mode && strcmp(mode, "wal") != 0;
    enum cxd_err code = mode ? CXD_OK : sqlite_db_error(db, "cannot read how the database is logged", err);
    sqlite3_finalize(stmt);
    if (is_copy)
        code = sqlite_db_exec(db, "UPDATE identity SET history = NULL", "cannot take a copy for the database", err);
    return code;
}

enum cxd_err sqlite_db_use_wal(struct db *db, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    bool wal = mode && strcmp(mode, "wal") == 0;
    enum cxd_err code = CXD_OK;
    if (!mode)
        code = sqlite_db_error(db, "cannot turn write-ahead logging on", err);
    else if (!wal)
        code = error_set(err, ERR_STORAGE, "the file system of the database does not allow write-ahead logging");
    sqlite3_finalize(stmt);
    return code;
}

bool sqlite_db_truncate_log(struct db *db) {
    (void)sqlite3_busy_timeout(db->handle, 0);
    int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    /* Its pages in memory still have something in their gaps, which would go to the log again. */
    if (rc == SQLITE_OK)
        (void)sqlite3_db_release_memory(db->handle);
    return rc == SQLITE_OK;
}

void sqlite_db_leave_files(struct db *db) {
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

enum cxd_err sqlite_db_sort_in(struct db *db, enum db_sort sort, struct error *err) {
    const char *sql = sort == DB_SORT_IN_FILES ? "PRAGMA temp_store = FILE" : "PRAGMA temp_store = MEMORY";
    return sqlite_db_exec(db, sql, "cannot set up the connection", err);
}

void sqlite_db_close(struct db *db) {
    for (size_t i = 0; i < QUERY_COUNT; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->handle);
    *db = (struct db){0};
}

/* The errno of a failed write. sqlite3_system_errno alone does not do: SQLite rolls back before it looks
 * at errno. The files keep theirs: the database, and the log. */
static int failed_errno(sqlite3 *handle) {
    int system_errno = 0;
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods)
        (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system_errno);
    if (system_errno == 0)
        (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &system_errno);
    return system_errno ? system_errno : sqlite3_system_errno(handle);
}

static bool is_failed_write(int rc) {
    return rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC ||
           rc == SQLITE_IOERR_TRUNCATE || rc == SQLITE_IOERR_SHMSIZE;
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
        if (rc == SQLITE_IOERR_NOMEM)
            return ERR_NO_MEMORY;
        return is_failed_write(rc) && sqlite_file_is_no_room(system_errno) ? ERR_STORAGE_FULL : ERR_STORAGE;
    default:
        return ERR_STORAGE;
    }
}

enum cxd_err sqlite_db_too_much(struct error *err) {
    return error_set(err, ERR_BAD_PARAMETER,
                     "too many responses would have to be read for this: choose a shorter window, or one filter that "
                     "the survey declares");
}

enum cxd_err sqlite_db_error(struct db *db, const char *doing, struct error *err) {
    if (!db->handle)
        return error_set(err, ERR_NO_MEMORY, "%s: no memory for a connection", doing);
    int rc = sqlite3_extended_errcode(db->handle);
    if (rc == SQLITE_INTERRUPT)
        return sqlite_db_too_much(err);
    int system_errno = is_failed_write(rc) ? failed_errno(db->handle) : 0;
    enum cxd_err code = code_of(rc, system_errno);
    if (code == ERR_SCHEMA)
        return error_set(err, code, "%s is not a database of cxd", sqlite3_db_filename(db->handle, "main"));
    if (system_errno != 0)
        return error_set(err, code, "%s: %s: %s", doing, sqlite3_errmsg(db->handle), strerror(system_errno));
    return error_set(err, code, "%s: %s", doing, sqlite3_errmsg(db->handle));
}

enum cxd_err sqlite_db_exec(struct db *db, const char *sql, const char *doing, struct error *err) {
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? CXD_OK : sqlite_db_error(db, doing, err);
}

enum cxd_err sqlite_db_read_number(struct db *db, const char *sql, int64_t *ret_number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = CXD_OK;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
        code = sqlite_db_error(db, "cannot read the database", err);
    else
        *ret_number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return code;
}

enum cxd_err sqlite_db_clear_gaps(struct db *db, struct db *measured, struct error *err) {
    int64_t bytes = 0;
    enum cxd_err code = sqlite_db_read_number(measured,
                                              "SELECT CASE auto_vacuum WHEN 0 THEN page_count * page_size ELSE -1 END "
                                              "FROM pragma_auto_vacuum, pragma_page_count, pragma_page_size",
                                              &bytes, err);
    if (code == CXD_OK)
        sqlite_gaps_clear(db->handle, bytes);
    return code;
}

enum cxd_err sqlite_db_sweep_gaps(struct db *db, struct error *err) {
    int64_t page_bytes = 0;
    enum cxd_err code = sqlite_db_read_number(db, "PRAGMA page_size", &page_bytes, err);
    int rc = code == CXD_OK ? sqlite_gaps_sweep(db->handle, page_bytes) : SQLITE_OK;
    if (rc != SQLITE_OK) {
        code =
            error_set(err, code_of(rc, 0), "cannot clear what was deleted from the database: %s", sqlite3_errstr(rc));
    }
    (void)sqlite3_db_release_memory(db->handle);
    return code;
}

enum cxd_err sqlite_db_statement(struct db *db, enum query query, sqlite3_stmt **ret_stmt, struct error *err) {
    sqlite3_stmt **stmt = &db->statements[query];
    if (!*stmt &&
        sqlite3_prepare_v3(db->handle, SQLITE_QUERIES[query], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) != SQLITE_OK)
        return sqlite_db_error(db, "cannot prepare a query", err);
    *ret_stmt = *stmt;
    return CXD_OK;
}

enum cxd_err sqlite_db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct error *err) {
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return CXD_OK;
    }
    /* The message is read before the reset, the row's end is known after it. */
    enum cxd_err code = rc == SQLITE_DONE ? CXD_OK : sqlite_db_error(db, "the database failed", err);
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        *ret_row = false;
    return code;
}

enum cxd_err sqlite_db_run(struct db *db, sqlite3_stmt *stmt, struct error *err) {
    bool row = false;
    enum cxd_err code = sqlite_db_next(db, stmt, &row, err);
    if (row)
        sqlite3_reset(stmt);
    return code;
}

void sqlite_db_rollback(struct db *db) {
    for (size_t i = 0; i < QUERY_COUNT; i++)
        sqlite3_reset(db->statements[i]);
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

void sqlite_db_bind_int(sqlite3_stmt *stmt, int at, int64_t value) {
    must_bind(sqlite3_bind_int64(stmt, at, value));
}

void sqlite_db_bind_text(sqlite3_stmt *stmt, int at, const char *text) {
    must_bind(text ? sqlite3_bind_text(stmt, at, text, (int)strlen(text), SQLITE_STATIC) : sqlite3_bind_null(stmt, at));
}

void sqlite_db_bind_blob(sqlite3_stmt *stmt, int at, const void *bytes, size_t size) {
    must_bind(bytes ? sqlite3_bind_blob(stmt, at, bytes, (int)size, SQLITE_STATIC) : sqlite3_bind_null(stmt, at));
}

static void bind(sqlite3_stmt *stmt, const struct db_value *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int at = (int)i + 1;
        if (values[i].type == DB_INT)
            sqlite_db_bind_int(stmt, at, values[i].number);
        else if (values[i].type == DB_TEXT)
            sqlite_db_bind_text(stmt, at, values[i].bytes);
        else if (values[i].type == DB_BLOB)
            sqlite_db_bind_blob(stmt, at, values[i].bytes, (size_t)values[i].number);
        else if (values[i].type == DB_REAL)
            must_bind(sqlite3_bind_double(stmt, at, values[i].real));
    }
}

enum cxd_err sqlite_db_ask(struct db *db, enum query query, sqlite3_stmt **ret_stmt, const struct db_value *values,
                           size_t count, struct error *err) {
    enum cxd_err code = sqlite_db_statement(db, query, ret_stmt, err);
    if (code == CXD_OK)
        bind(*ret_stmt, values, count);
    return code;
}

enum cxd_err sqlite_db_first(struct db *db, enum query query, sqlite3_stmt **ret_stmt, bool *ret_row,
                             const struct db_value *values, size_t count, struct error *err) {
    enum cxd_err code = sqlite_db_ask(db, query, ret_stmt, values, count, err);
    return code == CXD_OK ? sqlite_db_next(db, *ret_stmt, ret_row, err) : code;
}

enum cxd_err sqlite_db_ask_and_run(struct db *db, enum query query, const struct db_value *values, size_t count,
                                   struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_ask(db, query, &stmt, values, count, err);
    return code == CXD_OK ? sqlite_db_run(db, stmt, err) : code;
}

enum cxd_err sqlite_db_has(struct db *db, enum query query, bool *ret_row, const struct db_value *values, size_t count,
                           struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_first(db, query, &stmt, ret_row, values, count, err);
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_db_copy_text(sqlite3_stmt *stmt, int column, struct arena *arena, const char **ret_text,
                                 struct error *err) {
    if (sqlite3_column_type(stmt, column) == SQLITE_NULL) {
        *ret_text = NULL;
        return CXD_OK;
    }
    /* As a blob: as text SQLite would first make a copy of its own to terminate it. */
    const char *bytes = sqlite3_column_blob(stmt, column);
    int length = sqlite3_column_bytes(stmt, column);
    char *copy = arena_strndup(arena, bytes ? bytes : "", bytes ? (size_t)length : 0);
    if (!copy || (!bytes && length > 0))
        return error_set(err, ERR_NO_MEMORY, "no memory to read a row");
    *ret_text = copy;
    return CXD_OK;
}
