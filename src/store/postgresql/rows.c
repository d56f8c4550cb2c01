/* Rows of responses to structs. */

#include "store/postgresql/rows.h"

#include <string.h>

#include "store/dimensions.h"
#include "store/stored.h"

enum { COLUMN_PROPERTIES = 16, COLUMN_ANSWERS = 17, COLUMN_SEQUENCE = 20, COLUMN_AHEAD = 21, COLUMN_FIRST = 23 };

int64_t postgresql_row_forgotten(const struct response *response) {
    return response->forgotten_by_age ? -response->forgotten_at : response->forgotten_at;
}

enum cxd_err postgresql_row_properties(const PGresult *result, int row, int column, struct arena *arena,
                                       const struct property **ret_properties, size_t *ret_count, struct error *err) {
    *ret_properties = NULL;
    *ret_count = 0;
    if (PQgetisnull(result, row, column))
        return CXD_OK;
    size_t length = (size_t)PQgetlength(result, row, column);
    char *text = arena_strndup(arena, PQgetvalue(result, row, column), length);
    struct property *properties =
        text ? arena_alloc(arena, stored_properties_most(text, length) * sizeof *properties) : NULL;
    if (!properties)
        return error_set(err, ERR_NO_MEMORY, "no memory to read properties");
    if (!stored_take_properties(text, properties, ret_count))
        return error_set(err, ERR_STORAGE, "the stored properties of a response cannot be read");
    *ret_properties = properties;
    return CXD_OK;
}

static enum cxd_err read_texts(const PGresult *result, int row, struct arena *arena, struct response *response,
                               struct error *err) {
    const struct {
        int column;
        const char **text;
    } TEXTS[] = {
        {11, &response->touchpoint}, {12, &response->channel}, {13, &response->locale},
        {14, &response->respondent}, {15, &response->comment}, {18, &response->excluded_reason},
        {19, &response->visit},
    };
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(TEXTS); i++)
        code = postgresql_copy(result, row, TEXTS[i].column, arena, TEXTS[i].text, err);
    if (code == CXD_OK)
        code = postgresql_row_properties(result, row, COLUMN_PROPERTIES, arena, &response->properties,
                                         &response->property_count, err);
    if (code == CXD_OK && !PQgetisnull(result, row, COLUMN_ANSWERS))
        code = stored_read_answers(PQgetvalue(result, row, COLUMN_ANSWERS),
                                   (size_t)PQgetlength(result, row, COLUMN_ANSWERS), arena, response, err);
    return code;
}

static void read_first(const PGresult *result, int row, struct first_said *ret_first) {
    if (PQnfields(result) <= COLUMN_FIRST + 2)
        return;
    ret_first->answered_at = postgresql_int(result, row, COLUMN_FIRST);
    ret_first->is_kept = postgresql_bytes(result, row, COLUMN_FIRST + 1, ret_first->digest, sizeof ret_first->digest);
    ret_first->revision = postgresql_int(result, row, COLUMN_FIRST + 2);
}

enum cxd_err postgresql_row_response(const PGresult *result, int row, struct arena *arena,
                                     struct response *ret_response, struct error *err) {
    int64_t forgotten = postgresql_int(result, row, 10);
    int standing = (int)postgresql_int(result, row, 8);
    struct response response = {
        .survey = postgresql_int(result, row, 0),
        .id = postgresql_id(result, row, 1),
        .has_id = true,
        .number = postgresql_int(result, row, 2),
        .revision = postgresql_int(result, row, 3),
        .answered_at = postgresql_int(result, row, 4),
        .received_at = postgresql_int(result, row, 5),
        .updated_at = postgresql_int(result, row, 6),
        .score = (int)postgresql_int(result, row, 7),
        .has_score = (standing & STANDING_SCORELESS) == 0,
        .excluded = (standing & STANDING_EXCLUDED) != 0,
        .flags = (unsigned)postgresql_int(result, row, 9),
        .forgotten_at = forgotten < 0 ? -forgotten : forgotten,
        .forgotten_by_age = forgotten < 0,
        .has_sequence = !PQgetisnull(result, row, COLUMN_SEQUENCE),
        .sequence = postgresql_int(result, row, COLUMN_SEQUENCE),
        .has_answered_at = !PQgetisnull(result, row, COLUMN_AHEAD),
        .ahead_ms = postgresql_int(result, row, COLUMN_AHEAD),
        .import = postgresql_int(result, row, 22),
    };
    read_first(result, row, &response.first);
    enum cxd_err code = read_texts(result, row, arena, &response, err);
    if (code == CXD_OK)
        *ret_response = response;
    return code;
}
