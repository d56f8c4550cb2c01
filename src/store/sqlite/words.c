/* FTS5's own words, and a function beside its own. */

#include "store/sqlite/words.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES_MAX = 32768 }; /* FTS5 cuts a longer one */

static enum cxd_err find_api(struct db *db, fts5_api **ret_api, struct error *err) {
    fts5_api *api = NULL;
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db->handle, "SELECT fts5(?1)", -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL) != SQLITE_OK)
        api = NULL;
    else
        (void)sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    if (!api)
        return error_set(err, ERR_STORAGE, "this SQLite has no full-text search (FTS5)");
    *ret_api = api;
    return CXD_OK;
}

enum cxd_err sqlite_words_open(struct word_finder *words, struct db *db, struct error *err) {
    const char *arguments[] = {"remove_diacritics", "2"}; /* as the index has it in sql/ */
    fts5_api *api;
    void *context;
    if (words->tokenizer)
        return CXD_OK;
    enum cxd_err code = find_api(db, &api, err);
    if (code != CXD_OK)
        return code;
    if (api->xFindTokenizer(api, "unicode61", &context, &words->module) != SQLITE_OK)
        return error_set(err, ERR_STORAGE, "this SQLite has no tokenizer unicode61");
    if (words->module.xCreate(context, arguments, (int)CXD_COUNT(arguments), &words->tokenizer) != SQLITE_OK) {
        words->tokenizer = NULL;
        return error_set(err, ERR_NO_MEMORY, "no memory to read words");
    }
    return CXD_OK;
}

void sqlite_words_close(struct word_finder *words) {
    if (words->tokenizer)
        words->module.xDelete(words->tokenizer);
    words->tokenizer = NULL;
}

static enum cxd_err tokenize(struct word_finder *words, const char *text, size_t length, void *context,
                             int (*take)(void *, int, const char *, int, int, int), struct error *err) {
    int rc = words->module.xTokenize(words->tokenizer, context, FTS5_TOKENIZE_DOCUMENT, text, (int)length, take);
    return rc == SQLITE_OK ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read words");
}

struct gathering {
    struct arena *arena;
    struct search_words words;
    size_t capacity;
};

static int gather(void *context, int flags, const char *folded, int folded_length, int begin, int end) {
    struct gathering *gathering = context;
    struct search_words *words = &gathering->words;
    (void)flags;
    if (words->count == gathering->capacity) {
        size_t capacity = gathering->capacity ? 2 * gathering->capacity : 32;
        struct search_word *larger = arena_alloc(gathering->arena, capacity * sizeof *larger);
        if (!larger)
            return SQLITE_NOMEM;
        if (words->count > 0)
            memcpy(larger, words->items, words->count * sizeof *larger);
        words->items = larger;
        gathering->capacity = capacity;
    }
    size_t length = folded_length < WORD_BYTES_MAX ? (size_t)folded_length : WORD_BYTES_MAX;
    char *copy = arena_strndup(gathering->arena, folded, length);
    if (!copy)
        return SQLITE_NOMEM;
    words->items[words->count++] = (struct search_word){(size_t)begin, (size_t)(end - begin), copy, length};
    return SQLITE_OK;
}

enum cxd_err sqlite_words_find(void *context, const char *text, size_t length, struct arena *arena,
                               struct search_words *ret_words, struct error *err) {
    struct gathering gathering = {.arena = arena};
    enum cxd_err code = tokenize(context, text, length, &gathering, gather, err);
    if (code == CXD_OK)
        *ret_words = gathering.words;
    return code;
}

static int count(void *context, int flags, const char *folded, int folded_length, int begin, int end) {
    (void)flags, (void)folded, (void)folded_length, (void)begin, (void)end;
    ++*(int64_t *)context;
    return SQLITE_OK;
}

enum cxd_err sqlite_words_count(struct word_finder *words, const char *text, size_t length, int64_t *ret_count,
                                struct error *err) {
    *ret_count = 0;
    return tokenize(words, text, length, ret_count, count, err);
}

struct visiting {
    sqlite_words_visit *visit;
    void *context;
};

static int visit(void *context, int flags, const char *folded, int folded_length, int begin, int end) {
    const struct visiting *visiting = context;
    (void)flags, (void)begin, (void)end;
    visiting->visit(visiting->context, folded, folded_length < WORD_BYTES_MAX ? (size_t)folded_length : WORD_BYTES_MAX);
    return SQLITE_OK;
}

enum cxd_err sqlite_words_each(struct word_finder *words, const char *text, size_t length, sqlite_words_visit *take,
                               void *context, struct error *err) {
    struct visiting visiting = {take, context};
    return tokenize(words, text, length, &visiting, visit, err);
}

static void count_phrases(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context, int value_count,
                          sqlite3_value **values) {
    uint32_t counts[64] = {0};
    int instances = 0, phrase, column, offset, phrases = api->xPhraseCount(fts);
    int rc = api->xInstCount(fts, &instances);
    (void)value_count, (void)values;
    for (int i = 0; rc == SQLITE_OK && i < instances; i++) {
        rc = api->xInst(fts, i, &phrase, &column, &offset);
        if (rc == SQLITE_OK && phrase < (int)CXD_COUNT(counts))
            counts[phrase]++;
    }
    if (phrases > (int)CXD_COUNT(counts))
        phrases = (int)CXD_COUNT(counts);
    if (rc == SQLITE_OK)
        sqlite3_result_blob(context, counts, phrases * (int)sizeof *counts, SQLITE_TRANSIENT);
    else
        sqlite3_result_error_code(context, rc);
}

enum cxd_err sqlite_words_count_phrases(struct db *db, struct error *err) {
    fts5_api *api;
    enum cxd_err code = find_api(db, &api, err);
    if (code == CXD_OK && api->xCreateFunction(api, "phrase_counts", NULL, count_phrases, NULL) != SQLITE_OK)
        code = error_set(err, ERR_NO_MEMORY, "no memory to search");
    return code;
}
