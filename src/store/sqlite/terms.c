/* What responses are judged by: the terms of their survey, kept with what it declares. They are read again where this
 * store changes the survey, takes a batch back, or finds in a transaction that somebody else has raised the generation
 * of the catalog. */

#include "store/terms.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err read_terms(struct sqlite_store *store, int64_t survey, bool *ret_readable, struct survey *ret_terms,
                               struct error *err) {
    struct survey_record record;
    bool row = false;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_SURVEY_BY_NUMBER, &stmt, err, INT(survey));
    if (code != CXD_OK)
        return code;
    code = sqlite_db_next(&store->db, stmt, &row, err);
    if (code == CXD_OK && !row)
        code = error_set(err, ERR_STORAGE, "a survey is not there any more");
    if (code == CXD_OK)
        code = sqlite_row_read_survey(stmt, &store->scratch, &record, err);
    sqlite3_reset(stmt);
    return code == CXD_OK ? terms_read(&store->base, &record, &store->scratch, ret_readable, ret_terms, err) : code;
}

static enum cxd_err keep_terms(struct sqlite_store *store, int64_t survey, bool *ret_readable, struct error *err) {
    struct survey terms;
    enum cxd_err code = read_terms(store, survey, ret_readable, &terms, err);
    if (code == CXD_OK && *ret_readable && !sqlite_declared_set_terms(&store->declared, survey, &terms))
        code = error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    return code;
}

enum cxd_err sqlite_judge(struct sqlite_store *store, struct change *change, int64_t survey, decide_by_terms *rule,
                          bool *ret_goes_on, struct error *err) {
    *ret_goes_on = true;
    if (!store->base.read_definition)
        return CXD_OK;
    const struct declared *declared = sqlite_declared_find(&store->declared, survey);
    bool is_readable = true;
    enum cxd_err code = declared && !declared->terms ? keep_terms(store, survey, &is_readable, err) : CXD_OK;
    if (code != CXD_OK)
        return code;
    *ret_goes_on = is_readable && rule(change, declared ? declared->terms : NULL);
    if (!is_readable)
        decide_unreadable(change);
    return code;
}
