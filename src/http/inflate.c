/* gzip decoded in two passes: the first one keeps nothing and finds how much there is, or that it is too much; so the
 * second one writes to memory that was claimed for exactly that, whatever the stream says of itself. */

#include "http/inflate.h"

#include <limits.h>
#include <stdint.h>

#include <zlib.h>

enum { WINDOW_BITS = 15, GZIP_ONLY = 16, SCRATCH_BYTES = 16 * 1024 };

/* Without `out` to nowhere. */
static enum inflated run(z_stream *stream, char *out, size_t most, size_t *ret_length) {
    unsigned char scratch[SCRATCH_BYTES];
    size_t total = 0;
    for (;;) {
        size_t left = out ? most - total : sizeof scratch;
        uInt room = left < sizeof scratch ? (uInt)left : (uInt)sizeof scratch;
        stream->next_out = out ? (unsigned char *)out + total : scratch;
        stream->avail_out = room;
        int code = inflate(stream, Z_NO_FLUSH);
        total += room - stream->avail_out;
        if (code == Z_MEM_ERROR)
            return INFLATED_NO_MEMORY;
        if (total > most)
            return INFLATED_TOO_LARGE;
        *ret_length = total;
        if ((code == Z_STREAM_END && stream->avail_in == 0) || (out && total == most))
            return INFLATED;
        if (code == Z_STREAM_END)
            code = inflateReset(stream); /* another member */
        if (code != Z_OK)
            return INFLATED_BAD;
    }
}

static enum inflated run_whole(const char *bytes, size_t length, char *out, size_t most, size_t *ret_length) {
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};
    if (length > UINT_MAX)
        return INFLATED_TOO_LARGE;
    if (inflateInit2(&stream, WINDOW_BITS + GZIP_ONLY) != Z_OK)
        return INFLATED_NO_MEMORY;
    enum inflated result = run(&stream, out, most, ret_length);
    inflateEnd(&stream);
    return result;
}

enum inflated inflate_measure(const char *bytes, size_t length, size_t most, size_t *ret_length) {
    return run_whole(bytes, length, NULL, most, ret_length);
}

enum inflated inflate_decode(const char *bytes, size_t length, char *out, size_t out_length) {
    size_t decoded = 0;
    enum inflated result = out_length > 0 ? run_whole(bytes, length, out, out_length, &decoded) : INFLATED;
    return result == INFLATED && decoded != out_length ? INFLATED_BAD : result;
}
