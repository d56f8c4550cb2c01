#ifndef CXD_HTTP_BUDGET_H
#define CXD_HTTP_BUDGET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* Memory that requests with large bodies share. Each claims what it is about to take, and holds it to its end. Whoever
 * is alone gets what it asks for, and of those that have got beyond their bodies there may always be one; so whatever
 * the limit, something goes on, and no more is held than the limit and one request. Any thread. */

struct budget {
    pthread_mutex_t lock;
    uint64_t held, refused;
    unsigned working; /* claims beyond a body */
};

/* One request's; all 0 at first. */
struct budget_claim {
    uint64_t bytes;
    bool is_working;
};

void budget_init(struct budget *budget);
void budget_destroy(struct budget *budget);
/* Makes the claim one of `bytes`, and, once it works, for good one that does. False, and as before, if there is no room
 * for it. */
CXD_NODISCARD bool budget_claim(struct budget *budget, uint64_t limit, struct budget_claim *claim, uint64_t bytes,
                                bool is_working);
void budget_release(struct budget *budget, struct budget_claim *claim);

#endif
