/* Who asks: the Bearer token, or the cookie of a session, is taken from the head here, and judged by the hooks of api/.
 * Before the limits by address, which are not for who has a key; those who show bad ones have a limit of their own. */

#include "http/auth.h"

#include <string.h>
#include <strings.h>

#include "http/limits.h"

static const char token68_marks[] = "-._~+/";

/* What stands behind "Bearer ", whatever it is; NULL for another scheme. */
static const char *find_credentials(const char *authorization) {
    const size_t scheme = strlen("Bearer ");
    if (strncasecmp(authorization, "Bearer ", scheme) != 0)
        return NULL;
    const char *credentials = authorization + scheme;
    return credentials + strspn(credentials, " ");
}

const char *auth_bearer(const char *authorization) {
    const char *token = find_credentials(authorization);
    size_t length = 0;
    if (!token)
        return NULL;
    while ((token[length] >= '0' && token[length] <= '9') || (token[length] >= 'A' && token[length] <= 'Z') ||
           (token[length] >= 'a' && token[length] <= 'z') || (token[length] && strchr(token68_marks, token[length])))
        length++;
    if (length == 0)
        return NULL;
    length += strspn(token + length, "=");
    return token[length] == '\0' ? token : NULL;
}

void http_refuse_key(struct http_request *request, const char *detail) {
    limits_auth_failed(request);
    if (!request->replied)
        http_problem_code(request, ERR_BAD_KEY, "%s", detail);
}

static void settle(struct http_request *request, enum cxd_err refused, const struct error *err) {
    if (refused == ERR_BAD_KEY)
        http_refuse_key(request, err->detail);
    else if (refused)
        http_problem(request, err);
}

/* Pages and proxies send credentials of other systems along, which are no business of ours. */
static void recognise(struct http_request *request, const char *header) {
    const struct http_options *options = &request->connection->loop->server->options;
    const char *credentials = header ? find_credentials(header) : NULL;
    struct error err;
    if (credentials && options->recognise)
        settle(request, options->recognise(options->app, request, credentials, request->route->scope, &err), &err);
}

/* What pages of others ask for, and what machines send, no browser's session is good for. */
static bool heeds_session(const struct http_route *route) {
    return !(route->flags & (HTTP_OPEN | HTTP_CORS | HTTP_INGEST | HTTP_KEYED));
}

static void authorize(struct http_request *request, const char *header) {
    const struct http_options *options = &request->connection->loop->server->options;
    const struct http_credentials shown = {
        .key = header ? auth_bearer(header) : NULL,
        .session = !header && heeds_session(request->route) ? http_session(request) : NULL,
    };
    struct error err;
    if (header && !shown.key)
        http_refuse_key(request, "The Authorization header is not \"Bearer KEY\"");
    else if (options->authorize)
        settle(request, options->authorize(options->app, request, &shown, request->route->scope, &err), &err);
}

/* Blanks behind a value are none of it (RFC 9112 §5.1), and MHD 0.9 leaves them there. */
static bool read_header(struct http_request *request, const char **ret_header) {
    const char *header = request->facts.authorizations > 0 ? http_header(request, "Authorization") : NULL;
    size_t length = header ? strlen(header) : 0, end = length;
    while (end > 0 && (header[end - 1] == ' ' || header[end - 1] == '\t'))
        end--;
    *ret_header = end == length ? header : arena_strndup(&request->arena, header, end);
    return *ret_header || !header;
}

void auth_admit(struct http_request *request) {
    const char *header;
    if (request->route->scope == 0)
        return;
    if (!read_header(request, &header))
        http_problem_code(request, ERR_NO_MEMORY, "No memory for the header Authorization");
    else if (request->facts.authorizations > 1)
        http_refuse_key(request, "There is more than one Authorization header");
    else if (request->route->flags & HTTP_OPEN)
        recognise(request, header);
    else
        authorize(request, header);
}
