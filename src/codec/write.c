/* The end of every reply: members of JSON. Whether a comma is due shows in what was written last, so that nothing has
 * to be kept between two members. */
#include "cxd/codec/write.h"

#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/id.h"

/* Behind an opening bracket, a name, or the end of a line before (of a list in lines). */
static bool is_first(const struct buffer *out) {
    char last = out->length > 0 ? out->data[out->length - 1] : '[';
    return last == '{' || last == '[' || last == ':' || last == '\n';
}

/* The name, and what goes before it; then there is room for `more`. */
static bool begin(struct buffer *out, const char *name, size_t more) {
    size_t length = name ? strlen(name) : 0;
    if (!buffer_reserve(out, length + 4 + more))
        return false;
    char *at = out->data + out->length;
    if (!is_first(out))
        *at++ = ',';
    if (name) {
        *at++ = '"';
        memcpy(at, name, length);
        at += length;
        *at++ = '"';
        *at++ = ':';
    }
    out->length = (size_t)(at - out->data);
    return true;
}

void write_name(struct buffer *out, const char *name) {
    (void)begin(out, name, 0);
}

void write_open(struct buffer *out, const char *name, char bracket) {
    if (begin(out, name, 1))
        out->data[out->length++] = bracket;
}

void write_null(struct buffer *out, const char *name) {
    write_text(out, name, NULL);
}

void write_text(struct buffer *out, const char *name, const char *text) {
    write_name(out, name);
    buffer_append_json(out, text);
}

void write_given(struct buffer *out, const char *name, const char *text) {
    if (text)
        write_text(out, name, text);
}

void write_int(struct buffer *out, const char *name, int64_t number) {
    write_name(out, name);
    buffer_append_int(out, number);
}

void write_known(struct buffer *out, const char *name, int64_t number, bool is_known) {
    if (is_known)
        write_int(out, name, number);
    else
        write_null(out, name);
}

void write_fixed(struct buffer *out, const char *name, double number, int decimals, bool is_known) {
    write_name(out, name);
    if (is_known)
        buffer_append_fixed(out, number, decimals);
    else
        buffer_append_json(out, NULL);
}

void write_bool(struct buffer *out, const char *name, bool is_true) {
    write_name(out, name);
    buffer_append_text(out, is_true ? "true" : "false");
}

void write_time(struct buffer *out, const char *name, int64_t time_ms) {
    write_name(out, name);
    buffer_append_time(out, time_ms);
}

void write_time_or_null(struct buffer *out, const char *name, int64_t time_ms) {
    write_time(out, name, time_ms == 0 ? TIME_MAX : time_ms);
}

void write_id(struct buffer *out, const char *name, const struct id *id) {
    write_name(out, name);
    if (!buffer_reserve(out, ID_TEXT_SIZE + 1))
        return;
    char *at = out->data + out->length;
    *at = '"';
    (void)id_format(at + 1, id);
    at[ID_TEXT_SIZE] = '"'; /* where its NUL was */
    out->length += ID_TEXT_SIZE + 1;
}
