/* Recontact, before anybody answers: the store asks the same in the transaction of the answer. */
#include "api/eligible.h"

#include "api/app.h"
#include "api/settings.h"
#include "cxd/base/clock.h"

/* When the rule of `days` since an answer to the survey (0: to any) is over for the respondent; TIME_MIN if it does not
 * hold now. */
static enum cxd_err read_rule(struct http_request *request, const char *respondent, int64_t survey, int64_t days,
                              int64_t *ret_until, struct error *err) {
    int64_t span_ms = days * DAY_MS, last = TIME_MIN;
    enum cxd_err result = CXD_OK;
    if (days > 0)
        result = store_read_last_answer(http_worker(request), respondent, survey, http_now_ms(request) - span_ms + 1,
                                        TIME_MAX, &last, err);
    if (result == CXD_OK)
        *ret_until = last == TIME_MIN ? TIME_MIN : last + span_ms;
    return result;
}

enum cxd_err eligible_read(struct http_request *request, const struct survey *survey, const char *respondent,
                           const char *touchpoint, int64_t *ret_until, struct error *err) {
    int64_t own = TIME_MIN, any = TIME_MIN, days = survey_recontact_days(survey, touchpoint);
    enum cxd_err result = read_rule(request, respondent, survey->number, days, &own, err);
    if (result == CXD_OK)
        result = read_rule(request, respondent, 0, api_settings(request)->config.recontact_days, &any, err);
    if (result == CXD_OK)
        *ret_until = own > any ? own : any;
    return result;
}
