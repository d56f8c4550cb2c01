/* Responses that no rule of alerts has told of yet. */

#include "store/postgresql/reader.h"
#include "store/postgresql/rows.h"

enum { LOOKED_AT_ONCE = 20000, AT_SEQUENCE = 23 };

static enum cxd_err read_rows(const PGresult *result, struct arena *arena, struct response **ret_responses,
                              size_t *ret_count, struct error *err) {
    size_t count = (size_t)PQntuples(result);
    struct response *responses = arena_alloc_zero(arena, count + 1, sizeof *responses);
    enum cxd_err code = responses ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for responses to be told of");
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = postgresql_row_response(result, (int)i, arena, &responses[i], err);
    *ret_responses = responses;
    *ret_count = count;
    return code;
}

static enum cxd_err read_fresh(struct db *db, int64_t after, int64_t horizon, unsigned scores, size_t limit,
                               struct arena *arena, struct store_untold *untold, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code =
        POSTGRESQL_ASK(db, QUERY_READ_UNTOLD_END, &result, err, INT(after), INT(LOOKED_AT_ONCE), INT(horizon));
    if (code != CXD_OK)
        return code;
    int64_t end = PQgetisnull(result, 0, 0) ? after : postgresql_int(result, 0, 0);
    int64_t last = postgresql_int(result, 0, 1);
    untold->looked = postgresql_int(result, 0, 2);
    if (end > after)
        code = POSTGRESQL_ASK(db, QUERY_LIST_FRESH, &result, err, INT(after), INT(end), INT(limit), INT(scores));
    if (code == CXD_OK && end > after)
        code = read_rows(result, arena, &untold->fresh, &untold->fresh_count, err);
    bool is_full = code == CXD_OK && untold->fresh_count > 0 && untold->fresh_count == limit;
    untold->through = is_full ? untold->fresh[limit - 1].number : end;
    untold->more = untold->through < last;
    return code;
}

/* Those that do not count now, or are gone, are passed over, but have been looked at. */
static enum cxd_err read_amended(struct db *db, int64_t horizon, size_t limit, struct arena *arena,
                                 struct store_untold *untold, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_LIST_AMENDED, &result, err, INT(limit), INT(horizon));
    if (code == CXD_OK)
        code = read_rows(result, arena, &untold->amended, &untold->amended_count, err);
    if (code != CXD_OK)
        return code;
    untold->more_amended = untold->amended_count == limit;
    if (untold->more_amended && limit > 0) {
        untold->amended_through = postgresql_int(result, (int)limit - 1, AT_SEQUENCE);
        return CXD_OK;
    }
    code = POSTGRESQL_ASK(db, QUERY_LAST_AMENDED, &result, err, INT(horizon));
    if (code == CXD_OK)
        untold->amended_through = postgresql_int(result, 0, 0);
    return code;
}

enum cxd_err postgresql_read_untold(struct store_reader *base, int64_t after, unsigned scores, size_t limit,
                                    struct arena *arena, struct store_untold *ret_untold, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct store_untold untold = {0};
    int64_t horizon = 0;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = postgresql_read_horizon(reader, began, &horizon, err);
    if (code == CXD_OK)
        code = read_fresh(&reader->db, after, horizon, scores, limit, arena, &untold, err);
    if (code == CXD_OK)
        code = read_amended(&reader->db, horizon, limit, arena, &untold, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_untold = untold;
    return code;
}
