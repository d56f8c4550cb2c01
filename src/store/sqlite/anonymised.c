/* The place up to which a survey's old responses have been anonymised: retain.c goes on behind it, and what is stored
 * before it, or another rule, moves it back. */

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

/* Before every score. */
enum { NO_SCORE = -1 };

enum cxd_err sqlite_anonymised_put(struct sqlite_store *store, int64_t survey, const struct response_place *done,
                                   struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_PUT_ANONYMISED, err, INT(survey), INT(done->answered_at),
                                   INT(done->score), INT(done->standing), INT(done->number));
    if (code == CXD_OK)
        sqlite_declared_set_anonymised(&store->declared, survey, done->answered_at);
    return code;
}

enum cxd_err sqlite_anonymised_again(struct sqlite_store *store, int64_t survey, int64_t answered_at,
                                     struct error *err) {
    const struct response_place before = {.answered_at = answered_at, .score = NO_SCORE};
    return sqlite_anonymised_put(store, survey, &before, err);
}

enum cxd_err sqlite_anonymised_restart(struct sqlite_store *store, int64_t survey, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_DELETE_ANONYMISED, err, INT(survey));
}

enum cxd_err sqlite_anonymised_read(struct sqlite_store *store, int64_t survey, struct response_place *ret_done,
                                    struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    *ret_done = (struct response_place){.answered_at = INT64_MIN, .score = NO_SCORE};
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_ANONYMISED, &stmt, &row, err, INT(survey));
    if (code == CXD_OK && row)
        *ret_done = sqlite_row_read_place(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}
