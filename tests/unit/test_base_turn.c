/* A turn: one has it, few wait, and not for ever. */
#include "../support/unit.h"

#include <errno.h>
#include <stdatomic.h>

#include "cxd/base/turn.h"

enum { THREADS = 4, ROUNDS = 2000, LONG_MS = 60 * 1000 };

struct race {
    struct turn turn;
    atomic_int inside;
    atomic_bool overlapped;
    int done; /* guarded by the turn */
};

static void *run(void *context) {
    struct race *race = context;
    for (int i = 0; i < ROUNDS; i++) {
        if (!turn_take(&race->turn, THREADS, LONG_MS))
            return race; /* refused */
        if (atomic_fetch_add(&race->inside, 1) != 0)
            atomic_store(&race->overlapped, true);
        race->done++;
        atomic_fetch_sub(&race->inside, 1);
        turn_pass(&race->turn);
    }
    return NULL;
}

/* Nobody is left waiting, and nobody has it beside another. */
static void test_one_at_a_time(void **state) {
    (void)state;
    struct race race = {.done = 0};
    pthread_t threads[THREADS];
    turn_init(&race.turn);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, &race), 0);
    for (int i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(threads[i], &fault), 0);
        assert_null(fault);
    }
    assert_false(atomic_load(&race.overlapped));
    assert_int_equal(race.done, THREADS * ROUNDS);
    assert_false(race.turn.is_taken);
    turn_destroy(&race.turn);
}

static void *take_long(void *context) {
    return turn_take(context, 1, LONG_MS) ? context : NULL;
}

static bool waits(struct turn *turn) {
    pthread_mutex_lock(&turn->lock);
    bool is_so = turn->waiting == 1;
    pthread_mutex_unlock(&turn->lock);
    return is_so;
}

static void test_few_wait_for_a_while(void **state) {
    (void)state;
    struct turn turn;
    pthread_t thread;
    void *had;
    turn_init(&turn);
    assert_true(turn_take(&turn, 0, 0));
    assert_false(turn_take(&turn, 0, LONG_MS)); /* nobody may wait */
    assert_false(turn_take(&turn, 1, 1));       /* the time is over */
    assert_int_equal(turn.waiting, 0);
    assert_int_equal(pthread_create(&thread, NULL, take_long, &turn), 0);
    while (!waits(&turn))
        sched_yield();
    assert_false(turn_take(&turn, 1, LONG_MS)); /* one waits already */
    turn_pass(&turn);
    assert_int_equal(pthread_join(thread, &had), 0);
    assert_non_null(had);
    assert_false(turn_take(&turn, 0, 0)); /* it was handed on */
    turn_pass(&turn);
    assert_true(turn_take(&turn, 0, 0));
    turn_pass(&turn);
    turn_destroy(&turn);
}

/* One that it was handed to and that has not woken yet is none that waits; and whoever comes then does not get before
 * it. */
static void test_the_handed_waits_no_more(void **state) {
    struct turn turn;
    pthread_t thread;
    void *had;
    (void)state;
    turn_init(&turn);
    assert_true(turn_take(&turn, 1, 0));
    turn.waiting = 1; /* as if a thread did, that will not wake before it is said */
    turn_pass(&turn);
    assert_false(turn_take(&turn, 1, 1));
    assert_true(turn.is_handed);
    assert_int_equal(pthread_create(&thread, NULL, take_long, &turn), 0);
    for (bool is_there = false; !is_there; sched_yield()) {
        assert_int_equal(pthread_tryjoin_np(thread, &had), EBUSY); /* else it was refused */
        pthread_mutex_lock(&turn.lock);
        is_there = turn.waiting == 2;
        pthread_mutex_unlock(&turn.lock);
    }
    pthread_mutex_lock(&turn.lock);
    turn.is_handed = false; /* it wakes, and has it */
    turn.waiting--;
    pthread_mutex_unlock(&turn.lock);
    turn_pass(&turn);
    assert_int_equal(pthread_join(thread, &had), 0);
    assert_non_null(had);
    turn_pass(&turn);
    assert_false(turn.is_taken);
    turn_destroy(&turn);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_few_wait_for_a_while),
        cmocka_unit_test(test_the_handed_waits_no_more),
    };
    return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
