/* Alerts as a reader sees them: states, history, and the responses that no rule has told of yet. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/sqlite/alert_rows.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

enum { NUMBERS_AT_ONCE = 20000 }; /* that are looked at for comments */

static double read_real(sqlite3_stmt *stmt, int column) {
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? NAN : sqlite3_column_double(stmt, column);
}

static void read_name(sqlite3_stmt *stmt, int column, char name[SLUG_SIZE]) {
    const unsigned char *text = sqlite3_column_text(stmt, column);
    snprintf(name, SLUG_SIZE, "%s", text ? (const char *)text : "");
}

static enum cxd_err read_acknowledgement(sqlite3_stmt *stmt, int column, struct arena *arena,
                                         struct alert_acknowledgement *ret, struct error *err) {
    const unsigned char *by = sqlite3_column_text(stmt, column + 1);
    ret->at = sqlite3_column_int64(stmt, column);
    snprintf(ret->by, sizeof ret->by, "%s", by ? (const char *)by : "");
    return sqlite_db_copy_text(stmt, column + 2, arena, &ret->note, err);
}

/* Whatever somebody else has written. */
static int bounded(int64_t number, int count) {
    return number >= 0 && number < count ? (int)number : 0;
}

enum cxd_err sqlite_row_read_alert(sqlite3_stmt *stmt, struct arena *arena, struct alert_state *ret_state,
                                   struct error *err) {
    struct alert_state state = {
        .revision = sqlite3_column_int64(stmt, 1),
        .version = sqlite3_column_int64(stmt, 2),
        .status = (enum alert_status)bounded(sqlite3_column_int64(stmt, 3), ALERT_STATUS_COUNT),
        .since = sqlite3_column_int64(stmt, 4),
        .evaluated_at = sqlite3_column_int64(stmt, 5),
        .day_end = sqlite3_column_int64(stmt, 6),
        .through = sqlite3_column_int64(stmt, 7),
        .finding = {.reason = (enum alert_reason)bounded(sqlite3_column_int64(stmt, 8), ALERT_REASON_COUNT),
                    .n = sqlite3_column_int64(stmt, 9),
                    .value = read_real(stmt, 10),
                    .p_value = read_real(stmt, 11)},
    };
    read_name(stmt, 0, state.name);
    enum cxd_err code = read_acknowledgement(stmt, 12, arena, &state.acknowledgement, err);
    if (code == CXD_OK)
        *ret_state = state;
    return code;
}

static enum cxd_err read_event(sqlite3_stmt *stmt, struct arena *arena, struct alert_event *ret_event,
                               struct error *err) {
    struct alert_event event = {
        .number = sqlite3_column_int64(stmt, 0),
        .kind = (enum alert_event_kind)bounded(sqlite3_column_int64(stmt, 2), ALERT_EVENT_KIND_COUNT),
        .at = sqlite3_column_int64(stmt, 3),
        .day_end = sqlite3_column_int64(stmt, 4),
        .n = sqlite3_column_int64(stmt, 5),
        .value = read_real(stmt, 6),
        .p_value = read_real(stmt, 7),
        .response_number = sqlite3_column_int64(stmt, 8),
    };
    read_name(stmt, 1, event.name);
    if (event.response_number != 0)
        event.response = sqlite_row_read_id(stmt, 9);
    enum cxd_err code = read_acknowledgement(stmt, 10, arena, &event.acknowledgement, err);
    if (code == CXD_OK)
        *ret_event = event;
    return code;
}

/* Rows of a list of unknown length, into the arena: doubled where it is full. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return items;
    size_t more = *capacity > 0 ? 2 * *capacity : 16;
    void *grown = arena_alloc_zero(arena, more, size);
    if (grown && count > 0)
        memcpy(grown, items, count * size);
    if (grown)
        *capacity = more;
    return grown;
}

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for the alerts");
}

static enum cxd_err list_states(struct db *db, struct arena *arena, struct store_alerts *alerts, struct error *err) {
    size_t capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_ALERTS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        struct alert_state *states = grow(arena, alerts->states, alerts->count, &capacity, sizeof *alerts->states);
        if (!states) {
            code = no_memory(err);
            break;
        }
        alerts->states = states;
        code = sqlite_row_read_alert(stmt, arena, &states[alerts->count++], err);
    }
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_db_read_told(struct db *db, int64_t *ret_through, int64_t *ret_version, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_TOLD, &stmt, &row, err);
    if (code == CXD_OK) {
        *ret_through = row ? sqlite3_column_int64(stmt, 0) : 0;
        *ret_version = row ? sqlite3_column_int64(stmt, 1) : 0;
    }
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_read_alerts(struct store_reader *base, struct arena *arena, struct store_alerts *ret_alerts,
                                struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_alerts alerts = {0};
    bool began;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = list_states(&reader->db, arena, &alerts, err);
    if (code == CXD_OK)
        code = sqlite_db_read_told(&reader->db, &alerts.told_through, &alerts.told_version, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_alerts = alerts;
    return code;
}

enum cxd_err sqlite_read_alert_history(struct store_reader *base, const char *name, int64_t before, size_t limit,
                                       struct arena *arena, struct alert_event **ret_events, size_t *ret_count,
                                       struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct alert_event *events = NULL;
    size_t count = 0, capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool began, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&reader->db, QUERY_LIST_ALERT_EVENTS, &stmt, err, TEXT(name),
                          INT(before > 0 ? before : INT64_MAX), INT(limit));
    while (code == CXD_OK && count < limit && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        struct alert_event *grown = grow(arena, events, count, &capacity, sizeof *events);
        if (!grown) {
            code = no_memory(err);
            break;
        }
        events = grown;
        code = read_event(stmt, arena, &events[count++], err);
    }
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_events = events;
        *ret_count = count;
    }
    return code;
}

/* The responses of a statement's rows; with `ret_last` the column behind a response's is read too. */
static enum cxd_err read_rows(struct db *db, sqlite3_stmt *stmt, size_t limit, struct arena *arena,
                              struct response **ret_responses, size_t *ret_count, int64_t *ret_last,
                              struct error *err) {
    struct response *responses = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    enum cxd_err code = CXD_OK;
    while (code == CXD_OK && count < limit && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        struct response *grown = grow(arena, responses, count, &capacity, sizeof *responses);
        if (!grown)
            return no_memory(err);
        responses = grown;
        code = sqlite_row_read_response(db, stmt, arena, &responses[count++], err);
        if (ret_last)
            *ret_last = sqlite3_column_int64(stmt, sqlite3_column_count(stmt) - 1);
    }
    *ret_responses = responses;
    *ret_count = count;
    return code;
}

static enum cxd_err read_fresh(struct db *db, int64_t after, unsigned scores, size_t limit, struct arena *arena,
                               struct store_untold *untold, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_LAST_RESPONSE, &stmt, &row, err);
    int64_t last = code == CXD_OK && row ? sqlite3_column_int64(stmt, 0) : 0;
    int64_t end = last - after > NUMBERS_AT_ONCE ? after + NUMBERS_AT_ONCE : last;
    sqlite3_reset(stmt);
    if (code == CXD_OK && end > after)
        code = SQLITE_ASK(db, QUERY_LIST_FRESH, &stmt, err, INT(after), INT(end), INT(limit), INT(scores));
    if (code == CXD_OK && end > after)
        code = read_rows(db, stmt, limit, arena, &untold->fresh, &untold->fresh_count, NULL, err);
    sqlite3_reset(stmt);
    untold->through = untold->fresh_count == limit ? untold->fresh[limit - 1].number : end > after ? end : after;
    untold->looked = untold->through - after;
    untold->more = untold->through < last;
    return code;
}

/* Those that do not count now, or are gone, are passed over, but have been looked at. */
static enum cxd_err read_amended(struct db *db, size_t limit, struct arena *arena, struct store_untold *untold,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_LIST_AMENDED, &stmt, err, INT(limit));
    if (code == CXD_OK)
        code =
            read_rows(db, stmt, limit, arena, &untold->amended, &untold->amended_count, &untold->amended_through, err);
    sqlite3_reset(stmt);
    untold->more_amended = untold->amended_count == limit;
    if (code != CXD_OK || untold->more_amended)
        return code;
    code = SQLITE_FIRST(db, QUERY_LAST_AMENDED, &stmt, &row, err);
    if (code == CXD_OK && row)
        untold->amended_through = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_read_untold(struct store_reader *base, int64_t after, unsigned scores, size_t limit,
                                struct arena *arena, struct store_untold *ret_untold, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_untold untold = {0};
    bool began;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = read_fresh(&reader->db, after, scores, limit, arena, &untold, err);
    if (code == CXD_OK)
        code = read_amended(&reader->db, limit, arena, &untold, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_untold = untold;
    return code;
}
