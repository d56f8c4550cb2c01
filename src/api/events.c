/* POST of one event of a survey that is shown: decode, have it judged, submit, and after the commit say what is
 * known. */
#include <string.h>

#include "api/bodies.h"
#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/base/clock.h"
#include "cxd/codec/event.h"
#include "cxd/codec/form.h"
#include "cxd/codec/invitation.h"

/* Lies in the request's arena, from the submit to the reply. */
struct report {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char slug[SLUG_SIZE];
};

static enum cxd_err decode(struct http_request *request, const struct body *body, struct event *ret_event,
                           struct error *err) {
    struct arena *arena = http_arena(request);
    struct form form;
    size_t length;
    const char *bytes = http_body(request, &length);
    if (body->kind == BODY_JSON)
        return event_decode(bytes, length, (size_t)api_settings(request)->config.json_depth, arena, ret_event, err);
    enum cxd_err result = body->kind == BODY_PARTS ? form_read_parts(bytes, length, &body->boundary, arena, &form, err)
                                                   : form_read_fields(bytes, length, arena, &form, err);
    return result == CXD_OK ? event_decode_form(&form, arena, ret_event, err) : result;
}

/* One that is over lets a retry through. */
static enum cxd_err open_invitation(struct http_request *request, const struct snapshot *snapshot,
                                    const struct survey *survey, struct change *change, struct error *err) {
    const char *token = change->as.event.value.sent.invitation;
    struct invitation invitation;
    struct error own; /* err is clear */
    if (!token)
        return CXD_OK;
    enum cxd_err result = invitation_open(token, snapshot->signing_keys, snapshot->signing_key_count,
                                          http_arena(request), &invitation, &own);
    if (result == CXD_OK)
        result = invitation_judge(&invitation, survey->slug, http_now_ms(request), &own);
    if (result == ERR_INVITATION_EXPIRED)
        change->as.event.unless_known = result;
    else if (result != CXD_OK)
        return error_set(err, result, "%s", own.detail);
    invitation_response_id(&invitation, &change->as.event.response);
    change->as.event.is_invited = true;
    return CXD_OK;
}

static enum cxd_err judge(struct http_request *request, const struct snapshot *snapshot, const struct survey *survey,
                          struct change *change, struct error *err) {
    const struct settings *settings = api_settings(request);
    struct event *event = &change->as.event.value;
    int64_t now_ms = http_now_ms(request);
    if (event_validate(event, survey, &settings->limits, now_ms, settings->config.keep_events_s * 1000,
                       api_has_key(request), err) != CXD_OK)
        return err->code;
    enum cxd_err result = open_invitation(request, snapshot, survey, change, err);
    if (result != CXD_OK)
        return result;
    if (change->as.event.unless_known == CXD_OK && !survey_is_open(survey, now_ms))
        change->as.event.unless_known = ERR_SURVEY_CLOSED;
    if (change->as.event.unless_known == CXD_OK && survey->access == ACCESS_INVITED && !event->sent.invitation &&
        !api_has_key(request))
        change->as.event.unless_known = ERR_INVITATION_REQUIRED;
    event->survey = survey->number;
    if (!event->has_at)
        event->at = now_ms;
    event_hold_back(event, now_ms);
    change->kind = CHANGE_EVENT;
    change->now_ms = now_ms;
    change->arena = http_arena(request);
    return CXD_OK;
}

static void reply_refused(struct http_request *request, enum cxd_err refusal) {
    const char *detail = refusal == ERR_INVITATION_REQUIRED ? "send the token of an invitation to this survey as "
                                                              "`invitation`"
                         : refusal == ERR_SURVEY_CLOSED     ? "the survey is closed, not open yet, or archived"
                                                            : error_title(refusal);
    struct error err;
    if (refusal != ERR_INVALID) {
        http_problem_code(request, refusal, "%s", detail);
        return;
    }
    error_clear(&err);
    error_add_member(&err, "/at", "lies in a day whose events are not kept any more ([storage] keep_events)");
    http_problem(request, &err);
}

static void reply_known(struct http_request *request, const struct report *report, bool is_new) {
    event_encode(http_out(request), &report->change.as.event.value, report->slug);
    http_reply(request, is_new ? 201 : 200, "application/json");
}

static void finish_event(struct http_request *request) {
    struct report *report = http_deferred(request);
    enum outcome outcome = report->change.outcome;
    if (api_submit_failed(request, &report->ticket)) {
        api_count_event(request, EVENT_REFUSED);
        return;
    }
    if (outcome == OUTCOME_REFUSED)
        reply_refused(request, report->change.refusal);
    else if (outcome == OUTCOME_MISSING)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else
        reply_known(request, report, outcome == OUTCOME_CREATED);
    api_count_event(request, outcome == OUTCOME_CREATED    ? EVENT_CREATED
                             : outcome == OUTCOME_REPLAYED ? EVENT_REPLAYED
                                                           : EVENT_REFUSED);
}

static void submit_event(struct http_request *request, const struct snapshot *snapshot, const struct survey *survey,
                         const struct body *body) {
    struct report *report = arena_alloc_zero(http_arena(request), 1, sizeof *report);
    struct error err;
    if (!report) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the event");
        return;
    }
    enum cxd_err result = decode(request, body, &report->change.as.event.value, &err);
    if (result == CXD_OK || result == ERR_INVALID)
        result = err.code == CXD_OK ? judge(request, snapshot, survey, &report->change, &err) : err.code;
    if (result != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    memcpy(report->slug, survey->slug, sizeof report->slug);
    if (!api_has_key(request) && suspicion_is_machine(request)) { /* not counted, and not told */
        reply_known(request, report, true);
        api_count_event(request, EVENT_SUSPECTED);
        return;
    }
    report->ticket.changes = &report->change;
    report->ticket.count = 1;
    api_submit(request, &report->ticket, finish_event);
}

void api_event_post(struct http_request *request) {
    struct app *app = http_app(request);
    struct body body;
    if (!body_take(request, BODY_OF_RESPONSE, &body)) {
        api_count_event(request, EVENT_REFUSED);
        return;
    }
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    if (!survey)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else
        submit_event(request, snapshot, survey, &body);
    if (http_refusal(request) != CXD_OK)
        api_count_event(request, EVENT_REFUSED);
    catalog_release(snapshot);
}
