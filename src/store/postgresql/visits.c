/* Visits in which a survey was shown: events, and answers as they begin or cease to count, in what the batch holds.
 * What is counted of them lies under the survey's number with a minus in front. */

#include "store/postgresql/visits.h"

#include <string.h>

#include "store/postgresql/writer.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
}

static const struct declared *declared_of(struct postgresql_store *store, int64_t survey) {
    const struct known_survey *known = postgresql_known_find(&store->known, survey);
    return known ? &known->declared : NULL;
}

static bool is_reported(struct postgresql_store *store, int64_t survey) {
    const struct declared *declared = declared_of(store, survey);
    return declared && declared->reported_after != INT64_MAX;
}

/* --- What a batch names ------------------------------------------------------------------------------------------- */

bool postgresql_visits_name(struct postgresql_store *store, const struct change *change) {
    const struct response *response = &change->as.response.value;
    const struct event *event = &change->as.event.value;
    uint8_t name[VISIT_NAME_SIZE];
    bool is_event = change->kind == CHANGE_EVENT;
    if (!is_event && (change->kind != CHANGE_RESPONSE || !response->visit || response->import != 0 ||
                      !is_reported(store, response->survey)))
        return true;
    int64_t survey = is_event ? event->survey : response->survey;
    impression_name(store->audit_secret, survey, is_event ? event->visit : response->visit, name);
    return postgresql_visits_want(&store->visits, &store->arena, survey, name,
                                  impression_day(is_event ? event->at : response->answered_at));
}

/* Of a response that is stored. */
static bool name_stored(struct postgresql_store *store, const struct response *response, bool is_all) {
    uint8_t name[VISIT_NAME_SIZE];
    if (!response->visit || !is_reported(store, response->survey))
        return true;
    impression_name(store->audit_secret, response->survey, response->visit, name);
    return (!is_all || postgresql_visits_want_all(&store->visits, &store->arena, response->survey, name)) &&
           postgresql_visits_want(&store->visits, &store->arena, response->survey, name,
                                  impression_day(response->answered_at));
}

static enum cxd_err load(struct postgresql_store *store, struct error *err) {
    size_t at = 0;
    if (!store->visits.is_unread)
        return CXD_OK;
    enum cxd_err code = postgresql_visits_queue(&store->visits, &store->db, store->arrays, &at, err);
    if (code == CXD_OK)
        code = postgresql_db_run(&store->db, err);
    return code == CXD_OK ? postgresql_visits_take(&store->visits, &store->arena, &store->db, at, err) : code;
}

enum cxd_err postgresql_visits_of_held(struct postgresql_store *store, struct error *err) {
    bool named = true;
    for (size_t i = 0; named && i < store->held.count; i++)
        named = !store->held.rows[i]->is_there || name_stored(store, &store->held.rows[i]->value, false);
    return named ? load(store, err) : no_memory(err);
}

enum cxd_err postgresql_visits_of_rows(struct postgresql_store *store, struct held_row *const *rows, size_t count,
                                       bool is_all, struct error *err) {
    bool named = true;
    for (size_t i = 0; named && i < count; i++)
        named = name_stored(store, &rows[i]->value, is_all);
    return named ? load(store, err) : no_memory(err);
}

/* --- The rows around a day ---------------------------------------------------------------------------------------- */

struct around {
    struct visit_held *visit;
    struct visit_held_day *days[VISIT_DAYS];
    struct visit_rows before, after;
    struct property *properties; /* room for those of a row */
};

static enum cxd_err find(struct postgresql_store *store, int64_t survey, const char *visit, int64_t day,
                         struct around *ret_around, struct error *err) {
    uint8_t name[VISIT_NAME_SIZE];
    impression_name(store->audit_secret, survey, visit, name);
    *ret_around =
        (struct around){.visit = postgresql_visits_want(&store->visits, &store->arena, survey, name, day),
                        .properties = arena_alloc(&store->arena, SURVEY_PROPERTIES_MAX * sizeof(struct property))};
    if (!ret_around->visit || !ret_around->properties)
        return no_memory(err);
    enum cxd_err code = load(store, err);
    for (int i = 0; code == CXD_OK && i < VISIT_DAYS; i++) {
        int64_t near = day + i - VISIT_OWN;
        ret_around->days[i] = postgresql_visits_day(ret_around->visit, &store->arena, near);
        if (!ret_around->days[i])
            return no_memory(err);
        ret_around->before.is_there[i] = ret_around->days[i]->is_there && near >= store->visits.from;
        ret_around->before.rows[i] = ret_around->days[i]->row;
    }
    ret_around->after = ret_around->before;
    return code;
}

/* Adds `counts` where the row counts; the context is the store. */
static enum cxd_err count_in(void *context, const struct impression *row, const struct histogram *counts,
                             struct error *err) {
    struct postgresql_store *store = context;
    struct dimension dimensions[DIMENSIONS_MAX];
    const struct declared *declared = declared_of(store, row->survey);
    if (!declared)
        return error_set(err, ERR_STORAGE, "a stored visit is of a survey that is not there");
    if (histogram_is_empty(counts))
        return CXD_OK;
    size_t count = impression_dimensions(row, declared, dimensions);
    return deltas_add_counts(&store->deltas, -row->survey, row->at, dimensions, count, counts) ? CXD_OK
                                                                                               : no_memory(err);
}

enum cxd_err postgresql_visits_count(struct postgresql_store *store, const struct impression *row, struct error *err) {
    const struct histogram counts = impression_counts(row);
    return count_in(store, row, &counts, err);
}

static enum cxd_err put_day(struct postgresql_store *store, struct visit_held_day *day, const struct impression *row,
                            struct error *err) {
    day->row = *row;
    day->is_there = day->is_changed = true;
    if (row->number == 0)
        day->row.number = postgresql_give_number(store, INT64_MIN);
    return !row->is_unnamed || postgresql_visits_unname(&store->visits, &store->arena, day) ? CXD_OK : no_memory(err);
}

/* What has become of the rows, what goes before what comes. */
static enum cxd_err put(struct postgresql_store *store, struct around *around, struct error *err) {
    const struct visit_rows *before = &around->before, *after = &around->after;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < VISIT_DAYS; i++) {
        if (!before->is_there[i] || after->is_there[i])
            continue;
        around->days[i]->is_there = false;
        around->days[i]->is_changed = true;
        code = impression_recount(&before->rows[i], NULL, count_in, store, err);
    }
    for (size_t i = 0; code == CXD_OK && i < VISIT_DAYS; i++) {
        const struct impression *was = before->is_there[i] ? &before->rows[i] : NULL, *is = &after->rows[i];
        if (!after->is_there[i] || (was && impression_is_same(was, is)))
            continue;
        code = put_day(store, around->days[i], is, err);
        if (code == CXD_OK)
            code = impression_recount(was, is, count_in, store, err);
    }
    return code;
}

/* --- Events ------------------------------------------------------------------------------------------------------- */

/* The first of a survey. Nobody else may be storing answers of it, and everybody is to know. */
static enum cxd_err begin_reports(struct postgresql_store *store, int64_t survey, struct error *err) {
    struct known_survey *known = postgresql_known_find(&store->known, survey);
    const PGresult *result = NULL;
    if (!store->alone.is_so) {
        store->alone.is_wanted = true;
        store->db.failure = DB_AGAIN;
        return error_set(err, ERR_STORAGE, "what is reported first of a survey is written alone");
    }
    enum cxd_err code =
        POSTGRESQL_ASK(&store->db, QUERY_NOTE_REPORTED, &result, err, INT(survey), INT(store->node.number));
    if (code == CXD_OK && known)
        known->declared.reported_after = postgresql_int(result, 0, 0);
    store->alone.has_redefined = true;
    return code;
}

static enum cxd_err count_invitation(struct postgresql_store *store, const struct invitation_record *record,
                                     enum impression_kind kind, struct error *err) {
    const struct dimension total = {"", ""};
    struct histogram counts = {{0}};
    counts.n[kind] = 1;
    return deltas_add_counts(&store->deltas, -record->survey, record->created_at, &total, 1, &counts) ? CXD_OK
                                                                                                      : no_memory(err);
}

enum cxd_err postgresql_visits_invite(struct postgresql_store *store, struct held_row *row, struct error *err) {
    return count_invitation(store, &row->invitation, IMPRESSION_INVITED, err);
}

enum cxd_err postgresql_visits_open_invitation(struct postgresql_store *store, struct held_row *row, bool is_answered,
                                               struct error *err) {
    enum cxd_err code = CXD_OK;
    if (!row || !row->is_invited || row->opened == OPENED_UNCOUNTED)
        return CXD_OK;
    if (row->opened == OPENED_NOT) {
        row->opened = OPENED_ONCE;
        row->is_turned = true;
        code = count_invitation(store, &row->invitation, IMPRESSION_OPENED, err);
    }
    return code == CXD_OK && is_answered ? count_invitation(store, &row->invitation, IMPRESSION_REPLIED, err) : code;
}

enum cxd_err postgresql_apply_event(struct postgresql_store *store, struct change *change, struct error *err) {
    const struct event *event = &change->as.event.value;
    struct around around;
    bool goes_on = false;
    enum cxd_err code = postgresql_judge(store, change, event->survey, decide_event_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    const struct declared *declared = declared_of(store, event->survey);
    if (!declared) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    code = find(store, event->survey, event->visit, impression_day(event->at), &around, err);
    if (code != CXD_OK)
        return code;
    const struct impression fresh = impression_of_event(event, declared, around.properties);
    decide_event(change, &fresh, store->visits.from, &around.after);
    if (change->outcome == OUTCOME_CREATED)
        code = put(store, &around, err);
    if (code == CXD_OK && change->outcome == OUTCOME_CREATED && declared->reported_after == INT64_MAX)
        code = begin_reports(store, event->survey, err);
    if (code == CXD_OK && change->outcome != OUTCOME_REFUSED && change->as.event.is_invited)
        code = postgresql_visits_open_invitation(
            store, postgresql_held_find(&store->held, event->survey, &change->as.event.response), false, err);
    return code;
}

/* --- Answers ------------------------------------------------------------------------------------------------------ */

static enum cxd_err leave(struct postgresql_store *store, const struct response *response, bool was_answer,
                          enum impression_leave how, struct around *around, struct error *err) {
    int64_t day = impression_day(response->answered_at);
    enum cxd_err code = find(store, response->survey, response->visit, day, around, err);
    if (code != CXD_OK || day < store->visits.from)
        return code;
    impression_leave(&around->after, response, was_answer, how, around->properties);
    return put(store, around, err);
}

static enum cxd_err answer(struct postgresql_store *store, const struct response *response,
                           const struct declared *declared, struct error *err) {
    struct around around;
    int64_t day = impression_day(response->answered_at);
    enum cxd_err code = find(store, response->survey, response->visit, day, &around, err);
    if (code != CXD_OK || day < store->visits.from)
        return code;
    const struct impression fresh = impression_of_response(response, declared, around.properties);
    impression_answer(&around.after, &fresh);
    return put(store, &around, err);
}

enum cxd_err postgresql_visits_move(struct postgresql_store *store, const struct response *before,
                                    const struct response *after, struct error *err) {
    if ((!before || !before->visit) && (!after || !after->visit))
        return CXD_OK;
    const struct declared *declared = declared_of(store, after ? after->survey : before->survey);
    struct around around;
    bool leaves = false, answers = false;
    if (declared)
        impression_turn(before, after, declared, &leaves, &answers);
    enum cxd_err code = leaves ? leave(store, before, true, LEAVE_EXCLUDED, &around, err) : CXD_OK;
    return code == CXD_OK && answers ? answer(store, after, declared, err) : code;
}

enum cxd_err postgresql_visits_forget(struct postgresql_store *store, const struct response *response,
                                      enum impression_leave how, struct error *err) {
    struct around around;
    const struct declared *declared = declared_of(store, response->survey);
    if (!response->visit || !declared || declared->reported_after == INT64_MAX)
        return CXD_OK;
    enum cxd_err code = leave(store, response, impression_is_answer(response, declared), how, &around, err);
    /* And whatever else there is of the visit, without answers that count, loses its name. */
    for (struct visit_held_day *day = around.visit ? around.visit->days : NULL; code == CXD_OK && day; day = day->next)
        if (day->is_there && day->day >= store->visits.from && day->row.answers == 0 && day->row.next_answers == 0 &&
            !postgresql_visits_unname(&store->visits, &store->arena, day))
            code = no_memory(err);
    return code;
}
