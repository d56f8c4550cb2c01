/* A survey's trend: a figure for every calendar bucket of the window, as JSON or drawn. Runs on a worker. */
#include <stdio.h>

#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/picture.h"
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
    write_text(out, "bucket", calendar_unit_name(question->interval));
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

static enum cxd_err draw_trend(struct http_request *request, const struct trend_question *question,
                               const struct trend_answer *answer, const struct picture_look *look, struct error *err) {
    struct picture_point *points = NULL;
    if (answer->count > PICTURE_POINTS_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "interval: a picture has at most %d buckets, and these are %zu",
                         PICTURE_POINTS_MAX, answer->count);
    points = arena_alloc_zero(http_arena(request), answer->count + 1, sizeof *points);
    if (!points)
        return error_set(err, ERR_NO_MEMORY, "no memory for the picture");
    for (size_t i = 0; i < answer->count; i++)
        points[i] = (struct picture_point){answer->buckets[i].from, &answer->buckets[i].score};
    const struct picture_trend trend = {.question = question->score.filter.question,
                                        .window = &answer->window,
                                        .unit = question->interval,
                                        .rolling_days = question->rolling_days,
                                        .total = &answer->total_score,
                                        .points = points,
                                        .count = answer->count};
    picture_trend(http_out(request), look, question->score.survey, &trend);
    return CXD_OK;
}

static void reply_trend(struct http_request *request, bool is_drawn) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct survey scoring;
    struct trend_question question;
    struct trend_answer answer;
    struct picture_look look;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK && is_drawn)
        result = parameters_read_picture(request, PARAMETERS_TREND | PARAMETERS_QUESTION, &question, &look, &err);
    else if (result == CXD_OK)
        result = parameters_read(request, PARAMETERS_TREND | PARAMETERS_QUESTION, &question, &err);
    if (result == CXD_OK)
        result = asked_settle(request, survey, &question.score, &scoring, &err);
    if (result == CXD_OK)
        result = api_allow_filter(request, survey, &question.score.filter, &err);
    if (result == CXD_OK)
        result = query_trend(http_worker(request), &question, http_arena(request), &answer, &err);
    if (result == CXD_OK && is_drawn)
        result = draw_trend(request, &question, &answer, &look, &err);
    else if (result == CXD_OK)
        append_trend(http_out_long(request), &question, &answer);
    (is_drawn ? figures_reply_picture : figures_reply)(request, clock, result, &err);
    catalog_release(snapshot);
}

void api_trend_get(struct http_request *request) {
    reply_trend(request, figures_draw(request));
}

void api_trend_svg_get(struct http_request *request) {
    reply_trend(request, true);
}
