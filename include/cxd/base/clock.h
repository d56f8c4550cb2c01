#ifndef CXD_BASE_CLOCK_H
#define CXD_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* Times are milliseconds since 1970-01-01T00:00:00Z in an int64_t named …_ms (or …_at). INT64_MIN and INT64_MAX mean
 * "no lower bound" and "no upper bound". Code below api/ takes the time as an argument and never reads a clock. */

#define TIME_MIN INT64_MIN
#define TIME_MAX INT64_MAX

int64_t clock_now_ms(void);       /* CLOCK_REALTIME */
int64_t clock_monotonic_ms(void); /* CLOCK_MONOTONIC */
int64_t clock_running_ms(void);   /* CLOCK_BOOTTIME: as monotonic, and on while the machine sleeps */
int64_t clock_monotonic_ns(void); /* the same, to the nanosecond */

enum { TIME_TEXT_SIZE = 32 };

/* Writes an RFC 3339 UTC time, "2026-10-24T00:00:00Z", with ".123" only when the milliseconds are not zero. Returns
 * `out`. Years 0001 to 9999. */
const char *time_format(char out[TIME_TEXT_SIZE], int64_t time_ms);
/* The same, always with the milliseconds: "2026-10-24T00:00:00.000Z". */
enum { TIME_WHOLE_LENGTH = 24 };
const char *time_format_whole(char out[TIME_TEXT_SIZE], int64_t time_ms);

/* Reads an RFC 3339 date-time (any offset, 'T' or 't' or a blank, 1–9 fraction digits cut to milliseconds, second 60
 * taken as the next minute), years 1970–9999; false if it is not one (also Feb 30, hour 24). `length` bytes, no NUL
 * needed. */
CXD_NODISCARD bool time_parse(const char *text, size_t length, int64_t *ret_ms);

/* Reads a duration: a whole number of seconds, or a number with s, m, h, d or w ("30m"). Result in seconds; false if
 * it is none, negative, or above 100 years. */
CXD_NODISCARD bool duration_parse(const char *text, int64_t *ret_seconds);
/* The same in milliseconds, which may also be given so ("250ms"). */
CXD_NODISCARD bool duration_parse_ms(const char *text, int64_t *ret_ms);

#endif
