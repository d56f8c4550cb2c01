#ifndef CXD_QUERY_FILTER_H
#define CXD_QUERY_FILTER_H

#include "cxd/domain/survey.h"
#include "cxd/store/store.h"

/* The question's filter with what the survey knows: its number, and whether rollups cover the property. */
struct filter filter_complete(const struct filter *filter, const struct survey *survey);
/* Whether visits can be told by it: what was answered, nobody knows of what was shown. */
bool filter_is_of_visits(const struct filter *filter);
/* No condition at all. */
bool filter_is_empty(const struct filter *filter);

#endif
