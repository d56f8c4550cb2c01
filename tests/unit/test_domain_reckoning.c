/* How late it is, told by a table: each row is what the two clocks say next. */
#include "../support/unit.h"
#include "cxd/domain/reckoning.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define NOW INT64_C(1795910400000)

struct step {
    int64_t wall, running; /* since NOW, and since the begin */
    enum reckoned_state state;
    int64_t now, known; /* since NOW */
};

struct story {
    const char *name;
    int64_t kept; /* before the begin, by NOW; −1: nothing was */
    struct step steps[6];
    size_t count;
};

static const struct story STORIES[] = {
    {"the first start of an empty database",
     -1,
     {{0, 0, RECKONED_AGREES, 0, 0}, {HOUR, HOUR, RECKONED_AGREES, HOUR, HOUR}},
     2},
    {"a quiet weekend of a daemon that runs",
     HOUR,
     {{0, 0, RECKONED_AGREES, 0, 0},
      {3 * DAY, 3 * DAY, RECKONED_AGREES, 3 * DAY, 3 * DAY},
      {YEAR, YEAR, RECKONED_AGREES, YEAR, YEAR}},
     3},
    {"down for a night", 20 * HOUR, {{0, 0, RECKONED_AGREES, 0, 0}}, 1},
    {"down for three days: held, until it has run for as long",
     3 * DAY,
     {{0, 0, RECKONED_HELD, -2 * DAY, -3 * DAY},
      {DAY, DAY, RECKONED_HELD, -1 * DAY, -2 * DAY},
      {3 * DAY - 1, 3 * DAY - 1, RECKONED_HELD, DAY - 1, -1},
      {3 * DAY, 3 * DAY, RECKONED_AGREES, 3 * DAY, 3 * DAY},
      {4 * DAY, 4 * DAY, RECKONED_AGREES, 4 * DAY, 4 * DAY}},
     5},
    {"down for a month: held until somebody speaks",
     30 * DAY,
     {{0, 0, RECKONED_HELD, -29 * DAY, -30 * DAY}, {40 * DAY, 40 * DAY, RECKONED_HELD, 11 * DAY, 10 * DAY}},
     2},
    {"years ahead from the start, and then set right",
     HOUR,
     {{5 * YEAR, 0, RECKONED_HELD, DAY - HOUR, -HOUR},
      {5 * YEAR + 30 * DAY, 30 * DAY, RECKONED_HELD, 31 * DAY - HOUR, 30 * DAY - HOUR},
      {30 * DAY, 30 * DAY, RECKONED_AGREES, 30 * DAY, 30 * DAY}},
     3},
    {"jumps ahead while it runs, and back",
     0,
     {{10 * DAY, 10 * DAY, RECKONED_AGREES, 10 * DAY, 10 * DAY},
      {13 * DAY, 10 * DAY, RECKONED_HELD, 11 * DAY, 10 * DAY},
      {14 * DAY, 11 * DAY, RECKONED_HELD, 12 * DAY, 11 * DAY},
      {11 * DAY, 11 * DAY, RECKONED_AGREES, 11 * DAY, 11 * DAY},
      {15 * DAY, 12 * DAY, RECKONED_HELD, 13 * DAY, 12 * DAY}, /* what was served before does not count */
      {17 * DAY, 14 * DAY, RECKONED_HELD, 15 * DAY, 14 * DAY}},
     6},
    {"creeps ahead by less than a day each time",
     0,
     {{DAY, 0, RECKONED_AGREES, DAY, DAY}, {2 * DAY, 0, RECKONED_HELD, DAY, 0}},
     2},
    {"a clock without a battery, and then set right",
     HOUR,
     {{-50 * YEAR, 0, RECKONED_BEHIND, -50 * YEAR, -HOUR},
      {-50 * YEAR + DAY, DAY, RECKONED_BEHIND, -50 * YEAR + DAY, DAY - HOUR},
      {2 * DAY, 2 * DAY, RECKONED_AGREES, 2 * DAY, 2 * DAY}},
     3},
    {"set back by an hour",
     0,
     {{0, HOUR, RECKONED_AGREES, 0, HOUR}, {HOUR, 2 * HOUR, RECKONED_AGREES, HOUR, 2 * HOUR}},
     2},
};

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < CXD_COUNT(STORIES); i++) {
        const struct story *story = &STORIES[i];
        struct reckoning reckoning;
        struct reckoned told;
        int64_t from = 7 * HOUR; /* where the running clock stands at the begin */
        int64_t kept = story->kept < 0 ? RECKONING_UNKNOWN : NOW - story->kept;
        reckoning_begin(&reckoning, kept, NOW + story->steps[0].wall, from);
        for (size_t k = 0; k < story->count; k++) {
            const struct step *step = &story->steps[k];
            reckoning_take(&reckoning, NOW + step->wall, from + step->running, &told);
            if (told.state != step->state || told.now_ms != NOW + step->now || told.known_ms != NOW + step->known)
                fail_msg("%s, step %zu: %s, acts as of %+.3f days, keeps %+.3f", story->name, k,
                         reckoned_name(told.state), (double)(told.now_ms - NOW) / DAY,
                         (double)(told.known_ms - NOW) / DAY);
            assert_int_equal(told.wall_ms, NOW + step->wall);
            assert_true(told.now_ms <= told.wall_ms);
        }
    }
}

/* However often a daemon is started by a wrong clock, the day of grace is had once. */
static void test_restarts(void **state) {
    (void)state;
    int64_t kept = NOW;
    for (int i = 0; i < 1000; i++) {
        struct reckoning reckoning;
        struct reckoned told;
        reckoning_begin(&reckoning, kept, NOW + 5 * YEAR, i);
        reckoning_take(&reckoning, NOW + 5 * YEAR, i, &told);
        assert_int_equal(told.state, RECKONED_HELD);
        assert_int_equal(told.now_ms, NOW + DAY);
        kept = told.known_ms;
    }
    assert_int_equal(kept, NOW);
}

/* Somebody says that the clock is right: also for the next start. And then that an earlier one is. */
static void test_word(void **state) {
    (void)state;
    struct reckoning reckoning;
    struct reckoned told;
    reckoning_begin(&reckoning, NOW, NOW + YEAR, 0);
    reckoning_take(&reckoning, NOW + YEAR, 0, &told);
    assert_int_equal(told.state, RECKONED_HELD);
    assert_int_equal(told.heals_ms, -1);
    reckoning_begin(&reckoning, NOW + YEAR, NOW + YEAR, HOUR);
    reckoning_take(&reckoning, NOW + YEAR, HOUR, &told);
    assert_int_equal(told.state, RECKONED_AGREES);
    assert_int_equal(told.now_ms, NOW + YEAR);
    reckoning_begin(&reckoning, told.known_ms, NOW + YEAR + HOUR, 0);
    reckoning_take(&reckoning, NOW + YEAR + HOUR, 0, &told);
    assert_int_equal(told.state, RECKONED_AGREES);
    reckoning_take(&reckoning, NOW, HOUR, &told);
    assert_int_equal(told.state, RECKONED_BEHIND);
    reckoning_begin(&reckoning, NOW, NOW, HOUR);
    reckoning_take(&reckoning, NOW + 2 * DAY, HOUR, &told);
    assert_int_equal(told.state, RECKONED_HELD);
    assert_int_equal(told.ahead_ms, 2 * DAY);
    assert_int_equal(told.heals_ms, 2 * DAY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
