/* What the threads of this room share. */
#include "chores/errand.h"

#include "cxd/base/condition.h"

void errand_init(struct errand *errand) {
    *errand = (struct errand){.is_ending = false};
    pthread_mutex_init(&errand->lock, NULL);
    condition_init(&errand->change);
}

void errand_destroy(struct errand *errand) {
    pthread_cond_destroy(&errand->change);
    pthread_mutex_destroy(&errand->lock);
}

static bool rest(struct errand *errand, int64_t ms, bool may_wake) {
    const struct timespec until = condition_deadline(ms);
    pthread_mutex_lock(&errand->lock);
    int over = 0;
    while (!errand->is_ending && !(may_wake && errand->is_woken) && over == 0) {
        heartbeat_answer(&errand->beat);
        over = pthread_cond_timedwait(&errand->change, &errand->lock, &until);
    }
    if (may_wake)
        errand->is_woken = false;
    bool is_ending = errand->is_ending;
    pthread_mutex_unlock(&errand->lock);
    return is_ending;
}

bool errand_rest(struct errand *errand, int64_t ms) {
    return rest(errand, ms, false);
}

bool errand_wait(struct errand *errand, int64_t ms) {
    return rest(errand, ms, true);
}

void errand_wake(struct errand *errand) {
    pthread_mutex_lock(&errand->lock);
    errand->is_woken = true;
    pthread_cond_signal(&errand->change);
    pthread_mutex_unlock(&errand->lock);
}

int64_t errand_ask(struct errand *errand, int64_t now_ms) {
    pthread_mutex_lock(&errand->lock);
    int64_t stuck_ms = heartbeat_ask(&errand->beat, now_ms);
    pthread_cond_signal(&errand->change);
    pthread_mutex_unlock(&errand->lock);
    return stuck_ms;
}

void errand_end(struct errand *errand) {
    pthread_mutex_lock(&errand->lock);
    errand->is_ending = true;
    pthread_cond_signal(&errand->change);
    pthread_mutex_unlock(&errand->lock);
}
