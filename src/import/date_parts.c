/* The grammar of dates: what stands in a cell, in which order, and no judgement of it. */

#include "import/date_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cxd/import/date_words.h"
#include "cxd/import/text_cell.h"

enum { NUMBER_DIGITS_MAX = 13, SHOWN = 40, MINUTE_MS = 60000, HOUR_MS = 3600000 };

struct cursor {
    const char *at, *end;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word_byte(char c) {
    return isalpha((unsigned char)c) || ((unsigned char)c & 0x80);
}

static size_t digits_at(const struct cursor *cursor) {
    size_t count = 0;

    while (cursor->at + count < cursor->end && is_digit(cursor->at[count]))
        count++;
    return count;
}

static size_t word_at(const struct cursor *cursor) {
    size_t count = 0;

    while (cursor->at + count < cursor->end && is_word_byte(cursor->at[count]))
        count++;
    return count;
}

/* Up to `most` digits as a number; −1 where there are none or more. */
static int take_number(struct cursor *cursor, size_t most) {
    size_t count = digits_at(cursor);
    int number = 0;

    if (count == 0 || count > most)
        return -1;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + (*cursor->at++ - '0');
    return number;
}

static bool take_char(struct cursor *cursor, const char *set) {
    if (cursor->at == cursor->end || *cursor->at == '\0' || !strchr(set, *cursor->at))
        return false;
    cursor->at++;
    return true;
}

static void skip(struct cursor *cursor, const char *set) {
    while (take_char(cursor, set))
        ;
}

static bool fail(char why[CELL_WHY_SIZE], const char *text) {
    snprintf(why, CELL_WHY_SIZE, "%s", text);
    return false;
}

static bool fail_word(char why[CELL_WHY_SIZE], const char *what, const char *word, size_t length) {
    snprintf(why, CELL_WHY_SIZE, "says '%.*s', which is no %s that is known (%s)", text_cell_cut(word, length, SHOWN),
             word, what, DATE_WORDS_LANGUAGES);
    return false;
}

/* --- Time of day
 * ----------------------------------------------------------------------------------------------------*/

/* "am", "p.m.": 0, 12; −1 where there is none. */
static int take_half(struct cursor *cursor) {
    static const struct {
        const char *text;
        int hours;
    } HALVES[] = {{"a.m.", 0}, {"p.m.", 12}, {"am", 0}, {"pm", 12}};

    for (size_t i = 0; i < sizeof HALVES / sizeof *HALVES; i++) {
        size_t length = strlen(HALVES[i].text);

        if ((size_t)(cursor->end - cursor->at) < length || strncasecmp(cursor->at, HALVES[i].text, length) != 0)
            continue;
        if (cursor->at + length < cursor->end && is_word_byte(cursor->at[length]))
            continue;
        cursor->at += length;
        return HALVES[i].hours;
    }
    return -1;
}

/* +01:00, -0330, +1 */
static bool take_offset(struct cursor *cursor, struct date_parts *parts) {
    struct cursor rest = *cursor;
    int sign = take_char(&rest, "+") ? 1 : take_char(&rest, "-") ? -1 : 0, hours, minutes = 0;

    if (sign == 0)
        return false;
    if (digits_at(&rest) == 4) {
        hours = take_number(&rest, 4);
        minutes = hours % 100;
        hours /= 100;
    } else {
        hours = take_number(&rest, 2);
        if (take_char(&rest, ":"))
            minutes = take_number(&rest, 2);
    }
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
        return false;
    parts->has_offset = true;
    parts->offset_minutes = sign * (hours * 60 + minutes);
    *cursor = rest;
    return true;
}

static bool take_zone(struct cursor *cursor, struct date_parts *parts, char why[CELL_WHY_SIZE]) {
    size_t length;

    skip(cursor, " ");
    length = word_at(cursor);
    if (length > 0 && date_words_is_filling(cursor->at, length)) {
        cursor->at += length;
        return take_zone(cursor, parts, why);
    }
    if (length > 0) {
        if (!date_words_zone(cursor->at, length, &parts->offset_minutes)) {
            snprintf(why, CELL_WHY_SIZE, "says '%.*s' behind its time, which is no offset from UTC that is known",
                     text_cell_cut(cursor->at, length, SHOWN), cursor->at);
            return false;
        }
        parts->has_offset = true;
        cursor->at += length;
    }
    (void)take_offset(cursor, parts);
    skip(cursor, " ");
    if (parts->has_offset && take_char(cursor, "(")) /* JavaScript's (Central European Time) */
        while (cursor->at < cursor->end && *cursor->at++ != ')')
            ;
    return cursor->at == cursor->end || fail(why, "has something behind its date and time");
}

/* 10:11[:12[.123]] [AM], 10 AM */
static bool take_time(struct cursor *cursor, struct date_parts *parts, char why[CELL_WHY_SIZE]) {
    int hour = take_number(cursor, 2), minute = 0, second = 0, half;
    int64_t ms = 0, unit = 100;
    bool has_minute = false;

    if (hour >= 0 && take_char(cursor, ":")) {
        has_minute = true;
        minute = digits_at(cursor) == 2 ? take_number(cursor, 2) : -1;
        if (minute >= 0 && take_char(cursor, ":"))
            second = digits_at(cursor) == 2 ? take_number(cursor, 2) : -1;
        if (second >= 0 && take_char(cursor, ".,"))
            for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++, unit /= 10)
                ms += unit * (*cursor->at - '0');
    }
    struct cursor rest = *cursor;
    skip(&rest, " \xC2\xA0\xE2\x80\xAF");
    half = take_half(&rest);
    if (half >= 0) {
        *cursor = rest;
        if (hour < 1 || hour > 12)
            return fail(why, "has an hour that no clock of 12 hours shows");
        hour = hour % 12 + half;
    }
    if ((half < 0 && !has_minute) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return fail(why, "has no time of day that a clock shows");
    parts->has_time = true;
    parts->time_ms = (int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS + second * 1000 + ms;
    return true;
}

/* What comes behind a date, to the end. */
static bool take_rest(struct cursor *cursor, struct date_parts *parts, char why[CELL_WHY_SIZE]) {
    size_t length;

    for (;;) {
        skip(cursor, " ,");
        length = word_at(cursor);
        if (length == 0 || !date_words_is_filling(cursor->at, length))
            break;
        cursor->at += length;
    }
    if (cursor->at < cursor->end && strchr("Tt-:", *cursor->at) && cursor->at + 1 < cursor->end &&
        is_digit(cursor->at[1]))
        cursor->at++;
    if (cursor->at == cursor->end)
        return true;
    if (parts->has_time) /* ctime's stands before the year */
        return take_zone(cursor, parts, why);
    if (digits_at(cursor) == 0)
        return fail(why, "has something behind its date that is no time");
    return take_time(cursor, parts, why) && take_zone(cursor, parts, why);
}

/* --- Dates
 * ----------------------------------------------------------------------------------------------------------*/

static int whole_year(int year, size_t digits) {
    return digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/* 2026-01-31, 1/31/26. False with an empty `why`: it is nothing of that kind. */
static bool read_triple(struct cursor cursor, struct date_parts *parts, char why[CELL_WHY_SIZE]) {
    size_t digits = digits_at(&cursor), last;
    int first, second, third;
    char separator[2] = "";

    if (digits != 1 && digits != 2 && digits != 4)
        return false;
    first = take_number(&cursor, 4);
    if (cursor.at == cursor.end || !strchr("-/.", *cursor.at))
        return false;
    separator[0] = *cursor.at++;
    if (separator[0] == '.')
        skip(&cursor, " ");
    second = take_number(&cursor, 2);
    if (second < 0 || !take_char(&cursor, separator))
        return false;
    if (separator[0] == '.')
        skip(&cursor, " ");
    last = digits_at(&cursor);
    third = take_number(&cursor, digits == 4 ? 2 : 4);
    if (third < 0 || (digits != 4 && last != 2 && last != 4))
        return false;
    if (digits == 4)
        *parts = (struct date_parts){.shape = DATE_SHAPE_YEAR_FIRST, .year = first, .first = second, .second = third};
    else
        *parts = (struct date_parts){.shape = separator[0] == '.' ? DATE_SHAPE_DOTTED : DATE_SHAPE_SLASHED,
                                     .year = whole_year(third, last),
                                     .first = first,
                                     .second = second};
    return take_rest(&cursor, parts, why);
}

/* A number alone, which may be 20260131 too. */
static bool read_number(struct cursor cursor, struct date_parts *parts) {
    size_t digits = digits_at(&cursor);
    double unit = 0.1;

    *parts = (struct date_parts){.shape = DATE_SHAPE_NUMBER};
    if (digits == 0 || digits > NUMBER_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits; i++)
        parts->whole = parts->whole * 10 + (*cursor.at++ - '0');
    if (cursor.at == cursor.end && digits == 8 && parts->whole >= 19700101 && parts->whole <= 21001231) {
        *parts = (struct date_parts){.shape = DATE_SHAPE_YEAR_FIRST,
                                     .year = (int)(parts->whole / 10000),
                                     .first = (int)(parts->whole / 100 % 100),
                                     .second = (int)(parts->whole % 100)};
        return true;
    }
    if (digits > 2 && cursor.at + 1 < cursor.end && take_char(&cursor, ".,"))
        for (; cursor.at < cursor.end && is_digit(*cursor.at); unit /= 10)
            parts->fraction += unit * (*cursor.at++ - '0');
    return cursor.at == cursor.end;
}

struct named {
    int day, month, year;
    bool was_weekday; /* the word that gave the month may be a weekday: "mar" */
};

static bool take_word(struct cursor *cursor, struct named *named, char why[CELL_WHY_SIZE]) {
    size_t length = word_at(cursor);
    const char *word = cursor->at;
    int month = date_words_month(word, length);

    cursor->at += length;
    if (month > 0 && (named->month == 0 || named->was_weekday)) {
        named->month = month;
        named->was_weekday = date_words_is_weekday(word, length) && named->day == 0;
        return true;
    }
    if (date_words_is_weekday(word, length) || date_words_is_filling(word, length))
        return true;
    return fail_word(why, "month or weekday", word, length);
}

static bool take_named_number(struct cursor *cursor, struct named *named, struct date_parts *parts,
                              char why[CELL_WHY_SIZE]) {
    static const char *const ORDINALS[] = {"st", "nd", "rd", "th", "er"};
    size_t digits = digits_at(cursor), length;

    if (digits <= 2 && named->day > 0 && cursor->at + digits < cursor->end && cursor->at[digits] == ':')
        return !parts->has_time && take_time(cursor, parts, why);
    if (digits == 4 || (digits == 2 && named->day > 0 && named->month > 0)) {
        named->year = whole_year(take_number(cursor, 4), digits);
        return true;
    }
    if (digits > 2 || named->day > 0)
        return fail(why, "is no date of a form that is known");
    named->day = take_number(cursor, 2);
    length = word_at(cursor);
    for (size_t i = 0; i < sizeof ORDINALS / sizeof *ORDINALS; i++)
        if (length == 2 && strncasecmp(ORDINALS[i], cursor->at, 2) == 0)
            cursor->at += 2;
    return true;
}

static bool read_named(struct cursor cursor, struct date_parts *parts, char why[CELL_WHY_SIZE]) {
    struct named named = {.day = 0};

    *parts = (struct date_parts){.shape = DATE_SHAPE_NAMED};
    while (named.day == 0 || named.month == 0 || named.year == 0) {
        skip(&cursor, " ,./-'");
        if (cursor.at == cursor.end)
            return fail(why, "is no date of a form that is known");
        bool is_good = is_digit(*cursor.at)       ? take_named_number(&cursor, &named, parts, why)
                       : is_word_byte(*cursor.at) ? take_word(&cursor, &named, why)
                                                  : fail(why, "is no date of a form that is known");
        if (!is_good)
            return false;
    }
    parts->year = named.year;
    parts->first = named.day;
    parts->second = named.month;
    return take_rest(&cursor, parts, why);
}

bool date_parts_read(const char *text, size_t length, struct date_parts *ret_parts, char why[CELL_WHY_SIZE]) {
    struct cursor cursor;

    why[0] = '\0';
    text_cell_trim(&text, &length);
    cursor = (struct cursor){text, text + length};
    if (read_triple(cursor, ret_parts, why))
        return true;
    return *why == '\0' && (read_number(cursor, ret_parts) || read_named(cursor, ret_parts, why));
}
