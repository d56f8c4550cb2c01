#ifndef CXD_CODEC_ANSWERS_H
#define CXD_CODEC_ANSWERS_H

#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/domain/question.h"

/* Answers to further questions as JSON has them: as they are sent. */

/* Appends the value of one that was judged: a number; an option, or "other"; a text, null where it is erased; a list of
 * options; {"other": "words"} in place of "other" where there are words. */
void answer_encode(struct buffer *out, const struct answer *answer);
/* Appends the member "answers" to an object that is being written: an object by key; nothing where there are none. */
void answers_encode(struct buffer *out, const struct answer *answers, size_t count);

#endif
