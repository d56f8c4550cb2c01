#ifndef CXD_CODEC_SEGMENTS_H
#define CXD_CODEC_SEGMENTS_H

#include "cxd/base/buffer.h"
#include "cxd/codec/score.h"
#include "cxd/domain/segments.h"

/* Tables of segments to JSON, as docs/openapi.yaml has them. */

struct segments_context {
    struct score_context score;
    const struct comparison *previous; /* of all of them together; NULL: not asked for */
    const char *const *by;             /* what the table is by */
    size_t by_count;
    double alpha;
};

/* Appends one object: what a score has, and the table. With two dimensions rows have "values" instead of "value". */
void segments_encode(struct buffer *out, const struct survey *survey, const struct segments_context *context,
                     const struct segments *segments);

#endif
