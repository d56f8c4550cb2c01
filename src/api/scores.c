/* Scores: one survey's, or every survey's. Runs on a worker, each with a store reader of its own. */
#include "api/app.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/score.h"

static void append_score(struct buffer *out, const struct survey *survey, const struct score_answer *answer) {
    score_encode(out, survey, &answer->window, &answer->hist, &answer->score, &answer->previous_window,
                 answer->has_previous ? &answer->previous : NULL);
}

static enum cxd_err answer_score(struct http_request *request, const struct survey *survey,
                                 const struct score_question *question, struct error *err) {
    struct score_question own = *question;
    own.survey = survey;
    struct score_answer answer;
    enum cxd_err result = query_score(http_worker(request), &own, &answer, err);
    if (result == CXD_OK)
        append_score(http_out(request), survey, &answer);
    return result;
}

void api_score_get(struct http_request *request) {
    const struct app *app = http_app(request);
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    struct trend_question question;
    struct error err;
    enum cxd_err result = survey == NULL ? error_set(&err, ERR_NO_SURVEY, "there is no survey of this name")
                                         : parameters_read(request, PARAMETERS_SCORE, &question, &err);
    if (result == CXD_OK)
        result = answer_score(request, survey, &question.score, &err);
    figures_reply(request, clock, result == CXD_OK ? NULL : &err);
    catalog_release(snapshot);
}

void api_scores_get(struct http_request *request) {
    const struct app *app = http_app(request);
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    struct buffer *out = http_out(request);
    struct trend_question question;
    struct error err;
    enum cxd_err result = parameters_read(request, PARAMETERS_SCORE, &question, &err);
    buffer_append_text(out, "{\"scores\":[");
    for (size_t i = 0; result == CXD_OK && i < snapshot->survey_count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        result = answer_score(request, &snapshot->surveys[i], &question.score, &err);
    }
    buffer_append_text(out, "]}");
    figures_reply(request, clock, result == CXD_OK ? NULL : &err);
    catalog_release(snapshot);
}
