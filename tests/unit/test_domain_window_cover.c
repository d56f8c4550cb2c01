/* The cover of a partition by tiers: random responses are rolled up in memory as a store would, read back span by span,
 * and counted directly. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/domain/window.h"

enum { RESPONSES = 4000, BOUNDS_MAX = 40, QUARTER_MS = 900000, HOUR_MS = 3600000, DAY_MS = 86400000 };

static const int64_t EPOCH_MS = INT64_C(1761264000000); /* 2025-10-24T00:00:00Z */
static const int64_t EXTENT_MS = INT64_C(90) * DAY_MS;

static uint64_t random_state = 77;

static int64_t random_below(int64_t bound) { /* xorshift64* (Vigna 2016) */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (int64_t)((random_state * UINT64_C(2685821657736338717)) >> 11) % bound;
}

/* Anywhere, or on the edge of a tier's bucket, or 1 ms beside one. */
static int64_t random_time(void) {
    static const int64_t GRAINS[] = {1, QUARTER_MS, HOUR_MS, DAY_MS};
    int64_t grain = GRAINS[random_below(4)];
    return EPOCH_MS + random_below(EXTENT_MS / grain) * grain + (random_below(4) == 0 ? random_below(3) - 1 : 0);
}

static int compare_times(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Which bucket of the partition holds a time; −1 for none. */
static int bucket_of(const int64_t *bounds, size_t count, int64_t time_ms) {
    for (size_t i = 0; i + 1 < count; i++)
        if (bounds[i] <= time_ms && (time_ms < bounds[i + 1] || bounds[i + 1] == TIME_MAX))
            return (int)i;
    return -1;
}

/* The spans ascend, touch, are whole buckets of their tier, and never two of one tier in a row. */
static void check_shape(const int64_t *bounds, size_t count, const struct span *spans, size_t span_count) {
    assert_true(span_count <= 9 * (count - 1));
    int64_t next = bounds[0];
    for (size_t i = 0; i < span_count; i++) {
        int64_t length = tier_length_ms(spans[i].tier);
        assert_true(spans[i].from == next && spans[i].from < spans[i].to);
        next = spans[i].to;
        assert_true(i == 0 || spans[i].tier != spans[i - 1].tier);
        if (length > 0) {
            assert_true(spans[i].from == TIME_MIN || spans[i].from % length == 0);
            assert_true(spans[i].to == TIME_MAX || spans[i].to % length == 0);
        }
    }
    assert_true(next == bounds[count - 1]);
}

/* A time that is read from a tier could not have been read from the one above: its bucket there crosses a bound. */
static void check_coarsest(const int64_t *bounds, size_t count, enum tier finest, enum tier tier, int64_t time_ms) {
    enum tier above = tier == TIER_RAW ? finest : tier - 1;
    if (tier <= TIER_DAY)
        return;
    int64_t from = tier_bucket(above, time_ms);
    int64_t to = from + tier_length_ms(above);
    int bucket = bucket_of(bounds, count, time_ms);
    assert_true(from < bounds[bucket] || to > bounds[bucket + 1]);
}

/* Reads as a store does: each rollup bucket of a span goes to the partition's bucket that holds its start. */
static void check_counts(const int64_t *bounds, size_t count, enum tier finest, const int64_t *responses) {
    struct span spans[9 * BOUNDS_MAX];
    size_t span_count = window_cover(bounds, count, finest, spans);
    for (size_t i = 0; i < span_count; i++)
        assert_true(spans[i].tier <= finest || spans[i].tier == TIER_RAW);
    check_shape(bounds, count, spans, span_count);
    int64_t direct[BOUNDS_MAX] = {0}, rolled[BOUNDS_MAX] = {0};
    for (size_t r = 0; r < RESPONSES; r++) {
        int bucket = bucket_of(bounds, count, responses[r]);
        if (bucket >= 0)
            direct[bucket]++;
        for (size_t i = 0; i < span_count; i++) {
            int64_t key = tier_bucket(spans[i].tier, responses[r]);
            bool above = key >= spans[i].from;
            bool below = key < spans[i].to || spans[i].to == TIME_MAX;
            if (!above || !below)
                continue;
            if (spans[i].tier == TIER_ALL) {
                rolled[0]++;
                continue;
            }
            rolled[bucket_of(bounds, count, key)]++;
            check_coarsest(bounds, count, finest, spans[i].tier, responses[r]);
        }
    }
    for (size_t i = 0; i + 1 < count; i++)
        assert_int_equal(direct[i], rolled[i]);
}

static void test_random_partitions(void **state) {
    static int64_t responses[RESPONSES];
    for (size_t i = 0; i < RESPONSES; i++)
        responses[i] = random_time();
    for (int round = 0; round < 400; round++) {
        int64_t bounds[BOUNDS_MAX];
        size_t count = 2 + (size_t)random_below(round % 2 ? 3 : BOUNDS_MAX - 4);
        for (size_t i = 0; i < count; i++)
            bounds[i] = random_time();
        if (random_below(6) == 0)
            bounds[0] = TIME_MIN;
        if (random_below(6) == 0)
            bounds[1] = TIME_MAX;
        qsort(bounds, count, sizeof *bounds, compare_times);
        check_counts(bounds, count, TIER_DAY + (enum tier)random_below(3), responses);
    }
    const int64_t all[] = {TIME_MIN, TIME_MAX};
    check_counts(all, 2, TIER_QUARTER_HOUR, responses);
    check_counts(all, 2, TIER_DAY, responses);
}

/* Trends of a year: how many range scans each zone costs. */
static void test_zones(void **state) {
    static const struct {
        const char *zone;
        enum calendar_unit unit;
        size_t spans;
        enum tier first;
    } CASES[] = {
        {"UTC", CALENDAR_DAY, 1, TIER_DAY},
        {"UTC", CALENDAR_MONTH, 1, TIER_DAY},
        {"America/New_York", CALENDAR_DAY, 1, TIER_HOUR},
        {"America/New_York", CALENDAR_HOUR, 1, TIER_HOUR},
        {"America/New_York", CALENDAR_MONTH, 25, TIER_HOUR}, /* hours, days, …, hours: the 13 edges and the 12 months */
        {"Europe/Berlin", CALENDAR_DAY, 1, TIER_HOUR},
        {"Asia/Kathmandu", CALENDAR_HOUR, 1, TIER_QUARTER_HOUR},
        {"Asia/Kathmandu", CALENDAR_DAY, 2 * 365 + 1, TIER_QUARTER_HOUR}, /* the hour of midnight in quarters */
    };
    static int64_t bounds[9001];
    static struct span spans[9 * 9000];
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct error err;
        assert_int_equal(calendar_set_zone(CASES[i].zone, &err), CXD_OK);
        struct window window;
        assert_true(window_parse("year", EPOCH_MS, &window));
        size_t count;
        assert_int_equal(window_buckets(&window, CASES[i].unit, 9000, bounds, &count, &err), CXD_OK);
        assert_int_equal(window_cover(bounds, count + 1, TIER_QUARTER_HOUR, spans), CASES[i].spans);
        assert_int_equal(spans[0].tier, CASES[i].first);
    }
}

static void test_single_windows(void **state) {
    struct span spans[18];
    const int64_t ragged[] = {EPOCH_MS - DAY_MS - HOUR_MS - QUARTER_MS - 1, EPOCH_MS + 2 * DAY_MS + 3 * HOUR_MS + 1};
    static const enum tier TIERS[] = {TIER_RAW, TIER_QUARTER_HOUR, TIER_HOUR, TIER_DAY, TIER_HOUR, TIER_RAW};
    size_t count = window_cover(ragged, 2, TIER_QUARTER_HOUR, spans);
    assert_int_equal(count, CXD_COUNT(TIERS));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(spans[i].tier, TIERS[i]);
    assert_true(spans[3].from == EPOCH_MS - DAY_MS && spans[3].to == EPOCH_MS + 2 * DAY_MS);

    static const enum tier COARSE[] = {TIER_RAW, TIER_DAY, TIER_RAW};
    count = window_cover(ragged, 2, TIER_DAY, spans);
    assert_int_equal(count, CXD_COUNT(COARSE));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(spans[i].tier, COARSE[i]);
    assert_true(spans[1].from == EPOCH_MS - DAY_MS && spans[1].to == EPOCH_MS + 2 * DAY_MS);

    const int64_t empty[] = {EPOCH_MS, EPOCH_MS, EPOCH_MS};
    assert_int_equal(window_cover(empty, 3, TIER_QUARTER_HOUR, spans), 0);
    const int64_t instant[] = {EPOCH_MS + 5, EPOCH_MS + 6};
    assert_int_equal(window_cover(instant, 2, TIER_QUARTER_HOUR, spans), 1);
    assert_int_equal(spans[0].tier, TIER_RAW);
}

/* Where days are the finest tier: which piece of a day is what the others leave of it. */
static void test_cut_days(void **state) {
    static const struct {
        int64_t bounds[3], time; /* hours since EPOCH_MS */
        int64_t first, end, from, to;
        bool less;
    } CASES[] = {
        {{-1, 23, 47}, 0, 0, 24, 0, 23, true},     /* days of Berlin in winter */
        {{-13, 11, 35}, 0, 0, 24, 11, 24, true},   /* where the day after begins early */
        {{-12, 12, 36}, 0, 0, 24, 0, 12, true},    /* the first of two as long ones */
        {{1, 40, 50}, 1, 1, 24, 1, 24, true},      /* what lies outside is read */
        {{23, 40, 50}, 23, 23, 24, 23, 24, false}, /* or what lies inside */
        {{12, 40, 50}, 12, 12, 24, 12, 24, false},
        {{2, 8, 22}, 2, 2, 22, 8, 22, true}, /* within one day: ten hours for twenty */
        {{2, 12, 22}, 5, 2, 22, 2, 12, true},
        {{8, 12, 16}, 8, 8, 16, 8, 12, false},
    };
    struct cut_day day;
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        int64_t bounds[3];
        for (size_t j = 0; j < 3; j++)
            bounds[j] = EPOCH_MS + CASES[i].bounds[j] * HOUR_MS;
        assert_int_equal(window_cut_day(bounds, 3, EPOCH_MS + CASES[i].time * HOUR_MS, &day), CASES[i].less);
        assert_true(day.from == EPOCH_MS && day.to == EPOCH_MS + DAY_MS);
        assert_int_equal(day.first - EPOCH_MS, CASES[i].first * HOUR_MS);
        assert_int_equal(day.end - EPOCH_MS, CASES[i].end * HOUR_MS);
        assert_int_equal(day.piece_from - EPOCH_MS, CASES[i].from * HOUR_MS);
        assert_int_equal(day.piece_to - EPOCH_MS, CASES[i].to * HOUR_MS);
    }
    const int64_t until[] = {TIME_MIN, EPOCH_MS + 20 * HOUR_MS}, last[] = {TIME_MAX - 1, TIME_MAX};
    assert_true(window_cut_day(until, 2, EPOCH_MS, &day));
    assert_true(day.first == EPOCH_MS && day.end == until[1]);
    assert_false(window_cut_day(last, 2, TIME_MAX - 1, &day)); /* there is no day behind */
    assert_true(day.first == TIME_MAX - 1 && day.end == TIME_MAX);
}

static void test_unbounded(void **state) {
    struct span spans[27];
    const int64_t all[] = {TIME_MIN, TIME_MAX};
    assert_int_equal(window_cover(all, 2, TIER_QUARTER_HOUR, spans), 1);
    assert_int_equal(spans[0].tier, TIER_ALL);
    assert_true(spans[0].from == TIME_MIN && spans[0].to == TIME_MAX);

    const int64_t split[] = {TIME_MIN, EPOCH_MS, TIME_MAX};
    assert_int_equal(window_cover(split, 3, TIER_QUARTER_HOUR, spans), 1);
    assert_int_equal(spans[0].tier, TIER_DAY);
    assert_true(spans[0].from == TIME_MIN && spans[0].to == TIME_MAX);

    const int64_t since[] = {EPOCH_MS + HOUR_MS, TIME_MAX};
    assert_int_equal(window_cover(since, 2, TIER_QUARTER_HOUR, spans), 2);
    assert_true(spans[0].tier == TIER_HOUR && spans[0].to == EPOCH_MS + DAY_MS);
    assert_true(spans[1].tier == TIER_DAY && spans[1].to == TIME_MAX);

    const int64_t until[] = {TIME_MIN, -HOUR_MS}; /* before 1970 */
    assert_int_equal(window_cover(until, 2, TIER_QUARTER_HOUR, spans), 2);
    assert_true(spans[0].tier == TIER_DAY && spans[0].from == TIME_MIN && spans[0].to == -DAY_MS);
    assert_true(spans[1].tier == TIER_HOUR && spans[1].to == -HOUR_MS);

    /* At the ends of the number range there is no bucket to round to. */
    const int64_t extreme[] = {TIME_MIN, TIME_MIN + 1, TIME_MAX - 1, TIME_MAX};
    size_t count = window_cover(extreme, 4, TIER_QUARTER_HOUR, spans);
    check_shape(extreme, 4, spans, count);
}

static void test_tiers(void **state) {
    assert_int_equal(tier_length_ms(TIER_ALL), 0);
    assert_int_equal(tier_length_ms(TIER_DAY), DAY_MS);
    assert_int_equal(tier_length_ms(TIER_HOUR), HOUR_MS);
    assert_int_equal(tier_length_ms(TIER_QUARTER_HOUR), QUARTER_MS);
    assert_int_equal(tier_length_ms(TIER_RAW), 0);
    assert_int_equal(tier_bucket(TIER_ALL, EPOCH_MS), 0);
    assert_int_equal(tier_bucket(TIER_DAY, EPOCH_MS + DAY_MS - 1), EPOCH_MS);
    assert_int_equal(tier_bucket(TIER_DAY, EPOCH_MS + DAY_MS), EPOCH_MS + DAY_MS);
    assert_int_equal(tier_bucket(TIER_HOUR, -1), -HOUR_MS);
    assert_int_equal(tier_bucket(TIER_QUARTER_HOUR, -QUARTER_MS), -QUARTER_MS);
    assert_int_equal(tier_bucket(TIER_RAW, -5), -5);
    assert_true(tier_bucket(TIER_DAY, TIME_MIN) == TIME_MIN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_partitions), cmocka_unit_test(test_zones),
        cmocka_unit_test(test_single_windows),    cmocka_unit_test(test_cut_days),
        cmocka_unit_test(test_unbounded),         cmocka_unit_test(test_tiers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
