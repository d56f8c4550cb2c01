/* Secrets of API keys: made once, kept only as a digest, compared without a timing hint. */

#include "cxd/base/secret.h"

#include <string.h>
#include <sys/random.h>

#include <nettle/memops.h>
#include <nettle/sha2.h>

void sha256(const void *bytes, size_t length, uint8_t ret_digest[SHA256_SIZE]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, length, bytes);
    sha256_digest(&hash, SHA256_SIZE, ret_digest);
}

void sha256_hex(const void *bytes, size_t length, char ret_hex[2 * SHA256_SIZE + 1]) {
    static const char HEX[] = "0123456789abcdef";
    uint8_t digest[SHA256_SIZE];
    sha256(bytes, length, digest);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        ret_hex[2 * i] = HEX[digest[i] >> 4];
        ret_hex[2 * i + 1] = HEX[digest[i] & 15];
    }
    ret_hex[2 * SHA256_SIZE] = '\0';
}

bool secret_make(char ret_text[SECRET_TEXT_SIZE]) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t random[33] = {0}; /* the 33rd byte only pads the last group of bits */
    if (getrandom(random, 32, 0) != 32)
        return false;
    memcpy(ret_text, "cxs_", 4);
    for (size_t i = 0; i < 43; i++) {
        size_t bit = 6 * i;
        unsigned pair =
            (unsigned)random[bit / 8] << 8 | (bit / 8 + 1 < sizeof random ? random[bit / 8 + 1] : 0);
        ret_text[4 + i] = DIGITS[pair >> (10 - bit % 8) & 63];
    }
    ret_text[SECRET_TEXT_SIZE - 1] = '\0';
    explicit_bzero(random, sizeof random);
    return true;
}

bool secret_equal(const uint8_t *a, const uint8_t *b, size_t length) {
    return memeql_sec(a, b, length) != 0;
}
