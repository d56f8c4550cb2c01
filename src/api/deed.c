/* The frame of most handlers: from the path to the survey, from one change to the reply. */
#include "api/deed.h"

#include "cxd/domain/respondent.h"

enum cxd_err deed_no_survey(struct error *err) {
    return error_set(err, ERR_NO_SURVEY, "there is no survey of this name");
}

enum cxd_err deed_find_survey(struct http_request *request, const struct snapshot **ret_snapshot,
                              const struct survey **ret_survey, struct error *err) {
    const struct app *app = http_app(request);
    *ret_snapshot = catalog_acquire(app->catalog);
    *ret_survey = snapshot_survey(*ret_snapshot, http_path(request, "survey"));
    return *ret_survey ? CXD_OK : deed_no_survey(err);
}

enum cxd_err deed_find_respondent(struct http_request *request, const char **ret_respondent, struct error *err) {
    const char *form = respondent_form(http_path(request, "respondent"), http_arena(request));
    if (!form)
        return error_set(err, ERR_NO_MEMORY, "no memory for the name of the respondent");
    *ret_respondent = form;
    return CXD_OK;
}

static bool is_conditional(const struct http_request *request) {
    enum http_method method = http_request_method(request);
    return method == HTTP_PUT || method == HTTP_PATCH || method == HTTP_DELETE;
}

struct deed *deed_make(struct http_request *request, enum change_kind kind) {
    struct deed *deed = arena_alloc_zero(http_arena(request), 1, sizeof *deed);
    if (!deed) {
        buffer_reset(http_out(request));
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the change");
        return NULL;
    }
    struct error err;
    if (is_conditional(request) && api_read_precondition(request, &deed->change.precondition, &err) != CXD_OK) {
        http_problem(request, &err);
        return NULL;
    }
    deed->change.kind = kind;
    deed->change.now_ms = http_now_ms(request);
    deed->change.arena = http_arena(request);
    deed->ticket.changes = &deed->change;
    deed->ticket.count = 1;
    return deed;
}

void deed_submit(struct http_request *request, struct deed *deed, http_handler *finish) {
    api_submit(request, &deed->ticket, finish);
}

struct deed *deed_done(struct http_request *request) {
    struct deed *deed = http_deferred(request);
    if (deed->ticket.error != CXD_OK)
        buffer_reset(http_out(request));
    if (api_submit_failed(request, &deed->ticket))
        return NULL;
    bool is_broken = deed->change.outcome == OUTCOME_REFUSED && deed->change.refusal == ERR_PRECONDITION;
    if (is_broken)
        api_refuse_precondition(request, &deed->change);
    return is_broken ? NULL : deed;
}

void deed_reply_with_tag(struct http_request *request, enum cxd_err result, const struct error *err, const char *tag) {
    if (result == CXD_OK)
        http_reply_with_tag(request, "application/json", tag);
    else
        deed_reply(request, result, err, false);
}

void deed_reply(struct http_request *request, enum cxd_err result, const struct error *err, bool is_tagged) {
    if (result != CXD_OK) {
        buffer_reset(http_out(request));
        http_problem(request, err);
    } else if (is_tagged) {
        http_reply_tagged(request, "application/json");
    } else {
        http_reply(request, 200, "application/json");
    }
}
