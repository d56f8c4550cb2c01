/* Imports: begun, ended, counted and undone, and read. What the batch counts of one is written when another is looked
 * at, and at its end. */

#include "store/copy.h"
#include "store/decide_import.h"
#include "store/postgresql/batch.h"

static enum cxd_err read_row(const PGresult *result, int row, struct arena *arena, struct import_record *ret_record,
                             struct error *err) {
    struct import_record record = {
        .number = postgresql_int(result, row, 0),
        .id = postgresql_id(result, row, 1),
        .survey = postgresql_int(result, row, 2),
        .has_expected = !PQgetisnull(result, row, 5),
        .expected = postgresql_int(result, row, 5),
        .state = (enum import_state)postgresql_int(result, row, 6),
        .created_at = postgresql_int(result, row, 7),
        .updated_at = postgresql_int(result, row, 8),
        .created = postgresql_int(result, row, 9),
        .known = postgresql_int(result, row, 10),
        .refused = postgresql_int(result, row, 11),
        .removed = postgresql_int(result, row, 12),
        .after = postgresql_int(result, row, 13),
        .last = postgresql_int(result, row, 14),
        .undone = postgresql_int(result, row, 15),
        .is_held = postgresql_bool(result, row, 16),
    };
    enum cxd_err code = postgresql_copy(result, row, 3, arena, &record.source, err);
    if (code == CXD_OK)
        code = postgresql_copy(result, row, 4, arena, &record.fingerprint, err);
    if (code == CXD_OK)
        *ret_record = record;
    return code;
}

static enum cxd_err queue_note(struct postgresql_store *store, const struct import_record *record, struct error *err) {
    return POSTGRESQL_QUEUE(&store->db, QUERY_NOTE_IMPORT, err, INT(record->number), INT(record->state),
                            INT(record->updated_at), INT(record->created), INT(record->known), INT(record->refused),
                            INT(record->removed), INT(record->last), INT(record->undone));
}

enum cxd_err postgresql_imports_flush(struct postgresql_store *store, struct error *err) {
    bool is_due = store->import.is_counted;
    store->import.is_counted = false;
    return is_due ? queue_note(store, &store->import.record, err) : CXD_OK;
}

void postgresql_imports_reset(struct postgresql_store *store) {
    store->import.is_read = store->import.is_counted = false;
}

/* Of the only row of a question that is asked behind what was counted; NULL: there is none. */
static enum cxd_err take(struct postgresql_store *store, enum cxd_err code, const PGresult *result,
                         struct import_record *record, bool *ret_found, struct error *err) {
    *ret_found = code == CXD_OK && PQntuples(result) == 1;
    return *ret_found ? read_row(result, 0, &store->arena, record, err) : code;
}

enum cxd_err postgresql_imports_admit(struct postgresql_store *store, struct change *change, int64_t number,
                                      int64_t survey, bool *ret_goes_on, struct error *err) {
    if (!store->import.is_read || store->import.record.number != number) {
        const PGresult *result = NULL;
        enum cxd_err code = postgresql_imports_flush(store, err);
        if (code == CXD_OK)
            code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_IMPORT, &result, err, INT(number));
        code = take(store, code, result, &store->import.record, &store->import.is_there, err);
        if (code != CXD_OK)
            return code;
        store->import.is_read = store->import.is_there;
    }
    *ret_goes_on = decide_import_open(change, store->import.is_there ? &store->import.record : NULL, survey);
    return CXD_OK;
}

void postgresql_imports_count(struct postgresql_store *store, const struct change *change) {
    decide_import_counted(change, &store->import.record);
    store->import.is_counted = true;
}

/* Before an import is looked at otherwise than by its number: what is counted is written, and read again. */
static enum cxd_err put_aside(struct postgresql_store *store, struct error *err) {
    enum cxd_err code = postgresql_imports_flush(store, err);
    store->import.is_read = false;
    return code;
}

enum cxd_err postgresql_apply_import(struct postgresql_store *store, struct change *change, struct error *err) {
    struct import_record *value = &change->as.import.value, open;
    const PGresult *result = NULL;
    bool found = false, goes_on = false, is_held = false;
    enum cxd_err code = postgresql_judge(store, change, value->survey, decide_import_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    if (!postgresql_known_find(&store->known, value->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    code = put_aside(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_OPEN_IMPORT, &result, err, INT(value->survey),
                              TEXT(value->fingerprint));
    code = take(store, code, result, &open, &found, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_IS_IMPORT_HELD, &result, err, INT(value->survey));
    if (code != CXD_OK)
        return code;
    is_held = postgresql_bool(result, 0, 0);
    if (found && (!copy_text(change->arena, &open.source) || !copy_text(change->arena, &open.fingerprint)))
        return error_set(err, ERR_NO_MEMORY, "no memory for an import");
    /* Its responses are found by its number: nothing has to be known of theirs. */
    decide_import(change, found ? &open : NULL, is_held, 0);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    code = POSTGRESQL_ASK(&store->db, QUERY_INSERT_IMPORT, &result, err, ID(&value->id), INT(value->survey),
                          TEXT(value->source), TEXT(value->fingerprint),
                          value->has_expected ? INT(value->expected) : NOTHING, INT(value->state),
                          INT(value->created_at), INT(value->updated_at), INT(value->after));
    if (code == CXD_OK)
        value->number = postgresql_int(result, 0, 0);
    return code;
}

enum cxd_err postgresql_apply_import_rows(struct postgresql_store *store, struct change *change, struct error *err) {
    bool goes_on = false;
    enum cxd_err code = postgresql_imports_admit(store, change, change->as.import_rows.number, 0, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    change->outcome = OUTCOME_AMENDED;
    postgresql_imports_count(store, change);
    return CXD_OK;
}

enum cxd_err postgresql_apply_import_turn(struct postgresql_store *store, struct change *change, struct error *err) {
    struct import_record *after = &change->as.import_turn.value, stored;
    const PGresult *result = NULL;
    bool found = false;
    enum cxd_err code = put_aside(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_IMPORT_OF_ID, &result, err, ID(&change->as.import_turn.id));
    code = take(store, code, result, &stored, &found, err);
    if (code != CXD_OK)
        return code;
    decide_import_turn(change, found ? &stored : NULL, after);
    if (change->outcome != OUTCOME_REPLAYED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    if (!copy_text(change->arena, &after->source) || !copy_text(change->arena, &after->fingerprint))
        return error_set(err, ERR_NO_MEMORY, "no memory for an import");
    return change->outcome == OUTCOME_AMENDED ? queue_note(store, after, err) : CXD_OK;
}

/* Holds some responses of an import, behind its survey, and one more: whether there are any. */
static enum cxd_err hold_imported(struct postgresql_store *store, const struct import_record *record, size_t limit,
                                  const PGresult **ret_result, struct error *err) {
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = postgresql_batch_lock_survey(store, record->survey, false, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_IMPORTED, ret_result, err, INT(record->survey),
                              INT(record->number), LIMIT(limit < SIZE_MAX ? limit + 1 : limit));
    return code == CXD_OK ? postgresql_held_take(&store->held, &store->arena, *ret_result, err) : code;
}

static enum cxd_err undo_one(struct postgresql_store *store, struct held_row *row, int64_t now_ms, struct error *err) {
    if (decide_is_erased(&row->value) && !row->is_marked) {
        row->is_marked = row->is_fresh_mark = true;
        row->marked_at = decide_mark_at(&row->value, false, now_ms);
    }
    return postgresql_count_turn(store, row, NULL, err);
}

enum cxd_err postgresql_apply_undo(struct postgresql_store *store, struct change *change, struct error *err) {
    struct import_record record;
    const PGresult *result = NULL;
    bool found = false;
    enum cxd_err code = put_aside(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_UNDOING_IMPORT, &result, err);
    code = take(store, code, result, &record, &found, err);
    if (code == CXD_OK && !found)
        decide_undone(change, NULL, 0, 0);
    if (code != CXD_OK || !found)
        return code;
    code = hold_imported(store, &record, change->as.undo.limit, &result, err);
    size_t limit = change->as.undo.limit, rows = code == CXD_OK ? (size_t)PQntuples(result) : 0;
    size_t count = rows < limit ? rows : limit;
    struct id *ids = arena_alloc(&store->arena, (count + 1) * sizeof *ids);
    if (!ids)
        return error_set(err, ERR_NO_MEMORY, "no memory for an import");
    int64_t passed = count == limit && count > 0 ? postgresql_int(result, (int)count - 1, 2) : record.last;
    if (rows > limit && passed >= record.last) /* what several nodes have stored of it is not in one order */
        passed = record.last - 1;
    for (size_t i = 0; i < count; i++)
        ids[i] = postgresql_id(result, (int)i, 1);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = undo_one(store, postgresql_held_find(&store->held, record.survey, &ids[i]), change->now_ms, err);
    if (code != CXD_OK)
        return code;
    decide_undone(change, &record, count, passed);
    return queue_note(store, &record, err);
}

/* --- Read --------------------------------------------------------------------------------------------------------- */

enum cxd_err postgresql_read_import(struct store_reader *base, const struct id *id, struct arena *arena,
                                    bool *ret_found, struct import_record *ret_record, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_SELECT_IMPORT, &result, err, ID(id));
    bool found = code == CXD_OK && PQntuples(result) == 1;
    if (found)
        code = read_row(result, 0, arena, ret_record, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_found = found;
    return code;
}

enum cxd_err postgresql_read_imports(struct store_reader *base, int64_t before, size_t limit, struct arena *arena,
                                     struct import_record **ret_records, size_t *ret_count, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    struct import_record *records = NULL;
    bool began = false;
    size_t count = 0;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_LIST_IMPORTS, &result, err, INT(before), LIMIT(limit));
    if (code == CXD_OK) {
        count = (size_t)PQntuples(result);
        records = arena_alloc(arena, (count + 1) * sizeof *records);
        if (!records)
            code = error_set(err, ERR_NO_MEMORY, "no memory for the imports");
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = read_row(result, (int)i, arena, &records[i], err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return code;
}
