/* Everything that can be said about a request before its body: path, method, origin, key, length, query. The first
 * check that fails notes its problem down; connection.c then reads and drops the body, and sends it. */

#include "http/admit.h"

#include "http/auth.h"
#include "http/claim.h"
#include "http/coding.h"
#include "http/cors.h"
#include "http/limits.h"

static const struct router *router_of(const struct http_request *request) {
    return request->connection->loop->server->router;
}

static void find_route(struct http_request *request) {
    const struct router *router = router_of(request);
    request->path = router_match(router, &request->target, request->parameters);
    request->method = http_method_parse(request->method_name);
    if (request->path && request->method < HTTP_METHOD_COUNT)
        request->route = request->path->by_method[request->method];
}

/* What is asked for, and by a page of which origin; also of a request that is refused already, so that the page can
 * read why. */
static void locate(struct http_request *request) {
    if (target_parse(request->target_text, &request->target)) {
        find_route(request);
        cors_note(request);
    } else if (!request->replied) {
        request->closing = true;
        http_problem_code(request, ERR_MALFORMED_REQUEST, "The request target has a bad escape or is not UTF-8");
    }
}

/* Nobody has a use for chunks here, and MHD takes bare LF and CR around them, and any trailer: where the next request
 * begins is a matter of opinion. So none is read, on whatever path, and there is no next request. */
static void check_framing(struct http_request *request) {
    if (!request->facts.chunked)
        return;
    request->closing = true;
    if (!request->connection->loop->server->takes_chunks)
        http_problem_code(request, ERR_LENGTH_REQUIRED,
                          "Send the body with a Content-Length, not chunked (curl: -T FILE or --data-binary "
                          "@FILE, not -T -)");
}

static bool takes_body(const struct http_route *route) {
    return route->method != HTTP_GET && route->method != HTTP_DELETE && !(route->flags & HTTP_BODILESS);
}

static void reply_options(struct http_request *request) {
    if (!request->path || !cors_preflight(request))
        http_reply_header(request, "Allow", request->path ? request->path->allow : router_allow(router_of(request)));
    http_reply(request, 204, NULL);
}

/* A body that nobody could use is not read, so the connection ends with the refusal. */
static void check_route(struct http_request *request) {
    bool is_unwanted = request->facts.length > 0 && !(request->route && takes_body(request->route));
    bool is_options = request->method == HTTP_OPTIONS;
    request->closing = request->closing || is_unwanted;
    if (!request->path && !(is_options && request->target.is_server))
        http_problem_code(request, ERR_NO_ROUTE, "No call has this path");
    else if (!request->route && !is_options)
        http_problem_code(request, ERR_METHOD, "This path takes %s", request->path->allow);
    else if (is_unwanted)
        http_problem_code(request, ERR_UNWANTED_BODY, "Send this request without a body");
    else if (!request->route)
        reply_options(request);
}

static void check_length(struct http_request *request) {
    const struct http_settings *settings = request->settings;
    unsigned flags = request->route->flags;
    request->body_limit = flags & HTTP_BATCH ? settings->batch_bytes : settings->body_bytes;
    if ((flags & HTTP_INGEST) && !request->facts.has_length)
        http_problem_code(request, ERR_LENGTH_REQUIRED, "Send the body with a Content-Length");
    else if (request->facts.has_length && request->facts.length > request->body_limit)
        http_problem_code(request, ERR_TOO_LARGE, "The body may have %zu bytes", request->body_limit);
}

static void check_query(struct http_request *request) {
    if (!request->target.query || request->route->flags & HTTP_LOOSE_QUERY)
        return;
    struct error err;
    if (http_query_parse(request->target.query, &request->arena, &request->query, &request->query_count, &err))
        http_problem(request, &err);
    else if (request->query_count > 0 && !(request->route->flags & HTTP_QUERY))
        http_problem_code(request, ERR_BAD_PARAMETER, "This call takes no parameters, not %s", request->query[0].key);
}

void admit_request(struct http_request *request) {
    static void (*const checks[])(struct http_request * request) = {
        check_framing, check_route, cors_admit,   auth_admit,  limits_admit,
        check_length,  check_query, coding_admit, claim_admit,
    };
    request->body_limit = request->settings->body_bytes;
    locate(request);
    for (size_t i = 0; i < CXD_COUNT(checks) && !request->replied; i++)
        checks[i](request);
}
