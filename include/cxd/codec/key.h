#ifndef CXD_CODEC_KEY_H
#define CXD_CODEC_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/key.h"

/* {"name": "dashboard", "scopes": ["read"], "expires_at": …|null} or "expires_in": "90d". `name` and `scopes` are
 * required. Fills name, scopes and expires_at. ERR_MALFORMED_JSON, ERR_INVALID. */
CXD_NODISCARD enum cxd_err key_decode(const char *bytes, size_t length, size_t depth, int64_t now_ms,
                                      struct api_key *ret_key, struct error *err);

/* The member "scopes". */
void key_encode_scopes(struct buffer *out, unsigned scopes);

/* {"id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used", "revoked_at"} and, where `secret` is not
 * NULL (at creation only), "key". last_used is a date or null. */
void key_encode(struct buffer *out, const struct api_key *key, const char *secret);

#endif
