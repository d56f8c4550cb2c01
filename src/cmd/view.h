#ifndef CXD_CMD_VIEW_H
#define CXD_CMD_VIEW_H

#include "cmd/output.h"
#include "cxd/codec/json.h"

/* Replies of the daemon as a person reads them, by a text with the paths of members in braces:
 *
 *   {path}   a text, cleaned as by screen_append; those of an array, with commas between; a number, in plain digits
 *   {#path}  a number that cannot be less than 0; "?" where the daemon does not know it
 *   {~path}  the same, as bytes: "1.5 MiB"
 *   {^path}  a time, without the fraction of its second
 *   {@path}  how long it was before the document's `now`: "3 d 4 h ago"
 *
 * A member that is not there is "-". Returns whether all were. */
bool view_append(const struct screen *screen, struct buffer *out, const struct json *document, const char *text);

/* "3 d 4 h": the two largest units. */
void view_append_span(struct buffer *out, int64_t seconds);

/* Appends the table of an array, a row an element, its cells by the `text` or the `cell` of the columns. */
void view_append_table(const struct screen *screen, struct buffer *out, const struct json *rows,
                       const struct table_column *columns, size_t count);
/* A row of a table that is open. */
void view_add_row(const struct screen *screen, struct table *table, const struct json *row);

/* The time of a member has come. */
bool view_is_past(const struct json *document, const char *path);

#endif
