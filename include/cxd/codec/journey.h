#ifndef CXD_CODEC_JOURNEY_H
#define CXD_CODEC_JOURNEY_H

#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/journey.h"

/* A journey between JSON and struct: {"name": "Buying", "stages": [{"survey": "shop", "touchpoint": "search"}, …]}.
 * `stages` is required; touchpoint null or left out is all of the survey. What the server adds to a reply (journey,
 * revision, created_at, updated_at; of a stage archived) is taken and passed over, so that a reply can be edited and
 * put back; a `journey` must be the path's. */

/* ERR_MALFORMED_JSON, or ERR_INVALID naming every bad member. Whether the surveys are there is not looked at. Strings
 * are of the arena. */
CXD_NODISCARD enum cxd_err journey_decode(const char *bytes, size_t length, size_t depth, const char *slug,
                                          struct arena *arena, struct journey *ret_journey, struct error *err);
/* A definition that the store kept, whatever depth a body may have today. ERR_STORAGE: it cannot be read. */
CXD_NODISCARD enum cxd_err journey_decode_stored(const char *definition, const char *name, struct arena *arena,
                                                 struct journey *ret_journey, struct error *err);
/* The definition alone, canonical: what the store keeps. */
void journey_encode_definition(struct buffer *out, const struct journey *journey);

#endif
