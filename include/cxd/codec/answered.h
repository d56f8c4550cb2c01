#ifndef CXD_CODEC_ANSWERED_H
#define CXD_CODEC_ANSWERED_H

#include "cxd/codec/score.h"
#include "cxd/domain/answered.h"

/* What was answered to further questions, as docs/openapi.yaml has it. */

/* A line of the list of questions: an object with its counts, and the shares of options or the score of a scale. */
void question_encode_short(struct buffer *out, const struct question_figures *figures);

/* One question by itself, without braces, behind what a score of the survey has: "question", "type", "text", "removed",
 * "asked", "answered", "alpha"; and "options" with all figures, or "answers", those of a scale. `survey` is the one
 * whose score stands beside the options. */
void question_encode(struct buffer *out, const struct survey *survey, double alpha,
                     const struct question_figures *figures);

#endif
