/* Where handlers meet the writer: a change goes down as a ticket, and its request waits, off the loop, until the
 * commit. */
#include <stdio.h>
#include <string.h>

#include "api/app.h"

static void ticket_done(struct ticket *ticket) {
    http_complete(ticket->context);
}

/* Of a session its key, and that it was one: which one is nobody's business later. */
static void set_actor(const struct http_request *request, struct change *change) {
    const char *principal = http_principal(request);
    change->actor[0] = '\0';
    if (principal[0] == '\0')
        return;
    size_t length = strcspn(principal, "./");
    snprintf(change->actor, sizeof change->actor, "%.*s%s", (int)length, principal,
             principal[length] == ACTOR_SESSION[0] ? ACTOR_SESSION : "");
}

enum cxd_err api_apply(struct http_request *request, struct change *change, struct error *err) {
    const struct app *app = http_app(request);
    set_actor(request, change);
    return ingest_apply(app->ingest, change, err);
}

void api_submit(struct http_request *request, struct ticket *ticket, http_handler *finish) {
    struct app *app = http_app(request);
    set_actor(request, &ticket->changes[0]);
    for (size_t i = 1; i < ticket->count; i++)
        memcpy(ticket->changes[i].actor, ticket->changes[0].actor, sizeof ticket->changes[i].actor);
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

static enum cxd_err read_list(struct http_request *request, const char *name, const char **ret_list,
                              struct error *err) {
    const char *fault = NULL;
    enum cxd_err result = http_header_list(request, name, ret_list, err);
    if (result == CXD_OK && *ret_list)
        fault = etag_list_fault(*ret_list);
    return fault ? error_set(err, ERR_BAD_PRECONDITION, "%s: %s", name, fault) : result;
}

enum cxd_err api_read_precondition(struct http_request *request, struct precondition *ret_precondition,
                                   struct error *err) {
    enum cxd_err result = read_list(request, "If-Match", &ret_precondition->if_match, err);
    return result == CXD_OK ? read_list(request, "If-None-Match", &ret_precondition->if_none_match, err) : result;
}

/* A proxy that compresses makes tags weak. */
void api_refuse_precondition(struct http_request *request, const struct change *change) {
    bool is_match = strcmp(change->broken, "If-Match") == 0;
    const char *why = !is_match ? "it is there already; nothing was changed"
                      : strstr(change->precondition.if_match, "W/\"")
                          ? "no weak tag (W/) is ever met; read it again, and go on from an ETag without W/"
                          : "it is not there, or not as it was; read it again, and go on from its ETag";
    http_problem_code(request, ERR_PRECONDITION, "%s: %s", change->broken, why);
}
