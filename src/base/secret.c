/* Secrets of API keys: made once, kept only as a digest, compared without a timing hint. */

#include "cxd/base/secret.h"

#include <string.h>
#include <sys/random.h>

#include <nettle/base16.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

void sha256(const void *bytes, size_t length, uint8_t ret_digest[SHA256_SIZE]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, length, bytes);
    sha256_digest(&hash, SHA256_SIZE, ret_digest);
}

_Static_assert(BASE64URL_ROOM(32) <= SECRET_TEXT_SIZE - 4, "a secret has room for its padding");
_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct sha256_run), "a run has room for nettle's state");

void sha256_begin(struct sha256_run *ret_run) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    memcpy(ret_run->state, &hash, sizeof hash);
    ret_run->held = 0;
}

void sha256_add(struct sha256_run *run, const void *bytes, size_t length) {
    struct sha256_ctx hash;
    if (length <= sizeof run->parts - run->held) {
        if (length > 0)
            memcpy(run->parts + run->held, bytes, length);
        run->held += length;
        return;
    }
    memcpy(&hash, run->state, sizeof hash);
    sha256_update(&hash, run->held, run->parts);
    sha256_update(&hash, length, bytes);
    memcpy(run->state, &hash, sizeof hash);
    run->held = 0;
}

void sha256_end(struct sha256_run *run, uint8_t ret_digest[SHA256_SIZE]) {
    struct sha256_ctx hash;
    memcpy(&hash, run->state, sizeof hash);
    sha256_update(&hash, run->held, run->parts);
    sha256_digest(&hash, SHA256_SIZE, ret_digest);
}

void hex_write(const uint8_t *bytes, size_t length, char *ret_hex) {
    base16_encode_update(ret_hex, length, bytes);
    ret_hex[BASE16_ENCODE_LENGTH(length)] = '\0';
}

size_t base64url_write(const uint8_t *bytes, size_t length, char *ret_text) {
    struct base64_encode_ctx encode;
    base64url_encode_init(&encode);
    size_t written = base64_encode_update(&encode, ret_text, length, bytes);
    written += base64_encode_final(&encode, ret_text + written);
    while (written > 0 && ret_text[written - 1] == '=')
        written--;
    return written;
}

void sha256_hex(const void *bytes, size_t length, char ret_hex[2 * SHA256_SIZE + 1]) {
    uint8_t digest[SHA256_SIZE];
    sha256(bytes, length, digest);
    hex_write(digest, sizeof digest, ret_hex);
}

void hmac_sha256_hex(const uint8_t key[SHA256_SIZE], const void *bytes, size_t length,
                     char ret_hex[2 * SHA256_SIZE + 1]) {
    struct hmac_sha256_ctx hmac;
    uint8_t digest[SHA256_SIZE];
    hmac_sha256_set_key(&hmac, SHA256_SIZE, key);
    hmac_sha256_update(&hmac, length, bytes);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    explicit_bzero(&hmac, sizeof hmac);
    hex_write(digest, sizeof digest, ret_hex);
}

bool secret_make(char ret_text[SECRET_TEXT_SIZE]) {
    uint8_t random[32];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return false;
    memcpy(ret_text, SECRET_PREFIX, strlen(SECRET_PREFIX));
    ret_text[4 + base64url_write(random, sizeof random, ret_text + 4)] = '\0';
    explicit_bzero(random, sizeof random);
    return true;
}

bool secret_equal(const uint8_t *a, const uint8_t *b, size_t length) {
    return memeql_sec(a, b, length) != 0;
}
