/* The catalog: surveys, keys and signing keys, by the generation that changed each last. A transaction that redefines
 * any raises the generation as it ends, so that a reader, of whatever process, finds what is new to it by one number.
 */

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

struct generations {
    int64_t catalog, keys_removed, packed_through, sessions_changed;
};

static enum cxd_err read_generation(struct db *db, struct generations *ret_generations, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_GENERATION, &stmt, &row, err);
    if (code == CXD_OK && row) {
        ret_generations->catalog = sqlite3_column_int64(stmt, 0);
        ret_generations->keys_removed = sqlite3_column_int64(stmt, 1);
        ret_generations->packed_through = sqlite3_column_int64(stmt, 2);
        ret_generations->sessions_changed = sqlite3_column_int64(stmt, 3);
    }
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_catalog_raise(struct sqlite_store *store, struct change *const *changes, size_t count,
                                  struct error *err) {
    for (size_t i = 0; i < count; i++)
        if (change_redefines(changes[i])) {
            store->declared.generation++;
            return SQLITE_RUN(&store->db, QUERY_RAISE_GENERATION, err);
        }
    return CXD_OK;
}

enum cxd_err sqlite_catalog_renew(struct sqlite_store *store, struct error *err) {
    struct generations now = {0};
    enum cxd_err code = read_generation(&store->db, &now, err);
    if (code == CXD_OK)
        store->packed_through = now.packed_through; /* read along with it, since it is read by every batch */
    if (code != CXD_OK || (store->declared.loaded && store->declared.generation == now.catalog))
        return code;
    store->declared.generation = now.catalog;
    return sqlite_declared_load(&store->db, &store->declared, err);
}

/* The array with room for one more, in the arena; NULL when memory is refused. */
static void *grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return array;
    size_t larger = *capacity ? 2 * *capacity : 16;
    void *grown = arena_alloc_zero(arena, larger, size);
    if (grown) {
        memcpy(grown, array ? array : "", count * size);
        *capacity = larger;
    }
    return grown;
}

static int compare_numbers(const void *a, const void *b) {
    const struct survey_record *x = *(struct survey_record *const *)a, *y = *(struct survey_record *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Deals the rows of changed_properties, which ascend by number, out to the surveys. */
static enum cxd_err read_properties(struct db *db, int64_t since, struct arena *arena, struct store_catalog *catalog,
                                    struct error *err) {
    size_t count = catalog->survey_count;
    struct survey_record **by_number = arena_alloc(arena, (count + 1) * sizeof(struct survey_record *));
    if (!by_number)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the surveys");
    for (size_t i = 0; i < count; i++)
        by_number[i] = &catalog->surveys[i];
    qsort(by_number, count, sizeof *by_number, compare_numbers);
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(db, QUERY_CHANGED_PROPERTIES, &stmt, err, INT(since));
    bool row = false;
    size_t at = 0;
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        int64_t number = sqlite3_column_int64(stmt, 0);
        while (at < count && by_number[at]->number < number)
            at++;
        struct survey_record *survey = at < count ? by_number[at] : NULL;
        if (!survey || survey->number != number || survey->property_count == SURVEY_PROPERTIES_MAX)
            continue;
        size_t property = survey->property_count++;
        survey->property_rolled[property] = sqlite3_column_int(stmt, 2) != 0;
        code = sqlite_db_copy_text(stmt, 1, arena, &survey->property_keys[property], err);
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_surveys(struct db *db, int64_t since, struct arena *arena, struct store_catalog *catalog,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    size_t capacity = 0;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_CHANGED_SURVEYS, &stmt, err, INT(since));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        catalog->surveys = grow(arena, catalog->surveys, catalog->survey_count, &capacity, sizeof *catalog->surveys);
        code = catalog->surveys ? sqlite_row_read_survey(stmt, arena, &catalog->surveys[catalog->survey_count++], err)
                                : error_set(err, ERR_NO_MEMORY, "no memory to read the surveys");
    }
    sqlite3_reset(stmt);
    return code == CXD_OK && catalog->survey_count > 0 ? read_properties(db, since, arena, catalog, err) : code;
}

enum cxd_err sqlite_db_list_keys(struct db *db, int64_t since, struct arena *arena, struct api_key **ret_keys,
                                 size_t *ret_count, struct error *err) {
    struct api_key *keys = NULL;
    size_t count = 0, capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_LIST_KEYS, &stmt, err, INT(since));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        keys = grow(arena, keys, count, &capacity, sizeof *keys);
        if (keys)
            sqlite_row_read_key(stmt, &keys[count++]);
        else
            code = error_set(err, ERR_NO_MEMORY, "no memory to read the keys");
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_keys = keys;
        *ret_count = count;
    }
    return code;
}

static enum cxd_err read_signing_keys(struct db *db, struct store_catalog *catalog, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_db_statement(db, QUERY_LIST_SIGNING_KEYS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row &&
           catalog->signing_key_count < SIGNING_KEYS_MAX) {
        struct signing_key key = {.number = sqlite3_column_int64(stmt, 0), .created_at = sqlite3_column_int64(stmt, 2)};
        const void *secret = sqlite3_column_blob(stmt, 1);
        if (secret && sqlite3_column_bytes(stmt, 1) == (int)sizeof key.secret) {
            memcpy(key.secret, secret, sizeof key.secret);
            catalog->signing_keys[catalog->signing_key_count++] = key;
        }
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_since(struct db *db, int64_t since, struct arena *arena, struct store_catalog *catalog,
                               struct error *err) {
    struct generations now = {0};
    enum cxd_err code = read_generation(db, &now, err);
    catalog->generation = now.catalog;
    if (code != CXD_OK || catalog->generation == since)
        return code;
    catalog->has_every_key = now.keys_removed > since;
    catalog->has_sessions = now.sessions_changed > since;
    code = read_surveys(db, since, arena, catalog, err);
    if (code == CXD_OK)
        code = sqlite_db_list_keys(db, catalog->has_every_key ? SINCE_EVER : since, arena, &catalog->keys,
                                   &catalog->key_count, err);
    if (code == CXD_OK && catalog->has_sessions)
        code = sqlite_db_list_sessions(db, arena, &catalog->sessions, &catalog->session_count, err);
    return code == CXD_OK ? read_signing_keys(db, catalog, err) : code;
}

enum cxd_err sqlite_read_catalog(struct store_reader *base, int64_t since, struct arena *arena,
                                 struct store_catalog *ret_catalog, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_catalog catalog = {0};
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = read_since(&reader->db, since, arena, &catalog, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_catalog = catalog;
    return code;
}

enum cxd_err sqlite_read_revisions(struct store_reader *base, int64_t survey, int64_t after, size_t limit,
                                   struct arena *arena, struct survey_revision **ret_revisions, size_t *ret_count,
                                   struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct survey_revision *revisions = arena_alloc_zero(arena, limit + 1, sizeof *revisions);
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    size_t count = 0;
    if (!revisions)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the definitions");
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&reader->db, QUERY_LIST_REVISIONS, &stmt, err, INT(survey), INT(after), INT(limit));
    while (code == CXD_OK && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row && count < limit) {
        revisions[count].revision = sqlite3_column_int64(stmt, 0);
        code = sqlite_db_copy_text(stmt, 1, arena, &revisions[count++].definition, err);
    }
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_revisions = revisions;
        *ret_count = count;
    }
    return code;
}
