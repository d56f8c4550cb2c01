/* Below the searches of comments: what is asked with their conditions, and what is found. */

#include "store/sqlite/asking.h"

#include "store/sqlite/comments.h"
#include "store/sqlite/rows.h"

enum cxd_err sqlite_asking_ask(struct asking *asking, enum query query, struct db_value first, int64_t from, int64_t to,
                               sqlite3_stmt **ret_stmt, struct error *err) {
    const struct listing *listing = &asking->search->listing;
    const struct filter *filter = &listing->filter;
    enum cxd_err code =
        SQLITE_ASK(&asking->reader->db, query, ret_stmt, err, first, INT(listing->from), INT(listing->to),
                   TEXT(filter->touchpoint), TEXT(filter->channel), TEXT(filter->locale), TEXT(asking->wanted),
                   INT(listing->excluded), TEXT(listing->respondent), INT(from),
                   query == QUERY_SEARCH_NEWEST || query == QUERY_SEARCH_OLDEST ? INT(to) : NONE, NONE,
                   INT(listing->flagged), NONE, INT(listing->scores));
    return code == CXD_OK ? sqlite_bind_answers(asking->reader, filter, *ret_stmt, err) : code;
}

enum cxd_err sqlite_asking_count(struct asking *asking, sqlite3_stmt *stmt, int column, int which,
                                 uint32_t counts[SEARCH_PHRASES_MAX], int64_t *ret_words, bool *ret_found,
                                 struct error *err) {
    const struct word_source words = {sqlite_words_find, &asking->reader->words, &asking->scratch};
    const char *only = which == ALL_TEXTS ? NULL : asking->search->texts_of;
    struct said_text texts[TEXTS_MAX];
    size_t count = 0;
    arena_reset(&asking->scratch);
    enum cxd_err code = sqlite_said_read(&asking->keys, asking->search->listing.filter.survey, stmt, column, only,
                                         &asking->scratch, texts, &count, err);
    if (code != CXD_OK)
        return code;
    *ret_found = count > 0;
    return asking->has_query ? found_count(&asking->query, &words, texts, count, counts, ret_words, err) : CXD_OK;
}

void sqlite_asking_put(struct asking *asking, sqlite3_stmt *stmt, const uint32_t *counts, int64_t words) {
    struct found found = {.number = sqlite3_column_int64(stmt, 0),
                          .answered_at = sqlite3_column_int64(stmt, 1),
                          .id = sqlite_row_read_id(stmt, 2)};
    found.rank = asking->search->order == SEARCH_BEST
                     ? search_rank(&asking->query, &asking->weights, counts, words)
                     : found_rank_of_score(asking->search->order, sqlite_comments_score(stmt, 3));
    found_page_put(&asking->page, &found);
}
