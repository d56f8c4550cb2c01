#ifndef CXD_DOMAIN_SEGMENT_RATES_H
#define CXD_DOMAIN_SEGMENT_RATES_H

#include "cxd/domain/segments.h"
#include "domain/adjusted.h"

/* The response rates of a table whose rows stand in their order, and of its remainder; and what a min_n withholds of
 * them beside what it withholds of scores (docs/scoring.md §6). False if memory is refused. */
CXD_NODISCARD bool segment_rates_compute(const struct segments_terms *terms, struct level *level,
                                         struct segments *segments);

#endif
