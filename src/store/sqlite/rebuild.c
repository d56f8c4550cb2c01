/* Every rollup made again from the responses, in one transaction and bounded memory. */

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

/* Deltas that wait in memory before they are written: about 10 MiB with their sums. */
enum { REBUILD_QUARTERS_MAX = 20000 };

static enum cxd_err count_all(struct sqlite_store *store, int64_t *ret_responses, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_EVERY_RESPONSE, &stmt, err);
    int64_t responses = 0;
    bool row = false;
    while (code == CXD_OK && (code = db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        struct response response;
        arena_reset(&store->scratch);
        code = row_read_response(&store->db, stmt, &store->scratch, &response, err);
        if (code == CXD_OK) {
            code = count_response(store, &response, 1, err);
        }
        if (code == CXD_OK && store->deltas.quarter_count >= REBUILD_QUARTERS_MAX) {
            code = rollups_flush(store, err);
        }
        responses++;
    }
    sqlite3_reset(stmt);
    *ret_responses = responses;
    return code == CXD_OK ? rollups_flush(store, err) : code;
}

enum cxd_err sqlite_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    static const enum query PREPARE[] = {QUERY_BEGIN_WRITE, QUERY_DELETE_ALL_ROLLUPS, QUERY_DELETE_ALL_SERIES,
                                         QUERY_ROLL_ALL_PROPERTIES};
    struct sqlite_store *store = (struct sqlite_store *)base;
    enum cxd_err code = CXD_OK;
    int64_t responses = 0;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(PREPARE); i++) {
        code = db_run_query(&store->db, PREPARE[i], err);
    }
    if (code == CXD_OK) {
        code = declared_load(&store->db, &store->declared, err);
    }
    if (code == CXD_OK) {
        code = count_all(store, &responses, err);
    }
    if (code == CXD_OK) {
        code = db_run_query(&store->db, QUERY_COMMIT, err);
    }
    if (code != CXD_OK) {
        db_rollback(&store->db);
        deltas_clear(&store->deltas);
        store->declared.loaded = false;
        return code;
    }
    *ret_responses = responses;
    return CXD_OK;
}
