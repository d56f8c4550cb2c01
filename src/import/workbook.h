#ifndef CXD_IMPORT_WORKBOOK_H
#define CXD_IMPORT_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/arena.h"
#include "import/parts.h"

enum { WORKBOOK_SHEETS_MAX = 1024, WORKBOOK_PART_SIZE = 256 };

/* Where the parts of a workbook are. */
struct workbook {
    struct arena arena;
    const char *names[WORKBOOK_SHEETS_MAX]; /* of its sheets */
    const char *parts[WORKBOOK_SHEETS_MAX]; /* NULL: it is a chart or the like */
    bool hidden[WORKBOOK_SHEETS_MAX];
    size_t count;
    const char *strings, *styles; /* NULL: there are none */
    bool is_1904;
};

/* workbook_free is due after a failure too. ERR_TABLE where the archive is no workbook; says what else it is. */
CXD_NODISCARD enum cxd_err workbook_read(struct workbook *workbook, struct parts *parts, const char *file,
                                         struct error *err);
void workbook_free(struct workbook *workbook);
/* The sheet of the name, in any case of its letters; NULL: the first that is shown. */
CXD_NODISCARD enum cxd_err workbook_choose(const struct workbook *workbook, const char *name, size_t *ret_sheet,
                                           struct error *err);

#endif
