/* Dead reckoning: how late it can be, by what was known and what has passed since. */

#include "cxd/domain/reckoning.h"

#define DAY_MS INT64_C(86400000)
#define GRACE_MS DAY_MS
#define HEALS_MS (7 * DAY_MS)

void reckoning_begin(struct reckoning *reckoning, int64_t known_ms, int64_t wall_ms, int64_t running_ms) {
    *reckoning =
        (struct reckoning){.known_ms = known_ms == RECKONING_UNKNOWN ? wall_ms : known_ms, .running_ms = running_ms};
}

void reckoning_take(struct reckoning *reckoning, int64_t wall_ms, int64_t running_ms, struct reckoned *ret_reckoned) {
    int64_t reckoned_ms = reckoning->known_ms + (running_ms - reckoning->running_ms);
    int64_t ahead_ms = wall_ms - reckoned_ms;
    if (ahead_ms > GRACE_MS && !reckoning->is_ahead)
        reckoning->ahead_since_ms = running_ms;
    reckoning->is_ahead = ahead_ms > GRACE_MS;
    int64_t held_ms = reckoning->is_ahead ? running_ms - reckoning->ahead_since_ms : 0;
    if (reckoning->is_ahead && ahead_ms <= HEALS_MS && held_ms >= ahead_ms) {
        reckoning_begin(reckoning, wall_ms, wall_ms, running_ms);
        reckoned_ms = wall_ms;
        ahead_ms = 0;
    }
    bool is_held = reckoning->is_ahead;
    *ret_reckoned = (struct reckoned){
        .state = is_held                ? RECKONED_HELD
                 : ahead_ms < -GRACE_MS ? RECKONED_BEHIND
                                        : RECKONED_AGREES,
        .now_ms = is_held ? reckoned_ms + GRACE_MS : wall_ms,
        .wall_ms = wall_ms,
        .known_ms = is_held || ahead_ms < 0 ? reckoned_ms : wall_ms,
        .ahead_ms = ahead_ms,
        .held_ms = is_held ? held_ms : 0,
        .heals_ms = is_held && ahead_ms <= HEALS_MS ? ahead_ms - held_ms : -1,
    };
}

const char *reckoned_name(enum reckoned_state state) {
    static const char *const NAMES[] = {
        [RECKONED_AGREES] = "agrees", [RECKONED_HELD] = "ahead", [RECKONED_BEHIND] = "behind"};
    return NAMES[state];
}
