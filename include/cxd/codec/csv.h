#ifndef CXD_CODEC_CSV_H
#define CXD_CODEC_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* CSV as RFC 4180 has it, in UTF-8 (with or without a byte order mark), with CR LF or LF. Strict: a quote stands only
 * around a whole field, doubled inside of one; no NUL. Empty lines are passed over. */

enum { CSV_FIELDS_MAX = 300 };

struct csv {
    const char *bytes; /* not owned */
    size_t length;
    size_t position;
    size_t line; /* of `position`, from 1 */
};

void csv_open(struct csv *csv, const char *bytes, size_t length);
/* The next record: false at the end. *ret_line is the line where it begins. What is wrong with it is in *err (CXD_OK if
 * nothing: ERR_MALFORMED_CSV, ERR_NO_MEMORY), and the next call goes on behind its line. Fields are of the arena. */
CXD_NODISCARD bool csv_next(struct csv *csv, struct arena *arena, size_t *ret_line, const char ***ret_fields,
                            size_t *ret_count, struct error *err);

/* Appends a field, with quotes where they are needed. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it (formula_needs_guard). */
void csv_append(struct buffer *out, const char *text);
/* Makes one field, in quotes, of all that was appended from `begin` on. */
void csv_quote(struct buffer *out, size_t begin);

#endif
