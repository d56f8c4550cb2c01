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
