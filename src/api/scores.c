/* Scores: one survey's, also drawn, or every survey's. Runs on a worker, each with a store reader of its own. */
#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "api/pool.h"
#include "api/state.h"
#include "cxd/base/clock.h"
#include "cxd/codec/picture.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"

enum { PAGE_MS_MAX = 2000 };

typedef enum cxd_err ask_score(struct store_reader *reader, const struct score_question *question,
                               struct score_answer *ret_answer, struct error *err);

/* Writes the answer to http_out: as JSON, or drawn where there is a look for it. */
static void append_score(struct buffer *out, const struct score_question *question, const struct score_answer *answer,
                         const struct picture_look *look) {
    const struct people_context people = {.respondents = question->respondents,
                                          .latest = question->latest,
                                          .distinct = answer->distinct,
                                          .anonymous = answer->anonymous,
                                          .answers = answer->answers};
    const struct score_context context = {.pooled = question->pool.surveys,
                                          .pooled_count = question->pool.count,
                                          .question = question->filter.question,
                                          .window = &answer->window,
                                          .rounded = answer->rounded,
                                          .rate = &answer->rate,
                                          .previous_window = &answer->previous_window,
                                          .compared_window = answer->is_cut ? &answer->compared_window : NULL,
                                          .people = answer->has_people ? &people : NULL};
    const struct comparison *previous = answer->has_previous ? &answer->previous : NULL;
    if (look)
        picture_score(out, look, question->survey, &context, &answer->score, previous);
    else
        score_encode(out, question->survey, &context, &answer->hist, &answer->score, previous);
}

/* `query`: query_score, or query_score_within. */
static enum cxd_err answer_score(struct http_request *request, const struct survey *survey,
                                 const struct score_question *question, ask_score *query,
                                 const struct picture_look *look, struct error *err) {
    struct score_question own = *question;
    own.survey = survey;
    own.purse = figures_purse(request);
    struct score_answer answer;
    enum cxd_err result = api_allow_filter(request, survey, &own.filter, err);
    if (result == CXD_OK)
        result = query(http_worker(request), &own, &answer, err);
    if (result == CXD_OK)
        append_score(http_out(request), &own, &answer, look);
    return result;
}

static enum cxd_err answer_movement(struct http_request *request, const struct survey *survey,
                                    struct score_question *question, struct error *err) {
    struct movement_answer answer;
    question->survey = survey;
    question->purse = figures_purse(request);
    if (question->compare == COMPARE_NONE)
        question->compare = COMPARE_PREVIOUS;
    enum cxd_err result = api_allow_filter(request, survey, &question->filter, err);
    if (result == CXD_OK)
        result = query_movement(http_worker(request), question, &answer, err);
    if (result != CXD_OK)
        return result;
    const struct movement_context context = {.window = &answer.windows.compared_window,
                                             .previous_window = &answer.windows.previous_window,
                                             .rounded = answer.windows.rounded,
                                             .is_cut = answer.windows.is_cut,
                                             .distinct = {answer.distinct[0], answer.distinct[1]},
                                             .anonymous = {answer.anonymous[0], answer.anonymous[1]}};
    movement_encode(http_out(request), survey, &context, &answer.movement);
    return CXD_OK;
}

void api_movement_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct trend_question question;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = parameters_read(request, PARAMETERS_MOVEMENT, &question, &err);
    if (result == CXD_OK)
        result = asked_check(request, survey, &question.score.filter, &err);
    if (result == CXD_OK)
        result = answer_movement(request, survey, &question.score, &err);
    figures_reply(request, clock, result, &err);
    catalog_release(snapshot);
}

static void reply_score(struct http_request *request, bool is_drawn) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct survey scoring;
    struct trend_question question;
    struct picture_look look;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK && is_drawn)
        result = parameters_read_picture(request, PARAMETERS_SCORE | PARAMETERS_QUESTION, &question, &look, &err);
    else if (result == CXD_OK)
        result = parameters_read(request, PARAMETERS_SCORE | PARAMETERS_QUESTION, &question, &err);
    if (result == CXD_OK)
        result = asked_settle(request, survey, &question.score, &scoring, &err);
    if (result == CXD_OK)
        result = figures_check_interval(question.score.survey, &question.score, &err);
    if (result == CXD_OK)
        result =
            answer_score(request, question.score.survey, &question.score, query_score, is_drawn ? &look : NULL, &err);
    (is_drawn ? figures_reply_picture : figures_reply)(request, clock, result, &err);
    catalog_release(snapshot);
}

void api_score_get(struct http_request *request) {
    reply_score(request, figures_draw(request));
}

void api_score_svg_get(struct http_request *request) {
    reply_score(request, true);
}

static enum cxd_err answer_pool(struct http_request *request, const struct snapshot *snapshot, const char *surveys,
                                const struct score_question *question, struct error *err) {
    struct score_question own = *question;
    enum cxd_err result = pool_find(snapshot, surveys, http_arena(request), &own.pool, err);
    if (result == CXD_OK)
        result = pool_check(&own.pool, err);
    if (result != CXD_OK)
        return result;
    const struct survey scoring = pool_scoring(&own.pool);
    for (size_t i = 0; result == CXD_OK && i < own.pool.count; i++)
        result = api_allow_filter(request, own.pool.surveys[i], &own.filter, err);
    if (result == CXD_OK)
        result = figures_check_interval(&scoring, &own, err);
    if (result == CXD_OK)
        result = asked_check_several(request, own.pool.surveys, own.pool.count, &own.filter, err);
    return result == CXD_OK ? answer_score(request, &scoring, &own, query_score_within, NULL, err) : result;
}

void api_pooled_score_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    struct state state;
    struct trend_question question;
    const char *surveys = NULL;
    struct error err;
    enum cxd_err result = parameters_read_pool(request, &surveys, &question, &err);
    if (result == CXD_OK)
        result = state_begin(request, &state, &err);
    if (result == CXD_OK) {
        result = answer_pool(request, state.snapshot, surveys, &question.score, &err);
        state_end(&state);
    }
    figures_reply(request, clock, result, &err);
}

/* All of a page is of one state of the store. It ends early where it has grown large or has taken long: `next` leads
 * on. */
static enum cxd_err append_scores(struct http_request *request, const struct snapshot *snapshot,
                                  const struct parameters_page *page, const struct score_question *question,
                                  struct error *err) {
    struct buffer *out = http_out(request);
    size_t begin = api_page_begin(snapshot, page->after_slug), at = begin;
    int64_t end_ms = clock_monotonic_ms() + PAGE_MS_MAX;
    enum cxd_err result = CXD_OK;
    write_open(out, NULL, '{');
    write_open(out, "scores", '[');
    while (result == CXD_OK && at < snapshot->survey_count && at - begin < page->limit &&
           out->length < PAGE_BYTES_MAX && (at == begin || clock_monotonic_ms() < end_ms))
        result = answer_score(request, snapshot->surveys[at++], question, query_score_within, NULL, err);
    if (result != CXD_OK)
        return result;
    return page_end(request, at < snapshot->survey_count ? snapshot->surveys[at - 1]->slug : NULL, err);
}

void api_scores_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    struct state state;
    struct parameters_page page;
    struct trend_question question;
    struct error err;
    enum cxd_err result = parameters_read_page(request, PARAMETERS_SCORE | PARAMETERS_SURVEYS, &page, &question, &err);
    if (result == CXD_OK)
        result = state_begin(request, &state, &err);
    if (result == CXD_OK) {
        const struct snapshot *snapshot = state.snapshot;
        result = asked_check_several(request, snapshot->surveys, snapshot->survey_count, &question.score.filter, &err);
        if (result == CXD_OK)
            result = append_scores(request, snapshot, &page, &question.score, &err);
        state_end(&state);
    }
    figures_reply(request, clock, result, &err);
}
