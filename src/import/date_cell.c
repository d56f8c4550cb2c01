/* From the parts of a date and the form of its column to an instant. */

#include <math.h>
#include <stdio.h>

#include "cxd/base/calendar.h"
#include "cxd/import/date.h"
#include "import/date_parts.h"

enum { DAY_MS = 86400000, NOON_MS = DAY_MS / 2, EXCEL_EPOCH_DAYS = 25569, YEAR_MIN = 1970, YEAR_MAX = 9999 };

/* Numbers that are taken for what they are without being told: years 1973–2286 as seconds and milliseconds, and
 * 1970–2119 as days. */
static const int64_t UNIX_MIN = 100000000, UNIX_MAX = 9999999999, UNIX_MS_MIN = 100000000000,
                     UNIX_MS_MAX = 9999999999999;
enum { EXCEL_MIN = EXCEL_EPOCH_DAYS, EXCEL_MAX = 80000, EXCEL_READ_MAX = 2958465 };

static int days_in(int year, int month) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return DAYS[month - 1] + (month == 2 && leaps);
}

static bool is_date(int year, int month, int day) {
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
}

/* Which of a date's two other numbers are month and day in a form; false where the shape is none of the form's. */
static bool arrange(const struct date_parts *parts, enum date_form form, int *ret_month, int *ret_day) {
    bool is_month_first = false;

    switch (parts->shape) {
    case DATE_SHAPE_YEAR_FIRST:
        if (form != DATE_FORM_ISO)
            return false;
        is_month_first = true;
        break;
    case DATE_SHAPE_SLASHED:
        if (form != DATE_FORM_US && form != DATE_FORM_EU)
            return false;
        is_month_first = form == DATE_FORM_US;
        break;
    case DATE_SHAPE_DOTTED:
        if (form != DATE_FORM_EU)
            return false;
        break;
    case DATE_SHAPE_NAMED:
        if (form != DATE_FORM_NAMED)
            return false;
        break;
    default:
        return false;
    }
    *ret_month = is_month_first ? parts->first : parts->second;
    *ret_day = is_month_first ? parts->second : parts->first;
    return true;
}

unsigned date_cell_forms(const char *text, size_t length, bool *ret_zoned) {
    struct date_parts parts;
    char why[CELL_WHY_SIZE];
    unsigned forms = 0;
    int month, day;

    *ret_zoned = false;
    if (!date_parts_read(text, length, &parts, why))
        return 0;
    *ret_zoned = parts.has_offset;
    if (parts.shape == DATE_SHAPE_NUMBER) {
        if ((parts.whole >= UNIX_MIN && parts.whole <= UNIX_MAX) ||
            (parts.whole >= UNIX_MS_MIN && parts.whole <= UNIX_MS_MAX)) {
            *ret_zoned = true;
            return 1U << DATE_FORM_UNIX;
        }
        return parts.whole >= EXCEL_MIN && parts.whole <= EXCEL_MAX ? 1U << DATE_FORM_EXCEL : 0;
    }
    for (int form = DATE_FORM_ISO; form <= DATE_FORM_NAMED; form++)
        if (arrange(&parts, (enum date_form)form, &month, &day) && is_date(parts.year, month, day))
            forms |= 1U << form;
    return forms;
}

/* Days since 1970, by the rule of the Gregorian calendar (years from 1970). */
static int64_t days_of(int year, int month, int day) {
    int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct date_read instant_of(int year, int month, int day, const struct date_parts *parts) {
    struct calendar_time civil = {.year = year, .month = month, .day = day};
    struct date_read read = {.is_local = !parts->has_offset};

    civil.ms = parts->has_time ? parts->time_ms : NOON_MS;
    read.written_ms = days_of(year, month, day) * DAY_MS + civil.ms - (int64_t)parts->offset_minutes * 60000;
    read.ms = read.is_local ? calendar_instant_after_gap(&civil) : read.written_ms;
    return read;
}

/* A whole day is its noon, as for all dates. */
static bool read_excel(const struct date_parts *parts, struct date_read *ret_read, char why[CELL_WHY_SIZE]) {
    int64_t days = parts->whole - EXCEL_EPOCH_DAYS;
    int64_t ms = (int64_t)round(parts->fraction * (DAY_MS / 1000)) * 1000;
    struct calendar_time civil;

    if (days < 0 || parts->whole > EXCEL_READ_MAX) {
        snprintf(why, CELL_WHY_SIZE, "is no day of a spreadsheet since 1970");
        return false;
    }
    days += ms / DAY_MS;
    ms = parts->fraction > 0 ? ms % DAY_MS : NOON_MS;
    /* The date of the day in UTC, then on the zone's clock. */
    int64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), part = (5 * of_year + 2) / 153;
    civil.day = (int)(of_year - (153 * part + 2) / 5 + 1);
    civil.month = (int)(part < 10 ? part + 3 : part - 9);
    civil.year = (int)(year + era * 400 + (civil.month <= 2));
    civil.ms = ms;
    *ret_read = (struct date_read){calendar_instant_after_gap(&civil), days * DAY_MS + ms, true};
    return true;
}

static bool read_unix(const struct date_parts *parts, struct date_read *ret_read, char why[CELL_WHY_SIZE]) {
    if (parts->whole > UNIX_MS_MAX) {
        snprintf(why, CELL_WHY_SIZE, "is too large for a time since 1970");
        return false;
    }
    int64_t ms = parts->whole >= UNIX_MS_MIN ? parts->whole : parts->whole * 1000 + (int64_t)(parts->fraction * 1000);
    *ret_read = (struct date_read){ms, ms, false};
    return true;
}

/* What it would be in another form is said. */
static bool say_other(const char *text, size_t length, enum date_form form, char why[CELL_WHY_SIZE]) {
    bool is_zoned;
    unsigned forms = date_cell_forms(text, length, &is_zoned);

    for (int i = DATE_FORM_ISO; i < DATE_FORMS; i++)
        if (forms & 1U << i) {
            snprintf(why, CELL_WHY_SIZE, "is a date as %s, and the column's are as %s",
                     date_form_example((enum date_form)i), date_form_example(form));
            return false;
        }
    snprintf(why, CELL_WHY_SIZE, "is no date as %s", date_form_example(form));
    return false;
}

bool date_cell_read(const char *text, size_t length, enum date_form form, struct date_read *ret_read,
                    char why[CELL_WHY_SIZE]) {
    struct date_parts parts;
    int month, day;

    if (!date_parts_read(text, length, &parts, why)) {
        if (!*why)
            snprintf(why, CELL_WHY_SIZE, "is no date");
        return false;
    }
    if (parts.shape == DATE_SHAPE_NUMBER && form == DATE_FORM_UNIX)
        return read_unix(&parts, ret_read, why);
    if (parts.shape == DATE_SHAPE_NUMBER && form == DATE_FORM_EXCEL)
        return read_excel(&parts, ret_read, why);
    if (!arrange(&parts, form, &month, &day))
        return say_other(text, length, form, why);
    if (parts.year < YEAR_MIN) {
        snprintf(why, CELL_WHY_SIZE, "lies before 1970");
        return false;
    }
    if (!is_date(parts.year, month, day)) {
        unsigned other = 0;
        bool is_zoned;

        if (parts.shape == DATE_SHAPE_SLASHED)
            other = date_cell_forms(text, length, &is_zoned);
        if (other)
            return say_other(text, length, form, why);
        snprintf(why, CELL_WHY_SIZE, "is a day that no calendar has");
        return false;
    }
    *ret_read = instant_of(parts.year, month, day, &parts);
    return true;
}
