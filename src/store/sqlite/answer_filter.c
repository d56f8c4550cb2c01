/* Answers to further questions in the conditions of a query: the parameters of the fragments of_answers and of_question
 * in sql/sqlite/queries.sql. */

#include "store/sqlite/reader.h"

/* Places of values. */
enum { AT_ANSWERS = 19, AT_QUESTION = 20 };

/* Of each a line: the member as it stands in the stored text, if that is all that was answered. */
static void write_answers(struct buffer *text, const struct filter *filter) {
    buffer_reset(text);
    for (size_t i = 0; i < filter->answer_count; i++) {
        buffer_append_json(text, filter->answers[i].key);
        buffer_append_char(text, ':');
        buffer_append_json(text, filter->answers[i].value);
        buffer_append_char(text, '\n');
    }
}

const char *sqlite_write_answer_member(struct buffer *text, const char *key) {
    buffer_reset(text);
    buffer_append_json(text, key);
    buffer_append_char(text, ':');
    return buffer_terminate(text);
}

enum cxd_err sqlite_bind_answers(struct sqlite_reader *reader, const struct filter *filter, sqlite3_stmt *stmt,
                                 struct error *err) {
    int places = sqlite3_bind_parameter_count(stmt);
    const char *answers = NULL, *counted = NULL;
    if (filter->answer_count > 0 && places >= AT_ANSWERS) {
        write_answers(&reader->answers, filter);
        answers = buffer_terminate(&reader->answers);
    }
    if (filter->question && places >= AT_QUESTION)
        counted = sqlite_write_answer_member(&reader->counted, filter->question);
    if ((filter->answer_count > 0 && places >= AT_ANSWERS && !answers) ||
        (filter->question && places >= AT_QUESTION && !counted))
        return error_set(err, ERR_NO_MEMORY, "no memory to look for answers");
    if (places >= AT_ANSWERS)
        sqlite_db_bind_text(stmt, AT_ANSWERS, answers);
    if (places >= AT_QUESTION)
        sqlite_db_bind_text(stmt, AT_QUESTION, counted);
    return CXD_OK;
}

enum cxd_err sqlite_find_question(struct db *db, int64_t survey, const char *key, bool *ret_found,
                                  struct declared_question *ret_question, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_QUESTION, &stmt, ret_found, err, INT(survey), TEXT(key));
    if (code == CXD_OK && *ret_found)
        *ret_question = (struct declared_question){
            .key = key, .slot = sqlite3_column_int(stmt, 0), .type = (enum question_type)sqlite3_column_int(stmt, 1)};
    sqlite3_reset(stmt);
    return code;
}
