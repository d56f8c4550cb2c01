#ifndef CXD_QUERY_QUERY_H
#define CXD_QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/calendar.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"
#include "cxd/store/store.h"

/* The read side: from a question (window, filter, comparison) to histograms and figures. */

enum compare { COMPARE_NONE, COMPARE_PREVIOUS, COMPARE_YEAR };

struct score_question {
    const struct survey *survey;
    struct window window;
    struct filter filter; /* .survey and .property_rolled are filled by query_… */
    enum compare compare;
    double confidence;
};

struct score_answer {
    struct window window;
    struct histogram hist;
    struct score score;
    bool has_previous;
    struct window previous_window;
    struct comparison previous;
};

/* ERR_BAD_PARAMETER for a comparison of a window that has none before it; else the store's errors. Reads in one state. */
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
    struct histogram hist; /* of the bucket, or with rolling of the N days that end with it */
    struct score score;
};

struct trend_answer {
    struct window window; /* bounded: an unbounded one became the survey's extent */
    size_t count;
    struct trend_bucket *buckets; /* of the arena */
    struct histogram total;       /* of the window */
    struct score total_score;
};

CXD_NODISCARD enum cxd_err query_trend(struct store_reader *reader, const struct trend_question *question,
                                       struct arena *arena, struct trend_answer *ret_answer,
                                       struct error *err);

#endif
