#ifndef CXD_CODEC_EXCLUSION_H
#define CXD_CODEC_EXCLUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* {"excluded": true, "reason": "test order"} or {"excluded": false}: whether a response counts. `reason` (1–200
 * characters, of the arena) is NULL where it is not given; beside false it is refused. ERR_MALFORMED_JSON, ERR_INVALID.
 */
CXD_NODISCARD enum cxd_err exclusion_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                            bool *ret_excluded, const char **ret_reason, struct error *err);

#endif
