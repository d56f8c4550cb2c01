/* Everything that can be said about a request before its body: path, method, origin, key, length, query. The first check
 * that fails notes its problem down; connection.c then reads and drops the body, and sends it. */

#include "http/internal.h"

static void check_target(struct http_request *request) {
    if (target_parse(request->target_text, &request->target))
        return;
    request->closing = true;
    http_problem_code(request, ERR_MALFORMED_REQUEST, "The request target has a bad escape or is not UTF-8");
}

static void check_route(struct http_request *request) {
    const struct router *router = request->connection->loop->server->router;
    request->path = router_match(router, &request->target, request->parameters);
    if (!request->path) {
        http_problem_code(request, ERR_NO_ROUTE, "No call has this path");
        return;
    }
    request->method = http_method_parse(request->method_name);
    if (request->method == HTTP_OPTIONS) {
        cors_options(request);
        return;
    }
    if (request->method < HTTP_METHOD_COUNT)
        request->route = request->path->by_method[request->method];
    if (!request->route)
        http_problem_code(request, ERR_METHOD, "This path takes %s", request->path->allow);
}

static void check_length(struct http_request *request) {
    const struct http_settings *settings = request->settings;
    unsigned flags = request->route->flags;
    request->body_limit = flags & HTTP_BATCH ? settings->batch_bytes : settings->body_bytes;
    if ((flags & HTTP_INGEST) && !request->facts.has_length) {
        http_problem_code(request, ERR_LENGTH_REQUIRED, "Send the body with a Content-Length, not chunked");
    } else if (request->facts.has_length && request->facts.length > request->body_limit) {
        http_problem_code(request, ERR_TOO_LARGE, "The body may have %zu bytes", request->body_limit);
    }
}

static void check_query(struct http_request *request) {
    if (!request->target.query)
        return;
    struct error err;
    if (http_query_parse(request->target.query, &request->arena, &request->query, &request->query_count,
                         &err))
        http_problem(request, &err);
    else if (request->query_count > 0 && !(request->route->flags & HTTP_QUERY))
        http_problem_code(request, ERR_BAD_PARAMETER, "This call takes no parameters, not %s",
                          request->query[0].key);
}

void request_admit(struct http_request *request) {
    static void (*const checks[])(struct http_request * request) = {
        check_target, check_route, cors_admit, limits_admit, auth_admit, check_length, check_query,
    };
    request->body_limit = request->settings->body_bytes;
    for (size_t i = 0; i < CXD_COUNT(checks) && !request->replied; i++)
        checks[i](request);
}
