#ifndef CXD_CODEC_RESPONSE_H
#define CXD_CODEC_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/response.h"
#include "cxd/domain/search.h"

/* A response between JSON and struct. Parsers take any bytes; strings of the result are of the arena. */

/* Reads one response object. ERR_MALFORMED_JSON (also: nested deeper than `depth`, a member twice); ERR_INVALID with
 * every member that is unknown or of the wrong type — then *ret_response holds the members that could be read, so that
 * response_validate can add to the list. Rules of value (range, length) are response_validate's. A number or boolean
 * under `properties` becomes its text. What says nothing (null, a text of blanks) is not given. What is no character
 * becomes U+FFFD in comment, properties and answers, which is noted as adjusted; elsewhere DEL, which no other member
 * may hold. Answers are read as they are, for whoever knows the questions; more than any survey asks for are left out.
 */
CXD_NODISCARD enum cxd_err response_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                           struct response *ret_response, struct error *err);

/* Of an import a response has no invitation and no nonce, and may have received_at, updated_at, revision, flags,
 * excluded and excluded_reason: as batch_next gives it. `revision` is the one that was answered, else (sent.revision)
 * the one of the form; and where there is one, an answer of null is a text that was erased. */

/* True if a response, alone, in a batch or as a form, has a member of this name. */
bool response_has_member(const char *name);

/* Appends the stored response as one JSON object: id, survey (slug), revision, score, the members that were given,
 * answered_at, received_at; excluded and excluded_reason where it is; adjusted, of what was just sent, where it is
 * stored otherwise; answers_refused, of what was just sent. */
void response_encode(struct buffer *out, const struct response *response, const char *survey_slug);
/* The same of one that a search has found, with `snippet`: [{"text", "match": true where it is what was asked for}, …],
 * and, where that is of an answer, `snippet_question`: its question's `key`. `parts` NULL: nothing was asked for. */
void response_encode_found(struct buffer *out, const struct response *response, const char *survey_slug,
                           const char *key, const struct snippet_part *parts, size_t count);
/* The member `adjusted` alone, in an object that is being written; nothing where there is none. */
void response_encode_adjusted(struct buffer *out, const struct response *response);
/* And `answers_refused`: [{"key", "detail"}, …] of those that were left out, in the order in which they were. */
void response_encode_refused(struct buffer *out, const struct response *response);

struct document;

/* A batch: NDJSON (one object a line; blank lines are passed over but counted) or, if the first character that is not
 * white space is '[', a JSON array. Lines (or elements) count from 1. */
struct batch {
    const char *bytes; /* the whole body; not owned */
    size_t length;
    size_t position;
    size_t line;
    size_t depth, item_bytes; /* what a line or an element may nest, and hold */
    bool is_array;
    bool is_import;            /* lines have what only an import may say, and no survey: to be set once it is open */
    struct document *document; /* of codec/: the line that is read */
};

/* Whether the text is such an array, by how it begins. */
bool batch_is_array(const char *bytes, size_t length);

/* How large a batch is, found without reading it: the lines that are not blank, or the elements (of an array that is
 * not well-formed, what looks like some), and the bytes of the longest. */
struct batch_size {
    size_t lines, longest;
};
void batch_measure(const char *bytes, size_t length, struct batch_size *ret_size);
/* A text of JSON takes up to so many times its bytes while it is read, a mended copy with it. */
enum { BATCH_READ_FACTOR = 76 };

/* ERR_MALFORMED_JSON if it is an array and not well-formed as a whole, ERR_TOO_LARGE if an element of it is (a line
 * that is has an error of its own), ERR_NO_MEMORY. `size` is what batch_measure found. batch_close takes a batch that
 * failed to open too. */
CXD_NODISCARD enum cxd_err batch_open(struct batch *batch, const char *bytes, size_t length, size_t depth,
                                      size_t item_bytes, const struct batch_size *size, struct error *err);
/* The next line: false at the end. *ret_slug is its `survey` member (NULL with an error in *err if missing), *ret_line
 * its number; errors of the line are in *err (code CXD_OK if none), as of response_decode, and do not end the batch. */
CXD_NODISCARD bool batch_next(struct batch *batch, struct arena *arena, size_t *ret_line, const char **ret_slug,
                              struct response *ret_response, struct error *err);
void batch_close(struct batch *batch);

#endif
