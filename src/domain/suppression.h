#ifndef CXD_DOMAIN_SUPPRESSION_H
#define CXD_DOMAIN_SUPPRESSION_H

#include "cxd/domain/segments.h"

/* Sets what is hidden of the rows, and of what lies beyond them, for a survey with a min_n (docs/scoring.md §6). False
 * if memory is refused. */
CXD_NODISCARD bool suppression_apply(const struct segments_terms *terms, struct segments *segments);

/* By the bytes of their values, unset last. */
int segment_compare_values(const struct segment *a, const struct segment *b);

#endif
