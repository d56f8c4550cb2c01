#ifndef CXD_BASE_CONDITION_H
#define CXD_BASE_CONDITION_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Condition variables that wait by the monotonic clock: who sets the wall clock neither wakes a thread nor keeps it
 * asleep. */

void condition_init(pthread_cond_t *condition);
/* The moment `ms` from now, for pthread_cond_timedwait on such a one. */
struct timespec condition_deadline(int64_t ms);

#endif
