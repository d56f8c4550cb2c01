/* The Host against DNS rebinding. The guard has seen to it that there is at most one, and that it is one;
 * and so of the authority of a target in absolute form, which counts in its place. */

#include "http/host.h"

#include <string.h>
#include <strings.h>

#include "cxd/base/address.h"
#include "http/state.h"

/* A host without its port: a name without a last dot, or an address. */
struct host {
    const char *name; /* NULL: an address */
    size_t length;
    struct address address;
};

/* Reads "HOST", "HOST:PORT", "[ADDRESS]" or "[ADDRESS]:PORT". */
static bool parse_host(const char *text, size_t length, struct host *ret_host) {
    struct host host = {.name = text};
    if (length > 0 && text[0] == '[') {
        const char *close = memchr(text, ']', length);
        host.name = NULL;
        if (!close || !address_parse(text + 1, (size_t)(close - text) - 1, &host.address) ||
            !memchr(text, ':', (size_t)(close - text)))
            return false;
    } else {
        const char *colon = memchr(text, ':', length);
        host.length = colon ? (size_t)(colon - text) : length;
        if (address_parse(text, host.length, &host.address))
            host.name = NULL;
        else if (host.length > 0 && text[host.length - 1] == '.')
            host.length--;
    }
    *ret_host = host;
    return !host.name || host.length > 0;
}

static bool is_loopback(const struct host *host) {
    static const char localhost[] = "localhost";
    static const struct address one = {{[15] = 1}};
    if (host->name)
        return host->length == sizeof localhost - 1 && strncasecmp(host->name, localhost, host->length) == 0;
    return address_is_v4(&host->address) ? host->address.bytes[12] == 127
                                         : memcmp(&host->address, &one, sizeof one) == 0;
}

static bool is_same(const struct host *a, const struct host *b) {
    if (!a->name || !b->name)
        return !a->name && !b->name && memcmp(&a->address, &b->address, sizeof a->address) == 0;
    return a->length == b->length && strncasecmp(a->name, b->name, a->length) == 0;
}

/* The authority of a URL without a user, and its length. */
static const char *authority(const char *url, size_t *ret_length) {
    const char *slashes = strstr(url, "//");
    const char *begin = slashes ? slashes + 2 : url;
    size_t length = strcspn(begin, "/?#");
    const char *at = memchr(begin, '@', length);
    if (at) {
        length -= (size_t)(at + 1 - begin);
        begin = at + 1;
    }
    *ret_length = length;
    return begin;
}

bool host_is_local(const char *text, const char *own_url) {
    struct host host, own;
    size_t length = text ? strlen(text) : 0;
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length == 0 || !parse_host(text, length, &host))
        return false;
    if (is_loopback(&host))
        return true;
    const char *of_url = authority(own_url ? own_url : "", &length);
    return length > 0 && parse_host(of_url, length, &own) && is_same(&host, &own);
}

const char *http_host(const struct http_request *request) {
    return request->target.authority ? request->target.authority : http_header(request, "Host");
}

bool http_is_for_this_machine(const struct http_request *request, const char *own_url) {
    return host_is_local(http_host(request), own_url);
}
