#ifndef CXD_SRC_DOMAIN_SCORING_H
#define CXD_SRC_DOMAIN_SCORING_H

#include "cxd/base/error.h"
#include "cxd/domain/survey.h"

/* Reports what metric, scale, method, direction and bands break, under `parent`/metric, `parent`/bands/satisfied_from
 * …; "" is the definition itself. */
void scoring_check(const struct survey *survey, const char *parent, struct error *err);

#endif
