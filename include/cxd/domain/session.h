#ifndef CXD_DOMAIN_SESSION_H
#define CXD_DOMAIN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/id.h"
#include "cxd/base/secret.h"

/* Browsers that are signed in. A session acts for a key, and ends with it at the latest. A link is what a session can
 * be had for, once: it is kept as one that has not begun. Of either only the hash of its secret is kept. */

/* What their secrets begin with, in place of SECRET_PREFIX. */
#define SESSION_PREFIX "cxw_"
#define SESSION_LINK_PREFIX "cxl_"

struct session {
    uint8_t hash[SHA256_SIZE]; /* of the whole text of its secret */
    struct id key;
    unsigned scopes; /* of enum scope: some of those of its key, or all */
    bool is_link;
    int64_t created_at;
    int64_t seen_at; /* the last use, or up to SESSION_NOTED_MINUTES before it */
};

enum {
    SESSION_DAYS = 30,       /* it ends so long after its begin, */
    SESSION_IDLE_HOURS = 12, /* or after its last use */
    SESSION_NOTED_MINUTES = 15,
    SESSION_LINK_SECONDS = 60,
    SESSIONS_PER_KEY_MAX = 20, /* links among them; beyond that the one ends that was used longest ago */
    SESSIONS_MAX = 1000
};

/* When it ends if it is not used any more. */
int64_t session_ends_at(const struct session *session);
/* What begins in more than a day was begun by a clock that was wrong, and is not valid either. */
bool session_is_valid(const struct session *session, int64_t now_ms);
/* Whether that it is used now is to be noted. */
bool session_is_due(const struct session *session, int64_t now_ms);

/* What goes before a session (or link) of this key is added to those that there are, in any order: what is over, and
 * beyond the bounds what was used longest ago. Writes indices to ret_gone, which has room for `count`, and returns how
 * many they are. */
size_t session_make_room(const struct session *sessions, size_t count, const struct id *key, int64_t now_ms,
                         size_t *ret_gone);

#endif
