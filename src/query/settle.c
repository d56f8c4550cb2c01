/* The windows of a question: rounded for a survey with a min_n, and cut where one is still running. */
#include "query/settle.h"

static enum cxd_err window_to_compare(const struct score_question *question, const struct window *window,
                                      struct window *ret_window, struct error *err) {
    bool found = question->compare == COMPARE_YEAR ? window_year_before(window, ret_window)
                                                   : window_previous(window, ret_window);
    if (found)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "compare: a window without a begin or an end has none before it");
}

enum cxd_err settle_windows(const struct score_question *question, struct score_answer *answer, struct error *err) {
    bool by_day = question->survey->min_n > 0;
    answer->rounded = by_day && window_round(&answer->window);
    answer->compared_window = answer->window;
    if (!answer->has_previous)
        return CXD_OK;
    enum cxd_err result = window_to_compare(question, &answer->window, &answer->previous_window, err);
    if (result == CXD_OK && question->compare != COMPARE_PREVIOUS_WHOLE)
        answer->is_cut = window_cut(&answer->compared_window, &answer->previous_window, question->now_ms, by_day);
    return result;
}
