/* Rows of the database to the structs of domain/, and back. The order of columns is that of
 * sql/sqlite/queries.sql. */

#include "store/sqlite/rows.h"

#include <string.h>

struct id row_read_id(sqlite3_stmt *stmt, int column) {
    struct id id = {{0}};
    const void *bytes = sqlite3_column_blob(stmt, column);
    if (bytes && sqlite3_column_bytes(stmt, column) == (int)sizeof id.bytes) {
        memcpy(id.bytes, bytes, sizeof id.bytes);
    }
    return id;
}

enum cxd_err row_read_properties(struct db *db, const char *json, struct arena *arena,
                                 struct response *response, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(db, QUERY_SELECT_PROPERTIES, &stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_text(stmt, 1, json);
    struct property *properties = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    while ((code = db_next(db, stmt, &row, err)) == CXD_OK && row) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 8;
            struct property *larger = arena_alloc(arena, capacity * sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory to read properties");
                break;
            }
            if (count > 0) {
                memcpy(larger, properties, count * sizeof *larger);
            }
            properties = larger;
        }
        struct property *property = &properties[count++];
        code = db_copy_text(stmt, 0, arena, &property->key, err);
        if (code == CXD_OK) {
            code = db_copy_text(stmt, 1, arena, &property->value, err);
        }
        if (code != CXD_OK) {
            break;
        }
    }
    sqlite3_reset(stmt);
    response->properties = properties;
    response->property_count = count;
    return code;
}

enum cxd_err row_read_response(struct db *db, sqlite3_stmt *stmt, struct arena *arena,
                               struct response *ret_response, struct error *err) {
    struct response response = {
        .id = row_read_id(stmt, 0),
        .has_id = true,
        .survey = sqlite3_column_int64(stmt, 1),
        .revision = sqlite3_column_int64(stmt, 2),
        .score = sqlite3_column_int(stmt, 3),
        .has_answered_at = true,
        .answered_at = sqlite3_column_int64(stmt, 4),
        .received_at = sqlite3_column_int64(stmt, 5),
        .excluded = sqlite3_column_int(stmt, 6) != 0,
        .flags = (unsigned)sqlite3_column_int(stmt, 14),
    };
    const char *properties = NULL;
    const struct {
        int column;
        const char **text;
    } TEXTS[] = {
        {7, &response.touchpoint},       {8, &response.channel},  {9, &response.locale},
        {10, &response.respondent},      {11, &response.comment}, {12, &properties},
        {13, &response.excluded_reason}, {15, &response.visit},
    };
    for (size_t i = 0; i < CXD_COUNT(TEXTS); i++) {
        enum cxd_err code = db_copy_text(stmt, TEXTS[i].column, arena, TEXTS[i].text, err);
        if (code != CXD_OK) {
            return code;
        }
    }
    if (response.score < 0 || response.score >= HISTOGRAM_SIZE) {
        return error_set(err, ERR_STORAGE, "a stored response has the score %d", response.score);
    }
    if (properties) {
        enum cxd_err code = row_read_properties(db, properties, arena, &response, err);
        if (code != CXD_OK) {
            return code;
        }
    }
    *ret_response = response;
    return CXD_OK;
}

void row_bind_response(sqlite3_stmt *stmt, const struct response *response, const char *properties) {
    db_bind_blob(stmt, 1, response->id.bytes, sizeof response->id.bytes);
    db_bind_int(stmt, 2, response->survey);
    db_bind_int(stmt, 3, response->revision);
    db_bind_int(stmt, 4, response->score);
    db_bind_int(stmt, 5, response->answered_at);
    db_bind_int(stmt, 6, response->received_at);
    db_bind_int(stmt, 7, response->excluded);
    db_bind_text(stmt, 8, response->touchpoint);
    db_bind_text(stmt, 9, response->channel);
    db_bind_text(stmt, 10, response->locale);
    db_bind_text(stmt, 11, response->respondent);
    db_bind_text(stmt, 12, response->comment);
    db_bind_text(stmt, 13, properties);
    db_bind_text(stmt, 14, response->excluded_reason);
    db_bind_int(stmt, 15, response->flags);
    db_bind_text(stmt, 16, response->visit);
}

enum cxd_err row_write_properties(struct buffer *buf, const struct property *properties, size_t count,
                                  const char **ret_text, struct error *err) {
    if (count == 0) {
        *ret_text = NULL;
        return CXD_OK;
    }
    buffer_reset(buf);
    for (size_t i = 0; i < count; i++) {
        buffer_append_char(buf, i == 0 ? '{' : ',');
        buffer_append_json(buf, properties[i].key);
        buffer_append_char(buf, ':');
        buffer_append_json(buf, properties[i].value);
    }
    buffer_append_char(buf, '}');
    const char *text = buffer_terminate(buf);
    if (!text) {
        return error_set(err, ERR_NO_MEMORY, "no memory to write properties");
    }
    *ret_text = text;
    return CXD_OK;
}

enum cxd_err row_read_survey(sqlite3_stmt *stmt, struct arena *arena, struct survey_record *ret_survey,
                             struct error *err) {
    struct survey_record survey = {
        .number = sqlite3_column_int64(stmt, 0),
        .revision = sqlite3_column_int64(stmt, 2),
        .scale_min = sqlite3_column_int(stmt, 5),
        .scale_max = sqlite3_column_int(stmt, 6),
        .created_at = sqlite3_column_int64(stmt, 7),
        .updated_at = sqlite3_column_int64(stmt, 8),
        .archived_at = sqlite3_column_int64(stmt, 9),
    };
    const char *slug = NULL, *metric = NULL;
    enum cxd_err code = db_copy_text(stmt, 1, arena, &slug, err);
    if (code == CXD_OK) {
        code = db_copy_text(stmt, 3, arena, &survey.definition, err);
    }
    if (code == CXD_OK) {
        code = db_copy_text(stmt, 4, arena, &metric, err);
    }
    if (code != CXD_OK) {
        return code;
    }
    if (!slug || strlen(slug) >= sizeof survey.slug || !metric || !metric_parse(metric, &survey.metric)) {
        return error_set(err, ERR_STORAGE, "the stored survey %lld is not valid", (long long)survey.number);
    }
    memcpy(survey.slug, slug, strlen(slug) + 1);
    *ret_survey = survey;
    return CXD_OK;
}

/* Copies a column into a fixed field, cut to fit. */
static void read_field(sqlite3_stmt *stmt, int column, char *field, size_t size) {
    const char *text = sqlite3_column_blob(stmt, column);
    size_t length = text ? (size_t)sqlite3_column_bytes(stmt, column) : 0;
    if (length >= size) {
        length = size - 1;
    }
    memcpy(field, text ? text : "", length);
    field[length] = '\0';
}

void row_read_key(sqlite3_stmt *stmt, struct api_key *ret_key) {
    struct api_key key = {
        .id = row_read_id(stmt, 0),
        .scopes = (unsigned)sqlite3_column_int(stmt, 4),
        .created_at = sqlite3_column_int64(stmt, 5),
        .expires_at = sqlite3_column_int64(stmt, 6),
        .used_day = sqlite3_column_int64(stmt, 7),
        .revoked_at = sqlite3_column_int64(stmt, 8),
    };
    read_field(stmt, 1, key.name, sizeof key.name);
    read_field(stmt, 2, key.prefix, sizeof key.prefix);
    const void *hash = sqlite3_column_blob(stmt, 3);
    if (hash && sqlite3_column_bytes(stmt, 3) == (int)sizeof key.hash) {
        memcpy(key.hash, hash, sizeof key.hash);
    }
    *ret_key = key;
}

void row_bind_key(sqlite3_stmt *stmt, const struct api_key *key) {
    db_bind_blob(stmt, 1, key->id.bytes, sizeof key->id.bytes);
    db_bind_text(stmt, 2, key->name);
    db_bind_text(stmt, 3, key->prefix);
    db_bind_blob(stmt, 4, key->hash, sizeof key->hash);
    db_bind_int(stmt, 5, key->scopes);
    db_bind_int(stmt, 6, key->created_at);
    db_bind_int(stmt, 7, key->expires_at);
    db_bind_int(stmt, 8, key->used_day);
    db_bind_int(stmt, 9, key->revoked_at);
}
