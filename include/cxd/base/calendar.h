#ifndef CXD_BASE_CALENDAR_H
#define CXD_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* The calendar of the reporting time zone. The zone belongs to the process (it is glibc's TZ, which has every rule of
 * the IANA database): set it once at start, before threads. */

enum calendar_unit {
    CALENDAR_HOUR,
    CALENDAR_DAY,
    CALENDAR_WEEK, /* from Monday, ISO 8601 */
    CALENDAR_MONTH,
    CALENDAR_QUARTER,
    CALENDAR_YEAR
};
/* "hour", "day", … */
const char *calendar_unit_name(enum calendar_unit unit);

/* Sets the zone by its IANA name ("Asia/Kathmandu", "UTC"). ERR_CONFIG when there is no such zone on this machine
 * (glibc alone would silently use UTC). */
CXD_NODISCARD enum cxd_err calendar_set_zone(const char *name, struct error *err);

/* Whether calendar_set_zone would take the name; changes nothing. */
bool calendar_has_zone(const char *name);

/* The first instant of the unit that holds `time_ms`. A day begins at the first instant that bears its date, also
 * where midnight is skipped by daylight saving; an hour begins where the local minute is 0 (an hour may so last 30
 * to 120 minutes in a zone that shifts by half an hour). */
int64_t calendar_floor(enum calendar_unit unit, int64_t time_ms);

/* The start of the unit `count` units after (before, if negative) the one that holds `time_ms`. count 1 of floor(t) is
 * the end of t's unit: consecutive units share a boundary, so they partition time. A date that a move of the date line
 * left out (2011-12-30 in Apia) is not counted. */
int64_t calendar_add(enum calendar_unit unit, int64_t time_ms, int64_t count);

/* A date and time of day on the zone's wall clock. */
struct calendar_time {
    int year, month, day; /* month and day from 1 */
    int64_t ms;           /* since midnight as the clock shows it */
};

struct calendar_time calendar_civil(int64_t time_ms);

/* An instant as the zone's clock shows it: "2026-03-29T00:00:00+01:00" (RFC 3339), without fractions of a second. */
enum { CALENDAR_TEXT_SIZE = 32 };
const char *calendar_format(char out[CALENDAR_TEXT_SIZE], int64_t time_ms);

/* The first instant that bears a date and time of day (years 1970–9999, a date that exists); ms 0 is the start of the
 * day. A time that the clock skips is counted on from before the skip. */
int64_t calendar_instant(const struct calendar_time *civil);

/* The same, but a time that the clock skips is the first instant after the gap. */
int64_t calendar_instant_after_gap(const struct calendar_time *civil);

#endif
