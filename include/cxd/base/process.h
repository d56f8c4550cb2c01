#ifndef CXD_BASE_PROCESS_H
#define CXD_BASE_PROCESS_H

#include <stdint.h>

/* What the system knows of this process; −1 where it does not say. */
struct process_figures {
    int64_t cpu_ns; /* in user and system mode, all threads */
    int64_t resident_bytes;
    int64_t open_files, files_max; /* descriptors; the limit on them */
    int64_t threads;
};

/* Reads /proc/self. Any thread. */
void process_measure(struct process_figures *ret_figures);
/* When the process began, nanoseconds since 1970; made from the time since boot, and so another one after the clock was
 * set: ask once. */
int64_t process_started_ns(void);

#endif
