#ifndef CXD_HTTP_RATE_H
#define CXD_HTTP_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/address.h"
#include "cxd/base/compiler.h"
#include "cxd/base/hash.h"

/* Token buckets by key, in a table whose memory is fixed when it is made. A bucket of `per_minute` tokens is full at
 * first, each request takes some, and one comes back every 60 s / per_minute; so a whole minute's worth may come at
 * once.
 *
 * A bucket is one number, the time at which it is full again (GCRA). A bucket that is full needs no memory. Where all
 * places that a key may have are taken by buckets that are not full, the fullest of them gives way, and the new key
 * begins with a full one: nobody is ever in debt for what others did. So a debt is forgotten only where all other keys
 * of its set owe more, and these have paid for that: to wash off the debt of one key somebody has to make as large ones
 * with seven more that happen to share its set, and nobody but the table knows which do. Whoever has addresses without
 * number, an IPv6 network, is held by the network besides.
 *
 * Times are monotonic nanoseconds, passed in. All calls but make and free may be made by several threads at once. */

enum {
    RATE_WINDOW_S = 60,
    RATE_NETWORK_SHARE = 16, /* an IPv6 /48 has the tokens of so many addresses */
    RATE_NETWORK_BITS = 48
};

struct rate_table;

struct rate_verdict {
    bool allowed;
    bool is_network;   /* refused for what the whole network took */
    int64_t remaining; /* tokens left */
    int64_t reset_s;   /* until the bucket is full, rounded up */
    int64_t retry_s;   /* until a request would be allowed, rounded up; 0 if it is now */
};

/* `places` is a power of two ≥ 64, of 16 bytes each. NULL without memory. */
struct rate_table *rate_table_new(size_t places, const struct hash_key *key);
void rate_table_free(struct rate_table *table);

/* Takes `tokens` if they are there; more than a whole bucket holds are all of it, so that what is larger than the
 * bucket is not refused for ever. `remaining` counts what is left then. `per_minute` is at least 1, and may be another
 * than at the last call: what a bucket lacks is a time, so half empty it stays half empty. */
struct rate_verdict rate_take(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t tokens, int64_t now_ns);
/* What rate_take would say of one token; takes nothing. */
struct rate_verdict rate_peek(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t now_ns);

/* The buckets of addresses: IPv4 whole, IPv6 by its first 64 bits, which are one customer's, and by its first 48
 * besides. */
struct rate_addresses {
    struct rate_table *alone, *networks;
};

/* As rate_take, of both buckets or of none. A refused address takes nothing from its network. */
struct rate_verdict rate_take_address(const struct rate_addresses *tables, int64_t per_minute,
                                      const struct address *address, int64_t tokens, int64_t now_ns);
/* Takes what is there, for what has been done already. */
void rate_charge_address(const struct rate_addresses *tables, int64_t per_minute, const struct address *address,
                         int64_t tokens, int64_t now_ns);

/* What of an address is limited. */
struct address rate_address_key(const struct address *address);

#endif
