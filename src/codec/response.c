/* On the write path between api/ and domain/: the body of a response becomes a struct response, each of
 * its strings copied once into the request's arena; and a stored response becomes JSON again. This runs
 * for every request, so members are walked once, in the order of the text, and looked up in a table. */
#include "cxd/codec/response.h"

#include <limits.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

struct target {
    struct reading reading;
    struct response response;
    const char **ret_slug; /* NULL: `survey` is no member */
    bool has_score;
    bool has_survey;
};

typedef void read_member_fn(struct target *target, const json_t *value, const char *pointer, size_t offset);

static void read_score(struct target *target, const json_t *value, const char *pointer,
                       size_t offset CXD_UNUSED) {
    int64_t score;
    target->has_score = true;
    if (!read_whole(&target->reading, value, pointer, &score))
        return;
    target->response.score = score > INT_MAX ? INT_MAX : score < INT_MIN ? INT_MIN : (int)score;
}

static void read_string(struct target *target, const json_t *value, const char *pointer, size_t offset) {
    const char *text;
    if (read_text(&target->reading, value, pointer, &text))
        memcpy((char *)&target->response + offset, &text, sizeof(text));
}

static void read_comment(struct target *target, const json_t *value, const char *pointer, size_t offset) {
    if (!json_is_string(value) || json_string_length(value) > 0)
        read_string(target, value, pointer, offset);
}

static void read_id(struct target *target, const json_t *value, const char *pointer,
                    size_t offset CXD_UNUSED) {
    target->response.has_id =
        json_is_string(value) &&
        id_parse(json_string_value(value), json_string_length(value), &target->response.id);
    if (!target->response.has_id)
        error_add_member(target->reading.err, pointer, "must be a UUID (and not the nil or the max UUID)");
}

static void read_answered_at(struct target *target, const json_t *value, const char *pointer,
                             size_t offset CXD_UNUSED) {
    target->response.has_answered_at =
        read_time(&target->reading, value, pointer, &target->response.answered_at);
}

/* A field that a page hides from people: whatever is in it, a machine put there. */
static void read_honeypot(struct target *target, const json_t *value, const char *pointer CXD_UNUSED,
                          size_t offset CXD_UNUSED) {
    target->response.sent.filled_honeypot = !json_is_string(value) || json_string_length(value) > 0;
}

static void read_survey(struct target *target, const json_t *value, const char *pointer,
                        size_t offset CXD_UNUSED) {
    target->has_survey = true;
    if (!json_is_string(value) || !slug_valid(json_string_value(value)))
        error_add_member(target->reading.err, pointer, "must be the slug of a survey");
    else
        (void)read_text(&target->reading, value, pointer, target->ret_slug);
}

static void read_properties(struct target *target, const json_t *value, const char *pointer,
                            size_t offset CXD_UNUSED) {
    read_property_list(&target->reading, value, pointer, &target->response.properties,
                       &target->response.property_count);
}

static const struct response_member {
    const char *name;
    size_t length;
    read_member_fn *read;
    size_t offset;
} MEMBERS[] = {
    {"score", 5, read_score, 0},
    {"comment", 7, read_comment, offsetof(struct response, comment)},
    {"respondent", 10, read_string, offsetof(struct response, respondent)},
    {"touchpoint", 10, read_string, offsetof(struct response, touchpoint)},
    {"channel", 7, read_string, offsetof(struct response, channel)},
    {"locale", 6, read_string, offsetof(struct response, locale)},
    {"properties", 10, read_properties, 0},
    {"answered_at", 11, read_answered_at, 0},
    {"id", 2, read_id, 0},
    {"visit", 5, read_string, offsetof(struct response, visit)},
    {"invitation", 10, read_string, offsetof(struct response, sent.invitation)},
    {"nonce", 5, read_string, offsetof(struct response, sent.nonce)},
    {"website", 7, read_honeypot, 0},
    {"survey", 6, read_survey, 0}, /* of a batch only */
};

static const struct response_member *find_member(const char *name, size_t length, bool in_batch) {
    for (size_t i = 0; i < CXD_COUNT(MEMBERS) - (in_batch ? 0 : 1); i++)
        if (MEMBERS[i].length == length && memcmp(MEMBERS[i].name, name, length) == 0)
            return &MEMBERS[i];
    return NULL;
}

static void read_members(struct target *target, json_t *root) {
    const char *name;
    size_t length;
    json_t *value;
    json_object_keylen_foreach(root, name, length, value) {
        const struct response_member *member = find_member(name, length, target->ret_slug != NULL);
        if (member != NULL && json_is_null(value))
            continue;
        char pointer[POINTER_SIZE] = "";
        if (member != NULL) {
            pointer[0] = '/';
            memcpy(pointer + 1, name, length + 1);
            member->read(target, value, pointer, member->offset);
            continue;
        }
        error_pointer_append(pointer, sizeof(pointer), name);
        error_add_member(target->reading.err, pointer,
                         "is not a member of a response; free data goes under properties");
    }
    if (!target->has_score)
        error_add_member(target->reading.err, "/score", "is required");
    if (target->ret_slug != NULL && !target->has_survey)
        error_add_member(target->reading.err, "/survey", "is required");
}

enum cxd_err response_read(const json_t *root, struct arena *arena, const char **ret_slug,
                           struct response *ret_response, struct error *err) {
    struct target target = {
        .reading = {.arena = arena, .err = err},
        .ret_slug = ret_slug,
    };
    error_clear(err);
    if (read_is_object(&target.reading, root, ""))
        read_members(&target, (json_t *)root);
    enum cxd_err code = reading_end(&target.reading);
    if (code == CXD_OK || code == ERR_INVALID)
        *ret_response = target.response;
    return code;
}

enum cxd_err response_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                             struct response *ret_response, struct error *err) {
    struct document doc;
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, length, depth, err);
    if (code == CXD_OK)
        code = response_read(doc.root, arena, NULL, ret_response, err);
    document_close(&doc);
    return code;
}

static void encode_text(struct buffer *out, const char *lead, const char *text) {
    if (text == NULL)
        return;
    buffer_append_text(out, lead);
    buffer_append_json(out, text);
}

static void encode_properties(struct buffer *out, const struct response *response) {
    if (response->property_count == 0)
        return;
    for (size_t i = 0; i < response->property_count; i++) {
        buffer_append_text(out, i == 0 ? ",\"properties\":{" : ",");
        buffer_append_json(out, response->properties[i].key);
        buffer_append_char(out, ':');
        buffer_append_json(out, response->properties[i].value);
    }
    buffer_append_char(out, '}');
}

static void encode_flags(struct buffer *out, unsigned flags) {
    const char *lead = ",\"flags\":[\"";
    for (int i = 0; i < FLAG_COUNT; i++) {
        if (!(flags & 1U << i))
            continue;
        buffer_append_text(out, lead);
        buffer_append_text(out, flag_name(i));
        buffer_append_char(out, '"');
        lead = ",\"";
    }
    buffer_append_char(out, ']');
}

void response_encode(struct buffer *out, const struct response *response, const char *survey_slug) {
    char id[ID_TEXT_SIZE];
    buffer_append_text(out, "{\"id\":\"");
    buffer_append_text(out, id_format(id, &response->id));
    buffer_append_text(out, "\",\"survey\":");
    buffer_append_json(out, survey_slug);
    buffer_append_text(out, ",\"revision\":");
    buffer_append_int(out, response->revision);
    buffer_append_text(out, ",\"score\":");
    buffer_append_int(out, response->score);
    encode_text(out, ",\"comment\":", response->comment);
    encode_text(out, ",\"respondent\":", response->respondent);
    encode_text(out, ",\"touchpoint\":", response->touchpoint);
    encode_text(out, ",\"channel\":", response->channel);
    encode_text(out, ",\"locale\":", response->locale);
    encode_text(out, ",\"visit\":", response->visit);
    encode_properties(out, response);
    buffer_append_text(out, ",\"answered_at\":");
    buffer_append_time(out, response->answered_at);
    buffer_append_text(out, ",\"received_at\":");
    buffer_append_time(out, response->received_at);
    if (response->flags != 0)
        encode_flags(out, response->flags);
    if (response->excluded) {
        buffer_append_text(out, ",\"excluded\":true");
        encode_text(out, ",\"excluded_reason\":", response->excluded_reason);
    }
    buffer_append_char(out, '}');
}
