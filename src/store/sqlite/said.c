/* Below the index of comments: what of a response is in it, and which of its answers are words. */

#include "store/sqlite/said.h"

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/rows.h"
#include "store/stored.h"

#define BETWEEN " " SAID_BORDER " "

enum cxd_err sqlite_said_read_keys(struct db *db, int64_t survey, struct arena *arena, struct said_keys *ret_keys,
                                   struct error *err) {
    struct said_keys keys = {0};
    size_t capacity = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_LIST_TEXT_QUESTIONS, &stmt, err, INT(survey));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        if (keys.count == capacity) {
            capacity = capacity ? 2 * capacity : 8;
            struct said_key *larger = arena_alloc(arena, capacity * sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory to read questions");
                break;
            }
            if (keys.count > 0)
                memcpy(larger, keys.items, keys.count * sizeof *larger);
            keys.items = larger;
        }
        struct said_key *key = &keys.items[keys.count++];
        key->survey = sqlite3_column_int64(stmt, 0);
        code = sqlite_db_copy_text(stmt, 1, arena, &key->key, err);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        *ret_keys = keys;
    return code;
}

struct asked {
    const struct said_keys *keys;
    int64_t survey;
};

static int compare_keys(const void *a, const void *b) {
    const struct said_key *left = a, *right = b;
    return left->survey != right->survey ? (left->survey < right->survey ? -1 : 1) : strcmp(left->key, right->key);
}

static bool is_text(const void *context, const char *key) {
    const struct asked *asked = context;
    const struct said_key wanted = {asked->survey, key};
    return asked->keys->count > 0 &&
           bsearch(&wanted, asked->keys->items, asked->keys->count, sizeof wanted, compare_keys) != NULL;
}

size_t sqlite_said_texts(const struct said_keys *keys, const struct response *response, const char *only,
                         struct said_text ret_texts[TEXTS_MAX]) {
    const struct asked asked = {keys, response->survey};
    return texts_of(response, is_text, &asked, only, ret_texts);
}

enum cxd_err sqlite_said_read(const struct said_keys *keys, int64_t survey, sqlite3_stmt *stmt, int column,
                              const char *only, struct arena *arena, struct said_text ret_texts[TEXTS_MAX],
                              size_t *ret_count, struct error *err) {
    struct response response = {.survey = survey};
    bool has_comment = sqlite3_column_type(stmt, column) != SQLITE_NULL;
    response.comment = has_comment ? (const char *)sqlite3_column_text(stmt, column) : NULL;
    if (has_comment && !response.comment)
        return error_set(err, ERR_NO_MEMORY, "no memory to read comments");
    if (sqlite3_column_type(stmt, column + 1) != SQLITE_NULL) {
        const char *json = (const char *)sqlite3_column_text(stmt, column + 1);
        if (!json)
            return error_set(err, ERR_NO_MEMORY, "no memory to read answers");
        enum cxd_err code =
            stored_read_answers(json, (size_t)sqlite3_column_bytes(stmt, column + 1), arena, &response, err);
        if (code != CXD_OK)
            return code;
    }
    *ret_count = sqlite_said_texts(keys, &response, only, ret_texts);
    return CXD_OK;
}

const char *sqlite_said_join(const struct said_text *texts, size_t count, struct arena *arena) {
    size_t length = 1;
    if (count == 1)
        return texts->text;
    for (size_t i = 0; i < count; i++)
        length += strlen(texts[i].text) + strlen(BETWEEN);
    char *joined = arena_alloc(arena, length), *at = joined;
    for (size_t i = 0; joined && i < count; i++)
        at = stpcpy(stpcpy(at, i == 0 ? "" : BETWEEN), texts[i].text);
    return joined;
}

bool sqlite_said_is_border(const struct search_phrase *phrase) {
    for (size_t i = 0; i < phrase->words.count; i++) {
        const struct search_word *word = &phrase->words.items[i];
        bool begins = word->folded_length < strlen(SAID_BORDER) && phrase->is_prefix && i + 1 == phrase->words.count;
        if ((begins || word->folded_length == strlen(SAID_BORDER)) &&
            memcmp(word->folded, SAID_BORDER, word->folded_length) == 0)
            return true;
    }
    return false;
}
