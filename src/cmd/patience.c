/* Beside the main thread, which opens or closes the daemon and cannot speak meanwhile: a migration of a large database
 * at start, a slow disk at the end. The manager would kill the daemon when its own time is over; each message gives it
 * some seconds more. */

#include "cmd/patience.h"

#include <errno.h>

#include "cxd/base/clock.h"
#include "cxd/base/condition.h"

enum { STEP_MS = 5000 };
#define EXTENSION "EXTEND_TIMEOUT_USEC=15000000"

static int64_t step_ms(const struct patience *patience) {
    int64_t half_ms = patience->notify->watchdog_us / 2000;
    return patience->pets && half_ms > 0 && half_ms < STEP_MS ? half_ms : STEP_MS;
}

static void *patience_main(void *cls) {
    struct patience *patience = cls;
    int64_t end_ms = clock_monotonic_ms() + patience->limit_ms;
    pthread_setname_np(pthread_self(), "cxd-patience");
    pthread_mutex_lock(&patience->lock);
    while (!patience->is_ending && clock_monotonic_ms() < end_ms) {
        struct timespec until = condition_deadline(step_ms(patience));
        if (pthread_cond_timedwait(&patience->ending, &patience->lock, &until) != ETIMEDOUT)
            continue;
        bool pets = patience->pets && patience->notify->watchdog_us > 0;
        notify_send(patience->notify, pets ? EXTENSION "\nWATCHDOG=1" : EXTENSION, NULL);
    }
    pthread_mutex_unlock(&patience->lock);
    return NULL;
}

void patience_begin(struct patience *patience, const struct notify *notify, bool pets, int64_t limit_ms) {
    *patience = (struct patience){.notify = notify, .pets = pets, .limit_ms = limit_ms};
    if (notify->fd < 0)
        return;
    pthread_mutex_init(&patience->lock, NULL);
    condition_init(&patience->ending);
    patience->is_running = pthread_create(&patience->thread, NULL, patience_main, patience) == 0;
}

void patience_end(struct patience *patience) {
    if (patience->notify->fd < 0)
        return;
    pthread_mutex_lock(&patience->lock);
    patience->is_ending = true;
    pthread_cond_signal(&patience->ending);
    pthread_mutex_unlock(&patience->lock);
    if (patience->is_running)
        pthread_join(patience->thread, NULL);
    pthread_cond_destroy(&patience->ending);
    pthread_mutex_destroy(&patience->lock);
}
