#ifndef CXD_CMD_CSV_VIEW_H
#define CXD_CMD_CSV_VIEW_H

#include "cxd/base/buffer.h"
#include "cxd/codec/json.h"

/* Replies as CSV: RFC 4180, a header, a record a row, lines that end in CR LF. `columns` names the members of a row,
 * with blanks between, and is the whole of the header, so that it is the same whatever a reply holds:
 *
 *   interval.low      a path; its column is "interval_low"
 *   low=interval.low  the same, by a name of its own
 *   bands.#0          the first member of an object, or element of an array: names that differ between surveys
 *   /survey           of the document, and not of the row
 *
 * A member that is null or not there is an empty field. Numbers are as the daemon wrote them; texts that a spreadsheet
 * would take for a formula have an apostrophe before them (csv_append). A list of texts is one
 * field, with "; " between them; what else is no scalar is its JSON. */
void csv_view_append_header(struct buffer *out, const char *columns);
void csv_view_append_row(struct buffer *out, const struct json *document, const struct json *row, const char *columns);

/* The header, and the rows of the document's array `rows`; NULL: the document is the one row. */
void csv_view_append(struct buffer *out, const struct json *document, const char *rows, const char *columns);

#endif
