#ifndef CXD_DOMAIN_KEY_H
#define CXD_DOMAIN_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/id.h"
#include "cxd/base/secret.h"
#include "cxd/base/token.h"
#include "cxd/base/words.h"

/* API keys: what is kept of one (never the secret itself) and what it may do. */

enum scope {
    SCOPE_READ = 1 << 0,
    SCOPE_WRITE = 1 << 1,
    SCOPE_EXPORT = 1 << 2,
    SCOPE_ERASE = 1 << 3,
    SCOPE_ADMIN = 1 << 4 /* implies every other */
};

/* "read", …: a scope's index is the number of its bit. */
extern const struct words KEY_SCOPES;
/* NULL past the last index. */
const char *scope_name(int index);

enum { KEY_PREFIX_SIZE = 9, KEY_NAME_SIZE = 129 };

/* By whom something was done: a key's prefix, and what a browser did that is signed in by it has ACTOR_SESSION behind
 * that; or "local", the daemon itself. */
enum { ACTOR_SIZE = 20 };
#define ACTOR_SESSION "/session"

struct api_key {
    struct id id;
    char name[KEY_NAME_SIZE];
    char prefix[KEY_PREFIX_SIZE]; /* the first 8 characters of the secret, to recognise it by */
    uint8_t hash[SHA256_SIZE];    /* SHA-256 of the whole text */
    unsigned scopes;              /* of enum scope */
    int64_t created_at;
    int64_t expires_at; /* TIME_MAX: never */
    int64_t used_day;   /* start of the last UTC day of use; 0: never */
    int64_t revoked_at; /* 0: not revoked */
};

/* What signs invitations and form nonces. The newest signs; it and the one before it are believed. */
struct signing_key {
    int64_t number; /* ascending; the store's */
    uint8_t secret[TOKEN_SECRET_SIZE];
    int64_t created_at;
};

enum { SIGNING_KEYS_MAX = 2 };

/* token_open with each of the keys. */
CXD_NODISCARD bool signing_keys_open(const struct signing_key *keys, size_t count, const char *purpose,
                                     const char *token, struct arena *arena, const char **ret_payload,
                                     size_t *ret_length);

/* How long a key that has ended is still kept and listed. */
enum { API_KEY_KEPT_DAYS = 30 };

/* When it was revoked or has expired, whatever came first; TIME_MAX: it has no end. */
int64_t api_key_ends_at(const struct api_key *key);
/* Whether it ended before a time and may be removed. `newest_admin` is the newest key that has the scope `admin` and is
 * not revoked, or NULL: that one stays, so that no clock that is wrong for a while takes the last key of an operator.
 */
bool api_key_is_past(const struct api_key *key, const struct api_key *newest_admin, int64_t before_ms);
/* The newer of two such keys; either may be NULL, and `key` be any key. */
const struct api_key *api_key_newest_admin(const struct api_key *newest, const struct api_key *key);

bool api_key_is_valid(const struct api_key *key, int64_t now_ms);
/* Whether one of these of enum scope is held, or that which implies every other. */
bool scopes_allow(unsigned held, unsigned scopes);
bool api_key_allows(const struct api_key *key, unsigned scopes);

#endif
