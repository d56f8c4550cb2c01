/* Who may do what: API keys and their scopes, and the origins that a survey takes. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/base/clock.h"

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
    struct use_note *note = calloc(1, sizeof(*note));
    if (note == NULL) {
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

static enum cxd_err judge(const struct api_key *key, enum scope scope, int64_t now_ms, struct error *err) {
    if (key == NULL || !api_key_is_valid(key, now_ms))
        return error_set(err, ERR_BAD_KEY, "the key is not known here, was revoked, or has expired");
    if (!api_key_allows(key, scope)) {
        int index = 0;
        while (scope >> (index + 1) != 0)
            index++;
        return error_set(err, ERR_SCOPE, "this call needs a key with the scope %s", scope_name(index));
    }
    return CXD_OK;
}

enum cxd_err api_authorize(void *context, struct http_request *request, const char *secret, unsigned scope,
                           struct error *err) {
    struct app *app = context;
    int64_t now_ms = clock_now_ms();
    if (scope == SCOPE_READ && api_settings(request)->config.read == CONFIG_READ_OPEN)
        return CXD_OK;
    if (secret == NULL)
        return error_set(err, ERR_NO_KEY, "send Authorization: Bearer KEY");
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = snapshot_key(snapshot, secret);
    enum cxd_err result = judge(key, (enum scope)scope, now_ms, err);
    if (result == CXD_OK) {
        http_set_principal(request, key->prefix);
        note_use(app, key, now_ms);
    }
    catalog_release(snapshot);
    return result;
}

bool api_allow_origin(void *context, struct http_request *request, const char *origin) {
    struct app *app = context;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    bool allowed = survey == NULL || survey_allows_origin(survey, origin);
    catalog_release(snapshot);
    return allowed;
}
