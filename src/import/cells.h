#ifndef CXD_IMPORT_CELLS_H
#define CXD_IMPORT_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/import/table.h"

/* A row that is being read: within the bounds of table.h, whatever is put into it. What is too much of it makes it bad,
 * and is not kept. */
struct cells {
    char *bytes;
    struct table_cell *cells;
    size_t length, count; /* of what is ended */
    size_t open;          /* bytes of the cell that is not */
    size_t width;         /* of the first row; 0: there was none yet */
    char fault[TABLE_FAULT_SIZE];
};

CXD_NODISCARD enum cxd_err cells_init(struct cells *cells, struct error *err);
void cells_free(struct cells *cells);

void cells_begin(struct cells *cells);
/* `line` is where the bytes stand, for what is said of them. */
void cells_append(struct cells *cells, const char *bytes, size_t length, uint64_t line);
void cells_end(struct cells *cells, uint64_t line);
/* The first one counts. The text gets "line N, column M: " in front, of the cell that is open. */
void cells_set_fault(struct cells *cells, uint64_t line, const char *format, ...) CXD_PRINTF(3, 4);
/* The same of a text that says its place. */
void cells_set_fault_as_is(struct cells *cells, const char *text);
bool cells_are_bad(const struct cells *cells);
/* Whether all cells are empty, or blanks and TABs. */
bool cells_are_blank(const struct cells *cells);

/* The row as it is given away. The first good one gives the width; of a later one blank cells beyond it are left out,
 * and others make it bad. */
void cells_give(struct cells *cells, uint64_t line, struct table_row *ret);

#endif
