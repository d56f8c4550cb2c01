#ifndef CXD_CMD_SEGMENTS_VIEW_H
#define CXD_CMD_SEGMENTS_VIEW_H

#include <stdbool.h>

#include "cmd/output.h"
#include "cxd/codec/json.h"

/* A table of segments as the daemon replies it: what the whole has, and a row a segment, with a bar for its impact.
 * What is left out where the screen is narrow: the interval, then the bar. False where the reply is none. */
CXD_NODISCARD bool segments_view_append(const struct screen *screen, struct buffer *out, const struct json *document);

#endif
