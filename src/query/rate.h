#ifndef CXD_QUERY_RATE_H
#define CXD_QUERY_RATE_H

#include "cxd/query/query.h"

/* Response rates of a completed filter (query/filter.h). The reader has begun. */

/* From when on anything is counted of the survey in the window, which may begin earlier: of what lies before nothing is
 * missing. The end of the window: nothing is counted in it. */
CXD_NODISCARD enum cxd_err rate_read_from(struct store_reader *reader, int64_t survey, const struct window *window,
                                          int64_t *ret_from, struct error *err);

/* Of one window, which may be empty. */
CXD_NODISCARD enum cxd_err rate_read_window(struct store_reader *reader, const struct filter *filter,
                                            const struct window *window, struct impressions *ret_impressions,
                                            enum impressions_known *ret_known, struct error *err);

/* What is counted in [points[0], points[i]), for each i: differences of these are what lies between two points. What is
 * known of a window from point i is known[i]. Of the arena. */
struct rate_sums {
    struct impressions *sums;
    enum impressions_known *known;
};
CXD_NODISCARD enum cxd_err rate_read_sums(struct store_reader *reader, const struct filter *filter,
                                          const int64_t *points, size_t count, struct arena *arena,
                                          struct rate_sums *ret_sums, struct error *err);
struct impressions rate_between(const struct rate_sums *sums, size_t from, size_t to);

#endif
