/* Comments that are searched: those that the index has, found by it, and those that it has not yet, read one by one and
 * held against the query by the same words. Both go on one page, so nothing that is stored is missing. */

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/asking.h"
#include "store/sqlite/rows.h"

/* So many responses that are not indexed yet are read each time, at most. */
enum { UNINDEXED_MAX = 500 * 1000 };
/* A respondent with fewer is found by name, and what was said is read. */
enum { OF_PERSON_MAX = 2000 };

/* Of a tree in which nothing but phrases lies below an OR or a NOT, FTS5 stands on a row with all that is wanted. */
static bool is_simple(const struct search_query *query, int at, bool is_below) {
    const struct search_node *node = &query->nodes[at];
    if (node->kind == SEARCH_PHRASE)
        return true;
    if (is_below && node->kind != SEARCH_OR)
        return false;
    is_below = is_below || node->kind != SEARCH_AND;
    return is_simple(query, node->left, is_below) &&
           (node->kind == SEARCH_NOT || is_simple(query, node->right, is_below));
}

static enum cxd_err read_state(struct asking *asking, struct error *err) {
    struct db *db = &asking->reader->db;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    int64_t unindexed = 0;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_COMMENT_STATE, &stmt, &row, err);
    if (code == CXD_OK && !row)
        code = error_set(err, ERR_STORAGE, "the index of comments has no state: cxd rebuild makes it anew");
    if (code == CXD_OK)
        asking->indexed = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = SQLITE_FIRST(db, QUERY_COUNT_UNINDEXED, &stmt, &row, err);
    if (code == CXD_OK)
        unindexed = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    if (code == CXD_OK && unindexed > UNINDEXED_MAX)
        code = error_set(err, ERR_NOT_READY, "the index of comments is being made: %lld responses are to be read yet",
                         (long long)unindexed);
    return code;
}

/* --- What the index has not yet ---------------------------------------------------------------------------------- */

/* Of the responses of a query of queries.sql those whose comment is meant. */
static enum cxd_err search_texts(struct asking *asking, enum query query, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false, found = false;
    enum cxd_err code =
        sqlite_asking_ask(asking, query, INT(asking->search->listing.filter.survey), asking->indexed, 0, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        code = sqlite_asking_count(asking, stmt, COMMENT_COLUMN, ASKED_TEXTS, counts, &words, &found, err);
        if (code == CXD_OK && found && (!asking->has_query || search_holds(&asking->query, counts)))
            sqlite_asking_put(asking, stmt, counts, words);
    }
    sqlite3_reset(stmt);
    return code;
}

/* A respondent has few comments as a rule, and leads to them sooner than any word does. */
static enum cxd_err is_of_few(struct asking *asking, bool *ret_is, struct error *err) {
    const struct listing *listing = &asking->search->listing;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    *ret_is = false;
    if (!listing->respondent)
        return CXD_OK;
    enum cxd_err code = SQLITE_FIRST(&asking->reader->db, QUERY_COUNT_OF_PERSON, &stmt, &row, err,
                                     TEXT(listing->respondent), INT(listing->filter.survey), INT(OF_PERSON_MAX));
    *ret_is = code == CXD_OK && row && sqlite3_column_int64(stmt, 0) < OF_PERSON_MAX;
    sqlite3_reset(stmt);
    return code;
}

/* The index goes first: where it is left the page is cut. */
static enum cxd_err search(struct asking *asking, struct error *err) {
    bool is_few;
    enum cxd_err code = is_of_few(asking, &is_few, err);
    if (code == CXD_OK && is_few)
        return search_texts(asking, QUERY_SEARCH_PERSON, err);
    if (code == CXD_OK)
        code = sqlite_search_indexed(asking, err);
    return code == CXD_OK ? search_texts(asking, QUERY_SEARCH_UNINDEXED, err) : code;
}

/* --- A page ------------------------------------------------------------------------------------------------------ */

/* Of all its words only what is marked is kept. */
static enum cxd_err mark(struct asking *asking, struct search_hit *hit, bool *ret_found, struct error *err) {
    const struct word_source words = {sqlite_words_find, &asking->reader->words, &asking->scratch};
    struct said_text texts[TEXTS_MAX];
    size_t count = sqlite_said_texts(&asking->keys, &hit->response, asking->search->texts_of, texts);
    arena_reset(&asking->scratch);
    *ret_found = count > 0; /* else the index is damaged */
    return *ret_found ? found_mark(&asking->query, &words, texts, count, asking->arena, hit, err) : CXD_OK;
}

static enum cxd_err read_hit(struct asking *asking, const struct found *found, struct search_hit *hit, bool *ret_found,
                             struct error *err) {
    struct db *db = &asking->reader->db;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_NUMBERED, &stmt, ret_found, err, INT(found->number));
    if (code == CXD_OK && *ret_found)
        code = sqlite_row_read_response(db, stmt, asking->arena, &hit->response, err);
    sqlite3_reset(stmt);
    hit->rank = found->rank;
    return code == CXD_OK && *ret_found && asking->has_query ? mark(asking, hit, ret_found, err) : code;
}

static enum cxd_err read_hits(struct asking *asking, struct search_result *ret_result, struct error *err) {
    struct search_result result = {.weights = asking->weights, .cut = asking->page.cut};
    enum cxd_err code = CXD_OK;
    size_t bytes = 0;
    result.hits = arena_alloc_zero(asking->arena, asking->page.count + 1, sizeof *result.hits);
    if (!result.hits)
        return error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    for (size_t i = 0; code == CXD_OK && !result.is_full && i < asking->page.count; i++) {
        struct search_hit *hit = &result.hits[result.count];
        bool found = false;
        code = read_hit(asking, &asking->page.items[i], hit, &found, err);
        result.count += found;
        bytes += code == CXD_OK && found ? found_bytes(&hit->response) : 0;
        result.is_full = bytes > SEARCH_BYTES_MAX && i + 1 < asking->page.count;
    }
    if (code == CXD_OK)
        *ret_result = result;
    return code;
}

static enum cxd_err prepare(struct asking *asking, struct error *err) {
    struct sqlite_reader *reader = asking->reader;
    const struct search *search = asking->search;
    const struct filter *filter = &search->listing.filter;
    enum cxd_err code = read_state(asking, err);
    if (code == CXD_OK)
        code = sqlite_words_open(&reader->words, &reader->db, err);
    if (code == CXD_OK && !reader->counts_phrases)
        code = sqlite_words_count_phrases(&reader->db, err);
    if (code != CXD_OK)
        return code;
    reader->counts_phrases = true;
    code = sqlite_row_write_properties(&reader->text, filter->properties, filter->property_count, &asking->wanted, err);
    if (code == CXD_OK && asking->has_query)
        code = search_resolve(&asking->query, sqlite_words_find, &reader->words, asking->arena, err);
    if (code == CXD_OK)
        code = sqlite_said_read_keys(&reader->db, filter->survey, asking->arena, &asking->keys, err);
    if (code == CXD_OK)
        code = found_page_init(&asking->page, search, asking->arena, err);
    return code;
}

static bool asks_for_border(const struct search_query *query) {
    bool does = false;
    for (size_t i = 0; i < query->phrase_count; i++)
        does = does || sqlite_said_is_border(&query->phrases[i]);
    return does;
}

static enum cxd_err answer(struct asking *asking, struct search_result *ret_result, struct error *err) {
    bool is_best = asking->search->order == SEARCH_BEST;
    enum cxd_err code = prepare(asking, err);
    bool finds_nothing = asking->has_query && asking->query.root == SEARCH_NOTHING;
    if (code == CXD_OK && !finds_nothing) {
        asking->is_exact = asking->has_query && (asking->search->texts_of || asks_for_border(&asking->query));
        asking->is_simple =
            asking->has_query && !asking->is_exact && is_simple(&asking->query, asking->query.root, false);
        asking->weights = asking->search->weights;
        if (is_best && !asking->search->has_weights)
            code = sqlite_search_weigh(asking, err);
        if (code == CXD_OK)
            code = search(asking, err);
    }
    return code == CXD_OK ? read_hits(asking, ret_result, err) : code;
}

enum cxd_err sqlite_search(struct store_reader *base, const struct search *search, struct arena *arena,
                           struct search_result *ret_result, struct error *err) {
    struct asking *asking = calloc(1, sizeof *asking);
    if (!asking)
        return error_set(err, ERR_NO_MEMORY, "no memory to search");
    asking->reader = (struct sqlite_reader *)base;
    asking->search = search;
    asking->arena = arena;
    asking->has_query = search->query;
    if (search->query)
        asking->query = *search->query;
    arena_init(&asking->scratch);
    buffer_init(&asking->expression.text);
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(asking->reader, &began, err);
    if (code == CXD_OK)
        code = answer(asking, ret_result, err);
    sqlite_reader_leave(asking->reader, began);
    buffer_free(&asking->expression.text);
    arena_free(&asking->scratch);
    free(asking);
    return code;
}
