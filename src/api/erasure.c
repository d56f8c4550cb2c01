/* Taking responses out of the figures, and people out of the data. */
#include <string.h>

#include "api/app.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/codec/exclusion.h"
#include "cxd/codec/response.h"

/* Responses that one transaction erases or clears: others' changes wait no longer than for these. */
enum { ERASED_AT_ONCE = 500 };

struct erasure {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char slug[SLUG_SIZE];
    int64_t erased; /* or cleared, by the changes before this one */
};

/* NULL, and the problem is on its way, when memory is refused. */
static struct erasure *make_erasure(struct http_request *request, enum change_kind kind) {
    struct erasure *erasure = arena_alloc_zero(http_arena(request), 1, sizeof(*erasure));
    if (erasure == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the change");
        return NULL;
    }
    erasure->change.kind = kind;
    erasure->change.now_ms = http_now_ms(request);
    erasure->change.arena = http_arena(request);
    erasure->ticket.changes = &erasure->change;
    erasure->ticket.count = 1;
    return erasure;
}

static void finish_exclude(struct http_request *request) {
    const struct erasure *erasure = http_deferred(request);
    if (api_submit_failed(request, &erasure->ticket))
        return;
    if (erasure->change.outcome == OUTCOME_MISSING) {
        http_problem_code(request, ERR_NO_RESPONSE, "this survey has no response of this id");
        return;
    }
    response_encode(http_out(request), &erasure->change.as.exclude.value, erasure->slug);
    http_reply(request, 200, "application/json");
}

static enum cxd_err read_exclusion(struct http_request *request, struct change *change, struct error *err) {
    const char *text = http_path(request, "id");
    size_t length;
    const char *body = http_body(request, &length);
    if (!id_parse(text, strlen(text), &change->as.exclude.id))
        return error_set(err, ERR_NO_RESPONSE, "a response's id is a UUID");
    return exclusion_decode(body, length, (size_t)api_settings(request)->config.json_depth,
                            http_arena(request), &change->as.exclude.excluded, &change->as.exclude.reason,
                            err);
}

void api_response_patch(struct http_request *request) {
    if (api_refuse_type(request, false))
        return;
    const struct app *app = http_app(request);
    struct erasure *erasure = make_erasure(request, CHANGE_EXCLUDE);
    if (erasure == NULL)
        return;
    struct error err;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    enum cxd_err result = survey == NULL ? error_set(&err, ERR_NO_SURVEY, "there is no survey of this name")
                                         : read_exclusion(request, &erasure->change, &err);
    if (result == CXD_OK) {
        erasure->change.as.exclude.survey = survey->number;
        memcpy(erasure->slug, survey->slug, sizeof(erasure->slug));
    }
    catalog_release(snapshot);
    if (result == CXD_OK)
        api_submit(request, &erasure->ticket, finish_exclude);
    else
        http_problem(request, &err);
}

/* flagged=true, and a window if it is given as from and to. */
static enum cxd_err read_suspects(struct http_request *request, struct change *change, struct error *err) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].key, "flagged") != 0 && strcmp(items[i].key, "from") != 0 &&
            strcmp(items[i].key, "to") != 0)
            return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s", items[i].key);
    struct listing listing;
    enum cxd_err result = parameters_read_listing(request, PARAMETERS_LISTING, &listing, err);
    if (result != CXD_OK)
        return result;
    if (!listing.flagged)
        return error_set(err, ERR_BAD_PARAMETER,
                         "flagged: must be true, for only those are changed at one go");
    change->as.clear.from = listing.from;
    change->as.clear.to = listing.to;
    return CXD_OK;
}

static enum cxd_err read_clearing(struct http_request *request, struct change *change, struct error *err) {
    size_t length;
    const char *body = http_body(request, &length), *reason;
    bool excluded;
    enum cxd_err result = read_suspects(request, change, err);
    if (result == CXD_OK)
        result = exclusion_decode(body, length, (size_t)api_settings(request)->config.json_depth,
                                  http_arena(request), &excluded, &reason, err);
    if (result == CXD_OK && excluded) {
        error_clear(err);
        error_add_member(err, "/excluded", "must be false: suspects are excluded already");
        result = err->code;
    }
    return result;
}

/* As with an erasure: step by step, until none is left. */
static void finish_clear(struct http_request *request) {
    struct erasure *clearing = http_deferred(request);
    if (api_submit_failed(request, &clearing->ticket))
        return;
    int64_t cleared = clearing->change.as.clear.cleared;
    clearing->erased += cleared;
    if (cleared == ERASED_AT_ONCE) {
        api_submit(request, &clearing->ticket, finish_clear);
        return;
    }
    buffer_append_format(http_out(request), "{\"cleared\":%lld}", (long long)clearing->erased);
    http_reply(request, 200, "application/json");
}

void api_responses_patch(struct http_request *request) {
    if (api_refuse_type(request, false))
        return;
    const struct app *app = http_app(request);
    struct erasure *clearing = make_erasure(request, CHANGE_CLEAR);
    if (clearing == NULL)
        return;
    struct error err;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    enum cxd_err result = survey == NULL ? error_set(&err, ERR_NO_SURVEY, "there is no survey of this name")
                                         : read_clearing(request, &clearing->change, &err);
    if (result == CXD_OK) {
        clearing->change.as.clear.survey = survey->number;
        clearing->change.as.clear.limit = ERASED_AT_ONCE;
    }
    catalog_release(snapshot);
    if (result == CXD_OK)
        api_submit(request, &clearing->ticket, finish_clear);
    else
        http_problem(request, &err);
}

/* Goes on until nothing is left; a client that leaves meanwhile does not stop it. */
static void finish_erase(struct http_request *request) {
    struct erasure *erasure = http_deferred(request);
    if (api_submit_failed(request, &erasure->ticket))
        return;
    int64_t erased = erasure->change.as.erase.erased;
    erasure->erased += erased;
    if (erased == ERASED_AT_ONCE) {
        api_submit(request, &erasure->ticket, finish_erase);
        return;
    }
    if (erasure->erased == 0) {
        http_problem_code(request, ERR_NO_RESPONDENT, "nothing is held of this respondent");
        return;
    }
    buffer_append_format(http_out(request), "{\"erased\":%lld,\"counts\":%s}", (long long)erasure->erased,
                         erasure->change.as.erase.counts ? "true" : "false");
    http_reply(request, 200, "application/json");
}

void api_respondent_delete(struct http_request *request) {
    struct erasure *erasure = make_erasure(request, CHANGE_ERASE);
    if (erasure == NULL)
        return;
    struct error err;
    erasure->change.as.erase.respondent = http_path(request, "respondent");
    erasure->change.as.erase.limit = ERASED_AT_ONCE;
    if (parameters_read_flag(request, "counts", &erasure->change.as.erase.counts, &err) != CXD_OK)
        http_problem(request, &err);
    else
        api_submit(request, &erasure->ticket, finish_erase);
}
