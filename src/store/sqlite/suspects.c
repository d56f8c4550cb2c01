/* Suspects: flagged after they were stored, or cleared many at a time. The numbers are gathered first: the table is not
 * changed while it is scanned. */

#include <stdlib.h>

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

enum cxd_err sqlite_write_flag(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response stored, after;
    bool found = false;
    enum cxd_err code = sqlite_find_response(store, change->as.flag.survey, &change->as.flag.id, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_flag(change, found ? &stored : NULL, &after);
    return change->outcome == OUTCOME_AMENDED ? sqlite_exclude_response(store, &stored, &after, err) : CXD_OK;
}

static enum cxd_err gather(struct sqlite_store *store, const struct change *change, int64_t *numbers, size_t *ret_count,
                           struct error *err) {
    sqlite3_stmt *stmt = NULL;
    size_t count = 0;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_FLAGGED, &stmt, err, INT(change->as.clear.survey),
                                   INT(change->as.clear.from), INT(change->as.clear.to), INT(change->as.clear.limit));
    if (code != CXD_OK)
        return code;
    while (count < change->as.clear.limit && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row)
        numbers[count++] = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    *ret_count = count;
    return code;
}

enum cxd_err sqlite_write_clear(struct sqlite_store *store, struct change *change, struct error *err) {
    if (!decide_touch(change, true))
        return CXD_OK;
    int64_t *numbers = reallocarray(NULL, change->as.clear.limit, sizeof *numbers);
    if (!numbers)
        return error_set(err, ERR_NO_MEMORY, "no memory to clear responses");
    size_t count = 0;
    enum cxd_err code = gather(store, change, numbers, &count, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct response stored, after;
        bool found = false;
        arena_reset(&store->scratch);
        code = sqlite_find_numbered(store, numbers[i], &found, &stored, err);
        if (code == CXD_OK && found) {
            decide_clear(change, &stored, &after);
            code = sqlite_exclude_response(store, &stored, &after, err);
        }
    }
    free(numbers);
    decide_cleared(change, count);
    return code;
}
