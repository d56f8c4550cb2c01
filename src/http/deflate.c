/* gzip, made piece by piece: for replies that are as long as they turn out to be. */

#include "http/deflate.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include <zlib.h>

/* The fastest: who asks for it has a slow line, and a million rows still shrink to a fifth or less. */
enum { LEVEL = 1, WINDOW_BITS = 15, GZIP_ONLY = 16, MEMORY_LEVEL = 8, OUT_BYTES = 16 * 1024 };

struct deflater {
    z_stream stream;
    char out[OUT_BYTES];
};

struct deflater *deflater_make(void) {
    struct deflater *deflater = calloc(1, sizeof *deflater);
    if (deflater && deflateInit2(&deflater->stream, LEVEL, Z_DEFLATED, WINDOW_BITS + GZIP_ONLY, MEMORY_LEVEL,
                                 Z_DEFAULT_STRATEGY) == Z_OK)
        return deflater;
    free(deflater);
    return NULL;
}

void deflater_free(struct deflater *deflater) {
    if (!deflater)
        return;
    deflateEnd(&deflater->stream);
    free(deflater);
}

static bool run(struct deflater *deflater, int flush, deflater_sink *sink, void *context) {
    z_stream *stream = &deflater->stream;
    int code;
    do {
        stream->next_out = (Bytef *)deflater->out;
        stream->avail_out = OUT_BYTES;
        code = deflate(stream, flush);
        size_t made = OUT_BYTES - stream->avail_out;
        if (code == Z_STREAM_ERROR || (made > 0 && !sink(context, deflater->out, made)))
            return false;
    } while (stream->avail_out == 0 || (flush == Z_FINISH && code != Z_STREAM_END));
    return true;
}

bool deflater_write(struct deflater *deflater, const char *bytes, size_t length, deflater_sink *sink, void *context) {
    bool ok = true;
    while (ok && length > 0) {
        uInt piece = length < INT_MAX ? (uInt)length : INT_MAX;
        deflater->stream.next_in = (z_const Bytef *)(uintptr_t)bytes;
        deflater->stream.avail_in = piece;
        ok = run(deflater, Z_NO_FLUSH, sink, context);
        bytes += piece;
        length -= piece;
    }
    return ok;
}

bool deflater_end(struct deflater *deflater, deflater_sink *sink, void *context) {
    deflater->stream.avail_in = 0;
    return run(deflater, Z_FINISH, sink, context);
}
