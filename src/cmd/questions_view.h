#ifndef CXD_CMD_QUESTIONS_VIEW_H
#define CXD_CMD_QUESTIONS_VIEW_H

#include <stdbool.h>

#include "cmd/output.h"
#include "cxd/codec/json.h"

/* What was answered to further questions as the daemon replies it (docs/openapi.yaml), for a person to read. False
 * where it is none. */

/* All of a survey, a line each. */
CXD_NODISCARD bool questions_view_append(const struct screen *screen, struct buffer *out, const struct json *document);
/* One: its options, a line each, or its score. */
CXD_NODISCARD bool question_view_append(const struct screen *screen, struct buffer *out, const struct json *document);

#endif
