/* POST of what a page reports of a survey that it shows, one event or an array of them: decode, have each judged,
 * submit all as one ticket, and after the commit say what is known. What is wrong with one refuses all; what the store
 * refuses (the survey is closed by now) is said of each. */
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
    bool is_list;
    char slug[SLUG_SIZE];
};

static enum cxd_err decode(struct http_request *request, const struct body *body, struct event_list *ret_list,
                           struct error *err) {
    struct arena *arena = http_arena(request);
    struct form form;
    size_t length;
    const char *bytes = http_body(request, &length);
    if (body->kind == BODY_JSON)
        return event_decode(bytes, length, (size_t)api_settings(request)->config.json_depth, arena, ret_list, err);
    enum cxd_err result = body->kind == BODY_PARTS ? form_read_parts(bytes, length, &body->boundary, arena, &form, err)
                                                   : form_read_fields(bytes, length, arena, &form, err);
    return result == CXD_OK ? event_decode_form(&form, arena, ret_list, err) : result;
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

/* `err` may have what reading it found. */
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

/* What is wrong with any of them is in `err`. */
static enum cxd_err judge_all(struct http_request *request, const struct snapshot *snapshot,
                              const struct survey *survey, const struct event_list *list, struct ticket *ticket,
                              struct error *err) {
    for (size_t i = 0; i < list->count; i++) {
        struct change *change = &ticket->changes[ticket->count++];
        struct error own = *err;
        if (list->is_list)
            error_clear(&own);
        change->as.event.value = list->events[i];
        enum cxd_err result = judge(request, snapshot, survey, change, &own);
        if (result == CXD_OK)
            continue;
        if (result != ERR_INVALID || !list->is_list) {
            *err = own;
            return result;
        }
        event_add_members(list, i, &own, err);
    }
    return err->code;
}

static void explain_refused(enum cxd_err refusal, struct error *err) {
    const char *detail = refusal == ERR_INVITATION_REQUIRED ? "send the token of an invitation to this survey as "
                                                              "`invitation`"
                         : refusal == ERR_SURVEY_CLOSED     ? "the survey is closed, not open yet, or archived"
                                                            : error_title(refusal);
    error_clear(err);
    if (refusal == ERR_INVALID)
        error_add_member(err, "/at", "lies in a day whose events are not kept any more ([storage] keep_events)");
    else
        error_set(err, refusal, "%s", detail);
}

static void reply_one(struct http_request *request, const struct report *report, enum outcome outcome) {
    const struct change *change = &report->ticket.changes[0];
    struct error err;
    if (outcome == OUTCOME_REFUSED) {
        explain_refused(change->refusal, &err);
        http_problem(request, &err);
        return;
    }
    event_encode(http_out(request), &change->as.event.value, report->slug);
    http_reply(request, outcome == OUTCOME_CREATED ? 201 : 200, "application/json");
}

static void reply_list(struct http_request *request, const struct report *report) {
    struct buffer *out = http_out(request);
    struct error err;
    buffer_append_char(out, '[');
    for (size_t i = 0; i < report->ticket.count; i++) {
        const struct change *change = &report->ticket.changes[i];
        if (change->outcome != OUTCOME_REFUSED) {
            event_encode_result(out, &change->as.event.value, report->slug, change->outcome == OUTCOME_CREATED);
            continue;
        }
        explain_refused(change->refusal, &err);
        if (i > 0)
            buffer_append_char(out, ',');
        http_problem_write(out, &err);
    }
    buffer_append_char(out, ']');
    http_reply(request, 200, "application/json");
}

static void count_all(struct http_request *request, const struct report *report, bool failed) {
    for (size_t i = 0; i < report->ticket.count; i++) {
        enum outcome outcome = failed ? OUTCOME_REFUSED : report->ticket.changes[i].outcome;
        api_count_event(request, outcome == OUTCOME_CREATED    ? EVENT_CREATED
                                 : outcome == OUTCOME_REPLAYED ? EVENT_REPLAYED
                                                               : EVENT_REFUSED);
    }
}

static void reply_known(struct http_request *request, const struct report *report) {
    if (report->ticket.changes[0].outcome == OUTCOME_MISSING)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else if (report->is_list)
        reply_list(request, report);
    else
        reply_one(request, report, report->ticket.changes[0].outcome);
}

static void finish_events(struct http_request *request) {
    const struct report *report = http_deferred(request);
    bool failed = api_submit_failed(request, &report->ticket);
    count_all(request, report, failed);
    if (!failed)
        reply_known(request, report);
}

/* Not counted, and not told. */
static void reply_machine(struct http_request *request, const struct report *report) {
    for (size_t i = 0; i < report->ticket.count; i++) {
        report->ticket.changes[i].outcome = OUTCOME_CREATED;
        api_count_event(request, EVENT_SUSPECTED);
    }
    reply_known(request, report);
}

static void submit_events(struct http_request *request, const struct snapshot *snapshot, const struct survey *survey,
                          const struct body *body) {
    struct report *report = arena_alloc_zero(http_arena(request), 1, sizeof *report);
    struct event_list list = {0};
    struct error err;
    enum cxd_err result = decode(request, body, &list, &err);
    if (report && list.count > 0 && (result == CXD_OK || result == ERR_INVALID)) {
        report->ticket.changes = arena_alloc_zero(http_arena(request), list.count, sizeof *report->ticket.changes);
        result = report->ticket.changes ? judge_all(request, snapshot, survey, &list, &report->ticket, &err) : result;
    }
    if (result == CXD_OK && (!report || !report->ticket.changes))
        result = error_set(&err, ERR_NO_MEMORY, "no memory for the events");
    if (result != CXD_OK) {
        for (size_t i = 1; i < list.count; i++) /* one is counted for every refusal */
            api_count_event(request, EVENT_REFUSED);
        http_problem(request, &err);
        return;
    }
    report->is_list = list.is_list;
    memcpy(report->slug, survey->slug, sizeof report->slug);
    if (!api_has_key(request) && suspicion_is_machine(request))
        reply_machine(request, report);
    else
        api_submit(request, &report->ticket, finish_events);
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
        submit_events(request, snapshot, survey, &body);
    if (http_refusal(request) != CXD_OK)
        api_count_event(request, EVENT_REFUSED);
    catalog_release(snapshot);
}
