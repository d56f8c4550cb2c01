#ifndef CXD_SRC_CODEC_SCORING_H
#define CXD_SRC_CODEC_SCORING_H

#include "codec/read.h"
#include "cxd/base/buffer.h"
#include "cxd/domain/survey.h"

/* What says how a score is made, of a survey and of a question on a scale. Values are NULL where they are not given. */

/* With the metric known: its scale, with the defaults of method, direction and bands. */
void scoring_read_scale(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey);
/* With scale, method and direction known. */
void scoring_read_bands(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey);
/* The member `bands`. */
void scoring_write_bands(struct buffer *out, const struct survey *survey);
/* The member `scale`. */
void scale_encode(struct buffer *out, const struct survey *survey);

#endif
