#ifndef CXD_DOMAIN_JOURNEY_H
#define CXD_DOMAIN_JOURNEY_H

#include <stddef.h>

#include "cxd/domain/histogram.h"
#include "cxd/domain/survey.h"

/* An ordered list of the places at which people are asked: each a survey, or one touchpoint of it. */

enum { JOURNEY_STAGES_MAX = 20 };

struct journey_stage {
    char survey[SLUG_SIZE];
    const char *touchpoint; /* NULL: all of the survey's answers */
};

struct journey {
    const char *name; /* for people; NULL if none */
    struct journey_stage stages[JOURNEY_STAGES_MAX];
    size_t stage_count; /* at least 1 */
};

/* The index of the first stage that is the same as one before it, or −1. */
int journey_find_repeated(const struct journey *journey);

/* Where a score stands on its own range, from 0 (the worst that there can be) to 1: of a lower_is_better survey's mean
 * the other way round. Only to say which of two falls is the steeper: docs/scoring.md §9. */
double journey_position(const struct survey *survey, double score);

#endif
