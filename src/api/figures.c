/* The common end of the read routes. */
#include <stdio.h>
#include <time.h>

#include "api/figures.h"

static int64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct figures_clock figures_begin(void) {
    return (struct figures_clock){.started_ns = monotonic_ns()};
}

void figures_reply(struct http_request *request, struct figures_clock clock, const struct error *err) {
    char timing[48];
    snprintf(timing, sizeof(timing), "app;dur=%.3f", (double)(monotonic_ns() - clock.started_ns) / 1e6);
    http_reply_header(request, "Server-Timing", timing);
    if (err == NULL) {
        http_reply_tagged(request, "application/json");
    } else {
        buffer_reset(http_out(request));
        http_problem(request, err);
    }
}
