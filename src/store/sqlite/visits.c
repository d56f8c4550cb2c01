/* The rows of visits in which a survey was shown: events, and answers as they begin or cease to count. What is counted
 * of them goes through the deltas of the batch to the rollups, under the survey's number with a minus in front. */

#include <string.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

_Static_assert((int)VISIT_DAYS_AROUND == (int)VISIT_DAYS && VISIT_OWN == 1,
               "what is found of a visit is not what is asked");

enum cxd_err sqlite_visit_read(struct db *db, sqlite3_stmt *stmt, int column, struct arena *arena,
                               struct impression *ret_row, struct error *err) {
    struct impression row = {
        .number = sqlite3_column_int64(stmt, column),
        .day = sqlite3_column_int64(stmt, column + 1),
        .at = sqlite3_column_int64(stmt, column + 2),
        .is_unnamed = sqlite3_column_int(stmt, column + 3) != 0,
        .seen = (unsigned)sqlite3_column_int(stmt, column + 4),
        .answers = sqlite3_column_int64(stmt, column + 5),
        .next_answers = sqlite3_column_int64(stmt, column + 6),
    };
    const char *properties = NULL;
    const char **texts[] = {&row.touchpoint, &row.channel, &row.locale, &properties};
    enum cxd_err code = CXD_OK;
    for (int i = 0; code == CXD_OK && i < (int)CXD_COUNT(texts); i++)
        code = sqlite_db_copy_text(stmt, column + 7 + i, arena, texts[i], err);
    struct response of_properties = {0};
    if (code == CXD_OK && properties)
        code = sqlite_properties_read(db, properties, strlen(properties), arena, &of_properties, err);
    row.properties = of_properties.properties;
    row.property_count = of_properties.property_count;
    if (row.property_count > SURVEY_PROPERTIES_MAX)
        row.property_count = SURVEY_PROPERTIES_MAX;
    if (code == CXD_OK)
        *ret_row = row;
    return code;
}

static enum cxd_err read_row(struct sqlite_store *store, int64_t survey, int64_t number, bool *ret_found,
                             struct impression *ret_row, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_VISIT, &stmt, &row, err, INT(number));
    if (code == CXD_OK && row)
        code = sqlite_visit_read(&store->db, stmt, 0, &store->scratch, ret_row, err);
    ret_row->survey = survey;
    sqlite3_reset(stmt);
    *ret_found = code == CXD_OK && row;
    return code;
}

/* Of days whose rows are there. */
static enum cxd_err find_visit(struct sqlite_store *store, int64_t survey, int64_t day, const uint8_t *name,
                               struct visit_rows *ret_rows, struct error *err) {
    int64_t numbers[VISIT_DAYS];
    *ret_rows = (struct visit_rows){0};
    enum cxd_err code = sqlite_names_find(&store->names, &store->db, name, day, store->visits_from, numbers, err);
    for (size_t i = 0; code == CXD_OK && i < VISIT_DAYS; i++)
        if (numbers[i] > 0)
            code = read_row(store, survey, numbers[i], &ret_rows->is_there[i], &ret_rows->rows[i], err);
    return code;
}

enum cxd_err sqlite_visits_from(struct sqlite_store *store, int64_t *ret_day, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = CXD_OK;
    if (store->visits_from < 0) {
        code = SQLITE_FIRST(&store->db, QUERY_SELECT_VISITS_FROM, &stmt, &row, err);
        if (code == CXD_OK)
            store->visits_from = row ? sqlite3_column_int64(stmt, 0) : 0;
        sqlite3_reset(stmt);
    }
    *ret_day = store->visits_from;
    return code;
}

static enum cxd_err count_at(struct sqlite_store *store, int64_t survey, int64_t at, struct dimension *dimensions,
                             size_t count, const struct histogram *counts, struct error *err) {
    enum cxd_err code = sqlite_gates_pass(store, -survey, dimensions, &count, (int)histogram_count(counts), err);
    if (code == CXD_OK && !deltas_add_counts(&store->deltas, -survey, at, dimensions, count, counts))
        code = error_set(err, ERR_NO_MEMORY, "no memory to count a visit");
    return code;
}

/* Adds `counts` where the row counts; the context is the store. */
static enum cxd_err count_in(void *context, const struct impression *row, const struct histogram *counts,
                             struct error *err) {
    struct sqlite_store *store = context;
    const struct declared *declared = sqlite_declared_find(&store->declared, row->survey);
    if (!declared)
        return error_set(err, ERR_STORAGE, "a stored visit names a survey that is not there");
    struct dimension dimensions[DIMENSIONS_MAX];
    size_t count = impression_dimensions(row, declared, dimensions);
    return histogram_is_empty(counts) ? CXD_OK : count_at(store, row->survey, row->at, dimensions, count, counts, err);
}

enum cxd_err sqlite_visit_count(struct sqlite_store *store, const struct impression *row, struct error *err) {
    const struct histogram counts = impression_counts(row);
    return count_in(store, row, &counts, err);
}

static enum cxd_err insert_row(struct sqlite_store *store, const struct impression *row, const uint8_t *name,
                               const char *properties, struct error *err) {
    int64_t number = 0;
    enum cxd_err code = sqlite_names_next(&store->names, &store->db, &number, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_VISIT, err, INT(number), INT(row->survey), INT(row->day),
                          BLOB(name, VISIT_NAME_SIZE), INT(row->at), INT(row->seen), INT(row->answers),
                          INT(row->next_answers), TEXT(row->touchpoint), TEXT(row->channel), TEXT(row->locale),
                          TEXT(properties));
    return code == CXD_OK ? sqlite_names_put(&store->names, name, row->day, number, err) : code;
}

static enum cxd_err put_row(struct sqlite_store *store, const struct impression *row, bool same_place,
                            const uint8_t *name, struct error *err) {
    const char *properties = NULL;
    struct db_value visit = row->is_unnamed ? BLOB(NULL, 0) : BLOB(name, VISIT_NAME_SIZE);
    if (row->number != 0 && same_place && !row->is_unnamed)
        return SQLITE_RUN(&store->db, QUERY_NOTE_VISIT, err, INT(row->number), INT(row->seen), INT(row->answers),
                          INT(row->next_answers));
    enum cxd_err code =
        sqlite_row_write_properties(&store->text, row->properties, row->property_count, &properties, err);
    if (code != CXD_OK)
        return code;
    if (row->number == 0)
        return insert_row(store, row, name, properties, err);
    code = SQLITE_RUN(&store->db, QUERY_UPDATE_VISIT, err, INT(row->number), visit, INT(row->at), INT(row->seen),
                      INT(row->answers), INT(row->next_answers), TEXT(row->touchpoint), TEXT(row->channel),
                      TEXT(row->locale), TEXT(properties));
    return code == CXD_OK && row->is_unnamed ? sqlite_names_cut(&store->names, &store->db, name, row->day, err) : code;
}

/* Writes what has become of the rows, what goes before what comes. */
static enum cxd_err put_visit(struct sqlite_store *store, const struct visit_rows *before,
                              const struct visit_rows *after, const uint8_t *name, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < VISIT_DAYS; i++) {
        if (!before->is_there[i] || after->is_there[i])
            continue;
        code = SQLITE_RUN(&store->db, QUERY_DELETE_VISIT, err, INT(before->rows[i].number));
        if (code == CXD_OK)
            code = sqlite_names_cut(&store->names, &store->db, name, before->rows[i].day, err);
        if (code == CXD_OK)
            code = impression_recount(&before->rows[i], NULL, count_in, store, err);
    }
    for (size_t i = 0; code == CXD_OK && i < VISIT_DAYS; i++) {
        const struct impression *was = before->is_there[i] ? &before->rows[i] : NULL, *is = &after->rows[i];
        if (!after->is_there[i] || (was && impression_is_same(was, is)))
            continue;
        code = put_row(store, is, was && impression_same_place(was, is), name, err);
        if (code == CXD_OK)
            code = impression_recount(was, is, count_in, store, err);
    }
    return code;
}

/* The first of a survey. */
static enum cxd_err begin_reports(struct sqlite_store *store, int64_t survey, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_NOTE_REPORTED, err, INT(survey), INT(store->numbers.last));
    if (code == CXD_OK)
        sqlite_declared_set_reported(&store->declared, survey, store->numbers.last);
    return code;
}

enum cxd_err sqlite_write_event(struct sqlite_store *store, struct change *change, struct error *err) {
    const struct event *event = &change->as.event.value;
    struct property properties[SURVEY_PROPERTIES_MAX];
    struct visit_rows before, after;
    uint8_t name[VISIT_NAME_SIZE];
    bool goes_on = false;
    int64_t from = 0;
    enum cxd_err code = sqlite_judge(store, change, event->survey, decide_event_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    const struct declared *declared = sqlite_declared_find(&store->declared, event->survey);
    if (!declared) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    const struct impression fresh = impression_of_event(event, declared, properties);
    impression_name(store->identity.secret, event->survey, event->visit, name);
    code = sqlite_visits_from(store, &from, err);
    if (code == CXD_OK)
        code = find_visit(store, event->survey, fresh.day, name, &before, err);
    if (code != CXD_OK)
        return code;
    after = before;
    decide_event(change, &fresh, from, &after);
    if (change->outcome == OUTCOME_CREATED)
        code = put_visit(store, &before, &after, name, err);
    if (code == CXD_OK && change->outcome == OUTCOME_CREATED && declared->reported_after == INT64_MAX)
        code = begin_reports(store, event->survey, err);
    if (code == CXD_OK && change->outcome != OUTCOME_REFUSED && change->as.event.is_invited)
        code = sqlite_visits_open_invitation(store, event->survey, &change->as.event.response, false, err);
    return code;
}

static enum cxd_err leave(struct sqlite_store *store, const struct response *response, bool was_answer,
                          enum impression_leave how, struct error *err) {
    struct property properties[SURVEY_PROPERTIES_MAX];
    struct visit_rows before, after;
    uint8_t name[VISIT_NAME_SIZE];
    int64_t from = 0, day = impression_day(response->answered_at);
    enum cxd_err code = sqlite_visits_from(store, &from, err);
    if (code != CXD_OK || day < from)
        return code;
    impression_name(store->identity.secret, response->survey, response->visit, name);
    code = find_visit(store, response->survey, day, name, &before, err);
    if (code != CXD_OK)
        return code;
    after = before;
    impression_leave(&after, response, was_answer, how, properties);
    return put_visit(store, &before, &after, name, err);
}

static enum cxd_err answer(struct sqlite_store *store, const struct response *response, const struct declared *declared,
                           struct error *err) {
    struct property properties[SURVEY_PROPERTIES_MAX];
    struct visit_rows before, after;
    uint8_t name[VISIT_NAME_SIZE];
    int64_t from = 0;
    const struct impression fresh = impression_of_response(response, declared, properties);
    enum cxd_err code = sqlite_visits_from(store, &from, err);
    if (code != CXD_OK || fresh.day < from)
        return code;
    impression_name(store->identity.secret, response->survey, response->visit, name);
    code = find_visit(store, response->survey, fresh.day, name, &before, err);
    if (code != CXD_OK)
        return code;
    after = before;
    impression_answer(&after, &fresh);
    return put_visit(store, &before, &after, name, err);
}

enum cxd_err sqlite_visits_move(struct sqlite_store *store, const struct response *before, const struct response *after,
                                struct error *err) {
    if ((!before || !before->visit) && (!after || !after->visit))
        return CXD_OK;
    const struct declared *declared = sqlite_declared_find(&store->declared, after ? after->survey : before->survey);
    bool leaves = false, answers = false;
    if (declared)
        impression_turn(before, after, declared, &leaves, &answers);
    enum cxd_err code = leaves ? leave(store, before, true, LEAVE_EXCLUDED, err) : CXD_OK;
    return code == CXD_OK && answers ? answer(store, after, declared, err) : code;
}

enum cxd_err sqlite_visits_forget(struct sqlite_store *store, const struct response *response,
                                  enum impression_leave how, struct error *err) {
    uint8_t name[VISIT_NAME_SIZE];
    int64_t from = 0;
    const struct declared *declared = response->visit ? sqlite_declared_find(&store->declared, response->survey) : NULL;
    if (!declared || declared->reported_after == INT64_MAX)
        return CXD_OK;
    enum cxd_err code = leave(store, response, impression_is_answer(response, declared), how, err);
    if (code == CXD_OK)
        code = sqlite_visits_from(store, &from, err);
    impression_name(store->identity.secret, response->survey, response->visit, name);
    return code == CXD_OK ? sqlite_names_forget(&store->names, &store->db, name, from, err) : code;
}

enum cxd_err sqlite_visits_count_invitation(struct sqlite_store *store, int64_t survey, int64_t created_at,
                                            enum impression_kind kind, struct error *err) {
    struct dimension total = {"", ""};
    struct histogram counts = {{0}};
    counts.n[kind] = 1;
    return count_at(store, survey, created_at, &total, 1, &counts, err);
}

enum { OPENED_NOT, OPENED_ONCE, OPENED_UNCOUNTED };

enum cxd_err sqlite_visits_open_invitation(struct sqlite_store *store, int64_t survey, const struct id *response,
                                           bool is_answered, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_OPENED, &stmt, &found, err, INT(survey), ID(response));
    int64_t created_at = found ? sqlite3_column_int64(stmt, 0) : 0;
    int opened = found ? sqlite3_column_int(stmt, 1) : OPENED_UNCOUNTED;
    sqlite3_reset(stmt);
    if (code == CXD_OK && opened == OPENED_NOT) {
        code = SQLITE_RUN(&store->db, QUERY_OPEN_INVITATION, err, INT(survey), ID(response));
        if (code == CXD_OK)
            code = sqlite_visits_count_invitation(store, survey, created_at, IMPRESSION_OPENED, err);
    }
    return code == CXD_OK && opened != OPENED_UNCOUNTED && is_answered
               ? sqlite_visits_count_invitation(store, survey, created_at, IMPRESSION_REPLIED, err)
               : code;
}

enum cxd_err sqlite_visits_declare(struct sqlite_store *store, int64_t survey, int64_t now_ms, struct error *err) {
    bool has_visits = false;
    enum cxd_err code = SQLITE_HAS(&store->db, QUERY_HAS_VISITS, &has_visits, err, INT(survey));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_FORGET_SHOWN_PROPERTIES, err, INT(survey));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_BEGIN_SHOWN_PROPERTIES, err, INT(survey),
                          INT(has_visits ? impression_day(now_ms) + 1 : 0));
    return code;
}

enum cxd_err sqlite_visits_name(struct sqlite_store *store, struct error *err) {
    int64_t from = 0;
    if (!sqlite_names_are_many(&store->names))
        return CXD_OK;
    enum cxd_err code = sqlite_visits_from(store, &from, err);
    return code == CXD_OK ? sqlite_names_write(&store->names, &store->db, from, err) : code;
}

enum cxd_err sqlite_write_expire(struct sqlite_store *store, struct change *change, struct error *err) {
    int64_t day = impression_day(change->as.expire.before_ms), from = 0;
    enum cxd_err code = sqlite_visits_from(store, &from, err);
    if (code == CXD_OK && day > from) {
        code = SQLITE_RUN(&store->db, QUERY_NOTE_VISITS_FROM, err, INT(day));
        store->visits_from = day;
    }
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_PAST_NAMES, err, INT(store->visits_from * DAY_MS),
                          INT(change->as.expire.limit));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_PAST_VISITS, err, INT(store->visits_from * DAY_MS),
                          INT(change->as.expire.limit));
    decide_expired(change, code == CXD_OK ? (size_t)sqlite3_changes(store->db.handle) : 0);
    return code;
}
