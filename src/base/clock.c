/* Clocks, and the text forms of instants and durations. UTC only: the calendar of the reporting zone is calendar.c. */

#include "cxd/base/clock.h"

#include <string.h>
#include <time.h>

enum { DAY_S = 86400, DAYS_OF_ERA = 146097 };

/* 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z */
static const int64_t FIRST_MS = -62135596800000;
static const int64_t LAST_MS = 253402300799999;
#define DAY_MS INT64_C(86400000)

static int64_t clock_read_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void) {
    return clock_read_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void) {
    return clock_read_ms(CLOCK_MONOTONIC);
}

int64_t clock_running_ms(void) {
    return clock_read_ms(CLOCK_BOOTTIME);
}

int64_t clock_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The proleptic Gregorian calendar in eras of 400 years that begin on 1 March, so that the leap day is the last day
 * of its year and month lengths follow (153 m + 2) / 5. */
static int64_t days_of_date(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = year / 400; /* years are positive here */
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * DAYS_OF_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void put_digits(char *out, unsigned value, int count) {
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void put_milli(char *out, unsigned milli) {
    memcpy(out + 19, ".000Z", 6);
    put_digits(out + 20, milli, 3);
}

const char *time_format(char out[TIME_TEXT_SIZE], int64_t time_ms) {
    if (time_ms < FIRST_MS)
        time_ms = FIRST_MS;
    if (time_ms > LAST_MS)
        time_ms = LAST_MS;
    uint64_t ms = (uint64_t)(time_ms - FIRST_MS);
    unsigned milli = (unsigned)(ms % 1000);
    unsigned second = (unsigned)(ms / 1000 % DAY_S);
    unsigned days = (unsigned)(ms / 1000 / DAY_S) + 306; /* since 0000-03-01 */
    unsigned era = days / DAYS_OF_ERA;
    unsigned day_of_era = days % DAYS_OF_ERA;
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month_from_march = (5 * day_of_year + 2) / 153;
    unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    unsigned year = era * 400 + year_of_era + (month <= 2);

    memcpy(out, "0000-00-00T00:00:00Z", 21);
    put_digits(out, year, 4);
    put_digits(out + 5, month, 2);
    put_digits(out + 8, day_of_year - (153 * month_from_march + 2) / 5 + 1, 2);
    put_digits(out + 11, second / 3600, 2);
    put_digits(out + 14, second / 60 % 60, 2);
    put_digits(out + 17, second % 60, 2);
    if (milli)
        put_milli(out, milli);
    return out;
}

const char *time_format_whole(char out[TIME_TEXT_SIZE], int64_t time_ms) {
    if (time_format(out, time_ms)[TIME_WHOLE_LENGTH - 5] == 'Z')
        put_milli(out, 0);
    return out;
}

/* Reads `count` digits at `text`, -1 if one is none. */
static int read_digits(const char *text, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int days_in_month(int year, int month) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return DAYS[month - 1] + (month == 2 && leap);
}

/* ".123456789" at *at: moves past it. False if the fraction has no digit, or more than nine. */
static bool read_fraction(const char **at, const char *end, int *ret_milli) {
    static const int WEIGHT[] = {100, 10, 1};
    int milli = 0;
    int digits = 0;
    const char *p = *at + 1;
    for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
        if (digits < 3)
            milli += (*p - '0') * WEIGHT[digits];
    if (digits < 1 || digits > 9)
        return false;
    *at = p;
    *ret_milli = milli;
    return true;
}

/* "Z" or "+05:45", to the end. */
static bool read_offset(const char *at, const char *end, int *ret_seconds) {
    if (end - at == 1 && (*at == 'Z' || *at == 'z')) {
        *ret_seconds = 0;
        return true;
    }
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return false;
    int hour = read_digits(at + 1, 2);
    int minute = read_digits(at + 4, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    *ret_seconds = (*at == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

bool time_parse(const char *text, size_t length, int64_t *ret_ms) {
    if (length < 20 || length > 35)
        return false;
    if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
        (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
        return false;
    int year = read_digits(text, 4);
    int month = read_digits(text + 5, 2);
    int day = read_digits(text + 8, 2);
    int hour = read_digits(text + 11, 2);
    int minute = read_digits(text + 14, 2);
    int second = read_digits(text + 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    const char *at = text + 19;
    const char *end = text + length;
    int milli = 0;
    int offset = 0;
    if (*at == '.' && !read_fraction(&at, end, &milli))
        return false;
    if (!read_offset(at, end, &offset))
        return false;
    int64_t seconds = days_of_date(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second - offset;
    int64_t result = seconds * 1000 + milli;
    if (result < 0 || result > LAST_MS)
        return false;
    *ret_ms = result;
    return true;
}

/* The unit is a letter or two, "" for seconds. */
static bool parse_duration(const char *text, bool allow_ms, int64_t *ret_ms) {
    static const struct {
        const char *name;
        int64_t ms;
    } UNITS[] = {{"", 1000},    {"s", 1000},       {"m", 60 * 1000}, {"h", 3600 * 1000},
                 {"d", DAY_MS}, {"w", 7 * DAY_MS}, {"ms", 1}};
    const int64_t largest = 36525 * DAY_MS;
    int64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
        if (number > largest)
            return false;
    }
    if (at == text)
        return false;
    for (size_t i = 0; i < CXD_COUNT(UNITS) - !allow_ms; i++) {
        if (strcmp(at, UNITS[i].name) != 0)
            continue;
        if (number > largest / UNITS[i].ms)
            return false;
        *ret_ms = number * UNITS[i].ms;
        return true;
    }
    return false;
}

bool duration_parse(const char *text, int64_t *ret_seconds) {
    int64_t ms;
    if (!parse_duration(text, false, &ms))
        return false;
    *ret_seconds = ms / 1000;
    return true;
}

bool duration_parse_ms(const char *text, int64_t *ret_ms) {
    return parse_duration(text, true, ret_ms);
}
