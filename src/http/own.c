/* Browsers say which page asks (Origin, Sec-Fetch-Site), and no page can make them say another. What a session allows
 * is done for pages of this server alone; and none is begun where somebody on the way could read its secret. */
#include <string.h>
#include <strings.h>

#include "http/host.h"
#include "http/limits.h"
#include "http/state.h"

static const char https[] = "https://", http[] = "http://";

/* A name has 253, and a port up to 6. */
enum { HOST_BYTES_MAX = 512 };

/* Whether the server itself took TLS off: not on a Unix socket. */
static bool is_tls(const struct http_request *request) {
    return request->connection->loop->server->tls && request->connection->has_peer;
}

/* The length of "SCHEME://HOST[:PORT]" of a URL; 0: it is none of http or https. */
static size_t origin_length(const char *url) {
    size_t scheme = strncasecmp(url, https, sizeof https - 1) == 0 ? sizeof https - 1
                    : strncasecmp(url, http, sizeof http - 1) == 0 ? sizeof http - 1
                                                                   : 0;
    return scheme > 0 ? scheme + strcspn(url + scheme, "/?#") : 0;
}

/* Without the port that is the scheme's. */
static size_t without_port(const char *origin, size_t length) {
    const char *port = strncasecmp(origin, https, sizeof https - 1) == 0 ? ":443" : ":80";
    size_t bytes = strlen(port);
    return length > bytes && memcmp(origin + length - bytes, port, bytes) == 0 ? length - bytes : length;
}

static bool is_same_origin(const char *a, size_t a_length, const char *b, size_t b_length) {
    a_length = without_port(a, a_length);
    b_length = without_port(b, b_length);
    return a_length > 0 && a_length == b_length && strncasecmp(a, b, a_length) == 0;
}

/* As the request came: the scheme of the connection, and its host. Behind a proxy nobody knows what the scheme was. */
static bool is_asked(const struct http_request *request, const char *origin) {
    const char *scheme = is_tls(request) ? https : http, *host = http_host(request);
    if (!is_tls(request) && !host_is_local(host, NULL))
        return false;
    char own[sizeof https + HOST_BYTES_MAX];
    size_t length = host ? strlen(host) : 0, scheme_length = strlen(scheme);
    while (length > 0 && (host[length - 1] == ' ' || host[length - 1] == '\t'))
        length--;
    if (length == 0 || scheme_length + length > sizeof own)
        return false;
    memcpy(own, scheme, scheme_length);
    memcpy(own + scheme_length, host, length);
    return is_same_origin(origin, strlen(origin), own, scheme_length + length);
}

bool http_is_from_own_page(const struct http_request *request, const char *own_url) {
    const char *origin = http_header(request, "Origin");
    if (http_header_count(request, "Origin") != 1 || origin_length(origin) != strlen(origin))
        return false;
    size_t length = own_url ? origin_length(own_url) : 0;
    return is_same_origin(origin, strlen(origin), own_url, length) || is_asked(request, origin);
}

bool http_is_from_other_page(const struct http_request *request) {
    const char *site = http_header(request, "Sec-Fetch-Site");
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

enum http_way http_way(struct http_request *request, const char *own_url) {
    const char *host = http_host(request), *proto = http_header(request, "X-Forwarded-Proto");
    if (is_tls(request) || host_is_local(host, NULL))
        return HTTP_WAY_PRIVATE;
    if (!own_url || strncasecmp(own_url, https, sizeof https - 1) != 0 || !host_is_local(host, own_url))
        return HTTP_WAY_PLAIN;
    limits_identify(request);
    if (!request->is_trusted)
        return HTTP_WAY_UNTRUSTED;
    return proto && strcasecmp(proto, "https") != 0 ? HTTP_WAY_FORWARDED : HTTP_WAY_PRIVATE;
}
