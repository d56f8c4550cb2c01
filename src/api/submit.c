/* Where handlers meet the writer: a change goes down as a ticket, and its request waits, off the loop, until the commit. */
#include <string.h>

#include "api/app.h"

static void ticket_done(struct ticket *ticket) {
    http_complete(ticket->context);
}

void api_submit(struct http_request *request, struct ticket *ticket, http_handler *finish) {
    struct app *app = http_app(request);
    const char *principal = http_principal(request);
    for (size_t i = 0; i < ticket->count; i++) {
        struct change *change = &ticket->changes[i];
        size_t length = strnlen(principal, sizeof(change->actor) - 1);
        memcpy(change->actor, principal, length);
        change->actor[length] = '\0';
    }
    ticket->done = ticket_done;
    ticket->context = request;
    http_defer(request, finish, ticket);
    enum cxd_err refused = ingest_submit(app->ingest, ticket);
    if (refused != CXD_OK) {
        ticket->error = refused;
        http_complete(request);
        http_wake(app->http);
    }
}

bool api_submit_failed(struct http_request *request, const struct ticket *ticket) {
    switch (ticket->error) {
    case CXD_OK:
        http_is_done(request);
        return false;
    case ERR_QUEUE_FULL:
        http_problem_code(request, ERR_QUEUE_FULL,
                          "too many changes wait to be written; nothing was stored, try again");
        return true;
    case ERR_STORAGE_FULL:
        http_problem_code(request, ERR_STORAGE_FULL,
                          "there is no room to store this; nothing was stored, try again later");
        return true;
    default:
        http_problem_code(request, ticket->error, "this could not be stored; try again with the same id");
        return true;
    }
}

enum cxd_err api_fill_response(struct http_request *request, const struct survey *survey,
                               struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    int64_t now_ms = http_now_ms(request);
    bool is_open = survey_is_open(survey, now_ms);
    if (!is_open && !response->has_id)
        return error_set(err, ERR_SURVEY_CLOSED, "the survey is closed, not open yet, or archived");
    response->survey = survey->number;
    response->revision = survey->revision;
    response->received_at = now_ms;
    if (!response->has_answered_at)
        response->answered_at = now_ms;
    if (!response->has_id)
        id_make(http_ids(request), now_ms, &response->id);
    change->kind = CHANGE_RESPONSE;
    change->now_ms = now_ms;
    change->arena = http_arena(request);
    change->as.response.amend_window_ms = survey->amend_window_s * 1000;
    /* The retry of one that was stored in time is still answered. */
    if (change->as.response.unless_stored == CXD_OK && !is_open)
        change->as.response.unless_stored = ERR_SURVEY_CLOSED;
    return CXD_OK;
}

bool api_refuse_type(struct http_request *request, bool allow_text) {
    if (http_header(request, "Content-Type") == NULL || http_has_type(request, "application/json") ||
        (allow_text && http_has_type(request, "text/plain")))
        return false;
    http_problem_code(request, ERR_MEDIA_TYPE, "send Content-Type: application/json");
    return true;
}
