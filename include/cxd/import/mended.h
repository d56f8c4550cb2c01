#ifndef CXD_IMPORT_MENDED_H
#define CXD_IMPORT_MENDED_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/import/mapping.h"

/* Files of bad rows, as cxd writes them and people put them right. Three columns stand before those of the file that
 * the rows are from: the line there, why the row is bad, and the id that it is to have. Behind the header come rows
 * that say how that file was understood, then the further rows of its header. Without all of this it is that file,
 * with its bad rows alone. */

enum { MENDED_LINE, MENDED_REASON, MENDED_ID, MENDED_COLUMNS };

/* "cxd.line", …: names that no other column may have. */
extern const char *const MENDED_NAMES[MENDED_COLUMNS];

enum mended_header {
    MENDED_NOT,   /* another file */
    MENDED_WHOLE, /* such a file */
    MENDED_SPOILT /* it was one: of these columns some are gone, or stand elsewhere */
};
enum mended_header mended_judge(const struct table_row *first);

/* What parts the cells of such a file in CSV, by how it begins (UTF-8, also with a byte order mark); 0: it is none. */
char mended_delimiter(const char *bytes, size_t length);

/* How the file that the rows are from was understood: the first cell has the name, the second the value. */
enum mended_word { MENDED_PRESET, MENDED_MAP, MENDED_DATES, MENDED_ZONE, MENDED_WORDS };
const char *mended_word_name(enum mended_word word);
/* Which of them the row is; MENDED_WORDS: it is a row of the file. */
enum mended_word mended_word_of(const struct table_row *row);

/* All of a mapping as text for mapping_apply, so that nothing is left to be guessed. */
void mended_append_mapping(struct buffer *out, const struct mapping *mapping);

/* The row without the three columns, in `cells`, which has room for it. Dates as a sheet has them are dates, as in the
 * workbook that they may be from. */
void mended_strip(const struct table_row *row, struct table_cell *cells, struct table_row *ret_row);

#endif
