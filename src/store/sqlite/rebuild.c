/* Every rollup made again from the responses, in one transaction and bounded memory. */

#include "store/sqlite/packs.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

static enum cxd_err count_all(struct sqlite_store *store, int64_t *ret_responses, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = sqlite_db_statement(&store->db, QUERY_SELECT_EVERY_RESPONSE, &stmt, err);
    int64_t responses = 0;
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        struct response response;
        arena_reset(&store->scratch);
        code = sqlite_row_read_response(&store->db, stmt, &store->scratch, &response, err);
        if (code == CXD_OK)
            code = sqlite_count_response(store, &response, 1, err);
        if (code == CXD_OK)
            code = sqlite_rollups_relieve(store, err);
        responses++;
    }
    sqlite3_reset(stmt);
    *ret_responses = responses;
    return code == CXD_OK ? sqlite_rollups_flush(store, err) : code;
}

static enum cxd_err count_visits(struct sqlite_store *store, int64_t from, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_EVERY_VISIT, &stmt, err, INT(from));
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        struct impression visit;
        arena_reset(&store->scratch);
        code = sqlite_visit_read(&store->db, stmt, 1, &store->scratch, &visit, err);
        visit.survey = sqlite3_column_int64(stmt, 0);
        if (code == CXD_OK)
            code = sqlite_visit_count(store, &visit, err);
        if (code == CXD_OK)
            code = sqlite_rollups_relieve(store, err);
    }
    sqlite3_reset(stmt);
    return code == CXD_OK ? sqlite_rollups_flush(store, err) : code;
}

/* Where rows are gone their rollups are all there is, and stay; so do the values that have some, and those that have
 * none. */
static enum cxd_err rebuild_visits(struct sqlite_store *store, struct error *err) {
    static const enum query WHOLE[] = {QUERY_DELETE_VISIT_SEGMENTS, QUERY_DELETE_VISIT_SERIES,
                                       QUERY_DELETE_VISIT_DIMENSIONS};
    static const enum query AFTER[] = {QUERY_TAKE_VISITS_BEYOND, QUERY_DELETE_EMPTY_VISITS,
                                       QUERY_DELETE_EMPTY_VISIT_SERIES, QUERY_COUNT_VISIT_SERIES};
    int64_t from = 0;
    enum cxd_err code = sqlite_visits_from(store, &from, err);
    for (size_t i = 0; code == CXD_OK && from == 0 && i < CXD_COUNT(WHOLE); i++)
        code = SQLITE_RUN(&store->db, WHOLE[i], err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_CLEAR_VISITS, err, INT(from));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_SUM_VISITS, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_HOLD_VISITS_BEYOND, err);
    if (code == CXD_OK)
        code = count_visits(store, from, err);
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(AFTER); i++)
        code = SQLITE_RUN(&store->db, AFTER[i], err);
    sqlite_gates_reset(&store->gates);
    return code;
}

/* What is counted again is not read. What else was counted last stays, as far as it can be read. */
static enum cxd_err fold_kept(struct sqlite_store *store, struct error *err) {
    int64_t from = 0;
    enum cxd_err code = sqlite_visits_from(store, &from, err);
    sqlite_rollups_forget(store);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_RECOUNTED, err, INT(from));
    if (code == CXD_OK)
        code = sqlite_rollups_fold(store, 0, err);
    return code == CXD_OK ? SQLITE_RUN(&store->db, QUERY_DELETE_ALL_RECENT, err) : code;
}

static enum cxd_err rebuild(struct sqlite_store *store, int64_t *ret_responses, struct error *err) {
    static const enum query PREPARE[] = {QUERY_DELETE_ALL_ROLLUPS, QUERY_DELETE_ALL_SERIES, QUERY_DELETE_ALL_DIMENSIONS,
                                         QUERY_ROLL_ALL_PROPERTIES};
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = fold_kept(store, err);
    int64_t responses = 0;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(PREPARE); i++)
        code = SQLITE_RUN(&store->db, PREPARE[i], err);
    if (code == CXD_OK)
        code = sqlite_packs_clear(store, err);
    if (code == CXD_OK)
        code = sqlite_comments_clear(store, err);
    sqlite_gates_reset(&store->gates);
    if (code == CXD_OK)
        code = sqlite_declared_load(&store->db, &store->declared, err);
    if (code == CXD_OK)
        code = count_all(store, &responses, err);
    if (code == CXD_OK)
        code = rebuild_visits(store, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_COMMIT, err);
    if (code != CXD_OK) {
        sqlite_db_rollback(&store->db);
        deltas_clear(&store->deltas);
        sqlite_rollups_forget(store);
        sqlite_gates_reset(&store->gates);
        sqlite_asked_clear(&store->asked);
        store->declared.loaded = false;
        store->visits_from = -1;
        return code;
    }
    *ret_responses = responses;
    return CXD_OK;
}

enum cxd_err sqlite_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    pthread_mutex_lock(&store->places.lock);
    store->is_rebuilding = true;
    enum cxd_err code = rebuild(store, ret_responses, err);
    store->is_rebuilding = false;
    pthread_mutex_unlock(&store->places.lock);
    return code;
}
