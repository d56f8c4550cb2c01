/* What an operator asks of a store: how much there is, and how much more fits. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

static enum cxd_err read_number(struct db *db, enum query query, int64_t *ret_number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(db, query, &stmt, err);
    if (code == CXD_OK) {
        code = db_next(db, stmt, &row, err);
    }
    if (code == CXD_OK) {
        *ret_number = row ? sqlite3_column_int64(stmt, 0) : 0;
        sqlite3_reset(stmt);
    }
    return code;
}

enum cxd_err sqlite_count_rollups(struct store_reader *base, int64_t *ret_rows, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began;
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = read_number(&reader->db, QUERY_COUNT_ROLLUPS, ret_rows, err);
    }
    reader_leave(reader, began);
    return code;
}

enum cxd_err sqlite_read_figures(struct store_reader *base, struct store_figures *ret_figures,
                                 struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_figures figures = {0};
    bool began;
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = read_number(&reader->db, QUERY_COUNT_COUNTED, &figures.responses, err);
    }
    if (code == CXD_OK) {
        code = read_number(&reader->db, QUERY_READ_SCHEMA_NUMBER, &figures.schema, err);
    }
    reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_figures = figures;
    }
    return code;
}

static int64_t file_bytes(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0) {
        return status.st_size;
    }
    return errno == ENOENT ? 0 : -1;
}

bool sqlite_read_disk(const struct store *base, struct store_disk *ret_disk) {
    const struct sqlite_store *store = (const struct sqlite_store *)base;
    struct statvfs system;
    char log[4096];
    int length = snprintf(log, sizeof log, "%s-wal", store->path);
    if (length < 0 || (size_t)length >= sizeof log || statvfs(store->directory, &system) != 0) {
        return false;
    }
    struct store_disk disk = {
        .free_bytes = (int64_t)(system.f_bavail * system.f_frsize),
        .database_bytes = file_bytes(store->path),
        .log_bytes = file_bytes(log),
    };
    if (disk.database_bytes < 0 || disk.log_bytes < 0) {
        return false;
    }
    *ret_disk = disk;
    return true;
}
