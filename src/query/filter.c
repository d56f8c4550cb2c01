/* Shared by the questions of this layer. */
#include "query/filter.h"

struct filter filter_complete(const struct filter *filter, const struct survey *survey) {
    struct filter complete = *filter;
    complete.survey = survey->number;
    complete.property_rolled = false;
    if (filter->property_count == 1) {
        /* Whether its rollups are whole the store knows better: they are filled in while this snapshot lives. */
        complete.property_rolled = survey_property_index(survey, filter->properties[0].key) >= 0;
    }
    return complete;
}

bool filter_is_of_visits(const struct filter *filter) {
    return filter->answer_count == 0 && !filter->question;
}

bool filter_is_empty(const struct filter *filter) {
    return !filter->touchpoint && !filter->channel && !filter->locale && filter->property_count == 0 &&
           filter->answer_count == 0;
}
