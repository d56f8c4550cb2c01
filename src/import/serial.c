/* Excel's dates: a date is a number of which only the format of its cell says that it is one. */
#include "import/serial.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"

static const struct {
    unsigned long first, last;
    enum serial_shown shown;
} BUILT_IN[] = {
    {14, 17, SERIAL_DATE}, {18, 21, SERIAL_TIME}, {22, 22, SERIAL_DATE_TIME},
    {27, 31, SERIAL_DATE}, {32, 35, SERIAL_TIME}, {36, 36, SERIAL_DATE},
    {50, 54, SERIAL_DATE}, {55, 56, SERIAL_TIME}, {57, 58, SERIAL_DATE},
};

enum serial_shown serial_shown_by_number(unsigned long number) {
    for (size_t i = 0; i < CXD_COUNT(BUILT_IN); i++)
        if (number >= BUILT_IN[i].first && number <= BUILT_IN[i].last)
            return BUILT_IN[i].shown;
    return SERIAL_NUMBER;
}

/* Behind what is shown as it stands, or says a colour, a language or a condition; *ret_elapsed: it is [h], [mm] or the
 * like. */
static const char *skip_literal(const char *at, bool *ret_elapsed) {
    const char *end;
    switch (*at) {
    case '"':
        end = strchr(at + 1, '"');
        return end ? end + 1 : at + strlen(at);
    case '\\':
    case '_':
    case '*':
        return at[1] != '\0' ? at + 2 : at + 1;
    case '[':
        end = strchr(at, ']');
        if (end && end > at + 1 && strspn(at + 1, "hHmMsS") == (size_t)(end - at - 1))
            *ret_elapsed = true;
        return end ? end + 1 : at + strlen(at);
    default:
        return at;
    }
}

enum serial_shown serial_shown_by(const char *format) {
    bool has_day = false, has_month = false, has_time = false, is_elapsed = false;
    if (strncmp(format, "General", strlen("General")) == 0)
        return SERIAL_NUMBER;
    for (const char *at = format; *at != '\0' && *at != ';';) {
        const char *next = skip_literal(at, &is_elapsed);
        if (next != at) {
            at = next;
            continue;
        }
        char c = *at++;
        has_day |= strchr("yYdD", c) != NULL;
        has_month |= strchr("mM", c) != NULL;
        has_time |= strchr("hHsS", c) != NULL;
    }
    if (is_elapsed)
        return SERIAL_NUMBER;
    if (has_day)
        return has_time ? SERIAL_DATE_TIME : SERIAL_DATE;
    return has_time ? SERIAL_TIME : has_month ? SERIAL_DATE : SERIAL_NUMBER;
}

enum { DAY_MS = 86400000, DAYS_TO_1904 = 1462, LEAP_SERIAL = 60, SERIALS = 2958466 /* the day after 9999-12-31 */ };

/* Days from 1970-01-01 to the day 0; of 1900 after the day that was none, a day less. */
enum { EPOCH_1900 = -25568, EPOCH_1904 = -24107 };

static void write_time(char *out, size_t size, int64_t ms) {
    int length =
        snprintf(out, size, "%02d:%02d:%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
    if (ms % 1000 != 0)
        snprintf(out + length, size - (size_t)length, ".%03d", (int)(ms % 1000));
}

static void write_day(char out[SERIAL_SIZE], int64_t day, bool is_1904) {
    char text[TIME_TEXT_SIZE];
    int64_t epoch = is_1904 ? EPOCH_1904 : day > LEAP_SERIAL ? EPOCH_1900 - 1 : EPOCH_1900;
    if (!is_1904 && day == LEAP_SERIAL)
        snprintf(out, SERIAL_SIZE, "1900-02-29");
    else
        snprintf(out, SERIAL_SIZE, "%.10s", time_format(text, (epoch + day) * DAY_MS));
}

void serial_format(char out[SERIAL_SIZE], double number, enum serial_shown shown, bool is_1904, bool *ret_date) {
    *ret_date = false;
    double first = is_1904 ? 0 : 1;
    double last = SERIALS - (is_1904 ? DAYS_TO_1904 : 0) - 0.00001; /* so that it is not rounded to the next */
    bool is_time = shown == SERIAL_TIME && number >= 0 && number < 1;
    if (shown == SERIAL_NUMBER || !(is_time || (number >= first && number < last))) {
        snprintf(out, SERIAL_SIZE, "%.15g", number);
        return;
    }
    int64_t ms = llround(number * DAY_MS), day = ms / DAY_MS;
    if (is_time) {
        write_time(out, SERIAL_SIZE, ms % DAY_MS);
        return;
    }
    write_day(out, day, is_1904);
    *ret_date = true;
    if (shown == SERIAL_DATE && ms % DAY_MS == 0)
        return;
    size_t length = strlen(out);
    out[length++] = 'T';
    write_time(out + length, SERIAL_SIZE - length, ms % DAY_MS);
}
