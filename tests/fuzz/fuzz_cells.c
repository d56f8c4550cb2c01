/* A cell of a table, of any text, as a score and as a date; by lines, as the dates of a column. What is taken lies in
 * its range, what is refused says why, and the form of a column reads what was counted for it. */
#include "fuzz.h"

#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/import/date.h"
#include "cxd/import/preset.h"
#include "cxd/import/score_cell.h"
#include "cxd/import/text_cell.h"

static void check_why(const char *why) {
    CHECK(why[0] != '\0' && strlen(why) < CELL_WHY_SIZE && utf8_count(why) != SIZE_MAX);
}

static void check_score(const char *text, size_t length) {
    char why[CELL_WHY_SIZE] = "";
    int score = -1;
    switch (score_cell_read(text, length, 1, 7, &score, why)) {
    case SCORE_CELL_GIVEN:
        CHECK(score >= 1 && score <= 7);
        break;
    case SCORE_CELL_BLANK:
        CHECK(text_cell_is_nothing(text, length));
        break;
    default:
        check_why(why);
        CHECK(score == -1);
    }
}

static void check_date(const char *text, size_t length, struct date_guess *guess) {
    bool is_zoned;
    unsigned forms = date_cell_forms(text, length, &is_zoned);
    for (int form = DATE_FORM_ISO; form < DATE_FORMS; form++) {
        char why[CELL_WHY_SIZE] = "";
        struct date_read read = {.ms = -1};
        if (!date_cell_read(text, length, (enum date_form)form, &read, why)) {
            CHECK(!(forms & 1U << form) && read.ms == -1);
            check_why(why);
            continue;
        }
        CHECK(read.is_local || read.written_ms == read.ms);
        CHECK(read.ms > -100 * INT64_C(3600000) && read.ms < INT64_C(253500000000000));
        CHECK((forms & 1U << form) || form == DATE_FORM_UNIX || form == DATE_FORM_EXCEL);
    }
    date_guess_add(guess, text, length, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool is_ready;
    struct date_guess guess = {0};
    enum date_form form = DATE_FORM_NONE;
    struct error err;
    if (!is_ready)
        CHECK(calendar_set_zone("Europe/Berlin", &err) == CXD_OK);
    is_ready = true;
    char *mended = malloc(3 * size + 1), zone[32];
    size_t length;
    CHECK(mended);
    (void)utf8_mend(mended, (const char *)data, size, &length);
    for (char *line = mended, *end; line < mended + length; line = end + 1) {
        end = memchr(line, '\n', (size_t)(mended + length - line));
        end = end ? end : mended + length;
        check_score(line, (size_t)(end - line));
        check_date(line, (size_t)(end - line), &guess);
    }
    enum date_verdict verdict = date_guess_end(&guess, &form);
    CHECK((verdict == DATE_TOLD) == (form != DATE_FORM_NONE));
    CHECK(verdict != DATE_TOLD || 2 * guess.counts[form] >= guess.filled || form == DATE_FORM_US ||
          form == DATE_FORM_EU);
    CHECK((guess.filled == 0) == (verdict == DATE_ABSENT));
    (void)preset_name_is("Submit Date (UTC)|#|Delighted *", mended);
    if (preset_zone_of_cell(mended, zone, sizeof zone))
        CHECK(strlen(zone) < sizeof zone && zone[0] != '\0');
    free(mended);
    return 0;
}
