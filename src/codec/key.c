/* API keys between JSON and struct: what an admin asks for, and what is told of a key (its secret once, at
 * creation). */
#include "cxd/codec/key.h"

#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/write.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

struct target {
    struct reading reading;
    struct api_key *key;
    int64_t now_ms;
    bool has_expiry;
};

/* `value` is NULL where the member is not given. */
typedef void read_member_fn(struct target *target, const json_t *value);

static void read_name(struct target *target, const json_t *value) {
    struct error *err = target->reading.err;
    const char *name = json_string_value(value);
    if (!value)
        error_add_member(err, "/name", "is required");
    else if (!name)
        error_add_member(err, "/name", "must be a string");
    else if (name[0] == '\0' || strlen(name) >= KEY_NAME_SIZE)
        error_add_member(err, "/name", "must be 1 to %d bytes long", KEY_NAME_SIZE - 1);
    else if (utf8_has_control(name, false))
        error_add_member(err, "/name", "must not hold control characters");
    else
        memcpy(target->key->name, name, strlen(name) + 1);
}

void read_scopes(struct reading *reading, const json_t *value, unsigned *ret_scopes) {
    if (!read_is_array(reading, value, "/scopes"))
        return;
    if (json_array_size(value) == 0)
        error_add_member(reading->err, "/scopes", "must name at least one scope");
    *ret_scopes = 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        int scope = name ? words_find(&KEY_SCOPES, name) : -1;
        if (scope >= 0) {
            *ret_scopes |= 1U << scope;
            continue;
        }
        char pointer[POINTER_SIZE], words[128];
        snprintf(pointer, sizeof pointer, "/scopes/%zu", i);
        error_add_member(reading->err, pointer, "must be %s", words_quote(&KEY_SCOPES, words, sizeof words));
    }
}

static void read_key_scopes(struct target *target, const json_t *value) {
    if (value)
        read_scopes(&target->reading, value, &target->key->scopes);
    else
        error_add_member(target->reading.err, "/scopes", "is required");
}

static void read_expires_at(struct target *target, const json_t *value) {
    int64_t at;
    if (!value || !read_time(&target->reading, value, "/expires_at", &at))
        return;
    target->has_expiry = true;
    if (at <= target->now_ms)
        error_add_member(target->reading.err, "/expires_at", "must lie ahead");
    target->key->expires_at = at;
}

static void read_expires_in(struct target *target, const json_t *value) {
    int64_t seconds;
    if (!value || !read_duration(&target->reading, value, "/expires_in", &seconds))
        return;
    if (target->has_expiry)
        error_add_member(target->reading.err, "/expires_in", "must not stand beside expires_at");
    else if (seconds == 0)
        error_add_member(target->reading.err, "/expires_in", "must be longer than nothing");
    target->key->expires_at = target->now_ms + seconds * 1000;
}

static const char *const MEMBER_NAMES[] = {"name", "scopes", "expires_at", "expires_in"};
static read_member_fn *const MEMBER_READERS[] = {read_name, read_key_scopes, read_expires_at, read_expires_in};

static void read_members(struct target *target, const json_t *root) {
    static const struct words names = WORDS(MEMBER_NAMES);
    for (int i = 0; i < names.count; i++)
        MEMBER_READERS[i](target, read_member(root, MEMBER_NAMES[i]));
    read_refuse_unknown(&target->reading, root, "", &names,
                        "is not a member of a key; it has name, scopes, expires_at and expires_in");
}

enum cxd_err key_decode(const char *bytes, size_t length, size_t depth, int64_t now_ms, struct api_key *ret_key,
                        struct error *err) {
    struct document doc;
    struct api_key key = {.expires_at = TIME_MAX};
    struct target target = {.reading = {.err = err}, .key = &key, .now_ms = now_ms};
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&target.reading, doc.root, ""))
            read_members(&target, doc.root);
        code = reading_end(&target.reading);
    }
    document_close(&doc);
    if (code == CXD_OK) {
        memcpy(ret_key->name, key.name, sizeof key.name);
        ret_key->scopes = key.scopes;
        ret_key->expires_at = key.expires_at;
    }
    return code;
}

void key_encode_scopes(struct buffer *out, unsigned scopes) {
    write_open(out, "scopes", '[');
    for (int i = 0; scope_name(i); i++)
        if ((scopes & (1U << i)) != 0)
            write_text(out, NULL, scope_name(i));
    buffer_append_char(out, ']');
}

void key_encode(struct buffer *out, const struct api_key *key, const char *secret) {
    char text[TIME_TEXT_SIZE];
    write_open(out, NULL, '{');
    write_id(out, "id", &key->id);
    write_text(out, "name", key->name);
    write_text(out, "prefix", key->prefix);
    key_encode_scopes(out, key->scopes);
    write_time(out, "created_at", key->created_at);
    write_time(out, "expires_at", key->expires_at);
    (void)time_format(text, key->used_day);
    text[10] = '\0'; /* the date alone: the day of the last use is all that is kept */
    write_text(out, "last_used", key->used_day == 0 ? NULL : text);
    write_time_or_null(out, "revoked_at", key->revoked_at);
    write_given(out, "key", secret);
    buffer_append_char(out, '}');
}
