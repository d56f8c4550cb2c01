#ifndef CXD_CODEC_EXPORT_ANSWERS_H
#define CXD_CODEC_EXPORT_ANSWERS_H

#include "cxd/base/buffer.h"
#include "cxd/domain/response.h"

/* The columns of an export that a survey's questions have, in the order of its definition: "answer.KEY", and behind
 * it, where anything else may be answered in words, "answer.KEY.other". */

size_t export_answers_count(const struct survey *survey);
/* Names and fields, each with a comma in front. */
void export_answers_names(struct buffer *out, const struct survey *survey);
void export_answers_fields(struct buffer *out, const struct survey *survey, const struct response *response);
/* What has no column, as one field: an object by key, in quotes; nothing where there is none. */
void export_answers_others(struct buffer *out, const struct survey *survey, const struct response *response);
/* Their fields in a Table Schema. */
void export_answers_schema(struct buffer *out, const struct survey *survey);

#endif
