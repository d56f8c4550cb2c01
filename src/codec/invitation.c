/* Invitations as signed tokens. What is inside of one was written here and its signature has been proved, so a payload
 * that is not as it should be is one of another version: none of ours. */
#include "cxd/codec/invitation.h"

#include <string.h>

#include "codec/read.h"
#include "cxd/base/utf8.h"

static const char PURPOSE[] = "invitation";
enum { PAYLOAD_DEPTH = 2 };

void invitation_sign(struct buffer *out, const struct invitation *invitation, const struct signing_key *key) {
    struct buffer payload;
    char id[ID_TEXT_SIZE];
    buffer_init(&payload);
    buffer_append_format(&payload, "{\"i\":\"%s\",\"s\":", id_format(id, &invitation->id));
    buffer_append_json(&payload, invitation->survey);
    buffer_append_text(&payload, ",\"e\":");
    buffer_append_int(&payload, invitation->expires_at);
    buffer_append_char(&payload, '}');
    if (payload.failed)
        out->failed = true;
    else
        token_sign(out, key->secret, PURPOSE, payload.data, payload.length);
    buffer_free(&payload);
}

/* What tokens held until the store did. */
static bool read_person(struct reading *reading, const json_t *root, struct invitation *invitation) {
    const json_t *respondent = json_object_get(root, "r"), *properties = json_object_get(root, "p");
    if (!respondent)
        return !properties;
    if (properties)
        read_property_list(reading, properties, "/p", &invitation->properties, &invitation->property_count);
    return read_text(reading, respondent, "/r", &invitation->respondent) &&
           read_form(reading, &invitation->respondent) && invitation->respondent[0] != '\0';
}

static bool read_payload(struct reading *reading, const json_t *root, struct invitation *invitation) {
    if (!read_is_object(reading, root, ""))
        return false;
    const json_t *id = read_member(root, "i");
    if (!json_is_string(id) || !id_parse(json_string_value(id), json_string_length(id), &invitation->id))
        return false;
    return read_text(reading, read_member(root, "s"), "/s", &invitation->survey) &&
           read_whole(reading, read_member(root, "e"), "/e", &invitation->expires_at) &&
           slug_valid(invitation->survey) && read_person(reading, root, invitation);
}

static enum cxd_err decode_payload(const char *payload, size_t length, struct arena *arena,
                                   struct invitation *ret_invitation, struct error *err) {
    struct document doc;
    struct invitation invitation = {.expires_at = 0};
    struct reading reading = {.arena = arena, .err = err};
    document_init(&doc);
    enum cxd_err code = document_read(&doc, payload, 0, length, PAYLOAD_DEPTH, err);
    if (code == CXD_OK) {
        error_clear(err);
        bool good = read_payload(&reading, doc.root, &invitation);
        code = reading.refused ? ERR_NO_MEMORY : good && err->code == CXD_OK ? CXD_OK : ERR_INVITATION_INVALID;
    }
    document_close(&doc);
    if (code == CXD_OK)
        *ret_invitation = invitation;
    return code;
}

enum cxd_err invitation_open(const char *token, const struct signing_key *keys, size_t key_count, struct arena *arena,
                             struct invitation *ret_invitation, struct error *err) {
    const char *payload = NULL;
    size_t length = 0;
    enum cxd_err code = ERR_INVITATION_INVALID;
    if (signing_keys_open(keys, key_count, PURPOSE, token, arena, &payload, &length))
        code = decode_payload(payload, length, arena, ret_invitation, err);
    else if (!arena_alloc(arena, strlen(token) + 1)) /* then the opening was refused it too */
        code = ERR_NO_MEMORY;
    if (code == CXD_OK)
        return CXD_OK;
    if (code == ERR_NO_MEMORY)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the invitation");
    return error_set(err, ERR_INVITATION_INVALID,
                     "the invitation is not one that this server made, or its key is no longer valid");
}
