/* Taking responses out of the figures, and people out of the data. */
#include <string.h>

#include "api/bodies.h"
#include "api/deed.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/base/words.h"
#include "cxd/codec/exclusion.h"
#include "cxd/codec/response.h"
#include "cxd/codec/write.h"

/* Responses that one transaction erases or clears: others' changes wait no longer than for these. */
enum { ERASED_AT_ONCE = 500 };

static void finish_exclude(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    if (deed->change.outcome == OUTCOME_MISSING) {
        http_problem_code(request, ERR_NO_RESPONSE, "this survey has no response of this id");
        return;
    }
    char tag[ETAG_SIZE];
    response_tag(&deed->change.as.exclude.value, tag);
    response_encode(http_out(request), &deed->change.as.exclude.value, deed->slug);
    http_reply_header(request, "ETag", tag);
    http_reply(request, 200, "application/json");
}

static enum cxd_err read_exclusion(struct http_request *request, const struct survey *survey, struct deed *deed,
                                   struct error *err) {
    struct change *change = &deed->change;
    const char *text = http_path(request, "id");
    size_t length;
    const char *body = http_body(request, &length);
    if (!id_parse(text, strlen(text), &change->as.exclude.id))
        return error_set(err, ERR_NO_RESPONSE, "a response's id is a UUID");
    change->as.exclude.survey = survey->number;
    memcpy(change->as.exclude.slug, survey->slug, sizeof survey->slug);
    memcpy(deed->slug, survey->slug, sizeof deed->slug);
    return exclusion_decode(body, length, (size_t)api_settings(request)->config.json_depth, http_arena(request),
                            &change->as.exclude.excluded, &change->as.exclude.reason, err);
}

/* flagged=true, and a window if it is given as from and to. */
static enum cxd_err read_suspects(struct http_request *request, struct change *change, struct error *err) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    static const char *const NAMES[] = {"flagged", "from", "to"};
    static const struct words names = WORDS(NAMES);
    for (size_t i = 0; i < count; i++)
        if (words_find(&names, items[i].key) < 0)
            return parameters_refuse(items[i].key, NAMES, CXD_COUNT(NAMES), err);
    struct listing listing;
    enum cxd_err result = parameters_read_listing(request, PARAMETERS_LISTING, &listing, err);
    if (result != CXD_OK)
        return result;
    if (!listing.flagged)
        return error_set(err, ERR_BAD_PARAMETER, "flagged: must be true, for only those are changed at one go");
    change->as.clear.from = listing.from;
    change->as.clear.to = listing.to;
    return CXD_OK;
}

static enum cxd_err read_clearing(struct http_request *request, const struct survey *survey, struct deed *deed,
                                  struct error *err) {
    struct change *change = &deed->change;
    size_t length;
    const char *body = http_body(request, &length), *reason;
    bool excluded;
    enum cxd_err result = read_suspects(request, change, err);
    change->as.clear.survey = survey->number;
    memcpy(change->as.clear.slug, survey->slug, sizeof survey->slug);
    change->as.clear.limit = ERASED_AT_ONCE;
    if (result == CXD_OK)
        result = exclusion_decode(body, length, (size_t)api_settings(request)->config.json_depth, http_arena(request),
                                  &excluded, &reason, err);
    if (result == CXD_OK && excluded) {
        error_clear(err);
        error_add_member(err, "/excluded", "must be false: suspects are excluded already");
        result = err->code;
    }
    return result;
}

/* Submits the change again, until a step leaves less than it may take: whoever waits for the writer waits for one step
 * only, and a client that leaves meanwhile does not stop it. False: all is done, and `total` says how much. */
static bool goes_on(struct http_request *request, struct deed *deed, int64_t step, http_handler *finish) {
    deed->total += step;
    if (step == ERASED_AT_ONCE)
        deed_submit(request, deed, finish);
    return step == ERASED_AT_ONCE;
}

static void finish_clear(struct http_request *request) {
    struct deed *deed = deed_done(request);
    struct buffer *out = http_out(request);
    if (!deed || goes_on(request, deed, deed->change.as.clear.cleared, finish_clear))
        return;
    write_open(out, NULL, '{');
    write_int(out, "cleared", deed->total);
    buffer_append_char(out, '}');
    http_reply(request, 200, "application/json");
}

/* Of one response, or of a survey's suspects: both read a body for the survey of the path. */
static void patch(struct http_request *request, enum change_kind kind,
                  enum cxd_err (*read)(struct http_request *, const struct survey *, struct deed *, struct error *),
                  http_handler *finish) {
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, kind) : NULL;
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct error err;
    if (!deed)
        return;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = read(request, survey, deed, &err);
    catalog_release(snapshot);
    if (result == CXD_OK)
        deed_submit(request, deed, finish);
    else
        http_problem(request, &err);
}

void api_response_patch(struct http_request *request) {
    patch(request, CHANGE_EXCLUDE, read_exclusion, finish_exclude);
}

void api_responses_patch(struct http_request *request) {
    patch(request, CHANGE_CLEAR, read_clearing, finish_clear);
}

static void finish_erase(struct http_request *request) {
    struct deed *deed = deed_done(request);
    struct buffer *out = http_out(request);
    if (!deed)
        return;
    /* A step takes responses first, and of invitations what is left of it. */
    int64_t invitations = deed->change.as.erase.invitations;
    deed->total -= invitations;
    deed->invitations += invitations;
    if (goes_on(request, deed, deed->change.as.erase.erased + invitations, finish_erase))
        return;
    if (deed->total + deed->invitations == 0) {
        http_problem_code(request, ERR_NO_RESPONDENT, "nothing is held of this respondent");
        return;
    }
    write_open(out, NULL, '{');
    write_int(out, "erased", deed->total);
    write_int(out, "invitations", deed->invitations);
    write_bool(out, "counts", deed->change.as.erase.counts);
    buffer_append_char(out, '}');
    http_reply(request, 200, "application/json");
}

void api_respondent_delete(struct http_request *request) {
    struct deed *deed = deed_make(request, CHANGE_ERASE);
    struct error err;
    if (!deed)
        return;
    deed->change.as.erase.limit = ERASED_AT_ONCE;
    if (deed_find_respondent(request, &deed->change.as.erase.respondent, &err) != CXD_OK ||
        parameters_read_flag(request, "counts", &deed->change.as.erase.counts, &err) != CXD_OK)
        http_problem(request, &err);
    else
        deed_submit(request, deed, finish_erase);
}
