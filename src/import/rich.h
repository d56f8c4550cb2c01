#ifndef CXD_IMPORT_RICH_H
#define CXD_IMPORT_RICH_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/import/table.h"

/* The text of a cell as a workbook has it: runs of rich text one after the other, without what says how it is
 * pronounced. Fed with the elements within <si> or <is>, and with their text. */
struct rich {
    char text[TABLE_CELL_MAX + 1];
    size_t length;
    bool in_text, is_spoken; /* within <t>; within <rPh> */
    bool is_too_long;        /* more than TABLE_CELL_MAX */
};

void rich_begin(struct rich *rich);
void rich_start(struct rich *rich, const char *name);
void rich_end(struct rich *rich, const char *name);
void rich_take(struct rich *rich, const char *text, size_t length);
/* The same of text that stands in no run. */
void rich_append(struct rich *rich, const char *text, size_t length);
/* Reads _x000D_ and the like, in place, and puts a NUL behind it. */
void rich_finish(struct rich *rich);

#endif
