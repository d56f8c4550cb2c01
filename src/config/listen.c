/* Where to listen: the text of an option, taken apart. */
#include "cxd/config/config.h"

#include <arpa/inet.h>
#include <string.h>

static bool parse_port(const char *text, uint16_t *ret_port) {
    unsigned port = 0;
    size_t length = strspn(text, "0123456789");
    if (length < 1 || length > 5 || text[length])
        return false;
    for (const char *at = text; *at; at++)
        port = port * 10 + (unsigned)(*at - '0');
    if (port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* Numeric addresses only (and localhost, see below): a name may have several, or another tomorrow. */
static bool parse_host(const char *host, bool is_bracketed, bool *ret_is_loopback) {
    struct in_addr v4;
    struct in6_addr v6;
    if (!is_bracketed && inet_pton(AF_INET, host, &v4) == 1) {
        *ret_is_loopback = ntohl(v4.s_addr) >> 24 == 127;
        return true;
    }
    if (is_bracketed && inet_pton(AF_INET6, host, &v6) == 1) {
        *ret_is_loopback = IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
        return true;
    }
    return false;
}

bool config_split_listen(const char *listen, char *ret_host, size_t host_size, uint16_t *ret_port,
                         bool *ret_is_loopback) {
    char host[INET6_ADDRSTRLEN] = "127.0.0.1";
    const char *colon = strrchr(listen, ':');
    const char *port_text = colon ? colon + 1 : listen;
    bool is_bracketed = listen[0] == '[';
    uint16_t port;
    bool is_loopback;
    if (colon) {
        const char *start = listen + is_bracketed;
        size_t length = (size_t)(colon - listen);
        if (is_bracketed) {
            if (length < 2 || listen[length - 1] != ']')
                return false;
            length -= 2;
        }
        if (length >= sizeof host)
            return false;
        memcpy(host, start, length);
        host[length] = '\0';
        if (strcmp(host, "localhost") == 0)
            strcpy(host, "127.0.0.1");
    }
    if (!parse_port(port_text, &port) || !parse_host(host, is_bracketed, &is_loopback) || strlen(host) >= host_size)
        return false;
    memcpy(ret_host, host, strlen(host) + 1);
    *ret_port = port;
    if (ret_is_loopback)
        *ret_is_loopback = is_loopback;
    return true;
}
