/* Requests from pages of other origins: the paths of HTTP_CORS routes know of them, elsewhere the browser's own rule
 * stands. A page may have the browser send credentials along, as many do without a thought, and read the reply: no
 * cookie is read on these paths (auth.c), nor a password or certificate, and a key is never the browser's to send. So
 * there is nothing that it would lend to the page. */

#include "http/cors.h"

#include <string.h>

static const char max_age_seconds[] = "7200";
/* For who asks by hand, without saying which. */
static const char usual_headers[] =
    "Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, X-Request-Id, traceparent, tracestate";

/* A reply repeats both, and has no room for any. A host has 253. */
enum { ORIGIN_BYTES_MAX = 512, HEADERS_BYTES_MAX = 1024 };

/* On a path that pages use, what it does not take is a 405 for them to read; what takes a key is not theirs. */
static bool is_for_pages(const struct router_path *path, enum http_method method) {
    const struct http_route *route = method < HTTP_METHOD_COUNT ? path->by_method[method] : NULL;
    return path->cors_allow[0] && (!route || route->flags & HTTP_CORS);
}

/* What HTTP_GET cannot change, a page may try; it only does not see the reply. */
static bool changes_state(enum http_method method) {
    return method != HTTP_GET;
}

/* Of a preflight, the method that it announces. */
static enum http_method method_meant(const struct http_request *request) {
    const char *wanted = http_header(request, "Access-Control-Request-Method");
    return request->method == HTTP_OPTIONS && wanted ? http_method_parse(wanted) : request->method;
}

static bool is_allowed(struct http_request *request, const char *origin) {
    const struct http_options *options = &request->connection->loop->server->options;
    return options->allow_origin && http_header_count(request, "Origin") == 1 &&
           options->allow_origin(options->app, request, origin);
}

/* Visible ASCII: what is no origin is not repeated. */
static bool is_repeatable(const char *origin) {
    size_t length = 0;
    while (origin[length] > ' ' && origin[length] < 0x7f)
        length++;
    return length > 0 && length <= ORIGIN_BYTES_MAX && !origin[length];
}

void cors_note(struct http_request *request) {
    if (!request->path || !is_for_pages(request->path, method_meant(request)))
        return;
    const char *origin = http_header(request, "Origin");
    if (!origin)
        return;
    if (!is_allowed(request, origin))
        request->other_origin = changes_state(request->method);
    else if (is_repeatable(origin))
        request->origin = origin;
}

void cors_admit(struct http_request *request) {
    if (request->other_origin)
        http_problem_code(request, ERR_ORIGIN, "Requests from this Origin are not accepted here");
}

/* Writes the names of a list anew, with ", " between them. False if it is none, or too long. */
static bool copy_names(const char *list, char out[HEADERS_BYTES_MAX]) {
    size_t used = 0;
    for (;;) {
        list += strspn(list, " \t,");
        if (!*list)
            return used > 0;
        size_t length = strcspn(list, " \t,"), comma = used > 0 ? 2 : 0;
        if (!guard_is_token(list, length) || used + comma + length >= HEADERS_BYTES_MAX)
            return false;
        memcpy(out + used, ", ", comma);
        memcpy(out + used + comma, list, length);
        used += comma + length;
        out[used] = '\0';
        list += length;
        list += strspn(list, " \t");
        if (*list && *list != ',')
            return false;
    }
}

bool cors_preflight(struct http_request *request) {
    const char *wanted = http_header(request, "Access-Control-Request-Headers");
    char names[HEADERS_BYTES_MAX];
    if (!request->origin || !http_header(request, "Access-Control-Request-Method"))
        return false;
    http_reply_header(request, "Access-Control-Allow-Methods", request->path->cors_allow);
    if (!wanted || copy_names(wanted, names))
        http_reply_header(request, "Access-Control-Allow-Headers", wanted ? names : usual_headers);
    http_reply_header(request, "Access-Control-Max-Age", max_age_seconds);
    return true;
}
