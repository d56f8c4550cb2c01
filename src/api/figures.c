/* The common end of the read routes. */
#include <stdio.h>

#include "api/deed.h"
#include "api/figures.h"
#include "cxd/base/clock.h"

struct figures_clock figures_begin(void) {
    return (struct figures_clock){.started_ns = clock_monotonic_ns()};
}

enum cxd_err figures_check_interval(const struct survey *survey, const struct score_question *question,
                                    struct error *err) {
    if (!question->use_t || survey->method == METHOD_MEAN)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "interval: t is of a mean, and the method here is %s",
                     method_name(survey->method));
}

struct purse figures_purse(const struct http_request *request) {
    struct app *app = http_app(request);
    return (struct purse){&app->questions, atomic_load(&app->question_memory)};
}

void figures_reply(struct http_request *request, struct figures_clock clock, enum cxd_err result,
                   const struct error *err) {
    char timing[48];
    snprintf(timing, sizeof timing, "app;dur=%.3f", (double)(clock_monotonic_ns() - clock.started_ns) / 1e6);
    http_reply_header(request, "Server-Timing", timing);
    deed_reply(request, result, err, true);
}
