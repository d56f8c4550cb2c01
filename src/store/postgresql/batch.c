/* What a batch locks and reads before anything is decided, in the order of engine.h, in one round trip: the node, the
 * surveys, what is stored under the ids that its changes name; and, where it is held to recontact, in a second one the
 * people. */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/batch.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
}

/* --- What the changes name ---------------------------------------------------------------------------------------- */

static bool name_response(struct postgresql_store *store, int64_t survey, const struct id *id) {
    return postgresql_held_row(&store->held, &store->arena, survey, id);
}

static bool name_one(struct postgresql_store *store, const struct change *change) {
    bool named = true;
    switch (change->kind) {
    case CHANGE_RESPONSE:
        return name_response(store, change->as.response.value.survey, &change->as.response.value.id);
    case CHANGE_EXCLUDE:
        return name_response(store, change->as.exclude.survey, &change->as.exclude.id);
    case CHANGE_FLAG:
        return name_response(store, change->as.flag.survey, &change->as.flag.id);
    case CHANGE_INVITE:
        for (size_t i = 0; named && i < change->as.invite.count; i++)
            named = name_response(store, change->as.invite.records[i].survey, &change->as.invite.records[i].response);
        return named;
    case CHANGE_EVENT:
        return !change->as.event.is_invited ||
               name_response(store, change->as.event.value.survey, &change->as.event.response);
    default:
        return true;
    }
}

static int64_t survey_of(const struct change *change) {
    switch (change->kind) {
    case CHANGE_CLEAR:
        return change->as.clear.survey;
    case CHANGE_RETAIN:
        return change->as.retain.survey;
    case CHANGE_IMPORT:
        return change->as.import.value.survey;
    case CHANGE_EVENT:
        return change->as.event.value.survey;
    default:
        return 0;
    }
}

/* What the batch is held to. */
struct needs {
    bool surveys, state;  /* are locked FOR UPDATE */
    const int64_t *found; /* surveys of what the changes find */
    size_t found_count;
    bool visits;      /* some are named */
    size_t visits_at; /* the place of their results */
};

/* By kinds: whether others are not to write to the surveys meanwhile, and whether a row of the state is written; that
 * of what redefines is in any case. */
static const struct {
    bool surveys, state;
} NEEDS[CHANGE_KIND_COUNT] = {
    [CHANGE_SURVEY] = {.surveys = true},   [CHANGE_ARCHIVE] = {.surveys = true},  [CHANGE_ROLL] = {.surveys = true},
    [CHANGE_EXPIRE] = {.state = true},     [CHANGE_CLOCK] = {.state = true},      [CHANGE_RESUME] = {.state = true},
    [CHANGE_ALERT_RULE] = {.state = true}, [CHANGE_ALERT_TELL] = {.state = true},
};

static struct needs needs_of(struct change *const *changes, size_t count, bool is_alone) {
    struct needs needs = {.surveys = is_alone, .state = is_alone};
    for (size_t i = 0; i < count; i++) {
        enum change_kind kind = changes[i]->kind;
        /* It moves the place up to which a survey is anonymised: nobody is to store anything before it. */
        bool anonymises = kind == CHANGE_RETAIN && changes[i]->as.retain.retention != RETENTION_DELETE;
        needs.surveys |= NEEDS[kind].surveys || anonymises;
        needs.state |= NEEDS[kind].state || change_traits(kind)->redefines;
    }
    return needs;
}

/* The numbers of surveys, into the third array: those of what is held, which is sorted, and others. */
static void name_surveys(struct postgresql_store *store, struct change *const *changes, size_t count,
                         const struct needs *needs) {
    int64_t last = 0;
    postgresql_array_ints(&store->arrays[2]);
    postgresql_array_texts(&store->arrays[3]);
    for (size_t i = 0; i < store->held.count; i++) {
        if (store->held.rows[i]->survey != last)
            postgresql_array_add_int(&store->arrays[2], store->held.rows[i]->survey);
        last = store->held.rows[i]->survey;
    }
    for (size_t i = 0; i < needs->found_count; i++)
        postgresql_array_add_int(&store->arrays[2], needs->found[i]);
    for (size_t i = 0; i < count; i++) {
        int64_t survey = survey_of(changes[i]);
        if (survey != 0)
            postgresql_array_add_int(&store->arrays[2], survey);
        if (changes[i]->kind == CHANGE_SURVEY)
            postgresql_array_add_text(&store->arrays[3], changes[i]->as.survey.slug);
        else if (changes[i]->kind == CHANGE_ARCHIVE)
            postgresql_array_add_text(&store->arrays[3], changes[i]->as.archive.slug);
    }
}

/* --- What the changes find ---------------------------------------------------------------------------------------- */

/* Of all results of the last run. */
static enum cxd_err take_found(struct postgresql_store *store, struct needs *needs, struct error *err) {
    size_t count = 0;
    for (size_t i = 0; i < store->db.result_count; i++)
        count += (size_t)PQntuples(store->db.results[i]);
    int64_t *found = arena_alloc(&store->arena, (count + 1) * sizeof *found);
    if (!found)
        return no_memory(err);
    needs->found = found;
    for (size_t i = 0; i < store->db.result_count; i++)
        for (int row = 0; row < PQntuples(store->db.results[i]); row++)
            found[needs->found_count++] = answered_survey(postgresql_int(store->db.results[i], row, 0));
    return CXD_OK;
}

/* In which surveys there is something of a person, of an import that is undone, of rollups that wait: so that they are
 * locked with the others. What comes to be in others meanwhile comes behind the batch. */
static enum cxd_err find_surveys(struct postgresql_store *store, struct change *const *changes, size_t count,
                                 struct needs *needs, struct error *err) {
    struct db_array *people = &store->arrays[0];
    bool undoes = false, rolls = false;
    postgresql_array_texts(people);
    for (size_t i = 0; i < count; i++) {
        if (changes[i]->kind == CHANGE_ERASE)
            postgresql_array_add_text(people, changes[i]->as.erase.respondent);
        undoes |= changes[i]->kind == CHANGE_UNDO;
        rolls |= changes[i]->kind == CHANGE_ROLL;
    }
    enum cxd_err code = CXD_OK;
    if (people->count > 0)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_FIND_SURVEYS_OF, err, ARRAY(people));
    if (code == CXD_OK && undoes)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_FIND_SURVEYS_UNDONE, err);
    if (code == CXD_OK && rolls)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_NEXT_UNROLLED, err);
    if (code != CXD_OK || store->db.queued == 0)
        return code;
    code = postgresql_db_run(&store->db, err);
    return code == CXD_OK ? take_found(store, needs, err) : code;
}

static bool has_locked(const struct postgresql_store *store, int64_t survey) {
    bool found = false;
    for (size_t i = 0; !found && i < store->locked.count; i++)
        found = store->locked.surveys[i] == survey;
    return found;
}

enum cxd_err postgresql_batch_lock_survey(struct postgresql_store *store, int64_t survey, bool alone,
                                          struct error *err) {
    const PGresult *result = NULL;
    struct db_array *numbers = &store->arrays[0], *none = &store->arrays[1];
    if (has_locked(store, survey) && (store->locked.are_alone || !alone))
        return CXD_OK;
    postgresql_array_ints(numbers);
    postgresql_array_texts(none);
    postgresql_array_add_int(numbers, survey);
    size_t at = store->db.queued;
    enum cxd_err code = alone ? POSTGRESQL_QUEUE(&store->db, QUERY_LOCK_SURVEYS, err, ARRAY(numbers), ARRAY(none))
                              : POSTGRESQL_QUEUE(&store->db, QUERY_LOCK_SURVEYS_SHARED, err, ARRAY(numbers));
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_READ_GENERATION, &result, err);
    if (code != CXD_OK)
        return code;
    postgresql_known_anonymised(&store->known, postgresql_db_result(&store->db, at));
    if (postgresql_int(result, 0, 0) == store->generation)
        return CXD_OK;
    store->db.failure = DB_AGAIN;
    return error_set(err, ERR_STORAGE, "another node has changed a survey of this batch");
}

/* --- What others are told of it ----------------------------------------------------------------------------------- */

enum cxd_err postgresql_batch_tell(struct postgresql_store *store, enum query what, struct error *err) {
    struct db *db = &store->db;
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, what, err, INT(store->node.slot),
                                BLOB(store->node.incarnation, sizeof store->node.incarnation));
    return code == CXD_OK ? POSTGRESQL_QUEUE(db, QUERY_COMMIT, err) : code;
}

/* --- The first round trip ----------------------------------------------------------------------------------------- */

enum {
    RESULT_NODE = 4,
    RESULT_SURVEYS,
    RESULT_GENERATION,
    RESULT_UNROLLED,
    RESULT_RESPONSES,
    RESULT_INVITATIONS,
    RESULT_MARKS
};

static enum cxd_err queue_first(struct postgresql_store *store, struct needs *needs, struct error *err) {
    struct db *db = &store->db;
    struct db_array *arrays = store->arrays;
    postgresql_held_keys(&store->held, arrays);
    enum cxd_err code = postgresql_batch_tell(store, QUERY_ANNOUNCE_BATCH, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LOCK_NODE, err, INT(store->node.slot),
                                BLOB(store->node.incarnation, sizeof store->node.incarnation));
    if (code == CXD_OK && needs->state) /* in the place of the others' look at the generation */
        code = POSTGRESQL_QUEUE(db, QUERY_LOCK_STATE, err);
    if (code == CXD_OK)
        code = needs->surveys ? POSTGRESQL_QUEUE(db, QUERY_LOCK_SURVEYS, err, ARRAY(&arrays[2]), ARRAY(&arrays[3]))
                              : POSTGRESQL_QUEUE(db, QUERY_LOCK_SURVEYS_SHARED, err, ARRAY(&arrays[2]));
    if (code == CXD_OK && !needs->state)
        code = POSTGRESQL_QUEUE(db, QUERY_READ_GENERATION, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_READ_UNROLLED, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LOCK_RESPONSES, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LOCK_INVITATIONS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
    if (code == CXD_OK) /* behind the locks of what they would be of */
        code = POSTGRESQL_QUEUE(db, QUERY_READ_MARKS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
    needs->visits = store->visits.is_unread;
    return code == CXD_OK && needs->visits ? postgresql_visits_queue(&store->visits, db, arrays, &needs->visits_at, err)
                                           : code;
}

static enum cxd_err note_locked(struct postgresql_store *store, const PGresult *surveys, bool are_alone,
                                struct error *err) {
    size_t count = (size_t)PQntuples(surveys);
    int64_t *numbers = arena_alloc(&store->arena, (count + 1) * sizeof *numbers);
    if (!numbers)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        numbers[i] = postgresql_int(surveys, (int)i, 0);
    store->locked.surveys = numbers;
    store->locked.count = count;
    store->locked.are_alone = are_alone;
    return CXD_OK;
}

static enum cxd_err take_first(struct postgresql_store *store, const struct needs *needs, bool *ret_is_ours,
                               struct error *err) {
    const struct db *db = &store->db;
    const PGresult *node = postgresql_db_result(db, RESULT_NODE);
    *ret_is_ours = PQntuples(node) == 1;
    if (!*ret_is_ours)
        return CXD_OK;
    if (postgresql_int(node, 0, 0) > store->node.number)
        store->node.number = postgresql_int(node, 0, 0);
    store->node.now_ms = postgresql_int(node, 0, 1);
    store->generation =
        postgresql_int(postgresql_db_result(db, needs->state ? RESULT_NODE + 1 : RESULT_GENERATION), 0, 0);
    const PGresult *surveys = postgresql_db_result(db, needs->state ? RESULT_SURVEYS + 1 : RESULT_SURVEYS);
    enum cxd_err code = note_locked(store, surveys, needs->surveys, err);
    if (code == CXD_OK)
        code = postgresql_held_take(&store->held, &store->arena, postgresql_db_result(db, RESULT_RESPONSES), err);
    if (code == CXD_OK)
        code = postgresql_held_take_marks(&store->held, &store->arena, postgresql_db_result(db, RESULT_MARKS), err);
    if (code == CXD_OK)
        code = postgresql_held_take_invitations(&store->held, &store->arena,
                                                postgresql_db_result(db, RESULT_INVITATIONS), err);
    if (code == CXD_OK && needs->visits)
        code = postgresql_visits_take(&store->visits, &store->arena, db, needs->visits_at, err);
    if (code != CXD_OK || !store->known.is_loaded || store->known.generation != store->generation)
        return code;
    postgresql_known_fill(&store->known, postgresql_db_result(db, RESULT_UNROLLED));
    postgresql_known_anonymised(&store->known, surveys);
    return code;
}

/* --- Recontact ---------------------------------------------------------------------------------------------------- */

static const char *respondent_of(const struct postgresql_store *store, const struct change *change) {
    const struct response *value = &change->as.response.value;
    const struct held_row *row = postgresql_held_find(&store->held, value->survey, &value->id);
    return change->as.response.invited.is_kept && row && row->is_invited ? row->invitation.respondent
                                                                         : value->respondent;
}

/* What a respondent has answered in a survey, or (0) in any, in [from, to). */
struct contact {
    int64_t survey, from, to;
    const char *respondent;
};

static int compare_contacts(const void *a, const void *b) {
    const struct contact *x = a, *y = b;
    int order = (x->survey > y->survey) - (x->survey < y->survey);
    if (order == 0)
        order = strcmp(x->respondent, y->respondent);
    if (order == 0)
        order = (x->from > y->from) - (x->from < y->from);
    return order ? order : (x->to > y->to) - (x->to < y->to);
}

static bool same_person(const struct contact *a, const struct contact *b) {
    return a->survey == b->survey && strcmp(a->respondent, b->respondent) == 0;
}

/* Both rules, around one time. */
static size_t add_contacts(const struct change *change, const char *respondent, int64_t at, struct contact *contacts) {
    const struct {
        int64_t survey, span_ms;
    } rules[] = {{change->as.response.value.survey, change->as.response.recontact.survey_ms},
                 {0, change->as.response.recontact.any_ms}};
    size_t count = 0;
    for (size_t i = 0; i < CXD_COUNT(rules); i++) /* a rule that is not there has no window, but the person's turn */
        contacts[count++] = (struct contact){rules[i].survey, at - rules[i].span_ms, at + rules[i].span_ms, respondent};
    return count;
}

enum { CONTACTS_A_CHANGE = 4 };

static size_t gather_contacts(const struct postgresql_store *store, struct change *const *changes, size_t count,
                              struct contact *contacts) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *change = changes[i];
        if (change->kind != CHANGE_RESPONSE)
            continue;
        const struct response *value = &change->as.response.value;
        int64_t survey_ms = change->as.response.recontact.survey_ms, any_ms = change->as.response.recontact.any_ms;
        const char *respondent = survey_ms > 0 || any_ms > 0 ? respondent_of(store, change) : NULL;
        if (!respondent)
            continue;
        found += add_contacts(change, respondent, value->answered_at, &contacts[found]);
        /* What an amend leaves as it is stored may be of another time. */
        const struct held_row *row = postgresql_held_find(&store->held, value->survey, &value->id);
        if (row && row->is_there && row->value.answered_at != value->answered_at)
            found += add_contacts(change, respondent, row->value.answered_at, &contacts[found]);
    }
    qsort(contacts, found, sizeof *contacts, compare_contacts);
    return found;
}

/* Of what is held the batch itself knows better: so many of the last are not looked at, and the next is. */
static int64_t count_held(const struct postgresql_store *store, const struct contact *contact) {
    int64_t count = 0;
    for (size_t i = 0; i < store->held.count; i++) {
        const struct held_row *row = store->held.rows[i];
        count += row->is_there && row->value.respondent && strcmp(row->value.respondent, contact->respondent) == 0;
    }
    return count;
}

/* What was not there at the first look, and was stored by another node before the people were locked: what is held is
 * older than what is known of them. */
static enum cxd_err check_people(struct postgresql_store *store, struct error *err) {
    for (size_t i = 0; i < store->answered.count; i++) {
        const struct answered_row *row = &store->answered.rows[i];
        const struct held_row *held = postgresql_held_find(&store->held, row->survey, &row->id);
        if (!held || held->is_there)
            continue;
        store->db.failure = DB_AGAIN;
        return error_set(err, ERR_STORAGE, "another node has stored a response of this batch");
    }
    return CXD_OK;
}

static enum cxd_err lock_people(struct postgresql_store *store, struct change *const *changes, size_t count,
                                struct error *err) {
    struct contact *contacts = arena_alloc(&store->arena, (CONTACTS_A_CHANGE * count + 1) * sizeof *contacts);
    if (!contacts)
        return no_memory(err);
    size_t found = gather_contacts(store, changes, count, contacts);
    store->answered = (struct answered_list){0};
    if (found == 0)
        return CXD_OK;
    struct db_array *arrays = store->arrays;
    for (size_t i = 0; i < 7; i++)
        if (i == 1 || i == 2)
            postgresql_array_texts(&arrays[i]);
        else
            postgresql_array_ints(&arrays[i]);
    for (size_t i = 0; i < found; i++) {
        const struct contact *contact = &contacts[i];
        if (i == 0 || !same_person(contact - 1, contact)) {
            postgresql_array_add_int(&arrays[0], contact->survey);
            postgresql_array_add_text(&arrays[1], contact->respondent);
        }
        if (contact->from >= contact->to || (i > 0 && compare_contacts(contact - 1, contact) == 0))
            continue;
        postgresql_array_add_text(&arrays[2], contact->respondent);
        postgresql_array_add_int(&arrays[3], contact->survey);
        postgresql_array_add_int(&arrays[4], contact->from + 1); /* as decide_recontact asks */
        postgresql_array_add_int(&arrays[5], contact->to);
        postgresql_array_add_int(&arrays[6], 1 + count_held(store, contact));
    }
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_QUEUE(&store->db, QUERY_LOCK_RESPONDENTS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]),
                                         BLOB(store->audit_secret, sizeof store->audit_secret));
    if (code == CXD_OK) /* its turn it has until the batch ends */
        code = POSTGRESQL_QUEUE(&store->db, QUERY_UNLOCK_RESPONDENTS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]),
                                BLOB(store->audit_secret, sizeof store->audit_secret));
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_READ_ANSWERED, &result, err, ARRAY(&arrays[2]), ARRAY(&arrays[3]),
                              ARRAY(&arrays[4]), ARRAY(&arrays[5]), ARRAY(&arrays[6]));
    if (code == CXD_OK)
        code = postgresql_answered_take(&store->answered, &store->arena, result, err);
    return code == CXD_OK ? check_people(store, err) : code;
}

/* --- All of it ---------------------------------------------------------------------------------------------------- */

enum cxd_err postgresql_batch_begin(struct postgresql_store *store, struct change *const *changes, size_t count,
                                    bool *ret_is_ours, struct error *err) {
    bool named = true;
    struct needs needs = needs_of(changes, count, store->alone.is_wanted);
    store->alone.is_so = needs.surveys && needs.state;
    store->alone.has_redefined = false;
    postgresql_held_clear(&store->held);
    postgresql_visits_clear(&store->visits);
    for (size_t i = 0; named && i < count; i++)
        named = name_one(store, changes[i]) && postgresql_visits_name(store, changes[i]);
    if (!named)
        return no_memory(err);
    enum cxd_err code = find_surveys(store, changes, count, &needs, err);
    if (code != CXD_OK)
        return code;
    name_surveys(store, changes, count, &needs);
    code = queue_first(store, &needs, err);
    if (code == CXD_OK)
        code = postgresql_db_run(&store->db, err);
    if (code == CXD_OK)
        code = take_first(store, &needs, ret_is_ours, err);
    if (code != CXD_OK || !*ret_is_ours)
        return code;
    if (!store->known.is_loaded || store->known.generation != store->generation) {
        const PGresult *unrolled = NULL;
        code = postgresql_known_load(&store->known, &store->db, store->generation, err);
        if (code == CXD_OK)
            code = POSTGRESQL_ASK(&store->db, QUERY_READ_UNROLLED, &unrolled, err);
        if (code == CXD_OK)
            postgresql_known_fill(&store->known, unrolled);
    }
    if (code == CXD_OK)
        code = postgresql_visits_of_held(store, err);
    return code == CXD_OK ? lock_people(store, changes, count, err) : code;
}

/* Retention is to look again where something was stored that it has passed. */
static enum cxd_err move_back(struct postgresql_store *store, struct error *err) {
    struct db_array *arrays = store->arrays;
    postgresql_array_ints(&arrays[0]);
    postgresql_array_ints(&arrays[1]);
    for (size_t i = 0; i < store->known.count; i++) {
        struct known_survey *known = &store->known.surveys[i];
        if (!known->is_moved_back)
            continue;
        postgresql_array_add_int(&arrays[0], known->record.number);
        postgresql_array_add_int(&arrays[1], known->declared.anonymised_to);
        known->is_moved_back = false;
    }
    return arrays[0].count == 0
               ? CXD_OK
               : POSTGRESQL_QUEUE(&store->db, QUERY_MOVE_ANONYMISED_BACK, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
}

/* What rules of alerts are to look at again. */
static enum cxd_err note_amended(struct postgresql_store *store, struct error *err) {
    struct db_array *arrays = store->arrays;
    for (size_t i = 0; i < 3; i++)
        postgresql_array_ints(&arrays[i]);
    for (size_t i = 0; i < store->held.count; i++) {
        const struct held_row *row = store->held.rows[i];
        if (!row->is_amended || !row->is_there)
            continue;
        postgresql_array_add_int(&arrays[0], row->survey);
        postgresql_array_add_int(&arrays[1], postgresql_give_number(store, INT64_MIN));
        postgresql_array_add_int(&arrays[2], row->value.number);
    }
    return arrays[0].count == 0 ? CXD_OK
                                : POSTGRESQL_QUEUE(&store->db, QUERY_NOTE_AMENDED, err, ARRAY(&arrays[0]),
                                                   ARRAY(&arrays[1]), ARRAY(&arrays[2]));
}

enum cxd_err postgresql_batch_flush(struct postgresql_store *store, struct error *err) {
    enum cxd_err code = note_amended(store, err);
    if (code == CXD_OK)
        code = postgresql_held_write(&store->held, &store->db, store->arrays, &store->text, err);
    if (code == CXD_OK)
        code = postgresql_visits_write(&store->visits, &store->db, store->arrays, &store->text, err);
    return code == CXD_OK ? move_back(store, err) : code;
}
