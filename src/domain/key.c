/* Keys: the names of scopes, whether an API key may do a thing now, and what any signing key signed. Finding the key
 * that a request bears is the catalog's; refusing the request is api/'s. */
#include "cxd/domain/key.h"

static const char *const SCOPE_NAMES[] = {"read", "write", "export", "erase", "admin"};
const struct words KEY_SCOPES = WORDS(SCOPE_NAMES);

const char *scope_name(int index) {
    return index >= 0 && index < KEY_SCOPES.count ? KEY_SCOPES.list[index] : NULL;
}

int64_t api_key_ends_at(const struct api_key *key) {
    return key->revoked_at != 0 && key->revoked_at < key->expires_at ? key->revoked_at : key->expires_at;
}

const struct api_key *api_key_newest_admin(const struct api_key *newest, const struct api_key *key) {
    if (key->revoked_at != 0 || (key->scopes & SCOPE_ADMIN) == 0)
        return newest;
    if (!newest || key->created_at > newest->created_at)
        return key;
    return key->created_at == newest->created_at && id_compare(&key->id, &newest->id) > 0 ? key : newest;
}

bool api_key_is_past(const struct api_key *key, const struct api_key *newest_admin, int64_t before_ms) {
    return api_key_ends_at(key) < before_ms && (!newest_admin || id_compare(&key->id, &newest_admin->id) != 0);
}

bool api_key_is_valid(const struct api_key *key, int64_t now_ms) {
    return key->revoked_at == 0 && now_ms < key->expires_at;
}

bool scopes_allow(unsigned held, unsigned scopes) {
    return (held & (scopes | SCOPE_ADMIN)) != 0;
}

bool api_key_allows(const struct api_key *key, unsigned scopes) {
    return scopes_allow(key->scopes, scopes);
}

bool signing_keys_open(const struct signing_key *keys, size_t count, const char *purpose, const char *token,
                       struct arena *arena, const char **ret_payload, size_t *ret_length) {
    for (size_t i = 0; i < count; i++)
        if (token_open(token, keys[i].secret, purpose, arena, ret_payload, ret_length))
            return true;
    return false;
}
