/* What is counted of answers to further questions, held against a recount: the responses of a survey are read once
 * more, and each number that their answers lie under is summed, and compared, by itself. */

#include <string.h>

#include "store/answered.h"
#include "store/sqlite/asked.h"
#include "store/sqlite/check_survey.h"
#include "store/sqlite/rows.h"

/* A number: the survey's, of which this is its dimensions of answers, or a question's. */
struct part {
    struct survey_check survey;
    struct deltas deltas;
};

struct recount {
    struct checker *checker;
    const struct survey_check *whole;
    struct asked_set asked;
    struct part *parts; /* the survey's first */
    size_t count;
    const struct response *response;
    struct error *err;
    enum cxd_err code;
};

static bool count_answered(void *context, const struct answered *answered) {
    struct recount *recount = context;
    for (size_t i = 0; recount->code == CXD_OK && i < recount->count; i++) {
        struct part *part = &recount->parts[i];
        if (part->survey.declared.survey != answered->number)
            continue;
        recount->code =
            sqlite_check_advance(recount->checker, &part->survey, recount->response->answered_at, recount->err);
        if (recount->code == CXD_OK && !deltas_add_answered(&part->deltas, answered, recount->response, 1))
            recount->code = error_set(recount->err, ERR_NO_MEMORY, "no memory to check the rollups");
    }
    return recount->code == CXD_OK;
}

static enum cxd_err count_response(struct recount *recount, sqlite3_stmt *stmt, struct error *err) {
    struct checker *checker = recount->checker;
    const struct survey *asked = NULL;
    struct response response;
    arena_reset(&checker->scratch);
    enum cxd_err code = sqlite_row_read_response(checker->db, stmt, &checker->scratch, &response, err);
    if (code == CXD_OK)
        code = sqlite_asked_find(checker->db, sqlite_check_reader(checker), &recount->asked, response.survey,
                                 response.revision, &asked, err);
    recount->response = &response;
    if (code == CXD_OK)
        answered_walk(&response, &recount->whole->declared, asked, count_answered, recount);
    return code == CXD_OK ? recount->code : code;
}

static enum cxd_err count_all(struct recount *recount, struct error *err) {
    struct checker *checker = recount->checker;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(checker->db, QUERY_CHECK_ANSWERS, &stmt, err, INT(recount->whole->declared.survey));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        code = count_response(recount, stmt, err);
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err make_part(struct recount *recount, int64_t number, struct error *err) {
    struct part *part = &recount->parts[recount->count++];
    part->survey = (struct survey_check){.declared = recount->whole->declared,
                                         .deltas = &part->deltas,
                                         .finest = TIER_DAY,
                                         .begin = INT64_MIN,
                                         .from = INT64_MIN,
                                         .last = INT64_MIN};
    memcpy(part->survey.slug, recount->whole->slug, sizeof part->survey.slug);
    part->survey.declared.survey = number;
    enum cxd_err code = deltas_init(&part->deltas, err);
    return code == CXD_OK ? sqlite_check_load_dimensions(recount->checker, &part->survey, err) : code;
}

static enum cxd_err make_parts(struct recount *recount, struct error *err) {
    const struct declared *declared = &recount->whole->declared;
    recount->parts = arena_alloc_zero(&recount->checker->arena, declared->question_count + 1, sizeof *recount->parts);
    enum cxd_err code = recount->parts ? make_part(recount, declared->survey, err)
                                       : error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
    for (size_t i = 0; code == CXD_OK && i < declared->question_count; i++)
        if (declared->questions[i].type == QUESTION_SCALE)
            code = make_part(recount, answered_number(declared->survey, declared->questions[i].slot), err);
    return code;
}

static enum cxd_err compare_part(struct checker *checker, struct part *part, bool is_survey, struct error *err) {
    enum cxd_err code = sqlite_check_stretch(checker, &part->survey, INT64_MAX, err);
    if (code == CXD_OK)
        sqlite_check_said(checker, &part->survey);
    return code == CXD_OK && !is_survey ? sqlite_check_sums(checker, &part->survey, err) : code;
}

enum cxd_err sqlite_check_answers(struct checker *checker, struct survey_check *survey, struct error *err) {
    struct recount recount = {.checker = checker, .whole = survey, .err = err};
    sqlite_asked_init(&recount.asked);
    enum cxd_err code =
        sqlite_questions_read(checker->db, survey->declared.survey, &checker->arena, &survey->declared, err);
    bool asks = code == CXD_OK && survey->declared.question_count > 0 && !checker->has_odd_answers;
    if (asks)
        code = make_parts(&recount, err);
    if (code == CXD_OK && asks)
        code = count_all(&recount, err);
    for (size_t i = 0; code == CXD_OK && i < recount.count; i++)
        code = compare_part(checker, &recount.parts[i], i == 0, err);
    for (size_t i = 0; i < recount.count; i++)
        deltas_free(&recount.parts[i].deltas);
    sqlite_asked_free(&recount.asked);
    return code;
}
