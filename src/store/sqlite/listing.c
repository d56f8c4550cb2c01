/* Pages of responses, newest first, each by the index that fits the question. */

#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

static enum query query_of(const struct listing *listing) {
    return listing->respondent ? QUERY_LIST_OF_RESPONDENT
           : listing->flagged  ? QUERY_LIST_FLAGGED
                               : QUERY_LIST_RESPONSES;
}

/* The parameters in the order of queries.sql. */
static enum cxd_err bind_listing(struct sqlite_reader *reader, const struct listing *listing,
                                 sqlite3_stmt *stmt, struct error *err) {
    const struct filter *filter = &listing->filter;
    const char *wanted = NULL;
    enum cxd_err code =
        row_write_properties(&reader->text, filter->properties, filter->property_count, &wanted, err);
    if (code != CXD_OK) {
        return code;
    }
    bool bounded = listing->has_after && listing->after_answered_at < listing->to;
    if (filter->survey != 0) {
        db_bind_int(stmt, 1, filter->survey);
    } else {
        db_bind_text(stmt, 1, NULL);
    }
    db_bind_int(stmt, 2, listing->from);
    db_bind_int(stmt, 3, bounded ? listing->after_answered_at + 1 : listing->to);
    db_bind_text(stmt, 4, filter->touchpoint);
    db_bind_text(stmt, 5, filter->channel);
    db_bind_text(stmt, 6, filter->locale);
    db_bind_text(stmt, 7, wanted);
    db_bind_int(stmt, 8, listing->excluded);
    db_bind_text(stmt, 9, listing->respondent);
    if (listing->has_after) {
        db_bind_int(stmt, 10, listing->after_answered_at);
        db_bind_blob(stmt, 11, listing->after_id.bytes, sizeof listing->after_id.bytes);
    } else {
        db_bind_text(stmt, 10, NULL);
        db_bind_text(stmt, 11, NULL);
    }
    db_bind_int(stmt, 12, (int64_t)listing->limit);
    if (listing->respondent) {
        db_bind_int(stmt, 13, listing->flagged);
    }
    return CXD_OK;
}

enum cxd_err sqlite_read_responses(struct store_reader *base, const struct listing *listing,
                                   struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                   struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct response *responses = arena_alloc(arena, listing->limit * sizeof *responses);
    if (!responses) {
        return error_set(err, ERR_NO_MEMORY, "no memory to list responses");
    }
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = db_statement(&reader->db, query_of(listing), &stmt, err);
    }
    if (code == CXD_OK) {
        code = bind_listing(reader, listing, stmt, err);
    }
    while (code == CXD_OK && count < listing->limit &&
           (code = db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        code = row_read_response(&reader->db, stmt, arena, &responses[count], err);
        count += code == CXD_OK;
    }
    sqlite3_reset(stmt);
    reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_responses = responses;
        *ret_count = count;
    }
    return code;
}

enum cxd_err sqlite_read_last_answer(struct store_reader *base, const char *respondent, int64_t survey,
                                     int64_t from, int64_t to, int64_t *ret_last, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = db_last_answer(&reader->db, respondent, survey, from, to, ret_last, err);
    }
    reader_leave(reader, began);
    return code;
}
