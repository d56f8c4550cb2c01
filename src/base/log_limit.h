#ifndef CXD_BASE_LOG_LIMIT_H
#define CXD_BASE_LOG_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many records of one event are written in a while. Who floods the daemon must not fill its disk with what it says
 * of that. One thread at a time. */

enum { LOG_LIMIT_EVENTS = 32, LOG_LIMIT_RECORDS = 20, LOG_LIMIT_WINDOW_MS = 10 * 1000 };

struct log_limit {
    struct log_limit_event {
        const char *event; /* NULL: free */
        int64_t since_ms;  /* monotonic: when its window began */
        unsigned written;
        uint64_t left_out;
    } events[LOG_LIMIT_EVENTS]; /* the last one is for all that found no place */
};

/* Whether a record of `event` may be written. */
bool log_limit_admit(struct log_limit *limit, const char *event, int64_t now_ms);
/* The next event of which records were left out in a window that has ended (or, `is_end`, in any): its name and how
 * many. NULL if there is none (any more). */
const char *log_limit_take(struct log_limit *limit, int64_t now_ms, bool is_end, uint64_t *ret_left_out);
/* Whether there will be. */
bool log_limit_is_pending(const struct log_limit *limit);

#endif
