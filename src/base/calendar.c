/* The calendar of the reporting zone: query/ cuts windows and trends along it. glibc knows every rule of the zone;
 * what it cannot say is where a day begins when its midnight does not exist or comes twice, so boundaries are found
 * here, from the offsets on both sides and the transition between them. */

#include "cxd/base/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cxd/base/clock.h"

enum { HOUR_S = 3600, DAY_S = 86400, COUNT_MAX = 10000000 };

/* Years 1 to 9999, less a margin for offsets and for the unit around it. */
static const int64_t FIRST_S = -62000000000;
static const int64_t LAST_S = 253000000000;

const char *calendar_unit_name(enum calendar_unit unit) {
    static const char *const NAMES[] = {
        [CALENDAR_HOUR] = "hour",   [CALENDAR_DAY] = "day",         [CALENDAR_WEEK] = "week",
        [CALENDAR_MONTH] = "month", [CALENDAR_QUARTER] = "quarter", [CALENDAR_YEAR] = "year",
    };
    return NAMES[unit];
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Windows begin and end with the same few days, request after request: what each thread asked the library last, which
 * takes a lock and counts years for it. */
enum { KNOWN_BITS = 6 };
struct known {
    unsigned zone; /* by its number; 0: nothing is known */
    int64_t second, offset;
};
static _Thread_local struct known known[1 << KNOWN_BITS];
static unsigned zone_number = 1;

/* Seconds east of UTC at an instant. */
static int64_t offset_at(int64_t second) {
    struct known *place = &known[(uint64_t)second * UINT64_C(0x9E3779B97F4A7C15) >> (64 - KNOWN_BITS)];
    if (place->zone != zone_number || place->second != second) {
        struct tm local;
        time_t time = second;
        *place = (struct known){zone_number, second, localtime_r(&time, &local) ? local.tm_gmtoff : 0};
    }
    return place->offset;
}

/* The first instant after `low`, at most `high`, where the offset is no longer that of `low`. */
static int64_t transition_between(int64_t low, int64_t high) {
    int64_t offset = offset_at(low);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_at(middle) == offset)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Local hours: they begin where the local minute is 0. Only a shift that is no whole number of hours matters. */

static int64_t hour_phase(int64_t second) {
    int64_t offset = offset_at(second);
    return offset - floor_div(offset, HOUR_S) * HOUR_S;
}

static int64_t hour_floor(int64_t second) {
    int64_t phase = hour_phase(second);
    int64_t start = floor_div(second + phase, HOUR_S) * HOUR_S - phase;
    if (hour_phase(start) == phase)
        return start;
    int64_t before = transition_between(start, second) - 1;
    phase = hour_phase(before);
    return floor_div(before + phase, HOUR_S) * HOUR_S - phase;
}

static int64_t hour_next(int64_t start) {
    int64_t next = start + HOUR_S;
    int64_t phase = hour_phase(next);
    if (hour_phase(start) == phase)
        return next;
    int64_t shift = transition_between(start, next);
    phase = hour_phase(shift);
    return -floor_div(-(shift + phase), HOUR_S) * HOUR_S - phase;
}

static int64_t hour_add(int64_t start, int64_t count) {
    while (count != 0) {
        int64_t step = count > 0 ? DAY_S : -DAY_S;
        if (llabs(count) >= DAY_S / HOUR_S && hour_phase(start) == hour_phase(start + step)) {
            start += step;
            count -= step / HOUR_S;
        } else {
            start = count > 0 ? hour_next(start) : hour_floor(start - 1);
            count -= count > 0 ? 1 : -1;
        }
    }
    return start;
}

/* Local dates, as days since 1970-01-01. */

static int64_t days_of_date(int64_t year, int64_t month, int64_t day) {
    struct tm date = {.tm_year = (int)(year - 1900), .tm_mon = (int)(month - 1), .tm_mday = (int)day};
    return timegm(&date) / DAY_S;
}

static int64_t date_at(int64_t second) {
    return floor_div(second + offset_at(second), DAY_S);
}

/* The first instant whose local date is `day` or later. Offsets lie within 16 hours, so local midnight lies between
 * `low` and `high`, and at most one transition with it. */
static int64_t day_start(int64_t day) {
    int64_t low = day * DAY_S - 16 * HOUR_S;
    int64_t high = day * DAY_S + 16 * HOUR_S;
    int64_t before = offset_at(low);
    int64_t after = offset_at(high);
    if (before == after)
        return day * DAY_S - before;
    int64_t shift = transition_between(low, high);
    if (day * DAY_S - before < shift)
        return day * DAY_S - before;
    return shift + after >= day * DAY_S ? shift : day * DAY_S - after;
}

/* The day that holds an instant. Where the clock is set back over midnight, the rest of the old date belongs to the
 * new day, which has already begun. */
static int64_t day_of(int64_t second) {
    int64_t day = date_at(second);
    return day_start(day + 1) <= second ? day + 1 : day;
}

/* `count` days on from `day`. A date that a move of the date line left out (Apia, 2011-12-30) is no day: it is not
 * counted, so that one step never stands still and two steps are a step of two. */
static int64_t day_add(int64_t day, int64_t count) {
    int64_t target = day + count;
    int64_t low = (count < 0 ? target : day) * DAY_S - 24 * HOUR_S;
    int64_t high = (count < 0 ? day : target) * DAY_S + 24 * HOUR_S;
    if (offset_at(high) - offset_at(low) < 20 * HOUR_S)
        return target;
    while (high - low > 1) { /* not by equal offsets: daylight saving moves them too */
        int64_t middle = low + (high - low) / 2;
        if (offset_at(middle) - offset_at(low) < 12 * HOUR_S)
            low = middle;
        else
            high = middle;
    }
    int64_t skipped = date_at(high - 1) + 1;
    if (day_start(skipped) != day_start(skipped + 1))
        return target;
    if (count > 0 && skipped > day && skipped <= target)
        return target + 1;
    if (count < 0 && skipped < day && skipped >= target)
        return target - 1;
    return target;
}

/* Longer units are runs of days: the first date of the unit `count` units after the one that holds a date. */
static int64_t unit_day(enum calendar_unit unit, int64_t day, int64_t count) {
    static const int MONTHS[] = {[CALENDAR_MONTH] = 1, [CALENDAR_QUARTER] = 3, [CALENDAR_YEAR] = 12};
    if (unit == CALENDAR_WEEK) /* 1970-01-01 was a Thursday */
        return (floor_div(day + 3, 7) + count) * 7 - 3;
    struct tm date;
    time_t time = day * DAY_S;
    if (!gmtime_r(&time, &date))
        return day;
    int64_t months = ((int64_t)date.tm_year + 1900) * 12 + date.tm_mon;
    months = (floor_div(months, MONTHS[unit]) + count) * MONTHS[unit];
    if (months < 12)
        months = 12;
    if (months > 9999 * 12)
        months = 9999 * 12;
    return days_of_date(months / 12, months % 12 + 1, 1);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

int64_t calendar_add(enum calendar_unit unit, int64_t time_ms, int64_t count) {
    int64_t second = clamp(floor_div(time_ms, 1000), FIRST_S, LAST_S);
    count = clamp(count, -COUNT_MAX, COUNT_MAX);
    if (unit == CALENDAR_HOUR)
        return hour_add(hour_floor(second), count) * 1000;
    int64_t day = day_of(second);
    day = unit == CALENDAR_DAY ? day_add(day, count) : unit_day(unit, day, count);
    return day_start(clamp(day, FIRST_S / DAY_S, LAST_S / DAY_S)) * 1000;
}

int64_t calendar_floor(enum calendar_unit unit, int64_t time_ms) {
    return calendar_add(unit, time_ms, 0);
}

/* Dates and times of day. */

struct calendar_time calendar_civil(int64_t time_ms) {
    time_ms = clamp(time_ms, FIRST_S * 1000, LAST_S * 1000); /* with its fraction, so that order is kept */
    int64_t second = floor_div(time_ms, 1000);
    int64_t day = date_at(second);
    struct tm date;
    time_t midnight = day * DAY_S;
    gmtime_r(&midnight, &date);
    return (struct calendar_time){
        .year = date.tm_year + 1900,
        .month = date.tm_mon + 1,
        .day = date.tm_mday,
        .ms = (second + offset_at(second) - day * DAY_S) * 1000 + (time_ms - floor_div(time_ms, 1000) * 1000),
    };
}

const char *calendar_format(char out[CALENDAR_TEXT_SIZE], int64_t time_ms) {
    struct calendar_time civil = calendar_civil(time_ms);
    int second = (int)(civil.ms / 1000);
    int offset = (int)offset_at(floor_div(clamp(time_ms, FIRST_S * 1000, LAST_S * 1000), 1000)) / 60;
    int away = offset < 0 ? -offset : offset;
    int length = snprintf(out, CALENDAR_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", civil.year % 10000,
                          civil.month % 100, civil.day % 100, second / 3600 % 100, second / 60 % 60, second % 60,
                          offset < 0 ? '-' : '+', away / 60 % 100, away % 60);
    return length > 0 ? out : "";
}

int64_t calendar_instant(const struct calendar_time *civil) {
    int64_t day = days_of_date(civil->year, civil->month, civil->day);
    int64_t start = day_start(day);
    if (civil->ms == 0)
        return start * 1000;
    int64_t local = day * DAY_S + civil->ms / 1000;
    int64_t offset = offset_at(start);
    if (local - offset < start) /* skipped together with the day's midnight */
        return (local - offset_at(start - 1)) * 1000 + civil->ms % 1000;
    int64_t after = offset_at(local - offset);
    if (after != offset && offset_at(local - after) == after)
        offset = after;
    return (local - offset) * 1000 + civil->ms % 1000;
}

int64_t calendar_instant_after_gap(const struct calendar_time *civil) {
    int64_t instant = calendar_instant(civil);
    int64_t local = days_of_date(civil->year, civil->month, civil->day) * DAY_S + civil->ms / 1000;
    int64_t second = floor_div(instant, 1000);
    int64_t low = local - offset_at(second);
    if (civil->ms == 0 || low == second) /* the start of a day is never before it; the clock shows the time */
        return instant;
    return transition_between(low, second) * 1000;
}

/* The zone. */

static bool name_valid(const char *name) {
    static const char CHARACTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t length = strspn(name, CHARACTERS);
    return length >= 1 && length <= 128 && name[length] == '\0' && name[0] != '/' && name[length - 1] != '/' &&
           strncmp(name, "right/", 6) != 0; /* those count leap seconds, which POSIX time does not */
}

static bool zone_exists(const char *name) {
    const char *directory = getenv("TZDIR");
    if (!directory || !*directory)
        directory = "/usr/share/zoneinfo";
    char *path = NULL;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        return false;
    char magic[4] = {0};
    FILE *file = fopen(path, "re");
    bool exists = file && fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    if (file)
        fclose(file);
    free(path);
    return exists;
}

bool calendar_has_zone(const char *name) {
    return strcmp(name, "UTC") == 0 || (name_valid(name) && zone_exists(name)); /* UTC needs no database */
}

enum cxd_err calendar_set_zone(const char *name, struct error *err) {
    if (!calendar_has_zone(name))
        return error_set(err, ERR_CONFIG,
                         "there is no time zone \"%s\" on this machine (an IANA name as Europe/Berlin; package tzdata)",
                         name);
    if (setenv("TZ", strcmp(name, "UTC") == 0 ? "UTC0" : name, 1) != 0)
        return error_set(err, ERR_SYSTEM, "cannot set the time zone: %s", strerror(errno));
    tzset();
    zone_number++;
    return CXD_OK;
}
