/* Invitations: what makes one good, and what it makes of a response. Stands between codec/ (which opened the token) and
 * api/; keeps nothing. */
#include "cxd/domain/invitation.h"

#include <stdio.h>
#include <string.h>

#include "domain/rules.h"

enum cxd_err invitation_validate(const struct invitation *invitation, const struct response_limits *limits,
                                 int64_t now_ms, const char *expiry_pointer, struct error *err) {
    const struct response response = {.properties = invitation->properties,
                                      .property_count = invitation->property_count};
    if (!invitation->respondent)
        rules_report(err, "/respondent", "is required");
    rules_check_text(err, "/respondent", invitation->respondent, 1, limits->respondent_characters, false);
    response_check_properties(&response, limits, err);
    if (invitation->expires_at <= now_ms)
        rules_report(err, expiry_pointer, "must lie ahead");
    return err->code;
}

void invitation_response_id(const struct invitation *invitation, struct id *ret_id) {
    /* Names made of an Idempotency-Key begin with a slug, never with a newline. */
    char name[SLUG_SIZE + ID_TEXT_SIZE + 16], id[ID_TEXT_SIZE];
    int length = snprintf(name, sizeof name, "\ninvitation\n%.*s\n%s", SLUG_SIZE - 1, invitation->survey,
                          id_format(id, &invitation->id));
    id_from_name(&ID_SPACE_CXD, name, (size_t)length, ret_id);
}

enum cxd_err invitation_judge(const struct invitation *invitation, const char *slug, int64_t now_ms,
                              struct error *err) {
    if (strcmp(invitation->survey, slug) != 0)
        return error_set(err, ERR_INVITATION_OTHER_SURVEY, "this invitation is to the survey %s", invitation->survey);
    if (now_ms >= invitation->expires_at)
        return error_set(err, ERR_INVITATION_EXPIRED, "the time of this invitation is over");
    return CXD_OK;
}

void invitation_check_id(const struct invitation *invitation, const struct response *response, struct error *err) {
    struct id id;
    char text[ID_TEXT_SIZE];
    invitation_response_id(invitation, &id);
    if (response->has_id && id_compare(&response->id, &id) != 0)
        rules_report(err, "/id", "must be left out, or be the one that the invitation gives, %s", id_format(text, &id));
}

/* Both are sorted by key, and so is what comes of them. */
static size_t merge(const struct invitation *invitation, const struct response *response,
                    struct property *ret_properties) {
    size_t a = 0, b = 0, count = 0;
    while (a < invitation->property_count || b < response->property_count) {
        int order = a == invitation->property_count ? 1
                    : b == response->property_count
                        ? -1
                        : strcmp(invitation->properties[a].key, response->properties[b].key);
        ret_properties[count++] = order <= 0 ? invitation->properties[a] : response->properties[b];
        a += order <= 0;
        b += order >= 0;
    }
    return count;
}

void invitation_check(const struct invitation *invitation, const struct response *response, size_t properties_max,
                      struct error *err) {
    size_t count = response->property_count;
    if (response->respondent && strcmp(response->respondent, invitation->respondent) != 0)
        rules_report(err, "/respondent", "is another than the invitation's");
    for (size_t i = 0; i < invitation->property_count; i++) {
        const struct property *fixed = &invitation->properties[i];
        const char *said = response_property(response, fixed->key);
        char pointer[160] = "/properties";
        error_pointer_append(pointer, sizeof pointer, fixed->key);
        count += !said;
        if (said && strcmp(said, fixed->value) != 0)
            rules_report(err, pointer, "is another than the invitation's");
    }
    if (count > properties_max)
        rules_report(err, "/properties", "must have at most %zu members, not %zu", properties_max, count);
}

bool invitation_fill(const struct invitation *invitation, struct response *response, struct arena *arena) {
    if (invitation->property_count > 0) {
        size_t most = invitation->property_count + response->property_count;
        struct property *properties = arena_alloc(arena, most * sizeof *properties);
        if (!properties)
            return false;
        response->property_count = merge(invitation, response, properties);
        response->properties = properties;
    }
    response->respondent = invitation->respondent;
    return true;
}

bool invitation_hide(const struct invitation *invitation, const struct response *came, struct response *shown,
                     struct arena *arena) {
    const struct response fixed = {.properties = invitation->properties, .property_count = invitation->property_count};
    struct property *kept = arena_alloc(arena, (shown->property_count + 1) * sizeof *kept);
    size_t count = 0;
    if (!kept)
        return false;
    for (size_t i = 0; i < shown->property_count; i++) {
        const char *key = shown->properties[i].key;
        if (!response_property(&fixed, key) || response_property(came, key))
            kept[count++] = shown->properties[i];
    }
    shown->properties = count > 0 ? kept : NULL;
    shown->property_count = count;
    shown->respondent = came->respondent;
    return true;
}
