/* POST and PUT of one response: decode, have it admitted, submit, and after the commit reply what is stored. */
#include <string.h>

#include "api/admission.h"
#include "api/bodies.h"
#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/api/site.h"
#include "cxd/base/clock.h"
#include "cxd/codec/form.h"
#include "cxd/codec/response.h"

/* Lies in the request's arena, from the submit to the reply. */
struct submission {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char slug[SLUG_SIZE];
    struct error *invalid; /* what is not valid by now: then only the retry of one that was is answered */
    http_handler *stored;  /* replies that it is; NULL: what is stored is shown */
};

static enum cxd_err decode(struct http_request *request, const struct body *body, struct response *ret_response,
                           struct error *err) {
    struct arena *arena = http_arena(request);
    struct form form;
    size_t length;
    const char *bytes = http_body(request, &length);
    if (body->kind == BODY_JSON)
        return response_decode(bytes, length, (size_t)api_settings(request)->config.json_depth, arena, ret_response,
                               err);
    enum cxd_err result = body->kind == BODY_PARTS ? form_read_parts(bytes, length, &body->boundary, arena, &form, err)
                                                   : form_read_fields(bytes, length, arena, &form, err);
    return result == CXD_OK ? response_decode_form(&form, arena, ret_response, err) : result;
}

static enum cxd_err read_response(struct http_request *request, const struct body *body, const struct admission *how,
                                  struct submission *submission, struct error *err) {
    enum cxd_err result = decode(request, body, &submission->change.as.response.value, err);
    if (result != CXD_OK && result != ERR_INVALID)
        return result;
    struct error own; /* err may have members */
    if (api_read_precondition(request, &submission->change.precondition, &own) != CXD_OK)
        return error_set(err, own.code, "%s", own.detail);
    result = admission_judge(request, how, &submission->change, err);
    if (result != CXD_OK || submission->change.as.response.unless_stored != ERR_INVALID)
        return result;
    submission->invalid = arena_alloc(http_arena(request), sizeof *submission->invalid);
    if (!submission->invalid)
        return error_set(err, ERR_NO_MEMORY, "no memory for the response");
    *submission->invalid = *err;
    return CXD_OK;
}

static void reply_refused(struct http_request *request, const struct submission *submission) {
    enum cxd_err refusal = admission_refusal(&submission->change);
    struct error err;
    error_clear(&err);
    if (submission->invalid)
        err = *submission->invalid;
    if (refusal == ERR_INVALID)
        admission_explain(request, &submission->change, &err);
    if (refusal == ERR_INVALID && err.code != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    if (refusal == ERR_PRECONDITION) {
        api_refuse_precondition(request, &submission->change);
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
    else if (refusal == ERR_INVITATION_GONE)
        detail =
            "who was invited is not known any more: they were erased, or the database is older than the invitation";
    else if (refusal == ERR_GONE && submission->change.as.response.invited.is_kept)
        detail = "the answer to this invitation, or who was invited, was erased; answering needs a new one";
    else if (refusal == ERR_GONE)
        detail = "what this id named was erased; a new answer needs a new id";
    else if (refusal == ERR_KEY_REUSED)
        detail = "send this response under a key of its own; to amend the other, PUT it under its id";
    else if (refusal == ERR_INVALID)
        detail = "the survey was changed while the response was on its way";
    http_problem_code(request, refusal, "%s", detail);
}

/* What an id is made from may be guessed: by one, nobody is to read what others said; nor, by a token, who was invited.
 * A tag would let it be tried out. */
static void show_stored(struct http_request *request, const struct submission *submission) {
    const struct response *sent = submission->change.as.response.as_sent;
    bool created = submission->change.outcome == OUTCOME_CREATED;
    struct response shown;
    char tag[ETAG_SIZE];
    admission_show(request, &submission->change, &shown);
    response_tag(&shown, tag);
    bool is_withheld = sent && response_withhold(&shown, sent);
    bool is_hidden = admission_hide(request, &submission->change, &shown);
    if (!is_withheld && !is_hidden)
        http_reply_header(request, "ETag", tag);
    response_encode(http_out(request), &shown, submission->slug);
    if (created) {
        char location[sizeof "/v1/surveys//responses/" + SLUG_SIZE + ID_TEXT_SIZE];
        char *end = stpcpy(stpcpy(stpcpy(location, "/v1/surveys/"), submission->slug), "/responses/");
        (void)id_format(end, &shown.id);
        http_reply_header(request, "Location", location);
    }
    http_reply(request, created ? 201 : 200, "application/json");
}

static void reply_stored(struct http_request *request, const struct submission *submission) {
    if (submission->stored)
        submission->stored(request);
    else
        show_stored(request, submission);
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
    bool may_burst = change->outcome != OUTCOME_REPLAYED && !api_has_key(request);
    size_t flag_count = may_burst ? suspicion_burst(request, response, &flags) : 0;
    if (flag_count == 0) {
        reply_stored(request, submission);
        return;
    }
    submission->ticket.changes = flags;
    submission->ticket.count = flag_count;
    api_submit(request, &submission->ticket, finish_burst);
}

static void submit_response(struct http_request *request, const struct body *body, struct admission *how,
                            http_handler *stored) {
    struct submission *submission = arena_alloc_zero(http_arena(request), 1, sizeof *submission);
    struct error err;
    if (!submission) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the response");
        return;
    }
    if (admission_read_strict(request, &how->is_strict, &err) != CXD_OK ||
        read_response(request, body, how, submission, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    memcpy(submission->slug, how->survey->slug, sizeof submission->slug);
    submission->ticket.changes = &submission->change;
    submission->ticket.count = 1;
    submission->stored = stored;
    api_submit(request, &submission->ticket, finish_response);
}

static void try_response(struct http_request *request, const char *path_id, http_handler *stored) {
    struct body body;
    if (!body_take(request, BODY_OF_RESPONSE, &body))
        return;
    struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    if (!survey)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else
        submit_response(request, &body, &(struct admission){snapshot, survey, path_id, NULL, NULL, false}, stored);
    catalog_release(snapshot);
}

/* What is on its way to the writer is counted when it comes back, on this thread too. */
static void take_response(struct http_request *request, const char *path_id, http_handler *stored) {
    try_response(request, path_id, stored);
    if (http_refusal(request) != CXD_OK)
        api_count_refused(request, http_refusal(request));
}

void api_response_post(struct http_request *request) {
    take_response(request, NULL, NULL);
}

void api_response_put(struct http_request *request) {
    take_response(request, http_path(request, "id"), NULL);
}

void site_take_response(struct http_request *request, http_handler *stored) {
    take_response(request, NULL, stored);
}
