/* Rows of the database to the structs of domain/, and back. The order of columns is that of
 * sql/sqlite/queries.sql. */

#include "store/sqlite/rows.h"

#include <string.h>

#include "store/stored.h"

struct id sqlite_row_read_id(sqlite3_stmt *stmt, int column) {
    struct id id = {{0}};
    const void *bytes = sqlite3_column_blob(stmt, column);
    if (bytes && sqlite3_column_bytes(stmt, column) == (int)sizeof id.bytes)
        memcpy(id.bytes, bytes, sizeof id.bytes);
    return id;
}

int64_t sqlite_row_forgotten(const struct response *response) {
    return response->forgotten_by_age ? -response->forgotten_at : response->forgotten_at;
}

enum cxd_err sqlite_row_read_answers(sqlite3_stmt *stmt, int column, struct arena *arena, struct response *response,
                                     struct error *err) {
    if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
        return CXD_OK;
    const char *json = (const char *)sqlite3_column_text(stmt, column);
    if (!json)
        return error_set(err, ERR_NO_MEMORY, "no memory to read answers");
    return stored_read_answers(json, (size_t)sqlite3_column_bytes(stmt, column), arena, response, err);
}

enum cxd_err sqlite_row_read_plain(sqlite3_stmt *stmt, struct arena *arena, struct response *ret_response,
                                   const char **ret_properties, struct error *err) {
    int64_t forgotten = sqlite3_column_int64(stmt, 19);
    struct response response = {
        .id = sqlite_row_read_id(stmt, 0),
        .has_id = true,
        .survey = sqlite3_column_int64(stmt, 1),
        .revision = sqlite3_column_int64(stmt, 2),
        .score = sqlite3_column_int(stmt, 3),
        .has_answered_at = sqlite3_column_type(stmt, 17) == SQLITE_INTEGER,
        .answered_at = sqlite3_column_int64(stmt, 4),
        .received_at = sqlite3_column_int64(stmt, 5),
        .has_score = (sqlite3_column_int(stmt, 6) & STANDING_SCORELESS) == 0,
        .excluded = (sqlite3_column_int(stmt, 6) & STANDING_EXCLUDED) != 0,
        .flags = (unsigned)sqlite3_column_int(stmt, 14),
        .has_sequence = sqlite3_column_type(stmt, 16) == SQLITE_INTEGER,
        .sequence = sqlite3_column_int64(stmt, 16),
        .ahead_ms = sqlite3_column_int64(stmt, 17),
        .forgotten_at = forgotten < 0 ? -forgotten : forgotten,
        .forgotten_by_age = forgotten < 0,
        .number = sqlite3_column_int64(stmt, 20),
        .updated_at = sqlite3_column_int64(stmt, 21),
        .import = sqlite3_column_int64(stmt, 22),
    };
    const char *properties = NULL;
    const struct {
        int column;
        const char **text;
    } TEXTS[] = {
        {7, &response.touchpoint}, {8, &response.channel}, {9, &response.locale},           {10, &response.respondent},
        {11, &response.comment},   {12, &properties},      {13, &response.excluded_reason}, {15, &response.visit},
    };
    for (size_t i = 0; i < CXD_COUNT(TEXTS); i++) {
        enum cxd_err code = sqlite_db_copy_text(stmt, TEXTS[i].column, arena, TEXTS[i].text, err);
        if (code != CXD_OK)
            return code;
    }
    if (response.score < 0 || response.score >= HISTOGRAM_SIZE)
        return error_set(err, ERR_STORAGE, "a stored response has the score %d", response.score);
    enum cxd_err code = sqlite_row_read_answers(stmt, 18, arena, &response, err);
    if (code != CXD_OK)
        return code;
    *ret_response = response;
    *ret_properties = properties;
    return CXD_OK;
}

enum cxd_err sqlite_row_read_response(struct db *db, sqlite3_stmt *stmt, struct arena *arena,
                                      struct response *ret_response, struct error *err) {
    struct response response;
    const char *properties = NULL;
    enum cxd_err code = sqlite_row_read_plain(stmt, arena, &response, &properties, err);
    if (code == CXD_OK && properties)
        code = sqlite_properties_read(db, properties, strlen(properties), arena, &response, err);
    if (code == CXD_OK)
        *ret_response = response;
    return code;
}

void sqlite_row_read_first(sqlite3_stmt *stmt, struct first_said *ret_first) {
    struct first_said first = {.answered_at = sqlite3_column_int64(stmt, 24),
                               .revision = sqlite3_column_int64(stmt, 25)};
    const void *digest = sqlite3_column_blob(stmt, 23);
    if (digest && sqlite3_column_bytes(stmt, 23) == (int)sizeof first.digest) {
        memcpy(first.digest, digest, sizeof first.digest);
        first.is_kept = true;
    }
    *ret_first = first;
}

enum { RESPONSE_TEXTS = 9 };

struct response_text {
    int at;
    const char *text;
};

/* The texts, and their places in the queries. */
static void list_texts(const struct response *response, const struct response_texts *stored,
                       struct response_text ret_texts[RESPONSE_TEXTS]) {
    const struct response_text texts[RESPONSE_TEXTS] = {
        {8, response->touchpoint},       {9, response->channel},  {10, response->locale},
        {11, response->respondent},      {12, response->comment}, {13, stored->properties},
        {14, response->excluded_reason}, {16, response->visit},   {19, stored->answers},
    };
    memcpy(ret_texts, texts, sizeof texts);
}

static void bind_given(sqlite3_stmt *stmt, int at, bool is_given, int64_t value) {
    if (is_given)
        sqlite_db_bind_int(stmt, at, value);
    else
        sqlite_db_bind_text(stmt, at, NULL);
}

void sqlite_row_bind_response(sqlite3_stmt *stmt, const struct response *response, const struct response_texts *stored,
                              bool has_number) {
    struct response_text texts[RESPONSE_TEXTS];
    list_texts(response, stored, texts);
    for (size_t i = 0; i < RESPONSE_TEXTS; i++)
        if (texts[i].text)
            sqlite_db_bind_text(stmt, texts[i].at, texts[i].text);
    sqlite_db_bind_blob(stmt, 1, response->id.bytes, sizeof response->id.bytes);
    sqlite_db_bind_int(stmt, 2, response->survey);
    sqlite_db_bind_int(stmt, 3, response->revision);
    sqlite_db_bind_int(stmt, 4, response->score);
    sqlite_db_bind_int(stmt, 5, response->answered_at);
    sqlite_db_bind_int(stmt, 6, response->received_at);
    sqlite_db_bind_int(stmt, 7, response_standing(response));
    sqlite_db_bind_int(stmt, 15, response->flags);
    bind_given(stmt, 17, response->has_sequence, response->sequence);
    bind_given(stmt, 18, response->has_answered_at, response->ahead_ms);
    if (has_number)
        sqlite_db_bind_int(stmt, 20, response->number);
}

void sqlite_row_unbind_response(sqlite3_stmt *stmt, const struct response *response,
                                const struct response_texts *stored) {
    struct response_text texts[RESPONSE_TEXTS];
    list_texts(response, stored, texts);
    for (size_t i = 0; i < RESPONSE_TEXTS; i++)
        if (texts[i].text)
            sqlite_db_bind_text(stmt, texts[i].at, NULL);
}

enum cxd_err sqlite_row_write_properties(struct buffer *buf, const struct property *properties, size_t count,
                                         const char **ret_text, struct error *err) {
    if (count == 0) {
        *ret_text = NULL;
        return CXD_OK;
    }
    buffer_reset(buf);
    stored_write_properties(buf, properties, count);
    const char *text = buffer_terminate(buf);
    if (!text)
        return error_set(err, ERR_NO_MEMORY, "no memory to write properties");
    *ret_text = text;
    return CXD_OK;
}

enum cxd_err sqlite_row_write_texts(struct buffer *buf, const struct response *response,
                                    struct response_texts *ret_texts, struct error *err) {
    *ret_texts = (struct response_texts){0};
    if (response->property_count == 0 && response->answer_count == 0)
        return CXD_OK;
    buffer_reset(buf);
    stored_write_properties(buf, response->properties, response->property_count);
    buffer_append_char(buf, '\0');
    size_t length = buf->length;
    stored_write_answers(buf, response->answers, response->answer_count);
    const char *text = buffer_terminate(buf);
    if (!text)
        return error_set(err, ERR_NO_MEMORY, "no memory to write a response");
    if (length > 1)
        ret_texts->properties = text;
    if (buf->length > length)
        ret_texts->answers = text + length;
    return CXD_OK;
}

enum cxd_err sqlite_row_read_survey(sqlite3_stmt *stmt, struct arena *arena, struct survey_record *ret_survey,
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
    static const int TEXTS[] = {1, 3, 4};
    const char *slug = NULL, *metric = NULL;
    enum cxd_err code = sqlite_db_copy_text(stmt, 1, arena, &slug, err);
    if (code == CXD_OK)
        code = sqlite_db_copy_text(stmt, 3, arena, &survey.definition, err);
    if (code == CXD_OK)
        code = sqlite_db_copy_text(stmt, 4, arena, &metric, err);
    if (code != CXD_OK)
        return code;
    int word = metric ? words_find(&SURVEY_METRICS, metric) : -1;
    survey.metric = (enum metric)word;
    const char *why = !slug || !survey.definition || !metric ? "a text of it is missing"
                      : strlen(slug) >= sizeof survey.slug   ? "its slug is too long"
                      : word < 0                             ? "its metric is none"
                                                             : NULL;
    const char *const read[] = {slug, survey.definition, metric};
    for (size_t i = 0; !why && i < CXD_COUNT(TEXTS); i++)
        if (strlen(read[i]) != (size_t)sqlite3_column_bytes(stmt, TEXTS[i]))
            why = "there is a NUL in it";
    if (why) {
        return error_set(err, ERR_STORAGE, "the stored survey %lld, \"%.64s\", cannot be read: %s",
                         (long long)survey.number, slug ? slug : "", why);
    }
    memcpy(survey.slug, slug, strlen(slug) + 1);
    *ret_survey = survey;
    return CXD_OK;
}

/* Copies a column into a fixed field, cut to fit. */
static void read_field(sqlite3_stmt *stmt, int column, char *field, size_t size) {
    const char *text = sqlite3_column_blob(stmt, column);
    size_t length = text ? (size_t)sqlite3_column_bytes(stmt, column) : 0;
    if (length >= size)
        length = size - 1;
    memcpy(field, text ? text : "", length);
    field[length] = '\0';
}

void sqlite_row_read_key(sqlite3_stmt *stmt, struct api_key *ret_key) {
    struct api_key key = {
        .id = sqlite_row_read_id(stmt, 0),
        .scopes = (unsigned)sqlite3_column_int(stmt, 4),
        .created_at = sqlite3_column_int64(stmt, 5),
        .expires_at = sqlite3_column_int64(stmt, 6),
        .used_day = sqlite3_column_int64(stmt, 7),
        .revoked_at = sqlite3_column_int64(stmt, 8),
    };
    read_field(stmt, 1, key.name, sizeof key.name);
    read_field(stmt, 2, key.prefix, sizeof key.prefix);
    const void *hash = sqlite3_column_blob(stmt, 3);
    if (hash && sqlite3_column_bytes(stmt, 3) == (int)sizeof key.hash)
        memcpy(key.hash, hash, sizeof key.hash);
    *ret_key = key;
}

void sqlite_row_read_session(sqlite3_stmt *stmt, struct session *ret_session) {
    struct session session = {
        .key = sqlite_row_read_id(stmt, 1),
        .scopes = (unsigned)sqlite3_column_int(stmt, 2),
        .is_link = sqlite3_column_int(stmt, 3) != 0,
        .created_at = sqlite3_column_int64(stmt, 4),
        .seen_at = sqlite3_column_int64(stmt, 5),
    };
    const void *hash = sqlite3_column_blob(stmt, 0);
    if (hash && sqlite3_column_bytes(stmt, 0) == (int)sizeof session.hash)
        memcpy(session.hash, hash, sizeof session.hash);
    *ret_session = session;
}

struct response_place sqlite_row_read_place(sqlite3_stmt *stmt, int column) {
    return (struct response_place){.answered_at = sqlite3_column_int64(stmt, column),
                                   .score = sqlite3_column_int(stmt, column + 1),
                                   .standing = sqlite3_column_int(stmt, column + 2),
                                   .number = sqlite3_column_int64(stmt, column + 3)};
}
