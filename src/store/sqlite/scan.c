/* The responses of a window, one by one, in the order of time: what no rollup tells. Of each row only what was asked
 * for is read. */

#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

/* The bits, which visit_responses knows by their values, and the columns behind them. */
_Static_assert(GIVE_NUMBER == 1 && GIVE_ID == 2 && GIVE_TOUCHPOINT == 4 && GIVE_CHANNEL == 8 && GIVE_LOCALE == 16 &&
                   GIVE_RESPONDENT == 32 && GIVE_COMMENT == 64 && GIVE_VISIT == 128 && GIVE_PROPERTIES == 256 &&
                   GIVE_ANSWERS == 512,
               "the query and the enum differ");
enum { AT_ANSWERED, AT_SCORE, AT_NUMBER, AT_ID, AT_TEXTS, AT_PROPERTIES = 10, AT_ANSWERS, AT_REVISION };

static enum cxd_err read_row(struct sqlite_reader *reader, sqlite3_stmt *stmt, unsigned given, struct arena *arena,
                             struct response *response, struct error *err) {
    response->answered_at = sqlite3_column_int64(stmt, AT_ANSWERED);
    response->has_score = true;
    response->score = sqlite3_column_int(stmt, AT_SCORE);
    if (response->score < 0 || response->score >= HISTOGRAM_SIZE)
        return error_set(err, ERR_STORAGE, "a stored response has the score %d", response->score);
    if (given & GIVE_NUMBER)
        response->number = sqlite3_column_int64(stmt, AT_NUMBER);
    if (given & GIVE_ID) {
        response->id = sqlite_row_read_id(stmt, AT_ID);
        response->has_id = true;
    }
    const char **const texts[] = {&response->touchpoint, &response->channel, &response->locale,
                                  &response->respondent, &response->comment, &response->visit};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(texts); i++)
        if (given & (unsigned)GIVE_TOUCHPOINT << i)
            code = sqlite_db_copy_text(stmt, AT_TEXTS + (int)i, arena, texts[i], err);
    if (code == CXD_OK && given & GIVE_ANSWERS) {
        response->revision = sqlite3_column_int64(stmt, AT_REVISION);
        code = sqlite_row_read_answers(stmt, AT_ANSWERS, arena, response, err);
    }
    if (code != CXD_OK || !(given & GIVE_PROPERTIES) || sqlite3_column_type(stmt, AT_PROPERTIES) == SQLITE_NULL)
        return code;
    const char *json = (const char *)sqlite3_column_text(stmt, AT_PROPERTIES);
    if (!json)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a row");
    return sqlite_properties_read(&reader->db, json, (size_t)sqlite3_column_bytes(stmt, AT_PROPERTIES), arena, response,
                                  err);
}

static enum cxd_err ask(struct sqlite_reader *reader, const struct filter *filter, int64_t from, int64_t to,
                        unsigned given, sqlite3_stmt **ret_stmt, struct error *err) {
    const char *wanted = NULL, *member = NULL;
    enum cxd_err code = sqlite_write_wanted(reader, filter, &wanted, &member, err);
    if (code != CXD_OK)
        return code;
    code = SQLITE_ASK(&reader->db, QUERY_VISIT_RESPONSES, ret_stmt, err, INT(filter->survey), INT(from), INT(to),
                      TEXT(filter->touchpoint), TEXT(filter->channel), TEXT(filter->locale), TEXT(wanted), TEXT(member),
                      INT(given));
    return code == CXD_OK ? sqlite_bind_answers(reader, filter, *ret_stmt, err) : code;
}

enum cxd_err sqlite_visit_responses(struct store_reader *base, const struct filter *filter, int64_t from, int64_t to,
                                    unsigned given, store_response_visit *visit, void *context, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct arena arena; /* of one row */
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false, goes_on = true;
    arena_init(&arena);
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = ask(reader, filter, from, to, given, &stmt, err);
    while (code == CXD_OK && goes_on && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        struct response response = {.survey = filter->survey};
        code = read_row(reader, stmt, given, &arena, &response, err);
        if (code == CXD_OK)
            goes_on = visit(context, &response);
        arena_reset(&arena);
    }
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    arena_free(&arena);
    return code;
}
