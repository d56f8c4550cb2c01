/* Responses of the last minute and hour, against a plain count of all times that were noted. */

#include "../support/unit.h"
#include "ingest/pace.h"

enum { NOTES = 3000 };

static int64_t noted_ms[NOTES];
static uint32_t noted_count[NOTES];

static void check(const struct pace *pace, size_t notes, int64_t now_ms) {
    struct ingest_pace got;
    int64_t minute = 0, hour = 0;
    for (size_t i = 0; i < notes; i++) {
        int64_t age_s = now_ms / 1000 - noted_ms[i] / 1000;
        minute += age_s < 60 ? noted_count[i] : 0;
        hour += age_s < 3600 ? noted_count[i] : 0;
    }
    pace_read(pace, now_ms, &got);
    assert_int_equal(got.last_minute, minute);
    assert_int_equal(got.last_hour, hour);
}

static unsigned random_below(unsigned bound) {
    static uint64_t seed = 4;
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % bound;
}

static void test_against_a_count(void **state) {
    static const int64_t STARTS[] = {0, 5, 1700, 3599999, 3600000, 123456789};
    for (size_t start = 0; start < sizeof STARTS / sizeof STARTS[0]; start++) {
        struct pace *pace = calloc(1, sizeof *pace);
        assert_non_null(pace);
        int64_t now_ms = STARTS[start];
        check(pace, 0, now_ms);
        for (size_t i = 0; i < NOTES; i++) {
            noted_ms[i] = now_ms;
            noted_count[i] = 1 + random_below(1000);
            pace_note(pace, now_ms, noted_count[i]);
            check(pace, i + 1, now_ms);
            /* Within a second, some seconds, about a minute, and now and then hours. */
            unsigned kind = random_below(100);
            int64_t step_ms = random_below(kind < 40 ? 500 : kind < 80 ? 5000 : kind < 99 ? 70000 : 9000000);
            check(pace, i + 1, now_ms + step_ms / 2);
            now_ms += step_ms;
        }
        check(pace, NOTES, now_ms + 59999);
        check(pace, NOTES, now_ms + 3599999);
        check(pace, NOTES, now_ms + 36000000);
        free(pace);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_a_count)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
