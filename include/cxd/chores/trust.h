#ifndef CXD_CHORES_TRUST_H
#define CXD_CHORES_TRUST_H

#include <pthread.h>
#include <stdint.h>

#include "cxd/domain/reckoning.h"

/* The daemon's reckoning of how late it is (cxd/domain/reckoning.h), by the clocks of this machine. Whatever is deleted
 * because it is old, is old by trust_now and never by the wall clock. Any thread. */

struct trust {
    pthread_mutex_t lock;
    struct reckoning reckoning;
    int64_t ahead_ms; /* of this machine's clock, the one that is gone by */
};

/* `known_ms` is what the store has kept (struct store_figures), or RECKONING_UNKNOWN. */
void trust_init(struct trust *trust, int64_t known_ms);
void trust_destroy(struct trust *trust);

int64_t trust_now(struct trust *trust);
void trust_read(struct trust *trust, struct reckoned *ret_reckoned);
/* By how much the clock that all nodes go by, the store's, is ahead of this machine's. */
void trust_correct(struct trust *trust, int64_t ahead_ms);
/* Somebody says that it is this late; the store keeps it too, by CHANGE_RESUME. */
void trust_resume(struct trust *trust, int64_t known_ms);

#endif
