/* By the metric, and whether much of it is good. */
#include "web/usual.h"

struct usual usual_texts(const struct survey *survey) {
    static const struct usual NPS = {TEXT_NPS_QUESTION, TEXT_NPS_LOW, TEXT_NPS_HIGH};
    static const struct usual CSAT = {TEXT_CSAT_QUESTION, TEXT_CSAT_LOW, TEXT_CSAT_HIGH};
    static const struct usual WORSE = {TEXT_CSAT_QUESTION, TEXT_CSAT_HIGH, TEXT_CSAT_LOW};
    static const struct usual EASE = {TEXT_EASE_QUESTION, TEXT_EASE_LOW, TEXT_EASE_HIGH};
    static const struct usual EFFORT = {TEXT_EFFORT_QUESTION, TEXT_EFFORT_LOW, TEXT_EFFORT_HIGH};
    bool is_lower = survey->direction == DIRECTION_LOWER;
    if (survey->metric == METRIC_NPS)
        return NPS;
    if (survey->metric == METRIC_CSAT)
        return is_lower ? WORSE : CSAT;
    return is_lower ? EFFORT : EASE;
}

struct usual usual_texts_of(const struct survey *survey, const struct question *question) {
    const struct survey scored = question_scoring(survey, question);
    return usual_texts(&scored);
}

bool usual_has_ends(const struct question *question) {
    return question->type == QUESTION_SCALE && question->low_label_count == 0 && question->high_label_count == 0;
}
