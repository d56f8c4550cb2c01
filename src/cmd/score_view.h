#ifndef CXD_CMD_SCORE_VIEW_H
#define CXD_CMD_SCORE_VIEW_H

#include <stdbool.h>

#include "cmd/output.h"
#include "cxd/codec/json.h"

/* A score as the daemon replies it (docs/openapi.yaml), for a person to read. False where it is none. */

/* One survey: every figure, bands with their shares, and the distribution as bars. */
CXD_NODISCARD bool score_view_append(const struct screen *screen, struct buffer *out, const struct json *score);

/* Every survey, a line each; `scores` is the array. */
CXD_NODISCARD bool score_view_append_list(const struct screen *screen, struct buffer *out, const struct json *scores);

#endif
