#ifndef CXD_IMPORT_SHEET_H
#define CXD_IMPORT_SHEET_H

#include "import/cells.h"
#include "import/rich.h"
#include "import/strings.h"
#include "import/styles.h"
#include "import/xml.h"

/* The rows of one sheet. */
struct sheet {
    struct strings *strings; /* not owned; as the next two */
    const struct styles *styles;
    struct cells *cells; /* the row that was read last */
    bool is_1904;
    struct xml *xml;
    uint64_t row; /* its number, from 1 */
    uint64_t formulas_blank;
    bool in_data, in_row, in_cell, in_value, in_inline;
    bool has_formula, has_value;
    char type; /* of the cell: the first letter of its t, with 'i' for inlineStr and 'S' for str */
    unsigned long style;
    struct rich rich;
    enum cxd_err code;
    struct error *err;
};

/* sheet_close is due after a failure too. */
CXD_NODISCARD enum cxd_err sheet_open(struct sheet *sheet, struct parts *parts, const char *part, struct error *err);
void sheet_close(struct sheet *sheet);
/* The next row into `cells`: bad ones and blank ones too. */
CXD_NODISCARD enum cxd_err sheet_next(struct sheet *sheet, bool *ret_more, struct error *err);

#endif
