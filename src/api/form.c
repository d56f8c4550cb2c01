/* What a widget asks for before it shows a survey: the form, and whether this respondent is to be asked at all. Runs on workers,
 * because the latter is read from the store. */
#include <string.h>

#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/survey.h"

/* `respondent` stays NULL where it is not asked for. */
static enum cxd_err read_parameters(struct http_request *request, const char **ret_respondent,
                                    struct error *err) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].key, "respondent") != 0)
            return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s", items[i].key);
        size_t characters = utf8_count(items[i].value);
        if (characters == 0 || characters > api_settings(request)->limits.respondent_characters)
            return error_set(err, ERR_BAD_PARAMETER, "respondent must be 1 to %zu characters long",
                             api_settings(request)->limits.respondent_characters);
        *ret_respondent = items[i].value;
    }
    return CXD_OK;
}

/* When the rule of `days` since an answer to the survey (0: to any) is over for the respondent; TIME_MIN if it does not hold now. */
static enum cxd_err read_rule(struct http_request *request, const char *respondent, int64_t survey,
                              int64_t days, int64_t *ret_until, struct error *err) {
    int64_t span_ms = days * DAY_MS, last = TIME_MIN;
    enum cxd_err result = CXD_OK;
    if (days > 0)
        result = store_read_last_answer(http_worker(request), respondent, survey,
                                        http_now_ms(request) - span_ms + 1, TIME_MAX, &last, err);
    if (result == CXD_OK)
        *ret_until = last == TIME_MIN ? TIME_MIN : last + span_ms;
    return result;
}

static enum cxd_err read_eligibility(struct http_request *request, const struct survey *survey,
                                     const char *respondent, int64_t *ret_until, struct error *err) {
    int64_t own = TIME_MIN, any = TIME_MIN;
    enum cxd_err result = read_rule(request, respondent, survey->number, survey->recontact_days, &own, err);
    if (result == CXD_OK)
        result = read_rule(request, respondent, 0, api_settings(request)->config.recontact_days, &any, err);
    if (result == CXD_OK)
        *ret_until = own > any ? own : any;
    return result;
}

static enum cxd_err write_form(struct http_request *request, const struct snapshot *snapshot,
                               const struct survey *survey, const char *respondent, struct error *err) {
    struct survey_form form = {
        .now_ms = http_now_ms(request),
        .has_respondent = respondent != NULL,
        .honeypot = SUSPICION_HONEYPOT,
    };
    struct buffer nonce;
    buffer_init(&nonce);
    enum cxd_err result = CXD_OK;
    if (respondent != NULL)
        result = read_eligibility(request, survey, respondent, &form.eligible_from, err);
    if (result == CXD_OK && survey->min_seconds > 0) {
        suspicion_sign_nonce(&nonce, snapshot, survey, form.now_ms);
        form.nonce = buffer_terminate(&nonce);
        if (form.nonce == NULL)
            result = error_set(err, ERR_NO_MEMORY, "no memory for the form");
    }
    if (result == CXD_OK)
        survey_encode_form(http_out(request), survey, &form);
    buffer_free(&nonce);
    return result;
}

void api_form_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    const char *respondent = NULL;
    bool is_own = false; /* this client's alone, and true for now only: no ETag, not to be kept */
    struct error err;
    enum cxd_err result = survey == NULL ? error_set(&err, ERR_NO_SURVEY, "there is no survey of this name")
                                         : read_parameters(request, &respondent, &err);
    if (result == CXD_OK) {
        is_own = respondent != NULL || survey->min_seconds > 0;
        result = write_form(request, snapshot, survey, respondent, &err);
    }
    catalog_release(snapshot);
    if (result != CXD_OK)
        http_problem(request, &err);
    else if (is_own)
        http_reply(request, 200, "application/json");
    else
        http_reply_tagged(request, "application/json");
}
