/* The headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers): reply.c writes both in
 * each reply that was limited. */

#include "http/allowance.h"

#include <string.h>

static const char *const NAMES[HTTP_RATE_COUNT] = {
    [HTTP_RATE_ADDRESS] = "address",
    [HTTP_RATE_SUBJECT] = "survey",
    [HTTP_RATE_BYTES] = "bytes",
    [HTTP_RATE_AUTH] = "auth",
};

const char *http_rate_name(enum http_rate rate) {
    return NAMES[rate];
}

static char *put_text(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_number(char *at, int64_t number) {
    char digits[20], *first = digits + sizeof digits;
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    memcpy(at, first, (size_t)(digits + sizeof digits - first));
    return at + (digits + sizeof digits - first);
}

/* Both without snprintf: every reply to a response has them, and they are what a limit costs most. */
void allowance_write_policy(enum http_rate rate, int64_t per_minute, char ret_text[ALLOWANCE_POLICY_SIZE]) {
    char *at = put_text(ret_text, "\"");
    at = put_text(at, NAMES[rate]);
    at = put_text(at, "\";q=");
    at = put_number(at, per_minute);
    at = put_text(at, ";w=");
    at = put_number(at, RATE_WINDOW_S);
    *at = '\0';
}

void allowance_write_state(enum http_rate rate, const struct rate_verdict *verdict,
                           char ret_text[ALLOWANCE_STATE_SIZE]) {
    char *at = put_text(ret_text, "\"");
    at = put_text(at, NAMES[rate]);
    at = put_text(at, "\";r=");
    at = put_number(at, verdict->remaining);
    at = put_text(at, ";t=");
    at = put_number(at, verdict->reset_s);
    *at = '\0';
}
