/* Suspects: flagged after they were stored, or cleared many at a time. The ids are gathered first: the table is not changed while it
 * is scanned. */

#include <stdlib.h>

#include "store/decide.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

enum cxd_err write_flag(struct sqlite_store *store, struct change *change, struct error *err) {
    struct response stored, after;
    bool found = false;
    enum cxd_err code = find_response(store, &change->as.flag.id, &found, &stored, err);
    if (code != CXD_OK) {
        return code;
    }
    decide_flag(change, found ? &stored : NULL, &after);
    return change->outcome == OUTCOME_AMENDED ? exclude_response(store, &stored, &after, err) : CXD_OK;
}

static enum cxd_err gather(struct sqlite_store *store, const struct change *change, struct id *ids,
                           size_t *ret_count, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_FLAGGED, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    size_t count = 0;
    bool row = false;
    db_bind_int(stmt, 1, change->as.clear.survey);
    db_bind_int(stmt, 2, change->as.clear.from);
    db_bind_int(stmt, 3, change->as.clear.to);
    db_bind_int(stmt, 4, (int64_t)change->as.clear.limit);
    while (count < change->as.clear.limit && (code = db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        ids[count++] = row_read_id(stmt, 0);
    }
    sqlite3_reset(stmt);
    *ret_count = count;
    return code;
}

enum cxd_err write_clear(struct sqlite_store *store, struct change *change, struct error *err) {
    struct id *ids = reallocarray(NULL, change->as.clear.limit, sizeof *ids);
    if (!ids) {
        return error_set(err, ERR_NO_MEMORY, "no memory to clear responses");
    }
    size_t count = 0;
    enum cxd_err code = gather(store, change, ids, &count, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct response stored;
        bool found = false;
        arena_reset(&store->scratch);
        code = find_response(store, &ids[i], &found, &stored, err);
        if (code == CXD_OK && found) {
            struct response after = stored;
            after.flags = 0;
            after.excluded = false;
            after.excluded_reason = NULL;
            code = exclude_response(store, &stored, &after, err);
        }
    }
    free(ids);
    change->as.clear.cleared = (int64_t)count;
    change->outcome = count > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    return code;
}
