/* Reading what is stored as it is: extents, responses, and the rollup table itself. */

#include "cxd/base/clock.h"
#include "store/postgresql/reader.h"
#include "store/postgresql/rows.h"

enum cxd_err postgresql_read_extent(struct store_reader *base, int64_t survey, enum store_extent of, bool *ret_found,
                                    int64_t *ret_first, int64_t *ret_last, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_SELECT_EXTENT, &result, err,
                              INT(of == EXTENT_ANSWERS ? survey : -survey));
    if (code == CXD_OK) {
        *ret_found = !PQgetisnull(result, 0, 0);
        if (*ret_found) {
            *ret_first = postgresql_int(result, 0, 0) * tier_length_ms(TIER_QUARTER_HOUR);
            *ret_last = postgresql_int(result, 0, 1) * tier_length_ms(TIER_QUARTER_HOUR);
        }
    }
    postgresql_reader_leave(reader, began);
    return code;
}

enum cxd_err postgresql_read_response(struct store_reader *base, int64_t survey, const struct id *id,
                                      struct arena *arena, bool *ret_found, struct response *ret_response,
                                      struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_RESPONSE, &result, err, INT(survey), ID(id));
    bool found = code == CXD_OK && PQntuples(result) == 1;
    if (found)
        code = postgresql_row_response(result, 0, arena, ret_response, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_found = found;
    return code;
}

enum cxd_err postgresql_read_last_answer(struct store_reader *base, const char *respondent, int64_t survey,
                                         int64_t from, int64_t to, int64_t *ret_last, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK && survey != 0)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_LAST_ANSWER, &result, err, TEXT(respondent), INT(survey),
                              INT(from), INT(to));
    else if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_LAST_ANSWER_ANYWHERE, &result, err, TEXT(respondent), INT(from),
                              INT(to));
    if (code == CXD_OK)
        *ret_last = PQgetisnull(result, 0, 0) ? TIME_MIN : postgresql_int(result, 0, 0);
    postgresql_reader_leave(reader, began);
    return code;
}

enum cxd_err postgresql_read_last_number(struct store_reader *base, int64_t *ret_number, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    int64_t horizon = 0;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = postgresql_read_horizon(reader, began, &horizon, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_LAST_NUMBER, &result, err, INT(horizon));
    if (code == CXD_OK)
        *ret_number = postgresql_int(result, 0, 0);
    postgresql_reader_leave(reader, began);
    return code;
}

enum cxd_err postgresql_count_between(struct store_reader *base, int64_t survey, int64_t after, int64_t through,
                                      int64_t most, int64_t *ret_count, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_COUNT_BETWEEN, &result, err, INT(survey), INT(after), INT(through),
                              INT(most + 1));
    if (code == CXD_OK)
        *ret_count = postgresql_int(result, 0, 0);
    postgresql_reader_leave(reader, began);
    return code;
}

/* --- Rollups -------------------------------------------------------------------------------------------------------
 */

static enum cxd_err visit_rollups(struct postgresql_reader *reader, store_rollup_visit *visit, void *context,
                                  struct error *err) {
    struct cursor cursor = {0};
    bool more = false;
    enum cxd_err code = CURSOR_OPEN(&cursor, reader, QUERY_VISIT_ROLLUPS, err);
    while (code == CXD_OK && (code = postgresql_cursor_next(&cursor, &more, err)) == CXD_OK && more) {
        struct rollup_row rollup = {.survey = postgresql_int(cursor.rows, cursor.row, 0),
                                    .dimension = postgresql_text(cursor.rows, cursor.row, 1),
                                    .value = postgresql_text(cursor.rows, cursor.row, 2),
                                    .tier = (enum tier)postgresql_int(cursor.rows, cursor.row, 3)};
        rollup.bucket = postgresql_int(cursor.rows, cursor.row, 4) * tier_length_ms(rollup.tier);
        postgresql_row_histogram(cursor.rows, cursor.row, 5, &rollup.hist);
        if (!histogram_is_empty(&rollup.hist))
            visit(context, &rollup);
    }
    postgresql_cursor_close(&cursor);
    return code;
}

enum cxd_err postgresql_read_rollups(struct store_reader *base, store_rollup_visit *visit, void *context,
                                     struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = visit_rollups(reader, visit, context, err);
    postgresql_reader_leave(reader, began);
    return code;
}
