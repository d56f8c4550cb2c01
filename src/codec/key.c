/* API keys between JSON and struct: what an admin asks for, and what is told of a key (its secret once, at
 * creation). */
#include "cxd/codec/key.h"

#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "codec/write.h"
#include "cxd/base/utf8.h"

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
    if (value == NULL)
        error_add_member(err, "/name", "is required");
    else if (name == NULL)
        error_add_member(err, "/name", "must be a string");
    else if (name[0] == '\0' || strlen(name) >= KEY_NAME_SIZE)
        error_add_member(err, "/name", "must be 1 to %d bytes long", KEY_NAME_SIZE - 1);
    else if (utf8_has_control(name, false))
        error_add_member(err, "/name", "must not hold control characters");
    else
        memcpy(target->key->name, name, strlen(name) + 1);
}

static void read_scopes(struct target *target, const json_t *value) {
    if (value == NULL)
        error_add_member(target->reading.err, "/scopes", "is required");
    if (value == NULL || !read_is_array(&target->reading, value, "/scopes"))
        return;
    if (json_array_size(value) == 0)
        error_add_member(target->reading.err, "/scopes", "must name at least one scope");
    target->key->scopes = 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        enum scope scope;
        if (name != NULL && scope_parse(name, &scope)) {
            target->key->scopes |= (unsigned)scope;
            continue;
        }
        char pointer[POINTER_SIZE];
        snprintf(pointer, sizeof(pointer), "/scopes/%zu", i);
        error_add_member(target->reading.err, pointer,
                         "must be \"read\", \"write\", \"export\", \"erase\" or \"admin\"");
    }
}

static void read_expires_at(struct target *target, const json_t *value) {
    int64_t at;
    if (value == NULL || !read_time(&target->reading, value, "/expires_at", &at))
        return;
    target->has_expiry = true;
    if (at <= target->now_ms)
        error_add_member(target->reading.err, "/expires_at", "must lie ahead");
    target->key->expires_at = at;
}

static void read_expires_in(struct target *target, const json_t *value) {
    int64_t seconds;
    if (value == NULL || !read_duration(&target->reading, value, "/expires_in", &seconds))
        return;
    if (target->has_expiry)
        error_add_member(target->reading.err, "/expires_in", "must not stand beside expires_at");
    else if (seconds == 0)
        error_add_member(target->reading.err, "/expires_in", "must be longer than nothing");
    target->key->expires_at = target->now_ms + seconds * 1000;
}

static const struct key_member {
    const char *name;
    read_member_fn *read;
} MEMBERS[] = {
    {"name", read_name},
    {"scopes", read_scopes},
    {"expires_at", read_expires_at},
    {"expires_in", read_expires_in},
};

static void read_members(struct target *target, const json_t *root) {
    const char *name;
    json_t *value;
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        MEMBERS[i].read(target, read_member(root, MEMBERS[i].name));
    json_object_foreach((json_t *)root, name, value) {
        size_t i = 0;
        while (i < CXD_COUNT(MEMBERS) && strcmp(MEMBERS[i].name, name) != 0)
            i++;
        if (i < CXD_COUNT(MEMBERS))
            continue;
        char pointer[POINTER_SIZE] = "";
        error_pointer_append(pointer, sizeof(pointer), name);
        error_add_member(target->reading.err, pointer,
                         "is not a member of a key; it has name, scopes, expires_at and expires_in");
    }
}

enum cxd_err key_decode(const char *bytes, size_t length, size_t depth, int64_t now_ms,
                        struct api_key *ret_key, struct error *err) {
    struct document doc;
    struct api_key key = {.expires_at = TIME_MAX};
    struct target target = {.reading = {.err = err}, .key = &key, .now_ms = now_ms};
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&target.reading, doc.root, ""))
            read_members(&target, doc.root);
        code = reading_end(&target.reading);
    }
    document_close(&doc);
    if (code == CXD_OK) {
        memcpy(ret_key->name, key.name, sizeof(key.name));
        ret_key->scopes = key.scopes;
        ret_key->expires_at = key.expires_at;
    }
    return code;
}

/* The date alone: the day of the last use is all that is kept. */
static void encode_day(struct buffer *out, int64_t day_ms) {
    char text[TIME_TEXT_SIZE];
    if (day_ms == 0)
        buffer_append_text(out, "null");
    else
        buffer_append_format(out, "\"%.10s\"", time_format(text, day_ms));
}

void key_encode(struct buffer *out, const struct api_key *key, const char *secret) {
    char id[ID_TEXT_SIZE];
    buffer_append_format(out, "{\"id\":\"%s\",\"name\":", id_format(id, &key->id));
    buffer_append_json(out, key->name);
    buffer_append_text(out, ",\"prefix\":");
    buffer_append_json(out, key->prefix);
    buffer_append_text(out, ",\"scopes\":[");
    bool first = true;
    for (int i = 0; scope_name(i) != NULL; i++) {
        if ((key->scopes & (1u << i)) == 0)
            continue;
        buffer_append_text(out, first ? "" : ",");
        buffer_append_json(out, scope_name(i));
        first = false;
    }
    buffer_append_text(out, "],\"created_at\":");
    buffer_append_time(out, key->created_at);
    buffer_append_text(out, ",\"expires_at\":");
    buffer_append_time(out, key->expires_at);
    buffer_append_text(out, ",\"last_used\":");
    encode_day(out, key->used_day);
    buffer_append_text(out, ",\"revoked_at\":");
    write_time_or_null(out, key->revoked_at);
    if (secret != NULL) {
        buffer_append_text(out, ",\"key\":");
        buffer_append_json(out, secret);
    }
    buffer_append_char(out, '}');
}
