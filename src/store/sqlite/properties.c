/* The stored text of properties, a JSON object of texts as sqlite_row_write_properties writes it: read by hand, and in
 * place. What is written otherwise is left to SQLite. */

#include <string.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/text.h"

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

/* False where the text is another than is written. */
static bool parse(char *at, struct property *properties, size_t *ret_count) {
    size_t count = 0;
    char before = '{';
    while (*at == before) {
        struct property *property = &properties[count++];
        at++;
        property->key = sqlite_text_take(&at);
        if (!property->key || *at++ != ':')
            return false;
        property->value = sqlite_text_take(&at);
        if (!property->value)
            return false;
        before = ',';
    }
    *ret_count = count;
    return count > 0 && at[0] == '}' && at[1] == '\0';
}

enum cxd_err sqlite_properties_read(struct db *db, const char *json, size_t length, struct arena *arena,
                                    struct response *response, struct error *err) {
    size_t quotes = 0;
    for (size_t i = 0; i < length; i++)
        quotes += json[i] == '"';
    char *copy = arena_strndup(arena, json, length);
    /* Each has four, and what breaks off in the middle of one is noticed behind it. */
    struct property *properties = arena_alloc(arena, (quotes / 4 + 1) * sizeof *properties);
    if (!copy || !properties)
        return error_set(err, ERR_NO_MEMORY, "no memory to read properties");
    if (!parse(copy, properties, &response->property_count))
        return sqlite_row_read_properties(db, json, arena, response, err);
    response->properties = properties;
    return CXD_OK;
}
