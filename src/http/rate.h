#ifndef CXD_HTTP_RATE_H
#define CXD_HTTP_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/address.h"
#include "cxd/base/compiler.h"
#include "cxd/base/hash.h"

/* Token buckets by key, in a table whose memory is fixed when it is made. A bucket of `per_minute` tokens is full at first,
 * each request takes one, and one comes back every 60 s / per_minute; so a whole minute's worth may come at once.
 *
 * A bucket is one number, the time at which it is full again (GCRA). A bucket that is full needs no memory. Where all places that a key
 * may have are taken by buckets that are not full, the fullest of them gives way, and the new key goes on from where that one
 * stood: so no key ever has more than its limit, and no flood of new keys refills the bucket of an old one. The price: under such a flood a
 * new key may find its bucket not full.
 *
 * Times are monotonic nanoseconds, passed in. All calls but make and free may be made by several threads at once. */

enum { RATE_PER_MINUTE_MAX = 60 * 1000 * 1000, RATE_WINDOW_S = 60 };

struct rate_table;

struct rate_verdict {
    bool allowed;
    int64_t remaining; /* tokens left */
    int64_t reset_s;   /* until the bucket is full, rounded up */
    int64_t retry_s;   /* until a request would be allowed, rounded up; 0 if it is now */
};

/* `places` is a power of two ≥ 64, of 16 bytes each. NULL without memory. */
struct rate_table *rate_table_new(size_t places, const struct hash_key *key);
void rate_table_free(struct rate_table *table);

/* Takes a token if there is one. `remaining` counts what is left then. `per_minute` is 1 to RATE_PER_MINUTE_MAX, and may be another than
 * at the last call: what a bucket lacks is a time, so half empty it stays half empty. */
struct rate_verdict rate_take(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t now_ns);
/* What rate_take would say; takes nothing. */
struct rate_verdict rate_peek(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t now_ns);

/* What of an address is limited: IPv4 whole, IPv6 by its first 64 bits, which are one customer's. */
struct address rate_address_key(const struct address *address);

#endif
