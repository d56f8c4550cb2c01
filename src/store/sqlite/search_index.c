/* Comments that the index has: its matches are walked in the order of the list, as far as the page goes, or so far as
 * the search may look. */

#include "store/sqlite/asking.h"
#include "store/sqlite/comments.h"

/* What is read to know whether it is meant counts as so many that are not. */
enum { EXACT_LOOKS = 4 };

/* A range of places, and the rank that all matches there have (0: not by score). */
struct range {
    int64_t first, last, rank;
    bool is_timely; /* its places follow time, as the list does */
};

/* Whether enough was looked at before this one. One time is not parted: the list goes on behind it. */
static bool is_enough(struct asking *asking, int64_t rank, int64_t answered_at) {
    const struct search *search = asking->search;
    bool is_same = asking->looked > 0 && rank == asking->looked_rank && answered_at == asking->looked_at;
    bool is_passed = search->listing.has_after && search->order != SEARCH_BEST && rank == search->after_rank &&
                     answered_at == search->listing.after_answered_at;
    if (is_passed)
        return false;
    size_t looks = asking->is_exact ? search->looks / EXACT_LOOKS + 1 : search->looks;
    if (search->looks > 0 && asking->looked >= looks && !is_same) {
        found_page_cut(&asking->page, asking->looked_rank, asking->looked_at);
        return true;
    }
    asking->looked++;
    asking->looked_rank = rank;
    asking->looked_at = answered_at;
    return false;
}

static void take_counts(const struct asking *asking, sqlite3_stmt *stmt, uint32_t counts[SEARCH_PHRASES_MAX]) {
    const uint32_t *counted = sqlite3_column_blob(stmt, 2);
    size_t count = (size_t)sqlite3_column_bytes(stmt, 2) / sizeof *counted;
    for (size_t i = 0; counted && i < count && i < asking->expression.count; i++)
        if (asking->expression.phrases[i] >= 0)
            counts[asking->expression.phrases[i]] = counted[i];
}

/* Puts the response of a number on the page, with these counts, or those of its texts. */
static enum cxd_err read_row(struct asking *asking, int64_t number, uint32_t counts[SEARCH_PHRASES_MAX], int64_t words,
                             struct error *err) {
    sqlite3_stmt *one = NULL;
    bool row = false, found = true;
    enum cxd_err code =
        sqlite_asking_ask(asking, QUERY_SEARCH_ONE, INT(asking->search->listing.filter.survey), number, 0, &one, err);
    if (code == CXD_OK)
        code = sqlite_db_next(&asking->reader->db, one, &row, err);
    if (code == CXD_OK && row && !asking->is_simple)
        code = sqlite_asking_count(asking, one, COMMENT_COLUMN, ASKED_TEXTS, counts, &words, &found, err);
    if (code == CXD_OK && row && found && (!asking->is_exact || search_holds(&asking->query, counts)))
        sqlite_asking_put(asking, one, counts, words);
    sqlite3_reset(one);
    return code;
}

/* What a row of the index is worth decides whether its response is read at all. */
static enum cxd_err rank_row(struct asking *asking, sqlite3_stmt *stmt, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = sqlite3_column_int64(stmt, 3);
    take_counts(asking, stmt, counts);
    bool has_room = !asking->is_simple ||
                    found_page_has_room(&asking->page, search_rank(&asking->query, &asking->weights, counts, words));
    return has_room ? read_row(asking, sqlite3_column_int64(stmt, 0), counts, words, err) : CXD_OK;
}

static enum cxd_err walk_ranked(struct asking *asking, const struct range *range, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(&asking->reader->db, QUERY_SEARCH_RANKED, &stmt, err,
                                   TEXT(asking->expression.text.data), INT(range->first), INT(range->last));
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        if (range->is_timely && is_enough(asking, 0, sqlite_comments_time(sqlite3_column_int64(stmt, 1))))
            break;
        code = rank_row(asking, stmt, err);
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err walk(struct asking *asking, const struct range *range, struct error *err) {
    enum query query = asking->search->order == SEARCH_OLDEST ? QUERY_SEARCH_OLDEST : QUERY_SEARCH_NEWEST;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    if (range->first > range->last)
        return CXD_OK;
    if (asking->search->order == SEARCH_BEST)
        return walk_ranked(asking, range, err);
    enum cxd_err code =
        sqlite_asking_ask(asking, query, TEXT(asking->expression.text.data), range->first, range->last, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        int64_t answered_at = sqlite3_column_int64(stmt, 1);
        if (range->is_timely &&
            (found_page_ends(&asking->page, range->rank, answered_at) || is_enough(asking, range->rank, answered_at)))
            break;
        if (sqlite3_column_int(stmt, 4) == 0)
            continue;
        if (asking->is_exact)
            code = read_row(asking, sqlite3_column_int64(stmt, 0), (uint32_t[SEARCH_PHRASES_MAX]){0}, 0, err);
        else
            sqlite_asking_put(asking, stmt, NULL, 0);
    }
    sqlite3_reset(stmt);
    return code;
}

/* The places of a rank in which the page may lie. */
static struct range range_of(const struct search *search, int64_t rank) {
    const struct listing *listing = &search->listing;
    struct range range = {.rank = rank, .is_timely = true};
    int64_t from = listing->from, to = listing->to, after = listing->after_answered_at;
    bool is_behind = listing->has_after && search->order != SEARCH_BEST && rank == search->after_rank;
    if (is_behind && search->order == SEARCH_OLDEST)
        from = after > from ? after : from;
    else if (is_behind)
        to = after < to ? after + 1 : to;
    sqlite_comments_range(from, to, &range.first, &range.last);
    return range;
}

static enum cxd_err walk_matches(struct asking *asking, unsigned scores, int64_t rank, bool has_apart,
                                 struct error *err) {
    struct range apart = {.rank = rank}, timely = range_of(asking->search, rank);
    const struct expressed what = {.survey = asking->search->listing.filter.survey,
                                   .scores = scores,
                                   .texts_of = asking->search->texts_of,
                                   .query = asking->has_query ? &asking->query : NULL,
                                   .is_wide = asking->is_exact};
    sqlite_expression_write(&asking->expression, &what);
    if (!buffer_terminate(&asking->expression.text))
        return error_set(err, ERR_NO_MEMORY, "no memory to search");
    enum cxd_err code = walk(asking, &timely, err);
    sqlite_comments_range_apart(&apart.first, &apart.last);
    return code == CXD_OK && has_apart ? walk(asking, &apart, err) : code;
}

/* One score after the other, which the index has as a word; in the end what has none. */
static enum cxd_err walk_scores(struct asking *asking, bool has_apart, struct error *err) {
    const struct search *search = asking->search;
    unsigned scores = search->listing.scores != 0 ? search->listing.scores : ~0U;
    enum cxd_err code = CXD_OK;
    for (int i = 0; code == CXD_OK && i <= HISTOGRAM_SIZE && !asking->page.cut.is_cut; i++) {
        int score = i == HISTOGRAM_SIZE ? FOUND_SCORELESS : search->order == SEARCH_LOWEST ? i : HISTOGRAM_SIZE - 1 - i;
        unsigned wanted = i == HISTOGRAM_SIZE ? EXPRESSION_SCORELESS : 1U << score;
        int64_t rank = found_rank_of_score(search->order, score);
        bool is_passed = search->listing.has_after && rank > search->after_rank;
        if ((scores & wanted) == 0 || is_passed)
            continue;
        if (found_page_ends(&asking->page, rank, INT64_MAX))
            break;
        code = walk_matches(asking, wanted, rank, has_apart, err);
    }
    return code;
}

/* To the places apart the index leads from the newest through all others: there are seldom any. */
enum cxd_err sqlite_search_indexed(struct asking *asking, struct error *err) {
    enum search_order order = asking->search->order;
    int64_t first, last;
    bool has_apart = false;
    sqlite_comments_range_apart(&first, &last);
    enum cxd_err code = SQLITE_HAS(&asking->reader->db, QUERY_HAS_PLACES_APART, &has_apart, err, INT(last));
    if (code != CXD_OK)
        return code;
    return order == SEARCH_LOWEST || order == SEARCH_HIGHEST
               ? walk_scores(asking, has_apart, err)
               : walk_matches(asking, asking->search->listing.scores, 0, has_apart, err);
}
