#ifndef CXD_SRC_DOMAIN_SCALES_H
#define CXD_SRC_DOMAIN_SCALES_H

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

/* NULL if the metric has no such scale. */
const struct scale *scale_find(enum metric metric, int min, int max);

#endif
