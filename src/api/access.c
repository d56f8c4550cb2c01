/* Who may do what: API keys and their scopes, and the origins that a survey takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/base/clock.h"

enum { SCOPES_TEXT_SIZE = 64 };

/* A change that nobody waits for. */
struct use_note {
    struct app *app;
    struct ticket ticket;
    struct change change;
};

static void use_noted(struct ticket *ticket) {
    struct use_note *note = ticket->context;
    atomic_flag_clear(&note->app->noting_use);
    free(note);
}

/* Once a day and key, one at a time. Lost if another is on its way or memory is refused: the next use notes it. */
static void note_use(struct app *app, const struct api_key *key, int64_t now_ms) {
    int64_t today = now_ms - now_ms % DAY_MS;
    if (key->used_day >= today || ingest_failure(app->ingest, clock_monotonic_ms()) != CXD_OK)
        return;
    if (atomic_flag_test_and_set(&app->noting_use))
        return;
    struct use_note *note = calloc(1, sizeof *note);
    if (!note) {
        atomic_flag_clear(&app->noting_use);
        return;
    }
    note->app = app;
    note->change.kind = CHANGE_KEY_USED;
    note->change.now_ms = now_ms;
    note->change.as.key_used.id = key->id;
    note->change.as.key_used.day = today;
    note->ticket.changes = &note->change;
    note->ticket.count = 1;
    note->ticket.done = use_noted;
    note->ticket.context = note;
    note->ticket.is_background = true;
    if (ingest_submit(app->ingest, &note->ticket) != CXD_OK)
        use_noted(&note->ticket);
}

/* "read", or "read or export" where either will do. */
static void name_scopes(unsigned scopes, char out[SCOPES_TEXT_SIZE]) {
    size_t length = 0;
    out[0] = '\0';
    for (int i = 0; scope_name(i) && length < SCOPES_TEXT_SIZE; i++)
        if (scopes & 1U << i)
            length += (size_t)snprintf(out + length, SCOPES_TEXT_SIZE - length, "%s%s", length > 0 ? " or " : "",
                                       scope_name(i));
}

/* Any of the scopes will do. */
static enum cxd_err judge(const struct api_key *key, unsigned scopes, int64_t now_ms, struct error *err) {
    if (!key || !api_key_is_valid(key, now_ms))
        return error_set(err, ERR_BAD_KEY, "the key is not known here, was revoked, or has expired");
    if (!api_key_allows(key, scopes)) {
        char names[SCOPES_TEXT_SIZE];
        name_scopes(scopes, names);
        return error_set(err, ERR_SCOPE, "this call needs a key with the scope %s", names);
    }
    return CXD_OK;
}

static enum cxd_err try_key(struct app *app, struct http_request *request, const char *secret, unsigned scope,
                            struct error *err) {
    int64_t now_ms = clock_now_ms();
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = snapshot_key(snapshot, secret);
    enum cxd_err result = judge(key, scope, now_ms, err);
    if (result == CXD_OK) {
        http_set_principal(request, key->prefix);
        note_use(app, key, now_ms);
    }
    catalog_release(snapshot);
    return result;
}

static bool opens(enum config_read read, unsigned scope) {
    return scope & ACCESS_FIGURES ? read != CONFIG_READ_KEY : scope == SCOPE_READ && read == CONFIG_READ_EVERYTHING;
}

enum cxd_err api_authorize(void *context, struct http_request *request, const char *secret, unsigned scope,
                           struct error *err) {
    const struct config *config = &api_settings(request)->config;
    bool is_open = opens(config->read, scope);
    scope &= ~(unsigned)ACCESS_FIGURES;
    if (is_open && http_is_for_this_machine(request, config->public_url)) {
        if (secret) /* who has a key is known by it, and who has a bad one reads as a stranger does */
            (void)try_key(context, request, secret, scope, err);
        return CXD_OK;
    }
    if (!secret && is_open)
        return error_set(err, ERR_NO_KEY,
                         "without a key this is answered only where the Host of the request is localhost, a "
                         "loopback address or the host of [server] public_url; ask there, or send "
                         "Authorization: Bearer KEY");
    if (!secret && scope == SCOPE_READ && config->read == CONFIG_READ_OPEN)
        return error_set(
            err, ERR_NO_KEY,
            "what people wrote is not opened by [access] read = open: send Authorization: Bearer KEY, a key "
            "with the scope read");
    if (!secret)
        return error_set(err, ERR_NO_KEY, "send Authorization: Bearer KEY");
    return try_key(context, request, secret, scope, err);
}

enum cxd_err api_recognise(void *context, struct http_request *request, const char *credentials, unsigned scope,
                           struct error *err) {
    if (strncmp(credentials, SECRET_PREFIX, strlen(SECRET_PREFIX)) != 0)
        return CXD_OK;
    enum cxd_err result = try_key(context, request, credentials, scope, err);
    return result == ERR_SCOPE ? CXD_OK : result;
}

/* A prefix may be another key's too: what ended meanwhile may have been this one. */
bool api_still_may(const struct app *app, const char *principal, unsigned scope, int64_t since_ms, int64_t now_ms) {
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    bool may = false, has_ended = false;
    for (size_t i = 0; i < snapshot->key_count; i++) {
        const struct api_key *key = snapshot->keys[i];
        if (strcmp(key->prefix, principal) != 0)
            continue;
        int64_t ends_at = api_key_ends_at(key);
        has_ended = has_ended || (ends_at > since_ms && ends_at <= now_ms);
        may = may || (api_key_is_valid(key, now_ms) && api_key_allows(key, scope));
    }
    catalog_release(snapshot);
    return may && !has_ended;
}

bool api_has_key(const struct http_request *request) {
    return http_principal(request)[0] != '\0';
}

bool api_is_stranger(const struct http_request *request) {
    return !api_has_key(request) && api_settings(request)->config.read == CONFIG_READ_OPEN;
}

/* A property that the survey does not declare is free data, which may name a person: figures of what it is would tell
 * what that person said. */
enum cxd_err api_allow_filter(const struct http_request *request, const struct survey *survey,
                              const struct filter *filter, struct error *err) {
    if (!api_is_stranger(request))
        return CXD_OK;
    for (size_t i = 0; i < filter->property_count; i++)
        if (survey_property_index(survey, filter->properties[i].key) < 0)
            return error_set(err, ERR_NO_KEY,
                             "property.%.64s: the survey %s does not declare this property, and without a key only "
                             "those that it does are looked at: send Authorization: Bearer KEY",
                             filter->properties[i].key, survey->slug);
    return CXD_OK;
}

bool api_allow_origin(void *context, struct http_request *request, const char *origin) {
    struct app *app = context;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    bool allowed = !survey || survey_allows_origin(survey, origin);
    catalog_release(snapshot);
    return allowed;
}
