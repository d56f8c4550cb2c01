#ifndef CXD_IMPORT_XLSX_H
#define CXD_IMPORT_XLSX_H

#include "import/reader.h"

/* One sheet of a workbook (ECMA-376, both of its forms). A formula is its value as it was saved; TRUE and FALSE, and
 * errors such as #N/A, are these texts; merged cells have their text in the first. */
extern const struct reader_kind READER_XLSX;

#endif
