/* The stored text of properties, a JSON object of texts as sqlite_row_write_properties writes it, where many rows are
 * read: by hand, and in place. What is written otherwise is left to SQLite. */

#include <string.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/text.h"

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
