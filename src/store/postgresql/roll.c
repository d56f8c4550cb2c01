/* Rollups of properties that a survey declares late, or no longer: filled in from the responses, in steps that others'
 * changes go between, or cleared away. Whoever does has the survey locked, so that nobody counts by the state before.
 */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/batch.h"
#include "store/postgresql/rows.h"

/* --- When a survey changes ---------------------------------------------------------------------------------------- */

enum cxd_err postgresql_roll_hold(struct postgresql_store *store, struct survey_record *survey, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LIST_CLEARING, &result, err, INT(survey->number));
    for (int row = 0; code == CXD_OK && row < PQntuples(result); row++)
        for (size_t i = 0; i < survey->property_count; i++)
            if (strcmp(postgresql_text(result, row, 0) + strlen(DIMENSION_PROPERTY), survey->property_keys[i]) == 0)
                survey->property_rolled[i] = false;
    return code;
}

enum cxd_err postgresql_roll_begin(struct postgresql_store *store, int64_t survey, bool *ret_unrolled,
                                   struct error *err) {
    static const enum query STEPS[] = {QUERY_FORGET_UNDECLARED, QUERY_BEGIN_CLEARING, QUERY_BEGIN_FILLING,
                                       QUERY_END_FILLING};
    const PGresult *result = NULL;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(STEPS); i++)
        code = POSTGRESQL_QUEUE(&store->db, STEPS[i], err, INT(survey));
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_HAS_UNROLLED, &result, err);
    if (code == CXD_OK)
        *ret_unrolled = postgresql_bool(result, 0, 0);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_READ_UNROLLED, &result, err);
    if (code == CXD_OK)
        postgresql_known_fill(&store->known, result);
    return code;
}

/* --- A step ------------------------------------------------------------------------------------------------------- */

struct unrolled {
    int64_t survey; /* the number that it lies under */
    const char *name;
    enum dimension_state state;
    struct response_place place; /* of what is filled in */
    int64_t a, b;                /* of what is cleared away: tier and bucket */
};

/* A row of the rollups is looked at, and deleted, sooner than a response is read and counted. */
enum { ROWS_A_RESPONSE = 10 };

static enum cxd_err take(struct postgresql_store *store, const PGresult *result, struct unrolled *ret_unrolled,
                         struct error *err) {
    *ret_unrolled = (struct unrolled){.survey = postgresql_int(result, 0, 0),
                                      .state = (enum dimension_state)postgresql_int(result, 0, 2),
                                      .place = {.answered_at = postgresql_int(result, 0, 3),
                                                .score = (int)postgresql_int(result, 0, 4),
                                                .standing = (int)postgresql_int(result, 0, 5),
                                                .number = postgresql_int(result, 0, 6)},
                                      .a = postgresql_int(result, 0, 3),
                                      .b = postgresql_int(result, 0, 4)};
    return postgresql_copy(result, 0, 1, &store->arena, &ret_unrolled->name, err);
}

/* Locks the survey, then the dimension as it is then. */
static enum cxd_err find_unrolled(struct postgresql_store *store, bool *ret_found, struct unrolled *unrolled,
                                  struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_NEXT_UNROLLED, &result, err);
    *ret_found = code == CXD_OK && PQntuples(result) == 1;
    if (!*ret_found)
        return code;
    code = take(store, result, unrolled, err);
    if (code == CXD_OK)
        code = postgresql_batch_lock_survey(store, answered_survey(unrolled->survey), true, err);
    if (code == CXD_OK)
        code =
            POSTGRESQL_ASK(&store->db, QUERY_LOCK_UNROLLED, &result, err, INT(unrolled->survey), TEXT(unrolled->name));
    if (code == CXD_OK && PQntuples(result) == 1)
        return take(store, result, unrolled, err);
    unrolled->state = DIMENSION_KEPT; /* another node was faster */
    return code;
}

/* Of the response, and of what it answers on scales. */
static bool count_in(struct postgresql_store *store, const struct declared *declared, const char *property,
                     const struct response *response) {
    const char *value = response_property(response, property + strlen(DIMENSION_PROPERTY));
    struct dimension dimension = {property, value};
    struct answered answered = {response->survey, &dimension, 1, response->score};
    bool done = !value || deltas_add_answered(&store->deltas, &answered, response, 1);
    for (size_t i = 0; value && done && i < response->answer_count; i++) {
        if (!answered_on_scale(&response->answers[i], declared, response->survey, &answered))
            continue;
        dimension = (struct dimension){property, value};
        answered.count = 1;
        done = deltas_add_answered(&store->deltas, &answered, response, 1);
    }
    return done;
}

/* The responses that lie before the place do not count in it yet, and those of the step count from now on. */
static enum cxd_err count_slice(struct postgresql_store *store, const struct unrolled *unrolled, size_t limit,
                                struct response_place *ret_to, int64_t *ret_count, struct error *err) {
    const struct known_survey *known = postgresql_known_find(&store->known, unrolled->survey);
    const struct response_place *from = &unrolled->place;
    const PGresult *result = NULL;
    enum cxd_err code =
        POSTGRESQL_ASK(&store->db, QUERY_SELECT_UNFILLED, &result, err, INT(unrolled->survey), INT(from->answered_at),
                       INT(from->score), INT(from->standing), INT(from->number), LIMIT(limit));
    for (int i = 0; code == CXD_OK && i < PQntuples(result); i++) {
        struct response response;
        code = postgresql_row_response(result, i, &store->arena, &response, err);
        if (code == CXD_OK && known && !count_in(store, &known->declared, unrolled->name, &response))
            code = error_set(err, ERR_NO_MEMORY, "no memory to count a response");
        if (code == CXD_OK)
            *ret_to = (struct response_place){response.answered_at, response.score, response_standing(&response),
                                              response.number};
    }
    if (code == CXD_OK)
        *ret_count = PQntuples(result);
    return code;
}

static enum cxd_err fill(struct postgresql_store *store, const struct unrolled *unrolled, size_t limit,
                         int64_t *ret_touched, struct error *err) {
    struct response_place to = unrolled->place;
    enum cxd_err code = count_slice(store, unrolled, limit, &to, ret_touched, err);
    if (code == CXD_OK && *ret_touched == (int64_t)limit)
        return POSTGRESQL_QUEUE(&store->db, QUERY_MOVE_FILLING, err, INT(unrolled->survey), TEXT(unrolled->name),
                                INT(to.answered_at), INT(to.score), INT(to.standing), INT(to.number));
    return code == CXD_OK
               ? POSTGRESQL_QUEUE(&store->db, QUERY_FINISH_FILLING, err, INT(unrolled->survey), TEXT(unrolled->name))
               : code;
}

/* The one behind the last tier: what is cleared away has no rows left, only series. */
enum { TIER_END = TIER_QUARTER_HOUR + 1 };

static enum cxd_err move(struct postgresql_store *store, const struct unrolled *unrolled, int64_t tier, int64_t bucket,
                         struct error *err) {
    return POSTGRESQL_QUEUE(&store->db, QUERY_MOVE_FILLING, err, INT(unrolled->survey), TEXT(unrolled->name), INT(tier),
                            INT(bucket), INT(0), INT(0));
}

static enum cxd_err clear_rows(struct postgresql_store *store, const struct unrolled *unrolled, int64_t limit,
                               int64_t *ret_touched, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_CLEAR_ROWS, &result, err, INT(unrolled->survey),
                                       TEXT(unrolled->name), INT(unrolled->a), INT(unrolled->b), INT(limit));
    if (code != CXD_OK)
        return code;
    int64_t buckets = postgresql_int(result, 0, 0), rows = postgresql_int(result, 0, 1);
    *ret_touched = rows > buckets ? rows : buckets;
    if (rows == limit) /* in the last of these buckets there may be more */
        return move(store, unrolled, postgresql_int(result, 0, 4), postgresql_int(result, 0, 5), err);
    return buckets == limit ? move(store, unrolled, postgresql_int(result, 0, 2), postgresql_int(result, 0, 3), err)
                            : move(store, unrolled, TIER_END, 0, err);
}

/* Declared again in the meantime: it is filled in from here on. */
static enum cxd_err clear_series(struct postgresql_store *store, const struct unrolled *unrolled, int64_t limit,
                                 int64_t *ret_touched, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_CLEAR_SERIES, &result, err, INT(unrolled->survey),
                                       TEXT(unrolled->name), INT(limit));
    if (code != CXD_OK)
        return code;
    *ret_touched = atoll(PQcmdTuples((PGresult *)(uintptr_t)result));
    if (*ret_touched == limit)
        return CXD_OK;
    code = POSTGRESQL_QUEUE(&store->db, QUERY_DELETE_DIMENSION, err, INT(unrolled->survey), TEXT(unrolled->name));
    return code == CXD_OK
               ? POSTGRESQL_QUEUE(&store->db, QUERY_BEGIN_FILLING, err, INT(answered_survey(unrolled->survey)))
               : code;
}

static enum cxd_err clear(struct postgresql_store *store, const struct unrolled *unrolled, size_t limit,
                          int64_t *ret_touched, struct error *err) {
    int64_t rows = limit < INT64_MAX / ROWS_A_RESPONSE ? (int64_t)limit * ROWS_A_RESPONSE : INT64_MAX;
    return unrolled->a < TIER_END ? clear_rows(store, unrolled, rows, ret_touched, err)
                                  : clear_series(store, unrolled, rows, ret_touched, err);
}

enum cxd_err postgresql_apply_roll(struct postgresql_store *store, struct change *change, struct error *err) {
    struct unrolled unrolled;
    const PGresult *result = NULL;
    bool found = false;
    /* What was counted so far is counted by the state before. */
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = postgresql_rollups_flush(store, err);
    if (code == CXD_OK)
        code = find_unrolled(store, &found, &unrolled, err);
    change->as.roll.touched = 0;
    change->as.roll.more = found;
    decide_rolled(change, found);
    if (code == CXD_OK && found && unrolled.state == DIMENSION_FILLING)
        code = fill(store, &unrolled, change->as.roll.limit, &change->as.roll.touched, err);
    if (code == CXD_OK && found && unrolled.state == DIMENSION_CLEARING)
        code = clear(store, &unrolled, change->as.roll.limit, &change->as.roll.touched, err);
    if (code == CXD_OK && found)
        code = postgresql_rollups_flush(store, err);
    if (code == CXD_OK && found)
        code = POSTGRESQL_ASK(&store->db, QUERY_READ_UNROLLED, &result, err);
    if (code == CXD_OK && found)
        postgresql_known_fill(&store->known, result);
    return code;
}
