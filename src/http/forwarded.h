#ifndef CXD_HTTP_FORWARDED_H
#define CXD_HTTP_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/address.h"

/* The client that a trusted proxy forwards for, by X-Forwarded-For. It is read from the right, where the nearest proxy
 * wrote: past hops that are trusted, to the first that is not. Where an entry is no address ("unknown"), the last
 * trusted hop is the client. */

struct forwarded {
    const struct network_list *trusted;
    struct address hop;
    bool is_known; /* the entries so far lead to `hop`; else to whoever sent them */
};

/* Only for a request from a peer that is trusted; `forwarded` is then fed the values of all X-Forwarded-For headers in
 * their order, which are one list. */
void forwarded_begin(struct forwarded *forwarded, const struct network_list *trusted);
void forwarded_take(struct forwarded *forwarded, const char *value, size_t length);

#endif
