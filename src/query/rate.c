/* What is counted of visits, beside the histograms of score.c and trend.c. */
#include "query/rate.h"

#include <string.h>

#include "query/filter.h"

enum cxd_err rate_read_from(struct store_reader *reader, int64_t survey, const struct window *window, int64_t *ret_from,
                            struct error *err) {
    bool has_any = false;
    int64_t first = 0, last = 0;
    enum cxd_err result = store_read_extent(reader, survey, EXTENT_IMPRESSIONS, &has_any, &first, &last, err);
    *ret_from = window->from;
    if (result == CXD_OK && (!has_any || first > window->from))
        *ret_from = has_any && first < window->to ? first : window->to;
    return result;
}

/* Of buckets: what lies before the first count is known as what begins there. Without a condition nothing expires.
 * `bounds` may be written to. */
static enum cxd_err read_told(struct store_reader *reader, const struct filter *filter, int64_t *bounds, size_t count,
                              struct impressions *ret_impressions, enum impressions_known *ret_known,
                              struct error *err) {
    const struct window window = {.from = bounds[0], .to = bounds[count - 1]};
    int64_t from = window.from;
    size_t before = 0; /* buckets */
    enum cxd_err result =
        filter_is_empty(filter) ? CXD_OK : rate_read_from(reader, filter->survey, &window, &from, err);
    if (result != CXD_OK)
        return result;
    bool is_counted = from < window.to;
    while (before + 2 < count && bounds[before + 1] <= from)
        before++;
    if (bounds[before] < from)
        bounds[before] = from;
    result = store_read_impressions(reader, filter, bounds + before, count - before, ret_impressions + before,
                                    ret_known + before, err);
    for (size_t i = 0; result == CXD_OK && i < before; i++)
        ret_known[i] = ret_known[before];
    for (size_t i = 0; result == CXD_OK && !is_counted && i + 1 < count; i++)
        if (ret_known[i] == IMPRESSIONS_EXPIRED)
            ret_known[i] = IMPRESSIONS_KNOWN; /* there was nothing to expire */
    return result;
}

enum cxd_err rate_read_window(struct store_reader *reader, const struct filter *filter, const struct window *window,
                              struct impressions *ret_impressions, enum impressions_known *ret_known,
                              struct error *err) {
    int64_t bounds[2] = {window->from, window->to};
    *ret_impressions = (struct impressions){{0}};
    *ret_known = IMPRESSIONS_KNOWN;
    if (window->from >= window->to || !filter_is_of_visits(filter))
        return CXD_OK;
    return read_told(reader, filter, bounds, 2, ret_impressions, ret_known, err);
}

enum cxd_err rate_read_sums(struct store_reader *reader, const struct filter *filter, const int64_t *points,
                            size_t count, struct arena *arena, struct rate_sums *ret_sums, struct error *err) {
    struct rate_sums sums = {arena_alloc_zero(arena, count + 1, sizeof *sums.sums),
                             arena_alloc_zero(arena, count + 1, sizeof *sums.known)};
    int64_t *bounds = arena_alloc_zero(arena, count + 1, sizeof *bounds);
    if (!sums.sums || !sums.known || !bounds)
        return error_set(err, ERR_NO_MEMORY, "no memory for the trend's buckets");
    memcpy(bounds, points, count * sizeof *bounds);
    /* Piece i goes to sums[i + 1]; sums[0] stays empty. */
    enum cxd_err result = count < 2 || !filter_is_of_visits(filter)
                              ? CXD_OK
                              : read_told(reader, filter, bounds, count, &sums.sums[1], sums.known, err);
    for (size_t i = 1; result == CXD_OK && i < count; i++)
        for (size_t kind = 0; kind < IMPRESSION_KINDS; kind++)
            sums.sums[i].n[kind] += sums.sums[i - 1].n[kind];
    if (result == CXD_OK)
        *ret_sums = sums;
    return result;
}

struct impressions rate_between(const struct rate_sums *sums, size_t from, size_t to) {
    struct impressions between = sums->sums[to];
    for (size_t kind = 0; kind < IMPRESSION_KINDS; kind++)
        between.n[kind] -= sums->sums[from].n[kind];
    return between;
}
