#ifndef CXD_CODEC_IDEMPOTENCY_H
#define CXD_CODEC_IDEMPOTENCY_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/response.h"

/* An Idempotency-Key and the ids (version 5) that it names. These are fixed for ever: a retry is to find what any
 * version has stored. */

enum { IDEMPOTENCY_KEY_MAX = 512, IDEMPOTENCY_KEY_SIZE = IDEMPOTENCY_KEY_MAX + 1 };

/* The key of a header: 1–512 printable ASCII characters, as a quoted string (RFC 8941, with \" and \\ escapes) or bare,
 * then without a blank and not beginning with a quote; blanks around it are none of it. Bare x and quoted "x" are the
 * same key. ERR_BAD_IDEMPOTENCY_KEY. */
CXD_NODISCARD enum cxd_err idempotency_key_decode(const char *header, char ret_key[IDEMPOTENCY_KEY_SIZE],
                                                  struct error *err);

/* The id of the one response that is sent to a survey under a key: of "SLUG\n0\nKEY". */
void idempotency_name_response(const char *key, const char *survey_slug, struct id *ret_id);

/* The lines of one batch that have been named so far. */
struct idempotency_lines;

/* NULL when memory or randomness is refused. */
CXD_NODISCARD struct idempotency_lines *idempotency_lines_new(void);
void idempotency_lines_free(struct idempotency_lines *lines); /* takes NULL */

/* The id of a line: of "SLUG\nDIGEST EQUAL\nKEY", where DIGEST is response_digest (salted with the slug and a NUL,
 * timed) in hexadecimal, and EQUAL the number of lines of the batch before it that were sent to the same survey with
 * the same content. Costs some 50 bytes a line. False when memory is refused. */
CXD_NODISCARD bool idempotency_name_line(struct idempotency_lines *lines, const char *key, const char *survey_slug,
                                         const struct response *response, struct id *ret_id);

#endif
