/* Addresses of peers and networks of trusted proxies: parsed by config/ to check an option, by http/ to find out who
 * asks. */

#include "cxd/base/address.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t MAPPED[12] = {[10] = 0xFF, [11] = 0xFF};

enum { MAPPED_BITS = 96 };

bool address_parse(const char *text, size_t length, struct address *ret_address) {
    char copy[INET6_ADDRSTRLEN];
    struct in_addr v4;
    if (length == 0 || length >= sizeof copy || memchr(text, '\0', length))
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (inet_pton(AF_INET, copy, &v4) == 1) {
        memcpy(ret_address->bytes, MAPPED, sizeof MAPPED);
        memcpy(ret_address->bytes + sizeof MAPPED, &v4, 4);
        return true;
    }
    return inet_pton(AF_INET6, copy, ret_address->bytes) == 1;
}

bool address_is_v4(const struct address *address) {
    return memcmp(address->bytes, MAPPED, sizeof MAPPED) == 0;
}

static void cut_to_prefix(struct address *address, unsigned bits) {
    for (unsigned i = 0; i < 16; i++) {
        unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
        if (kept < 8)
            address->bytes[i] &= (uint8_t)(0xFF00 >> kept);
    }
}

/* Up to three digits, no more than `most`. */
static bool parse_bits(const char *text, size_t length, unsigned most, unsigned *ret_bits) {
    unsigned bits = 0;
    if (length < 1 || length > 3)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        bits = bits * 10 + (unsigned)(text[i] - '0');
    }
    *ret_bits = bits;
    return bits <= most;
}

static bool parse_network(const char *text, size_t length, struct network *ret_network) {
    const char *slash = memchr(text, '/', length);
    size_t host = slash ? (size_t)(slash - text) : length;
    struct network network = {.bits = 128};
    if (!address_parse(text, host, &network.address))
        return false;
    bool is_dotted = !memchr(text, ':', host);
    unsigned offset = is_dotted ? MAPPED_BITS : 0;
    if (slash && !parse_bits(slash + 1, length - host - 1, 128 - offset, &network.bits))
        return false;
    if (slash)
        network.bits += offset;
    network.is_v4 = address_is_v4(&network.address) && network.bits >= MAPPED_BITS;
    cut_to_prefix(&network.address, network.bits);
    *ret_network = network;
    return true;
}

bool network_list_parse(const char *text, struct network_list *ret_list) {
    static const char apart[] = ", \t";
    struct network_list list = {0};
    for (const char *at = text + strspn(text, apart); *at; at += strspn(at, apart)) {
        size_t length = strcspn(at, apart);
        if (length == strlen("unix") && memcmp(at, "unix", length) == 0)
            list.has_unix = true;
        else if (list.count == NETWORKS_MAX || !parse_network(at, length, &list.networks[list.count++]))
            return false;
        at += length;
    }
    *ret_list = list;
    return true;
}

static bool network_has(const struct network *network, const struct address *address) {
    struct address cut = *address;
    if (network->is_v4 != address_is_v4(address)) /* ::/0 is every IPv6 address and no IPv4 one */
        return false;
    cut_to_prefix(&cut, network->bits);
    return memcmp(cut.bytes, network->address.bytes, sizeof cut.bytes) == 0;
}

bool network_list_has(const struct network_list *list, const struct address *address) {
    for (size_t i = 0; i < list->count; i++)
        if (network_has(&list->networks[i], address))
            return true;
    return false;
}
