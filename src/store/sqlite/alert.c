/* States of alerts and what happened to them, written. */

#include <string.h>

#include "store/copy.h"
#include "store/decide_alert.h"
#include "store/sqlite/alert_rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err read_alert(struct sqlite_store *store, const char *name, struct arena *arena, bool *ret_found,
                               struct alert_state *ret_state, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_ALERT, &stmt, ret_found, err, TEXT(name));
    if (code == CXD_OK && *ret_found)
        code = sqlite_row_read_alert(stmt, arena, ret_state, err);
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err find_alert(struct sqlite_store *store, const char *name, bool *ret_found,
                               struct alert_state *ret_state, struct error *err) {
    return read_alert(store, name, &store->scratch, ret_found, ret_state, err);
}

static enum cxd_err put_alert(struct sqlite_store *store, const struct alert_state *state, struct error *err) {
    const struct alert_acknowledgement *seen = &state->acknowledgement;
    return SQLITE_RUN(&store->db, QUERY_PUT_ALERT, err, TEXT(state->name), INT(state->revision), INT(state->version),
                      INT(state->status), INT(state->since), INT(state->evaluated_at), INT(state->day_end),
                      INT(state->through), INT(state->finding.reason), INT(state->finding.n),
                      REAL(state->finding.value), REAL(state->finding.p_value), INT(seen->at),
                      TEXT(seen->at != 0 ? seen->by : NULL), TEXT(seen->note));
}

static enum cxd_err put_event(struct sqlite_store *store, const struct alert_event *event, struct error *err) {
    const struct alert_acknowledgement *seen = &event->acknowledgement;
    bool has_response = event->response_number != 0;
    return SQLITE_RUN(&store->db, QUERY_INSERT_ALERT_EVENT, err, TEXT(event->name), INT(event->kind), INT(event->at),
                      INT(event->day_end), INT(event->n), REAL(event->value), REAL(event->p_value),
                      has_response ? INT(event->response_number) : TEXT(NULL),
                      BLOB(has_response ? event->response.bytes : NULL, sizeof event->response.bytes), INT(seen->at),
                      TEXT(seen->at != 0 ? seen->by : NULL), TEXT(seen->note));
}

static enum cxd_err prune(struct sqlite_store *store, const char *name, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_PRUNE_ALERT_EVENTS, err, TEXT(name), INT(ALERT_HISTORY_MAX));
}

static enum cxd_err remove_alert(struct sqlite_store *store, const char *name, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_ALERT, err, TEXT(name));
    return code == CXD_OK ? SQLITE_RUN(&store->db, QUERY_DELETE_ALERT_EVENTS, err, TEXT(name)) : code;
}

static enum cxd_err read_revision(struct sqlite_store *store, const char *name, int64_t *ret_revision,
                                  struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_DOCUMENT, &stmt, &row, err,
                                     TEXT(document_kind_name(DOCUMENT_ALERT)), TEXT(name));
    if (code == CXD_OK)
        *ret_revision = row ? sqlite3_column_int64(stmt, 1) : 0;
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err copy_note(const struct change *change, struct alert_state *state, struct error *err) {
    return copy_text(change->arena, &state->acknowledgement.note)
               ? CXD_OK
               : error_set(err, ERR_NO_MEMORY, "no memory for the state of an alert");
}

enum cxd_err sqlite_write_alert_rule(struct sqlite_store *store, struct change *change, struct error *err) {
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
    decide_alert_rule(change, revision, found ? &stored : NULL, store->numbers.last, &after, &event);
    if (change->outcome == OUTCOME_REPLAYED)
        return copy_note(change, &change->as.alert_rule.state, err);
    code = revision == 0 ? remove_alert(store, name, err) : put_alert(store, &after, err);
    if (code == CXD_OK && revision != 0 && change->outcome == OUTCOME_AMENDED)
        code = put_event(store, &event, err);
    if (code == CXD_OK && revision != 0 && alert_watches(&after))
        code = SQLITE_RUN(&store->db, QUERY_RAISE_TOLD, err);
    return code == CXD_OK ? SQLITE_RUN(&store->db, QUERY_DELETE_UNWATCHED, err) : code;
}

enum cxd_err sqlite_write_alert(struct sqlite_store *store, struct change *change, struct error *err) {
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

/* How a rule stands while it tells: read before the first of its tales, written behind the last. */
struct standing {
    struct alert_state state;
    bool is_found, has_told;
};
struct standings {
    struct arena arena;
    struct standing *items; /* room for one a tale */
    size_t count;
};

static enum cxd_err find_standing(struct sqlite_store *store, struct standings *standings, const char *name,
                                  struct standing **ret_standing, struct error *err) {
    for (size_t i = 0; i < standings->count; i++)
        if (strcmp(standings->items[i].state.name, name) == 0) {
            *ret_standing = &standings->items[i];
            return CXD_OK;
        }
    struct standing *standing = *ret_standing = &standings->items[standings->count++];
    *standing = (struct standing){.is_found = false};
    enum cxd_err code = read_alert(store, name, &standings->arena, &standing->is_found, &standing->state, err);
    memcpy(standing->state.name, name, sizeof standing->state.name);
    return code;
}

static enum cxd_err tell(struct sqlite_store *store, struct change *change, struct standings *standings,
                         struct alert_tale *tale, struct error *err) {
    struct standing *standing = NULL;
    struct alert_event event;
    struct response response;
    bool is_there = false, was_told = false;
    enum cxd_err code = find_standing(store, standings, tale->name, &standing, err);
    if (code == CXD_OK)
        code = sqlite_find_numbered(store, tale->response, &is_there, &response, err);
    if (code == CXD_OK)
        code = SQLITE_HAS(&store->db, QUERY_WAS_TOLD, &was_told, err, INT(tale->response), TEXT(tale->name));
    if (code != CXD_OK || !decide_tale(change, tale, standing->is_found ? &standing->state : NULL,
                                       is_there ? &response : NULL, was_told, &standing->state, &event))
        return code;
    change->as.alert_tell.told++;
    standing->has_told = tale->is_told = true;
    return put_event(store, &event, err);
}

static enum cxd_err tell_all(struct sqlite_store *store, struct change *change, struct standings *standings,
                             struct error *err) {
    size_t count = change->as.alert_tell.count;
    enum cxd_err code = CXD_OK;
    standings->items = arena_alloc(&standings->arena, (count + 1) * sizeof *standings->items);
    if (!standings->items)
        return error_set(err, ERR_NO_MEMORY, "no memory to tell of responses");
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        arena_reset(&store->scratch);
        code = tell(store, change, standings, &change->as.alert_tell.tales[i], err);
    }
    for (size_t i = 0; code == CXD_OK && i < standings->count; i++) {
        const struct standing *standing = &standings->items[i];
        if (!standing->has_told)
            continue;
        code = put_alert(store, &standing->state, err);
        if (code == CXD_OK)
            code = prune(store, standing->state.name, err);
    }
    return code;
}

enum cxd_err sqlite_write_alert_tell(struct sqlite_store *store, struct change *change, struct error *err) {
    struct standings standings = {.items = NULL};
    int64_t through = 0, version = 0;
    enum cxd_err code = sqlite_db_read_told(&store->db, &through, &version, err);
    if (code != CXD_OK || !decide_alert_tell(change, version))
        return code;
    arena_init(&standings.arena);
    code = tell_all(store, change, &standings, err);
    arena_free(&standings.arena);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_NOTE_TOLD, err, INT(change->as.alert_tell.through), INT(version + 1));
    return code == CXD_OK
               ? SQLITE_RUN(&store->db, QUERY_DELETE_AMENDED, err, INT(change->as.alert_tell.amended_through))
               : code;
}

enum cxd_err sqlite_write_acknowledge(struct sqlite_store *store, struct change *change, struct error *err) {
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
