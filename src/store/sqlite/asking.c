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

enum cxd_err sqlite_asking_count(struct asking *asking, sqlite3_stmt *stmt, int column, uint32_t *counts,
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

void sqlite_asking_put(struct asking *asking, sqlite3_stmt *stmt, const uint32_t *counts, int64_t words) {
    struct found found = {.number = sqlite3_column_int64(stmt, 0),
                          .answered_at = sqlite3_column_int64(stmt, 1),
                          .id = sqlite_row_read_id(stmt, 2)};
    found.rank = asking->search->order == SEARCH_BEST
                     ? search_rank(&asking->query, &asking->weights, counts, words)
                     : found_rank_of_score(asking->search->order, sqlite_comments_score(stmt, 3));
    found_page_put(&asking->page, &found);
}
