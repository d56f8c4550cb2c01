/* Connections by address: held against plain counts, and by several threads at once. */

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>

#include "../support/unit.h"
#include "http/crowd.h"

static const struct hash_key KEY = {{1, 2}};

static struct address make_v6(uint8_t subnet, uint8_t host) {
    return (struct address){{[0] = 0x20, [1] = 0x01, [7] = subnet, [15] = host}};
}

static struct address make_v4(uint8_t last) {
    return (struct address){{[10] = 0xFF, [11] = 0xFF, 10, 0, 0, last}};
}

static void test_most(void **state) {
    assert_int_equal(crowd_most(0, 192), 48);
    assert_int_equal(crowd_most(0, 1000000), 250000);
    assert_int_equal(crowd_most(0, 131), 32);
    assert_int_equal(crowd_most(0, 1), 32);
    assert_int_equal(crowd_most(5, 192), 5);
    assert_int_equal(crowd_most(1000, 192), 1000);
}

static void test_addresses(void **state) {
    struct crowd *crowd = crowd_new(&KEY);
    struct crowd_place *places[3];
    struct address same[] = {make_v6(1, 1), make_v6(1, 2), make_v6(1, 3)};
    struct address others[] = {make_v6(2, 1), make_v4(1), make_v4(2)};
    for (size_t i = 0; i < 3; i++)
        assert_true(crowd_enter(crowd, &same[i], 3, &places[i]));
    struct crowd_place *other;
    assert_false(crowd_enter(crowd, &same[0], 3, &other));
    assert_false(crowd_has_room(crowd, &same[1], 3));
    assert_true(crowd_has_room(crowd, &same[1], 4));
    for (size_t i = 0; i < CXD_COUNT(others); i++) {
        assert_true(crowd_enter(crowd, &others[i], 1, &other));
        assert_false(crowd_has_room(crowd, &others[i], 1));
        crowd_leave(crowd, other);
    }
    crowd_leave(crowd, places[1]);
    assert_true(crowd_enter(crowd, &same[2], 3, &places[1]));
    for (size_t i = 0; i < 3; i++)
        crowd_leave(crowd, places[i]);
    crowd_leave(crowd, NULL);
    assert_true(crowd_has_room(crowd, &same[0], 1));
    crowd_free(crowd);
    crowd_free(NULL);
}

/* A hundred thousand addresses come and go, 500 at a time: each has what it has, and the memory is that of those who
 * are there. */
static void test_come_and_go(void **state) {
    enum { OPEN = 500, TURNS = 200000, ADDRESSES = 120 };
    static struct {
        struct crowd_place *place;
        unsigned address;
        bool is_open;
    } open[OPEN];
    unsigned counts[ADDRESSES] = {0};
    struct crowd *crowd = crowd_new(&KEY);
    size_t before = mallinfo2().uordblks;
    srand(5);
    for (int i = 0; i < TURNS; i++) {
        size_t at = (size_t)rand() % OPEN;
        if (open[at].is_open) {
            crowd_leave(crowd, open[at].place);
            counts[open[at].address]--;
            open[at].is_open = false;
            continue;
        }
        unsigned who = (unsigned)rand() % ADDRESSES;
        struct address address = make_v6((uint8_t)who, (uint8_t)i);
        assert_int_equal(crowd_has_room(crowd, &address, 3), counts[who] < 3);
        open[at].is_open = crowd_enter(crowd, &address, 3, &open[at].place);
        assert_int_equal(open[at].is_open, counts[who] < 3);
        open[at].address = who;
        counts[who] += open[at].is_open;
    }
    for (size_t i = 0; i < OPEN; i++)
        if (open[i].is_open)
            crowd_leave(crowd, open[i].place);
    assert_true(mallinfo2().uordblks == before);
    crowd_free(crowd);
}

struct visitor {
    struct crowd *crowd;
    atomic_int *inside;
    unsigned got;
};

static void *visit(void *cls) {
    struct visitor *visitor = cls;
    struct address address = make_v4(9);
    for (int i = 0; i < 20000; i++) {
        struct crowd_place *place;
        if (!crowd_enter(visitor->crowd, &address, 2, &place))
            continue;
        visitor->got++;
        assert_true(atomic_fetch_add(visitor->inside, 1) < 2);
        atomic_fetch_sub(visitor->inside, 1);
        crowd_leave(visitor->crowd, place);
    }
    return NULL;
}

static void test_threads(void **state) {
    enum { THREADS = 4 };
    struct visitor visitors[THREADS];
    pthread_t threads[THREADS];
    atomic_int inside = 0;
    unsigned got = 0;
    struct crowd *crowd = crowd_new(&KEY);
    for (int i = 0; i < THREADS; i++) {
        visitors[i] = (struct visitor){crowd, &inside, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        got += visitors[i].got;
    }
    assert_true(got > 0);
    struct address address = make_v4(9);
    assert_true(crowd_has_room(crowd, &address, 1));
    crowd_free(crowd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_most),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_come_and_go),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
