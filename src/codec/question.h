#ifndef CXD_SRC_CODEC_QUESTION_H
#define CXD_SRC_CODEC_QUESTION_H

#include "codec/read.h"
#include "cxd/base/buffer.h"
#include "cxd/domain/survey.h"

/* A survey's further questions, the member `questions` (docs/scoring.md §14). */

/* Once the survey's own scoring is read; `value` NULL: not given. What is wrong with each question by itself is
 * reported; survey_validate has the rest. */
void questions_read(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey);
void questions_write(struct buffer *out, const struct survey *survey);
/* The members that say to whom one is shown; nothing where it is everybody. With the survey's scores by number
 * (`scores`) where `has_scores`. */
void question_write_show(struct buffer *out, const struct survey *survey, const struct question *question,
                         bool has_scores);

#endif
