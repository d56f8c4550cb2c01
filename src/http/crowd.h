#ifndef CXD_HTTP_CROWD_H
#define CXD_HTTP_CROWD_H

#include <stdbool.h>

#include "cxd/base/address.h"
#include "cxd/base/compiler.h"
#include "cxd/base/hash.h"

/* How many connections each address has open, over all loops: whoever holds them all would keep everybody else out.
 * Memory is that of the addresses that have one now. Any thread. */

enum { CROWD_LEAST = 32, CROWD_SHARE = 4 };

struct crowd;       /* all of them */
struct crowd_place; /* one address, while it has a connection */

/* NULL without memory. */
struct crowd *crowd_new(const struct hash_key *key);
/* Nobody has a connection any more. Takes NULL. */
void crowd_free(struct crowd *crowd);

/* Whether crowd_enter would let one more in. */
CXD_NODISCARD bool crowd_has_room(struct crowd *crowd, const struct address *address, unsigned most);
/* Counts one more of an address (IPv4 whole, IPv6 by its first 64 bits) and gives what crowd_leave takes. False if
 * there are `most` already. Without memory it is let in and not counted: *ret_place is NULL. */
CXD_NODISCARD bool crowd_enter(struct crowd *crowd, const struct address *address, unsigned most,
                               struct crowd_place **ret_place);
/* Takes NULL. */
void crowd_leave(struct crowd *crowd, struct crowd_place *place);

/* What one address may have of `connections`: as many as are `wanted`, 0: a quarter, but not less than CROWD_LEAST. */
unsigned crowd_most(unsigned wanted, unsigned connections);

#endif
