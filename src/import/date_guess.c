/* The one form of a column of dates, by all of its values. */

#include "cxd/import/date.h"
#include "cxd/import/text_cell.h"

void date_guess_add(struct date_guess *guess, const char *text, size_t length, uint64_t line) {
    bool is_zoned, is_us, is_eu;
    unsigned forms;

    if (text_cell_is_nothing(text, length)) {
        guess->dateless++;
        return;
    }
    forms = date_cell_forms(text, length, &is_zoned);
    guess->filled++;
    guess->zoned += forms != 0 && is_zoned;
    guess->local += forms != 0 && !is_zoned;
    for (int form = DATE_FORM_ISO; form < DATE_FORMS; form++)
        guess->counts[form] += forms >> form & 1;
    is_us = forms >> DATE_FORM_US & 1;
    is_eu = forms >> DATE_FORM_EU & 1;
    guess->either += is_us && is_eu;
    if (is_us && !is_eu && guess->us_only++ == 0)
        guess->us_line = line;
    if (is_eu && !is_us && guess->eu_only++ == 0)
        guess->eu_line = line;
}

enum date_verdict date_guess_end(const struct date_guess *guess, enum date_form *ret_form) {
    uint64_t most = guess->us_only + guess->eu_only + guess->either; /* of the two that differ in their order alone */
    enum date_form form = DATE_FORM_NONE;

    if (guess->filled == 0)
        return DATE_ABSENT;
    for (int i = DATE_FORM_ISO; i < DATE_FORMS; i++) {
        if (i != DATE_FORM_US && i != DATE_FORM_EU && guess->counts[i] > most) {
            most = guess->counts[i];
            form = (enum date_form)i;
        }
    }
    if (most < guess->filled - most)
        return DATE_UNREADABLE;
    if (form == DATE_FORM_NONE) {
        if (guess->us_only > 0 && guess->eu_only > 0)
            return DATE_MIXED;
        if (guess->us_only == 0 && guess->eu_only == 0)
            return DATE_AMBIGUOUS;
        form = guess->us_only > 0 ? DATE_FORM_US : DATE_FORM_EU;
    }
    *ret_form = form;
    return DATE_TOLD;
}
