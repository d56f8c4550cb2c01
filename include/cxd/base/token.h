#ifndef CXD_BASE_TOKEN_H
#define CXD_BASE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/secret.h"

/* Signed tokens: base64url(payload) "." base64url(HMAC-SHA256), without padding. The key of the HMAC is itself
 * HMAC-SHA256(secret, purpose), so that a token of one purpose is none of another. Whoever holds a token can read it.
 */

enum { TOKEN_SECRET_SIZE = 32 };

/* False if the kernel gives no randomness. */
CXD_NODISCARD bool token_secret_make(uint8_t ret_secret[TOKEN_SECRET_SIZE]);

/* Appends the token; fails as the buffer does. */
void token_sign(struct buffer *out, const uint8_t secret[TOKEN_SECRET_SIZE], const char *purpose, const void *payload,
                size_t length);

/* True if `token` was signed for `purpose` with the secret; the payload is then of the arena, with a NUL behind it.
 * False too where memory is refused. Takes any text; compares in constant time; a payload has only one base64url form
 * that is taken. */
CXD_NODISCARD bool token_open(const char *token, const uint8_t secret[TOKEN_SECRET_SIZE], const char *purpose,
                              struct arena *arena, const char **ret_payload, size_t *ret_length);

#endif
