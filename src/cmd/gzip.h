#ifndef CXD_SRC_CMD_GZIP_H
#define CXD_SRC_CMD_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"

/* gzip (RFC 1952) for files, piece by piece. A file may be of several members, one behind the other, which every
 * program reads as one; so it can be cut behind any of them, and gone on with. */

struct gzip_writer;

/* NULL without memory. */
CXD_NODISCARD struct gzip_writer *gzip_writer_open(void);
/* Take NULL. */
void gzip_writer_close(struct gzip_writer *writer);
/* Appends what is ready of the compressed bytes; false (and out failed) without memory. */
bool gzip_write(struct gzip_writer *writer, struct buffer *out, const char *bytes, size_t length);
/* The end of a member, if one was begun. */
bool gzip_end_member(struct gzip_writer *writer, struct buffer *out);

/* Whether a file of this name is one. */
bool gzip_is_name(const char *path);

#endif
