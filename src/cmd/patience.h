#ifndef CXD_CMD_PATIENCE_H
#define CXD_CMD_PATIENCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/notify.h"

/* While a start or a stop takes long, a thread tells the service manager so, that it waits on. */

struct patience {
    const struct notify *notify;
    bool pets;        /* the watchdog too */
    int64_t limit_ms; /* for so long at most */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool is_running, is_ending;
};

/* Without a manager there is no thread. Without a thread to be had the manager's own time-outs hold. */
void patience_begin(struct patience *patience, const struct notify *notify, bool pets, int64_t limit_ms);
void patience_end(struct patience *patience);

#endif
