/* The stored text of properties, a JSON object of texts as sqlite_row_write_properties writes it: read in place.
 * What is written otherwise is left to SQLite. */

#include <string.h>

#include "store/sqlite/rows.h"
#include "store/stored.h"

enum cxd_err sqlite_row_read_properties(struct db *db, const char *json, struct arena *arena, struct response *response,
                                        struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(db, QUERY_SELECT_PROPERTIES, &stmt, err, TEXT(json));
    if (code != CXD_OK)
        return code;
    struct property *properties = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    while ((code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 8;
            struct property *larger = arena_alloc(arena, capacity * sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory to read properties");
                break;
            }
            if (count > 0)
                memcpy(larger, properties, count * sizeof *larger);
            properties = larger;
        }
        struct property *property = &properties[count++];
        code = sqlite_db_copy_text(stmt, 0, arena, &property->key, err);
        if (code == CXD_OK)
            code = sqlite_db_copy_text(stmt, 1, arena, &property->value, err);
        if (code != CXD_OK)
            break;
    }
    sqlite3_reset(stmt);
    response->properties = properties;
    response->property_count = count;
    return code;
}

enum cxd_err sqlite_properties_read(struct db *db, const char *json, size_t length, struct arena *arena,
                                    struct response *response, struct error *err) {
    char *copy = arena_strndup(arena, json, length);
    struct property *properties = arena_alloc(arena, stored_properties_most(json, length) * sizeof *properties);
    if (!copy || !properties)
        return error_set(err, ERR_NO_MEMORY, "no memory to read properties");
    if (!stored_take_properties(copy, properties, &response->property_count))
        return sqlite_row_read_properties(db, json, arena, response, err);
    response->properties = properties;
    return CXD_OK;
}
