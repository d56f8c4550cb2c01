/* Requests from pages of other origins. Only HTTP_CORS routes know of them; elsewhere the browser's own rule stands. No reply
 * ever allows credentials. */

#include <string.h>

#include "http/internal.h"

static const char max_age_seconds[] = "7200";

static bool origin_allowed(struct http_request *request, const char *origin) {
    const struct http_options *options = &request->connection->loop->server->options;
    return options->allow_origin && options->allow_origin(options->app, request, origin);
}

/* What HTTP_GET cannot change, a page may try; it only does not see the reply. */
static bool changes_state(enum http_method method) {
    return method != HTTP_GET;
}

void cors_admit(struct http_request *request) {
    if (!(request->route->flags & HTTP_CORS))
        return;
    const char *origin = http_header(request, "Origin");
    if (!origin)
        return;
    if (origin_allowed(request, origin))
        request->origin = origin;
    else if (changes_state(request->method))
        http_problem_code(request, ERR_ORIGIN, "Requests from this Origin are not accepted here");
}

/* Whether this is a preflight that may be answered with yes; http_path works in the hook since `path` is set. */
static bool preflight_allowed(struct http_request *request) {
    const char *origin = http_header(request, "Origin");
    const char *wanted = http_header(request, "Access-Control-Request-Method");
    if (!origin || !wanted)
        return false;
    enum http_method method = http_method_parse(wanted);
    const struct http_route *route = method < HTTP_METHOD_COUNT ? request->path->by_method[method] : NULL;
    if (!route || !(route->flags & HTTP_CORS) || !origin_allowed(request, origin))
        return false;
    request->origin = origin;
    return true;
}

void cors_options(struct http_request *request) {
    if (preflight_allowed(request)) {
        http_reply_header(request, "Access-Control-Allow-Methods", request->path->cors_allow);
        http_reply_header(
            request, "Access-Control-Allow-Headers",
            "Content-Type, Idempotency-Key, If-None-Match, X-Request-Id, traceparent, tracestate");
        http_reply_header(request, "Access-Control-Max-Age", max_age_seconds);
    } else {
        http_reply_header(request, "Allow", request->path->allow);
    }
    http_reply(request, 204, NULL);
}
