/* A respondent is forgotten. The ids are gathered first: the table is not changed while it is scanned. */

#include <stdlib.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err gather(struct sqlite_store *store, const char *respondent, size_t limit,
                           struct id **ret_ids, size_t *ret_count, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_SELECT_RESPONDENT, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_text(stmt, 1, respondent);
    db_bind_int(stmt, 2, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    struct id *ids = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    while ((code = db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            struct id *larger = reallocarray(ids, capacity, sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory for the responses of a respondent");
                break;
            }
            ids = larger;
        }
        ids[count++] = row_read_id(stmt, 0);
    }
    sqlite3_reset(stmt);
    if (code != CXD_OK) {
        free(ids);
        return code;
    }
    *ret_ids = ids;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err delete_response(struct sqlite_store *store, const struct response *response, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&store->db, QUERY_DELETE_RESPONSE, &stmt, err);
    if (code == CXD_OK) {
        db_bind_blob(stmt, 1, response->id.bytes, sizeof response->id.bytes);
        code = db_run(&store->db, stmt, err);
    }
    return code == CXD_OK ? count_response(store, response, -1, err) : code;
}

enum cxd_err forget_response(struct sqlite_store *store, const struct response *response, struct error *err) {
    struct declared none = {0};
    const struct declared *declared = declared_find(&store->declared, response->survey);
    struct property *kept = arena_alloc(&store->scratch, (response->property_count + 1) * sizeof *kept);
    if (!kept) {
        return error_set(err, ERR_NO_MEMORY, "no memory to forget a respondent");
    }
    size_t count = dimensions_kept(response, declared ? declared : &none, kept);
    const char *properties = NULL;
    enum cxd_err code = row_write_properties(&store->text, kept, count, &properties, err);
    sqlite3_stmt *stmt = NULL;
    if (code == CXD_OK) {
        code = db_statement(&store->db, QUERY_FORGET_RESPONSE, &stmt, err);
    }
    if (code == CXD_OK) {
        db_bind_blob(stmt, 1, response->id.bytes, sizeof response->id.bytes);
        db_bind_text(stmt, 2, properties);
        code = db_run(&store->db, stmt, err);
    }
    return code;
}

enum cxd_err write_erase(struct sqlite_store *store, struct change *change, struct error *err) {
    struct id *ids = NULL;
    size_t count = 0;
    enum cxd_err code = gather(store, change->as.erase.respondent, change->as.erase.limit, &ids, &count, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct response response;
        bool found = false;
        arena_reset(&store->scratch);
        code = find_response(store, &ids[i], &found, &response, err);
        if (code == CXD_OK && found) {
            code = change->as.erase.counts ? delete_response(store, &response, err)
                                           : forget_response(store, &response, err);
        }
    }
    free(ids);
    change->as.erase.erased = (int64_t)count;
    change->outcome = count > 0 ? OUTCOME_AMENDED : OUTCOME_MISSING;
    return code;
}
