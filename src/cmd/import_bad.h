#ifndef CXD_SRC_CMD_IMPORT_BAD_H
#define CXD_SRC_CMD_IMPORT_BAD_H

#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/import/mapping.h"

/* The file of bad rows (import/mended.h): CSV with the line, the reason and the id before the row's own cells, so that
 * it can be put right and imported by itself. It comes to be with the first bad row. */

enum { BAD_SHOWN = 20, BAD_REASON_SIZE = 512 };

struct import_bad {
    char *path;
    struct buffer head; /* what stands before the rows, filled by its owner */
    int fd;             /* -1: there is none yet */
    uint64_t count;
    int error; /* errno of what cannot be written; 0 */
    struct {
        uint64_t line;
        char reason[BAD_REASON_SIZE];
    } shown[BAD_SHOWN]; /* the first */
    struct buffer text;
};

/* `path` NULL: FILE.bad.csv. False: no memory. */
CXD_NODISCARD bool import_bad_begin(struct import_bad *bad, const char *path, const char *file);
void import_bad_append_cell(struct buffer *out, const char *text);
/* Appends the id that a row is to have and its cells as they stand in the file, behind commas, without an end. */
void import_bad_append_cells(struct buffer *out, const char *id, const struct table_row *row);
/* `cells` as appended above. */
void import_bad_add(struct import_bad *bad, uint64_t line, const char *reason, const char *cells, size_t length);
/* The file of bad rows is this one. */
bool import_bad_is(const struct import_bad *bad, const char *file);
/* What has been added is in the file. */
bool import_bad_flush(struct import_bad *bad);
/* Closes the file. False: not all of it could be written, which has been said. */
CXD_NODISCARD bool import_bad_end(struct import_bad *bad);
void import_bad_free(struct import_bad *bad);

#endif
