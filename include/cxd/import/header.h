#ifndef CXD_IMPORT_HEADER_H
#define CXD_IMPORT_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/import/guess.h"
#include "cxd/import/mapping.h"
#include "cxd/import/table.h"

/* Whether the first row of a table is its header, by the rows behind it. */

/* What these have shown; begins as all zero. */
struct header_look {
    size_t rows, faults;
    bool is_headed; /* the first of them has names in more than one column, and no score nor date */
    size_t names;   /* cells of the first that are names of columns */
    size_t parted;  /* rows of one cell in which something stands that parts cells */
};

void header_look_add(struct header_look *look, const struct table_row *row);

/* It is a title that stands above the header. Where it is said what parts cells, nothing else is taken to part them. */
bool header_is_title(const struct headings *headings, const struct header_look *look, bool is_delimiter_said);

/* It is an answer: where the rows have scores on the scale or dates, it has one too. *ret_column: such a column. */
bool header_is_answer(const struct headings *headings, const struct column_facts *facts, size_t *ret_column);

/* The zone that a column's name says in brackets: "Created At (Eastern Time (US & Canada))", as Rails and IANA name
 * them. *ret_said: there is something in brackets. */
CXD_NODISCARD bool header_zone(const char *name, char *ret_zone, size_t size, bool *ret_said);

#endif
