/* Who asks: the Bearer token is taken from the header here, and judged by the hook of api/. */

#include "http/auth.h"

#include <string.h>
#include <strings.h>

#include "http/internal.h"

static const char token68_marks[] = "-._~+/";

const char *auth_bearer(const char *authorization) {
    const size_t scheme = strlen("Bearer ");
    if (strncasecmp(authorization, "Bearer ", scheme) != 0)
        return NULL;
    const char *token = authorization + scheme;
    token += strspn(token, " ");
    size_t length = 0;
    while ((token[length] >= '0' && token[length] <= '9') || (token[length] >= 'A' && token[length] <= 'Z') ||
           (token[length] >= 'a' && token[length] <= 'z') ||
           (token[length] && strchr(token68_marks, token[length])))
        length++;
    if (length == 0)
        return NULL;
    length += strspn(token + length, "=");
    return token[length] == '\0' ? token : NULL;
}

/* 401, or where the address has shown too many bad keys 429. */
static void refuse_key(struct http_request *request, const char *detail) {
    limits_auth_failed(request);
    if (!request->replied)
        http_problem_code(request, ERR_BAD_KEY, "%s", detail);
}

void auth_admit(struct http_request *request) {
    const struct http_options *options = &request->connection->loop->server->options;
    if (request->route->scope == 0 || !options->authorize)
        return;
    const char *token = NULL;
    if (request->facts.authorizations > 1) {
        refuse_key(request, "There is more than one Authorization header");
        return;
    }
    if (request->facts.authorizations == 1) {
        const char *header = http_header(request, "Authorization");
        token = header ? auth_bearer(header) : NULL;
        if (!token) {
            refuse_key(request, "The Authorization header is not \"Bearer KEY\"");
            return;
        }
    }
    struct error err;
    enum cxd_err refused = options->authorize(options->app, request, token, request->route->scope, &err);
    if (refused == ERR_BAD_KEY)
        refuse_key(request, err.detail);
    else if (refused)
        http_problem(request, &err);
}
