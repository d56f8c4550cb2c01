/* Alerts as a reader sees them: states and history. */

#include "store/postgresql/alert_rows.h"

#include "store/postgresql/reader.h"

static enum cxd_err read_acknowledgement(const PGresult *result, int row, int column, struct arena *arena,
                                         struct alert_acknowledgement *ret, struct error *err) {
    ret->at = postgresql_int(result, row, column);
    postgresql_field(result, row, column + 1, ret->by, sizeof ret->by);
    return postgresql_copy(result, row, column + 2, arena, &ret->note, err);
}

/* Whatever somebody else has written. */
static int bounded(int64_t number, int count) {
    return number >= 0 && number < count ? (int)number : 0;
}

enum cxd_err postgresql_row_alert(const PGresult *result, int row, struct arena *arena, struct alert_state *ret_state,
                                  struct error *err) {
    struct alert_state state = {
        .revision = postgresql_int(result, row, 1),
        .version = postgresql_int(result, row, 2),
        .status = (enum alert_status)bounded(postgresql_int(result, row, 3), ALERT_STATUS_COUNT),
        .since = postgresql_int(result, row, 4),
        .evaluated_at = postgresql_int(result, row, 5),
        .day_end = postgresql_int(result, row, 6),
        .through = postgresql_int(result, row, 7),
        .finding = {.reason = (enum alert_reason)bounded(postgresql_int(result, row, 8), ALERT_REASON_COUNT),
                    .n = postgresql_int(result, row, 9),
                    .value = postgresql_real(result, row, 10),
                    .p_value = postgresql_real(result, row, 11)},
    };
    postgresql_field(result, row, 0, state.name, sizeof state.name);
    enum cxd_err code = read_acknowledgement(result, row, 12, arena, &state.acknowledgement, err);
    if (code == CXD_OK)
        *ret_state = state;
    return code;
}

static enum cxd_err read_event(const PGresult *result, int row, struct arena *arena, struct alert_event *ret_event,
                               struct error *err) {
    struct alert_event event = {
        .number = postgresql_int(result, row, 0),
        .kind = (enum alert_event_kind)bounded(postgresql_int(result, row, 2), ALERT_EVENT_KIND_COUNT),
        .at = postgresql_int(result, row, 3),
        .day_end = postgresql_int(result, row, 4),
        .n = postgresql_int(result, row, 5),
        .value = postgresql_real(result, row, 6),
        .p_value = postgresql_real(result, row, 7),
        .response_number = postgresql_int(result, row, 8),
    };
    postgresql_field(result, row, 1, event.name, sizeof event.name);
    if (event.response_number != 0)
        event.response = postgresql_id(result, row, 9);
    enum cxd_err code = read_acknowledgement(result, row, 10, arena, &event.acknowledgement, err);
    if (code == CXD_OK)
        *ret_event = event;
    return code;
}

enum cxd_err postgresql_read_alerts(struct store_reader *base, struct arena *arena, struct store_alerts *ret_alerts,
                                    struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct store_alerts alerts = {0};
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&reader->db, QUERY_LIST_ALERTS, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(&reader->db, QUERY_SELECT_TOLD, err);
    if (code == CXD_OK) {
        /* Before these there may be what began the transaction. */
        const PGresult *states = postgresql_db_result(&reader->db, reader->db.result_count - 2),
                       *told = postgresql_db_result(&reader->db, reader->db.result_count - 1);
        alerts.count = (size_t)PQntuples(states);
        alerts.states = arena_alloc(arena, (alerts.count + 1) * sizeof *alerts.states);
        alerts.told_through = postgresql_int(told, 0, 0);
        alerts.told_version = postgresql_int(told, 0, 1);
        if (!alerts.states)
            code = error_set(err, ERR_NO_MEMORY, "no memory for the alerts");
        for (size_t i = 0; code == CXD_OK && i < alerts.count; i++)
            code = postgresql_row_alert(states, (int)i, arena, &alerts.states[i], err);
    }
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_alerts = alerts;
    return code;
}

enum cxd_err postgresql_read_alert_history(struct store_reader *base, const char *name, int64_t before, size_t limit,
                                           struct arena *arena, struct alert_event **ret_events, size_t *ret_count,
                                           struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    struct alert_event *events = NULL;
    bool began = false;
    size_t count = 0;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_LIST_ALERT_EVENTS, &result, err, TEXT(name),
                              INT(before > 0 ? before : INT64_MAX), LIMIT(limit));
    if (code == CXD_OK) {
        count = (size_t)PQntuples(result);
        events = arena_alloc(arena, (count + 1) * sizeof *events);
        if (!events)
            code = error_set(err, ERR_NO_MEMORY, "no memory for the alerts");
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = read_event(result, (int)i, arena, &events[i], err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_events = events;
        *ret_count = count;
    }
    return code;
}
