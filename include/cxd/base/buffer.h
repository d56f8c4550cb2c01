#ifndef CXD_BASE_BUFFER_H
#define CXD_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* A growing run of bytes for output, on the heap. A refused allocation makes the buffer `failed` and every later
 * append a no-op, so that a writer checks once, at its end. */

struct buffer {
    char *data; /* not NUL-terminated, except after buffer_terminate */
    size_t length;
    size_t capacity;
    bool failed;
};

void buffer_init(struct buffer *buf);
void buffer_free(struct buffer *buf);
/* Empties the buffer, keeps its memory, clears `failed`. */
void buffer_reset(struct buffer *buf);

/* Makes room for `more` bytes ahead of appends; false (and failed) when memory is refused. */
bool buffer_reserve(struct buffer *buf, size_t more);

void buffer_append(struct buffer *buf, const void *bytes, size_t length);
void buffer_append_text(struct buffer *buf, const char *text);
void buffer_append_char(struct buffer *buf, char c);
void buffer_append_int(struct buffer *buf, int64_t value);
void buffer_append_format(struct buffer *buf, const char *format, ...) CXD_PRINTF(2, 3);

/* A JSON string with its quotes. `text` is valid UTF-8; NULL gives null. Besides what JSON demands, '<', '>', '&' and
 * U+2028/9 are escaped, so that the output is safe inside a script element. */
void buffer_append_json(struct buffer *buf, const char *text);

/* A number with `decimals` (0–6) decimals, rounded half away from zero on the decimal value as printed to 12 further
 * digits (so that 62.25 gives 62.3 and 1.005 gives 1.01), "-0.0" printed as "0.0". */
void buffer_append_fixed(struct buffer *buf, double value, int decimals);

/* An RFC 3339 UTC time in quotes, or null for INT64_MIN and INT64_MAX. */
void buffer_append_time(struct buffer *buf, int64_t time_ms);

/* Appends a NUL that `length` does not count, and returns the text; NULL if the buffer has failed. */
const char *buffer_terminate(struct buffer *buf);

#endif
