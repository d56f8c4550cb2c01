/* POST and PUT of one response: decode, validate against the survey, submit, and after the commit reply what is stored. */
#include <string.h>

#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/base/clock.h"
#include "cxd/codec/response.h"

/* Of the request's arena, from the submit to the reply. */
struct submission {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char slug[SLUG_SIZE];
    int64_t max_backdate_s;
    bool is_old; /* answered before max_backdate: only the retry of one that was taken in time is answered */
};

/* The id comes from the path, the body or its invitation, or the Idempotency-Key, in this order; else the server makes one. */
static enum cxd_err name_response(struct http_request *request, const char *path_id,
                                  const struct survey *survey, struct response *response, struct error *err) {
    if (path_id != NULL) {
        struct id id;
        if (!id_parse(path_id, strlen(path_id), &id))
            return error_set(err, ERR_NO_ROUTE, "a response's id is a UUID");
        if (response->has_id && id_compare(&id, &response->id) != 0)
            error_add_member(err, response->sent.invitation ? "/invitation" : "/id",
                             response->sent.invitation ? "names another response than the path"
                                                       : "is another id than the path's");
        response->id = id;
        response->has_id = true;
        return CXD_OK;
    }
    const char *key = http_header(request, "Idempotency-Key");
    if (response->has_id || key == NULL)
        return CXD_OK;
    response->has_id = true;
    return idempotency_key_decode(key, survey->slug, 0, &response->id, err);
}

/* Answered too long ago for this survey; but as it has a name, it may be the retry of one that came in time. */
static bool is_old(const struct http_request *request, const struct survey *survey,
                   const struct response *response) {
    return response->has_id && response->has_answered_at &&
           response->answered_at < http_now_ms(request) - survey->max_backdate_s * 1000;
}

static enum cxd_err read_response(struct http_request *request, const char *path_id,
                                  const struct survey *survey, struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    size_t length;
    const char *body = http_body(request, &length);
    enum cxd_err result = response_decode(body, length, (size_t)api_settings(request)->config.json_depth,
                                          http_arena(request), response, err);
    if (result != CXD_OK && result != ERR_INVALID)
        return result;
    enum cxd_err admitted = api_admit(request, survey, change, err);
    if (admitted != CXD_OK && admitted != ERR_INVALID)
        return admitted;
    enum cxd_err named = name_response(request, path_id, survey, response, err);
    if (named != CXD_OK)
        return named;
    return response_validate(response, survey, &api_settings(request)->limits, http_now_ms(request),
                             is_old(request, survey, response), err);
}

static void reply_refused(struct http_request *request, const struct submission *submission) {
    enum cxd_err refusal = api_refusal(&submission->change);
    if (refusal == ERR_INVALID && submission->is_old) {
        struct error err;
        error_clear(&err);
        error_add_member(&err, "/answered_at", "must not lie more than %lld seconds back",
                         (long long)submission->max_backdate_s);
        http_problem(request, &err);
        return;
    }
    if (refusal == ERR_RECONTACT) {
        char until[TIME_TEXT_SIZE];
        http_problem_code(request, refusal, "this respondent may answer again from %s",
                          time_format(until, submission->change.as.response.recontact.until));
        return;
    }
    const char *detail = error_title(refusal);
    if (refusal == ERR_CONFLICT)
        detail = "this id is taken by another response, or the time in which it may be changed is over";
    else if (refusal == ERR_INVITATION_USED)
        detail = "this invitation has its answer, and the time in which it may be changed is over";
    else if (refusal == ERR_INVALID)
        detail = "the survey was changed while the response was on its way";
    http_problem_code(request, refusal, "%s", detail);
}

static void reply_stored(struct http_request *request, const struct submission *submission) {
    bool created = submission->change.outcome == OUTCOME_CREATED;
    struct response shown = submission->change.as.response.value;
    /* What is thought of it is the operator's: a machine would learn how not to be suspected. */
    shown.flags = 0;
    shown.excluded = false;
    response_encode(http_out(request), &shown, submission->slug);
    if (created) {
        char location[160] = "/v1/surveys/";
        char id[ID_TEXT_SIZE];
        strcat(location, submission->slug);
        strcat(location, "/responses/");
        strcat(location, id_format(id, &shown.id));
        http_reply_header(request, "Location", location);
    }
    http_reply(request, created ? 201 : 200, "application/json");
}

/* The response is stored, whatever has become of the flags: the next of the burst tries to flag them all again. */
static void finish_burst(struct http_request *request) {
    const struct submission *submission = http_deferred(request);
    const struct ticket *ticket = &submission->ticket;
    for (size_t i = 0; ticket->error == CXD_OK && i < ticket->count; i++)
        if (ticket->changes[i].outcome == OUTCOME_AMENDED)
            suspicion_count(http_app(request), ticket->changes[i].as.flag.fresh_flags);
    reply_stored(request, submission);
}

static void finish_response(struct http_request *request) {
    struct submission *submission = http_deferred(request);
    if (api_submit_failed(request, &submission->ticket)) {
        api_count_refused(request, http_refusal(request));
        return;
    }
    const struct change *change = &submission->change;
    const struct response *response = &change->as.response.value;
    bool created = change->outcome == OUTCOME_CREATED;
    if (change->outcome == OUTCOME_REFUSED) {
        reply_refused(request, submission);
        api_count_refused(request, http_refusal(request));
        return;
    }
    api_count_stored(request, change->outcome);
    suspicion_count(http_app(request), created ? response->flags : change->as.response.fresh_flags);
    struct change *flags;
    size_t flag_count = change->outcome == OUTCOME_REPLAYED ? 0 : suspicion_burst(request, response, &flags);
    if (flag_count == 0) {
        reply_stored(request, submission);
        return;
    }
    submission->ticket.changes = flags;
    submission->ticket.count = flag_count;
    api_submit(request, &submission->ticket, finish_burst);
}

/* A second answer that comes too soon is refused, unless the survey takes it. */
static void bound_recontact(const struct http_request *request, const struct survey *survey,
                            struct change *change) {
    if (survey->recontact != RECONTACT_REFUSE)
        return;
    change->as.response.recontact.survey_ms = survey->recontact_days * DAY_MS;
    change->as.response.recontact.any_ms = api_settings(request)->config.recontact_days * DAY_MS;
}

static void submit_response(struct http_request *request, const char *path_id,
                            const struct snapshot *snapshot, const struct survey *survey) {
    struct submission *submission = arena_alloc_zero(http_arena(request), 1, sizeof(*submission));
    if (submission == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the response");
        return;
    }
    struct change *change = &submission->change;
    struct response *response = &change->as.response.value;
    struct error err;
    if (read_response(request, path_id, survey, change, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    if (api_fill_response(request, survey, change, &err) != CXD_OK ||
        api_require_invitation(survey, change, &err) != CXD_OK ||
        suspicion_judge(request, snapshot, survey, response, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    bound_recontact(request, survey, change);
    submission->is_old = is_old(request, survey, response);
    submission->max_backdate_s = survey->max_backdate_s;
    if (submission->is_old && change->as.response.unless_stored == CXD_OK)
        change->as.response.unless_stored = ERR_INVALID;
    memcpy(submission->slug, survey->slug, sizeof(submission->slug));
    submission->ticket.changes = change;
    submission->ticket.count = 1;
    api_submit(request, &submission->ticket, finish_response);
}

static void try_response(struct http_request *request, const char *path_id) {
    if (api_refuse_type(request, true))
        return;
    struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    if (survey == NULL)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else
        submit_response(request, path_id, snapshot, survey);
    catalog_release(snapshot);
}

/* What is on its way to the writer is counted when it comes back, on this thread too. */
static void take_response(struct http_request *request, const char *path_id) {
    try_response(request, path_id);
    if (http_refusal(request) != CXD_OK)
        api_count_refused(request, http_refusal(request));
}

void api_response_post(struct http_request *request) {
    take_response(request, NULL);
}

void api_response_put(struct http_request *request) {
    take_response(request, http_path(request, "id"));
}
