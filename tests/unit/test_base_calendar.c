/* The calendar, in zones where it is hard. Expected boundaries of the tables are by Python's zoneinfo; the properties
 * are checked against localtime_r, instant by instant. */

#include <time.h>
#include <unistd.h>

#include "../support/files.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"

static const char *const ZONES[] = {
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Cairo",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
    "America/St_Johns",
    "America/Havana",
    "Asia/Tehran",
    "Asia/Pyongyang",
    "America/Caracas",
    "Africa/Casablanca",
    "Asia/Gaza",
    "America/Scoresbysund",
    "Antarctica/Troll",
    "Australia/Adelaide",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "America/Asuncion",
    "Asia/Amman",
    "Antarctica/Casey",
    "Pacific/Fakaofo",
    "Africa/Juba",
};

static const enum calendar_unit UNITS[] = {CALENDAR_HOUR,  CALENDAR_DAY,     CALENDAR_WEEK,
                                           CALENDAR_MONTH, CALENDAR_QUARTER, CALENDAR_YEAR};

static void set_zone(const char *name) {
    struct error err;
    if (calendar_set_zone(name, &err) != CXD_OK)
        fail_msg("%s", err.detail);
}

static int64_t at(const char *text) {
    int64_t ms;
    if (!time_parse(text, strlen(text), &ms))
        fail_msg("%s is no time", text);
    return ms;
}

static void check_unit(enum calendar_unit unit, const char *time, const char *start, const char *end) {
    char got_start[TIME_TEXT_SIZE];
    char got_end[TIME_TEXT_SIZE];
    time_format(got_start, calendar_floor(unit, at(time)));
    time_format(got_end, calendar_add(unit, at(time), 1));
    if (strcmp(got_start, start) != 0 || strcmp(got_end, end) != 0)
        fail_msg("%s in %s: %s to %s, expected %s to %s", time, getenv("TZ"), got_start, got_end, start, end);
}

static void test_units(void **state) {
    set_zone("UTC");
    check_unit(CALENDAR_HOUR, "2026-10-24T13:59:59.999Z", "2026-10-24T13:00:00Z", "2026-10-24T14:00:00Z");
    check_unit(CALENDAR_DAY, "2026-10-24T13:59:59.999Z", "2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z");
    check_unit(CALENDAR_DAY, "2026-10-24T00:00:00Z", "2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z");
    check_unit(CALENDAR_WEEK, "2026-10-25T23:59:59Z", "2026-10-19T00:00:00Z", "2026-10-26T00:00:00Z");
    check_unit(CALENDAR_WEEK, "2026-10-26T00:00:00Z", "2026-10-26T00:00:00Z", "2026-11-02T00:00:00Z");
    check_unit(CALENDAR_WEEK, "2027-01-02T00:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z");
    check_unit(CALENDAR_MONTH, "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
    check_unit(CALENDAR_MONTH, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    check_unit(CALENDAR_QUARTER, "2026-03-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
    check_unit(CALENDAR_QUARTER, "2026-11-15T00:00:00Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z");
    check_unit(CALENDAR_YEAR, "2026-06-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    check_unit(CALENDAR_DAY, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z");

    set_zone("Europe/Berlin");
    check_unit(CALENDAR_DAY, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    check_unit(CALENDAR_DAY, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    check_unit(CALENDAR_MONTH, "2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z");
    check_unit(CALENDAR_YEAR, "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", "2027-12-31T23:00:00Z");
    check_unit(CALENDAR_HOUR, "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z");
    check_unit(CALENDAR_HOUR, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");

    set_zone("Asia/Kathmandu");
    check_unit(CALENDAR_DAY, "2026-10-24T12:00:00Z", "2026-10-23T18:15:00Z", "2026-10-24T18:15:00Z");
    check_unit(CALENDAR_HOUR, "2026-10-24T12:00:00Z", "2026-10-24T11:15:00Z", "2026-10-24T12:15:00Z");
}

static void test_hard_days(void **state) {
    set_zone("America/Sao_Paulo"); /* midnight is skipped */
    check_unit(CALENDAR_DAY, "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z");
    check_unit(CALENDAR_DAY, "2018-11-04T02:59:59.999Z", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z");
    check_unit(CALENDAR_DAY, "2019-02-17T02:30:00Z", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z"); /* 23:30 again */
    set_zone("Asia/Beirut");
    check_unit(CALENDAR_DAY, "2022-03-27T12:00:00Z", "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z");
    check_unit(CALENDAR_WEEK, "2022-03-27T12:00:00Z", "2022-03-20T22:00:00Z", "2022-03-27T21:00:00Z");
    set_zone("Africa/Cairo");
    check_unit(CALENDAR_DAY, "2024-04-26T12:00:00Z", "2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z");
    set_zone("Pacific/Apia"); /* 2011-12-30 did not happen */
    check_unit(CALENDAR_DAY, "2011-12-30T09:59:59.999Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
    check_unit(CALENDAR_DAY, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z");
    check_unit(CALENDAR_MONTH, "2011-12-30T12:00:00Z", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z");
    set_zone("America/St_Johns"); /* set back at 00:01, into the day before: the new day has begun and goes on */
    check_unit(CALENDAR_DAY, "2010-11-07T02:29:59Z", "2010-11-06T02:30:00Z", "2010-11-07T02:30:00Z");
    check_unit(CALENDAR_DAY, "2010-11-07T03:00:00Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z");
    check_unit(CALENDAR_WEEK, "2010-11-07T03:00:00Z", "2010-11-01T02:30:00Z", "2010-11-08T03:30:00Z");
    check_unit(CALENDAR_DAY, "2010-03-14T12:00:00Z", "2010-03-14T03:30:00Z", "2010-03-15T02:30:00Z");
    set_zone("America/Havana");
    check_unit(CALENDAR_DAY, "2023-03-12T12:00:00Z", "2023-03-12T05:00:00Z", "2023-03-13T04:00:00Z");
    check_unit(CALENDAR_DAY, "2023-11-05T12:00:00Z", "2023-11-05T04:00:00Z", "2023-11-06T05:00:00Z");
}

static void test_hard_hours(void **state) {
    set_zone("Australia/Lord_Howe"); /* half an hour, at 02:00: an hour of 90 minutes each time */
    check_unit(CALENDAR_HOUR, "2026-04-04T14:30:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z");
    check_unit(CALENDAR_HOUR, "2026-04-04T15:15:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z");
    check_unit(CALENDAR_HOUR, "2026-04-04T15:30:00Z", "2026-04-04T15:30:00Z", "2026-04-04T16:30:00Z");
    check_unit(CALENDAR_HOUR, "2026-10-03T15:00:00Z", "2026-10-03T14:30:00Z", "2026-10-03T16:00:00Z");
    check_unit(CALENDAR_HOUR, "2026-10-03T15:45:00Z", "2026-10-03T14:30:00Z", "2026-10-03T16:00:00Z");
    set_zone("Asia/Pyongyang");
    check_unit(CALENDAR_HOUR, "2015-08-14T15:10:00Z", "2015-08-14T14:00:00Z", "2015-08-14T15:30:00Z");
    check_unit(CALENDAR_DAY, "2015-08-14T15:10:00Z", "2015-08-13T15:00:00Z", "2015-08-14T15:30:00Z");
}

static uint64_t random_next(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* An instant of 1990 to 2045, every other time close to a change of the zone's offset. */
static int64_t random_instant(uint64_t *seed) {
    int64_t low = 631152000;
    int64_t span = 2366841600 - low;
    int64_t second = low + (int64_t)(random_next(seed) % (uint64_t)span);
    if (random_next(seed) % 2 == 0) {
        struct tm before;
        struct tm after;
        for (int month = 0; month < 13; month++) {
            time_t a = second;
            time_t b = second + 30 * 86400;
            localtime_r(&a, &before);
            localtime_r(&b, &after);
            if (before.tm_gmtoff == after.tm_gmtoff) {
                second = b;
                continue;
            }
            while (b - a > 1) {
                time_t middle = a + (b - a) / 2;
                localtime_r(&middle, &after);
                if (after.tm_gmtoff == before.tm_gmtoff)
                    a = middle;
                else
                    b = middle;
            }
            second = b + (int64_t)(random_next(seed) % (52 * 3600)) - 26 * 3600;
            break;
        }
    }
    return second * 1000 + (int64_t)(random_next(seed) % 1000);
}

static void test_units_partition_time(void **state) {
    uint64_t seed = 20261024;
    for (size_t z = 0; z < CXD_COUNT(ZONES); z++) {
        set_zone(ZONES[z]);
        for (int i = 0; i < 600; i++) {
            int64_t time = random_instant(&seed);
            enum calendar_unit unit = UNITS[i % (int)CXD_COUNT(UNITS)];
            int64_t start = calendar_floor(unit, time);
            int64_t end = calendar_add(unit, time, 1);
            int64_t before = calendar_add(unit, time, -1);
            bool ok = start <= time && time < end && before < start;
            ok = ok && calendar_floor(unit, start) == start && calendar_floor(unit, end - 1) == start;
            ok = ok && calendar_add(unit, start, 1) == end && calendar_floor(unit, end) == end;
            ok = ok && calendar_add(unit, before, 1) == start && calendar_add(unit, end, -1) == start;
            ok = ok && calendar_floor(unit, start - 1) == before && calendar_add(unit, time, 0) == start;
            if (!ok)
                fail_msg("unit %d at %lld in %s: %lld, %lld, %lld", unit, (long long)time, ZONES[z], (long long)before,
                         (long long)start, (long long)end);
        }
    }
}

/* A step of n is n steps, there and back. */
static void test_steps_add_up(void **state) {
    uint64_t seed = 7;
    for (size_t z = 0; z < CXD_COUNT(ZONES); z++) {
        set_zone(ZONES[z]);
        for (size_t u = 0; u < CXD_COUNT(UNITS); u++) {
            int64_t time = z % 2 ? random_instant(&seed) : at("2011-12-26T12:00:00Z");
            int64_t step = time;
            int64_t back = time;
            for (int i = 1; i <= 60; i++) {
                step = calendar_add(UNITS[u], step, 1);
                back = calendar_add(UNITS[u], back, -1);
                if (calendar_add(UNITS[u], time, i) != step || calendar_add(UNITS[u], time, -i) != back)
                    fail_msg("unit %d, %d steps from %lld in %s", UNITS[u], i, (long long)time, ZONES[z]);
            }
        }
    }
}

static int64_t local_date(int64_t second) {
    struct tm tm;
    time_t time = second;
    localtime_r(&time, &tm);
    return (int64_t)tm.tm_year * 10000 + tm.tm_mon * 100 + tm.tm_mday;
}

/* By looking at every minute of the 27 hours before: no instant before a day's start bears its date. */
static void test_day_starts_are_first_instants(void **state) {
    uint64_t seed = 99;
    for (size_t z = 0; z < CXD_COUNT(ZONES); z++) {
        set_zone(ZONES[z]);
        for (int i = 0; i < 25; i++) {
            int64_t start = calendar_floor(CALENDAR_DAY, random_instant(&seed)) / 1000;
            int64_t date = local_date(start);
            for (int64_t second = start - 1; second > start - 27 * 3600; second -= 60)
                if (local_date(second) >= date)
                    fail_msg("the day of %lld in %s begins before", (long long)start, ZONES[z]);
        }
    }
}

/* By looking at every minute of an hour: minute 0 is its first, and no other is. */
static void test_hours_begin_at_minute_0(void **state) {
    uint64_t seed = 5;
    for (size_t z = 0; z < CXD_COUNT(ZONES); z++) {
        set_zone(ZONES[z]);
        for (int i = 0; i < 100; i++) {
            int64_t time = random_instant(&seed);
            int64_t start = calendar_floor(CALENDAR_HOUR, time) / 1000;
            int64_t end = calendar_add(CALENDAR_HOUR, time, 1) / 1000;
            assert_in_range(end - start, 1800, 7200);
            for (int64_t second = start; second <= end; second += 60) {
                struct tm tm;
                time_t t = second;
                localtime_r(&t, &tm);
                assert_int_equal(tm.tm_sec, 0);
                assert_int_equal(tm.tm_min == 0, second == start || second == end);
            }
        }
    }
}

static void test_extremes(void **state) {
    set_zone("Europe/Berlin");
    for (size_t u = 0; u < CXD_COUNT(UNITS); u++) {
        assert_true(calendar_floor(UNITS[u], TIME_MIN) < 0);
        assert_true(calendar_floor(UNITS[u], TIME_MAX) > 0);
        assert_true(calendar_add(UNITS[u], TIME_MAX, INT64_MAX) > 0);
        assert_true(calendar_add(UNITS[u], TIME_MIN, INT64_MIN) < 0);
    }
}

static void must_refuse_zone(const char *name) {
    struct error err;
    error_clear(&err);
    assert_false(calendar_has_zone(name));
    assert_int_equal(calendar_set_zone(name, &err), ERR_CONFIG);
    assert_non_null(strstr(err.detail, "time zone"));
    assert_string_equal(getenv("TZ"), "Asia/Kathmandu");
}

/* As GNU date has them: date -d @SECONDS +%FT%T%:z */
static void test_format(void **state) {
    static const struct {
        const char *zone;
        int64_t second;
        const char *text;
    } CASES[] = {
        {"UTC", 1774746000, "2026-03-29T01:00:00+00:00"},
        {"Europe/Berlin", 1774742400, "2026-03-29T01:00:00+01:00"},
        {"Europe/Berlin", 1774746000, "2026-03-29T03:00:00+02:00"},
        {"America/St_Johns", 1793494800, "2026-10-31T22:30:00-02:30"},
        {"America/St_Johns", 1325239200, "2011-12-30T06:30:00-03:30"},
        {"Asia/Kathmandu", 1774746000, "2026-03-29T06:45:00+05:45"},
        {"Pacific/Apia", 1325239200, "2011-12-31T00:00:00+14:00"},
    };
    (void)state;
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char text[CALENDAR_TEXT_SIZE];
        set_zone(CASES[i].zone);
        assert_string_equal(calendar_format(text, CASES[i].second * 1000 + 999), CASES[i].text);
        (void)calendar_format(text, INT64_MIN);
        (void)calendar_format(text, INT64_MAX);
    }
}

static void test_zone_names(void **state) {
    assert_true(calendar_has_zone("Europe/Berlin"));
    set_zone("Asia/Kathmandu");
    must_refuse_zone("");
    must_refuse_zone("Mars/Olympus");
    must_refuse_zone("Europe");
    must_refuse_zone("Europe/");
    must_refuse_zone("europe/berlin/");
    must_refuse_zone("/usr/share/zoneinfo/Europe/Berlin");
    must_refuse_zone("../zoneinfo/Europe/Berlin");
    must_refuse_zone("Europe/../Europe/Berlin");
    must_refuse_zone(":Europe/Berlin");
    must_refuse_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    must_refuse_zone("zone.tab");
    must_refuse_zone("tzdata.zi");
    must_refuse_zone("right/Europe/Berlin");
    must_refuse_zone("Europe/Berlin ");
    must_refuse_zone("Europe/Berlin\n");
}

/* A machine without tzdata knows UTC; TZDIR names another database. */
static void test_zone_directory(void **state) {
    char directory[] = "/tmp/cxd-zones-XXXXXX";
    char path[128];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/Text", directory);
    write_file(path, "not a zone", strlen("not a zone"));
    set_zone("Asia/Kathmandu");
    setenv("TZDIR", directory, 1);
    must_refuse_zone("Europe/Berlin");
    must_refuse_zone("Text");
    set_zone("UTC");
    check_unit(CALENDAR_DAY, "2026-10-24T12:00:00Z", "2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z");
    unsetenv("TZDIR");
    unlink(path);
    rmdir(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_hard_days),
        cmocka_unit_test(test_hard_hours),
        cmocka_unit_test(test_units_partition_time),
        cmocka_unit_test(test_steps_add_up),
        cmocka_unit_test(test_day_starts_are_first_instants),
        cmocka_unit_test(test_hours_begin_at_minute_0),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_zone_names),
        cmocka_unit_test(test_zone_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
