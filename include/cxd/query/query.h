#ifndef CXD_QUERY_QUERY_H
#define CXD_QUERY_QUERY_H

/* src/query/: the read side: from a question to histograms and figures.
 *
 *   score.c     one window: which histograms a score needs, and its comparison
 *   pool.c      several surveys as one: whether they are scored alike
 *   journey.c   the stages of a journey: scores, and who came to the next one
 *   trend.c     a window in buckets, rolling or not: one read, and differences of sums
 *   segments.c  a window by the values of a dimension, or of two
 *   gather.c    the rows of such a table: from rollups, or else by a scan
 *   values.c    answers by their values, in bounded memory
 *   alert.c     a reporting day that is over, for an alert's rule
 *   settle.c    the windows of a question: rounded, cut, and the one before
 *   people.c    what needs respondents told apart: their number, latest answers, clustered errors, movement
 *   terms.c     what sets the comments of one band apart: one scan (terms.h)
 *   questions.c  what was answered to further questions (questions.h)
 *   past.c      what revisions before asked
 *   shown.c     to whom questions were to be shown
 *   rate.c      the response rate of a window or of the buckets of a trend
 *   filter.c    a filter made ready for the store: whether its property has rollups */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/budget.h"
#include "cxd/base/calendar.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/alert.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/impression.h"
#include "cxd/domain/journey.h"
#include "cxd/domain/people.h"
#include "cxd/domain/question.h"
#include "cxd/domain/segments.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"
#include "cxd/store/store.h"

/* The read side: from a question (window, filter, comparison) to histograms and figures. */

/* previous and year are cut at the same part while a calendar window is still running; previous_whole is the whole
 * period before. */
enum compare { COMPARE_NONE, COMPARE_PREVIOUS, COMPARE_YEAR, COMPARE_PREVIOUS_WHOLE };

/* pool.c */

/* Several surveys that are scored alike, whose answers are counted as those of one. */
struct pool {
    const struct survey *const *surveys; /* at least one */
    size_t count;
};
/* CXD_OK where they all have one metric, scale, method, direction and bands; else ERR_BAD_PARAMETER, which names two
 * that differ, and in what. */
CXD_NODISCARD enum cxd_err pool_check(const struct pool *pool, struct error *err);
/* What their score is made by: the first of them, with the greatest min_n of all. */
struct survey pool_scoring(const struct pool *pool);

/* score.c */

struct score_question {
    const struct survey *survey;
    struct pool pool; /* whose answers are counted; of a count of 0: the survey's. Else `survey` is its pool_scoring */
    struct window window;
    struct filter filter; /* .survey and .property_rolled are filled by query_… */
    enum compare compare;
    double confidence, alpha;
    bool use_t; /* the classical interval, where the score is a mean */
    /* Read from the responses of the windows, and not from rollups (docs/scoring.md §8): */
    bool respondents;   /* how many there were */
    bool latest;        /* each respondent's latest answer counts, and no other */
    bool clustered;     /* standard errors that know of repeats */
    struct purse purse; /* for what respondents are told apart by */
    int64_t now_ms;     /* what is still running */
    bool without_rate;  /* of visits nothing is read: that may be a scan, and fail by itself */
};

/* The bounds of every window are whole days for a survey with a min_n, so that no two windows that differ by few
 * answers can be subtracted. */
struct score_answer {
    struct window window;
    bool rounded; /* its bounds were */
    struct histogram hist;
    struct score score;
    struct response_rate rate; /* of the window */
    bool has_previous;
    struct window previous_window,
        compared_window; /* the other one, and the part of the window that is held against it */
    bool is_cut;         /* it is a part; else the whole */
    struct comparison previous;
    bool has_people;             /* distinct, anonymous and answers are set */
    int64_t distinct, anonymous; /* respondents, and answers of nobody known, in the window */
    int64_t answers;             /* all that count, whatever the rule */
};

/* ERR_BAD_PARAMETER for a comparison of a window that has none before it; else the store's errors. Reads in one state.
 */
CXD_NODISCARD enum cxd_err query_score(struct store_reader *reader, const struct score_question *question,
                                       struct score_answer *ret_answer, struct error *err);
/* The same between the store_reader_begin and store_reader_end of who calls: of the state that that reads. */
CXD_NODISCARD enum cxd_err query_score_within(struct store_reader *reader, const struct score_question *question,
                                              struct score_answer *ret_answer, struct error *err);

/* journey.c */

/* Why it is not known how many people were lost between a stage and the next. */
enum loss_unknown {
    LOSS_KNOWN,
    LOSS_LAST_STAGE,
    LOSS_EMPTY,          /* the stage has no answers in the window */
    LOSS_NO_RESPONDENTS, /* none of its answers names who gave it */
    LOSS_NEXT_UNNAMED,   /* none of the next stage's does */
    LOSS_SUPPRESSED,     /* fewer people than the min_n of either survey */
    LOSS_TOO_MANY,       /* more people than are held in memory for one reply */
    LOSS_TOO_LONG        /* more answers than are gone through for one reply */
};
const char *loss_unknown_name(enum loss_unknown reason); /* "last_stage", …; NULL for LOSS_KNOWN */

/* Of the distinct respondents who answered a stage in the window, those with no answer at the next stage at or after
 * their first: until now, also behind the window, and whatever the filter says. */
struct journey_loss {
    enum loss_unknown reason;
    int64_t people, lost;
};

struct journey_answer {
    struct score_answer scores[JOURNEY_STAGES_MAX]; /* of the filter with the stage's touchpoint */
    struct journey_loss losses[JOURNEY_STAGES_MAX];
    int steepest; /* the stage with the greatest fall of journey_position from the one before; −1: there is no fall */
    double drop;  /* it */
};

/* Within one state (query_score_within). surveys[i] is that of stage i; the question's own survey and the touchpoint of
 * its filter are not looked at. The store's errors, and query_score's; ERR_QUESTION_MEMORY. */
CXD_NODISCARD enum cxd_err query_journey(struct store_reader *reader, const struct journey *journey,
                                         const struct survey *const *surveys, const struct score_question *question,
                                         struct journey_answer *ret_answer, struct error *err);

/* trend.c */

/* Of those who answered in the window and in the one that it is compared with (docs/scoring.md §8). */
struct movement_answer {
    struct score_answer windows;                             /* its windows only */
    int64_t distinct[PEOPLE_SIDES], anonymous[PEOPLE_SIDES]; /* of the compared window, and of the other */
    struct movement movement;
};
/* people.c: the question has a comparison. ERR_BAD_PARAMETER also where there are more than RESPONDENTS_MAX
 * respondents; ERR_QUESTION_MEMORY. */
CXD_NODISCARD enum cxd_err query_movement(struct store_reader *reader, const struct score_question *question,
                                          struct movement_answer *ret_answer, struct error *err);

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
    struct response_rate rate;
};

struct trend_answer {
    struct window window; /* bounded: an unbounded one became that of what is counted of the survey */
    bool rounded;
    size_t count;
    struct trend_bucket *buckets; /* of the arena */
    struct histogram total;       /* of the window */
    struct score total_score;
    struct response_rate total_rate;
};

/* ERR_BAD_PARAMETER also for hours of a survey with a min_n. */
CXD_NODISCARD enum cxd_err query_trend(struct store_reader *reader, const struct trend_question *question,
                                       struct arena *arena, struct trend_answer *ret_answer, struct error *err);

/* Values, or pairs of them, that a scan tells apart, first come; further ones stand in the remainder. A dimension that
 * is read from rollups has as many as have rollups. */
enum { SEGMENTS_VALUES_MAX = 5000 };
/* And values without a row that are counted: there are "at least" so many where there are more. */
enum { SEGMENTS_BEYOND_MAX = 65536 };

struct segments_question {
    struct score_question score;
    /* "touchpoint", "channel", "locale", "property.KEY", "answer.KEY": different ones */
    const char *by[SEGMENT_DIMENSIONS_MAX];
    const struct question *asked[SEGMENT_DIMENSIONS_MAX]; /* of "answer.KEY": that question; else NULL */
    size_t by_count;                                      /* 1 or 2 */
    size_t limit;                                         /* of rows beside the remainder's, at least 1 */
};

struct segments_answer {
    struct score_answer whole; /* of all of them together, as query_score has it */
    struct segments segments;  /* of the arena */
};

/* As query_score. Reads rollups where there is one dimension that has them, and no filter; else it is a scan of the
 * window, as is what lies beyond the values that have rollups. */
CXD_NODISCARD enum cxd_err query_segments(struct store_reader *reader, const struct segments_question *question,
                                          struct arena *arena, struct segments_answer *ret_answer, struct error *err);

/* gather.c */

/* Whether an answer may stand in several rows: where they are by several choices. */
bool segments_overlap(const struct segments_question *question);

/* alert.c */

/* What the rule finds at the end of a reporting day, of answers before it alone. `survey` NULL: there is none. Not for
 * rules that tell of single responses. The reader is at no begin. */
CXD_NODISCARD enum cxd_err query_alert(struct store_reader *reader, const struct alert_rule *rule,
                                       const struct survey *survey, int64_t day_end, struct alert_finding *ret_finding,
                                       struct error *err);

#endif
