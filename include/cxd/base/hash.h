#ifndef CXD_BASE_HASH_H
#define CXD_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* SipHash-2-4: a keyed hash of short inputs. Who does not know the key cannot find inputs that collide. */

struct hash_key {
    uint64_t words[2];
};

/* A random key. False if the kernel gives no randomness. */
CXD_NODISCARD bool hash_key_make(struct hash_key *ret_key);
uint64_t hash_keyed(const struct hash_key *key, const void *bytes, size_t length);

#endif
