/* Who may do what: API keys and their scopes, browsers that are signed in by one, and the origins that a survey takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/base/clock.h"

enum { SCOPES_TEXT_SIZE = 64, NAME_HEX = 2 * HOLDER_NAME_BYTES };
_Static_assert(KEY_PREFIX_SIZE + 1 + NAME_HEX <= HTTP_PRINCIPAL_SIZE, "a principal has room for who it is");

static const char OF_KEY = '.', OF_SESSION = ACTOR_SESSION[0];

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

void api_note(struct app *app, const struct change *change) {
    if (ingest_failure(app->ingest, clock_monotonic_ms()) != CXD_OK || atomic_flag_test_and_set(&app->noting_use))
        return;
    struct use_note *note = calloc(1, sizeof *note);
    if (!note) {
        atomic_flag_clear(&app->noting_use);
        return;
    }
    note->app = app;
    note->change = *change;
    note->ticket.changes = &note->change;
    note->ticket.count = 1;
    note->ticket.done = use_noted;
    note->ticket.context = note;
    note->ticket.is_background = true;
    if (ingest_submit(app->ingest, &note->ticket) != CXD_OK)
        use_noted(&note->ticket);
}

/* Once a day and key. */
static void note_use(struct app *app, const struct api_key *key, int64_t now_ms) {
    int64_t today = now_ms - now_ms % DAY_MS;
    struct change change = {.kind = CHANGE_KEY_USED, .now_ms = now_ms};
    if (key->used_day >= today)
        return;
    change.as.key_used.id = key->id;
    change.as.key_used.day = today;
    api_note(app, &change);
}

static void note_seen(struct app *app, const struct session *session, int64_t now_ms) {
    struct change change = {.kind = CHANGE_SESSION_SEEN, .now_ms = now_ms};
    if (!session_is_due(session, now_ms))
        return;
    memcpy(change.as.session_seen.hash, session->hash, SHA256_SIZE);
    api_note(app, &change);
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
static enum cxd_err judge_scopes(unsigned held, unsigned scopes, struct error *err) {
    char names[SCOPES_TEXT_SIZE];
    if (scopes_allow(held, scopes))
        return CXD_OK;
    name_scopes(scopes, names);
    return error_set(err, ERR_SCOPE, "this call needs a key with the scope %s", names);
}

static enum cxd_err judge(const struct api_key *key, unsigned scopes, int64_t now_ms, struct error *err) {
    if (!key || !api_key_is_valid(key, now_ms))
        return error_set(err, ERR_BAD_KEY, "the key is not known here, was revoked, or has expired");
    return judge_scopes(key->scopes, scopes, err);
}

/* A key's prefix, for people; then what it is found by: OF_KEY or OF_SESSION, and how its hash begins. */
static void set_principal(struct http_request *request, const struct api_key *key, char of, const uint8_t *hash) {
    char principal[HTTP_PRINCIPAL_SIZE];
    size_t length = strlen(key->prefix);
    memcpy(principal, key->prefix, length);
    principal[length++] = of;
    hex_write(hash, HOLDER_NAME_BYTES, principal + length);
    http_set_principal(request, principal);
}

enum cxd_err api_expect_sure(const struct app *app, struct error *err) {
    return catalog_is_sure(app->catalog)
               ? CXD_OK
               : error_set(err, ERR_STORAGE,
                           "the database does not say whether the key has been revoked since; try again");
}

static enum cxd_err try_key(struct app *app, struct http_request *request, const char *secret, unsigned scope,
                            struct error *err) {
    int64_t now_ms = clock_now_ms();
    if (api_expect_sure(app, err) != CXD_OK)
        return err->code;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = snapshot_key(snapshot, secret);
    enum cxd_err result = judge(key, scope, now_ms, err);
    if (result == CXD_OK) {
        set_principal(request, key, OF_KEY, key->hash);
        note_use(app, key, now_ms);
    }
    catalog_release(snapshot);
    return result;
}

/* The key of a session that has begun and not ended; NULL: it acts for nobody. */
static const struct api_key *key_of(const struct snapshot *snapshot, const struct session *session, int64_t now_ms) {
    if (!session || session->is_link || !session_is_valid(session, now_ms))
        return NULL;
    const struct api_key *key = snapshot_key_id(snapshot, &session->key);
    return key && api_key_is_valid(key, now_ms) ? key : NULL;
}

const struct api_key *api_session_key(const struct snapshot *snapshot, const char *secret, int64_t now_ms,
                                      const struct session **ret_session) {
    *ret_session = snapshot_session(snapshot, secret);
    return key_of(snapshot, *ret_session, now_ms);
}

static enum cxd_err try_session(struct app *app, struct http_request *request, const char *secret, unsigned scope,
                                struct error *err) {
    int64_t now_ms = clock_now_ms();
    if (api_expect_sure(app, err) != CXD_OK)
        return err->code;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct session *session;
    const struct api_key *key = api_session_key(snapshot, secret, now_ms, &session);
    enum cxd_err result =
        key ? judge_scopes(session->scopes, scope, err)
            : error_set(err, ERR_SESSION,
                        "the session has ended, or its key was revoked or has expired: sign in again");
    if (result == CXD_OK && http_request_method(request) != HTTP_GET &&
        !http_is_from_own_page(request, api_settings(request)->config.public_url))
        result = error_set(err, ERR_NOT_OWN_PAGE,
                           "the Origin of the request is not this server's own: a session "
                           "changes nothing for pages of others, nor for who has none");
    if (result == CXD_OK) {
        set_principal(request, key, OF_SESSION, session->hash);
        note_use(app, key, now_ms);
        note_seen(app, session, now_ms);
    }
    catalog_release(snapshot);
    return result;
}

/* With one of both. */
static enum cxd_err try(struct app *app, struct http_request *request, const struct http_credentials *shown,
                        unsigned scope, struct error *err) {
    return shown->key ? try_key(app, request, shown->key, scope, err)
                      : try_session(app, request, shown->session, scope, err);
}

static bool opens(enum config_read read, unsigned scope) {
    return scope & ACCESS_FIGURES ? read != CONFIG_READ_KEY : scope == SCOPE_READ && read == CONFIG_READ_EVERYTHING;
}

bool api_opens(const struct http_request *request, unsigned scope) {
    const struct config *config = &api_settings(request)->config;
    return opens(config->read, scope) && http_is_for_this_machine(request, config->public_url);
}

enum cxd_err api_authorize(void *context, struct http_request *request, const struct http_credentials *shown,
                           unsigned scope, struct error *err) {
    const struct config *config = &api_settings(request)->config;
    bool is_shown = shown->key || shown->session;
    bool is_open = opens(config->read, scope);
    scope &= ~(unsigned)ACCESS_FIGURES;
    if (is_open && http_is_for_this_machine(request, config->public_url)) {
        if (is_shown) /* who has a key is known by it, and who has a bad one reads as a stranger does */
            (void)try(context, request, shown, scope, err);
        return CXD_OK;
    }
    if (!is_shown && is_open)
        return error_set(err, ERR_NO_KEY,
                         "without a key this is answered only where the Host of the request is localhost, a "
                         "loopback address or the host of [server] public_url; ask there, or send "
                         "Authorization: Bearer KEY");
    if (!is_shown && scope == SCOPE_READ && config->read == CONFIG_READ_OPEN)
        return error_set(
            err, ERR_NO_KEY,
            "what people wrote is not opened by [access] read = open: send Authorization: Bearer KEY, a key "
            "with the scope read");
    if (!is_shown)
        return error_set(err, ERR_NO_KEY, "send Authorization: Bearer KEY");
    return try(context, request, shown, scope, err);
}

/* False: it is no principal of set_principal. */
static bool read_principal(const char *principal, char *ret_of, uint8_t ret_name[HOLDER_NAME_BYTES]) {
    size_t length = strcspn(principal, "./");
    const char *hex = principal + length + 1;
    if (!principal[length] || strlen(hex) != NAME_HEX)
        return false;
    *ret_of = principal[length];
    for (size_t i = 0; i < HOLDER_NAME_BYTES; i++) {
        char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        ret_name[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

const struct api_key *api_find_holder(const struct snapshot *snapshot, const char *principal, int64_t now_ms,
                                      const struct session **ret_session) {
    uint8_t name[HOLDER_NAME_BYTES];
    char of;
    *ret_session = NULL;
    if (!read_principal(principal, &of, name))
        return NULL;
    if (of == OF_SESSION) {
        *ret_session = snapshot_session_named(snapshot, name);
        return key_of(snapshot, *ret_session, now_ms);
    }
    const struct api_key *key = snapshot_key_named(snapshot, name);
    return key && api_key_is_valid(key, now_ms) ? key : NULL;
}

bool api_still_may(const struct app *app, const char *principal, unsigned scope, int64_t now_ms) {
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct session *session;
    const struct api_key *key = api_find_holder(snapshot, principal, now_ms, &session);
    unsigned held = !key ? 0 : session ? session->scopes : key->scopes;
    catalog_release(snapshot);
    return scopes_allow(held, scope);
}

enum cxd_err api_recognise(void *context, struct http_request *request, const char *credentials, unsigned scope,
                           struct error *err) {
    if (strncmp(credentials, SECRET_PREFIX, strlen(SECRET_PREFIX)) != 0)
        return CXD_OK;
    enum cxd_err result = try_key(context, request, credentials, scope, err);
    return result == ERR_SCOPE ? CXD_OK : result;
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
