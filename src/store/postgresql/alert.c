/* States of alerts and what happened to them, written. Each is locked by the row of its state; who changes rules, or
 * tells of responses, has locked the state of the database at the begin of the batch. */

#include <string.h>

#include "store/copy.h"
#include "store/decide_alert.h"
#include "store/postgresql/alert_rows.h"
#include "store/postgresql/batch.h"
#include "store/postgresql/rows.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for the state of an alert");
}

/* --- Rows --------------------------------------------------------------------------------------------------------- */

static void add_acknowledgement(struct db_array *arrays, const struct alert_acknowledgement *seen) {
    postgresql_array_add_int(&arrays[0], seen->at);
    postgresql_array_add_text(&arrays[1], seen->at != 0 ? seen->by : NULL);
    postgresql_array_add_text(&arrays[2], seen->note);
}

static enum cxd_err queue(struct postgresql_store *store, enum query query, size_t count, struct error *err) {
    struct db_value values[16];
    for (size_t i = 0; i < count; i++)
        values[i] = ARRAY(&store->arrays[i]);
    return postgresql_db_queue(&store->db, query, values, count, err);
}

enum { STATE_COLUMNS = 15, EVENT_COLUMNS = 12 };

static void begin_states(struct postgresql_store *store) {
    postgresql_arrays_begin(store->arrays, "tiiiiiiiiirritt");
}

static void add_state(struct postgresql_store *store, const struct alert_state *state) {
    struct db_array *arrays = store->arrays;
    const int64_t numbers[] = {state->revision, state->version,        state->status,
                               state->since,    state->evaluated_at,   state->day_end,
                               state->through,  state->finding.reason, state->finding.n};
    postgresql_array_add_text(&arrays[0], state->name);
    for (size_t i = 0; i < CXD_COUNT(numbers); i++)
        postgresql_array_add_int(&arrays[1 + i], numbers[i]);
    postgresql_array_add_real(&arrays[10], state->finding.value);
    postgresql_array_add_real(&arrays[11], state->finding.p_value);
    add_acknowledgement(&arrays[12], &state->acknowledgement);
}

static void begin_events(struct postgresql_store *store) {
    postgresql_arrays_begin(store->arrays, "tiiiirribitt");
}

static void add_event(struct postgresql_store *store, const struct alert_event *event) {
    struct db_array *arrays = store->arrays;
    bool has_response = event->response_number != 0;
    const int64_t numbers[] = {event->kind, event->at, event->day_end, event->n};
    postgresql_array_add_text(&arrays[0], event->name);
    for (size_t i = 0; i < CXD_COUNT(numbers); i++)
        postgresql_array_add_int(&arrays[1 + i], numbers[i]);
    postgresql_array_add_real(&arrays[5], event->value);
    postgresql_array_add_real(&arrays[6], event->p_value);
    if (has_response)
        postgresql_array_add_int(&arrays[7], event->response_number);
    else
        postgresql_array_add_null(&arrays[7]);
    postgresql_array_add_bytes(&arrays[8], has_response ? event->response.bytes : NULL, sizeof event->response.bytes);
    add_acknowledgement(&arrays[9], &event->acknowledgement);
}

static enum cxd_err put_alert(struct postgresql_store *store, const struct alert_state *state, struct error *err) {
    begin_states(store);
    add_state(store, state);
    return queue(store, QUERY_PUT_ALERTS, STATE_COLUMNS, err);
}

static enum cxd_err put_event(struct postgresql_store *store, const struct alert_event *event, struct error *err) {
    begin_events(store);
    add_event(store, event);
    return queue(store, QUERY_INSERT_ALERT_EVENTS, EVENT_COLUMNS, err);
}

static enum cxd_err prune(struct postgresql_store *store, const char *name, struct error *err) {
    postgresql_arrays_begin(store->arrays, "t");
    postgresql_array_add_text(&store->arrays[0], name);
    return POSTGRESQL_QUEUE(&store->db, QUERY_PRUNE_ALERT_EVENTS, err, ARRAY(&store->arrays[0]),
                            INT(ALERT_HISTORY_MAX));
}

static enum cxd_err find_alert(struct postgresql_store *store, const char *name, bool *ret_found,
                               struct alert_state *ret_state, struct error *err) {
    const PGresult *result = NULL;
    postgresql_arrays_begin(store->arrays, "t");
    postgresql_array_add_text(&store->arrays[0], name);
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_LOCK_ALERTS, &result, err, ARRAY(&store->arrays[0]));
    *ret_found = code == CXD_OK && PQntuples(result) == 1;
    return *ret_found ? postgresql_row_alert(result, 0, &store->arena, ret_state, err) : code;
}

static enum cxd_err copy_note(const struct change *change, struct alert_state *state, struct error *err) {
    return copy_text(change->arena, &state->acknowledgement.note) ? CXD_OK : no_memory(err);
}

/* --- Rules -------------------------------------------------------------------------------------------------------- */

static enum cxd_err read_revision(struct postgresql_store *store, const char *name, int64_t *ret_revision,
                                  struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_DOCUMENT, &result, err,
                                       TEXT(document_kind_name(DOCUMENT_ALERT)), TEXT(name));
    if (code == CXD_OK)
        *ret_revision = PQntuples(result) == 1 ? postgresql_int(result, 0, 1) : 0;
    return code;
}

enum cxd_err postgresql_apply_alert_rule(struct postgresql_store *store, struct change *change, struct error *err) {
    const char *name = change->as.alert_rule.name;
    struct alert_state stored, after;
    struct alert_event event;
    bool found = false;
    int64_t revision = 0;
    enum cxd_err code = read_revision(store, name, &revision, err);
    if (code == CXD_OK)
        code = find_alert(store, name, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_alert_rule(change, revision, found ? &stored : NULL, store->node.number, &after, &event);
    if (change->outcome == OUTCOME_REPLAYED)
        return copy_note(change, &change->as.alert_rule.state, err);
    code = revision == 0 ? POSTGRESQL_QUEUE(&store->db, QUERY_DELETE_ALERT, err, TEXT(name))
                         : put_alert(store, &after, err);
    if (code == CXD_OK && revision != 0 && change->outcome == OUTCOME_AMENDED)
        code = put_event(store, &event, err);
    if (code == CXD_OK && revision != 0 && alert_watches(&after))
        code = POSTGRESQL_QUEUE(&store->db, QUERY_RAISE_TOLD, err);
    return code == CXD_OK ? POSTGRESQL_QUEUE(&store->db, QUERY_DELETE_UNWATCHED, err) : code;
}

enum cxd_err postgresql_apply_alert(struct postgresql_store *store, struct change *change, struct error *err) {
    const char *name = change->as.alert.state.name;
    struct alert_state stored, after;
    bool found = false;
    enum cxd_err code = find_alert(store, name, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_alert(change, found ? &stored : NULL, &after);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    code = put_alert(store, &after, err);
    if (code == CXD_OK && change->as.alert.has_event)
        code = put_event(store, &change->as.alert.event, err);
    return code == CXD_OK ? prune(store, name, err) : code;
}

enum cxd_err postgresql_apply_acknowledge(struct postgresql_store *store, struct change *change, struct error *err) {
    const char *name = change->as.acknowledge.name;
    struct alert_state stored, after;
    struct alert_event event;
    bool found = false;
    enum cxd_err code = find_alert(store, name, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_acknowledge(change, found ? &stored : NULL, &after, &event);
    if (change->outcome == OUTCOME_AMENDED) {
        code = put_alert(store, &after, err);
        if (code == CXD_OK)
            code = put_event(store, &event, err);
        if (code == CXD_OK)
            code = prune(store, name, err);
    }
    if (code != CXD_OK || change->outcome == OUTCOME_MISSING || change->outcome == OUTCOME_REFUSED)
        return code;
    change->as.acknowledge.state = after;
    return copy_note(change, &change->as.acknowledge.state, err);
}

/* --- Responses that are told of ----------------------------------------------------------------------------------- */

struct telling {
    struct alert_state *states; /* of the rules that the tales name */
    bool *have_told;
    size_t state_count;
    struct response *responses;
    size_t response_count;
    struct told {
        int64_t response;
        const char *name;
    } * told; /* before, and by this change */
    size_t told_count;
    struct alert_event *events;
    size_t event_count;
};

enum { READ_STATES, READ_RESPONSES, READ_TOLD };

/* All that the tales ask for, in one round trip. */
static enum cxd_err ask(struct postgresql_store *store, const struct change *change, size_t *ret_at,
                        struct error *err) {
    struct db_array *arrays = store->arrays;
    enum cxd_err code = postgresql_batch_flush(store, err);
    postgresql_arrays_begin(arrays, "ti");
    for (size_t i = 0; i < change->as.alert_tell.count; i++) {
        postgresql_array_add_text(&arrays[0], change->as.alert_tell.tales[i].name);
        postgresql_array_add_int(&arrays[1], change->as.alert_tell.tales[i].response);
    }
    *ret_at = store->db.queued;
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_LOCK_ALERTS, err, ARRAY(&arrays[0]));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_SELECT_TALES, err, ARRAY(&arrays[1]));
    return code == CXD_OK ? POSTGRESQL_RUN(&store->db, QUERY_LIST_TOLD, err, ARRAY(&arrays[1])) : code;
}

static enum cxd_err take(struct postgresql_store *store, size_t at, size_t tales, struct telling *ret_telling,
                         struct error *err) {
    const PGresult *states = postgresql_db_result(&store->db, at + READ_STATES),
                   *responses = postgresql_db_result(&store->db, at + READ_RESPONSES),
                   *told = postgresql_db_result(&store->db, at + READ_TOLD);
    struct arena *arena = &store->arena;
    struct telling telling = {.state_count = (size_t)PQntuples(states),
                              .response_count = (size_t)PQntuples(responses),
                              .told_count = (size_t)PQntuples(told)};
    telling.states = arena_alloc(arena, (telling.state_count + 1) * sizeof *telling.states);
    telling.have_told = arena_alloc_zero(arena, telling.state_count + 1, sizeof *telling.have_told);
    telling.responses = arena_alloc(arena, (telling.response_count + 1) * sizeof *telling.responses);
    telling.told = arena_alloc(arena, (telling.told_count + tales + 1) * sizeof *telling.told);
    telling.events = arena_alloc(arena, (tales + 1) * sizeof *telling.events);
    if (!telling.states || !telling.have_told || !telling.responses || !telling.told || !telling.events)
        return no_memory(err);
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < telling.state_count; i++)
        code = postgresql_row_alert(states, (int)i, arena, &telling.states[i], err);
    for (size_t i = 0; code == CXD_OK && i < telling.response_count; i++)
        code = postgresql_row_response(responses, (int)i, arena, &telling.responses[i], err);
    for (size_t i = 0; code == CXD_OK && i < telling.told_count; i++) {
        telling.told[i].response = postgresql_int(told, (int)i, 0);
        code = postgresql_copy(told, (int)i, 1, arena, &telling.told[i].name, err);
    }
    if (code == CXD_OK)
        *ret_telling = telling;
    return code;
}

static void tell(struct change *change, struct telling *telling, struct alert_tale *tale) {
    const struct response *response = NULL;
    bool was_told = false;
    size_t at = 0;
    while (at < telling->state_count && strcmp(telling->states[at].name, tale->name) != 0)
        at++;
    bool is_there = at < telling->state_count;
    for (size_t i = 0; !response && i < telling->response_count; i++)
        response = telling->responses[i].number == tale->response ? &telling->responses[i] : NULL;
    for (size_t i = 0; !was_told && i < telling->told_count; i++)
        was_told = telling->told[i].response == tale->response && strcmp(telling->told[i].name, tale->name) == 0;
    if (!decide_tale(change, tale, is_there ? &telling->states[at] : NULL, response, was_told, &telling->states[at],
                     &telling->events[telling->event_count]))
        return;
    change->as.alert_tell.told++;
    telling->event_count++;
    telling->told[telling->told_count++] = (struct told){tale->response, tale->name};
    telling->have_told[at] = tale->is_told = true;
}

static enum cxd_err write_told(struct postgresql_store *store, const struct telling *telling, struct error *err) {
    if (telling->event_count == 0)
        return CXD_OK;
    begin_events(store);
    for (size_t i = 0; i < telling->event_count; i++)
        add_event(store, &telling->events[i]);
    enum cxd_err code = queue(store, QUERY_INSERT_ALERT_EVENTS, EVENT_COLUMNS, err);
    begin_states(store);
    for (size_t i = 0; i < telling->state_count; i++)
        if (telling->have_told[i])
            add_state(store, &telling->states[i]);
    if (code == CXD_OK)
        code = queue(store, QUERY_PUT_ALERTS, STATE_COLUMNS, err);
    return code == CXD_OK ? POSTGRESQL_QUEUE(&store->db, QUERY_PRUNE_ALERT_EVENTS, err, ARRAY(&store->arrays[0]),
                                             INT(ALERT_HISTORY_MAX))
                          : code;
}

enum cxd_err postgresql_apply_alert_tell(struct postgresql_store *store, struct change *change, struct error *err) {
    const PGresult *result = NULL;
    struct telling telling = {0};
    size_t at = 0, tales = change->as.alert_tell.count;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_TOLD, &result, err);
    if (code != CXD_OK)
        return code;
    int64_t version = postgresql_int(result, 0, 1);
    if (!decide_alert_tell(change, version))
        return CXD_OK;
    code = ask(store, change, &at, err);
    if (code == CXD_OK)
        code = take(store, at, tales, &telling, err);
    if (code != CXD_OK)
        return code;
    for (size_t i = 0; i < tales; i++)
        tell(change, &telling, &change->as.alert_tell.tales[i]);
    code = write_told(store, &telling, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_NOTE_TOLD, err, INT(change->as.alert_tell.through), INT(version + 1));
    return code == CXD_OK
               ? POSTGRESQL_QUEUE(&store->db, QUERY_DELETE_AMENDED, err, INT(change->as.alert_tell.amended_through))
               : code;
}
