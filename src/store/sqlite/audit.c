/* The audit log's table: a record goes in with the change that it tells of, and is read back in order. */

#include <string.h>

#include "cxd/base/utf8.h"
#include "store/audit.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

/* A text that no record can have must not read as one that it may have, cut. */
static void read_text(sqlite3_stmt *stmt, int column, char *field, size_t size) {
    const char *text = sqlite3_column_blob(stmt, column);
    size_t length = text ? (size_t)sqlite3_column_bytes(stmt, column) : 0;
    bool fits = length < size;
    memcpy(field, fits && text ? text : "", fits ? length : 0);
    field[fits ? length : 0] = '\0';
    if (!fits || strlen(field) != length || utf8_count(field) == SIZE_MAX) {
        memcpy(field, "?", 2);
    }
}

void row_read_audit(sqlite3_stmt *stmt, struct audit_record *ret_record) {
    struct audit_record record = {.number = sqlite3_column_int64(stmt, 0),
                                  .at = sqlite3_column_int64(stmt, 1)};
    read_text(stmt, 2, record.actor, sizeof record.actor);
    read_text(stmt, 3, record.act, sizeof record.act);
    read_text(stmt, 4, record.target, sizeof record.target);
    read_text(stmt, 5, record.detail, sizeof record.detail);
    const void *hash = sqlite3_column_blob(stmt, 6);
    if (hash && sqlite3_column_bytes(stmt, 6) == (int)sizeof record.hash) {
        memcpy(record.hash, hash, sizeof record.hash);
    }
    *ret_record = record;
}

enum cxd_err write_note(struct sqlite_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    change->outcome = OUTCOME_CREATED;
    return CXD_OK;
}

enum cxd_err write_audit(struct sqlite_store *store, const struct change *change, struct error *err) {
    struct audit_record record, before;
    if (!audit_describe(change, &record)) {
        return CXD_OK;
    }
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code = db_statement(&store->db, QUERY_LAST_AUDIT, &stmt, err);
    if (code == CXD_OK) {
        code = db_next(&store->db, stmt, &found, err);
    }
    if (code != CXD_OK) {
        return code;
    }
    if (found) {
        row_read_audit(stmt, &before);
    }
    sqlite3_reset(stmt);
    audit_chain(&record, found ? &before : NULL);
    code = db_statement(&store->db, QUERY_INSERT_AUDIT, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, record.number);
        db_bind_int(stmt, 2, record.at);
        db_bind_text(stmt, 3, record.actor);
        db_bind_text(stmt, 4, record.act);
        db_bind_text(stmt, 5, record.target);
        db_bind_text(stmt, 6, record.detail);
        db_bind_blob(stmt, 7, record.hash, sizeof record.hash);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

enum cxd_err sqlite_read_audit(struct store_reader *base, int64_t after, size_t limit, struct arena *arena,
                               struct audit_record **ret_records, size_t *ret_count, struct error *err) {
    struct db *db = &((struct sqlite_reader *)base)->db;
    struct audit_record *records = arena_alloc_zero(arena, limit + 1, sizeof *records);
    if (!records) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    }
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(db, QUERY_LIST_AUDIT, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, after);
        db_bind_int(stmt, 2, (int64_t)limit);
    }
    while (code == CXD_OK && (code = db_next(db, stmt, &row, err)) == CXD_OK && row && count < limit) {
        row_read_audit(stmt, &records[count++]);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return code;
}
