/* Tokens that strangers carry for us: signed, so that nothing has to be stored until they come back. */

#include "cxd/base/token.h"

#include <string.h>
#include <sys/random.h>

#include <nettle/base64.h>
#include <nettle/hmac.h>

bool token_secret_make(uint8_t ret_secret[TOKEN_SECRET_SIZE]) {
    return getrandom(ret_secret, TOKEN_SECRET_SIZE, 0) == TOKEN_SECRET_SIZE;
}

static void mac(const uint8_t secret[TOKEN_SECRET_SIZE], const char *purpose, const void *payload, size_t length,
                uint8_t ret_mac[SHA256_SIZE]) {
    struct hmac_sha256_ctx hmac;
    uint8_t key[SHA256_SIZE];
    hmac_sha256_set_key(&hmac, TOKEN_SECRET_SIZE, secret);
    hmac_sha256_update(&hmac, strlen(purpose), (const uint8_t *)purpose);
    hmac_sha256_digest(&hmac, sizeof key, key);
    hmac_sha256_set_key(&hmac, sizeof key, key);
    hmac_sha256_update(&hmac, length, payload);
    hmac_sha256_digest(&hmac, SHA256_SIZE, ret_mac);
    explicit_bzero(key, sizeof key);
    explicit_bzero(&hmac, sizeof hmac);
}

static void append_base64url(struct buffer *out, const uint8_t *bytes, size_t length) {
    if (buffer_reserve(out, BASE64URL_ROOM(length)))
        out->length += base64url_write(bytes, length, out->data + out->length);
}

/* Decodes without padding; false for any other alphabet, or for bits that are left over and not zero. */
static bool decode_base64url(const char *text, size_t length, uint8_t *ret_bytes, size_t *ret_length) {
    struct base64_decode_ctx decode;
    base64url_decode_init(&decode);
    for (size_t i = 0; i < length; i++)
        if (strchr("= \t\r\n\v\f", text[i])) /* nettle passes these over */
            return false;
    *ret_length = BASE64_DECODE_LENGTH(length);
    if (!base64_decode_update(&decode, ret_length, ret_bytes, length, text))
        return false;
    /* Padding is not written, so what nettle still holds must be less than a byte, and zero. */
    return decode.bits < 6 && (decode.word & ((1U << decode.bits) - 1)) == 0;
}

void token_sign(struct buffer *out, const uint8_t secret[TOKEN_SECRET_SIZE], const char *purpose, const void *payload,
                size_t length) {
    uint8_t digest[SHA256_SIZE];
    mac(secret, purpose, payload, length, digest);
    append_base64url(out, payload, length);
    buffer_append_char(out, '.');
    append_base64url(out, digest, sizeof digest);
}

bool token_open(const char *token, const uint8_t secret[TOKEN_SECRET_SIZE], const char *purpose, struct arena *arena,
                const char **ret_payload, size_t *ret_length) {
    const char *dot = strchr(token, '.');
    if (!dot || strlen(dot + 1) != (SHA256_SIZE * 8 + 5) / 6)
        return false;
    uint8_t given[BASE64_DECODE_LENGTH((SHA256_SIZE * 8 + 5) / 6)], digest[SHA256_SIZE];
    size_t given_length, length, text_length = (size_t)(dot - token);
    uint8_t *payload = arena_alloc(arena, BASE64_DECODE_LENGTH(text_length) + 1);
    if (!payload || !decode_base64url(dot + 1, strlen(dot + 1), given, &given_length) || given_length != SHA256_SIZE ||
        !decode_base64url(token, text_length, payload, &length))
        return false;
    mac(secret, purpose, payload, length, digest);
    if (!secret_equal(given, digest, sizeof digest))
        return false;
    payload[length] = '\0';
    *ret_payload = (const char *)payload;
    *ret_length = length;
    return true;
}
