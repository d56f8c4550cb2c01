/* Scores and dates as other programs write them. */
#include "../support/unit.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/import/date.h"
#include "cxd/import/score_cell.h"
#include "cxd/import/text_cell.h"

enum { BLANK = -1, BAD = -2 };

static int score(const char *text, char why[CELL_WHY_SIZE]) {
    int found = 0;
    switch (score_cell_read(text, strlen(text), 0, 10, &found, why)) {
    case SCORE_CELL_BLANK:
        return BLANK;
    case SCORE_CELL_GIVEN:
        return found;
    default:
        return BAD;
    }
}

static void scores(void **state) {
    static const struct {
        const char *text;
        int score;
        const char *why;
    } CASES[] = {
        {"9", 9, NULL},
        {" 9 ", 9, NULL},
        {"\xC2\xA0"
         "7\xE3\x80\x80",
         7, NULL},
        {"0", 0, NULL},
        {"10", 10, NULL},
        {"+9", 9, NULL},
        {"09", 9, NULL},
        {"9.0", 9, NULL},
        {"9,0", 9, NULL},
        {"9.000000", 9, NULL},
        {"9 - Very likely", 9, NULL},
        {"0 - Not at all likely", 0, NULL},
        {"10 \xE2\x80\x93 \xC3\xA4u\xC3\x9F"
         "erst wahrscheinlich",
         10, NULL},
        {"10: Extremely", 10, NULL},
        {"1. Very bad", 1, NULL},
        {"9 Very likely", 9, NULL},
        {"9-Very likely", 9, NULL},
        {"5 (neutral)", 5, NULL},
        {"(9)", 9, NULL},
        {"Extremely likely - 10", 10, NULL},
        {"Extremely likely -10", 10, NULL},
        {"Not at all likely - 0", 0, NULL},
        {"Extremely likely (10)", 10, NULL},
        {"Likely 8", 8, NULL},
        {"10/10", 10, NULL},
        {"7 / 10", 7, NULL},
        {"7 out of 10", 7, NULL},
        {"", BLANK, NULL},
        {"  ", BLANK, NULL},
        {"N/A", BLANK, NULL},
        {"null", BLANK, NULL},
        {"-", BLANK, NULL},
        {"11", BAD, "not on the survey's scale, 0 to 10"},
        {"-1", BAD, "not on the survey's scale"},
        {"9.5", BAD, "fraction"},
        {"9,5", BAD, "fraction"},
        {"1.234,5", BAD, "more than one separator"},
        {"1,234", BAD, "separator of thousands"},
        {"4/5", BAD, "is of 5, and the survey's scale ends at 10"},
        {"9-10", BAD, "more than one number"},
        {"10-Sep", BAD, "no number alone"},
        {"9 Oct", BAD, "no number alone"},
        {"2026-01-31", BAD, "more than one number"},
        {"Very likely", BAD, "no number"},
        {"9th", BAD, "no number alone"},
        {"Q9", BAD, "no number alone"},
        {"90%", BAD, "no number alone"},
        {"=1+1", BAD, "more than one number"},
        {"9 of us, or 10", BAD, "more than one number"},
        {"99999999999999999999", BAD, "not on the survey's scale"},
        {"1e1", BAD, "more than one number"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char why[CELL_WHY_SIZE] = "";
        int found = score(CASES[i].text, why);
        if (found != CASES[i].score || (CASES[i].why && !strstr(why, CASES[i].why)))
            fail_msg("'%s' is %d (%s)", CASES[i].text, found, why);
    }
}

static void zone(const char *name) {
    struct error err;
    assert_int_equal(calendar_set_zone(name, &err), CXD_OK);
}

struct dated {
    const char *text;
    enum date_form form;
    const char *time; /* or what is said against it */
};

static void check_dates(const struct dated *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char why[CELL_WHY_SIZE] = "", text[TIME_TEXT_SIZE];
        struct date_read read = {.ms = -1};
        bool is_read = date_cell_read(cases[i].text, strlen(cases[i].text), cases[i].form, &read, why);
        int64_t ms = read.ms;
        if (is_read && !read.is_local)
            assert_int_equal(read.written_ms, ms);
        bool is_time = cases[i].time[0] >= '0' && cases[i].time[0] <= '9';
        if (is_read != is_time)
            fail_msg("'%s': %s", cases[i].text, is_read ? time_format(text, ms) : why);
        if (is_read ? strcmp(time_format(text, ms), cases[i].time) != 0 : !strstr(why, cases[i].time))
            fail_msg("'%s': %s", cases[i].text, is_read ? text : why);
    }
}

static void dates(void **state) {
    static const struct dated CASES[] = {
        {"2026-01-31T10:11:12Z", DATE_FORM_ISO, "2026-01-31T10:11:12Z"},
        {"2026-01-31 10:11:12", DATE_FORM_ISO, "2026-01-31T09:11:12Z"},
        {"2026-01-31T10:11:12.345678+02:00", DATE_FORM_ISO, "2026-01-31T08:11:12.345Z"},
        {"2026-01-31 10:11:12 -0330", DATE_FORM_ISO, "2026-01-31T13:41:12Z"},
        {"2026-01-31 10:11 UTC", DATE_FORM_ISO, "2026-01-31T10:11:00Z"},
        {"2026/01/31 10:11:12 AM GMT+1", DATE_FORM_ISO, "2026-01-31T09:11:12Z"},
        {"2026/01/31 12:00:00 AM GMT", DATE_FORM_ISO, "2026-01-31T00:00:00Z"},
        {"2026-01-31", DATE_FORM_ISO, "2026-01-31T11:00:00Z"},
        {"20260131", DATE_FORM_ISO, "2026-01-31T11:00:00Z"},
        {"2026-02-29", DATE_FORM_ISO, "day that no calendar has"},
        {"2028-02-29", DATE_FORM_ISO, "2028-02-29T11:00:00Z"},
        {"1969-12-31", DATE_FORM_ISO, "before 1970"},
        {"2026-01-31 25:00", DATE_FORM_ISO, "no time of day"},
        {"2026-01-31 10:61", DATE_FORM_ISO, "no time of day"},
        {"2026-01-31 nonsense", DATE_FORM_ISO, "no time"},
        {"2026-01-31 10:00 XYZ", DATE_FORM_ISO, "says 'XYZ' behind its time"},
        {"2026-01-31 10:00 EST", DATE_FORM_ISO, "2026-01-31T15:00:00Z"},
        {"01/31/2026 02:03:04 PM", DATE_FORM_US, "2026-01-31T13:03:04Z"},
        {"1/31/26 2:03 pm", DATE_FORM_US, "2026-01-31T13:03:00Z"},
        {"12/31/2025 13:00 PM", DATE_FORM_US, "clock of 12 hours"},
        {"31/01/2026", DATE_FORM_US, "is a date as 31.1.2026"},
        {"31/01/2026 10:00", DATE_FORM_EU, "2026-01-31T09:00:00Z"},
        {"31.1.2026", DATE_FORM_EU, "2026-01-31T11:00:00Z"},
        {"31. 1. 2026 8:05", DATE_FORM_EU, "2026-01-31T07:05:00Z"},
        {"31-01-2026 10:00", DATE_FORM_EU, "2026-01-31T09:00:00Z"},
        {"31.1.2026 um 10:00 Uhr", DATE_FORM_EU, "2026-01-31T09:00:00Z"},
        {"31 Jan 2026 10:11", DATE_FORM_NAMED, "2026-01-31T09:11:00Z"},
        {"January 31, 2026", DATE_FORM_NAMED, "2026-01-31T11:00:00Z"},
        {"January 31st, 2026 at 10:00 AM", DATE_FORM_NAMED, "2026-01-31T09:00:00Z"},
        {"Sat, 31 Jan 2026 10:11:12 +0000", DATE_FORM_NAMED, "2026-01-31T10:11:12Z"},
        {"Sat Jan 31 2026", DATE_FORM_NAMED, "2026-01-31T11:00:00Z"},
        {"Sat Jan 31 10:11:12 2026", DATE_FORM_NAMED, "2026-01-31T09:11:12Z"},
        {"Sat Jan 31 2026 10:11:12 GMT+0100 (Central European Time)", DATE_FORM_NAMED, "2026-01-31T09:11:12Z"},
        {"31-Jan-26", DATE_FORM_NAMED, "2026-01-31T11:00:00Z"},
        {"Samstag, 31. J\xC3\xA4nner 2026, 10:00", DATE_FORM_NAMED, "2026-01-31T09:00:00Z"},
        {"Dienstag, 3. M\xC3\x84RZ 2026", DATE_FORM_NAMED, "2026-03-03T11:00:00Z"},
        {"mar. 3 mars 2026", DATE_FORM_NAMED, "2026-03-03T11:00:00Z"},
        {"Mar 3 2026", DATE_FORM_NAMED, "2026-03-03T11:00:00Z"},
        {"mardi 11 ao\xC3\xBBt 2026", DATE_FORM_NAMED, "2026-08-11T10:00:00Z"},
        {"31 de enero de 2026", DATE_FORM_NAMED, "2026-01-31T11:00:00Z"},
        {"sabato 31 gennaio 2026", DATE_FORM_NAMED, "2026-01-31T11:00:00Z"},
        {"lauantai 31 tammikuu 2026", DATE_FORM_NAMED, "says 'lauantai', which is no month or weekday that is known"},
        {"31 Foo 2026", DATE_FORM_NAMED, "says 'Foo'"},
        {"1769854272", DATE_FORM_UNIX, "2026-01-31T10:11:12Z"},
        {"1769854272345", DATE_FORM_UNIX, "2026-01-31T10:11:12.345Z"},
        {"1769854272.5", DATE_FORM_UNIX, "2026-01-31T10:11:12.500Z"},
        {"46053", DATE_FORM_EXCEL, "2026-01-31T11:00:00Z"},
        {"46053.5", DATE_FORM_EXCEL, "2026-01-31T11:00:00Z"},
        {"46053.4244444444", DATE_FORM_EXCEL, "2026-01-31T09:11:12Z"},
        {"46053,25", DATE_FORM_EXCEL, "2026-01-31T05:00:00Z"},
        {"46053.9999999", DATE_FORM_EXCEL, "2026-01-31T23:00:00Z"},
        {"60", DATE_FORM_EXCEL, "no day of a spreadsheet since 1970"},
        {"46053", DATE_FORM_ISO, "is a date as 46053"},
        {"yesterday", DATE_FORM_ISO, "says 'yesterday'"},
        {"", DATE_FORM_ISO, "no date"},
    };
    zone("Europe/Berlin");
    check_dates(CASES, CXD_COUNT(CASES));
}

/* The clock went from 2 to 3 on 2026-03-29 in Berlin, and from 3 to 2 on 2026-10-25. */
static void gaps_and_folds(void **state) {
    static const struct dated BERLIN[] = {
        {"2026-03-29 01:59:59", DATE_FORM_ISO, "2026-03-29T00:59:59Z"},
        {"2026-03-29 02:00:00", DATE_FORM_ISO, "2026-03-29T01:00:00Z"},
        {"2026-03-29 02:30:00.5", DATE_FORM_ISO, "2026-03-29T01:00:00Z"},
        {"2026-03-29 03:00", DATE_FORM_ISO, "2026-03-29T01:00:00Z"},
        {"2026-03-29 03:00:01", DATE_FORM_ISO, "2026-03-29T01:00:01Z"},
        {"2026-10-25 02:30", DATE_FORM_ISO, "2026-10-25T00:30:00Z"},
        {"2026-10-25 03:00", DATE_FORM_ISO, "2026-10-25T02:00:00Z"},
    };
    static const struct dated BEIRUT[] = {
        {"2022-03-27 00:30", DATE_FORM_ISO, "2022-03-26T22:00:00Z"}, /* midnight is skipped */
        {"2022-03-27 01:30", DATE_FORM_ISO, "2022-03-26T22:30:00Z"},
    };
    static const struct dated APIA[] = {
        {"2011-12-30 12:00", DATE_FORM_ISO, "2011-12-30T10:00:00Z"}, /* the day is left out */
    };
    static const struct dated LORD_HOWE[] = {
        {"2026-10-04 02:15", DATE_FORM_ISO, "2026-10-03T15:30:00Z"}, /* half an hour */
        {"2026-04-05 01:45", DATE_FORM_ISO, "2026-04-04T14:45:00Z"},
    };
    zone("Europe/Berlin");
    check_dates(BERLIN, CXD_COUNT(BERLIN));
    zone("Asia/Beirut");
    check_dates(BEIRUT, CXD_COUNT(BEIRUT));
    zone("Pacific/Apia");
    check_dates(APIA, CXD_COUNT(APIA));
    zone("Australia/Lord_Howe");
    check_dates(LORD_HOWE, CXD_COUNT(LORD_HOWE));
}

static enum date_verdict guessed(const char *const *values, enum date_form *ret_form, struct date_guess *guess) {
    *guess = (struct date_guess){0};
    for (size_t i = 0; values[i]; i++)
        date_guess_add(guess, values[i], strlen(values[i]), i + 2);
    return date_guess_end(guess, ret_form);
}

static void one_form_for_a_column(void **state) {
    static const struct {
        const char *values[6];
        enum date_verdict verdict;
        enum date_form form;
    } CASES[] = {
        {{"1/2/2026", "3/4/2026", "1/13/2026"}, DATE_TOLD, DATE_FORM_US},
        {{"1/2/2026", "3/4/2026", "13/1/2026"}, DATE_TOLD, DATE_FORM_EU},
        {{"1/2/2026", "3/4/2026", "12/12/2026"}, DATE_AMBIGUOUS, DATE_FORM_NONE},
        {{"1-2-2026", ""}, DATE_AMBIGUOUS, DATE_FORM_NONE},
        {{"1/13/2026", "13/1/2026"}, DATE_MIXED, DATE_FORM_NONE},
        {{"1.2.2026", "3.4.2026"}, DATE_TOLD, DATE_FORM_EU},
        {{"2026-01-02", "n/a", "nonsense", "2026-01-02 10:00"}, DATE_TOLD, DATE_FORM_ISO},
        {{"2026-01-02", "nonsense", "more of it"}, DATE_UNREADABLE, DATE_FORM_NONE},
        {{"1769854272", "1769854273"}, DATE_TOLD, DATE_FORM_UNIX},
        {{"46053", "46053.25"}, DATE_TOLD, DATE_FORM_EXCEL},
        {{"3 mars 2026", "31 janv. 2026"}, DATE_TOLD, DATE_FORM_NAMED},
        {{"", "-"}, DATE_ABSENT, DATE_FORM_NONE},
        {{NULL}, DATE_ABSENT, DATE_FORM_NONE},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct date_guess guess;
        enum date_form form = DATE_FORM_NONE;
        assert_int_equal(guessed(CASES[i].values, &form, &guess), CASES[i].verdict);
        assert_int_equal(form, CASES[i].form);
    }
    static const char *const MIXED[] = {"1/2/2026", "1/13/2026", "13/1/2026", NULL};
    struct date_guess guess;
    enum date_form form;
    assert_int_equal(guessed(MIXED, &form, &guess), DATE_MIXED);
    assert_int_equal(guess.us_line, 3);
    assert_int_equal(guess.eu_line, 4);
}

static void names_of_forms(void **state) {
    for (int i = DATE_FORM_ISO; i < DATE_FORMS; i++) {
        enum date_form form = DATE_FORM_NONE;
        assert_true(date_form_parse(date_form_name((enum date_form)i), &form));
        assert_int_equal(form, i);
        bool is_zoned;
        const char *example = date_form_example(form);
        assert_int_not_equal(date_cell_forms(example, strlen(example), &is_zoned) & 1U << i, 0);
    }
    enum date_form form;
    assert_false(date_form_parse("american", &form));
}

static void keys(void **state) {
    char key[32], cut[5];
    text_cell_key(key, sizeof key, "Submit Date (UTC)", 17);
    assert_string_equal(key, "submitdateutc");
    text_cell_key(key, sizeof key, "\xC3\x84PFEL \xC3\x97", 9);
    assert_string_equal(key, "\xC3\xA4pfel\xC3\x97");
    assert_int_equal(text_cell_key(cut, sizeof cut, "abcdefgh", 8), 4);
    assert_string_equal(cut, "abcd");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores),         cmocka_unit_test(dates),
        cmocka_unit_test(gaps_and_folds), cmocka_unit_test(one_form_for_a_column),
        cmocka_unit_test(names_of_forms), cmocka_unit_test(keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
