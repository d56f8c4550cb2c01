/* base/tally: into which bucket a value falls, and that readers beside the writer see counts that only grow and agree.
 */

#include <pthread.h>

#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/base/tally.h"

static const struct tally_scale *const SCALES[] = {&TALLY_DURATIONS, &TALLY_SIZES};

static void test_scales_ascend(void **state) {
    for (size_t i = 0; i < CXD_COUNT(SCALES); i++) {
        assert_in_range(SCALES[i]->count, 1, TALLY_BOUNDS_MAX);
        for (size_t j = 1; j < SCALES[i]->count; j++)
            assert_true(SCALES[i]->bounds[j - 1] < SCALES[i]->bounds[j]);
    }
    assert_int_equal(TALLY_DURATIONS.bounds[0], 100 * 1000);
    assert_int_equal(TALLY_DURATIONS.bounds[TALLY_DURATIONS.count - 1], INT64_C(10) * 1000 * 1000 * 1000);
}

/* A bound belongs to its bucket; one more is the next one's. */
static void test_bounds_are_inclusive(void **state) {
    for (size_t i = 0; i < CXD_COUNT(SCALES); i++) {
        const struct tally_scale *scale = SCALES[i];
        struct tally tally = {0};
        struct tally_reading reading = {0};
        uint64_t sum = 0;
        tally_note(&tally, scale, 0);
        for (size_t j = 0; j < scale->count; j++) {
            tally_note(&tally, scale, scale->bounds[j]);
            tally_note(&tally, scale, scale->bounds[j] + 1);
            sum += 2 * scale->bounds[j] + 1;
        }
        tally_read(&tally, scale, &reading);
        /* 0 and the bound; then each bucket's bound and what is one above the bound before. */
        assert_int_equal(reading.counts[0], 2);
        assert_int_equal(reading.total, 2 * scale->count + 1);
        assert_int_equal(reading.sum, sum);
        assert_int_equal(reading.counts[scale->count], 1);
        for (size_t j = 1; j < scale->count; j++)
            assert_int_equal(reading.counts[j], 2);
    }
}

static void test_readings_add_up(void **state) {
    struct tally tallies[2] = {0};
    struct tally_reading reading = {0};
    tally_note(&tallies[0], &TALLY_SIZES, 3);
    tally_note(&tallies[1], &TALLY_SIZES, 4);
    tally_note(&tallies[1], &TALLY_SIZES, UINT64_C(1) << 40);
    for (size_t i = 0; i < 2; i++)
        tally_read(&tallies[i], &TALLY_SIZES, &reading);
    assert_int_equal(reading.counts[2], 2);
    assert_int_equal(reading.counts[TALLY_SIZES.count], 1);
    assert_int_equal(reading.total, 3);
    assert_int_equal(reading.sum, (UINT64_C(1) << 40) + 7);
}

enum { NOTES = 200000 };

static void *note_many(void *argument) {
    struct tally *tally = argument;
    for (uint64_t i = 0; i < NOTES; i++)
        tally_note(tally, &TALLY_SIZES, i % 100);
    return NULL;
}

static void test_readers_beside_the_writer(void **state) {
    struct tally tally = {0};
    struct tally_reading before = {0};
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, note_many, &tally), 0);
    while (before.total < NOTES) {
        struct tally_reading now = {0};
        uint64_t total = 0;
        tally_read(&tally, &TALLY_SIZES, &now);
        for (size_t i = 0; i <= TALLY_SIZES.count; i++) {
            assert_true(now.counts[i] >= before.counts[i]);
            total += now.counts[i];
        }
        assert_int_equal(now.total, total);
        assert_true(now.sum >= before.sum);
        before = now;
    }
    pthread_join(writer, NULL);
    assert_int_equal(before.total, NOTES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales_ascend),
        cmocka_unit_test(test_bounds_are_inclusive),
        cmocka_unit_test(test_readings_add_up),
        cmocka_unit_test(test_readers_beside_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
