#ifndef CXD_BASE_TURN_H
#define CXD_BASE_TURN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* What one thread has at a time, and few may wait for, not for long. Any thread. */

struct turn {
    pthread_mutex_t lock;
    pthread_cond_t passed;
    unsigned waiting;
    uint64_t passes; /* so far */
    bool is_taken;
    bool is_handed; /* to one of those that wait */
};

void turn_init(struct turn *turn);
void turn_destroy(struct turn *turn);
/* Waits up to `ms` where others have it. False, and then it is not had: as many as `most` wait already, or the time is
 * over. */
CXD_NODISCARD bool turn_take(struct turn *turn, unsigned most, int64_t ms);
void turn_pass(struct turn *turn);

#endif
