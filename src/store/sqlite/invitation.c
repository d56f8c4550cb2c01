/* Invitations that are kept: put, looked up by the id of the response, removed with their person and when they are
 * over. */

#include <string.h>

#include "store/copy.h"
#include "store/decide.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

static enum cxd_err read_record(struct db *db, sqlite3_stmt *stmt, struct arena *arena,
                                struct invitation_record *ret_record, struct error *err) {
    struct response of_properties = {0};
    const char *properties = NULL;
    struct invitation_record record = {
        .survey = sqlite3_column_int64(stmt, 0),
        .response = sqlite_row_read_id(stmt, 1),
        .created_at = sqlite3_column_int64(stmt, 4),
        .expires_at = sqlite3_column_int64(stmt, 5),
        .kept_until = sqlite3_column_int64(stmt, 6),
    };
    enum cxd_err code = sqlite_db_copy_text(stmt, 2, arena, &record.respondent, err);
    if (code == CXD_OK)
        code = sqlite_db_copy_text(stmt, 3, arena, &properties, err);
    if (code == CXD_OK && properties)
        code = sqlite_properties_read(db, properties, strlen(properties), arena, &of_properties, err);
    record.properties = of_properties.properties;
    record.property_count = of_properties.property_count;
    if (code == CXD_OK)
        *ret_record = record;
    return code;
}

static enum cxd_err insert(struct sqlite_store *store, const struct invitation_record *record, size_t *created,
                           struct error *err) {
    const char *properties = NULL;
    enum cxd_err code =
        sqlite_row_write_properties(&store->text, record->properties, record->property_count, &properties, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_INVITATION, err, INT(record->survey), ID(&record->response),
                          TEXT(record->respondent), TEXT(properties), INT(record->created_at), INT(record->expires_at),
                          INT(record->kept_until));
    if (code != CXD_OK || sqlite3_changes(store->db.handle) == 0)
        return code;
    ++*created;
    return sqlite_visits_count_invitation(store, record->survey, record->created_at, IMPRESSION_INVITED, err);
}

enum cxd_err sqlite_write_invite(struct sqlite_store *store, struct change *change, struct error *err) {
    bool is_there = sqlite_declared_find(&store->declared, change->as.invite.survey);
    enum cxd_err code = CXD_OK;
    size_t created = 0;
    for (size_t i = 0; is_there && code == CXD_OK && i < change->as.invite.count; i++)
        code = insert(store, &change->as.invite.records[i], &created, err);
    decide_invite(change, is_there, created);
    return code;
}

enum cxd_err sqlite_write_lapse(struct sqlite_store *store, struct change *change, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_PAST_INVITATIONS, err, INT(change->as.lapse.before_ms),
                                   INT(change->as.lapse.limit));
    decide_lapsed(change, code == CXD_OK ? (size_t)sqlite3_changes(store->db.handle) : 0);
    return code;
}

static enum cxd_err find(struct db *db, int64_t survey, const struct id *id, struct arena *arena, bool *ret_found,
                         struct invitation_record *ret_record, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_INVITATION, &stmt, ret_found, err, INT(survey), ID(id));
    if (code == CXD_OK && *ret_found)
        code = read_record(db, stmt, arena, ret_record, err);
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_invitation_find(struct sqlite_store *store, int64_t survey, const struct id *id, bool *ret_found,
                                    struct invitation_record *ret_record, struct error *err) {
    return find(&store->db, survey, id, &store->scratch, ret_found, ret_record, err);
}

enum cxd_err sqlite_invitation_answered(struct sqlite_store *store, const struct change *change, struct error *err) {
    const struct response *response = &change->as.response.value;
    enum cxd_err code = sqlite_visits_open_invitation(store, response->survey, &response->id, true, err);
    if (code != CXD_OK)
        return code;
    return SQLITE_RUN(&store->db, QUERY_KEEP_INVITATION, err, INT(response->survey), ID(&response->id),
                      INT(response->received_at + change->as.response.amend_window_ms));
}

enum cxd_err sqlite_invitation_remove(struct sqlite_store *store, int64_t survey, const struct id *response,
                                      struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_DELETE_INVITATION, err, INT(survey), ID(response));
}

static enum cxd_err list(struct db *db, const char *respondent, size_t limit, struct arena *arena,
                         struct invitation_record **ret_records, size_t *ret_count, struct error *err) {
    struct invitation_record *records = NULL;
    size_t count = 0, capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_LIST_INVITATIONS, &stmt, err, TEXT(respondent),
                                   INT(limit > INT64_MAX ? INT64_MAX : (int64_t)limit));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        if (count == capacity) {
            struct invitation_record *larger = arena_alloc(arena, (2 * capacity + 8) * sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory for the invitations of a respondent");
                break;
            }
            for (size_t i = 0; i < count; i++)
                larger[i] = records[i];
            records = larger;
            capacity = 2 * capacity + 8;
        }
        code = read_record(db, stmt, arena, &records[count++], err);
    }
    sqlite3_reset(stmt);
    *ret_records = records;
    *ret_count = count;
    return code;
}

enum cxd_err sqlite_invitations_erase(struct sqlite_store *store, const char *respondent, size_t limit, int64_t now_ms,
                                      size_t *ret_count, struct error *err) {
    struct invitation_record *records = NULL;
    enum cxd_err code = list(&store->db, respondent, limit, &store->scratch, &records, ret_count, err);
    for (size_t i = 0; code == CXD_OK && i < *ret_count; i++) {
        const struct response named = {.survey = records[i].survey, .id = records[i].response};
        code = sqlite_invitation_remove(store, named.survey, &named.id, err);
        if (code == CXD_OK)
            code = sqlite_marks_put(store, named.survey, &named.id, now_ms, err);
        if (code == CXD_OK)
            code = sqlite_erasures_note(store, &named, now_ms, true, err);
    }
    return code;
}

enum cxd_err sqlite_read_invitation(struct store_reader *base, int64_t survey, const struct id *response,
                                    struct arena *arena, bool *ret_found, struct invitation_record *ret_record,
                                    struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = find(&reader->db, survey, response, arena, ret_found, ret_record, err);
    sqlite_reader_leave(reader, began);
    return code;
}

enum cxd_err sqlite_read_invitations(struct store_reader *base, const char *respondent, size_t limit,
                                     struct arena *arena, struct invitation_record **ret_records, size_t *ret_count,
                                     struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = list(&reader->db, respondent, limit, arena, ret_records, ret_count, err);
    sqlite_reader_leave(reader, began);
    return code;
}
