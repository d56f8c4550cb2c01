#ifndef CXD_CODEC_WRITE_H
#define CXD_CODEC_WRITE_H

#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/domain/survey.h"

/* Writing JSON, shared by the files of codec/. */

/* A time that is 0 where there is none. */
static inline void write_time_or_null(struct buffer *out, int64_t time_ms) {
    buffer_append_time(out, time_ms == 0 ? TIME_MAX : time_ms);
}

static inline void write_scale(struct buffer *out, const struct survey *survey) {
    buffer_append_text(out, "{\"min\":");
    buffer_append_int(out, survey->scale_min);
    buffer_append_text(out, ",\"max\":");
    buffer_append_int(out, survey->scale_max);
    buffer_append_char(out, '}');
}

#endif
