#ifndef CXD_BASE_SECRET_H
#define CXD_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* Random secrets, SHA-256 (by nettle) and comparison in constant time. */

enum { SHA256_SIZE = 32, SECRET_TEXT_SIZE = 48 };

void sha256(const void *bytes, size_t length, uint8_t ret_digest[SHA256_SIZE]);
/* The same of what comes in parts, which may be small: they are gathered. */
struct sha256_run {
    _Alignas(8) unsigned char state[112];
    size_t held;
    unsigned char parts[256];
};
void sha256_begin(struct sha256_run *ret_run);
void sha256_add(struct sha256_run *run, const void *bytes, size_t length);
void sha256_end(struct sha256_run *run, uint8_t ret_digest[SHA256_SIZE]);
void sha256_hex(const void *bytes, size_t length, char ret_hex[2 * SHA256_SIZE + 1]);

/* HMAC-SHA256 (RFC 2104), in hexadecimal. */
void hmac_sha256_hex(const uint8_t key[SHA256_SIZE], const void *bytes, size_t length,
                     char ret_hex[2 * SHA256_SIZE + 1]);

/* What every secret of ours begins with, and no other system's. */
#define SECRET_PREFIX "cxs_"

/* SECRET_PREFIX and 32 random bytes in base64url without padding: 47 characters and a NUL. False if the kernel gives no
 * randomness. */
CXD_NODISCARD bool secret_make(char ret_text[SECRET_TEXT_SIZE]);

/* Time depends on `length` only. */
bool secret_equal(const uint8_t *a, const uint8_t *b, size_t length);

/* Lower-case hexadecimal and a NUL: 2 * length + 1 bytes. */
void hex_write(const uint8_t *bytes, size_t length, char *ret_hex);
/* Base64url without padding and without a NUL; returns its length. `ret_text` has BASE64URL_ROOM. */
#define BASE64URL_ROOM(length) (((length) + 2) / 3 * 4)
size_t base64url_write(const uint8_t *bytes, size_t length, char *ret_text);

#endif
