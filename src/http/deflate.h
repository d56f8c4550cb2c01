#ifndef CXD_HTTP_DEFLATE_H
#define CXD_HTTP_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"

/* gzip, piece by piece (RFC 1952). The same bytes become the same, however they are cut. */

struct deflater;

/* About what one takes: zlib's window and tables, and ours. */
enum { DEFLATER_BYTES = 288 * 1024 };

/* NULL: no memory. */
struct deflater *deflater_make(void);
/* Takes NULL. */
void deflater_free(struct deflater *deflater);
/* Where what it makes goes; false ends it. */
typedef bool deflater_sink(void *context, const char *bytes, size_t length);
CXD_NODISCARD bool deflater_write(struct deflater *deflater, const char *bytes, size_t length, deflater_sink *sink,
                                  void *context);
CXD_NODISCARD bool deflater_end(struct deflater *deflater, deflater_sink *sink, void *context);

#endif
