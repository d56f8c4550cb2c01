/* What was answered to the questions behind a survey's score: to all of them, or to one. Runs on a worker. */
#include "cxd/query/questions.h"

#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/answered.h"
#include "cxd/codec/write.h"

static void append_all(struct buffer *out, const struct survey *survey, const struct questions_answer *answer) {
    write_open(out, NULL, '{');
    write_text(out, "survey", survey->slug);
    window_encode(out, &answer->whole.window, answer->whole.rounded);
    write_int(out, "n", answer->whole.score.n);
    write_open(out, "questions", '[');
    for (size_t i = 0; i < answer->count; i++)
        question_encode_short(out, &answer->questions[i]);
    buffer_append_text(out, "]}");
}

static void append_one(struct buffer *out, const struct score_question *question,
                       const struct questions_answer *answer) {
    const struct survey *survey = question->survey;
    write_open(out, NULL, '{');
    scoring_encode(out, survey);
    window_encode(out, &answer->whole.window, answer->whole.rounded);
    figures_encode(out, survey, &answer->whole.hist, &answer->whole.score);
    question_encode(out, survey, question->alpha, &answer->questions[0]);
    buffer_append_char(out, '}');
}

static enum cxd_err ask(struct http_request *request, const struct survey *survey, const char *key, struct error *err) {
    struct trend_question question;
    struct questions_answer answer;
    enum cxd_err result = parameters_read(request, PARAMETERS_QUESTIONS, &question, err);
    question.score.survey = survey;
    if (result == CXD_OK)
        result = asked_check(request, survey, &question.score.filter, err);
    if (result == CXD_OK)
        result = api_allow_filter(request, survey, &question.score.filter, err);
    if (result == CXD_OK)
        result = query_questions(http_worker(request), &question.score, key, http_arena(request), &answer, err);
    if (result != CXD_OK)
        return result;
    if (key && answer.count == 0)
        return error_set(err, ERR_NO_QUESTION, "the survey %s asks no question %.64s", survey->slug, key);
    if (key)
        append_one(http_out(request), &question.score, &answer);
    else
        append_all(http_out(request), survey, &answer);
    return CXD_OK;
}

static void answer_questions(struct http_request *request, const char *key) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = ask(request, survey, key, &err);
    figures_reply(request, clock, result, &err);
    catalog_release(snapshot);
}

void api_questions_get(struct http_request *request) {
    answer_questions(request, NULL);
}

void api_question_get(struct http_request *request) {
    answer_questions(request, http_path(request, "question"));
}
