/* Comments that are searched: those that the index has, found by it, and those that it has not yet, read one by one and
 * held against the query by the same words. Both go on one page, so nothing that is stored is missing. */

#include <stdlib.h>
#include <string.h>

#include "store/search.h"
#include "store/sqlite/comments.h"
#include "store/sqlite/expression.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

/* So many responses that are not indexed yet are read each time, at most. */
enum { UNINDEXED_MAX = 500 * 1000 };

struct asking {
    struct sqlite_reader *reader;
    const struct search *search;
    struct search_query query; /* resolved */
    bool has_query, is_simple; /* FTS5 counts the phrases of a simple one */
    struct search_weights weights;
    struct search_statistics statistics;
    struct expression expression;
    const char *wanted; /* properties, as JSON */
    int64_t indexed;
    struct found_page page;
    struct arena *arena, scratch;
};

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

/* The parameters in the order of queries.sql, but for the first, which is the MATCH or the survey. */
static enum cxd_err ask(struct asking *asking, enum query query, struct db_value first, int64_t from, int64_t to,
                        sqlite3_stmt **ret_stmt, struct error *err) {
    const struct listing *listing = &asking->search->listing;
    const struct filter *filter = &listing->filter;
    return SQLITE_ASK(&asking->reader->db, query, ret_stmt, err, first, INT(listing->from), INT(listing->to),
                      TEXT(filter->touchpoint), TEXT(filter->channel), TEXT(filter->locale), TEXT(asking->wanted),
                      INT(listing->excluded), TEXT(listing->respondent), INT(from),
                      query == QUERY_SEARCH_NEWEST || query == QUERY_SEARCH_OLDEST ? INT(to) : NONE, NONE,
                      INT(listing->flagged), NONE, INT(listing->scores));
}

/* --- What the index has not yet ---------------------------------------------------------------------------------- */

/* Counts of the text in the column, of a query that is there. */
static enum cxd_err count_text(struct asking *asking, sqlite3_stmt *stmt, int column, uint32_t *counts,
                               int64_t *ret_words, struct error *err) {
    struct search_words words;
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    arena_reset(&asking->scratch);
    if (!text)
        return error_set(err, ERR_NO_MEMORY, "no memory to read comments");
    enum cxd_err code = sqlite_words_find(&asking->reader->words, text, (size_t)sqlite3_column_bytes(stmt, column),
                                          &asking->scratch, &words, err);
    if (code != CXD_OK)
        return code;
    *ret_words = (int64_t)words.count;
    if (asking->has_query)
        search_count(&asking->query, &words, counts);
    return CXD_OK;
}

static void put(struct asking *asking, sqlite3_stmt *stmt, const uint32_t *counts, int64_t words) {
    struct found found = {.number = sqlite3_column_int64(stmt, 0),
                          .answered_at = sqlite3_column_int64(stmt, 1),
                          .id = sqlite_row_read_id(stmt, 2),
                          .words = words};
    if (asking->search->order == SEARCH_BEST)
        found.rank = search_rank(&asking->query, &asking->weights, counts, words);
    found_page_put(&asking->page, &found);
}

static enum cxd_err search_unindexed(struct asking *asking, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        ask(asking, QUERY_SEARCH_UNINDEXED, INT(asking->search->listing.filter.survey), asking->indexed, 0, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        if (asking->has_query)
            code = count_text(asking, stmt, 3, counts, &words, err);
        if (code == CXD_OK && (!asking->has_query || search_holds(&asking->query, counts)))
            put(asking, stmt, counts, words);
    }
    sqlite3_reset(stmt);
    return code;
}

/* --- What it has ------------------------------------------------------------------------------------------------- */

static void take_counts(const struct asking *asking, sqlite3_stmt *stmt, uint32_t counts[SEARCH_PHRASES_MAX]) {
    const uint32_t *counted = sqlite3_column_blob(stmt, 2);
    size_t count = (size_t)sqlite3_column_bytes(stmt, 2) / sizeof *counted;
    for (size_t i = 0; counted && i < count && i < asking->expression.count; i++)
        if (asking->expression.phrases[i] >= 0)
            counts[asking->expression.phrases[i]] = counted[i];
}

/* What a row of the index is worth decides whether its response is read at all. */
static enum cxd_err rank_row(struct asking *asking, sqlite3_stmt *stmt, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = sqlite3_column_int64(stmt, 1);
    sqlite3_stmt *one = NULL;
    bool row = false;
    take_counts(asking, stmt, counts);
    if (asking->is_simple &&
        !found_page_has_room(&asking->page, search_rank(&asking->query, &asking->weights, counts, words)))
        return CXD_OK;
    enum cxd_err code = ask(asking, QUERY_SEARCH_ONE, INT(asking->search->listing.filter.survey),
                            sqlite3_column_int64(stmt, 0), 0, &one, err);
    if (code == CXD_OK)
        code = sqlite_db_next(&asking->reader->db, one, &row, err);
    if (code == CXD_OK && row && !asking->is_simple)
        code = count_text(asking, one, 3, counts, &words, err);
    if (code == CXD_OK && row)
        put(asking, one, counts, words);
    sqlite3_reset(one);
    return code;
}

static enum cxd_err search_ranked(struct asking *asking, int64_t first, int64_t last, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(&asking->reader->db, QUERY_SEARCH_RANKED, &stmt, err,
                                   TEXT(asking->expression.text.data), INT(first), INT(last));
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row)
        code = rank_row(asking, stmt, err);
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err search_range(struct asking *asking, int64_t first, int64_t last, bool is_ordered,
                                 struct error *err) {
    enum query query = asking->search->order == SEARCH_OLDEST ? QUERY_SEARCH_OLDEST : QUERY_SEARCH_NEWEST;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    if (first > last)
        return CXD_OK;
    if (asking->search->order == SEARCH_BEST)
        return search_ranked(asking, first, last, err);
    enum cxd_err code = ask(asking, query, TEXT(asking->expression.text.data), first, last, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        if (is_ordered && found_page_ends(&asking->page, sqlite3_column_int64(stmt, 1)))
            break;
        put(asking, stmt, NULL, sqlite3_column_int64(stmt, 3));
    }
    sqlite3_reset(stmt);
    return code;
}

/* To the places apart the index leads from the newest through all others: there are seldom any. */
static enum cxd_err search_apart(struct asking *asking, struct error *err) {
    int64_t first, last;
    bool has_any = false;
    sqlite_comments_range_apart(&first, &last);
    enum cxd_err code = SQLITE_HAS(&asking->reader->db, QUERY_HAS_PLACES_APART, &has_any, err, INT(last));
    return code == CXD_OK && has_any ? search_range(asking, first, last, false, err) : code;
}

static enum cxd_err search_indexed(struct asking *asking, struct error *err) {
    const struct listing *listing = &asking->search->listing;
    int64_t from = listing->from, to = listing->to, first, last;
    if (listing->has_after && asking->search->order == SEARCH_NEWEST && listing->after_answered_at < to)
        to = listing->after_answered_at + 1;
    if (listing->has_after && asking->search->order == SEARCH_OLDEST && listing->after_answered_at > from)
        from = listing->after_answered_at;
    sqlite_expression_write(&asking->expression, listing->filter.survey, listing->scores,
                            asking->has_query ? &asking->query : NULL);
    if (!buffer_terminate(&asking->expression.text))
        return error_set(err, ERR_NO_MEMORY, "no memory to search");
    enum cxd_err code = search_apart(asking, err);
    sqlite_comments_range(from, to, &first, &last);
    return code == CXD_OK ? search_range(asking, first, last, true, err) : code;
}

/* --- What a rank is reckoned by ---------------------------------------------------------------------------------- */

static enum cxd_err count_indexed(struct asking *asking, struct error *err) {
    struct db *db = &asking->reader->db;
    int64_t survey = asking->search->listing.filter.survey;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_COMMENT_TOTAL, &stmt, &row, err, INT(survey));
    if (code == CXD_OK && row) {
        asking->statistics.comments = sqlite3_column_int64(stmt, 0);
        asking->statistics.words = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_reset(stmt);
    for (size_t i = 0; code == CXD_OK && i < asking->query.phrase_count; i++) {
        const struct search_phrase *phrase = &asking->query.phrases[i];
        if (!phrase->is_wanted || phrase->words.count == 0)
            continue;
        sqlite_expression_write_phrase(&asking->expression, survey, &asking->query, i);
        const char *match = buffer_terminate(&asking->expression.text);
        code = match ? SQLITE_FIRST(db, QUERY_COUNT_MATCHES, &stmt, &row, err, TEXT(match))
                     : error_set(err, ERR_NO_MEMORY, "no memory to search");
        if (code == CXD_OK)
            asking->statistics.with[i] = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    return code;
}

static enum cxd_err weigh(struct asking *asking, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = count_indexed(asking, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&asking->reader->db, QUERY_LIST_UNINDEXED, &stmt, err, INT(asking->indexed),
                          INT(asking->search->listing.filter.survey));
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        code = count_text(asking, stmt, 0, counts, &words, err);
        asking->statistics.comments++;
        asking->statistics.words += words;
        for (size_t i = 0; i < asking->query.phrase_count; i++)
            asking->statistics.with[i] += counts[i] > 0;
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        search_weigh(&asking->query, &asking->statistics, &asking->weights);
    return code;
}

/* --- A page ------------------------------------------------------------------------------------------------------ */

static enum cxd_err read_hit(struct asking *asking, const struct found *found, struct search_hit *hit, bool *ret_found,
                             struct error *err) {
    struct db *db = &asking->reader->db;
    struct search_words words;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_NUMBERED, &stmt, ret_found, err, INT(found->number));
    if (code == CXD_OK && *ret_found)
        code = sqlite_row_read_response(db, stmt, asking->arena, &hit->response, err);
    sqlite3_reset(stmt);
    hit->rank = found->rank;
    if (code != CXD_OK || !*ret_found || !asking->has_query || !hit->response.comment)
        return code;
    code = sqlite_words_find(&asking->reader->words, hit->response.comment, strlen(hit->response.comment),
                             asking->arena, &words, err);
    if (code == CXD_OK && !(hit->marks = search_mark(&asking->query, &words, asking->arena, &hit->mark_count)))
        code = error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    return code;
}

static enum cxd_err read_hits(struct asking *asking, struct search_result *ret_result, struct error *err) {
    struct search_result result = {.weights = asking->weights};
    enum cxd_err code = CXD_OK;
    result.hits = arena_alloc_zero(asking->arena, asking->page.count + 1, sizeof *result.hits);
    if (!result.hits)
        return error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    for (size_t i = 0; code == CXD_OK && i < asking->page.count; i++) {
        bool found = false;
        code = read_hit(asking, &asking->page.items[i], &result.hits[result.count], &found, err);
        result.count += found;
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
        code = found_page_init(&asking->page, search, asking->arena, err);
    return code;
}

static enum cxd_err answer(struct asking *asking, struct search_result *ret_result, struct error *err) {
    bool is_best = asking->search->order == SEARCH_BEST;
    enum cxd_err code = prepare(asking, err);
    bool finds_nothing = asking->has_query && asking->query.root == SEARCH_NOTHING;
    if (code == CXD_OK && !finds_nothing) {
        asking->is_simple = asking->has_query && is_simple(&asking->query, asking->query.root, false);
        asking->weights = asking->search->weights;
        if (is_best && !asking->search->has_weights)
            code = weigh(asking, err);
        if (code == CXD_OK)
            code = search_unindexed(asking, err);
        if (code == CXD_OK)
            code = search_indexed(asking, err);
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
