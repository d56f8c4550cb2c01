#ifndef CXD_BASE_SECRET_H
#define CXD_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* Random secrets, SHA-256 (by nettle) and comparison in constant time. */

enum { SHA256_SIZE = 32, SECRET_TEXT_SIZE = 48 };

void sha256(const void *bytes, size_t length, uint8_t ret_digest[SHA256_SIZE]);
void sha256_hex(const void *bytes, size_t length, char ret_hex[2 * SHA256_SIZE + 1]);

/* "cxs_" and 32 random bytes in base64url without padding: 47 characters and a NUL. False if the kernel gives no
 * randomness. */
CXD_NODISCARD bool secret_make(char ret_text[SECRET_TEXT_SIZE]);

/* Time depends on `length` only. */
bool secret_equal(const uint8_t *a, const uint8_t *b, size_t length);

#endif
