#ifndef CXD_IMPORT_KIND_H
#define CXD_IMPORT_KIND_H

#include "cxd/import/table.h"
#include "import/source.h"

/* What a file is, by what it begins with. ERR_TABLE, in words, of what it is known to be and is not read. */
CXD_NODISCARD enum cxd_err kind_find(const struct source *source, enum table_format *ret_format, struct error *err);

#endif
