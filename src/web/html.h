#ifndef CXD_SRC_WEB_HTML_H
#define CXD_SRC_WEB_HTML_H

#include "cxd/base/buffer.h"

/* Writing HTML. Names of elements and attributes are the program's own; every text and every value of an attribute is
 * escaped, whoever said it, and what is no character of a page (controls, bytes that are not UTF-8) becomes U+FFFD.
 * There is no way to write markup that is in a text. */

/* As a value: the attribute stands without one, or is left out. */
extern const char HTML_BARE[], HTML_NONE[];
#define HTML_IF(condition) ((condition) ? HTML_BARE : HTML_NONE)

/* Opens an element; then names and values of attributes, as pairs, and NULL. */
void html_open(struct buffer *out, const char *element, ...);
void html_close(struct buffer *out, const char *element);
void html_text(struct buffer *out, const char *text);
/* The element with this text in it, and attributes as of html_open. */
void html_element(struct buffer *out, const char *element, const char *text, ...);
/* A text with "{0}" and "{1}" in it, in place of which these are put. */
void html_pattern(struct buffer *out, const char *pattern, const char *zero, const char *one);
/* Appends to a URL what must not be taken for a part of it. */
void html_url_value(struct buffer *url, const char *value);

#endif
