#ifndef CXD_SRC_CMD_GZIP_H
#define CXD_SRC_CMD_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Reading a file that is compressed, or is not. NULL, with errno where the file cannot be opened. */
struct gzip_reader;
CXD_NODISCARD struct gzip_reader *gzip_reader_open(const char *path);
/* Takes NULL. */
void gzip_reader_close(struct gzip_reader *reader);
/* Up to `size` bytes; 0 at the end. −1: it is damaged, cut short, or cannot be read, *ret_why says how. */
CXD_NODISCARD int gzip_read(struct gzip_reader *reader, char *out, size_t size, const char **ret_why);
/* How far it is in the file, in bytes of it. */
int64_t gzip_reader_at(struct gzip_reader *reader);

/* Whether a file of this name is one. */
bool gzip_is_name(const char *path);

#endif
