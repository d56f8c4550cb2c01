#ifndef CXD_SRC_STORE_DECIDE_ALERT_H
#define CXD_SRC_STORE_DECIDE_ALERT_H

#include "cxd/store/change.h"

/* The rules of the changes of alerts, as decide.h has those of the others: each sets the outcome, and what is to be
 * written. */

/* `revision`: of the rule's document, 0: there is none. `last`: the number of the latest response. Where AMENDED and
 * the revision is 0, state and history go; where CREATED or AMENDED else, *ret_after is the state, and AMENDED has the
 * event. */
void decide_alert_rule(struct change *change, int64_t revision, const struct alert_state *stored, int64_t last,
                       struct alert_state *ret_after, struct alert_event *ret_event);
/* AMENDED: *ret_after is the state. */
void decide_alert(struct change *change, const struct alert_state *stored, struct alert_state *ret_after);
/* False, and REPLAYED, where it is of another version; else AMENDED. */
bool decide_alert_tell(struct change *change, int64_t version);
/* Whether to tell of the response (NULL: it is gone), and if so the state after it, and the event. */
bool decide_tale(const struct change *change, const struct alert_tale *tale, const struct alert_state *stored,
                 const struct response *response, bool was_told, struct alert_state *ret_after,
                 struct alert_event *ret_event);
/* AMENDED: *ret_after is the state, whose note is the change's, and there is the event. */
void decide_acknowledge(struct change *change, const struct alert_state *stored, struct alert_state *ret_after,
                        struct alert_event *ret_event);

/* Whether a state is of a rule that tells of single responses. */
static inline bool alert_watches(const struct alert_state *state) {
    return state->through >= 0;
}

#endif
