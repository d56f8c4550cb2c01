#ifndef CXD_CODEC_EXPOSITION_H
#define CXD_CODEC_EXPOSITION_H

#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/tally.h"

/* Prometheus' text format 0.0.4: what a scrape is answered with. Each call appends whole lines. */

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Names are the program's own; values are escaped. A list ends with a NULL name; NULL is the empty list. */
struct exposition_label {
    const char *name, *value;
};

/* The lines ahead of a metric's samples. `type` is "counter", "gauge" or "histogram". */
void exposition_family(struct buffer *out, const char *name, const char *type, const char *help);
void exposition_count(struct buffer *out, const char *name, const struct exposition_label *labels, uint64_t count);
void exposition_seconds(struct buffer *out, const char *name, const struct exposition_label *labels,
                        int64_t nanoseconds);
/* Rounded as every figure of a score is. */
void exposition_fixed(struct buffer *out, const char *name, const struct exposition_label *labels, double value,
                      int decimals);

enum exposition_unit { EXPOSITION_ONES, EXPOSITION_NANOSECONDS /* written as seconds */ };
/* Buckets, sum and count. */
void exposition_histogram(struct buffer *out, const char *name, const struct exposition_label *labels,
                          const struct tally_scale *scale, enum exposition_unit unit,
                          const struct tally_reading *reading);

#endif
