/* Every rollup made again from the responses: a survey a transaction, which others that store answers of it wait for,
 * by slices in bounded memory. */

#include <stdlib.h>

#include "store/postgresql/batch.h"
#include "store/postgresql/rows.h"

enum { TRIES_MAX = 5, SLICE = 1000 };

/* Whoever never wrote has no slot; where nothing else is counted it is the same whose it is. */
static int slot_of(const struct postgresql_store *store) {
    return store->node.slot < 0 ? 0 : store->node.slot;
}

/* What is counted of a slice; the next one begins with an empty arena. */
static enum cxd_err flush(struct postgresql_store *store, struct error *err) {
    int slot = store->node.slot;
    store->node.slot = slot_of(store);
    heartbeat_answer(store->base.beat);
    enum cxd_err code = postgresql_rollups_flush(store, err);
    if (code == CXD_OK && store->db.queued > 0)
        code = postgresql_db_run(&store->db, err);
    store->node.slot = slot;
    arena_reset(&store->arena);
    return code;
}

/* All of them before any is counted: what a revision asks is read meanwhile, and takes the place of the result. */
static enum cxd_err read_slice(struct postgresql_store *store, int64_t survey, int64_t after,
                               struct response **ret_responses, int *ret_count, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code =
        POSTGRESQL_ASK(&store->db, QUERY_SELECT_NEXT_RESPONSES, &result, err, INT(survey), INT(after), INT(SLICE));
    struct response *responses = arena_alloc(&store->arena, SLICE * sizeof *responses);
    if (code == CXD_OK && !responses)
        return error_set(err, ERR_NO_MEMORY, "no memory to count responses");
    *ret_count = code == CXD_OK ? PQntuples(result) : 0;
    for (int i = 0; code == CXD_OK && i < *ret_count; i++)
        code = postgresql_row_response(result, i, &store->arena, &responses[i], err);
    *ret_responses = responses;
    return code;
}

static enum cxd_err count_responses(struct postgresql_store *store, int64_t survey, int64_t *counted,
                                    struct error *err) {
    enum cxd_err code = CXD_OK;
    int count = SLICE;
    for (int64_t after = 0; code == CXD_OK && count == SLICE;) {
        struct response *responses = NULL;
        code = read_slice(store, survey, after, &responses, &count, err);
        for (int i = 0; code == CXD_OK && i < count; i++)
            code = postgresql_count(store, &responses[i], 1, err);
        if (code == CXD_OK && count > 0)
            after = responses[count - 1].number;
        *counted += count;
        if (code == CXD_OK)
            code = flush(store, err);
    }
    return code;
}

/* --- Visits ------------------------------------------------------------------------------------------------------- */

static enum cxd_err count_visits(struct postgresql_store *store, int64_t survey, int64_t from, struct error *err) {
    enum cxd_err code = CXD_OK;
    int rows = SLICE;
    for (int64_t after = 0; code == CXD_OK && rows == SLICE;) {
        const PGresult *result = NULL;
        code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_NEXT_VISITS, &result, err, INT(survey), INT(after), INT(from),
                              INT(SLICE));
        rows = code == CXD_OK ? PQntuples(result) : 0;
        for (int i = 0; code == CXD_OK && i < rows; i++) {
            struct impression visit;
            code = postgresql_visits_row(result, i, &store->arena, &visit, err);
            if (code == CXD_OK)
                code = postgresql_visits_count(store, &visit, err);
            after = visit.number;
        }
        if (code == CXD_OK)
            code = flush(store, err);
    }
    return code;
}

/* Into the arrays 24 and 25, which nothing that is counted uses. */
static enum cxd_err hold_beyond(struct postgresql_store *store, int64_t survey, struct error *err) {
    const PGresult *result = NULL;
    struct db_array *names = &store->arrays[24], *counts = &store->arrays[25];
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_READ_VISITS_BEYOND, &result, err, INT(survey));
    postgresql_array_texts(names);
    postgresql_array_ints(counts);
    for (int i = 0; code == CXD_OK && i < PQntuples(result); i++) {
        postgresql_array_add_text(names, postgresql_text(result, i, 0));
        postgresql_array_add_int(counts, postgresql_int(result, i, 1));
    }
    return code;
}

static enum cxd_err rebuild_visits(struct postgresql_store *store, int64_t survey, struct error *err) {
    static const enum query AFTER[] = {QUERY_DELETE_EMPTY_VISITS, QUERY_DELETE_EMPTY_VISIT_SERIES,
                                       QUERY_COUNT_VISIT_SERIES};
    struct db *db = &store->db;
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_SELECT_VISITS_FROM, &result, err);
    int64_t from = code == CXD_OK ? postgresql_int(result, 0, 0) : 0;
    if (code == CXD_OK && from == 0)
        code = POSTGRESQL_QUEUE(db, QUERY_FORGET_VISIT_SEGMENTS, err, INT(survey));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_CLEAR_VISITS, err, INT(survey), INT(from));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_SUM_VISITS, err, INT(survey), INT(slot_of(store)));
    if (code == CXD_OK)
        code = hold_beyond(store, survey, err);
    if (code == CXD_OK)
        code = count_visits(store, survey, from, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_DELETE_VISITS_BEYOND, err, INT(survey), ARRAY(&store->arrays[24]));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_PUT_VISITS_BEYOND, err, INT(survey), ARRAY(&store->arrays[24]),
                                ARRAY(&store->arrays[25]), INT(slot_of(store)));
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(AFTER); i++)
        code = POSTGRESQL_QUEUE(db, AFTER[i], err, INT(survey));
    return code;
}

/* --- A survey ----------------------------------------------------------------------------------------------------- */

/* Locks as a change of the survey does, and is known to all as one: all its properties are rolled. */
static enum cxd_err begin(struct postgresql_store *store, int64_t survey, struct error *err) {
    struct db *db = &store->db;
    const PGresult *result = NULL, *unrolled = NULL;
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_WAIT_LONG, err, TEXT("0"));
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(db, QUERY_LOCK_STATE, &result, err);
    int64_t generation = code == CXD_OK ? postgresql_int(result, 0, 0) + 1 : 0;
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LOCK_SURVEY, err, INT(survey));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_FORGET_COUNTS, err, INT(survey));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_ROLL_PROPERTIES, err, INT(survey), INT(generation));
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_RAISE_GENERATION, err, INT(generation));
    if (code == CXD_OK)
        code = postgresql_known_load(&store->known, db, generation, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(db, QUERY_READ_UNROLLED, &unrolled, err);
    if (code == CXD_OK)
        postgresql_known_fill(&store->known, unrolled);
    return code;
}

static enum cxd_err rebuild_survey(struct postgresql_store *store, int64_t survey, int64_t *responses,
                                   struct error *err) {
    int64_t counted = 0;
    arena_reset(&store->arena);
    deltas_clear(&store->deltas);
    postgresql_db_bound(&store->db, SCHEMA_MS);
    enum cxd_err code = begin(store, survey, err);
    if (code == CXD_OK)
        code = count_responses(store, survey, &counted, err);
    if (code == CXD_OK)
        code = rebuild_visits(store, survey, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(&store->db, QUERY_COMMIT, err);
    if (code == CXD_OK) {
        *responses += counted;
        return CXD_OK;
    }
    deltas_clear(&store->deltas);
    store->known.is_loaded = false;
    postgresql_db_rollback(&store->db);
    return code;
}

static enum cxd_err list_surveys(struct postgresql_store *store, int64_t **ret_numbers, size_t *ret_count,
                                 struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LIST_SURVEYS, &result, err);
    size_t count = code == CXD_OK ? (size_t)PQntuples(result) : 0;
    int64_t *numbers = malloc((count + 1) * sizeof *numbers);
    if (!numbers)
        return error_set(err, ERR_NO_MEMORY, "no memory for a list of surveys");
    for (size_t i = 0; i < count; i++)
        numbers[i] = postgresql_int(result, (int)i, 0);
    *ret_numbers = numbers;
    *ret_count = count;
    return code;
}

/* Their batches would wait for as long as a survey takes, and fail. */
static enum cxd_err expect_alone(struct postgresql_store *store, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_COUNT_NODES, &result, err,
                                       BLOB(store->node.incarnation, sizeof store->node.incarnation), INT(SILENT_MS));
    if (code != CXD_OK || postgresql_int(result, 0, 0) == 0)
        return code;
    return error_set(err, ERR_LOCKED,
                     "%lld nodes write to the database: stop them first; one that was killed counts for %d minutes",
                     (long long)postgresql_int(result, 0, 0), SILENT_MS / 60000);
}

enum cxd_err postgresql_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    struct postgresql_store *store = (struct postgresql_store *)base;
    int64_t *surveys = NULL, responses = 0;
    size_t count = 0;
    postgresql_db_bound(&store->db, SCHEMA_MS);
    enum cxd_err code = postgresql_db_revive(&store->db, err);
    if (code == CXD_OK)
        code = expect_alone(store, err);
    if (code == CXD_OK)
        code = list_surveys(store, &surveys, &count, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        int tries = 0;
        do
            code = rebuild_survey(store, surveys[i], &responses, err);
        while (code != CXD_OK && store->db.failure == DB_AGAIN && ++tries < TRIES_MAX);
    }
    free(surveys);
    if (code == CXD_OK)
        *ret_responses = responses;
    return code;
}
