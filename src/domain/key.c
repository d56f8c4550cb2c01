/* API keys: the names of scopes, and whether a key may do a thing now. Finding the key that a request bears is the
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
