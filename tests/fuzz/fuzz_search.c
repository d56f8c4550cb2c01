/* A query for comments, of any bytes, and a text behind the first line feed: what is read can be resolved, matched and
 * marked; its MATCH is one that FTS5 takes and finds what the tree finds; what is refused says so. */
#include <sqlite3.h>

#include "fuzz.h"

#include "cxd/base/compiler.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/search.h"
#include "store/sqlite/expression.h"
#include "store/sqlite/words.h"

static struct db db;
static struct word_finder words;
static struct arena arena;
static struct error err;

static void prepare(void) {
    static const char SCHEMA[] = "CREATE VIRTUAL TABLE comment_index USING fts5(comment, facet, content = '', "
                                 "columnsize = 0, tokenize = \"unicode61 remove_diacritics 2\")";
    CHECK(sqlite3_open(":memory:", &db.handle) == SQLITE_OK);
    CHECK(sqlite3_exec(db.handle, SCHEMA, NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite_words_open(&words, &db, &err) == CXD_OK);
    arena_init(&arena);
}

static bool finds(const struct search_query *query, const char *text) {
    struct expression expression;
    sqlite3_stmt *stmt = NULL;
    buffer_init(&expression.text);
    CHECK(sqlite3_exec(db.handle, "INSERT INTO comment_index (comment_index) VALUES ('delete-all')", NULL, NULL,
                       NULL) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db.handle, "INSERT INTO comment_index (rowid, comment, facet) VALUES (1, ?1, '7 7s3')", -1,
                             &stmt, NULL) == SQLITE_OK);
    sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    CHECK(sqlite3_step(stmt) == SQLITE_DONE);
    sqlite3_finalize(stmt);
    sqlite_expression_write(&expression, &(struct expressed){.survey = 7, .query = query});
    CHECK(buffer_terminate(&expression.text));
    CHECK(sqlite3_prepare_v2(db.handle, "SELECT 1 FROM comment_index WHERE comment_index MATCH ?1", -1, &stmt, NULL) ==
          SQLITE_OK);
    sqlite3_bind_text(stmt, 1, expression.text.data, -1, SQLITE_STATIC);
    int rc = sqlite3_step(stmt);
    CHECK(rc == SQLITE_ROW || rc == SQLITE_DONE);
    sqlite3_finalize(stmt);
    buffer_free(&expression.text);
    return rc == SQLITE_ROW;
}

static void check_marks(const struct search_query *query, const struct search_words *found, const char *text) {
    size_t count, parts, end = 0, length = strlen(text);
    struct search_mark *marks = search_mark(query, found, &arena, &count);
    CHECK(marks);
    for (size_t i = 0; i < count; i++) {
        CHECK(marks[i].at >= end && marks[i].length > 0 && marks[i].at + marks[i].length <= length);
        end = marks[i].at + marks[i].length;
    }
    struct snippet_part *snippet = snippet_make(text, marks, count, &arena, &parts);
    CHECK(snippet);
    for (size_t i = 0; i < parts; i++)
        CHECK(snippet[i].text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct search_query query;
    if (!db.handle)
        prepare();
    arena_reset(&arena);
    char *input = arena_strndup(&arena, (const char *)data, strnlen((const char *)data, size));
    CHECK(input);
    char *text = strchr(input, '\n');
    if (text)
        *text++ = '\0';
    enum cxd_err code = search_parse(input, &arena, &query, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_BAD_PARAMETER);
        return 0;
    }
    CHECK(query.root != SEARCH_NOTHING && query.phrase_count <= SEARCH_PHRASES_MAX);
    CHECK(search_resolve(&query, sqlite_words_find, &words, &arena, &err) == CXD_OK);
    if (!text || utf8_count(text) == SIZE_MAX || query.root == SEARCH_NOTHING)
        return 0;
    struct search_words found;
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    CHECK(sqlite_words_find(&words, text, strlen(text), &arena, &found, &err) == CXD_OK);
    search_count(&query, &found, counts);
    CHECK(search_holds(&query, counts) == finds(&query, text));
    check_marks(&query, &found, text);
    return 0;
}
