#ifndef CXD_SRC_CMD_SAID_H
#define CXD_SRC_CMD_SAID_H

#include "cxd/base/buffer.h"
#include "cxd/codec/json.h"

/* What a response, as lists have it, says in words, on one line and not yet cleaned: of one that was searched for what
 * is around the words that were found; else its comment, and what was answered in words or chosen, each behind its
 * question's key. */
void said_append(struct buffer *out, const struct json *response);

#endif
