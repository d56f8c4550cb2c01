#ifndef CXD_CODEC_RESPONSE_H
#define CXD_CODEC_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/response.h"

/* A response between JSON and struct. Parsers take any bytes; strings of the result are of the arena. */

/* Reads one response object. ERR_MALFORMED_JSON (also: nested deeper than `depth`, a member twice); ERR_INVALID with every member that
 * is unknown or of the wrong type — then *ret_response holds the members that could be read, so that response_validate can add
 * to the list. Rules of value (range, length) are response_validate's. A number or boolean under `properties` becomes its text.
 * An empty comment is no comment. */
CXD_NODISCARD enum cxd_err response_decode(const char *bytes, size_t length, size_t depth,
                                           struct arena *arena, struct response *ret_response,
                                           struct error *err);

/* Appends the stored response as one JSON object: id, survey (slug), revision, score, the members that were given, answered_at,
 * received_at; excluded and excluded_reason where it is. */
void response_encode(struct buffer *out, const struct response *response, const char *survey_slug);

struct document;

/* A batch: NDJSON (one object a line; blank lines are passed over but counted) or, if the first character that is not white space is '[', a
 * JSON array. Lines (or elements) count from 1. */
struct batch {
    const char *bytes; /* the whole body; not owned */
    size_t length;
    size_t position;
    size_t line;
    size_t depth;
    bool is_array;
    struct document *document; /* of codec/: the line that is read */
};

/* ERR_MALFORMED_JSON if it is an array and not well-formed as a whole, ERR_NO_MEMORY. batch_close takes a batch that failed to open too. */
CXD_NODISCARD enum cxd_err batch_open(struct batch *batch, const char *bytes, size_t length, size_t depth,
                                      struct error *err);
/* The next line: false at the end. *ret_slug is its `survey` member (NULL with an error in *err if missing), *ret_line its number; errors
 * of the line are in *err (code CXD_OK if none), as of response_decode, and do not end the batch. */
CXD_NODISCARD bool batch_next(struct batch *batch, struct arena *arena, size_t *ret_line,
                              const char **ret_slug, struct response *ret_response, struct error *err);
void batch_close(struct batch *batch);

/* The id that an Idempotency-Key names for a survey: 1–255 visible ASCII characters, bare or as a quoted string (RFC 8941) with \" and \\
 * escapes; bare "x" and quoted "x" are the same key. `line` distinguishes the lines of a batch (0: not a batch).
 * ERR_BAD_IDEMPOTENCY_KEY. */
CXD_NODISCARD enum cxd_err idempotency_key_decode(const char *header, const char *survey_slug, size_t line,
                                                  struct id *ret_id, struct error *err);

#endif
