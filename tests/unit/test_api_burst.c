/* Bursts, held against a walk over everything that was noted. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/burst.h"

static struct id id_of(int number) {
    return (struct id){.bytes = {(uint8_t)(number >> 8), (uint8_t)number}};
}

static size_t note(struct burst_table *table, const char *name, int score, int id, int64_t now_ms) {
    struct id ids[BURST_REMEMBERED], own = id_of(id);
    return burst_note(table, BURST_VISIT, 1, name, score, &own, now_ms, ids);
}

static void three_scores_within_the_window(void **state) {
    (void)state;
    struct burst_table *table = burst_new();
    assert_int_equal(note(table, "a", 0, 1, 1000), 0);
    assert_int_equal(note(table, "a", 0, 2, 1001), 0);
    assert_int_equal(note(table, "a", 10, 3, 1002), 0);
    assert_int_equal(note(table, "b", 5, 4, 1003), 0);
    assert_int_equal(note(table, "a", 5, 5, 60999), 4);
    assert_int_equal(note(table, "c", 1, 6, 1000), 0);
    assert_int_equal(note(table, "c", 2, 7, 1001), 0);
    assert_int_equal(note(table, "c", 3, 8, 61000), 0); /* the first has gone */
    assert_int_equal(note(table, "c", 4, 9, 61000), 3); /* without the first */
    /* An amend is the same response. */
    assert_int_equal(note(table, "d", 1, 10, 1), 0);
    assert_int_equal(note(table, "d", 2, 10, 2), 0);
    assert_int_equal(note(table, "d", 3, 10, 3), 1);
    burst_free(table);
    burst_free(NULL);
}

static void sources_are_apart(void **state) {
    (void)state;
    struct burst_table *table = burst_new();
    struct id ids[BURST_REMEMBERED], id = id_of(1);
    assert_int_equal(burst_note(table, BURST_VISIT, 1, "a", 1, &id, 1, ids), 0);
    assert_int_equal(burst_note(table, BURST_INVITATION, 1, "a", 2, &id, 1, ids), 0);
    assert_int_equal(burst_note(table, BURST_VISIT, 2, "a", 3, &id, 1, ids), 0);
    assert_int_equal(burst_note(table, BURST_VISIT, 1, "", 4, &id, 1, ids), 0);
    assert_int_equal(burst_note(table, BURST_VISIT, 1, "a", 4, &id, 1, ids), 0);
    assert_int_equal(burst_note(table, BURST_VISIT, 1, "a", 5, &id, 1, ids), 1);
    assert_memory_equal(&ids[0], &id, sizeof id);
    burst_free(table);
}

static void the_newest_are_remembered(void **state) {
    (void)state;
    struct burst_table *table = burst_new();
    struct id ids[BURST_REMEMBERED];
    for (int i = 0; i < 100; i++)
        assert_int_equal(note(table, "a", i % 2, i, 1000), 0);
    struct id id = id_of(100);
    assert_int_equal(burst_note(table, BURST_VISIT, 1, "a", 2, &id, 1000, ids), BURST_REMEMBERED);
    bool found[101] = {false};
    for (int i = 0; i < BURST_REMEMBERED; i++)
        found[ids[i].bytes[1]] = true;
    for (int i = 0; i <= 100; i++)
        assert_int_equal(found[i], i > 100 - BURST_REMEMBERED);
    burst_free(table);
}

/* Many sources: memory stays as it is, who is active is not forgotten for who is not. */
static void old_sources_give_way(void **state) {
    (void)state;
    struct burst_table *table = burst_new();
    char name[16];
    size_t bursts = 0;
    for (int i = 0; i < 200000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(note(table, name, 1, 1, i / 100), 0);
    }
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "late%d", i);
        assert_int_equal(note(table, name, 1, 1, 3000), 0);
        assert_int_equal(note(table, name, 2, 2, 3001), 0);
        bursts += note(table, name, 3, 3, 3002) == 3;
    }
    assert_int_equal(bursts, 100);
    burst_free(table);
}

static void agrees_with_a_walk(void **state) {
    (void)state;
    struct burst_table *table = burst_new();
    static struct {
        int64_t at;
        int source, score;
    } noted[5000];
    srand(3);
    int64_t now = 0;
    size_t bursts = 0;
    for (int i = 0; i < 5000; i++) {
        now += rand() % 4000;
        noted[i].at = now;
        noted[i].source = rand() % 6;
        noted[i].score = rand() % 4 ? rand() % 2 : rand() % 11;
        bool held[11] = {false};
        int expected = 0;
        for (int k = i; k >= 0 && now - noted[k].at < 60000; k--) {
            if (noted[k].source == noted[i].source && !held[noted[k].score]) {
                held[noted[k].score] = true;
                expected++;
            }
        }
        char name[2] = {(char)('a' + noted[i].source), '\0'};
        bool burst = note(table, name, noted[i].score, i, now) > 0;
        assert_int_equal(burst, expected >= 3);
        bursts += burst;
    }
    assert_true(bursts > 500 && bursts < 4500);
    burst_free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_scores_within_the_window),
        cmocka_unit_test(sources_are_apart),
        cmocka_unit_test(the_newest_are_remembered),
        cmocka_unit_test(old_sources_give_way),
        cmocka_unit_test(agrees_with_a_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
