#ifndef CXD_DOMAIN_RECKONING_H
#define CXD_DOMAIN_RECKONING_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* How late it is, for what cannot be taken back: deleting by age. A wall clock may be wrong by years at any start, so
 * it is believed as long as it is not more than a day ahead of what is reckoned: the latest time that was known and has
 * been kept, and what has passed since by a clock that nobody sets (`running`; it goes on while the machine sleeps).
 * Beyond that the time is held, until
 *
 * - the wall clock says something else;
 * - somebody says that it is right (reckoning_begin with its time);
 * - or it is no more than a week ahead, and it has been so, without a restart, for as long as it is ahead: the daemon
 *   was down over a holiday, and what is deleted then is older than it has to be.
 *
 * What is to be kept for the next start never has the day's grace in it: however often a daemon with a wrong clock is
 * started, it gains nothing. It only rises, for a clock that is behind (a machine without a battery) is no reason to
 * believe less afterwards. All pure, and all times in milliseconds. */

enum { RECKONING_UNKNOWN = 0 }; /* for a known time: none has been kept */

struct reckoning {
    int64_t known_ms;   /* it was at least so late, */
    int64_t running_ms; /* when the running clock stood here */
    int64_t ahead_since_ms;
    bool is_ahead; /* since then, by the running clock, the wall clock has been too far ahead */
};

enum reckoned_state {
    RECKONED_AGREES,
    RECKONED_HELD,  /* the wall clock is too far ahead */
    RECKONED_BEHIND /* it is more than a day behind: nothing is held, but what is reckoned may come of a wrong clock */
};

struct reckoned {
    enum reckoned_state state;
    int64_t now_ms;   /* the time that may be acted on: the wall clock's, or an earlier one */
    int64_t wall_ms;  /* what the wall clock says */
    int64_t known_ms; /* how late it is at least: what is to be kept for the next start */
    int64_t ahead_ms; /* of it, the wall clock; less than 0: behind */
    int64_t held_ms;  /* for how long it has been held; 0 unless it is */
    int64_t heals_ms; /* after how long more it is not, whatever is said; −1: never by itself, or it is not held */
};

/* `known_ms` was kept (RECKONING_UNKNOWN: the wall clock is all there is), or somebody says so now. */
void reckoning_begin(struct reckoning *reckoning, int64_t known_ms, int64_t wall_ms, int64_t running_ms);
/* Now and then, so that it knows for how long the wall clock has been ahead. */
void reckoning_take(struct reckoning *reckoning, int64_t wall_ms, int64_t running_ms, struct reckoned *ret_reckoned);

/* "agrees", "ahead", "behind": what the wall clock is. */
const char *reckoned_name(enum reckoned_state state);

#endif
