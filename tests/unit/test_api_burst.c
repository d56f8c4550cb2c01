/* Bursts, held against a walk over everything that was noted. */

#include "../support/unit.h"
#include "api/burst.h"

static struct id id_of(int number) {
    return (struct id){.bytes = {(uint8_t)(number >> 8), (uint8_t)number}};
}

static size_t note(struct burst_table *table, const char *name, int score, int id, int64_t now_ms) {
    struct id ids[BURST_REMEMBERED], own = id_of(id);
    return burst_note(table, 1, name, score, &own, now_ms, ids);
}

static void three_scores_within_the_window(void **state) {
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
    burst_free(table);
    burst_free(NULL);
}

/* An amend is the same response, with the score that it has now. */
static void who_changes_their_mind_is_no_burst(void **state) {
    struct burst_table *table = burst_new();
    for (int i = 0; i < 100; i++)
        assert_int_equal(note(table, "one", i % 11, 1, i), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(note(table, "two", i % 11, i % 2, i), 0);
    for (int i = 0; i < 100; i++) /* three, of which two say the same */
        assert_int_equal(note(table, "three", i % 3 ? 5 : i % 11, i % 3, i), 0);
    /* One is amended, the others are new: it counts with its last score. */
    assert_int_equal(note(table, "some", 1, 1, 1), 0);
    assert_int_equal(note(table, "some", 2, 1, 2), 0);
    assert_int_equal(note(table, "some", 3, 1, 3), 0);
    assert_int_equal(note(table, "some", 4, 2, 4), 0);
    assert_int_equal(note(table, "some", 4, 1, 5), 0);
    assert_int_equal(note(table, "some", 5, 3, 6), 0);
    assert_int_equal(note(table, "some", 6, 1, 7), 3);
    assert_int_equal(note(table, "some", 4, 1, 8), 0);
    /* What one leaves, another may have still, and for as long as that came in time. */
    assert_int_equal(note(table, "left", 1, 1, 0), 0);
    assert_int_equal(note(table, "left", 1, 2, 100), 0);
    assert_int_equal(note(table, "left", 2, 2, 200), 0);
    assert_int_equal(note(table, "left", 3, 3, 59999), 3);
    assert_int_equal(note(table, "left", 3, 3, 60000), 0);
    burst_free(table);
}

static void sources_are_apart(void **state) {
    struct burst_table *table = burst_new();
    struct id ids[BURST_REMEMBERED], first = id_of(1), second = id_of(2), third = id_of(3);
    assert_int_equal(burst_note(table, 1, "a", 1, &first, 1, ids), 0);
    assert_int_equal(burst_note(table, 2, "a", 3, &second, 1, ids), 0);
    assert_int_equal(burst_note(table, 1, "", 4, &second, 1, ids), 0);
    assert_int_equal(burst_note(table, 1, "a", 4, &second, 1, ids), 0);
    assert_int_equal(burst_note(table, 1, "a", 5, &third, 1, ids), 3);
    assert_memory_equal(&ids[0], &first, sizeof first);
    burst_free(table);
}

static void the_newest_are_remembered(void **state) {
    struct burst_table *table = burst_new();
    struct id ids[BURST_REMEMBERED];
    for (int i = 0; i < 100; i++)
        assert_int_equal(note(table, "a", i % 2, i, 1000), 0);
    struct id id = id_of(100);
    assert_int_equal(burst_note(table, 1, "a", 2, &id, 1000, ids), BURST_REMEMBERED);
    bool found[101] = {false};
    for (int i = 0; i < BURST_REMEMBERED; i++)
        found[ids[i].bytes[1]] = true;
    for (int i = 0; i <= 100; i++)
        assert_int_equal(found[i], i > 100 - BURST_REMEMBERED);
    burst_free(table);
}

/* Many sources: memory stays as it is, who is active is not forgotten for who is not. */
static void old_sources_give_way(void **state) {
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

/* Fewer responses than are remembered, amended again and again. */
static void amends_agree_with_a_walk(void **state) {
    struct burst_table *table = burst_new();
    enum { RESPONSES = BURST_REMEMBERED };
    struct {
        int64_t at;
        int score;
    } last[RESPONSES];
    srand(4);
    int64_t now = 0;
    size_t bursts = 0;
    for (int i = 0; i < RESPONSES; i++)
        last[i].at = INT64_MIN / 2;
    for (int i = 0; i < 5000; i++) {
        now += rand() % 40000;
        int id = rand() % RESPONSES;
        last[id].at = now;
        last[id].score = rand() % 4 ? rand() % 2 : rand() % 11;
        bool held[11] = {false};
        int scores = 0;
        size_t responses = 0;
        for (int k = 0; k < RESPONSES; k++) {
            if (now - last[k].at >= BURST_WINDOW_MS)
                continue;
            responses++;
            scores += !held[last[k].score];
            held[last[k].score] = true;
        }
        assert_int_equal(note(table, "a", last[id].score, id, now), scores >= BURST_SCORES ? responses : 0);
        bursts += scores >= BURST_SCORES;
    }
    assert_true(bursts > 500 && bursts < 4500);
    burst_free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_scores_within_the_window),
        cmocka_unit_test(who_changes_their_mind_is_no_burst),
        cmocka_unit_test(sources_are_apart),
        cmocka_unit_test(the_newest_are_remembered),
        cmocka_unit_test(old_sources_give_way),
        cmocka_unit_test(agrees_with_a_walk),
        cmocka_unit_test(amends_agree_with_a_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
