/* A survey's trend: a figure for every calendar bucket of the window. Runs on a worker. */
#include "api/app.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/score.h"

static void append_trend(struct buffer *out, const struct trend_question *question,
                         const struct trend_answer *answer) {
    const struct survey *survey = question->score.survey;
    buffer_append_char(out, '{');
    scoring_encode(out, survey);
    buffer_append_text(out, ",\"window\":");
    window_encode(out, &answer->window);
    buffer_append_text(out, ",\"bucket\":\"");
    buffer_append_text(out, parameters_interval_name(question->interval));
    buffer_append_text(out, "\",\"rolling\":");
    if (question->rolling_days > 0)
        buffer_append_format(out, "\"%lldd\"", (long long)question->rolling_days);
    else
        buffer_append_text(out, "null");
    buffer_append_char(out, ',');
    figures_encode(out, survey, &answer->total, &answer->total_score);
    buffer_append_text(out, ",\"buckets\":[");
    for (size_t i = 0; i < answer->count; i++) {
        const struct trend_bucket *bucket = &answer->buckets[i];
        if (i > 0)
            buffer_append_char(out, ',');
        bucket_encode(out, survey, bucket->from, bucket->to, &bucket->hist, &bucket->score);
    }
    buffer_append_text(out, "]}");
}

void api_trend_get(struct http_request *request) {
    const struct app *app = http_app(request);
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    struct trend_question question;
    struct trend_answer answer;
    struct error err;
    enum cxd_err result = survey == NULL ? error_set(&err, ERR_NO_SURVEY, "there is no survey of this name")
                                         : parameters_read(request, PARAMETERS_TREND, &question, &err);
    if (result == CXD_OK) {
        question.score.survey = survey;
        result = query_trend(http_worker(request), &question, http_arena(request), &answer, &err);
    }
    if (result == CXD_OK)
        append_trend(http_out(request), &question, &answer);
    figures_reply(request, clock, result == CXD_OK ? NULL : &err);
    catalog_release(snapshot);
}
