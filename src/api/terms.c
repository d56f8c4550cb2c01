/* What sets the comments of one band apart: the terms of a window. Runs on a worker, one at a time, since that takes a
 * whole processor for as long, and memory. */
#include "cxd/codec/terms.h"
#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"
#include "cxd/query/terms.h"

enum { PATIENCE_MS = 2000 }; /* most have answered by then */

static enum cxd_err read_question(struct http_request *request, const struct survey *survey,
                                  struct terms_question *ret_question, struct error *err) {
    struct terms_asked asked;
    struct trend_question read;
    enum cxd_err result = parameters_read_terms(request, &read, &asked, err);
    if (result != CXD_OK)
        return result;
    *ret_question = (struct terms_question){.survey = survey,
                                            .window = read.score.window,
                                            .filter = read.score.filter,
                                            .language = asked.language,
                                            .min_count = asked.min_count,
                                            .limit = asked.limit,
                                            .purse = figures_purse(request)};
    ret_question->band = BAND_UNFAVOURABLE;
    if (asked.band)
        result = band_read(survey->metric, asked.band, &ret_question->band, err);
    if (result == CXD_OK)
        result = asked_check(request, survey, &ret_question->filter, err);
    if (result == CXD_OK)
        result = asked_find_texts(request, survey, asked.question, &ret_question->texts_of, err);
    if (result == CXD_OK)
        result = api_allow_filter(request, survey, &ret_question->filter, err);
    return result;
}

/* Whoever waits holds a thread that reads: no more than half of them are held by this, or two. */
static enum cxd_err read_terms(struct http_request *request, const struct terms_question *question,
                               struct terms_answer *ret_answer, struct error *err) {
    struct app *app = http_app(request);
    unsigned half = (unsigned)app->config.read_threads / 2, most = half > 2 ? half - 1 : 1;
    if (!turn_take(&app->reading_terms, most, PATIENCE_MS))
        return error_set(err, ERR_QUEUE_FULL,
                         "terms are being read for others, and one such question is answered at a time; ask again in a "
                         "moment");
    enum cxd_err result = query_terms(http_worker(request), question, http_arena(request), ret_answer, err);
    turn_pass(&app->reading_terms);
    return result;
}

static enum cxd_err answer_terms(struct http_request *request, const struct terms_question *question,
                                 struct error *err) {
    struct buffer *out = http_out_long(request);
    struct terms_answer answer;
    enum cxd_err result = read_terms(request, question, &answer, err);
    if (result != CXD_OK)
        return result;
    write_open(out, NULL, '{');
    scoring_encode(out, question->survey);
    window_encode(out, &answer.window, answer.rounded);
    write_text(out, "band", band_name(question->survey->metric, question->band));
    write_given(out, "question", question->texts_of ? question->texts_of->key : NULL);
    write_text(out, "language", question->language);
    write_open(out, "n", '{');
    write_int(out, "band", answer.totals.count);
    write_int(out, "rest", answer.totals.rest);
    buffer_append_char(out, '}');
    write_int(out, "min_count", answer.min_count);
    write_int(out, "undercount", answer.totals.undercount);
    if (answer.suppressed)
        write_bool(out, "suppressed", true);
    write_open(out, "terms", '[');
    for (size_t i = 0; i < answer.count; i++)
        term_encode(out, &answer.terms[i], &answer.examples[TERM_EXAMPLES * i]);
    buffer_append_text(out, "]}");
    return CXD_OK;
}

void api_terms_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct terms_question question;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = read_question(request, survey, &question, &err);
    if (result == CXD_OK)
        result = answer_terms(request, &question, &err);
    figures_reply(request, clock, result, &err);
    catalog_release(snapshot);
}
