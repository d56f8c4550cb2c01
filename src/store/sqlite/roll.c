/* Rollups of properties that a survey declares late, or no longer: filled in from the responses, or cleared away, in
 * steps that others' changes go between. How far each has come is stored with what the step has done. */

#include <string.h>

#include "store/sqlite/packs.h"
#include "store/sqlite/rows.h"

/* The one behind the last tier: what is cleared away has no rows left, only series. */
enum { TIER_END = TIER_QUARTER_HOUR + 1 };

/* A row of the rollups is looked at, and deleted, sooner than a response is read and counted. */
enum { ROWS_A_RESPONSE = 10 };

/* --- When a survey changes ------------------------------------------------------------------------------------------
 */

static enum cxd_err is_clearing(struct sqlite_store *store, int64_t survey, const char *key, bool *ret_is_clearing,
                                struct error *err) {
    return SQLITE_HAS(&store->db, QUERY_IS_CLEARING, ret_is_clearing, err, INT(survey), TEXT(key));
}

enum cxd_err sqlite_roll_hold(struct sqlite_store *store, struct survey_record *survey, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < survey->property_count; i++) {
        bool waits = false;
        code = is_clearing(store, survey->number, survey->property_keys[i], &waits, err);
        survey->property_rolled[i] = survey->property_rolled[i] && !waits;
    }
    return code;
}

enum cxd_err sqlite_roll_begin(struct sqlite_store *store, const struct survey_record *survey, bool *ret_unrolled,
                               struct error *err) {
    static const enum query STEPS[] = {QUERY_FORGET_UNDECLARED, QUERY_BEGIN_CLEARING, QUERY_BEGIN_FILLING,
                                       QUERY_END_FILLING};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(STEPS); i++) {
        code = SQLITE_RUN(&store->db, STEPS[i], err, INT(survey->number));
        if (code == CXD_OK && STEPS[i] == QUERY_BEGIN_CLEARING && sqlite3_changes(store->db.handle) > 0)
            code = sqlite_packs_renew(store, survey->number, err);
    }
    sqlite_gates_reset(&store->gates);
    if (code == CXD_OK)
        code = SQLITE_HAS(&store->db, QUERY_NEXT_UNROLLED, ret_unrolled, err);
    return code;
}

/* --- A step ---------------------------------------------------------------------------------------------------------
 */

struct unrolled {
    int64_t survey;
    const char *name; /* of store->scratch */
    enum dimension_state state;
    struct place {
        int64_t a, b, c;
        int64_t number;
    } place;
};

static enum cxd_err find_unrolled(struct sqlite_store *store, bool *ret_found, struct unrolled *unrolled,
                                  struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_NEXT_UNROLLED, &stmt, ret_found, err);
    if (code == CXD_OK && *ret_found) {
        unrolled->survey = sqlite3_column_int64(stmt, 0);
        unrolled->state = (enum dimension_state)sqlite3_column_int(stmt, 2);
        unrolled->place.a = sqlite3_column_int64(stmt, 3);
        unrolled->place.b = sqlite3_column_int64(stmt, 4);
        unrolled->place.c = sqlite3_column_int64(stmt, 5);
        unrolled->place.number = sqlite3_column_int64(stmt, 6);
        code = sqlite_db_copy_text(stmt, 1, &store->scratch, &unrolled->name, err);
    }
    sqlite3_reset(stmt);
    return code;
}

/* All that stand where this one stands: they have gone together from the start, or from where one met the other. */
static enum cxd_err move(struct sqlite_store *store, const struct unrolled *unrolled, const struct place *to,
                         struct error *err) {
    const struct place *from = &unrolled->place;
    return SQLITE_RUN(&store->db, QUERY_MOVE_UNROLLED, err, INT(unrolled->survey), INT(unrolled->state), INT(from->a),
                      INT(from->b), INT(from->c), INT(from->number), INT(to->a), INT(to->b), INT(to->c),
                      INT(to->number));
}

static enum cxd_err run_named(struct sqlite_store *store, enum query query, int64_t survey, const char *name,
                              struct error *err) {
    return SQLITE_RUN(&store->db, query, err, INT(survey), TEXT(name));
}

/* --- Filling in -----------------------------------------------------------------------------------------------------
 */

/* The properties that are filled in together. */
struct group {
    const struct declared_property *properties[SURVEY_PROPERTIES_MAX];
    size_t count;
};

static struct group find_group(const struct declared *declared, const struct response_place *from) {
    struct group group = {.count = 0};
    for (size_t i = 0; declared && i < declared->count; i++) {
        const struct declared_property *property = &declared->properties[i];
        if (property->filling && property->from.answered_at == from->answered_at &&
            property->from.score == from->score && property->from.standing == from->standing &&
            property->from.number == from->number)
            group.properties[group.count++] = property;
    }
    return group;
}

static size_t dimensions_in(const struct group *group, const struct response *response,
                            struct dimension ret_dimensions[SURVEY_PROPERTIES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const char *value = response_property(response, declared_key(group->properties[i]));
        if (value)
            ret_dimensions[count++] = (struct dimension){group->properties[i]->dimension, value};
    }
    return count;
}

/* Of the response, and of what it answers on scales. */
static enum cxd_err count_in_group(struct sqlite_store *store, const struct group *group,
                                   const struct declared *declared, const struct response *response,
                                   struct error *err) {
    struct dimension dimensions[SURVEY_PROPERTIES_MAX];
    struct answered answered = {response->survey, dimensions, dimensions_in(group, response, dimensions),
                                response->score};
    enum cxd_err code = sqlite_count_answered(store, response, &answered, 1, err);
    for (size_t i = 0; code == CXD_OK && i < response->answer_count; i++) {
        if (!answered_on_scale(&response->answers[i], declared, response->survey, &answered))
            continue;
        answered.count = dimensions_in(group, response, dimensions);
        code = sqlite_count_answered(store, response, &answered, 1, err);
    }
    return code;
}

/* Reads and counts; *ret_to is the last that was. */
static enum cxd_err count_slice(struct sqlite_store *store, const struct unrolled *unrolled, size_t limit,
                                const struct group *group, struct place *ret_to, int64_t *ret_count,
                                struct error *err) {
    const struct declared *declared = sqlite_declared_find(&store->declared, unrolled->survey);
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    const struct place *from = &unrolled->place;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_UNFILLED, &stmt, err, INT(unrolled->survey), INT(from->a),
                                   INT(from->b), INT(from->c), INT(from->number), INT(limit));
    while (code == CXD_OK && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        struct response response;
        arena_reset(&store->scratch);
        code = sqlite_row_read_response(&store->db, stmt, &store->scratch, &response, err);
        if (code == CXD_OK) {
            code = count_in_group(store, group, declared, &response, err);
            *ret_to =
                (struct place){response.answered_at, response.score, response_standing(&response), response.number};
            ++*ret_count;
        }
    }
    sqlite3_reset(stmt);
    return code;
}

/* The responses that lie before the place do not count in these yet, and those of the step count from now on. */
static enum cxd_err fill(struct sqlite_store *store, const struct unrolled *unrolled, size_t limit,
                         int64_t *ret_touched, struct error *err) {
    const struct declared *declared = sqlite_declared_find(&store->declared, unrolled->survey);
    struct response_place from = {unrolled->place.a, (int)unrolled->place.b, (int)unrolled->place.c,
                                  unrolled->place.number};
    struct group group = find_group(declared, &from);
    if (group.count == 0)
        return run_named(store, QUERY_DELETE_DIMENSION, unrolled->survey, unrolled->name, err);
    struct place to = unrolled->place;
    enum cxd_err code = count_slice(store, unrolled, limit, &group, &to, ret_touched, err);
    bool goes_on = *ret_touched == (int64_t)limit;
    if (code == CXD_OK && goes_on)
        code = move(store, unrolled, &to, err);
    from = (struct response_place){to.a, (int)to.b, (int)to.c, to.number};
    for (size_t i = 0; code == CXD_OK && i < group.count; i++) {
        const char *dimension = group.properties[i]->dimension;
        if (!goes_on)
            code = run_named(store, QUERY_FINISH_DIMENSION, unrolled->survey, dimension, err);
        if (code == CXD_OK && !goes_on)
            code = run_named(store, QUERY_ROLL_PROPERTY, unrolled->survey, declared_key(group.properties[i]), err);
        sqlite_declared_set_filled(&store->declared, unrolled->survey, dimension, goes_on ? &from : NULL);
    }
    return code;
}

/* --- Clearing away --------------------------------------------------------------------------------------------------
 */

/* The rows are gathered first: the table is not changed while it is read. */
struct uncleared {
    struct place *rows; /* that are to go */
    size_t count, looked_at;
    struct place last; /* looked at */
};

static enum cxd_err gather_rows(struct sqlite_store *store, const struct unrolled *unrolled, size_t limit,
                                struct uncleared *uncleared, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    uncleared->rows = arena_alloc(&store->scratch, limit * sizeof *uncleared->rows);
    if (!uncleared->rows)
        return error_set(err, ERR_NO_MEMORY, "no memory for old rollups");
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_UNCLEARED, &stmt, err, INT(unrolled->survey),
                                   INT(unrolled->place.a), INT(unrolled->place.b), INT(unrolled->place.c), INT(limit));
    while (code == CXD_OK && uncleared->looked_at < limit &&
           (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        uncleared->last = (struct place){sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1),
                                         sqlite3_column_int64(stmt, 2), unrolled->place.number};
        uncleared->looked_at++;
        if (sqlite3_column_int(stmt, 3) != 0)
            uncleared->rows[uncleared->count++] = uncleared->last;
    }
    sqlite3_reset(stmt);
    return code;
}
static enum cxd_err clear_rows(struct sqlite_store *store, const struct unrolled *unrolled, size_t limit,
                               int64_t *ret_touched, struct error *err) {
    struct uncleared uncleared = {.count = 0};
    enum cxd_err code = gather_rows(store, unrolled, limit, &uncleared, err);
    for (size_t i = 0; code == CXD_OK && i < uncleared.count; i++) {
        code = SQLITE_RUN(&store->db, QUERY_DELETE_ROLLUP, err, INT(unrolled->survey), INT(uncleared.rows[i].a),
                          INT(uncleared.rows[i].b), INT(uncleared.rows[i].c));
    }
    *ret_touched = (int64_t)uncleared.looked_at;
    const struct place end = {.a = TIER_END};
    return code == CXD_OK ? move(store, unrolled, uncleared.looked_at == limit ? &uncleared.last : &end, err) : code;
}

/* Declared again in the meantime: it is filled in from here on, unless the same is still being cleared away of another
 * number of the survey. */
static enum cxd_err end_clearing(struct sqlite_store *store, const struct unrolled *unrolled, struct error *err) {
    int64_t survey = answered_survey(unrolled->survey);
    const char *key = unrolled->name + strlen(DIMENSION_PROPERTY);
    const struct declared *declared = sqlite_declared_find(&store->declared, survey);
    bool waits = false;
    enum cxd_err code = run_named(store, QUERY_DELETE_DIMENSION, unrolled->survey, unrolled->name, err);
    if (code == CXD_OK)
        code = is_clearing(store, survey, key, &waits, err);
    if (code == CXD_OK && !waits && declared && declared_has(declared, key)) {
        code = SQLITE_RUN(&store->db, QUERY_BEGIN_FILLING, err, INT(survey));
        sqlite_declared_set_filled(&store->declared, survey, unrolled->name, &RESPONSE_PLACE_END);
    }
    return code;
}

static enum cxd_err clear_series(struct sqlite_store *store, const struct unrolled *unrolled, size_t limit,
                                 int64_t *ret_touched, struct error *err) {
    enum cxd_err code =
        SQLITE_RUN(&store->db, QUERY_DELETE_SOME_SERIES, err, INT(unrolled->survey), TEXT(unrolled->name), INT(limit));
    if (code == CXD_OK)
        *ret_touched = sqlite3_changes(store->db.handle);
    return code == CXD_OK && *ret_touched < (int64_t)limit ? end_clearing(store, unrolled, err) : code;
}

enum cxd_err sqlite_write_roll(struct sqlite_store *store, struct change *change, struct error *err) {
    struct unrolled unrolled;
    bool found = false;
    size_t rows = change->as.roll.limit * ROWS_A_RESPONSE;
    enum cxd_err code = find_unrolled(store, &found, &unrolled, err);
    change->as.roll.touched = 0;
    change->as.roll.more = found;
    decide_rolled(change, found);
    if (code == CXD_OK && found)
        code = sqlite_rollups_fold(store, unrolled.survey, err);
    if (code != CXD_OK || !found)
        return code;
    if (unrolled.state == DIMENSION_FILLING)
        return fill(store, &unrolled, change->as.roll.limit, &change->as.roll.touched, err);
    return unrolled.place.a < TIER_END ? clear_rows(store, &unrolled, rows, &change->as.roll.touched, err)
                                       : clear_series(store, &unrolled, rows, &change->as.roll.touched, err);
}
