/* Pages of responses, newest first, each by the index that fits the question. */

#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

/* All that a name has given is asked for, and nothing that its index does not hold. */
static bool is_of_person(const struct listing *listing) {
    const struct filter *filter = &listing->filter;
    return listing->respondent && !listing->flagged && !filter->touchpoint && !filter->channel && !filter->locale &&
           filter->property_count == 0 && filter->answer_count == 0 && listing->scores == 0;
}

static enum query query_of(const struct listing *listing) {
    return is_of_person(listing) ? QUERY_LIST_OF_PERSON
           : listing->respondent ? QUERY_LIST_OF_RESPONDENT
           : listing->flagged    ? QUERY_LIST_FLAGGED
                                 : QUERY_LIST_RESPONSES;
}

/* The parameters in the order of queries.sql. */
static enum cxd_err ask(struct sqlite_reader *reader, const struct listing *listing, sqlite3_stmt **ret_stmt,
                        struct error *err) {
    const struct filter *filter = &listing->filter;
    const char *wanted = NULL;
    enum cxd_err code =
        sqlite_row_write_properties(&reader->text, filter->properties, filter->property_count, &wanted, err);
    if (code != CXD_OK)
        return code;
    bool goes_on = listing->has_after, bounded = goes_on && listing->after_answered_at < listing->to;
    code = SQLITE_ASK(
        &reader->db, query_of(listing), ret_stmt, err, filter->survey != 0 ? INT(filter->survey) : TEXT(NULL),
        INT(listing->from), INT(bounded ? listing->after_answered_at + 1 : listing->to), TEXT(filter->touchpoint),
        TEXT(filter->channel), TEXT(filter->locale), TEXT(wanted), INT(listing->excluded), TEXT(listing->respondent),
        goes_on ? INT(listing->after_answered_at) : TEXT(NULL), goes_on ? ID(&listing->after_id) : TEXT(NULL),
        INT(listing->limit), listing->respondent && !is_of_person(listing) ? INT(listing->flagged) : NONE,
        listing->respondent ? INT(filter->survey == 0 ? listing->after_survey : 0) : NONE, /* 0: before every one */
        is_of_person(listing) ? NONE : INT(listing->scores));
    return code == CXD_OK ? sqlite_bind_answers(reader, filter, *ret_stmt, err) : code;
}

enum cxd_err sqlite_read_responses(struct store_reader *base, const struct listing *listing, struct arena *arena,
                                   struct response **ret_responses, size_t *ret_count, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct response *responses = arena_alloc(arena, listing->limit * sizeof *responses);
    if (!responses)
        return error_set(err, ERR_NO_MEMORY, "no memory to list responses");
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = ask(reader, listing, &stmt, err);
    while (code == CXD_OK && count < listing->limit &&
           (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        code = sqlite_row_read_response(&reader->db, stmt, arena, &responses[count], err);
        count += code == CXD_OK;
    }
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_responses = responses;
        *ret_count = count;
    }
    return code;
}

enum cxd_err sqlite_read_last_answer(struct store_reader *base, const char *respondent, int64_t survey, int64_t from,
                                     int64_t to, int64_t *ret_last, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = sqlite_db_last_answer(&reader->db, respondent, survey, from, to, 0, ret_last, err);
    sqlite_reader_leave(reader, began);
    return code;
}
