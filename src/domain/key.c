/* Keys: the names of scopes, whether an API key may do a thing now, and what any signing key signed. Finding the key that a request bears is the
 * catalog's; refusing the request is api/'s. */
#include "cxd/domain/key.h"

#include <string.h>

#include "cxd/base/compiler.h"

static const char *const SCOPE_NAMES[] = {"read", "write", "export", "erase", "admin"};

const char *scope_name(int index) {
    return index >= 0 && index < (int)CXD_COUNT(SCOPE_NAMES) ? SCOPE_NAMES[index] : NULL;
}

bool scope_parse(const char *name, enum scope *ret_scope) {
    for (unsigned i = 0; i < CXD_COUNT(SCOPE_NAMES); i++) {
        if (strcmp(name, SCOPE_NAMES[i]) == 0) {
            *ret_scope = (enum scope)(1U << i);
            return true;
        }
    }
    return false;
}

bool api_key_is_valid(const struct api_key *key, int64_t now_ms) {
    return key->revoked_at == 0 && now_ms < key->expires_at;
}

bool api_key_allows(const struct api_key *key, enum scope scope) {
    return (key->scopes & ((unsigned)scope | SCOPE_ADMIN)) != 0;
}

bool signing_keys_open(const struct signing_key *keys, size_t count, const char *purpose, const char *token,
                       struct arena *arena, const char **ret_payload, size_t *ret_length) {
    for (size_t i = 0; i < count; i++)
        if (token_open(token, keys[i].secret, purpose, arena, ret_payload, ret_length))
            return true;
    return false;
}
