#ifndef CXD_CHORES_ERRAND_H
#define CXD_CHORES_ERRAND_H

#include <pthread.h>
#include <stdbool.h>

#include "cxd/base/heartbeat.h"

/* How a thread of the daemon's own rests between the steps of its work, and is told to end. */

struct errand {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool is_ending, is_woken;
    struct heartbeat beat; /* answered from the rest too */
};

void errand_init(struct errand *errand);
void errand_destroy(struct errand *errand);
/* The thread itself: sleeps; true if the end has come. */
bool errand_rest(struct errand *errand, int64_t ms);
/* The same, but ends early where somebody wakes it, or has since it last ended. */
bool errand_wait(struct errand *errand, int64_t ms);
void errand_wake(struct errand *errand);
/* Others: asks whether it advances (heartbeat_ask), and tells it to end. */
int64_t errand_ask(struct errand *errand, int64_t now_ms);
void errand_end(struct errand *errand);

#endif
