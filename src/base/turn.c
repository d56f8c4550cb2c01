/* One at a time, and a few that wait: whoever passes the turn hands it to one of them. */
#include "cxd/base/turn.h"

#include "cxd/base/condition.h"

void turn_init(struct turn *turn) {
    *turn = (struct turn){.is_taken = false};
    pthread_mutex_init(&turn->lock, NULL);
    condition_init(&turn->passed);
}

void turn_destroy(struct turn *turn) {
    pthread_cond_destroy(&turn->passed);
    pthread_mutex_destroy(&turn->lock);
}

/* What is handed on is for those that waited by then: who comes before one of them has woken waits for the next. */
static bool wait(struct turn *turn, int64_t ms) {
    const struct timespec until = condition_deadline(ms);
    const uint64_t since = turn->passes;
    int over = 0;
    turn->waiting++;
    while (!(turn->is_handed && turn->passes != since) && over == 0)
        over = pthread_cond_timedwait(&turn->passed, &turn->lock, &until);
    turn->waiting--;
    bool is_had = turn->is_handed && turn->passes != since;
    turn->is_handed = turn->is_handed && !is_had;
    return is_had;
}

bool turn_take(struct turn *turn, unsigned most, int64_t ms) {
    pthread_mutex_lock(&turn->lock);
    bool is_had = !turn->is_taken;
    if (is_had)
        turn->is_taken = true;
    else if (turn->waiting - turn->is_handed < most) /* one that it was handed to waits no more */
        is_had = wait(turn, ms);
    pthread_mutex_unlock(&turn->lock);
    return is_had;
}

void turn_pass(struct turn *turn) {
    pthread_mutex_lock(&turn->lock);
    turn->is_handed = turn->waiting > 0;
    turn->is_taken = turn->is_handed;
    turn->passes++;
    pthread_cond_broadcast(&turn->passed);
    pthread_mutex_unlock(&turn->lock);
}
