#ifndef CXD_QUERY_QUERY_H
#define CXD_QUERY_QUERY_H

/* src/query/: the read side: from a question to histograms and figures.
 *
 *   score.c   one window: which histograms a score needs, and its comparison
 *   trend.c   a window in buckets, rolling or not: one read, and differences of sums
 *   filter.c  a filter made ready for the store: whether its property has rollups */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/calendar.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"
#include "cxd/store/store.h"

/* The read side: from a question (window, filter, comparison) to histograms and figures. */

/* previous and year are cut at the same part while a calendar window is still running; previous_whole is the whole
 * period before. */
enum compare { COMPARE_NONE, COMPARE_PREVIOUS, COMPARE_YEAR, COMPARE_PREVIOUS_WHOLE };

struct score_question {
    const struct survey *survey;
    struct window window;
    struct filter filter; /* .survey and .property_rolled are filled by query_… */
    enum compare compare;
    double confidence, alpha;
    bool use_t;     /* the classical interval, where the score is a mean */
    int64_t now_ms; /* what is still running */
};

/* The bounds of every window are whole days for a survey with a min_n, so that no two windows that differ by few
 * answers can be subtracted. */
struct score_answer {
    struct window window;
    bool rounded; /* its bounds were */
    struct histogram hist;
    struct score score;
    bool has_previous;
    struct window previous_window,
        compared_window; /* the other one, and the part of the window that is held against it */
    bool is_cut;         /* it is a part; else the whole */
    struct comparison previous;
};

/* ERR_BAD_PARAMETER for a comparison of a window that has none before it; else the store's errors. Reads in one state.
 */
CXD_NODISCARD enum cxd_err query_score(struct store_reader *reader, const struct score_question *question,
                                       struct score_answer *ret_answer, struct error *err);

enum { TREND_BUCKETS_MAX = 10000, TREND_ROLLING_DAYS_MAX = 3660 };

struct trend_question {
    struct score_question score; /* its compare is not used */
    enum calendar_unit interval;
    int64_t rolling_days; /* 0: none */
};

struct trend_bucket {
    int64_t from, to;
    int64_t figure_from;   /* what the figure is over, up to `to`: from, or with rolling the N days that end with the
                              bucket */
    struct histogram hist; /* of that */
    struct score score;
};

struct trend_answer {
    struct window window; /* bounded: an unbounded one became the survey's extent */
    bool rounded;
    size_t count;
    struct trend_bucket *buckets; /* of the arena */
    struct histogram total;       /* of the window */
    struct score total_score;
};

/* ERR_BAD_PARAMETER also for hours of a survey with a min_n. */
CXD_NODISCARD enum cxd_err query_trend(struct store_reader *reader, const struct trend_question *question,
                                       struct arena *arena, struct trend_answer *ret_answer, struct error *err);

#endif
