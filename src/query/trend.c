/* A trend is one read of the store: the boundaries of all buckets (and, with `rolling`, the starts of all rolling
 * windows) cut time into elementary pieces, whose histograms are summed up from the left; any bucket is then a
 * difference of two sums. */
#include <stdlib.h>

#include "cxd/base/clock.h"
#include "cxd/query/query.h"
#include "query/filter.h"
#include "query/rate.h"

struct trend_cuts {
    int64_t *bounds; /* bucket_count + 1 */
    size_t bucket_count;
    int64_t *starts; /* where each bucket's figure begins */
    int64_t *points; /* all of them, ascending and distinct */
    size_t point_count;
    struct histogram *sums; /* sums[i]: everything in [points[0], points[i]) */
    struct rate_sums rates; /* the same of visits */
};

static int compare_times(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static size_t point_index(const struct trend_cuts *cuts, int64_t time_ms) {
    const int64_t *found = bsearch(&time_ms, cuts->points, cuts->point_count, sizeof *cuts->points, compare_times);
    return (size_t)(found - cuts->points);
}

static struct histogram between(const struct trend_cuts *cuts, int64_t from, int64_t to) {
    struct histogram hist = cuts->sums[point_index(cuts, to)];
    histogram_subtract(&hist, &cuts->sums[point_index(cuts, from)]);
    return hist;
}

static void fill_rate(const struct trend_cuts *cuts, const struct trend_question *question, int64_t from, int64_t to,
                      const struct score *score, struct response_rate *ret_rate) {
    size_t at = point_index(cuts, from);
    struct impressions impressions = rate_between(&cuts->rates, at, point_index(cuts, to));
    response_rate_compute(question->score.survey, &impressions, cuts->rates.known[at], score->suppressed,
                          question->score.confidence, ret_rate);
}

/* Of answers and visits together. */
static enum cxd_err read_extent(struct store_reader *reader, int64_t survey, bool *ret_any, int64_t *ret_first,
                                int64_t *ret_last, struct error *err) {
    static const enum store_extent OF[] = {EXTENT_ANSWERS, EXTENT_IMPRESSIONS};
    enum cxd_err result = CXD_OK;
    *ret_any = false;
    *ret_first = TIME_MAX;
    *ret_last = TIME_MIN;
    for (size_t i = 0; result == CXD_OK && i < CXD_COUNT(OF); i++) {
        bool found = false;
        int64_t first, last;
        result = store_read_extent(reader, survey, OF[i], &found, &first, &last, err);
        if (result != CXD_OK || !found)
            continue;
        *ret_any = true;
        *ret_first = first < *ret_first ? first : *ret_first;
        *ret_last = last > *ret_last ? last : *ret_last;
    }
    return result;
}

/* An unbounded side becomes the whole unit that holds the first or last of what is counted of the survey. False: there
 * is nothing in the window, which stays as it is. */
static enum cxd_err bound_window(struct store_reader *reader, const struct trend_question *question,
                                 struct window *window, bool *ret_any, struct error *err) {
    *ret_any = true;
    if (window->from != TIME_MIN && window->to != TIME_MAX)
        return CXD_OK;
    int64_t first, last;
    enum cxd_err result = read_extent(reader, question->score.survey->number, ret_any, &first, &last, err);
    if (result != CXD_OK || !*ret_any)
        return result;
    struct window bounded = *window;
    if (bounded.from == TIME_MIN)
        bounded.from = calendar_floor(question->interval, first);
    if (bounded.to == TIME_MAX)
        bounded.to = calendar_add(question->interval, last, 1);
    *ret_any = bounded.from < bounded.to;
    if (*ret_any)
        *window = bounded;
    return CXD_OK;
}

/* Where the figure of a bucket begins. Days before the end of a day are bounds themselves, but for the two ends, which
 * may lie within a day: the calendar is asked for few. */
static int64_t start_of(const struct trend_question *question, const struct trend_cuts *cuts, size_t bucket) {
    size_t days = (size_t)question->rolling_days;
    if (days == 0)
        return cuts->bounds[bucket];
    if (question->interval == CALENDAR_DAY && bucket + 1 < cuts->bucket_count && bucket + 1 > days)
        return cuts->bounds[bucket + 1 - days];
    return window_days_before(cuts->bounds[bucket + 1], question->rolling_days);
}

static enum cxd_err cut(const struct trend_question *question, const struct window *window, struct arena *arena,
                        struct trend_cuts *cuts, struct error *err) {
    cuts->bounds = arena_alloc(arena, (TREND_BUCKETS_MAX + 1) * sizeof(int64_t));
    if (!cuts->bounds)
        return error_set(err, ERR_NO_MEMORY, "no memory for the trend's buckets");
    enum cxd_err result =
        window_buckets(window, question->interval, TREND_BUCKETS_MAX, cuts->bounds, &cuts->bucket_count, err);
    if (result != CXD_OK)
        return result;
    size_t count = cuts->bucket_count;
    cuts->starts = arena_alloc(arena, count * sizeof(int64_t));
    cuts->points = arena_alloc(arena, (2 * count + 1) * sizeof(int64_t));
    cuts->sums = arena_alloc_zero(arena, 2 * count + 1, sizeof(struct histogram));
    if (!cuts->starts || !cuts->points || !cuts->sums)
        return error_set(err, ERR_NO_MEMORY, "no memory for the trend's buckets");

    size_t used = 0;
    for (size_t i = 0; i <= count; i++)
        cuts->points[used++] = cuts->bounds[i];
    for (size_t i = 0; i < count; i++) {
        cuts->starts[i] = start_of(question, cuts, i);
        cuts->points[used++] = cuts->starts[i];
    }
    qsort(cuts->points, used, sizeof(int64_t), compare_times);
    for (size_t i = 0; i < used; i++)
        if (i == 0 || cuts->points[i] != cuts->points[cuts->point_count - 1])
            cuts->points[cuts->point_count++] = cuts->points[i];
    return CXD_OK;
}

static enum cxd_err fill(struct store_reader *reader, const struct trend_question *question, struct arena *arena,
                         struct trend_answer *answer, struct error *err) {
    bool any;
    enum cxd_err result = bound_window(reader, question, &answer->window, &any, err);
    if (result != CXD_OK || !any)
        return result;
    struct trend_cuts cuts = {0};
    result = cut(question, &answer->window, arena, &cuts, err);
    if (result != CXD_OK)
        return result;
    struct filter filter = filter_complete(&question->score.filter, question->score.survey);
    /* Elementary piece i goes to sums[i + 1]; sums[0] stays empty. */
    result = store_read_histograms(reader, &filter, cuts.points, cuts.point_count, &cuts.sums[1], err);
    if (result != CXD_OK)
        return result;
    result = rate_read_sums(reader, &filter, cuts.points, cuts.point_count, arena, &cuts.rates, err);
    if (result != CXD_OK)
        return result;
    for (size_t i = 1; i < cuts.point_count; i++)
        histogram_add(&cuts.sums[i], &cuts.sums[i - 1]);

    answer->buckets = arena_alloc_zero(arena, cuts.bucket_count, sizeof *answer->buckets);
    if (!answer->buckets)
        return error_set(err, ERR_NO_MEMORY, "no memory for the trend's buckets");
    answer->count = cuts.bucket_count;
    for (size_t i = 0; i < cuts.bucket_count; i++) {
        struct trend_bucket *bucket = &answer->buckets[i];
        bucket->from = cuts.bounds[i];
        bucket->to = cuts.bounds[i + 1];
        bucket->figure_from = cuts.starts[i];
        bucket->hist = between(&cuts, cuts.starts[i], bucket->to);
        score_compute(question->score.survey, &bucket->hist, question->score.confidence, &bucket->score);
        fill_rate(&cuts, question, cuts.starts[i], bucket->to, &bucket->score, &bucket->rate);
    }
    int64_t first = cuts.bounds[0], last = cuts.bounds[cuts.bucket_count];
    answer->total = between(&cuts, first, last);
    score_compute(question->score.survey, &answer->total, question->score.confidence, &answer->total_score);
    fill_rate(&cuts, question, first, last, &answer->total_score, &answer->total_rate);
    return CXD_OK;
}

enum cxd_err query_trend(struct store_reader *reader, const struct trend_question *question, struct arena *arena,
                         struct trend_answer *ret_answer, struct error *err) {
    struct trend_answer answer = {.window = question->score.window};
    bool by_day = question->score.survey->min_n > 0;
    if (by_day && question->interval == CALENDAR_HOUR)
        return error_set(err, ERR_BAD_PARAMETER, "interval: a survey with min_n has no hours, only whole days");
    answer.rounded = by_day && window_round(&answer.window);
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = fill(reader, question, arena, &answer, err);
    store_reader_end(reader);
    if (result != CXD_OK)
        return result;
    score_compute(question->score.survey, &answer.total, question->score.confidence, &answer.total_score);
    *ret_answer = answer;
    return CXD_OK;
}
