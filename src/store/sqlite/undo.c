/* What was imported is deleted again, some at once. The numbers are gathered first: the table is not changed while it
 * is scanned. */

#include <stdlib.h>

#include "store/decide_import.h"
#include "store/sqlite/writer.h"

static enum cxd_err gather(struct sqlite_store *store, const struct import_record *record, int64_t to, size_t limit,
                           int64_t *numbers, size_t *ret_count, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    size_t count = 0;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_IMPORTED, &stmt, err, INT(record->undone), INT(to),
                                   INT(record->number), INT(limit));
    while (code == CXD_OK && count < limit && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row)
        numbers[count++] = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    *ret_count = count;
    return code;
}

static enum cxd_err undo_one(struct sqlite_store *store, int64_t number, int64_t now_ms, struct error *err) {
    struct response response;
    bool found = false;
    arena_reset(&store->scratch);
    enum cxd_err code = sqlite_find_numbered(store, number, &found, &response, err);
    if (code == CXD_OK && found)
        code = sqlite_remove_response(store, &response, err);
    return code == CXD_OK && found && decide_is_erased(&response)
               ? sqlite_marks_put(store, response.survey, &response.id, decide_mark_at(&response, false, now_ms), err)
               : code;
}

static enum cxd_err undo_slice(struct sqlite_store *store, struct change *change, struct import_record *record,
                               struct error *err) {
    size_t limit = change->as.undo.limit, count = 0;
    int64_t to = decide_undo_span(change, record), *numbers = reallocarray(NULL, limit, sizeof *numbers);
    if (!numbers)
        return error_set(err, ERR_NO_MEMORY, "no memory to undo an import");
    enum cxd_err code = gather(store, record, to, limit, numbers, &count, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        heartbeat_answer(store->base.beat);
        code = undo_one(store, numbers[i], change->now_ms, err);
    }
    decide_undone(change, record, count, count == limit ? numbers[count - 1] : to);
    free(numbers);
    return code == CXD_OK ? sqlite_import_note(store, record, err) : code;
}

enum cxd_err sqlite_write_undo(struct sqlite_store *store, struct change *change, struct error *err) {
    struct import_record record;
    bool found = false;
    enum cxd_err code = sqlite_import_next_undoing(store, &found, &record, err);
    if (code == CXD_OK && found)
        return undo_slice(store, change, &record, err);
    decide_undone(change, NULL, 0, 0);
    return code;
}
