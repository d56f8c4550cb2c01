/* A survey's trend: a figure for every calendar bucket of the window. Runs on a worker. */
#include <stdio.h>

#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"

static void append_trend(struct buffer *out, const struct trend_question *question, const struct trend_answer *answer) {
    const struct survey *survey = question->score.survey;
    char rolling[24];
    snprintf(rolling, sizeof rolling, "%lldd", (long long)question->rolling_days);
    write_open(out, NULL, '{');
    scoring_encode(out, survey);
    write_given(out, "question", question->score.filter.question);
    window_encode(out, &answer->window, answer->rounded);
    write_text(out, "bucket", parameters_interval_name(question->interval));
    write_text(out, "rolling", question->rolling_days > 0 ? rolling : NULL);
    figures_encode(out, survey, &answer->total, &answer->total_score);
    rate_encode(out, &answer->total_rate);
    write_open(out, "buckets", '[');
    for (size_t i = 0; i < answer->count; i++) {
        const struct trend_bucket *bucket = &answer->buckets[i];
        const struct window own = {.from = bucket->from, .to = bucket->to};
        const struct window figure = {.from = bucket->figure_from, .to = bucket->to};
        bucket_encode(out, survey, &own, question->rolling_days > 0 ? &figure : NULL, &bucket->hist, &bucket->score,
                      &bucket->rate);
    }
    buffer_append_text(out, "]}");
}

void api_trend_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct survey scoring;
    struct trend_question question;
    struct trend_answer answer;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = parameters_read(request, PARAMETERS_TREND | PARAMETERS_QUESTION, &question, &err);
    if (result == CXD_OK)
        result = asked_settle(request, survey, &question.score, &scoring, &err);
    if (result == CXD_OK)
        result = api_allow_filter(request, survey, &question.score.filter, &err);
    if (result == CXD_OK)
        result = query_trend(http_worker(request), &question, http_arena(request), &answer, &err);
    if (result == CXD_OK)
        append_trend(http_out(request), &question, &answer);
    figures_reply(request, clock, result, &err);
    catalog_release(snapshot);
}
