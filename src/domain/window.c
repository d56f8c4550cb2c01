/* Windows of time: how they are named, what lies before them, and how a trend cuts them. api/ reads them off a request,
 * query/ asks the store for them. Every rule of the zone is calendar.c's. */
#include "cxd/domain/window.h"

#include <assert.h>
#include <string.h>

#include "cxd/base/clock.h"

enum { DAYS_MAX = 3660, DATE_LENGTH = 10, MINUTE_MS = 60 * 1000 };

static const int64_t DAY_MS = 24 * 60 * INT64_C(60000);

/* `ago`: how many periods before the current one. */
static const struct {
    const char *name;
    enum calendar_unit unit;
    int ago;
} CALENDAR_WINDOWS[] = {
    {"today", CALENDAR_DAY, 0},       {"yesterday", CALENDAR_DAY, 1},        {"week", CALENDAR_WEEK, 0},
    {"last_week", CALENDAR_WEEK, 1},  {"month", CALENDAR_MONTH, 0},          {"last_month", CALENDAR_MONTH, 1},
    {"quarter", CALENDAR_QUARTER, 0}, {"last_quarter", CALENDAR_QUARTER, 1}, {"year", CALENDAR_YEAR, 0},
    {"last_year", CALENDAR_YEAR, 1},
};

/* "30d": 0 if it is none. */
static int64_t parse_days(const char *name) {
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits > 4 || name[0] == '0' || strcmp(name + digits, "d") != 0)
        return 0;
    int64_t days = 0;
    for (size_t i = 0; i < digits; i++)
        days = days * 10 + (name[i] - '0');
    return days <= DAYS_MAX ? days : 0;
}

bool window_parse(const char *name, int64_t now_ms, struct window *ret_window) {
    if (strcmp(name, "all") == 0) {
        *ret_window = (struct window){.from = TIME_MIN, .to = TIME_MAX, .kind = WINDOW_ALL};
        return true;
    }
    for (size_t i = 0; i < CXD_COUNT(CALENDAR_WINDOWS); i++) {
        enum calendar_unit unit = CALENDAR_WINDOWS[i].unit;
        if (strcmp(name, CALENDAR_WINDOWS[i].name) == 0) {
            int ago = CALENDAR_WINDOWS[i].ago;
            *ret_window = (struct window){.from = calendar_add(unit, now_ms, -ago),
                                          .to = calendar_add(unit, now_ms, 1 - ago),
                                          .kind = WINDOW_CALENDAR,
                                          .unit = unit};
            return true;
        }
    }
    int64_t days = parse_days(name);
    if (days == 0)
        return false;
    *ret_window = (struct window){.from = calendar_add(CALENDAR_DAY, now_ms, 1 - days),
                                  .to = calendar_add(CALENDAR_DAY, now_ms, 1),
                                  .kind = WINDOW_DAYS,
                                  .days = days};
    return true;
}

bool window_parse_bound(const char *text, int64_t *ret_ms) {
    size_t length = strlen(text);
    if (length != DATE_LENGTH)
        return time_parse(text, length, ret_ms);
    /* A date is one if midnight UTC of it is a time; which instant it means is the zone's to say. */
    char midnight[DATE_LENGTH + sizeof "T00:00:00Z"];
    memcpy(midnight, text, DATE_LENGTH);
    memcpy(midnight + DATE_LENGTH, "T00:00:00Z", sizeof "T00:00:00Z");
    int64_t parsed;
    if (!time_parse(midnight, strlen(midnight), &parsed))
        return false;
    struct calendar_time date = {
        .year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'),
        .month = (text[5] - '0') * 10 + (text[6] - '0'),
        .day = (text[8] - '0') * 10 + (text[9] - '0'),
    };
    *ret_ms = calendar_instant(&date);
    return true;
}

static bool is_bounded(const struct window *window) {
    return window->from != TIME_MIN && window->to != TIME_MAX;
}

bool window_previous(const struct window *window, struct window *ret_window) {
    if (!is_bounded(window))
        return false;
    struct window previous = *window;
    previous.to = window->from;
    if (window->kind == WINDOW_CALENDAR)
        previous.from = calendar_add(window->unit, window->from, -1);
    else if (window->kind == WINDOW_DAYS)
        previous.from = calendar_add(CALENDAR_DAY, window->from, -window->days);
    else
        previous.from = window->from - (window->to - window->from);
    *ret_window = previous;
    return true;
}

/* The time of the day by the zone's clock; 0 at a day's start, also where the clock skips midnight. */
static int64_t time_of_day(int64_t time_ms) {
    return time_ms == calendar_floor(CALENDAR_DAY, time_ms) ? 0 : calendar_civil(time_ms).ms;
}

/* `count` calendar days on, at that time of the day. */
static int64_t add_days(int64_t time_ms, int64_t count, int64_t time_of_day_ms) {
    int64_t start = calendar_add(CALENDAR_DAY, time_ms, count);
    if (time_of_day_ms == 0)
        return start;
    struct calendar_time civil = calendar_civil(start);
    civil.ms = time_of_day_ms;
    return calendar_instant(&civil);
}

int64_t window_days_before(int64_t time_ms, int64_t days) {
    return add_days(time_ms, -days, time_of_day(time_ms));
}

bool window_cut(struct window *window, struct window *other, int64_t now_ms, bool at_midnight) {
    if (window->kind != WINDOW_CALENDAR || now_ms < window->from || now_ms >= window->to)
        return false;
    int64_t day = calendar_floor(CALENDAR_DAY, now_ms);
    int64_t end = at_midnight ? day : now_ms - now_ms % MINUTE_MS;
    if (end < window->from)
        end = window->from; /* in the first minute of a period that does not begin with one */
    int64_t days = (day - window->from + DAY_MS / 2) / DAY_MS; /* days of 23 and 25 hours among them */
    int64_t other_end = add_days(other->from, days, time_of_day(end));
    window->to = end;
    if (other_end < other->to)
        other->to = other_end;
    return true;
}

bool window_round(struct window *window) {
    struct window whole = *window;
    if (window->from != TIME_MIN)
        whole.from = calendar_floor(CALENDAR_DAY, window->from);
    if (window->to != TIME_MAX && window->to != calendar_floor(CALENDAR_DAY, window->to))
        whole.to = calendar_add(CALENDAR_DAY, window->to, 1);
    bool moved = whole.from != window->from || whole.to != window->to;
    if (whole.kind == WINDOW_RANGE && is_bounded(&whole)) {
        whole.kind = WINDOW_DAYS; /* what lies before it are whole days too, also of 23 hours */
        whole.days = (whole.to - whole.from + DAY_MS / 2) / DAY_MS;
    }
    *window = whole;
    return moved;
}

bool window_overlaps(const struct window *window, const struct window *other) {
    return window->from < other->to && other->from < window->to;
}

/* The same date and time of day a year earlier. A leap day becomes Feb 28, or Mar 1 where `leap_up`. */
static int64_t year_before(int64_t time_ms, bool leap_up) {
    struct calendar_time civil = calendar_civil(time_ms);
    civil.ms = time_of_day(time_ms);
    civil.year--;
    if (civil.month == 2 && civil.day == 29) {
        civil.month = leap_up ? 3 : 2;
        civil.day = leap_up ? 1 : 28;
    }
    return calendar_instant(&civil);
}

bool window_year_before(const struct window *window, struct window *ret_window) {
    if (!is_bounded(window))
        return false;
    struct window before = {.from = year_before(window->from, false), .kind = WINDOW_RANGE};
    /* An end at the start of Feb 29 is the end of Feb 28: it stays that, so that Feb 28 has a day before it. */
    before.to = year_before(window->to, window->to == calendar_floor(CALENDAR_DAY, window->to));
    if (before.to <= before.from)
        before.to = year_before(window->to, true);
    /* Weeks and runs of days begin elsewhere a year earlier; longer units stay what they are. */
    if (window->kind == WINDOW_CALENDAR && window->unit != CALENDAR_WEEK) {
        before.kind = WINDOW_CALENDAR;
        before.unit = window->unit;
    }
    *ret_window = before;
    return true;
}

enum cxd_err window_buckets(const struct window *window, enum calendar_unit unit, size_t max, int64_t *ret_bounds,
                            size_t *ret_count, struct error *err) {
    if (!is_bounded(window) || window->from >= window->to)
        return error_set(err, ERR_BAD_PARAMETER, "a trend needs a window that begins before it ends");
    size_t count = 0;
    int64_t bound = window->from;
    while (bound < window->to) {
        if (count == max)
            return error_set(err, ERR_BAD_PARAMETER, "the window has more than %zu buckets: use a longer interval",
                             max);
        ret_bounds[count++] = bound;
        int64_t next = calendar_add(unit, bound, 1);
        if (next <= bound) /* past the calendar's last year */
            break;
        bound = next;
    }
    ret_bounds[count] = window->to;
    *ret_count = count;
    return CXD_OK;
}
