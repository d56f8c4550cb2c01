#ifndef CXD_SRC_CODEC_TEXTS_H
#define CXD_SRC_CODEC_TEXTS_H

#include <stddef.h>

#include "codec/read.h"
#include "cxd/base/buffer.h"
#include "cxd/domain/question.h"
#include "cxd/domain/survey.h"

/* What respondents read, by locale. Readers take NULL for a member that is not given. */

/* {"de": {"question": …, "low_label": …, …}} into survey->texts. */
void texts_read(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey);
/* The member `texts`. */
void texts_write(struct buffer *out, const struct survey *survey);
/* The locale of the survey's texts that is read to who asks for this one (cxd/domain/locale.h); NULL: there are none.
 */
const char *texts_locale(const struct survey *survey, const char *asked);

/* {"de": "…"}; blank texts are not given. The results stay as they are where there is none. */
void localized_read(struct reading *reading, const json_t *value, const char *pointer,
                    const struct localized **ret_texts, size_t *ret_count);
/* By locale in the order of bytes: equal definitions give equal bytes. */
void localized_write(struct buffer *out, const char *name, const struct localized *texts, size_t count);
/* The text that is read to who asks for this locale; NULL: there is none. */
const char *localized_pick(const struct localized *texts, size_t count, const char *asked);

#endif
