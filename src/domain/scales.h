#ifndef CXD_SRC_DOMAIN_SCALES_H
#define CXD_SRC_DOMAIN_SCALES_H

#include <stdbool.h>

#include "cxd/domain/survey.h"

/* survey.c: the scales that a metric may have (docs/scoring.md §1). */

struct bands {
    int favourable, unfavourable; /* for higher_is_better: favourable is ≥, unfavourable is ≤ */
};

struct scale {
    enum metric metric;
    int min, max;
    struct bands bands;
    struct bands net_easy; /* the bands under METHOD_NET_EASY */
};

/* The scale with its usual bands; NULL if the metric has no such scale, or none that has usual bands. */
const struct scale *scale_find(enum metric metric, int min, int max);
/* Whether the metric may have it: any whole scale of 0 to 10 with two steps at least for CSAT, else those with usual
 * bands. */
bool scale_is_allowed(enum metric metric, int min, int max);

#endif
