/* Journeys: an ordered list of stages. codec/ reads them, query/ scores them. */
#include "cxd/domain/journey.h"

#include <string.h>

static bool is_same(const struct journey_stage *a, const struct journey_stage *b) {
    bool same_touchpoint =
        a->touchpoint && b->touchpoint ? strcmp(a->touchpoint, b->touchpoint) == 0 : !a->touchpoint && !b->touchpoint;
    return same_touchpoint && strcmp(a->survey, b->survey) == 0;
}

int journey_find_repeated(const struct journey *journey) {
    for (size_t i = 1; i < journey->stage_count; i++)
        for (size_t k = 0; k < i; k++)
            if (is_same(&journey->stages[i], &journey->stages[k]))
                return (int)i;
    return -1;
}

double journey_position(const struct survey *survey, double score) {
    switch (survey->method) {
    case METHOD_NET_PROMOTER:
    case METHOD_NET_EASY:
        return (score + 100) / 200;
    case METHOD_TOP_BOX:
        return score / 100;
    default:
        break;
    }
    double position = (score - survey->scale_min) / (survey->scale_max - survey->scale_min);
    return survey->direction == DIRECTION_LOWER ? 1 - position : position;
}
