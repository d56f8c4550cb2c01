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

/* A picture runs and loads nothing, wherever it is opened. */
static const char PICTURE_POLICY[] = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
static const char PICTURE_TYPE[] = "image/svg+xml";

bool figures_draw(struct http_request *request) {
    http_reply_header(request, "Vary", "Accept");
    return http_prefers(request, "application/json", PICTURE_TYPE);
}

static void say_time(struct http_request *request, struct figures_clock clock) {
    char timing[48];
    snprintf(timing, sizeof timing, "app;dur=%.3f", (double)(clock_monotonic_ns() - clock.started_ns) / 1e6);
    http_reply_header(request, "Server-Timing", timing);
}

void figures_reply_picture(struct http_request *request, struct figures_clock clock, enum cxd_err result,
                           const struct error *err) {
    say_time(request, clock);
    if (result != CXD_OK) {
        deed_reply(request, result, err, false);
        return;
    }
    http_reply_header(request, "Content-Security-Policy", PICTURE_POLICY);
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    http_reply_tagged(request, PICTURE_TYPE);
}

void figures_reply(struct http_request *request, struct figures_clock clock, enum cxd_err result,
                   const struct error *err) {
    say_time(request, clock);
    deed_reply(request, result, err, true);
}
