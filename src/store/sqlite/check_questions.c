/* The table of questions, and answers held against it: each is of a question that its survey has or has had, of its
 * type, and on its scale; and what has an answer is fixed. */

#include <string.h>

#include "store/sqlite/asked.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/rows.h"

/* Every survey that has questions, in the order of their numbers. */
struct known {
    struct declared *surveys;
    size_t count;
};

static enum cxd_err count_odd(struct checker *checker, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_CHECK_QUESTIONS, &stmt, &row, err);
    if (code == CXD_OK && row && sqlite3_column_int64(stmt, 0) > 0)
        sqlite_check_damage(checker, STORE_RECORDS, "%lld questions say what none can",
                            (long long)sqlite3_column_int64(stmt, 0));
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err read_known(struct checker *checker, struct known *known, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(checker->db, QUERY_LIST_QUESTIONS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        int64_t survey = sqlite3_column_int64(stmt, 0);
        size_t count = known->count;
        if (count == 0 || known->surveys[count - 1].survey != survey) {
            if ((count & (count - 1)) == 0) { /* a power of two, or none: it is full */
                struct declared *larger = arena_alloc_zero(&checker->arena, 2 * count + 1, sizeof *larger);
                if (!larger) {
                    code = error_set(err, ERR_NO_MEMORY, "no memory to check the answers");
                    break;
                }
                if (count > 0)
                    memcpy(larger, known->surveys, count * sizeof *larger);
                known->surveys = larger;
            }
            known->surveys[known->count++].survey = survey;
        }
        code = sqlite_question_add(stmt, 1, &checker->arena, &known->surveys[known->count - 1], err);
    }
    sqlite3_reset(stmt);
    return code;
}

static const struct declared_question *find_question(const struct known *known, int64_t survey, const char *key) {
    size_t low = 0, high = known->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (known->surveys[middle].survey < survey)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < known->count && known->surveys[low].survey == survey;
    return found ? declared_question(&known->surveys[low], key) : NULL;
}

static bool is_answer_to(const struct declared_question *question, const struct answer *answer) {
    static const enum answer_form FORMS[QUESTION_TYPE_COUNT] = {[QUESTION_CHOICE] = ANSWER_TEXT,
                                                                [QUESTION_CHOICES] = ANSWER_LIST,
                                                                [QUESTION_SCALE] = ANSWER_NUMBER,
                                                                [QUESTION_TEXT] = ANSWER_TEXT};
    if (!question || !question->is_answered || (size_t)question->type >= CXD_COUNT(FORMS) ||
        FORMS[question->type] != answer->form)
        return false;
    if (question->type == QUESTION_SCALE)
        return answer->number >= question->scale.min && answer->number <= question->scale.max;
    return question->type == QUESTION_TEXT ? !answer->other : question->type != QUESTION_CHOICE || answer->text;
}

static enum cxd_err check_row(struct checker *checker, const struct known *known, sqlite3_stmt *stmt,
                              struct error *err) {
    int64_t survey = sqlite3_column_int64(stmt, 0), number = sqlite3_column_int64(stmt, 1);
    struct response response = {.answer_count = 0};
    arena_reset(&checker->scratch);
    enum cxd_err code = sqlite_row_read_answers(stmt, 2, &checker->scratch, &response, err);
    if (code == ERR_STORAGE) {
        sqlite_check_damage(checker, STORE_RECORDS, "the answers of response %lld cannot be read", (long long)number);
        checker->has_odd_answers = true;
        return CXD_OK;
    }
    for (size_t i = 0; code == CXD_OK && i < response.answer_count; i++)
        if (!is_answer_to(find_question(known, survey, response.answers[i].key), &response.answers[i]))
            sqlite_check_damage(checker, STORE_RECORDS, "response %lld has an answer to %s that is none of it",
                                (long long)number, response.answers[i].key);
    return code;
}

enum cxd_err sqlite_check_questions(struct checker *checker, struct error *err) {
    struct known known = {.count = 0};
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    arena_reset(&checker->arena);
    enum cxd_err code = count_odd(checker, err);
    if (code == CXD_OK)
        code = read_known(checker, &known, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(checker->db, QUERY_CHECK_ANSWERED, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        code = check_row(checker, &known, stmt, err);
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}
