/* Between api/scores.c, which reads the question off a request, and the store: which histograms a score needs, and the figures
 * made of them. */
#include <stddef.h>

#include "cxd/query/query.h"
#include "query/filter.h"

static enum cxd_err read_window(struct store_reader *reader, const struct filter *filter,
                                const struct window *window, struct histogram *ret_hist, struct error *err) {
    const int64_t bounds[2] = {window->from, window->to};
    return store_read_histograms(reader, filter, bounds, 2, ret_hist, err);
}

static enum cxd_err window_to_compare(const struct score_question *question, struct window *ret_window,
                                      struct error *err) {
    bool found = question->compare == COMPARE_YEAR ? window_year_before(&question->window, ret_window)
                                                   : window_previous(&question->window, ret_window);
    if (found)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER,
                     "compare: a window without a begin or an end has none before it");
}

enum cxd_err query_score(struct store_reader *reader, const struct score_question *question,
                         struct score_answer *ret_answer, struct error *err) {
    struct score_answer answer = {.window = question->window,
                                  .has_previous = question->compare != COMPARE_NONE};
    enum cxd_err result;
    if (answer.has_previous) {
        result = window_to_compare(question, &answer.previous_window, err);
        if (result != CXD_OK)
            return result;
    }
    struct filter filter = filter_complete(&question->filter, question->survey);
    struct histogram previous;

    result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = read_window(reader, &filter, &answer.window, &answer.hist, err);
    if (result == CXD_OK && answer.has_previous)
        result = read_window(reader, &filter, &answer.previous_window, &previous, err);
    store_reader_end(reader);
    if (result != CXD_OK)
        return result;

    score_compute(question->survey, &answer.hist, question->confidence, &answer.score);
    if (answer.has_previous)
        score_compare(question->survey, &answer.hist, &previous, question->confidence, &answer.previous);
    *ret_answer = answer;
    return CXD_OK;
}
