/* Seconds in a ring. The writer clears those that passed without a response when the next one comes; a reader looks
 * only at those that are not older than it asks for. */
#include "ingest/pace.h"

void pace_note(struct pace *pace, int64_t now_monotonic_ms, uint32_t responses) {
    int64_t second = now_monotonic_ms / 1000;
    int64_t last = atomic_load_explicit(&pace->second, memory_order_relaxed);
    if (second > last) {
        int64_t from = second - last > PACE_SECONDS ? second - PACE_SECONDS : last;
        for (int64_t at = from + 1; at <= second; at++)
            atomic_store_explicit(&pace->counts[at % PACE_SECONDS], 0, memory_order_relaxed);
        atomic_store_explicit(&pace->second, second, memory_order_release);
    }
    atomic_fetch_add_explicit(&pace->counts[second % PACE_SECONDS], responses, memory_order_relaxed);
}

/* In the `seconds` up to now, this one included. */
static int64_t sum(const struct pace *pace, int64_t now, int64_t seconds) {
    int64_t last = atomic_load_explicit(&pace->second, memory_order_acquire);
    int64_t total = 0;
    for (int64_t at = last; at > now - seconds && at > last - PACE_SECONDS && at >= 0; at--)
        total += atomic_load_explicit(&pace->counts[at % PACE_SECONDS], memory_order_relaxed);
    return total;
}

void pace_read(const struct pace *pace, int64_t now_monotonic_ms, struct ingest_pace *ret_pace) {
    int64_t now = now_monotonic_ms / 1000;
    *ret_pace = (struct ingest_pace){
        .last_minute = sum(pace, now, 60),
        .last_hour = sum(pace, now, PACE_SECONDS),
        .commit_at_ms = atomic_load(&pace->commit_at_ms),
        .commit_took_ms = atomic_load(&pace->commit_took_ms),
        .commit_changes = atomic_load(&pace->commit_changes),
    };
}
