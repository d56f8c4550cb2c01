#ifndef CXD_IMPORT_CSV_H
#define CXD_IMPORT_CSV_H

#include "import/reader.h"

/* RFC 4180, with any delimiter and any line end, in any encoding. A quote inside of a cell that does not begin with one
 * is a character; blanks between a closing quote and the delimiter are none. */
extern const struct reader_kind READER_CSV;

#endif
