#ifndef CXD_CODEC_TERMS_H
#define CXD_CODEC_TERMS_H

#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/domain/terms.h"

/* Appends a term with its examples, of which there are term->example_count. What is long of a text is cut at
 * TERM_EXAMPLE_BYTES_MAX, and ends with "…" then; of an answer to a question its key is told. */
enum { TERM_EXAMPLE_BYTES_MAX = 500 };
void term_encode(struct buffer *out, const struct term *term, const struct term_example *examples);

#endif
