#ifndef CXD_CODEC_IMPORT_H
#define CXD_CODEC_IMPORT_H

#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/import.h"

/* Imports between JSON and struct. */

/* Reads what begins one: survey (its slug, in *ret_survey), source, fingerprint, and rows, if they are counted. Strings
 * are of the arena. ERR_MALFORMED_JSON, ERR_INVALID with every member that is wrong. */
CXD_NODISCARD enum cxd_err import_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                         const char **ret_survey, struct import_record *ret_import, struct error *err);

/* The body of a PATCH: {"state": "done"}, for there is no other. The same errors. */
CXD_NODISCARD enum cxd_err import_decode_turn(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                              struct error *err);

/* Appends one as a JSON object; `survey_slug` NULL: the survey is not there. */
void import_encode(struct buffer *out, const struct import_record *record, const char *survey_slug);

#endif
