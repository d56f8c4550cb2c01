/* Windows in several zones, against Python's zoneinfo (the script stands beside the table), and the cutting of trends.
 */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/domain/window.h"

static void set_zone(const char *name) {
    struct error err;
    if (calendar_set_zone(name, &err) != CXD_OK)
        fail_msg("%s", err.detail);
}

/* "2026-10-24T12:00Z", or with seconds or an offset */
static int64_t at(const char *text) {
    char full[40];
    if (strlen(text) == 17)
        snprintf(full, sizeof full, "%.16s:00Z", text);
    else
        snprintf(full, sizeof full, "%s", text);
    int64_t time_ms;
    if (!time_parse(full, strlen(full), &time_ms))
        fail_msg("%s is no time", text);
    return time_ms;
}

static void check_time(const char *what, int64_t got, const char *expected) {
    char text[TIME_TEXT_SIZE];
    if (got != at(expected))
        fail_msg("%s: %s, not %s", what, time_format(text, got), expected);
}

/* z = ZoneInfo(zone); d = now.astimezone(z).date(); today: d, d+1. week: Monday of d, +7. month, quarter, year: the
 * first of it, the first of the next; yesterday and last_…: that which ends with the start of the current one. Nd:
 * d+1-N, d+1. The one before: the same of the period (or N days) before. A year before: both dates
 * .replace(year=year-1), Feb 29 as Feb 28, as an end Mar 1. Each printed as datetime(y, m, d,
 * tzinfo=z).astimezone(utc). */
static const struct {
    const char *zone, *now, *name;
    const char *window[2];
    const char *previous; /* its start: its end is the window's */
    const char *year_before[2];
} WINDOWS[] = {
    /* clang-format off */
    {"UTC", "2026-10-24T12:00Z", "today",
     {"2026-10-24T00:00Z", "2026-10-25T00:00Z"}, "2026-10-23T00:00Z", {"2025-10-24T00:00Z", "2025-10-25T00:00Z"}},
    {"UTC", "2026-10-24T12:00Z", "week",
     {"2026-10-19T00:00Z", "2026-10-26T00:00Z"}, "2026-10-12T00:00Z", {"2025-10-19T00:00Z", "2025-10-26T00:00Z"}},
    {"UTC", "2026-10-24T12:00Z", "month",
     {"2026-10-01T00:00Z", "2026-11-01T00:00Z"}, "2026-09-01T00:00Z", {"2025-10-01T00:00Z", "2025-11-01T00:00Z"}},
    {"UTC", "2026-10-24T12:00Z", "quarter",
     {"2026-10-01T00:00Z", "2027-01-01T00:00Z"}, "2026-07-01T00:00Z", {"2025-10-01T00:00Z", "2026-01-01T00:00Z"}},
    {"UTC", "2026-10-24T12:00Z", "year",
     {"2026-01-01T00:00Z", "2027-01-01T00:00Z"}, "2025-01-01T00:00Z", {"2025-01-01T00:00Z", "2026-01-01T00:00Z"}},
    {"UTC", "2026-10-24T12:00Z", "30d",
     {"2026-09-25T00:00Z", "2026-10-25T00:00Z"}, "2026-08-26T00:00Z", {"2025-09-25T00:00Z", "2025-10-25T00:00Z"}},
    {"UTC", "2026-10-24T12:00Z", "366d",
     {"2025-10-24T00:00Z", "2026-10-25T00:00Z"}, "2024-10-23T00:00Z", {"2024-10-24T00:00Z", "2025-10-25T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "today",
     {"2028-02-29T00:00Z", "2028-03-01T00:00Z"}, "2028-02-28T00:00Z", {"2027-02-28T00:00Z", "2027-03-01T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "week",
     {"2028-02-28T00:00Z", "2028-03-06T00:00Z"}, "2028-02-21T00:00Z", {"2027-02-28T00:00Z", "2027-03-06T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "month",
     {"2028-02-01T00:00Z", "2028-03-01T00:00Z"}, "2028-01-01T00:00Z", {"2027-02-01T00:00Z", "2027-03-01T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "quarter",
     {"2028-01-01T00:00Z", "2028-04-01T00:00Z"}, "2027-10-01T00:00Z", {"2027-01-01T00:00Z", "2027-04-01T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "year",
     {"2028-01-01T00:00Z", "2029-01-01T00:00Z"}, "2027-01-01T00:00Z", {"2027-01-01T00:00Z", "2028-01-01T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "30d",
     {"2028-01-31T00:00Z", "2028-03-01T00:00Z"}, "2028-01-01T00:00Z", {"2027-01-31T00:00Z", "2027-03-01T00:00Z"}},
    {"UTC", "2028-02-29T23:59Z", "366d",
     {"2027-03-01T00:00Z", "2028-03-01T00:00Z"}, "2026-02-28T00:00Z", {"2026-03-01T00:00Z", "2027-03-01T00:00Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "today",
     {"2026-10-23T18:15Z", "2026-10-24T18:15Z"}, "2026-10-22T18:15Z", {"2025-10-23T18:15Z", "2025-10-24T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "week",
     {"2026-10-18T18:15Z", "2026-10-25T18:15Z"}, "2026-10-11T18:15Z", {"2025-10-18T18:15Z", "2025-10-25T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "month",
     {"2026-09-30T18:15Z", "2026-10-31T18:15Z"}, "2026-08-31T18:15Z", {"2025-09-30T18:15Z", "2025-10-31T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "quarter",
     {"2026-09-30T18:15Z", "2026-12-31T18:15Z"}, "2026-06-30T18:15Z", {"2025-09-30T18:15Z", "2025-12-31T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "year",
     {"2025-12-31T18:15Z", "2026-12-31T18:15Z"}, "2024-12-31T18:15Z", {"2024-12-31T18:15Z", "2025-12-31T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "30d",
     {"2026-09-24T18:15Z", "2026-10-24T18:15Z"}, "2026-08-25T18:15Z", {"2025-09-24T18:15Z", "2025-10-24T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "366d",
     {"2025-10-23T18:15Z", "2026-10-24T18:15Z"}, "2024-10-22T18:15Z", {"2024-10-23T18:15Z", "2025-10-24T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "today",
     {"2026-10-24T18:15Z", "2026-10-25T18:15Z"}, "2026-10-23T18:15Z", {"2025-10-24T18:15Z", "2025-10-25T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "week",
     {"2026-10-18T18:15Z", "2026-10-25T18:15Z"}, "2026-10-11T18:15Z", {"2025-10-18T18:15Z", "2025-10-25T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "month",
     {"2026-09-30T18:15Z", "2026-10-31T18:15Z"}, "2026-08-31T18:15Z", {"2025-09-30T18:15Z", "2025-10-31T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "quarter",
     {"2026-09-30T18:15Z", "2026-12-31T18:15Z"}, "2026-06-30T18:15Z", {"2025-09-30T18:15Z", "2025-12-31T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "year",
     {"2025-12-31T18:15Z", "2026-12-31T18:15Z"}, "2024-12-31T18:15Z", {"2024-12-31T18:15Z", "2025-12-31T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "30d",
     {"2026-09-25T18:15Z", "2026-10-25T18:15Z"}, "2026-08-26T18:15Z", {"2025-09-25T18:15Z", "2025-10-25T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:15Z", "366d",
     {"2025-10-24T18:15Z", "2026-10-25T18:15Z"}, "2024-10-23T18:15Z", {"2024-10-24T18:15Z", "2025-10-25T18:15Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "today",
     {"2026-03-08T05:00Z", "2026-03-09T04:00Z"}, "2026-03-07T05:00Z", {"2025-03-08T05:00Z", "2025-03-09T05:00Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "week",
     {"2026-03-02T05:00Z", "2026-03-09T04:00Z"}, "2026-02-23T05:00Z", {"2025-03-02T05:00Z", "2025-03-09T05:00Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "month",
     {"2026-03-01T05:00Z", "2026-04-01T04:00Z"}, "2026-02-01T05:00Z", {"2025-03-01T05:00Z", "2025-04-01T04:00Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "quarter",
     {"2026-01-01T05:00Z", "2026-04-01T04:00Z"}, "2025-10-01T04:00Z", {"2025-01-01T05:00Z", "2025-04-01T04:00Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "year",
     {"2026-01-01T05:00Z", "2027-01-01T05:00Z"}, "2025-01-01T05:00Z", {"2025-01-01T05:00Z", "2026-01-01T05:00Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "30d",
     {"2026-02-07T05:00Z", "2026-03-09T04:00Z"}, "2026-01-08T05:00Z", {"2025-02-07T05:00Z", "2025-03-09T05:00Z"}},
    {"America/New_York", "2026-03-08T12:00Z", "366d",
     {"2025-03-08T05:00Z", "2026-03-09T04:00Z"}, "2024-03-07T05:00Z", {"2024-03-08T05:00Z", "2025-03-09T05:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "today",
     {"2026-11-01T04:00Z", "2026-11-02T05:00Z"}, "2026-10-31T04:00Z", {"2025-11-01T04:00Z", "2025-11-02T04:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "week",
     {"2026-10-26T04:00Z", "2026-11-02T05:00Z"}, "2026-10-19T04:00Z", {"2025-10-26T04:00Z", "2025-11-02T04:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "month",
     {"2026-11-01T04:00Z", "2026-12-01T05:00Z"}, "2026-10-01T04:00Z", {"2025-11-01T04:00Z", "2025-12-01T05:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "quarter",
     {"2026-10-01T04:00Z", "2027-01-01T05:00Z"}, "2026-07-01T04:00Z", {"2025-10-01T04:00Z", "2026-01-01T05:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "year",
     {"2026-01-01T05:00Z", "2027-01-01T05:00Z"}, "2025-01-01T05:00Z", {"2025-01-01T05:00Z", "2026-01-01T05:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "30d",
     {"2026-10-03T04:00Z", "2026-11-02T05:00Z"}, "2026-09-03T04:00Z", {"2025-10-03T04:00Z", "2025-11-02T04:00Z"}},
    {"America/New_York", "2026-11-01T05:30Z", "366d",
     {"2025-11-01T04:00Z", "2026-11-02T05:00Z"}, "2024-10-31T04:00Z", {"2024-11-01T04:00Z", "2025-11-02T04:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "today",
     {"2028-02-29T05:00Z", "2028-03-01T05:00Z"}, "2028-02-28T05:00Z", {"2027-02-28T05:00Z", "2027-03-01T05:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "week",
     {"2028-02-28T05:00Z", "2028-03-06T05:00Z"}, "2028-02-21T05:00Z", {"2027-02-28T05:00Z", "2027-03-06T05:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "month",
     {"2028-02-01T05:00Z", "2028-03-01T05:00Z"}, "2028-01-01T05:00Z", {"2027-02-01T05:00Z", "2027-03-01T05:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "quarter",
     {"2028-01-01T05:00Z", "2028-04-01T04:00Z"}, "2027-10-01T04:00Z", {"2027-01-01T05:00Z", "2027-04-01T04:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "year",
     {"2028-01-01T05:00Z", "2029-01-01T05:00Z"}, "2027-01-01T05:00Z", {"2027-01-01T05:00Z", "2028-01-01T05:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "30d",
     {"2028-01-31T05:00Z", "2028-03-01T05:00Z"}, "2028-01-01T05:00Z", {"2027-01-31T05:00Z", "2027-03-01T05:00Z"}},
    {"America/New_York", "2028-03-01T04:59Z", "366d",
     {"2027-03-01T05:00Z", "2028-03-01T05:00Z"}, "2026-02-28T05:00Z", {"2026-03-01T05:00Z", "2027-03-01T05:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "today",
     {"2026-03-28T23:00Z", "2026-03-29T22:00Z"}, "2026-03-27T23:00Z", {"2025-03-28T23:00Z", "2025-03-29T23:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "week",
     {"2026-03-22T23:00Z", "2026-03-29T22:00Z"}, "2026-03-15T23:00Z", {"2025-03-22T23:00Z", "2025-03-29T23:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "month",
     {"2026-02-28T23:00Z", "2026-03-31T22:00Z"}, "2026-01-31T23:00Z", {"2025-02-28T23:00Z", "2025-03-31T22:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "quarter",
     {"2025-12-31T23:00Z", "2026-03-31T22:00Z"}, "2025-09-30T22:00Z", {"2024-12-31T23:00Z", "2025-03-31T22:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "year",
     {"2025-12-31T23:00Z", "2026-12-31T23:00Z"}, "2024-12-31T23:00Z", {"2024-12-31T23:00Z", "2025-12-31T23:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "30d",
     {"2026-02-27T23:00Z", "2026-03-29T22:00Z"}, "2026-01-28T23:00Z", {"2025-02-27T23:00Z", "2025-03-29T23:00Z"}},
    {"Europe/Berlin", "2026-03-29T00:59Z", "366d",
     {"2025-03-28T23:00Z", "2026-03-29T22:00Z"}, "2024-03-27T23:00Z", {"2024-03-28T23:00Z", "2025-03-29T23:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "today",
     {"2026-10-24T22:00Z", "2026-10-25T23:00Z"}, "2026-10-23T22:00Z", {"2025-10-24T22:00Z", "2025-10-25T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "week",
     {"2026-10-18T22:00Z", "2026-10-25T23:00Z"}, "2026-10-11T22:00Z", {"2025-10-18T22:00Z", "2025-10-25T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "month",
     {"2026-09-30T22:00Z", "2026-10-31T23:00Z"}, "2026-08-31T22:00Z", {"2025-09-30T22:00Z", "2025-10-31T23:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "quarter",
     {"2026-09-30T22:00Z", "2026-12-31T23:00Z"}, "2026-06-30T22:00Z", {"2025-09-30T22:00Z", "2025-12-31T23:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "year",
     {"2025-12-31T23:00Z", "2026-12-31T23:00Z"}, "2024-12-31T23:00Z", {"2024-12-31T23:00Z", "2025-12-31T23:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "30d",
     {"2026-09-25T22:00Z", "2026-10-25T23:00Z"}, "2026-08-26T22:00Z", {"2025-09-25T22:00Z", "2025-10-25T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T22:59Z", "366d",
     {"2025-10-24T22:00Z", "2026-10-25T23:00Z"}, "2024-10-23T22:00Z", {"2024-10-24T22:00Z", "2025-10-25T22:00Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "today",
     {"2026-04-04T13:00Z", "2026-04-05T13:30Z"}, "2026-04-03T13:00Z", {"2025-04-04T13:00Z", "2025-04-05T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "week",
     {"2026-03-29T13:00Z", "2026-04-05T13:30Z"}, "2026-03-22T13:00Z", {"2025-03-29T13:00Z", "2025-04-05T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "month",
     {"2026-03-31T13:00Z", "2026-04-30T13:30Z"}, "2026-02-28T13:00Z", {"2025-03-31T13:00Z", "2025-04-30T13:30Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "quarter",
     {"2026-03-31T13:00Z", "2026-06-30T13:30Z"}, "2025-12-31T13:00Z", {"2025-03-31T13:00Z", "2025-06-30T13:30Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "year",
     {"2025-12-31T13:00Z", "2026-12-31T13:00Z"}, "2024-12-31T13:00Z", {"2024-12-31T13:00Z", "2025-12-31T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "30d",
     {"2026-03-06T13:00Z", "2026-04-05T13:30Z"}, "2026-02-04T13:00Z", {"2025-03-06T13:00Z", "2025-04-05T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-04T15:30Z", "366d",
     {"2025-04-04T13:00Z", "2026-04-05T13:30Z"}, "2024-04-03T13:00Z", {"2024-04-04T13:00Z", "2025-04-05T13:00Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "today",
     {"2026-10-03T13:30Z", "2026-10-04T13:00Z"}, "2026-10-02T13:30Z", {"2025-10-03T13:30Z", "2025-10-04T13:30Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "week",
     {"2026-09-27T13:30Z", "2026-10-04T13:00Z"}, "2026-09-20T13:30Z", {"2025-09-27T13:30Z", "2025-10-04T13:30Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "month",
     {"2026-09-30T13:30Z", "2026-10-31T13:00Z"}, "2026-08-31T13:30Z", {"2025-09-30T13:30Z", "2025-10-31T13:00Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "quarter",
     {"2026-09-30T13:30Z", "2026-12-31T13:00Z"}, "2026-06-30T13:30Z", {"2025-09-30T13:30Z", "2025-12-31T13:00Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "year",
     {"2025-12-31T13:00Z", "2026-12-31T13:00Z"}, "2024-12-31T13:00Z", {"2024-12-31T13:00Z", "2025-12-31T13:00Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "30d",
     {"2026-09-04T13:30Z", "2026-10-04T13:00Z"}, "2026-08-05T13:30Z", {"2025-09-04T13:30Z", "2025-10-04T13:30Z"}},
    {"Australia/Lord_Howe", "2026-10-03T20:00Z", "366d",
     {"2025-10-03T13:30Z", "2026-10-04T13:00Z"}, "2024-10-02T13:30Z", {"2024-10-03T13:30Z", "2025-10-04T13:30Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "today",
     {"2026-12-30T10:00Z", "2026-12-31T10:00Z"}, "2026-12-29T10:00Z", {"2025-12-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "week",
     {"2026-12-27T10:00Z", "2027-01-03T10:00Z"}, "2026-12-20T10:00Z", {"2025-12-27T10:00Z", "2026-01-03T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "month",
     {"2026-11-30T10:00Z", "2026-12-31T10:00Z"}, "2026-10-31T10:00Z", {"2025-11-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "quarter",
     {"2026-09-30T10:00Z", "2026-12-31T10:00Z"}, "2026-06-30T10:00Z", {"2025-09-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "year",
     {"2025-12-31T10:00Z", "2026-12-31T10:00Z"}, "2024-12-31T10:00Z", {"2024-12-31T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "30d",
     {"2026-12-01T10:00Z", "2026-12-31T10:00Z"}, "2026-11-01T10:00Z", {"2025-12-01T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T09:59Z", "366d",
     {"2025-12-30T10:00Z", "2026-12-31T10:00Z"}, "2024-12-29T10:00Z", {"2024-12-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "today",
     {"2026-12-31T10:00Z", "2027-01-01T10:00Z"}, "2026-12-30T10:00Z", {"2025-12-31T10:00Z", "2026-01-01T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "week",
     {"2026-12-27T10:00Z", "2027-01-03T10:00Z"}, "2026-12-20T10:00Z", {"2025-12-27T10:00Z", "2026-01-03T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "month",
     {"2026-12-31T10:00Z", "2027-01-31T10:00Z"}, "2026-11-30T10:00Z", {"2025-12-31T10:00Z", "2026-01-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "quarter",
     {"2026-12-31T10:00Z", "2027-03-31T10:00Z"}, "2026-09-30T10:00Z", {"2025-12-31T10:00Z", "2026-03-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "year",
     {"2026-12-31T10:00Z", "2027-12-31T10:00Z"}, "2025-12-31T10:00Z", {"2025-12-31T10:00Z", "2026-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "30d",
     {"2026-12-02T10:00Z", "2027-01-01T10:00Z"}, "2026-11-02T10:00Z", {"2025-12-02T10:00Z", "2026-01-01T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "366d",
     {"2025-12-31T10:00Z", "2027-01-01T10:00Z"}, "2024-12-30T10:00Z", {"2024-12-31T10:00Z", "2026-01-01T10:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "today",
     {"2026-12-31T12:00Z", "2027-01-01T12:00Z"}, "2026-12-30T12:00Z", {"2025-12-31T12:00Z", "2026-01-01T12:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "week",
     {"2026-12-28T12:00Z", "2027-01-04T12:00Z"}, "2026-12-21T12:00Z", {"2025-12-28T12:00Z", "2026-01-04T12:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "month",
     {"2026-12-01T12:00Z", "2027-01-01T12:00Z"}, "2026-11-01T12:00Z", {"2025-12-01T12:00Z", "2026-01-01T12:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "quarter",
     {"2026-10-01T12:00Z", "2027-01-01T12:00Z"}, "2026-07-01T12:00Z", {"2025-10-01T12:00Z", "2026-01-01T12:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "year",
     {"2026-01-01T12:00Z", "2027-01-01T12:00Z"}, "2025-01-01T12:00Z", {"2025-01-01T12:00Z", "2026-01-01T12:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "30d",
     {"2026-12-02T12:00Z", "2027-01-01T12:00Z"}, "2026-11-02T12:00Z", {"2025-12-02T12:00Z", "2026-01-01T12:00Z"}},
    {"Etc/GMT+12", "2027-01-01T11:59Z", "366d",
     {"2025-12-31T12:00Z", "2027-01-01T12:00Z"}, "2024-12-30T12:00Z", {"2024-12-31T12:00Z", "2026-01-01T12:00Z"}},
    {"UTC", "2028-03-01T00:00Z", "yesterday",
     {"2028-02-29T00:00Z", "2028-03-01T00:00Z"}, "2028-02-28T00:00Z", {"2027-02-28T00:00Z", "2027-03-01T00:00Z"}},
    {"UTC", "2028-03-01T00:00Z", "last_week",
     {"2028-02-21T00:00Z", "2028-02-28T00:00Z"}, "2028-02-14T00:00Z", {"2027-02-21T00:00Z", "2027-02-28T00:00Z"}},
    {"UTC", "2028-03-01T00:00Z", "last_month",
     {"2028-02-01T00:00Z", "2028-03-01T00:00Z"}, "2028-01-01T00:00Z", {"2027-02-01T00:00Z", "2027-03-01T00:00Z"}},
    {"UTC", "2028-03-01T00:00Z", "last_quarter",
     {"2027-10-01T00:00Z", "2028-01-01T00:00Z"}, "2027-07-01T00:00Z", {"2026-10-01T00:00Z", "2027-01-01T00:00Z"}},
    {"UTC", "2028-03-01T00:00Z", "last_year",
     {"2027-01-01T00:00Z", "2028-01-01T00:00Z"}, "2026-01-01T00:00Z", {"2026-01-01T00:00Z", "2027-01-01T00:00Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "yesterday",
     {"2026-10-22T18:15Z", "2026-10-23T18:15Z"}, "2026-10-21T18:15Z", {"2025-10-22T18:15Z", "2025-10-23T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "last_week",
     {"2026-10-11T18:15Z", "2026-10-18T18:15Z"}, "2026-10-04T18:15Z", {"2025-10-11T18:15Z", "2025-10-18T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "last_month",
     {"2026-08-31T18:15Z", "2026-09-30T18:15Z"}, "2026-07-31T18:15Z", {"2025-08-31T18:15Z", "2025-09-30T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "last_quarter",
     {"2026-06-30T18:15Z", "2026-09-30T18:15Z"}, "2026-03-31T18:15Z", {"2025-06-30T18:15Z", "2025-09-30T18:15Z"}},
    {"Asia/Kathmandu", "2026-10-24T18:14Z", "last_year",
     {"2024-12-31T18:15Z", "2025-12-31T18:15Z"}, "2023-12-31T18:15Z", {"2023-12-31T18:15Z", "2024-12-31T18:15Z"}},
    {"America/New_York", "2026-03-09T03:59Z", "yesterday",
     {"2026-03-07T05:00Z", "2026-03-08T05:00Z"}, "2026-03-06T05:00Z", {"2025-03-07T05:00Z", "2025-03-08T05:00Z"}},
    {"America/New_York", "2026-03-09T03:59Z", "last_week",
     {"2026-02-23T05:00Z", "2026-03-02T05:00Z"}, "2026-02-16T05:00Z", {"2025-02-23T05:00Z", "2025-03-02T05:00Z"}},
    {"America/New_York", "2026-03-09T03:59Z", "last_month",
     {"2026-02-01T05:00Z", "2026-03-01T05:00Z"}, "2026-01-01T05:00Z", {"2025-02-01T05:00Z", "2025-03-01T05:00Z"}},
    {"America/New_York", "2026-03-09T03:59Z", "last_quarter",
     {"2025-10-01T04:00Z", "2026-01-01T05:00Z"}, "2025-07-01T04:00Z", {"2024-10-01T04:00Z", "2025-01-01T05:00Z"}},
    {"America/New_York", "2026-03-09T03:59Z", "last_year",
     {"2025-01-01T05:00Z", "2026-01-01T05:00Z"}, "2024-01-01T05:00Z", {"2024-01-01T05:00Z", "2025-01-01T05:00Z"}},
    {"America/New_York", "2026-03-09T04:00Z", "yesterday",
     {"2026-03-08T05:00Z", "2026-03-09T04:00Z"}, "2026-03-07T05:00Z", {"2025-03-08T05:00Z", "2025-03-09T05:00Z"}},
    {"America/New_York", "2026-03-09T04:00Z", "last_week",
     {"2026-03-02T05:00Z", "2026-03-09T04:00Z"}, "2026-02-23T05:00Z", {"2025-03-02T05:00Z", "2025-03-09T05:00Z"}},
    {"America/New_York", "2026-03-09T04:00Z", "last_month",
     {"2026-02-01T05:00Z", "2026-03-01T05:00Z"}, "2026-01-01T05:00Z", {"2025-02-01T05:00Z", "2025-03-01T05:00Z"}},
    {"America/New_York", "2026-03-09T04:00Z", "last_quarter",
     {"2025-10-01T04:00Z", "2026-01-01T05:00Z"}, "2025-07-01T04:00Z", {"2024-10-01T04:00Z", "2025-01-01T05:00Z"}},
    {"America/New_York", "2026-03-09T04:00Z", "last_year",
     {"2025-01-01T05:00Z", "2026-01-01T05:00Z"}, "2024-01-01T05:00Z", {"2024-01-01T05:00Z", "2025-01-01T05:00Z"}},
    {"Europe/Berlin", "2026-10-25T23:30Z", "yesterday",
     {"2026-10-24T22:00Z", "2026-10-25T23:00Z"}, "2026-10-23T22:00Z", {"2025-10-24T22:00Z", "2025-10-25T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T23:30Z", "last_week",
     {"2026-10-18T22:00Z", "2026-10-25T23:00Z"}, "2026-10-11T22:00Z", {"2025-10-18T22:00Z", "2025-10-25T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T23:30Z", "last_month",
     {"2026-08-31T22:00Z", "2026-09-30T22:00Z"}, "2026-07-31T22:00Z", {"2025-08-31T22:00Z", "2025-09-30T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T23:30Z", "last_quarter",
     {"2026-06-30T22:00Z", "2026-09-30T22:00Z"}, "2026-03-31T22:00Z", {"2025-06-30T22:00Z", "2025-09-30T22:00Z"}},
    {"Europe/Berlin", "2026-10-25T23:30Z", "last_year",
     {"2024-12-31T23:00Z", "2025-12-31T23:00Z"}, "2023-12-31T23:00Z", {"2023-12-31T23:00Z", "2024-12-31T23:00Z"}},
    {"Australia/Lord_Howe", "2026-04-05T20:00Z", "yesterday",
     {"2026-04-04T13:00Z", "2026-04-05T13:30Z"}, "2026-04-03T13:00Z", {"2025-04-04T13:00Z", "2025-04-05T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-05T20:00Z", "last_week",
     {"2026-03-29T13:00Z", "2026-04-05T13:30Z"}, "2026-03-22T13:00Z", {"2025-03-29T13:00Z", "2025-04-05T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-05T20:00Z", "last_month",
     {"2026-02-28T13:00Z", "2026-03-31T13:00Z"}, "2026-01-31T13:00Z", {"2025-02-28T13:00Z", "2025-03-31T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-05T20:00Z", "last_quarter",
     {"2025-12-31T13:00Z", "2026-03-31T13:00Z"}, "2025-09-30T13:30Z", {"2024-12-31T13:00Z", "2025-03-31T13:00Z"}},
    {"Australia/Lord_Howe", "2026-04-05T20:00Z", "last_year",
     {"2024-12-31T13:00Z", "2025-12-31T13:00Z"}, "2023-12-31T13:00Z", {"2023-12-31T13:00Z", "2024-12-31T13:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "yesterday",
     {"2026-12-30T10:00Z", "2026-12-31T10:00Z"}, "2026-12-29T10:00Z", {"2025-12-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "last_week",
     {"2026-12-20T10:00Z", "2026-12-27T10:00Z"}, "2026-12-13T10:00Z", {"2025-12-20T10:00Z", "2025-12-27T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "last_month",
     {"2026-11-30T10:00Z", "2026-12-31T10:00Z"}, "2026-10-31T10:00Z", {"2025-11-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "last_quarter",
     {"2026-09-30T10:00Z", "2026-12-31T10:00Z"}, "2026-06-30T10:00Z", {"2025-09-30T10:00Z", "2025-12-31T10:00Z"}},
    {"Pacific/Kiritimati", "2026-12-31T10:00Z", "last_year",
     {"2025-12-31T10:00Z", "2026-12-31T10:00Z"}, "2024-12-31T10:00Z", {"2024-12-31T10:00Z", "2025-12-31T10:00Z"}},
    /* clang-format on */
};

static void test_named(void **state) {
    for (size_t i = 0; i < CXD_COUNT(WINDOWS); i++) {
        char what[128];
        set_zone(WINDOWS[i].zone);
        struct window window, other;
        assert_true(window_parse(WINDOWS[i].name, at(WINDOWS[i].now), &window));
        snprintf(what, sizeof what, "%s of %s in %s", WINDOWS[i].name, WINDOWS[i].now, WINDOWS[i].zone);
        check_time(what, window.from, WINDOWS[i].window[0]);
        check_time(what, window.to, WINDOWS[i].window[1]);
        assert_true(window_previous(&window, &other));
        check_time(what, other.from, WINDOWS[i].previous);
        assert_true(other.to == window.from);
        assert_int_equal(other.kind, window.kind);
        assert_true(window_year_before(&window, &other));
        check_time(what, other.from, WINDOWS[i].year_before[0]);
        check_time(what, other.to, WINDOWS[i].year_before[1]);
    }
}

static void test_names(void **state) {
    set_zone("UTC");
    static const char *const BAD[] = {
        "",    "d",    "0d",   "030d",  "3661d", "99999d", "30",   "30 d",  "30D", "-1d",
        "+1d", "1.5d", "30dd", "Today", "day",   "ALL",    "all ", "weeks", "30h", "100000000000000000000d"};
    struct window window;
    for (size_t i = 0; i < CXD_COUNT(BAD); i++)
        assert_false(window_parse(BAD[i], at("2026-10-24T12:00Z"), &window));
    assert_true(window_parse("3660d", at("2026-10-24T12:00Z"), &window));
    check_time("3660d", window.from, "2016-10-17T00:00Z");
    assert_int_equal(window.kind, WINDOW_DAYS);
    assert_int_equal(window.days, 3660);
    assert_true(window_parse("all", at("2026-10-24T12:00Z"), &window));
    assert_true(window.from == TIME_MIN && window.to == TIME_MAX && window.kind == WINDOW_ALL);
    assert_false(window_previous(&window, &window));
    assert_false(window_year_before(&window, &window));
}

static void test_bounds(void **state) {
    static const struct {
        const char *zone, *text, *expected;
    } CASES[] = {
        {"UTC", "2026-10-24", "2026-10-24T00:00Z"},
        {"UTC", "2026-10-24T10:00:00+02:00", "2026-10-24T08:00Z"},
        {"UTC", "2026-10-24T10:00:00.25Z", "2026-10-24T10:00:00.250Z"},
        {"UTC", "1970-01-01", "1970-01-01T00:00Z"},
        {"Asia/Kathmandu", "2026-10-24", "2026-10-23T18:15Z"},
        {"Pacific/Kiritimati", "2026-10-24", "2026-10-23T10:00Z"},
        {"Etc/GMT+12", "2026-10-24", "2026-10-24T12:00Z"},
        {"Etc/GMT+12", "2028-02-29", "2028-02-29T12:00Z"},
        {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00Z"},
        {"Europe/Berlin", "2026-03-30", "2026-03-29T22:00Z"},
        {"Europe/Berlin", "2026-10-26", "2026-10-25T23:00Z"},
        {"America/New_York", "2026-11-02", "2026-11-02T05:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z"},
        {"Australia/Lord_Howe", "2026-04-06", "2026-04-05T13:30Z"},
        {"America/Santiago", "2026-09-06", "2026-09-06T04:00Z"}, /* the clock skips midnight: the day begins at 1 */
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        set_zone(CASES[i].zone);
        int64_t time_ms;
        assert_true(window_parse_bound(CASES[i].text, &time_ms));
        check_time(CASES[i].text, time_ms, CASES[i].expected);
    }
    static const char *const BAD[] = {"",
                                      "2026-02-29",
                                      "2026-13-01",
                                      "2026-00-10",
                                      "2026-10-32",
                                      "20261024",
                                      "2026-10-4",
                                      "2026/10/24",
                                      "1969-12-31",
                                      "+026-10-24",
                                      "2026-1a-24",
                                      "2026-10-24T",
                                      "2026-10-24T10:00:00",
                                      "now",
                                      "30d",
                                      "2026-10-24Z",
                                      "          "};
    int64_t time_ms = 7;
    for (size_t i = 0; i < CXD_COUNT(BAD); i++)
        assert_false(window_parse_bound(BAD[i], &time_ms));
    assert_int_equal(time_ms, 7);
}

static void check_year_before(const char *from, const char *to, const char *before_from, const char *before_to) {
    struct window window = {.from = at(from), .to = at(to), .kind = WINDOW_RANGE}, before;
    assert_true(window_year_before(&window, &before));
    check_time(from, before.from, before_from);
    check_time(to, before.to, before_to);
    assert_int_equal(before.kind, WINDOW_RANGE);
}

static void test_ranges(void **state) {
    set_zone("Europe/Berlin");
    struct window window = {.from = at("2026-10-01T08:30Z"), .to = at("2026-10-02T10:00Z"), .kind = WINDOW_RANGE};
    struct window previous;
    assert_true(window_previous(&window, &previous));
    check_time("range", previous.from, "2026-09-30T07:00Z");
    check_time("range", previous.to, "2026-10-01T08:30Z");
    check_year_before("2026-10-01T08:30Z", "2026-10-02T10:00Z", "2025-10-01T08:30Z", "2025-10-02T10:00Z");
    /* The time of day is the wall clock's: 12:00 on a day of 23 hours, on one before and on one after the change. */
    check_year_before("2026-03-29T10:00Z", "2026-10-25T11:00Z", "2025-03-29T11:00Z", "2025-10-25T10:00Z");
    check_year_before("2026-03-30T10:00Z", "2026-03-30T11:15:30.125Z", "2025-03-30T10:00Z", "2025-03-30T11:15:30.125Z");
    /* 02:30 on 2025-03-30 does not exist: an hour on. */
    check_year_before("2026-03-30T00:30Z", "2026-03-31T00:00Z", "2025-03-30T01:30Z", "2025-03-31T00:00Z");
    set_zone("UTC");
    /* Leap days: a start, an end within, an end at the start of one, and one that would leave nothing. */
    check_year_before("2028-02-29T06:00Z", "2028-03-01T00:00Z", "2027-02-28T06:00Z", "2027-03-01T00:00Z");
    check_year_before("2028-02-01T00:00Z", "2028-02-29T06:00Z", "2027-02-01T00:00Z", "2027-02-28T06:00Z");
    check_year_before("2028-02-28T00:00Z", "2028-02-29T00:00Z", "2027-02-28T00:00Z", "2027-03-01T00:00Z");
    check_year_before("2028-02-28T12:00Z", "2028-02-29T06:00Z", "2027-02-28T12:00Z", "2027-03-01T06:00Z");

    window.from = TIME_MIN;
    assert_false(window_previous(&window, &previous));
    assert_false(window_year_before(&window, &previous));
    window.from = 0;
    window.to = TIME_MAX;
    assert_false(window_previous(&window, &previous));
    assert_false(window_year_before(&window, &previous));
}

static const char *const ZONES[] = {"UTC",           "Asia/Kathmandu",      "America/New_York",
                                    "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"};

/* Buckets of every unit and zone partition the window along the calendar's boundaries. */
static void test_buckets(void **state) {
    static const struct {
        enum calendar_unit unit;
        size_t count; /* of 2026-03-07T10:20:30Z to 2026-11-05T01:00Z */
    } UNITS[] = {
        {CALENDAR_HOUR, 5823}, {CALENDAR_DAY, 244}, {CALENDAR_WEEK, 36}, {CALENDAR_MONTH, 9}, {CALENDAR_QUARTER, 4}};
    static int64_t bounds[6001];
    struct error err;
    for (size_t z = 0; z < CXD_COUNT(ZONES); z++) {
        set_zone(ZONES[z]);
        struct window window = {.from = at("2026-03-07T10:20:30Z"), .to = at("2026-11-05T01:00Z")};
        for (size_t u = 0; u < CXD_COUNT(UNITS); u++) {
            size_t count = 0;
            assert_int_equal(window_buckets(&window, UNITS[u].unit, 6000, bounds, &count, &err), CXD_OK);
            assert_true(count + 1 >= UNITS[u].count && count <= UNITS[u].count + 1);
            if (z == 0)
                assert_int_equal(count, UNITS[u].count);
            assert_true(bounds[0] == window.from && bounds[count] == window.to);
            for (size_t i = 0; i < count; i++) {
                assert_true(bounds[i] < bounds[i + 1]);
                /* One unit each: from its start (but for the first) to the start of the next (but for the last). */
                assert_true(i == 0 || calendar_floor(UNITS[u].unit, bounds[i]) == bounds[i]);
                assert_true(calendar_floor(UNITS[u].unit, bounds[i + 1] - 1) ==
                            calendar_floor(UNITS[u].unit, bounds[i]));
            }
        }
    }
}

static void test_bucket_limits(void **state) {
    set_zone("Europe/Berlin");
    struct window window = {.from = at("2026-10-24T22:00Z"), .to = at("2026-10-25T23:00Z")};
    int64_t bounds[26];
    size_t count = 99;
    struct error err;
    assert_int_equal(window_buckets(&window, CALENDAR_DAY, 1, bounds, &count, &err), CXD_OK);
    assert_int_equal(count, 1); /* one day of 25 hours */
    assert_int_equal(window_buckets(&window, CALENDAR_HOUR, 25, bounds, &count, &err), CXD_OK);
    assert_int_equal(count, 25);
    assert_int_equal(window_buckets(&window, CALENDAR_HOUR, 24, bounds, &count, &err), ERR_BAD_PARAMETER);
    assert_int_equal(count, 25);
    window.to = TIME_MAX;
    assert_int_equal(window_buckets(&window, CALENDAR_DAY, 25, bounds, &count, &err), ERR_BAD_PARAMETER);
    window.to = window.from;
    assert_int_equal(window_buckets(&window, CALENDAR_DAY, 25, bounds, &count, &err), ERR_BAD_PARAMETER);
}

/* Reading a clock and setting it back are inverse, but for the hour that comes twice. */
static void test_civil(void **state) {
    for (size_t z = 0; z < CXD_COUNT(ZONES); z++) {
        set_zone(ZONES[z]);
        int64_t first = at("2025-12-30T00:00Z"), last = at("2029-01-02T00:00Z");
        for (int64_t time_ms = first; time_ms < last; time_ms += 1234567) {
            struct calendar_time civil = calendar_civil(time_ms);
            int64_t back = calendar_instant(&civil);
            struct calendar_time again = calendar_civil(back);
            assert_true(civil.year == again.year && civil.month == again.month && civil.day == again.day);
            assert_true(civil.ms == again.ms && civil.ms >= 0 && civil.ms < 86400000);
            assert_true(back == time_ms || (back < time_ms && time_ms - back <= 3600000));
        }
    }
    set_zone("America/New_York");
    struct calendar_time civil = calendar_civil(at("2026-11-01T06:30:00.007Z")); /* 01:30 again */
    assert_int_equal(civil.year, 2026);
    assert_int_equal(civil.month, 11);
    assert_int_equal(civil.day, 1);
    assert_int_equal(civil.ms, 5400007);
    check_time("the first 01:30", calendar_instant(&civil), "2026-11-01T05:30:00.007Z");
    /* A time that is skipped with the day's midnight, or with the whole day, is counted on from before too. */
    set_zone("Africa/Cairo");
    civil = (struct calendar_time){.year = 2026, .month = 4, .day = 24, .ms = 1800007};
    check_time("no 00:30", calendar_instant(&civil), "2026-04-23T22:30:00.007Z");
    set_zone("Pacific/Apia");
    civil = (struct calendar_time){.year = 2011, .month = 12, .day = 30, .ms = 36000000};
    check_time("no 30 December", calendar_instant(&civil), "2011-12-30T20:00Z");
    set_zone("America/New_York");
    /* Behind the calendar's end all times are one: a later one is not earlier by its fraction. */
    struct calendar_time late = calendar_civil(at("9998-01-01T23:59:59.999Z"));
    struct calendar_time latest = calendar_civil(at("9999-12-31T00:00:00Z"));
    assert_true(late.year == latest.year && late.month == latest.month && late.day == latest.day);
    assert_true(late.ms <= latest.ms);
}

/* What runs is held against the same part: as many days and the same time of the day from the start, and no further
 * than the end. */
static void test_cuts(void **state) {
    static const struct {
        const char *zone, *name, *now;
        bool by_year, at_midnight;
        const char *to, *other_from, *other_to;
    } CASES[] = {
        {"UTC", "month", "2026-11-28T21:02:33.004Z", false, false, "2026-11-28T21:02Z", "2026-10-01T00:00Z",
         "2026-10-28T21:02Z"},
        {"UTC", "month", "2026-11-28T21:02:33Z", false, true, "2026-11-28T00:00Z", "2026-10-01T00:00Z",
         "2026-10-28T00:00Z"},
        {"UTC", "month", "2026-03-31T12:00Z", false, false, "2026-03-31T12:00Z", "2026-02-01T00:00Z",
         "2026-03-01T00:00Z"},
        {"UTC", "month", "2028-02-29T12:00Z", true, false, "2028-02-29T12:00Z", "2027-02-01T00:00Z",
         "2027-03-01T00:00Z"},
        {"UTC", "month", "2026-11-01T00:00:59Z", false, false, "2026-11-01T00:00Z", "2026-10-01T00:00Z",
         "2026-10-01T00:00Z"},
        {"UTC", "today", "2026-11-28T06:30Z", false, false, "2026-11-28T06:30Z", "2026-11-27T00:00Z",
         "2026-11-27T06:30Z"},
        {"UTC", "today", "2026-11-28T06:30Z", true, false, "2026-11-28T06:30Z", "2025-11-28T00:00Z",
         "2025-11-28T06:30Z"},
        {"UTC", "week", "2026-11-25T01:00Z", false, false, "2026-11-25T01:00Z", "2026-11-16T00:00Z",
         "2026-11-18T01:00Z"},
        {"UTC", "quarter", "2026-02-15T08:00Z", false, false, "2026-02-15T08:00Z", "2025-10-01T00:00Z",
         "2025-11-15T08:00Z"},
        {"UTC", "year", "2027-03-01T00:00Z", true, false, "2027-03-01T00:00Z", "2026-01-01T00:00Z",
         "2026-03-01T00:00Z"},
        /* Days of 23 and 25 hours: the time is what the clock on the wall shows. */
        {"Europe/Berlin", "month", "2026-03-29T10:00Z", false, false, "2026-03-29T10:00Z", "2026-01-31T23:00Z",
         "2026-02-28T23:00Z"},
        {"Europe/Berlin", "week", "2026-03-29T10:00Z", false, false, "2026-03-29T10:00Z", "2026-03-15T23:00Z",
         "2026-03-22T11:00Z"},
        {"Europe/Berlin", "today", "2026-03-30T00:30Z", false, false, "2026-03-30T00:30Z", "2026-03-28T23:00Z",
         "2026-03-29T01:30Z"},
        {"Europe/Berlin", "today", "2026-10-26T01:30Z", false, false, "2026-10-26T01:30Z", "2026-10-24T22:00Z",
         "2026-10-25T00:30Z"},
        {"Asia/Kathmandu", "today", "2026-11-28T01:00Z", false, false, "2026-11-28T01:00Z", "2026-11-26T18:15Z",
         "2026-11-27T01:00Z"},
        /* A day that begins at 01:00 has its half past midnight after that, not before. */
        {"America/Havana", "today", "2026-03-09T04:30Z", false, false, "2026-03-09T04:30Z", "2026-03-08T05:00Z",
         "2026-03-08T05:30Z"},
        {"America/Havana", "today", "2026-03-09T04:30Z", true, false, "2026-03-09T04:30Z", "2025-03-09T05:00Z",
         "2025-03-09T05:30Z"},
        {"Africa/Cairo", "week", "2026-04-30T21:15Z", false, false, "2026-04-30T21:15Z", "2026-04-19T22:00Z",
         "2026-04-23T22:15Z"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct window window, other;
        set_zone(CASES[i].zone);
        assert_true(window_parse(CASES[i].name, at(CASES[i].now), &window));
        struct window whole = window;
        assert_true(CASES[i].by_year ? window_year_before(&window, &other) : window_previous(&window, &other));
        assert_true(window_cut(&window, &other, at(CASES[i].now), CASES[i].at_midnight));
        check_time(CASES[i].now, window.to, CASES[i].to);
        check_time(CASES[i].now, other.from, CASES[i].other_from);
        check_time(CASES[i].now, other.to, CASES[i].other_to);
        assert_true(window.from == whole.from);
    }
    set_zone("UTC");
    /* What is over, and what is no calendar period, stays whole. */
    static const char *const NAMES[] = {"month", "30d", "all"};
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++) {
        struct window window, other = {.from = 0, .to = 1};
        assert_true(window_parse(NAMES[i], at("2026-11-28T00:00Z"), &window));
        struct window before = window;
        assert_false(window_cut(&window, &other, at("2026-12-01T00:00Z"), false));
        assert_true(window.to == before.to && other.to == 1);
    }
}

static void test_whole_days(void **state) {
    set_zone("Europe/Berlin");
    struct window window = {.from = at("2026-03-28T23:00Z"), .to = at("2026-03-29T22:00Z")};
    assert_false(window_round(&window));
    window = (struct window){.from = window.from + 1, .to = window.to};
    window.to += 1;
    assert_true(window_round(&window));
    check_time("from", window.from, "2026-03-28T23:00Z");
    check_time("to", window.to, "2026-03-30T22:00Z");
    struct window before;
    assert_true(window_previous(&window, &before));
    check_time("the two days before", before.from, "2026-03-26T23:00Z");
    window = (struct window){.from = TIME_MIN, .to = TIME_MAX};
    assert_false(window_round(&window));
    struct window later = {.from = 10, .to = 20}, earlier = {.from = 0, .to = 10}, across = {.from = 9, .to = 11};
    assert_false(window_overlaps(&later, &earlier) || window_overlaps(&earlier, &later));
    assert_true(window_overlaps(&later, &across) && window_overlaps(&across, &earlier));
    check_time("23 hours", window_days_before(at("2026-03-30T02:00Z"), 1), "2026-03-29T02:00Z");
    check_time("skipped", window_days_before(at("2026-03-30T00:30Z"), 1), "2026-03-29T01:30Z");
    check_time("midnight", window_days_before(at("2026-03-29T22:00Z"), 1), "2026-03-28T23:00Z");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_named),  cmocka_unit_test(test_names),   cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_ranges), cmocka_unit_test(test_buckets), cmocka_unit_test(test_bucket_limits),
        cmocka_unit_test(test_civil),  cmocka_unit_test(test_cuts),    cmocka_unit_test(test_whole_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
