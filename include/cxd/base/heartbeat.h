#ifndef CXD_BASE_HEARTBEAT_H
#define CXD_BASE_HEARTBEAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether a thread still advances. Others ask, the thread answers at each step of its work; a question that stays
 * unanswered tells for how long it has made no step. Nobody keeps time and an idle thread is not woken unless it is
 * asked: who asks also wakes it.
 *
 * Safe from any thread. All zero is a heartbeat that was never asked. */

struct heartbeat {
    _Atomic int64_t asked_at_ms; /* monotonic, of the first question that is not answered; 0: none */
};

/* The thread itself, often: costs a load while nobody asks. Takes NULL. */
static inline void heartbeat_answer(struct heartbeat *beat) {
    if (beat && atomic_load_explicit(&beat->asked_at_ms, memory_order_relaxed) != 0)
        atomic_store(&beat->asked_at_ms, 0);
}

/* Asks, and returns for how long an earlier question has been left unanswered: 0 if there is none. */
static inline int64_t heartbeat_ask(struct heartbeat *beat, int64_t now_ms) {
    int64_t asked_at_ms = 0;
    int64_t asking_ms = now_ms > 0 ? now_ms : 1;
    if (atomic_compare_exchange_strong(&beat->asked_at_ms, &asked_at_ms, asking_ms))
        return 0;
    return now_ms > asked_at_ms ? now_ms - asked_at_ms : 0;
}

/* Before the thread goes to sleep: true if there is a question that it has to answer first. */
static inline bool heartbeat_is_asked(struct heartbeat *beat) {
    return atomic_load(&beat->asked_at_ms) != 0;
}

#endif
