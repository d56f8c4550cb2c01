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
    if (!fits || strlen(field) != length || utf8_count(field) == SIZE_MAX)
        memcpy(field, "?", 2);
}

void sqlite_row_read_audit(sqlite3_stmt *stmt, struct audit_record *ret_record) {
    struct audit_record record = {.number = sqlite3_column_int64(stmt, 0), .at = sqlite3_column_int64(stmt, 1)};
    read_text(stmt, 2, record.actor, sizeof record.actor);
    read_text(stmt, 3, record.act, sizeof record.act);
    read_text(stmt, 4, record.target, sizeof record.target);
    read_text(stmt, 5, record.detail, sizeof record.detail);
    const void *hash = sqlite3_column_blob(stmt, 6);
    if (hash && sqlite3_column_bytes(stmt, 6) == (int)sizeof record.hash)
        memcpy(record.hash, hash, sizeof record.hash);
    *ret_record = record;
}

enum cxd_err sqlite_write_note(struct sqlite_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_note(change);
    return CXD_OK;
}

enum cxd_err sqlite_write_audit(struct sqlite_store *store, const struct change *change, struct error *err) {
    struct audit_record record, before;
    if (!audit_describe(change, store->identity.secret, &record))
        return CXD_OK;
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_LAST_AUDIT, &stmt, &found, err);
    if (code != CXD_OK)
        return code;
    if (found)
        sqlite_row_read_audit(stmt, &before);
    sqlite3_reset(stmt);
    audit_chain(&record, found ? &before : NULL);
    return SQLITE_RUN(&store->db, QUERY_INSERT_AUDIT, err, INT(record.number), INT(record.at), TEXT(record.actor),
                      TEXT(record.act), TEXT(record.target), TEXT(record.detail),
                      BLOB(record.hash, sizeof record.hash));
}

/* The statement that lists, ready to be stepped. */
static enum cxd_err bind_list(struct db *db, int64_t after, size_t limit, const char *respondent, struct arena *arena,
                              struct audit_person persons[2], sqlite3_stmt **ret_stmt, struct error *err) {
    uint8_t secret[AUDIT_SECRET_SIZE];
    enum cxd_err code = respondent ? sqlite_identity_read_secret(db, secret, err) : CXD_OK;
    if (code != CXD_OK)
        return code;
    if (!respondent)
        return SQLITE_ASK(db, QUERY_LIST_AUDIT, ret_stmt, err, INT(after), INT(limit));
    if (!audit_names(secret, respondent, arena, persons))
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    return SQLITE_ASK(db, QUERY_LIST_AUDIT_OF, ret_stmt, err, INT(after), INT(limit), TEXT(persons[0].keyed),
                      TEXT(persons[0].bare), TEXT(persons[1].keyed), TEXT(persons[1].bare));
}

enum cxd_err sqlite_read_audit(struct store_reader *base, int64_t after, size_t limit, const char *respondent,
                               struct arena *arena, struct audit_record **ret_records, size_t *ret_count,
                               struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct audit_record *records = arena_alloc_zero(arena, limit + 1, sizeof *records);
    if (!records)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    struct audit_person persons[2];
    bool began = false, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = bind_list(&reader->db, after, limit, respondent, arena, persons, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row && count < limit)
        sqlite_row_read_audit(stmt, &records[count++]);
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return code;
}
