#ifndef CXD_QUERY_FILTER_H
#define CXD_QUERY_FILTER_H

#include "cxd/domain/survey.h"
#include "cxd/store/store.h"

/* The question's filter with what the survey knows: its number, and whether rollups cover the property. */
struct filter filter_complete(const struct filter *filter, const struct survey *survey);

#endif
