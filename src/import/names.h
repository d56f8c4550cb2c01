#ifndef CXD_IMPORT_NAMES_H
#define CXD_IMPORT_NAMES_H

#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/import/table.h"

/* Names of columns, each once, in the order that they came in. All zero is none. */
struct names {
    struct arena arena;
    const char *list[TABLE_COLUMNS_MAX];
    size_t count;
    uint16_t slots[2 * TABLE_COLUMNS_MAX]; /* a place in `list`, and one; 0: free */
    size_t after;                          /* where names are looked for first: as in the objects before */
};

/* SIZE_MAX where it is not there. */
size_t names_find(struct names *names, const char *name);
/* ERR_TABLE where there are too many, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err names_add(struct names *names, const char *name, struct error *err);
void names_free(struct names *names);

#endif
