/* Counts since the start, for whoever watches the daemon, in Prometheus' text format. */
#include "api/app.h"

static void append_header(struct buffer *out, const char *name, const char *help) {
    buffer_append_format(out, "# HELP %s %s\n# TYPE %s counter\n", name, help, name);
}

static void append_count(struct buffer *out, const char *name, const char *label, const char *value,
                         uint64_t count) {
    buffer_append_format(out, "%s{%s=\"%s\"} %llu\n", name, label, value, (unsigned long long)count);
}

uint64_t api_flagged(const struct app *app, int flag_index) {
    return atomic_load_explicit(&app->flagged[flag_index], memory_order_relaxed);
}

void api_metrics_get(struct http_request *request) {
    static const char *const LIMITS[HTTP_RATE_COUNT] = {
        [HTTP_RATE_ADDRESS] = "address", [HTTP_RATE_SUBJECT] = "survey", [HTTP_RATE_AUTH] = "auth"};
    const struct app *app = http_app(request);
    struct buffer *out = http_out(request);
    append_header(out, "cxd_responses_flagged_total",
                  "Stored responses that were suspected to be a machine's, by reason; one may have several.");
    for (int i = 0; i < FLAG_COUNT; i++)
        append_count(out, "cxd_responses_flagged_total", "reason", flag_name(i), api_flagged(app, i));
    append_header(out, "cxd_requests_limited_total", "Requests refused with 429, by limit.");
    for (int i = 0; i < HTTP_RATE_COUNT; i++)
        append_count(out, "cxd_requests_limited_total", "limit", LIMITS[i],
                     http_rate_refused(app->http, (enum http_rate)i));
    http_reply(request, 200, "text/plain; version=0.0.4; charset=utf-8");
}
