#ifndef CXD_IMPORT_ROW_ID_H
#define CXD_IMPORT_ROW_ID_H

#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/id.h"

/* The id of a row, by which it is counted once however often it is imported. The rules are fixed for ever. */

/* What the ids of a survey's rows are made in. */
void row_id_space(const char *survey_slug, struct id *ret_space);

/* A source's own id for the row: a UUID is used as it is, anything else is a name. */
void row_id_of_source(const struct id *space, const char *text, size_t length, struct id *ret_id);

/* What the row says, as a digest, and the id of the row before which `before` others say the same. */
void row_id_of_content(const struct id *space, const char *content, size_t length, struct id *ret_digest);
void row_id_of_repeated(const struct id *digest, uint64_t before, struct id *ret_id);

/* Of a row that is not understood yet, by its cells as they stand: it has this id when it is put right, and so never
 * that of a row which says the same. */
void row_id_of_bad(const struct id *space, const char *cells, size_t length, struct id *ret_digest);

/* How many rows had a digest before: 8 bytes a digest and at most 32 MiB. */
enum { ROW_SEEN_MAX = 3670016 };
struct row_seen;

CXD_NODISCARD struct row_seen *row_seen_make(void); /* NULL: no memory */
void row_seen_free(struct row_seen *seen);          /* takes NULL */
void row_seen_forget(struct row_seen *seen);        /* as just made */
/* Counts one more. ERR_TABLE where there are more than ROW_SEEN_MAX different ones, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err row_seen_add(struct row_seen *seen, const struct id *digest, uint64_t *ret_before,
                                        struct error *err);

#endif
