/* What the best are ranked by: how many words a comment has, and how rare each phrase is. The first is kept beside the
 * index; the second is counted in so many of the newest comments of the survey that it takes no longer with more. */

#include "store/sqlite/asking.h"

enum { SAMPLE = 20 * 1000 };

static enum cxd_err read_number(struct asking *asking, enum query query, int64_t number, int64_t *ret_number,
                                struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    const char *match = buffer_terminate(&asking->expression.text);
    if (!match)
        return error_set(err, ERR_NO_MEMORY, "no memory to search");
    enum cxd_err code = SQLITE_FIRST(&asking->reader->db, query, &stmt, &row, err, TEXT(match), INT(number));
    if (code == CXD_OK && row)
        *ret_number = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}

/* Where the sample begins. */
static enum cxd_err find_sample(struct asking *asking, struct search_statistics *statistics, int64_t *ret_first,
                                struct error *err) {
    *ret_first = INT64_MIN;
    statistics->sample = statistics->comments;
    if (statistics->comments <= SAMPLE)
        return CXD_OK;
    statistics->sample = SAMPLE;
    sqlite_expression_write(&asking->expression, &(struct expressed){.survey = asking->search->listing.filter.survey});
    return read_number(asking, QUERY_SELECT_PLACE_BEHIND, SAMPLE - 1, ret_first, err);
}

static enum cxd_err count_indexed(struct asking *asking, struct search_statistics *statistics, struct error *err) {
    int64_t survey = asking->search->listing.filter.survey, first;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&asking->reader->db, QUERY_SELECT_COMMENT_TOTAL, &stmt, &row, err, INT(survey));
    if (code == CXD_OK && row) {
        statistics->comments = sqlite3_column_int64(stmt, 0);
        statistics->words = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = find_sample(asking, statistics, &first, err);
    for (size_t i = 0; code == CXD_OK && i < asking->query.phrase_count; i++) {
        const struct search_phrase *phrase = &asking->query.phrases[i];
        if (!phrase->is_wanted || phrase->words.count == 0)
            continue;
        sqlite_expression_write_phrase(&asking->expression, survey, &asking->query, i);
        code = read_number(asking, QUERY_COUNT_MATCHES, first, &statistics->with[i], err);
    }
    return code;
}

static enum cxd_err count_unindexed(struct asking *asking, struct search_statistics *statistics, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    sqlite3_stmt *stmt = NULL;
    bool row = false, found = false;
    enum cxd_err code = SQLITE_ASK(&asking->reader->db, QUERY_LIST_UNINDEXED, &stmt, err, INT(asking->indexed),
                                   INT(asking->search->listing.filter.survey));
    while (code == CXD_OK && (code = sqlite_db_next(&asking->reader->db, stmt, &row, err)) == CXD_OK && row) {
        code = sqlite_asking_count(asking, stmt, 0, ALL_TEXTS, counts, &words, &found, err);
        if (code != CXD_OK || !found)
            continue;
        statistics->comments++;
        statistics->sample++;
        statistics->words += words;
        for (size_t i = 0; i < asking->query.phrase_count; i++)
            statistics->with[i] += counts[i] > 0;
    }
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_search_weigh(struct asking *asking, struct error *err) {
    struct search_statistics statistics = {0};
    enum cxd_err code = count_indexed(asking, &statistics, err);
    if (code == CXD_OK)
        code = count_unindexed(asking, &statistics, err);
    if (code == CXD_OK)
        search_weigh(&asking->query, &statistics, &asking->weights);
    return code;
}
