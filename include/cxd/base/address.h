#ifndef CXD_BASE_ADDRESS_H
#define CXD_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* Network addresses as numbers, and lists of networks. An IPv4 address is held as the IPv4-mapped IPv6 address
 * (::ffff:a.b.c.d), so that the two ways to write it are one. */

struct address {
    uint8_t bytes[16];
};

struct network {
    struct address address; /* bits behind the prefix are 0 */
    unsigned bits;          /* 0 to 128, of the mapped form for IPv4 */
    bool is_v4;
};

enum { NETWORKS_MAX = 256 };

struct network_list {
    size_t count;
    bool has_unix; /* the word "unix": peers on a Unix socket */
    struct network networks[NETWORKS_MAX];
};

/* "192.0.2.1" or "2001:db8::1"; no brackets, port or zone. `length` bytes, no NUL needed. */
CXD_NODISCARD bool address_parse(const char *text, size_t length, struct address *ret_address);

bool address_is_v4(const struct address *address);

/* Networks ("10.0.0.0/8, ::1, unix"), apart by commas or blanks; an address alone is a network of one. False if one is
 * none, or there are more than NETWORKS_MAX. "" is the empty list. */
CXD_NODISCARD bool network_list_parse(const char *text, struct network_list *ret_list);
bool network_list_has(const struct network_list *list, const struct address *address);

#endif
