/* Planning: how many answers a margin or a change needs, and what those that there are give. */
#include <math.h>

#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"
#include "cxd/domain/plan.h"

enum { POINTS_DECIMALS = 2, MEAN_DECIMALS = 3 };

static enum cxd_err check_size(const struct survey *survey, const char *name, double size, struct error *err) {
    double range = plan_range(survey);
    if (size == 0 || size < range)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "%s: less than the whole range of the score, which is %g", name, range);
}

static void append_margin(struct buffer *out, const struct plan_spread *spread, const struct parameters_plan *plan,
                          double confidence, int decimals) {
    if (plan->margin == 0) {
        write_null(out, "margin");
        return;
    }
    write_open(out, "margin", '{');
    write_fixed(out, "margin_of_error", plan->margin, decimals, true);
    write_int(out, "n", (int64_t)plan_n_for_margin(spread, plan->margin, confidence));
    buffer_append_char(out, '}');
}

static void append_detect(struct buffer *out, const struct survey *survey, const struct plan_spread *spread,
                          const struct parameters_plan *plan, double alpha, int decimals) {
    if (plan->detect == 0) {
        write_null(out, "detect");
        return;
    }
    double n = plan_n_for_change(survey, spread, plan->detect, alpha, plan->power);
    write_open(out, "detect", '{');
    write_fixed(out, "change", plan->detect, decimals, true);
    write_known(out, "n", isfinite(n) ? (int64_t)n : 0, isfinite(n));
    buffer_append_char(out, '}');
}

static void append_present(struct buffer *out, const struct survey *survey, const struct plan_spread *spread, int64_t n,
                           const struct score_question *question, double power, int decimals) {
    double change = plan_change_of(survey, spread, (double)n, question->alpha, power);
    double margin = n > 0 ? plan_margin(spread, (double)n, question->confidence) : 0;
    write_open(out, "present", '{');
    write_int(out, "n", n);
    write_fixed(out, "margin_of_error", margin, decimals, n > 0);
    write_fixed(out, "detectable_change", change, decimals, !isnan(change));
    buffer_append_char(out, '}');
}

static void append_plan(struct buffer *out, const struct survey *survey, const struct score_question *question,
                        const struct parameters_plan *plan, const struct score_answer *answer) {
    int decimals = survey->method == METHOD_MEAN ? MEAN_DECIMALS : POINTS_DECIMALS;
    const struct plan_spread spread = plan_spread_of(survey, &answer->hist, survey->min_n, plan->assumes_worst);
    write_open(out, NULL, '{');
    scoring_encode(out, survey);
    window_encode(out, &answer->window, answer->rounded);
    write_open(out, "spread", '{');
    write_text(out, "of", spread.reason == PLAN_OF_ANSWERS ? "answers" : "worst_case");
    write_text(out, "reason", plan_reason_name(spread.reason));
    write_fixed(out, "standard_deviation", sqrt(spread.variance), decimals, true);
    buffer_append_char(out, '}');
    general_encode(out, "confidence", question->confidence);
    general_encode(out, "alpha", question->alpha);
    general_encode(out, "power", plan->power);
    append_margin(out, &spread, plan, question->confidence, decimals);
    append_detect(out, survey, &spread, plan, question->alpha, decimals);
    append_present(out, survey, &spread, histogram_count(&answer->hist), question, plan->power, decimals);
    buffer_append_char(out, '}');
}

void api_plan_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct trend_question question;
    struct parameters_plan plan;
    struct score_answer answer;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = parameters_read_plan(request, &plan, &question, &err);
    if (result == CXD_OK)
        result = check_size(survey, "margin", plan.margin, &err);
    if (result == CXD_OK)
        result = check_size(survey, "detect", plan.detect, &err);
    if (result == CXD_OK)
        result = asked_check(request, survey, &question.score.filter, &err);
    if (result == CXD_OK)
        result = api_allow_filter(request, survey, &question.score.filter, &err);
    question.score.survey = survey;
    question.score.without_rate = true;
    if (result == CXD_OK)
        result = query_score(http_worker(request), &question.score, &answer, &err);
    if (result == CXD_OK)
        append_plan(http_out(request), survey, &question.score, &plan, &answer);
    figures_reply(request, clock, result, &err);
    catalog_release(snapshot);
}
