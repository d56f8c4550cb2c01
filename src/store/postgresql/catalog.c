/* Surveys and keys, by the generation that changed them. */

#include <string.h>

#include "store/postgresql/writer.h"

/* For the question that is asked twice a second, and by which keys are believed: then by a new connection. */
enum { GENERATION_MS = 1000 };

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory to read the catalog");
}

void postgresql_row_key(const PGresult *result, int row, struct api_key *ret_key) {
    struct api_key key = {
        .id = postgresql_id(result, row, 0),
        .scopes = (unsigned)postgresql_int(result, row, 4),
        .created_at = postgresql_int(result, row, 5),
        .expires_at = postgresql_int(result, row, 6),
        .used_day = postgresql_int(result, row, 7),
        .revoked_at = postgresql_int(result, row, 8),
    };
    postgresql_field(result, row, 1, key.name, sizeof key.name);
    postgresql_field(result, row, 2, key.prefix, sizeof key.prefix);
    if (!postgresql_bytes(result, row, 3, key.hash, sizeof key.hash))
        memset(key.hash, 0, sizeof key.hash);
    *ret_key = key;
}

static enum cxd_err take_keys(const PGresult *result, struct arena *arena, struct api_key **ret_keys, size_t *ret_count,
                              struct error *err) {
    size_t count = (size_t)PQntuples(result);
    struct api_key *keys = arena_alloc(arena, (count + 1) * sizeof *keys);
    if (!keys)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        postgresql_row_key(result, (int)i, &keys[i]);
    *ret_keys = keys;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err postgresql_list_keys(struct db *db, int64_t since, struct arena *arena, struct api_key **ret_keys,
                                  size_t *ret_count, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_LIST_KEYS, &result, err, INT(since));
    return code == CXD_OK ? take_keys(result, arena, ret_keys, ret_count, err) : code;
}

static struct survey_record *find_number(struct store_catalog *catalog, int64_t number) {
    for (size_t i = 0; i < catalog->survey_count; i++)
        if (catalog->surveys[i].number == number)
            return &catalog->surveys[i];
    return NULL;
}

static enum cxd_err take_surveys(const PGresult *surveys, const PGresult *properties, struct arena *arena,
                                 struct store_catalog *catalog, struct error *err) {
    enum cxd_err code = CXD_OK;
    catalog->survey_count = (size_t)PQntuples(surveys);
    catalog->surveys = arena_alloc_zero(arena, catalog->survey_count + 1, sizeof *catalog->surveys);
    if (!catalog->surveys)
        return no_memory(err);
    for (size_t i = 0; code == CXD_OK && i < catalog->survey_count; i++)
        code = postgresql_known_record(surveys, (int)i, arena, &catalog->surveys[i], err);
    for (int i = 0; code == CXD_OK && i < PQntuples(properties); i++) {
        struct survey_record *survey = find_number(catalog, postgresql_int(properties, i, 0));
        if (!survey || survey->property_count == SURVEY_PROPERTIES_MAX)
            continue;
        size_t at = survey->property_count++;
        survey->property_rolled[at] = postgresql_bool(properties, i, 2);
        code = postgresql_copy(properties, i, 1, arena, &survey->property_keys[at], err);
    }
    return code;
}

static void take_signing_keys(const PGresult *result, struct store_catalog *catalog) {
    for (int i = 0; i < PQntuples(result) && catalog->signing_key_count < SIGNING_KEYS_MAX; i++) {
        struct signing_key key = {.number = postgresql_int(result, i, 0), .created_at = postgresql_int(result, i, 2)};
        if (postgresql_bytes(result, i, 1, key.secret, sizeof key.secret))
            catalog->signing_keys[catalog->signing_key_count++] = key;
    }
}

static enum cxd_err read_changed(struct db *db, int64_t since, struct arena *arena, struct store_catalog *catalog,
                                 struct error *err) {
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_CHANGED_SURVEYS, err, INT(since));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LIST_PROPERTIES, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LIST_KEYS, err, INT(catalog->has_every_key ? SINCE_EVER : since));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LIST_SIGNING_KEYS, err);
    if (code == CXD_OK)
        code = postgresql_db_run(db, err);
    if (code != CXD_OK)
        return code;
    code = take_surveys(postgresql_db_result(db, 0), postgresql_db_result(db, 1), arena, catalog, err);
    if (code == CXD_OK)
        code = take_keys(postgresql_db_result(db, 2), arena, &catalog->keys, &catalog->key_count, err);
    take_signing_keys(postgresql_db_result(db, 3), catalog);
    if (code == CXD_OK && catalog->has_sessions)
        code = postgresql_session_list(db, arena, &catalog->sessions, &catalog->session_count, err);
    return code;
}

enum cxd_err postgresql_read_catalog(struct store_reader *base, int64_t since, struct arena *arena,
                                     struct store_catalog *ret_catalog, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct store_catalog catalog = {0};
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK && began && since != SINCE_EVER)
        postgresql_db_bound(&reader->db, GENERATION_MS);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_CATALOG_STATE, &result, err);
    if (code == CXD_OK && began)
        postgresql_db_bound(&reader->db, reader->store->question_ms);
    if (code == CXD_OK) {
        catalog.generation = postgresql_int(result, 0, 0);
        catalog.has_every_key = postgresql_int(result, 0, 1) > since;
        catalog.has_sessions = postgresql_int(result, 0, 2) > since;
    }
    if (code == CXD_OK && catalog.generation == since)
        catalog.has_every_key = catalog.has_sessions = false;
    else if (code == CXD_OK)
        code = read_changed(&reader->db, since, arena, &catalog, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_catalog = catalog;
    return code;
}

/* What the writer knows of the surveys is of the generation that the transaction saw, or made. */
int64_t postgresql_seen_generation(const struct store *base) {
    const struct postgresql_store *store = (const struct postgresql_store *)base;
    return store->known.is_loaded ? store->known.generation : -1;
}

enum cxd_err postgresql_read_revisions(struct store_reader *base, int64_t survey, int64_t after, size_t limit,
                                       struct arena *arena, struct survey_revision **ret_revisions, size_t *ret_count,
                                       struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct survey_revision *revisions = arena_alloc(arena, (limit + 1) * sizeof *revisions);
    const PGresult *result = NULL;
    bool began = false;
    size_t count = 0;
    if (!revisions)
        return no_memory(err);
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_LIST_REVISIONS, &result, err, INT(survey), INT(after), LIMIT(limit));
    for (int i = 0; code == CXD_OK && i < PQntuples(result); i++) {
        revisions[count].revision = postgresql_int(result, i, 0);
        code = postgresql_copy(result, i, 1, arena, &revisions[count++].definition, err);
    }
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_revisions = revisions;
        *ret_count = count;
    }
    return code;
}
