/* Imports: begun, ended and counted, and read. What a batch counts of one is written once, at its end. */

#include "store/decide_import.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err read_row(sqlite3_stmt *stmt, struct arena *arena, struct import_record *ret_record,
                             struct error *err) {
    int64_t state = sqlite3_column_int64(stmt, 6);
    struct import_record record = {
        .number = sqlite3_column_int64(stmt, 0),
        .id = sqlite_row_read_id(stmt, 1),
        .survey = sqlite3_column_int64(stmt, 2),
        .has_expected = sqlite3_column_type(stmt, 5) == SQLITE_INTEGER,
        .expected = sqlite3_column_int64(stmt, 5),
        .state = (enum import_state)state,
        .created_at = sqlite3_column_int64(stmt, 7),
        .updated_at = sqlite3_column_int64(stmt, 8),
        .created = sqlite3_column_int64(stmt, 9),
        .known = sqlite3_column_int64(stmt, 10),
        .refused = sqlite3_column_int64(stmt, 11),
        .removed = sqlite3_column_int64(stmt, 12),
        .after = sqlite3_column_int64(stmt, 13),
        .last = sqlite3_column_int64(stmt, 14),
        .undone = sqlite3_column_int64(stmt, 15),
        .is_held = sqlite3_column_int(stmt, 16) != 0,
    };
    if (state < 0 || state >= IMPORT_STATE_COUNT)
        return error_set(err, ERR_STORAGE, "a stored import has the state %lld", (long long)state);
    enum cxd_err code = sqlite_db_copy_text(stmt, 3, arena, &record.source, err);
    if (code == CXD_OK)
        code = sqlite_db_copy_text(stmt, 4, arena, &record.fingerprint, err);
    if (code == CXD_OK)
        *ret_record = record;
    return code;
}

/* The row of a statement that was asked, if there is one; resets it. */
static enum cxd_err take_row(enum cxd_err asked, sqlite3_stmt *stmt, bool row, struct arena *arena, bool *ret_found,
                             struct import_record *ret_record, struct error *err) {
    enum cxd_err code = asked == CXD_OK && row ? read_row(stmt, arena, ret_record, err) : asked;
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        *ret_found = row;
    return code;
}

static enum cxd_err find(struct db *db, const struct id *id, struct arena *arena, bool *ret_found,
                         struct import_record *ret_record, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_IMPORT, &stmt, &row, err, ID(id));
    return take_row(code, stmt, row, arena, ret_found, ret_record, err);
}

enum cxd_err sqlite_import_note(struct sqlite_store *store, const struct import_record *record, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_NOTE_IMPORT, err, INT(record->number), INT(record->state),
                      INT(record->updated_at), INT(record->created), INT(record->known), INT(record->refused),
                      INT(record->removed), INT(record->last), INT(record->undone));
}

enum cxd_err sqlite_imports_flush(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = store->import.is_counted ? sqlite_import_note(store, &store->import.record, err) : CXD_OK;
    sqlite_imports_reset(store);
    return code;
}

void sqlite_imports_reset(struct sqlite_store *store) {
    store->import.is_read = store->import.is_counted = false;
}

/* The import that the changes are of is read once. */
static enum cxd_err load(struct sqlite_store *store, int64_t number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    if (store->import.is_read && store->import.record.number == number)
        return CXD_OK;
    enum cxd_err code = sqlite_imports_flush(store, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&store->db, QUERY_SELECT_IMPORT_NUMBERED, &stmt, &row, err, INT(number));
    store->import.record = (struct import_record){.number = number};
    code = take_row(code, stmt, row, &store->scratch, &store->import.is_there, &store->import.record, err);
    store->import.record.source = store->import.record.fingerprint = NULL; /* they go with the scratch */
    store->import.is_read = code == CXD_OK;
    return code;
}

enum cxd_err sqlite_import_admit(struct sqlite_store *store, struct change *change, int64_t number, int64_t survey,
                                 bool *ret_goes_on, struct error *err) {
    enum cxd_err code = load(store, number, err);
    if (code == CXD_OK)
        *ret_goes_on = decide_import_open(change, store->import.is_there ? &store->import.record : NULL, survey);
    return code;
}

void sqlite_import_count(struct sqlite_store *store, const struct change *change) {
    decide_import_counted(change, &store->import.record);
    store->import.is_counted = true;
}

enum cxd_err sqlite_write_import(struct sqlite_store *store, struct change *change, struct error *err) {
    struct import_record *value = &change->as.import.value, open;
    sqlite3_stmt *stmt = NULL;
    bool goes_on = false, row = false, found = false, is_held = false;
    enum cxd_err code = sqlite_judge(store, change, value->survey, decide_import_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    if (!sqlite_declared_find(&store->declared, value->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    code = sqlite_imports_flush(store, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&store->db, QUERY_SELECT_OPEN_IMPORT, &stmt, &row, err, INT(value->survey),
                            TEXT(value->fingerprint));
    code = take_row(code, stmt, row, change->arena, &found, &open, err);
    if (code == CXD_OK)
        code = SQLITE_HAS(&store->db, QUERY_HAS_UNDOING_IMPORT, &is_held, err, INT(value->survey));
    if (code != CXD_OK)
        return code;
    decide_import(change, found ? &open : NULL, is_held, store->numbers.last);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    code =
        SQLITE_RUN(&store->db, QUERY_INSERT_IMPORT, err, ID(&value->id), INT(value->survey), TEXT(value->source),
                   TEXT(value->fingerprint), value->has_expected ? INT(value->expected) : TEXT(NULL), INT(value->state),
                   INT(value->created_at), INT(value->updated_at), INT(value->created), INT(value->known),
                   INT(value->refused), INT(value->removed), INT(value->after), INT(value->last), INT(value->undone));
    value->number = sqlite3_last_insert_rowid(store->db.handle);
    return code;
}

enum cxd_err sqlite_write_import_rows(struct sqlite_store *store, struct change *change, struct error *err) {
    bool goes_on = false;
    enum cxd_err code = sqlite_import_admit(store, change, change->as.import_rows.number, 0, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    change->outcome = OUTCOME_AMENDED;
    sqlite_import_count(store, change);
    return CXD_OK;
}

enum cxd_err sqlite_write_import_turn(struct sqlite_store *store, struct change *change, struct error *err) {
    struct import_record stored, *after = &change->as.import_turn.value;
    bool found = false;
    enum cxd_err code = sqlite_imports_flush(store, err);
    if (code == CXD_OK)
        code = find(&store->db, &change->as.import_turn.id, change->arena, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_import_turn(change, found ? &stored : NULL, after);
    return change->outcome == OUTCOME_AMENDED ? sqlite_import_note(store, after, err) : CXD_OK;
}

enum cxd_err sqlite_import_next_undoing(struct sqlite_store *store, bool *ret_found, struct import_record *ret_record,
                                        struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_imports_flush(store, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&store->db, QUERY_SELECT_UNDOING_IMPORT, &stmt, &row, err);
    return take_row(code, stmt, row, &store->scratch, ret_found, ret_record, err);
}

enum cxd_err sqlite_read_import(struct store_reader *base, const struct id *id, struct arena *arena, bool *ret_found,
                                struct import_record *ret_record, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = find(&reader->db, id, arena, ret_found, ret_record, err);
    sqlite_reader_leave(reader, began);
    return code;
}

enum cxd_err sqlite_read_imports(struct store_reader *base, int64_t before, size_t limit, struct arena *arena,
                                 struct import_record **ret_records, size_t *ret_count, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct import_record *records = arena_alloc_zero(arena, limit + 1, sizeof *records);
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    if (!records)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the imports");
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code =
            SQLITE_ASK(&reader->db, QUERY_LIST_IMPORTS, &stmt, err, INT(before > 0 ? before : INT64_MAX), INT(limit));
    while (code == CXD_OK && count < limit && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row)
        code = read_row(stmt, arena, &records[count++], err);
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return code;
}
