/* What goes through many rows, some at once: people forgotten, old responses and visits, suspects cleared. What the
 * batch holds is written before, so that it is found. */

#include <stdlib.h>

#include "store/decide_import.h"
#include "store/postgresql/batch.h"

#define DAY_MS INT64_C(86400000)

/* Runs what was queued behind a flush, and holds its rows; *ret_rows are of the store's arena. */
static enum cxd_err hold(struct postgresql_store *store, const PGresult *result, struct held_row ***ret_rows,
                         size_t *ret_count, struct error *err) {
    size_t count = (size_t)PQntuples(result);
    struct held_row **rows = arena_alloc(&store->arena, (count + 1) * sizeof *rows);
    if (!rows)
        return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
    enum cxd_err code = postgresql_held_take(&store->held, &store->arena, result, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct id id = postgresql_id(result, (int)i, 1);
        rows[i] = postgresql_held_find(&store->held, postgresql_int(result, (int)i, 0), &id);
    }
    *ret_rows = rows;
    *ret_count = count;
    return code;
}

static void remove_invitation(struct held_row *row) {
    row->is_turned |= row->is_invited;
    row->is_invited = false;
}

/* No response is ever stored under the id. */
static void mark(struct held_row *row, int64_t at) {
    remove_invitation(row);
    if (row->is_marked)
        return;
    row->is_marked = row->is_fresh_mark = true;
    row->marked_at = at;
}

static enum cxd_err take_out(struct postgresql_store *store, struct held_row *row, bool erases, int64_t now_ms,
                             struct error *err) {
    mark(row, decide_mark_at(&row->value, erases, now_ms));
    return postgresql_count_turn(store, row, NULL, err);
}

static enum cxd_err forget(struct postgresql_store *store, struct held_row *row, bool by_age, int64_t now_ms,
                           bool *ret_taken, struct error *err) {
    const struct known_survey *known = postgresql_known_find(&store->known, row->survey);
    struct property *kept = arena_alloc(&store->arena, (row->value.property_count + 1) * sizeof *kept);
    struct answer *answers = arena_alloc(&store->arena, (row->value.answer_count + 1) * sizeof *answers);
    struct response after;
    bool moves = false;
    if (!kept || !answers)
        return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
    if (!known)
        return error_set(err, ERR_STORAGE, "a stored response is of a survey that is not there");
    *ret_taken = decide_forget(&row->value, &known->declared, by_age, now_ms, kept, answers, &after, &moves);
    if (!*ret_taken)
        return CXD_OK;
    remove_invitation(row);
    return postgresql_count_turn(store, row, &after, err);
}

/* The invitations of what is held are known with it. */
static enum cxd_err find_invitations(struct postgresql_store *store, struct error *err) {
    const PGresult *result = NULL;
    postgresql_held_keys(&store->held, store->arrays);
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_INVITATIONS, &result, err, ARRAY(&store->arrays[0]),
                                       ARRAY(&store->arrays[1]));
    return code == CXD_OK ? postgresql_held_take_invitations(&store->held, &store->arena, result, err) : code;
}

/* The surveys that are locked, in which it is looked for a person. */
static struct db_array *locked_surveys(struct postgresql_store *store) {
    struct db_array *surveys = &store->arrays[0];
    postgresql_array_ints(surveys);
    for (size_t i = 0; i < store->locked.count; i++)
        postgresql_array_add_int(surveys, store->locked.surveys[i]);
    return surveys;
}

static enum cxd_err erase_responses(struct postgresql_store *store, struct change *change, size_t *ret_erased,
                                    struct error *err) {
    const PGresult *result = NULL;
    struct held_row **rows = NULL;
    size_t count = 0;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_RESPONSES_OF, &result, err, ARRAY(locked_surveys(store)),
                              TEXT(change->as.erase.respondent), LIMIT(change->as.erase.limit));
    if (code == CXD_OK)
        code = hold(store, result, &rows, &count, err);
    if (code == CXD_OK && count > 0 && !decide_touch(change, true))
        return CXD_OK;
    if (code == CXD_OK && count > 0)
        code = find_invitations(store, err);
    if (code == CXD_OK)
        code = postgresql_visits_of_rows(store, rows, count, true, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        bool taken = false, counts = change->as.erase.counts;
        code = postgresql_visits_forget(store, &rows[i]->value, counts ? LEAVE_ERASED : LEAVE_FORGOTTEN, err);
        if (code == CXD_OK)
            code = counts ? take_out(store, rows[i], true, change->now_ms, err)
                          : forget(store, rows[i], false, change->now_ms, &taken, err);
    }
    *ret_erased = count;
    return code;
}

static enum cxd_err erase_invitations(struct postgresql_store *store, struct change *change, size_t limit,
                                      size_t *ret_count, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_INVITATIONS_OF, &result, err, ARRAY(locked_surveys(store)),
                              TEXT(change->as.erase.respondent), LIMIT(limit));
    if (code != CXD_OK)
        return code;
    size_t count = (size_t)PQntuples(result);
    if (count > 0 && !decide_touch(change, true))
        return CXD_OK;
    code = postgresql_held_take_invitations(&store->held, &store->arena, result, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct id id = postgresql_id(result, (int)i, 1);
        struct held_row *row = postgresql_held_find(&store->held, postgresql_int(result, (int)i, 0), &id);
        if (row)
            mark(row, change->now_ms);
    }
    *ret_count = count;
    return code;
}

enum cxd_err postgresql_apply_erase(struct postgresql_store *store, struct change *change, struct error *err) {
    size_t erased = 0, invitations = 0;
    enum cxd_err code = erase_responses(store, change, &erased, err);
    if (code != CXD_OK || change->outcome == OUTCOME_REFUSED)
        return code;
    if (erased < change->as.erase.limit)
        code = erase_invitations(store, change, change->as.erase.limit - erased, &invitations, err);
    if (code == CXD_OK && change->outcome != OUTCOME_REFUSED)
        decide_erased(change, erased, invitations);
    return code;
}

static enum cxd_err ask_personal(struct postgresql_store *store, const struct change *change,
                                 const PGresult **ret_result, struct error *err) {
    const PGresult *place = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_ANONYMISED, &place, err, INT(change->as.retain.survey));
    if (code != CXD_OK || PQntuples(place) != 1)
        return code == CXD_OK ? error_set(err, ERR_STORAGE, "a survey that is anonymised is not there") : code;
    return POSTGRESQL_ASK(&store->db, QUERY_LOCK_PERSONAL, ret_result, err, INT(change->as.retain.survey),
                          INT(postgresql_int(place, 0, 0)), INT(postgresql_int(place, 0, 1)),
                          INT(postgresql_int(place, 0, 2)), INT(postgresql_int(place, 0, 3)),
                          INT(change->as.retain.before_ms), LIMIT(change->as.retain.limit));
}

/* Behind the last that was looked at; its place is not moved by what it loses. */
static enum cxd_err note_anonymised(struct postgresql_store *store, const struct response *last, struct error *err) {
    struct known_survey *known = postgresql_known_find(&store->known, last->survey);
    if (known)
        known->declared.anonymised_to = last->answered_at;
    return POSTGRESQL_QUEUE(&store->db, QUERY_PUT_ANONYMISED, err, INT(last->survey), INT(last->answered_at),
                            INT(last->score), INT(response_standing(last)), INT(last->number));
}

enum cxd_err postgresql_apply_retain(struct postgresql_store *store, struct change *change, struct error *err) {
    bool deletes = change->as.retain.retention == RETENTION_DELETE, goes_on = false;
    const PGresult *result = NULL;
    struct held_row **rows = NULL;
    size_t count = 0, touched = 0;
    enum cxd_err code = postgresql_judge(store, change, change->as.retain.survey, decide_retain, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = deletes
                   ? POSTGRESQL_ASK(&store->db, QUERY_LOCK_OLD_RESPONSES, &result, err, INT(change->as.retain.survey),
                                    INT(change->as.retain.before_ms), LIMIT(change->as.retain.limit))
                   : ask_personal(store, change, &result, err);
    if (code == CXD_OK)
        code = hold(store, result, &rows, &count, err);
    if (code == CXD_OK && count > 0)
        code = find_invitations(store, err);
    if (code == CXD_OK)
        code = postgresql_visits_of_rows(store, rows, count, true, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        bool taken = deletes;
        code = postgresql_visits_forget(store, &rows[i]->value, LEAVE_FORGOTTEN, err);
        if (code == CXD_OK)
            code = deletes ? take_out(store, rows[i], false, change->now_ms, err)
                           : forget(store, rows[i], true, change->now_ms, &taken, err);
        touched += taken;
    }
    if (code == CXD_OK && !deletes && count > 0)
        code = note_anonymised(store, &rows[count - 1]->value, err);
    if (code == CXD_OK)
        decide_retained(change, count, touched);
    return code;
}

enum cxd_err postgresql_apply_clear(struct postgresql_store *store, struct change *change, struct error *err) {
    const PGresult *result = NULL;
    struct held_row **rows = NULL;
    size_t count = 0;
    if (!decide_touch(change, true))
        return CXD_OK;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_SUSPECTS, &result, err, INT(change->as.clear.survey),
                              INT(change->as.clear.from), INT(change->as.clear.to), LIMIT(change->as.clear.limit));
    if (code == CXD_OK)
        code = hold(store, result, &rows, &count, err);
    if (code == CXD_OK)
        code = postgresql_visits_of_rows(store, rows, count, false, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct response after;
        decide_clear(change, &rows[i]->value, &after);
        code = postgresql_store_turn(store, rows[i], &after, err);
    }
    if (code == CXD_OK)
        decide_cleared(change, count);
    return code;
}

enum cxd_err postgresql_apply_unmark(struct postgresql_store *store, struct change *change, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_DELETE_MARKS, &result, err, INT(change->as.unmark.before_ms),
                              LIMIT(change->as.unmark.limit));
    if (code != CXD_OK)
        return code;
    decide_unmarked(change, (size_t)atoll(PQcmdTuples((PGresult *)(uintptr_t)result)));
    for (size_t i = 0; i < store->held.count; i++)
        store->held.rows[i]->is_marked = false;
    postgresql_held_keys(&store->held, store->arrays);
    code =
        POSTGRESQL_ASK(&store->db, QUERY_READ_MARKS, &result, err, ARRAY(&store->arrays[0]), ARRAY(&store->arrays[1]));
    return code == CXD_OK ? postgresql_held_take_marks(&store->held, &store->arena, result, err) : code;
}

enum cxd_err postgresql_apply_invite(struct postgresql_store *store, struct change *change, struct error *err) {
    bool is_there = postgresql_known_find(&store->known, change->as.invite.survey);
    enum cxd_err code = CXD_OK;
    size_t created = 0;
    for (size_t i = 0; is_there && code == CXD_OK && i < change->as.invite.count; i++) {
        const struct invitation_record *record = &change->as.invite.records[i];
        struct held_row *row = postgresql_held_row(&store->held, &store->arena, record->survey, &record->response);
        if (!row)
            return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
        if (row->is_invited)
            continue;
        row->invitation = *record;
        row->is_invited = row->is_turned = true;
        row->opened = OPENED_NOT;
        created++;
        code = postgresql_visits_invite(store, row, err);
    }
    decide_invite(change, is_there, created);
    return code;
}

enum cxd_err postgresql_apply_lapse(struct postgresql_store *store, struct change *change, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_LAPSE_INVITATIONS, &result, err, INT(change->as.lapse.before_ms),
                              LIMIT(change->as.lapse.limit));
    if (code != CXD_OK)
        return code;
    for (int i = 0; i < PQntuples(result); i++) {
        struct id id = postgresql_id(result, i, 1);
        struct held_row *row = postgresql_held_find(&store->held, postgresql_int(result, i, 0), &id);
        if (row)
            row->is_invited = row->was_invited = row->is_turned = false;
    }
    decide_lapsed(change, (size_t)PQntuples(result));
    return CXD_OK;
}

enum cxd_err postgresql_apply_expire(struct postgresql_store *store, struct change *change, struct error *err) {
    int64_t day = impression_day(change->as.expire.before_ms), from = 0;
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_VISITS_FROM, &result, err); /* the batch has the state locked */
    if (code != CXD_OK)
        return code;
    from = postgresql_int(result, 0, 0);
    if (day > from)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_NOTE_VISITS_FROM, err, INT(day));
    store->visits.from = from = day > from ? day : from;
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_DELETE_PAST_VISITS, &result, err, INT(from * DAY_MS),
                              LIMIT(change->as.expire.limit));
    if (code == CXD_OK)
        decide_expired(change, (size_t)atoll(PQcmdTuples((PGresult *)(uintptr_t)result)));
    return code;
}
