#ifndef CXD_CODEC_SCORE_H
#define CXD_CODEC_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"

/* Scores to JSON: the shapes of DESIGN §3. Here, and only here, figures are rounded (scoring.md §1). Each appends one JSON object. */

/* `previous` may be NULL (not asked: no member). Where the score is suppressed, distribution and bands are null. */
void score_encode(struct buffer *out, const struct survey *survey, const struct window *window,
                  const struct histogram *hist, const struct score *score,
                  const struct window *previous_window, const struct comparison *previous);

/* A bucket of a trend: {"from", "to", "n", "score", "interval", "bands", "distribution", "mean"}. */
void bucket_encode(struct buffer *out, const struct survey *survey, int64_t from, int64_t to,
                   const struct histogram *hist, const struct score *score);

/* The members that bucket and score share, without braces and led by no comma: "n":…,"score":…, … */
void figures_encode(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                    const struct score *score);
/* The members that name a survey's scoring, without braces: "survey":…,"metric":…,"method":…,"scale":…,"direction":… */
void scoring_encode(struct buffer *out, const struct survey *survey);
void window_encode(struct buffer *out, const struct window *window);

#endif
