/* Compression of what commands write to files, and read from them. */

#include "cmd/gzip.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

/* Level 3 takes a third of the time of zlib's usual 6, and a tenth more room. */
enum { WINDOW_BITS = 15, GZIP = 16, LEVEL = 3, MEMORY_LEVEL = 8, STEP_BYTES = 64 << 10 };

struct gzip_writer {
    z_stream stream;
    bool has_begun; /* a member */
};

struct gzip_writer *gzip_writer_open(void) {
    struct gzip_writer *writer = calloc(1, sizeof *writer);

    if (writer && deflateInit2(&writer->stream, LEVEL, Z_DEFLATED, WINDOW_BITS + GZIP, MEMORY_LEVEL,
                               Z_DEFAULT_STRATEGY) != Z_OK) {
        free(writer);
        return NULL;
    }
    return writer;
}

void gzip_writer_close(struct gzip_writer *writer) {
    if (!writer)
        return;
    (void)deflateEnd(&writer->stream);
    free(writer);
}

static bool run(struct gzip_writer *writer, struct buffer *out, int flush) {
    z_stream *stream = &writer->stream;
    int code;

    do {
        if (!buffer_reserve(out, STEP_BYTES))
            return false;
        stream->next_out = (unsigned char *)out->data + out->length;
        stream->avail_out = STEP_BYTES;
        code = deflate(stream, flush);
        out->length += STEP_BYTES - stream->avail_out;
    } while (code == Z_OK && (stream->avail_out == 0 || flush == Z_FINISH));
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR;
}

bool gzip_write(struct gzip_writer *writer, struct buffer *out, const char *bytes, size_t length) {
    bool good = true;

    while (good && length > 0) {
        size_t step = length < UINT_MAX ? length : UINT_MAX;

        writer->has_begun = true;
        writer->stream.next_in = (z_const Bytef *)(uintptr_t)bytes;
        writer->stream.avail_in = (uInt)step;
        good = run(writer, out, Z_NO_FLUSH);
        bytes += step;
        length -= step;
    }
    return good;
}

bool gzip_end_member(struct gzip_writer *writer, struct buffer *out) {
    if (!writer->has_begun)
        return true;
    writer->has_begun = false;
    writer->stream.avail_in = 0;
    return run(writer, out, Z_FINISH) && deflateReset(&writer->stream) == Z_OK;
}

struct gzip_reader {
    gzFile file;
};

enum { READ_BYTES = 128 << 10 };

struct gzip_reader *gzip_reader_open(const char *path) {
    struct gzip_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return NULL;
    reader->file = gzopen(path, "rbe");
    if (!reader->file) {
        free(reader);
        return NULL;
    }
    (void)gzbuffer(reader->file, READ_BYTES);
    return reader;
}

void gzip_reader_close(struct gzip_reader *reader) {
    if (!reader)
        return;
    (void)gzclose(reader->file);
    free(reader);
}

int gzip_read(struct gzip_reader *reader, char *out, size_t size, const char **ret_why) {
    int count = gzread(reader->file, out, size < INT_MAX ? (unsigned)size : INT_MAX), code = Z_OK;
    const char *why = gzerror(reader->file, &code);

    if (code == Z_OK || code == Z_STREAM_END)
        return count;
    /* What was cut short is told when all before it has been given. */
    if (code == Z_BUF_ERROR && count > 0)
        return count;
    *ret_why = code == Z_BUF_ERROR    ? "it is cut short"
               : code == Z_DATA_ERROR ? "it is damaged: its bytes are not what was compressed"
               : code == Z_ERRNO      ? "it cannot be read"
                                      : why;
    return -1;
}

int64_t gzip_reader_at(struct gzip_reader *reader) {
    return gzoffset(reader->file);
}

bool gzip_is_name(const char *path) {
    size_t length = strlen(path);

    return length > 3 && strcmp(path + length - 3, ".gz") == 0;
}
