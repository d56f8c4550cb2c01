/* Shared by the questions of this layer. */
#include "query/filter.h"

struct filter filter_complete(const struct filter *filter, const struct survey *survey) {
    struct filter complete = *filter;
    complete.survey = survey->number;
    complete.property_rolled = false;
    if (filter->property_count == 1) {
        int index = survey_property_index(survey, filter->properties[0].key);
        complete.property_rolled = index >= 0 && survey->properties[index].rolled;
    }
    return complete;
}
