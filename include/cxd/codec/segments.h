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
    bool overlaps; /* rows do: an answer may stand in several */
    double alpha;
};

/* Appends one object: what a score has, and the table. With two dimensions rows have "values" instead of "value". */
void segments_encode(struct buffer *out, const struct survey *survey, const struct segments_context *context,
                     const struct segments *segments);

/* The figures of a row by the answers to a question, without braces: as in a table of segments, but that `share` and
 * its interval, in percent, are of those who answered. */
void option_encode(struct buffer *out, const struct survey *survey, const struct segment *segment, double share,
                   const struct interval *interval);

#endif
