/* The responses of a window, one by one, in the order of time: what no rollup tells. Of each row only what was asked
 * for is sent. */

#include "store/postgresql/reader.h"
#include "store/postgresql/rows.h"
#include "store/stored.h"

/* The bits, which visit_responses knows by their values, and the columns behind them. */
_Static_assert(GIVE_NUMBER == 1 && GIVE_ID == 2 && GIVE_TOUCHPOINT == 4 && GIVE_CHANNEL == 8 && GIVE_LOCALE == 16 &&
                   GIVE_RESPONDENT == 32 && GIVE_COMMENT == 64 && GIVE_VISIT == 128 && GIVE_PROPERTIES == 256 &&
                   GIVE_ANSWERS == 512,
               "the query and the enum differ");
enum { AT_ANSWERED, AT_SCORE, AT_NUMBER, AT_ID, AT_TEXTS, AT_PROPERTIES = 10, AT_ANSWERS, AT_REVISION };

static enum cxd_err read_row(const PGresult *rows, int row, unsigned given, struct arena *arena,
                             struct response *response, struct error *err) {
    int64_t score = postgresql_int(rows, row, AT_SCORE);
    enum cxd_err code = postgresql_check_score(score, err);
    response->answered_at = postgresql_int(rows, row, AT_ANSWERED);
    response->has_score = true;
    response->score = (int)score;
    if (given & GIVE_NUMBER)
        response->number = postgresql_int(rows, row, AT_NUMBER);
    if (given & GIVE_ID) {
        response->id = postgresql_id(rows, row, AT_ID);
        response->has_id = true;
    }
    const char **const texts[] = {&response->touchpoint, &response->channel, &response->locale,
                                  &response->respondent, &response->comment, &response->visit};
    for (size_t i = 0; i < CXD_COUNT(texts); i++) /* they live as long as the row */
        *texts[i] = postgresql_text(rows, row, AT_TEXTS + (int)i);
    if (code == CXD_OK && given & GIVE_PROPERTIES)
        code = postgresql_row_properties(rows, row, AT_PROPERTIES, arena, &response->properties,
                                         &response->property_count, err);
    if (given & GIVE_ANSWERS)
        response->revision = postgresql_int(rows, row, AT_REVISION);
    if (code == CXD_OK && given & GIVE_ANSWERS && !PQgetisnull(rows, row, AT_ANSWERS))
        code = stored_read_answers(postgresql_text(rows, row, AT_ANSWERS), (size_t)PQgetlength(rows, row, AT_ANSWERS),
                                   arena, response, err);
    return code;
}

enum cxd_err postgresql_scan_responses(struct postgresql_reader *reader, const struct filter *filter, int64_t from,
                                       int64_t to, unsigned given, store_response_visit *visit, void *context,
                                       struct error *err) {
    struct filter_parts parts;
    struct cursor cursor = {0};
    struct arena arena; /* of one row */
    bool row = false, goes_on = true;
    arena_init(&arena);
    postgresql_filter_make(filter, &parts);
    enum cxd_err code = CURSOR_OPEN(&cursor, reader, QUERY_VISIT_RESPONSES, err, INT(filter->survey), INT(from),
                                    INT(to), FILTER(filter, &parts), INT(given));
    while (code == CXD_OK && goes_on && (code = postgresql_cursor_next(&cursor, &row, err)) == CXD_OK && row) {
        struct response response = {.survey = filter->survey};
        code = read_row(cursor.rows, cursor.row, given, &arena, &response, err);
        if (code == CXD_OK)
            goes_on = visit(context, &response);
        arena_reset(&arena);
    }
    postgresql_cursor_close(&cursor);
    postgresql_filter_free(&parts);
    arena_free(&arena);
    return code;
}

enum cxd_err postgresql_visit_responses(struct store_reader *base, const struct filter *filter, int64_t from,
                                        int64_t to, unsigned given, store_response_visit *visit, void *context,
                                        struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = postgresql_scan_responses(reader, filter, from, to, given, visit, context, err);
    postgresql_reader_leave(reader, began);
    return code;
}
