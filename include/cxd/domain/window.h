#ifndef CXD_DOMAIN_WINDOW_H
#define CXD_DOMAIN_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/calendar.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* A half-open interval of time [from, to), and how windows are named, shifted, cut into buckets and covered by tiers.
 *
 * Named windows are whole calendar periods of the reporting zone: `today`, `week`, `month`, `quarter`, `year` hold
 * the current one up to its end; `yesterday`, `last_week`, … the whole one before it; `Nd` (1–3660) is the N calendar
 * days that end with today, so that a score over `30d`, the last bucket of a daily trend with rolling=30d, and the
 * same call a minute later agree; `all` has no bounds. */

enum window_kind { WINDOW_RANGE, WINDOW_DAYS, WINDOW_CALENDAR, WINDOW_ALL };

struct window {
    int64_t from, to; /* TIME_MIN / TIME_MAX where unbounded */
    enum window_kind kind;
    enum calendar_unit unit; /* of WINDOW_CALENDAR */
    int64_t days;            /* of WINDOW_DAYS */
};

/* Reads a window's name at `now_ms`; false if there is none of that name. */
CXD_NODISCARD bool window_parse(const char *name, int64_t now_ms, struct window *ret_window);
/* Reads a bound: RFC 3339, or a date "2026-10-24" (the start of that day in the reporting zone). */
CXD_NODISCARD bool window_parse_bound(const char *text, int64_t *ret_ms);

/* `compare=previous`: for calendar windows the period before; for days the N calendar days before; for a range the same
 * length ending at `from`. False where there is none (an unbounded side). */
CXD_NODISCARD bool window_previous(const struct window *window, struct window *ret_window);
/* `compare=year`: the same window a year earlier: date and time of day of both bounds on the zone's calendar, one year
 * less. Feb 29 becomes Feb 28, but an end at its start, which is the end of Feb 28, becomes Mar 1. False where a side
 * is unbounded. */
CXD_NODISCARD bool window_year_before(const struct window *window, struct window *ret_window);

/* Cuts a calendar window that is still running at `now_ms` where it stands, and `other`, the window that it is held
 * against, at the same part: the same number of calendar days and the same time of the day from its start, and not past
 * its end. Where it stands is the last full minute, or with `at_midnight` the last midnight. False, and nothing is
 * changed, for a window that is not running or is no calendar one. */
bool window_cut(struct window *window, struct window *other, int64_t now_ms, bool at_midnight);
/* Moves the bounds outward to whole days of the zone; true if one moved. A range becomes a run of days, so that the
 * window before it is one too. */
bool window_round(struct window *window);
bool window_overlaps(const struct window *window, const struct window *other);

/* `days` calendar days before a time, at the same time of the day by the zone's clock. The days of a figure that rolls.
 */
int64_t window_days_before(int64_t time_ms, int64_t days);

/* Boundaries of the trend's buckets: whole calendar units that overlap [from, to), the first and last clipped to it.
 * Writes bucket_count + 1 ascending times. ERR_BAD_PARAMETER when there are more than `max` buckets (the first `max`
 * times are written then), or where the window is unbounded or empty. */
CXD_NODISCARD enum cxd_err window_buckets(const struct window *window, enum calendar_unit unit, size_t max,
                                          int64_t *ret_bounds, size_t *ret_count, struct error *err);

/* window_cover.c: the tiers of rollups, coarsest first. A rollup row of tier T and bucket b holds the responses with
 * b ≤ answered_at < b + length(T), b a multiple of the length since 1970 (UTC). TIER_ALL has one bucket, 0. TIER_RAW is
 * the responses themselves. Quarter hours are there because every zone's midnight lies on one. */
enum tier { TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR, TIER_RAW, TIER_COUNT };
int64_t tier_length_ms(enum tier tier);               /* 0 for ALL and RAW */
int64_t tier_bucket(enum tier tier, int64_t time_ms); /* floor, also for times before 1970 */

/* A run [from, to) to be read from one tier. */
struct span {
    enum tier tier;
    int64_t from, to;
};

/* Covers the partition bounds[0..count-1] (ascending, count ≥ 2) with spans in ascending order, such that no rollup
 * bucket crosses a bound, each stretch uses the coarsest tier that fits, none finer than `finest` (TIER_DAY …
 * TIER_QUARTER_HOUR) but TIER_RAW, and adjacent spans of one tier are merged (also across bounds). Exactly (TIME_MIN,
 * TIME_MAX) as the only two bounds gives one TIER_ALL span; otherwise an unbounded side is read as days. Writes at most
 * 9·(count−1) spans; returns their number. */
size_t window_cover(const int64_t *bounds, size_t count, enum tier finest, struct span *ret_spans);

/* A day of UTC that lies in a partition in part, or in pieces. */
struct cut_day {
    int64_t from, to;             /* the day */
    int64_t first, end;           /* what of it is in the partition */
    int64_t piece_from, piece_to; /* the longest piece of that which lies in one bucket */
};

/* The day of a time within the partition. True where less is read of it if the longest piece is taken for the day less
 * all else of it (what lies outside the partition too) than if each piece is read. */
bool window_cut_day(const int64_t *bounds, size_t count, int64_t time_ms, struct cut_day *ret_day);

#endif
