/* The index of comments held against the comments. FTS5's own check of an index writes, which a connection that only
 * reads may not: so every word that the index has is read off it, and found again in the comments. Both come in other
 * orders; what is compared is a sum of hashes, by a key that is new each time. */

#include <string.h>

#include "cxd/base/hash.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/comments.h"

struct holding {
    struct checker *checker;
    struct word_finder words;
    struct said_keys keys;
    struct arena arena, row; /* what is read once, and of one row */
    struct hash_key key;
    uint64_t indexed, said; /* sums over all words */
    uint64_t column, word;  /* of the text that is being read: which column, how many words before */
    int64_t place;
};

static uint64_t hash_word(const struct hash_key *key, int64_t place, uint64_t column, uint64_t word, const char *text,
                          size_t length) {
    struct hash_key where = {{key->words[0] ^ (uint64_t)place, key->words[1] ^ (column << 48 | word)}};
    return hash_keyed(&where, text, length);
}

static void take_said(void *context, const char *text, size_t length) {
    struct holding *holding = context;
    holding->said += hash_word(&holding->key, holding->place, holding->column, holding->word++, text, length);
}

static enum cxd_err read_index(struct holding *holding, struct error *err) {
    struct db *db = holding->checker->db;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_CHECK_INDEXED, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        const char *text = sqlite3_column_blob(stmt, 3);
        holding->indexed +=
            hash_word(&holding->key, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1) != 0,
                      (uint64_t)sqlite3_column_int64(stmt, 2), text ? text : "", (size_t)sqlite3_column_bytes(stmt, 3));
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_words(struct holding *holding, uint64_t column, const char *text, size_t length,
                               struct error *err) {
    holding->column = column;
    holding->word = 0;
    return sqlite_words_each(&holding->words, text, length, take_said, holding, err);
}

static enum cxd_err read_place(struct holding *holding, sqlite3_stmt *stmt, struct error *err) {
    char facet[FACET_SIZE];
    struct said_text texts[TEXTS_MAX];
    size_t count = 0;
    int64_t number = sqlite3_column_int64(stmt, 2), survey = sqlite3_column_int64(stmt, 3);
    holding->place = sqlite3_column_int64(stmt, 0);
    arena_reset(&holding->row);
    enum cxd_err code = sqlite_said_read(&holding->keys, survey, stmt, 6, NULL, &holding->row, texts, &count, err);
    if (code != CXD_OK)
        return code;
    if (count == 0 || !sqlite_comments_is_place(holding->place, sqlite3_column_int64(stmt, 5), number)) {
        sqlite_check_damage(holding->checker, STORE_COMMENTS, "place %lld is not that of a comment",
                            (long long)holding->place);
        return CXD_OK;
    }
    sqlite_comments_facet(facet, survey, sqlite_comments_score(stmt, 4), texts, count);
    const char *text = sqlite_said_join(texts, count, &holding->row);
    code = text ? read_words(holding, 0, text, strlen(text), err)
                : error_set(err, ERR_NO_MEMORY, "no memory to read comments");
    if (code == CXD_OK && (int64_t)(holding->word - (count - 1)) != sqlite3_column_int64(stmt, 1))
        sqlite_check_damage(holding->checker, STORE_COMMENTS, "response %lld has another number of words",
                            (long long)number);
    return code == CXD_OK ? read_words(holding, 1, facet, strlen(facet), err) : code;
}

static bool has_answers(const struct holding *holding) {
    return holding->checker->report->schema >= QUESTION_SCHEMA;
}

static enum cxd_err read_comments(struct holding *holding, struct error *err) {
    struct db *db = holding->checker->db;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum query query = has_answers(holding) ? QUERY_CHECK_COMMENT_PLACES : QUERY_CHECK_OLD_COMMENT_PLACES;
    enum cxd_err code = SQLITE_ASK(db, query, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        code = read_place(holding, stmt, err);
    sqlite3_reset(stmt);
    return code;
}

/* What no place or no total tells of. */
static enum cxd_err read_missing(struct holding *holding, struct error *err) {
    const struct {
        enum query query;
        const char *what;
    } MISSING[] = {{has_answers(holding) ? QUERY_CHECK_COMMENTS_MISSING : QUERY_CHECK_OLD_COMMENTS_MISSING,
                    "comments are not in it, or more than once"},
                   {QUERY_CHECK_COMMENT_TOTALS, "surveys have another number of comments, or of their words"},
                   {QUERY_CHECK_COMMENT_STATE, "rows say how far it is, of one"}};
    struct db *db = holding->checker->db;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(MISSING); i++) {
        sqlite3_stmt *stmt = NULL;
        bool row = false;
        code = SQLITE_FIRST(db, MISSING[i].query, &stmt, &row, err);
        if (code == CXD_OK && row && sqlite3_column_int64(stmt, 0) != 0)
            sqlite_check_damage(holding->checker, STORE_COMMENTS, "%lld %s", (long long)sqlite3_column_int64(stmt, 0),
                                MISSING[i].what);
        sqlite3_reset(stmt);
    }
    return code;
}

static enum cxd_err hold(struct holding *holding, struct error *err) {
    struct db *db = holding->checker->db;
    enum cxd_err code = sqlite_words_open(&holding->words, db, err);
    if (code == CXD_OK && has_answers(holding))
        code = sqlite_said_read_keys(db, 0, &holding->arena, &holding->keys, err);
    if (code == CXD_OK) /* of the connection's own, the file stays closed to writing */
        code = sqlite_db_exec(db,
                              "PRAGMA query_only = OFF;"
                              "CREATE VIRTUAL TABLE temp.comment_words USING fts5vocab(main, comment_index, instance)",
                              "cannot read the index of comments", err);
    if (code == CXD_OK)
        code = read_index(holding, err);
    if (code == CXD_OK)
        code = read_comments(holding, err);
    if (code == CXD_OK && holding->indexed != holding->said)
        sqlite_check_damage(holding->checker, STORE_COMMENTS, "its words are not those of the comments");
    return code == CXD_OK ? read_missing(holding, err) : code;
}

enum cxd_err sqlite_check_comments(struct checker *checker, struct error *err) {
    struct holding holding = {.checker = checker};
    if (!hash_key_make(&holding.key))
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    arena_init(&holding.arena);
    arena_init(&holding.row);
    enum cxd_err code = hold(&holding, err);
    sqlite_words_close(&holding.words);
    arena_free(&holding.arena);
    arena_free(&holding.row);
    if (code != CXD_OK && (sqlite3_errcode(checker->db->handle) & 0xff) == SQLITE_CORRUPT &&
        !checker->watch->cancelled) {
        sqlite_check_damage(checker, STORE_COMMENTS, "%s", sqlite3_errmsg(checker->db->handle));
        return CXD_OK;
    }
    return sqlite_check_absorb(checker, code, err);
}
