#ifndef CXD_CODEC_SCORE_H
#define CXD_CODEC_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/impression.h"
#include "cxd/domain/people.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"

/* Scores to JSON: the shapes of docs/openapi.yaml. Here, and only here, figures are rounded (docs/scoring.md §1). Each
 * appends one JSON object. */

/* Who answered; and by which rule it counts, where it is not every answer. */
struct people_context {
    bool respondents; /* their number is asked for */
    bool latest;
    int64_t distinct, anonymous, answers;
};

/* What a score is of. */
struct score_context {
    const struct survey *const *pooled; /* the surveys whose answers it is of, which are named; */
    size_t pooled_count;                /* 0: it is of the one survey */
    const char *question;               /* whose answers these are; NULL: the survey's own */
    const struct window *window;
    bool rounded;                         /* its bounds are: the survey has a min_n */
    const struct window *previous_window; /* where there is a comparison */
    const struct response_rate *rate;     /* NULL: null */
    const struct window *compared_window; /* the part of the window that is held against it; NULL: all of it */
    const struct people_context *people;  /* NULL: nothing of them was asked for */
};

/* `previous` may be NULL (not asked: no member). Where the score is suppressed, distribution and bands are null. */
void score_encode(struct buffer *out, const struct survey *survey, const struct score_context *context,
                  const struct histogram *hist, const struct score *score, const struct comparison *previous);

/* The same without braces. */
void score_encode_members(struct buffer *out, const struct survey *survey, const struct score_context *context,
                          const struct histogram *hist, const struct score *score, const struct comparison *previous);

/* A bucket of a trend: {"from", "to", "n", "score", "interval", "small_sample", "bands", "distribution", "mean",
 * "response_rate"}; with
 * `figure` (NULL: the bucket itself) also "figure_from" and "figure_to". */
void bucket_encode(struct buffer *out, const struct survey *survey, const struct window *bucket,
                   const struct window *figure, const struct histogram *hist, const struct score *score,
                   const struct response_rate *rate);

/* The members that bucket and score share, without braces, as of write.h: "n", "score", … */
void figures_encode(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                    const struct score *score);
/* The members that name a survey's scoring, without braces: "survey", "metric", "method", "scale", "direction" */
void scoring_encode(struct buffer *out, const struct survey *survey);
/* A member: how it is scored, as there but for "survey", and its figures. */
void scored_encode(struct buffer *out, const char *name, const struct survey *survey, const struct histogram *hist,
                   const struct score *score);
/* The member "previous", of a context that has a previous window. */
void previous_encode(struct buffer *out, const struct survey *survey, const struct score_context *context,
                     const struct comparison *previous);
/* What it says of the figures, without braces: "n", "score", "delta", "delta_interval", "test", … */
void comparison_encode(struct buffer *out, const struct survey *survey, const struct comparison *previous);
/* A member that is a p-value: four decimals, but one that they would show as 0 has two significant digits, 1.3e-7; null
 * where there is no test. */
void p_encode(struct buffer *out, const char *name, double p, bool tested);
/* What was asked for, a confidence or an alpha, as "%g" writes it. */
void general_encode(struct buffer *out, const char *name, double number);
/* band_find of a parameter. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err band_read(enum metric metric, const char *text, enum band *ret_band, struct error *err);
/* The member "response_rate"; NULL: null. */
void rate_encode(struct buffer *out, const struct response_rate *rate);
/* The member "window". */
void window_encode(struct buffer *out, const struct window *window, bool rounded);

/* movement.c: who moved between bands. */
struct movement_context {
    const struct window *window, *previous_window;
    bool rounded; /* their bounds are */
    bool is_cut;  /* both are the same part of what was asked for */
    int64_t distinct[PEOPLE_SIDES], anonymous[PEOPLE_SIDES];
};
void movement_encode(struct buffer *out, const struct survey *survey, const struct movement_context *context,
                     const struct movement *movement);

#endif
