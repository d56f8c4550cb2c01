/* Comments that are searched: read one by one in the order of the list, and held against the query, until the page is
 * full or enough was looked at. */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/reader.h"
#include "store/postgresql/rows.h"
#include "store/search.h"
#include "store/stored.h"

/* So many texts are read to know how rare words are, at most; and so many for a page that may be cut. */
enum { TEXTS_READ_MAX = 500 * 1000, ROWS_A_PAGE = 100 * 1000 };
enum { AT_NUMBER, AT_ANSWERED, AT_ID, AT_SCORE, AT_COMMENT };

/* A search while it is answered. */
struct looking {
    struct postgresql_reader *reader;
    const struct search *search;
    struct search_query query; /* resolved */
    struct search_weights weights;
    struct found_page page;
    const char **keys; /* of questions for a text, by their bytes */
    size_t key_count;
    size_t rows, looked;            /* that were read; that fit the query */
    int64_t looked_rank, looked_at; /* of the last of all rows */
    struct arena *arena, scratch;
};

static int compare_keys(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_text(const void *context, const char *key) {
    const struct looking *looking = context;
    return looking->key_count > 0 && bsearch(&key, looking->keys, looking->key_count, sizeof key, compare_keys) != NULL;
}

static enum cxd_err read_keys(struct looking *looking, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&looking->reader->db, QUERY_LIST_TEXT_QUESTIONS, &result, err,
                                       INT(looking->search->listing.filter.survey));
    if (code != CXD_OK)
        return code;
    looking->key_count = (size_t)PQntuples(result);
    looking->keys = arena_alloc_zero(looking->arena, looking->key_count + 1, sizeof *looking->keys);
    if (!looking->keys)
        return error_set(err, ERR_NO_MEMORY, "no memory to read questions");
    for (size_t i = 0; code == CXD_OK && i < looking->key_count; i++)
        code = postgresql_copy(result, (int)i, 0, looking->arena, &looking->keys[i], err);
    return code;
}

/* Counts of the texts of a comment in a column, and of the answers in the next. Without a query just how many there
 * are. */
static enum cxd_err count_texts(struct looking *looking, const struct cursor *cursor, int column, const char *only,
                                uint32_t counts[SEARCH_PHRASES_MAX], int64_t *ret_words, size_t *ret_texts,
                                struct error *err) {
    const struct word_source words = {sqlite_tokens_find, looking->reader->words, &looking->scratch};
    struct response response = {.survey = looking->search->listing.filter.survey};
    struct said_text texts[TEXTS_MAX];
    enum cxd_err code = CXD_OK;
    arena_reset(&looking->scratch);
    response.comment = postgresql_text(cursor->rows, cursor->row, column);
    if (!PQgetisnull(cursor->rows, cursor->row, column + 1))
        code = stored_read_answers(postgresql_text(cursor->rows, cursor->row, column + 1),
                                   (size_t)PQgetlength(cursor->rows, cursor->row, column + 1), &looking->scratch,
                                   &response, err);
    if (code != CXD_OK)
        return code;
    *ret_texts = texts_of(&response, is_text, looking, only, texts);
    return looking->search->query && *ret_texts > 0
               ? found_count(&looking->query, &words, texts, *ret_texts, counts, ret_words, err)
               : CXD_OK;
}

/* --- How rare words are --------------------------------------------------------------------------------------------
 */

static enum cxd_err expect_readable(struct looking *looking, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&looking->reader->db, QUERY_COUNT_TEXTS, &result, err,
                                       INT(looking->search->listing.filter.survey), INT(TEXTS_READ_MAX + 1));
    if (code == CXD_OK && postgresql_int(result, 0, 0) > TEXTS_READ_MAX)
        return error_set(err, ERR_NOT_READY, "there are too many comments to find the best of: list the newest");
    return code;
}

static enum cxd_err weigh(struct looking *looking, struct error *err) {
    struct search_statistics statistics = {0};
    struct cursor cursor = {0};
    bool row = false;
    enum cxd_err code = expect_readable(looking, err);
    if (code == CXD_OK)
        code =
            CURSOR_OPEN(&cursor, looking->reader, QUERY_SEARCH_ALL, err, INT(looking->search->listing.filter.survey));
    while (code == CXD_OK && (code = postgresql_cursor_next(&cursor, &row, err)) == CXD_OK && row) {
        uint32_t counts[SEARCH_PHRASES_MAX] = {0};
        int64_t words = 0;
        size_t texts = 0;
        code = count_texts(looking, &cursor, 0, NULL, counts, &words, &texts, err);
        if (code != CXD_OK || texts == 0)
            continue;
        statistics.comments++;
        statistics.sample++;
        statistics.words += words;
        for (size_t i = 0; i < looking->query.phrase_count; i++)
            statistics.with[i] += counts[i] > 0;
    }
    postgresql_cursor_close(&cursor);
    if (code == CXD_OK)
        search_weigh(&looking->query, &statistics, &looking->weights);
    return code;
}

/* --- A page --------------------------------------------------------------------------------------------------------
 */

/* Whether enough was looked at before this row. One time is not parted: the list goes on behind it. */
static bool is_enough(struct looking *looking, int64_t rank, int64_t answered_at) {
    const struct search *search = looking->search;
    bool is_same = looking->rows > 0 && rank == looking->looked_rank && answered_at == looking->looked_at;
    bool is_passed = search->listing.has_after && search->order != SEARCH_BEST && rank == search->after_rank &&
                     answered_at == search->listing.after_answered_at;
    if (is_passed)
        return false;
    bool is_spent = looking->looked >= search->looks || looking->rows >= ROWS_A_PAGE;
    if (search->looks > 0 && looking->rows > 0 && is_spent && !is_same) {
        found_page_cut(&looking->page, looking->looked_rank, looking->looked_at);
        return true;
    }
    looking->rows++;
    looking->looked_rank = rank;
    looking->looked_at = answered_at;
    return false;
}

static enum cxd_err look_at(struct looking *looking, const struct cursor *cursor, int64_t rank, struct error *err) {
    const struct search *search = looking->search;
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    size_t texts = 0;
    enum cxd_err code = count_texts(looking, cursor, AT_COMMENT, search->texts_of, counts, &words, &texts, err);
    if (code != CXD_OK || texts == 0 || (search->query && !search_holds(&looking->query, counts)))
        return code;
    struct found found = {.number = postgresql_int(cursor->rows, cursor->row, AT_NUMBER),
                          .answered_at = postgresql_int(cursor->rows, cursor->row, AT_ANSWERED),
                          .id = postgresql_id(cursor->rows, cursor->row, AT_ID),
                          .rank = rank};
    if (search->order == SEARCH_BEST)
        found.rank = search_rank(&looking->query, &looking->weights, counts, words);
    looking->looked++;
    found_page_put(&looking->page, &found);
    return CXD_OK;
}

static enum cxd_err open(struct looking *looking, struct cursor *cursor, struct filter_parts *parts,
                         struct error *err) {
    static const enum query QUERIES[] = {[SEARCH_NEWEST] = QUERY_SEARCH_NEWEST,
                                         [SEARCH_OLDEST] = QUERY_SEARCH_OLDEST,
                                         [SEARCH_BEST] = QUERY_SEARCH_NEWEST,
                                         [SEARCH_LOWEST] = QUERY_SEARCH_LOWEST,
                                         [SEARCH_HIGHEST] = QUERY_SEARCH_HIGHEST};
    const struct listing *listing = &looking->search->listing;
    enum search_order order = looking->search->order;
    struct filter filter = listing->filter;
    int64_t from = listing->from, to = listing->to, after = listing->after_answered_at;
    if (listing->has_after && order == SEARCH_OLDEST)
        from = after > from ? after : from;
    if (listing->has_after && order == SEARCH_NEWEST)
        to = after < to ? after + 1 : to;
    filter.question = NULL;
    return CURSOR_OPEN(cursor, looking->reader, QUERIES[order], err, INT(filter.survey), INT(from), INT(to),
                       FILTER(&filter, parts), INT(listing->excluded), INT(listing->scores), BOOL(listing->flagged),
                       TEXT(listing->respondent));
}

static enum cxd_err look(struct looking *looking, struct error *err) {
    enum search_order order = looking->search->order;
    struct filter_parts parts;
    struct cursor cursor = {0};
    bool row = false;
    postgresql_filter_make(&looking->search->listing.filter, &parts);
    enum cxd_err code = open(looking, &cursor, &parts, err);
    while (code == CXD_OK && (code = postgresql_cursor_next(&cursor, &row, err)) == CXD_OK && row) {
        bool is_scored = !PQgetisnull(cursor.rows, cursor.row, AT_SCORE);
        int score = is_scored ? (int)postgresql_int(cursor.rows, cursor.row, AT_SCORE) : FOUND_SCORELESS;
        int64_t answered_at = postgresql_int(cursor.rows, cursor.row, AT_ANSWERED);
        int64_t rank = order == SEARCH_BEST ? 0 : found_rank_of_score(order, score);
        bool is_passed =
            looking->search->listing.has_after && order != SEARCH_BEST && rank > looking->search->after_rank;
        if (is_passed)
            continue;
        bool ends = order != SEARCH_BEST && found_page_ends(&looking->page, rank, answered_at);
        if (ends || is_enough(looking, rank, answered_at))
            break;
        code = look_at(looking, &cursor, rank, err);
    }
    postgresql_cursor_close(&cursor);
    postgresql_filter_free(&parts);
    return code;
}

/* --- What is found -------------------------------------------------------------------------------------------------
 */

static enum cxd_err ask_found(struct looking *looking, const PGresult **ret_result, struct error *err) {
    struct db_array numbers = {0};
    postgresql_array_ints(&numbers);
    for (size_t i = 0; i < looking->page.count; i++)
        postgresql_array_add_int(&numbers, looking->page.items[i].number);
    enum cxd_err code = POSTGRESQL_ASK(&looking->reader->db, QUERY_SELECT_NUMBERED, ret_result, err,
                                       INT(looking->search->listing.filter.survey), ARRAY(&numbers));
    postgresql_array_free(&numbers);
    return code;
}

static int find_row(const PGresult *result, int64_t number) {
    for (int row = 0; row < PQntuples(result); row++)
        if (postgresql_int(result, row, 2) == number)
            return row;
    return -1;
}

static enum cxd_err read_hit(struct looking *looking, const PGresult *result, const struct found *found,
                             struct search_hit *hit, struct error *err) {
    const struct word_source words = {sqlite_tokens_find, looking->reader->words, &looking->scratch};
    struct said_text texts[TEXTS_MAX];
    int row = find_row(result, found->number);
    if (row < 0)
        return error_set(err, ERR_STORAGE, "what was found is not there");
    enum cxd_err code = postgresql_row_response(result, row, looking->arena, &hit->response, err);
    hit->rank = found->rank;
    if (code != CXD_OK || !looking->search->query)
        return code;
    size_t count = texts_of(&hit->response, is_text, looking, looking->search->texts_of, texts);
    arena_reset(&looking->scratch);
    return found_mark(&looking->query, &words, texts, count, looking->arena, hit, err);
}

static enum cxd_err read_hits(struct looking *looking, struct search_result *ret_result, struct error *err) {
    struct search_result found = {.weights = looking->weights, .cut = looking->page.cut};
    const PGresult *result = NULL;
    size_t bytes = 0;
    found.hits = arena_alloc_zero(looking->arena, looking->page.count + 1, sizeof *found.hits);
    enum cxd_err code = found.hits ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    if (code == CXD_OK && looking->page.count > 0)
        code = ask_found(looking, &result, err);
    for (size_t i = 0; code == CXD_OK && !found.is_full && i < looking->page.count; i++) {
        struct search_hit *hit = &found.hits[found.count++];
        code = read_hit(looking, result, &looking->page.items[i], hit, err);
        bytes += code == CXD_OK ? found_bytes(&hit->response) : 0;
        found.is_full = bytes > SEARCH_BYTES_MAX && i + 1 < looking->page.count;
    }
    if (code == CXD_OK)
        *ret_result = found;
    return code;
}

static enum cxd_err answer(struct looking *looking, struct search_result *ret_result, struct error *err) {
    struct postgresql_reader *reader = looking->reader;
    const struct search *search = looking->search;
    enum cxd_err code = reader->words ? CXD_OK : sqlite_tokens_open(&reader->words, err);
    if (code == CXD_OK && search->query)
        code = search_resolve(&looking->query, sqlite_tokens_find, reader->words, looking->arena, err);
    if (code == CXD_OK)
        code = read_keys(looking, err);
    if (code == CXD_OK)
        code = found_page_init(&looking->page, search, looking->arena, err);
    bool finds_nothing = search->query && looking->query.root == SEARCH_NOTHING;
    looking->weights = search->weights;
    if (code == CXD_OK && !finds_nothing && search->order == SEARCH_BEST && !search->has_weights)
        code = weigh(looking, err);
    if (code == CXD_OK && !finds_nothing)
        code = look(looking, err);
    return code == CXD_OK ? read_hits(looking, ret_result, err) : code;
}

enum cxd_err postgresql_search(struct store_reader *base, const struct search *search, struct arena *arena,
                               struct search_result *ret_result, struct error *err) {
    struct looking *looking = calloc(1, sizeof *looking);
    if (!looking)
        return error_set(err, ERR_NO_MEMORY, "no memory to search");
    looking->reader = (struct postgresql_reader *)base;
    looking->search = search;
    looking->arena = arena;
    if (search->query)
        looking->query = *search->query;
    arena_init(&looking->scratch);
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(looking->reader, &began, err);
    if (code == CXD_OK)
        code = answer(looking, ret_result, err);
    postgresql_reader_leave(looking->reader, began);
    arena_free(&looking->scratch);
    free(looking);
    return code;
}
