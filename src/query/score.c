/* Between api/scores.c, which reads the question off a request, and the store: which histograms a score needs, and the
 * figures made of them. */
#include <stddef.h>

#include "cxd/query/query.h"
#include "query/filter.h"
#include "query/people.h"
#include "query/rate.h"
#include "query/settle.h"

static enum cxd_err read_window(struct store_reader *reader, const struct score_question *question,
                                const struct window *window, struct histogram *ret_hist, struct error *err) {
    const struct pool *pool = &question->pool;
    enum cxd_err result = CXD_OK;
    *ret_hist = (struct histogram){{0}};
    if (window->from >= window->to) /* cut in its first moment */
        return CXD_OK;
    const int64_t bounds[2] = {window->from, window->to};
    for (size_t i = 0; result == CXD_OK && i < (pool->count > 0 ? pool->count : 1); i++) {
        struct filter filter =
            filter_complete(&question->filter, pool->count > 0 ? pool->surveys[i] : question->survey);
        struct histogram hist = {{0}};
        result = store_read_histograms(reader, &filter, bounds, 2, &hist, err);
        histogram_add(ret_hist, &hist);
    }
    return result;
}

/* Once the score is known. Of several surveys the sum, where it is known of all. */
static enum cxd_err add_rate(struct store_reader *reader, const struct score_question *question,
                             struct score_answer *answer, struct error *err) {
    const struct pool *pool = &question->pool;
    struct impressions sum = {{0}};
    enum impressions_known known = IMPRESSIONS_KNOWN;
    enum cxd_err result = CXD_OK;
    if (question->without_rate)
        return CXD_OK;
    for (size_t i = 0; result == CXD_OK && i < (pool->count > 0 ? pool->count : 1); i++) {
        struct filter filter =
            filter_complete(&question->filter, pool->count > 0 ? pool->surveys[i] : question->survey);
        struct impressions one = {{0}};
        enum impressions_known own = IMPRESSIONS_KNOWN;
        result = rate_read_window(reader, &filter, &answer->window, &one, &own, err);
        for (size_t kind = 0; result == CXD_OK && kind < IMPRESSION_KINDS; kind++)
            sum.n[kind] += one.n[kind];
        known = own != IMPRESSIONS_KNOWN ? own : known;
    }
    if (result == CXD_OK)
        response_rate_compute(question->survey, &sum, known, answer->score.suppressed, question->confidence,
                              &answer->rate);
    return result;
}

static void compare(const struct score_question *question, const struct histogram *compared,
                    const struct histogram *previous, struct score_answer *answer) {
    const struct comparison_terms terms = {
        .confidence = question->confidence,
        .alpha = question->alpha,
        .overlap = window_overlaps(&answer->compared_window, &answer->previous_window),
        .own = answer->is_cut ? NULL : &answer->score,
    };
    score_compare(question->survey, compared, previous, &terms, &answer->previous);
}

enum cxd_err query_score_within(struct store_reader *reader, const struct score_question *question,
                                struct score_answer *ret_answer, struct error *err) {
    struct score_answer answer = {.window = question->window, .has_previous = question->compare != COMPARE_NONE};
    enum cxd_err result = settle_windows(question, &answer, err);
    if (result != CXD_OK)
        return result;
    if (people_asked(question)) {
        result = people_answer(reader, question, &answer, err);
        if (result == CXD_OK)
            result = add_rate(reader, question, &answer, err);
        if (result == CXD_OK)
            *ret_answer = answer;
        return result;
    }
    struct histogram compared, previous;

    result = read_window(reader, question, &answer.window, &answer.hist, err);
    compared = answer.hist;
    if (result == CXD_OK && answer.is_cut)
        result = read_window(reader, question, &answer.compared_window, &compared, err);
    if (result == CXD_OK && answer.has_previous)
        result = read_window(reader, question, &answer.previous_window, &previous, err);
    if (result != CXD_OK)
        return result;

    score_compute(question->survey, &answer.hist, question->confidence, &answer.score);
    result = add_rate(reader, question, &answer, err);
    if (result != CXD_OK)
        return result;
    if (answer.has_previous) /* with the default interval */
        compare(question, &compared, &previous, &answer);
    if (question->use_t)
        score_use_t(question->survey, &answer.hist, &answer.score);
    *ret_answer = answer;
    return CXD_OK;
}

enum cxd_err query_score(struct store_reader *reader, const struct score_question *question,
                         struct score_answer *ret_answer, struct error *err) {
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = query_score_within(reader, question, ret_answer, err);
    store_reader_end(reader);
    return result;
}
