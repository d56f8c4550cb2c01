/* Pages of responses, newest first. */

#include "store/postgresql/reader.h"
#include "store/postgresql/rows.h"

static enum query query_of(const struct listing *listing) {
    return listing->respondent ? QUERY_LIST_OF_RESPONDENT
           : listing->flagged  ? QUERY_LIST_FLAGGED
                               : QUERY_LIST_RESPONSES;
}

static struct db_value int_or_null(bool is_there, int64_t value) {
    return is_there ? INT(value) : NOTHING;
}

static enum cxd_err ask(struct postgresql_reader *reader, const struct listing *listing, const PGresult **ret_result,
                        struct error *err) {
    struct filter filter = listing->filter;
    struct filter_parts parts;
    bool goes_on = listing->has_after, is_bounded = goes_on && listing->after_answered_at < listing->to;
    bool is_person = listing->respondent;
    filter.question = NULL;
    postgresql_filter_make(&filter, &parts);
    const struct db_value values[] = {int_or_null(filter.survey != 0, filter.survey),
                                      INT(listing->from),
                                      INT(is_bounded ? listing->after_answered_at + 1 : listing->to),
                                      FILTER(&filter, &parts),
                                      INT(listing->excluded),
                                      INT(listing->scores),
                                      BOOL(listing->flagged),
                                      int_or_null(goes_on, listing->after_answered_at),
                                      BLOB(goes_on ? listing->after_id.bytes : NULL, sizeof listing->after_id.bytes),
                                      INT(listing->limit),
                                      TEXT(listing->respondent),
                                      INT(listing->filter.survey == 0 ? listing->after_survey : 0)};
    size_t count = CXD_COUNT(values) - (is_person ? 0 : 2);
    enum cxd_err code = postgresql_db_ask(&reader->db, query_of(listing), ret_result, values, count, err);
    postgresql_filter_free(&parts);
    return code;
}

enum cxd_err postgresql_read_responses(struct store_reader *base, const struct listing *listing, struct arena *arena,
                                       struct response **ret_responses, size_t *ret_count, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    struct response *responses = NULL;
    bool began = false;
    size_t count = 0;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = ask(reader, listing, &result, err);
    if (code == CXD_OK) {
        count = (size_t)PQntuples(result);
        responses = arena_alloc_zero(arena, count + 1, sizeof *responses);
        if (!responses)
            code = error_set(err, ERR_NO_MEMORY, "no memory to list responses");
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = postgresql_row_response(result, (int)i, arena, &responses[i], err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_responses = responses;
        *ret_count = count;
    }
    return code;
}
