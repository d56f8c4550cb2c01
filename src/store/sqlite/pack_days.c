/* Days that are over are packed behind the writer's back, in slices. What moves a row of one takes its packs away
 * (packs.c). */
#include "store/sqlite/packs.h"

/* Days that are closed at once, where the daemon has been away or has never packed. */
enum { DAYS_AT_ONCE = 64 };

#define DAY_MS INT64_C(86400000)

static enum cxd_err find_first_day(struct sqlite_store *store, int64_t *ret_day, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_FIRST(&store->db, QUERY_SELECT_UNCLOSED_DAY, &stmt, &row, err, INT(store->packed_through));
    if (code == CXD_OK && row && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
        *ret_day = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}

/* Some of the days that are over by now begin to wait; *ret_more says whether there are more of them. */
static enum cxd_err close_days(struct sqlite_store *store, int64_t today, bool *ret_more, struct error *err) {
    int64_t from = store->packed_through, first = today;
    *ret_more = false;
    if (from >= today)
        return CXD_OK;
    enum cxd_err code = sqlite_rollups_fold(store, 0, err);
    if (code == CXD_OK)
        code = find_first_day(store, &first, err);
    int64_t to = first < today - DAYS_AT_ONCE ? first + DAYS_AT_ONCE : today;
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_CLOSE_DAYS, err, INT(from), INT(to));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_CLOSE_RUNS, err, INT(from), INT(to));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_NOTE_PACKED_THROUGH, err, INT(to));
    if (code == CXD_OK)
        store->packed_through = to;
    *ret_more = to < today;
    return code;
}

/* Days before runs. */
static enum cxd_err find_waiting(struct sqlite_store *store, bool *ret_found, int64_t *ret_number,
                                 enum pack_span *ret_span, int64_t *ret_bucket, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_NEXT_WAITING, &stmt, ret_found, err);
    if (code == CXD_OK && *ret_found) {
        *ret_number = sqlite3_column_int64(stmt, 0);
        *ret_span = (enum pack_span)sqlite3_column_int(stmt, 1);
        *ret_bucket = sqlite3_column_int64(stmt, 2);
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err put(struct sqlite_store *store, struct packing *packing, enum pack_span span, int64_t bucket,
                        struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < packing->dimension_count; i++) {
        if (!sqlite_packing_write(packing, i))
            return error_set(err, ERR_NO_MEMORY, "no memory to pack rollups");
        if (packing->bytes.length > 0)
            code = SQLITE_RUN(&store->db, QUERY_INSERT_PACK, err, INT(packing->number), INT(span), INT(bucket),
                              TEXT(packing->dimensions[i].name), BLOB(packing->bytes.data, packing->bytes.length));
    }
    return code;
}

/* Packs what waits until so many rows have been read. */
static enum cxd_err pack(struct sqlite_store *store, struct packing *packing, size_t limit, size_t *ret_done,
                         bool *ret_more, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t rows = 0, read = 0; code == CXD_OK; rows += read + 1) {
        int64_t number = 0, bucket = 0;
        enum pack_span span = PACK_DAY;
        code = find_waiting(store, ret_more, &number, &span, &bucket, err);
        if (code != CXD_OK || !*ret_more || rows >= limit)
            return code;
        code = sqlite_packing_sum(packing, number, span, bucket, &read, err);
        enum pack_state state = sqlite_packing_state(read);
        if (code == CXD_OK && state == PACK_PACKED)
            code = put(store, packing, span, bucket, err);
        if (code == CXD_OK)
            code = SQLITE_RUN(&store->db, QUERY_NOTE_PACKED, err, INT(number), INT(span), INT(bucket), INT(state));
        ++*ret_done;
    }
    return code;
}

enum cxd_err sqlite_write_pack(struct sqlite_store *store, struct change *change, struct error *err) {
    struct packing packing;
    size_t done = 0;
    bool has_days = false, has_more = false;
    int64_t before_ms = change->as.pack.before_ms;
    enum cxd_err code = close_days(store, tier_bucket(TIER_DAY, before_ms) / DAY_MS, &has_days, err);
    sqlite_packing_init(&packing, &store->db);
    if (code == CXD_OK)
        code = pack(store, &packing, change->as.pack.limit, &done, &has_more, err);
    sqlite_packing_free(&packing);
    decide_packed(change, done, has_days || has_more);
    return code;
}
