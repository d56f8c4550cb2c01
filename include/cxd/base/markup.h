#ifndef CXD_BASE_MARKUP_H
#define CXD_BASE_MARKUP_H

#include <stddef.h>

#include "cxd/base/buffer.h"

/* Text that stands in HTML or XML, between tags or in a quoted value of an attribute: never markup, whoever wrote it.
 * What is no character of a document there (controls, U+FFFE, U+FFFF, bytes that are not UTF-8) becomes U+FFFD. */

void markup_append(struct buffer *out, const char *text, size_t length);
void markup_append_text(struct buffer *out, const char *text);

#endif
