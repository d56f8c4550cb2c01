/* One reckoning for all threads: it is taken with every question, so that it sees what the wall clock does. */
#include "cxd/chores/trust.h"

#include "cxd/base/clock.h"

void trust_init(struct trust *trust, int64_t known_ms) {
    pthread_mutex_init(&trust->lock, NULL);
    trust->ahead_ms = 0;
    reckoning_begin(&trust->reckoning, known_ms, clock_now_ms(), clock_running_ms());
}

void trust_destroy(struct trust *trust) {
    pthread_mutex_destroy(&trust->lock);
}

void trust_read(struct trust *trust, struct reckoned *ret_reckoned) {
    pthread_mutex_lock(&trust->lock);
    reckoning_take(&trust->reckoning, clock_now_ms() + trust->ahead_ms, clock_running_ms(), ret_reckoned);
    pthread_mutex_unlock(&trust->lock);
}

int64_t trust_now(struct trust *trust) {
    struct reckoned reckoned;
    trust_read(trust, &reckoned);
    return reckoned.now_ms;
}

void trust_correct(struct trust *trust, int64_t ahead_ms) {
    pthread_mutex_lock(&trust->lock);
    trust->ahead_ms = ahead_ms;
    pthread_mutex_unlock(&trust->lock);
}

void trust_resume(struct trust *trust, int64_t known_ms) {
    pthread_mutex_lock(&trust->lock);
    reckoning_begin(&trust->reckoning, known_ms, clock_now_ms() + trust->ahead_ms, clock_running_ms());
    pthread_mutex_unlock(&trust->lock);
}
