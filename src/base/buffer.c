/* Growing output: replies, exports and canonical forms are written into one of these by codec/ and http/. The
 * appends stand on the path of every reply, so numbers, times and strings are written without printf. */

#include "cxd/base/buffer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"

enum { FIRST_CAPACITY = 256, DIGITS_MAX = 20 };

void buffer_init(struct buffer *buf) {
    *buf = (struct buffer){0};
}

void buffer_free(struct buffer *buf) {
    if (!buf)
        return;
    free(buf->data);
    buffer_init(buf);
}

void buffer_reset(struct buffer *buf) {
    buf->length = 0;
    buf->failed = false;
}

static bool grow(struct buffer *buf, size_t more) {
    size_t need;
    if (buf->failed || __builtin_add_overflow(buf->length, more, &need) || need > SIZE_MAX / 2)
        goto fail;
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
    while (capacity < need)
        capacity *= 2;
    char *data = realloc(buf->data, capacity);
    if (!data)
        goto fail;
    buf->data = data;
    buf->capacity = capacity;
    return true;
fail:
    buf->failed = true;
    return false;
}

bool buffer_reserve(struct buffer *buf, size_t more) {
    if (!buf->failed && more <= buf->capacity - buf->length && buf->data)
        return true;
    return grow(buf, more);
}

void buffer_append(struct buffer *buf, const void *bytes, size_t length) {
    if (length == 0 || !buffer_reserve(buf, length))
        return;
    memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
}

void buffer_append_text(struct buffer *buf, const char *text) {
    buffer_append(buf, text, strlen(text));
}

void buffer_append_char(struct buffer *buf, char c) {
    if (buffer_reserve(buf, 1))
        buf->data[buf->length++] = c;
}

static size_t count_digits(uint64_t value) {
    size_t digits = 1;
    for (uint64_t power = 10; digits < DIGITS_MAX && value >= power; power *= 10)
        digits++;
    return digits;
}

/* Where there is room for them. */
static void put_digits(struct buffer *buf, uint64_t value, size_t digits) {
    char *at = buf->data + buf->length;
    for (size_t i = digits; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    buf->length += digits;
}

void buffer_append_int(struct buffer *buf, int64_t value) {
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (!buffer_reserve(buf, DIGITS_MAX + 1))
        return;
    if (value < 0)
        buf->data[buf->length++] = '-';
    put_digits(buf, size, count_digits(size));
}

void buffer_append_format(struct buffer *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        buf->failed = true;
    if (!buffer_reserve(buf, (size_t)length + 1))
        return;
    va_start(args, format);
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
    va_end(args);
    buf->length += (size_t)length;
}

/* How a byte of a JSON string is written: 0 as it is, 'u' as \u00XX, '?' as it is unless it begins U+2028/9, any
 * other as a backslash and that letter. */
static const char JSON_ESCAPE[256] = {
    [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u',  [0x05] = 'u', [0x06] = 'u', [0x07] = 'u',
    [0x08] = 'b', [0x09] = 't', [0x0A] = 'n', [0x0B] = 'u', [0x0C] = 'f',  [0x0D] = 'r', [0x0E] = 'u', [0x0F] = 'u',
    [0x10] = 'u', [0x11] = 'u', [0x12] = 'u', [0x13] = 'u', [0x14] = 'u',  [0x15] = 'u', [0x16] = 'u', [0x17] = 'u',
    [0x18] = 'u', [0x19] = 'u', [0x1A] = 'u', [0x1B] = 'u', [0x1C] = 'u',  [0x1D] = 'u', [0x1E] = 'u', [0x1F] = 'u',
    ['"'] = '"',  ['&'] = 'u',  ['<'] = 'u',  ['>'] = 'u',  ['\\'] = '\\', [0xE2] = '?',
};

/* Writes the escape of the character at `text` and returns the number of bytes it took; 0 if it needs none. */
static size_t append_escape(struct buffer *buf, const unsigned char *text) {
    static const char HEX[] = "0123456789abcdef";
    char how = JSON_ESCAPE[*text];
    if (how == '?') {
        if (text[1] != 0x80 || (text[2] != 0xA8 && text[2] != 0xA9))
            return 0;
        buffer_append(buf, text[2] == 0xA8 ? "\\u2028" : "\\u2029", 6);
        return 3;
    }
    if (how == 'u') {
        char escape[6] = {'\\', 'u', '0', '0', HEX[*text >> 4], HEX[*text & 15]};
        buffer_append(buf, escape, sizeof escape);
    } else {
        char escape[2] = {'\\', how};
        buffer_append(buf, escape, sizeof escape);
    }
    return 1;
}

void buffer_append_json(struct buffer *buf, const char *text) {
    if (!text) {
        buffer_append(buf, "null", 4);
        return;
    }
    size_t length = strlen(text);
    if (!buffer_reserve(buf, length + 2))
        return;
    buf->data[buf->length++] = '"';
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + length;
    const unsigned char *plain = at; /* what follows here is not yet written */
    while (at < end) {
        if (!JSON_ESCAPE[*at]) {
            at++;
            continue;
        }
        size_t before = (size_t)(at - plain);
        buffer_append(buf, plain, before);
        size_t used = append_escape(buf, at);
        plain = at + used;
        at += used ? used : 1;
    }
    buffer_append(buf, plain, (size_t)(end - plain));
    buffer_append_char(buf, '"');
}

/* Cuts `text` ("12.345678", no sign) to `decimals`, rounding its digits half up. `text` has a spare '0' in front for
 * a carry. */
static size_t round_decimal(char *text, size_t length, size_t cut) {
    size_t keep = length - cut; /* ends at the last digit that stays, or at the point */
    bool up = text[keep] >= '5';
    if (text[keep - 1] == '.')
        keep--;
    for (size_t i = keep; up && i-- > 0;) {
        if (text[i] == '.')
            continue;
        up = text[i] == '9';
        text[i] = up ? '0' : (char)(text[i] + 1);
    }
    return keep;
}

/* Where the last digit is beyond doubt, which it is but for a tie: the product is off by less than 1e-7. */
static bool append_plain_fixed(struct buffer *buf, double value, int decimals) {
    static const double POWERS[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    double scaled = fabs(value) * POWERS[decimals];
    if (scaled >= 1e9)
        return false;
    uint64_t rest = (uint64_t)scaled;
    double part = scaled - (double)rest;
    if (fabs(part - 0.5) < 1e-6)
        return false;
    rest += part > 0.5;
    if (!buffer_reserve(buf, DIGITS_MAX + 2))
        return true;
    if (value < 0 && rest > 0)
        buf->data[buf->length++] = '-';
    uint64_t power = (uint64_t)POWERS[decimals], whole = rest / power;
    put_digits(buf, whole, count_digits(whole));
    if (decimals > 0) {
        buf->data[buf->length++] = '.';
        put_digits(buf, rest % power, (size_t)decimals);
    }
    return true;
}

void buffer_append_fixed(struct buffer *buf, double value, int decimals) {
    enum { FURTHER = 12 };
    char text[352]; /* the largest double has 309 digits before the point */
    if (!isfinite(value)) {
        buffer_append(buf, "null", 4);
        return;
    }
    if (decimals < 0)
        decimals = 0;
    if (decimals > 6)
        decimals = 6;
    if (append_plain_fixed(buf, value, decimals))
        return;
    text[0] = '0';
    int printed = snprintf(text + 1, sizeof text - 1, "%.*f", decimals + FURTHER, fabs(value));
    size_t length = round_decimal(text, (size_t)printed + 1, FURTHER);
    const char *first = text[0] == '0' ? text + 1 : text;
    length -= (size_t)(first - text);
    if (value < 0 && strspn(first, "0.") < length)
        buffer_append_char(buf, '-');
    buffer_append(buf, first, length);
}

void buffer_append_time(struct buffer *buf, int64_t time_ms) {
    if (time_ms == TIME_MIN || time_ms == TIME_MAX) {
        buffer_append(buf, "null", 4);
        return;
    }
    if (!buffer_reserve(buf, TIME_TEXT_SIZE + 2))
        return;
    char *out = buf->data + buf->length;
    *out = '"';
    time_format(out + 1, time_ms);
    size_t length = 1 + strlen(out + 1);
    out[length] = '"';
    buf->length += length + 1;
}

const char *buffer_terminate(struct buffer *buf) {
    if (!buffer_reserve(buf, 1))
        return NULL;
    buf->data[buf->length] = '\0';
    return buf->data;
}
