/* The forms of dates, by name. */

#include <string.h>

#include "cxd/import/date.h"

static const struct {
    const char *name, *example;
} FORMS[DATE_FORMS] = {
    [DATE_FORM_ISO] = {"iso", "2026-01-31"},   [DATE_FORM_US] = {"us", "1/31/2026"},
    [DATE_FORM_EU] = {"eu", "31.1.2026"},      [DATE_FORM_NAMED] = {"named", "31 Jan 2026"},
    [DATE_FORM_UNIX] = {"unix", "1769817600"}, [DATE_FORM_EXCEL] = {"excel", "46053"},
};

const char *date_form_name(enum date_form form) {
    return FORMS[form].name;
}

const char *date_form_example(enum date_form form) {
    return FORMS[form].example;
}

bool date_form_parse(const char *name, enum date_form *ret_form) {
    for (int form = DATE_FORM_NONE + 1; form < DATE_FORMS; form++) {
        if (strcmp(FORMS[form].name, name) == 0) {
            *ret_form = (enum date_form)form;
            return true;
        }
    }
    return false;
}
