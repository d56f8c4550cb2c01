#ifndef CXD_IMPORT_DATE_H
#define CXD_IMPORT_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/import/score_cell.h"

/* Dates as other programs write them. A column has one form, which all of its values tell. */

enum date_form {
    DATE_FORM_NONE,
    DATE_FORM_ISO,   /* 2026-01-31, 2026/01/31, 20260131 */
    DATE_FORM_US,    /* 1/31/2026 */
    DATE_FORM_EU,    /* 31.1.2026, 31/1/2026, 31-1-2026 */
    DATE_FORM_NAMED, /* 31 Jan 2026, January 31, 2026, Sat Jan 31 2026 */
    DATE_FORM_UNIX,  /* seconds or milliseconds since 1970 */
    DATE_FORM_EXCEL, /* days since 1899-12-30 */
    DATE_FORMS
};

/* date_form.c */

/* "iso", "us", …, as --dates takes them; and how such a date looks. NULL for none. */
const char *date_form_name(enum date_form form);
const char *date_form_example(enum date_form form);
CXD_NODISCARD bool date_form_parse(const char *name, enum date_form *ret_form);

/* date_cell.c */

/* The forms that can read the text, as 1 << form; *ret_zoned: it says its offset. 0: none. */
unsigned date_cell_forms(const char *text, size_t length, bool *ret_zoned);

struct date_read {
    int64_t ms;         /* the instant, since 1970 */
    int64_t written_ms; /* where it is local: the same if the clock were UTC's, whatever the zone is */
    bool is_local;      /* the cell says no offset */
};

/* What says no offset is on the clock of the process's zone (base/calendar): in a gap it is the first instant after
 * it, in a fold the earlier one. A date without a time is its noon, so that it is the same date in the zones around.
 * Where it is false, `why` goes on behind the cell's name. */
CXD_NODISCARD bool date_cell_read(const char *text, size_t length, enum date_form form, struct date_read *ret_read,
                                  char why[CELL_WHY_SIZE]);

/* date_guess.c */

/* What the values of a column have shown; begins as all zero. */
struct date_guess {
    uint64_t filled;             /* values that are not blank */
    uint64_t counts[DATE_FORMS]; /* of them such as the form can read */
    uint64_t us_only, eu_only;   /* such as only one order of day and month can */
    uint64_t either;             /* and such as both can */
    uint64_t us_line, eu_line;   /* the first such lines */
    uint64_t zoned, local;       /* that say their offset from UTC, and that do not */
    uint64_t dateless;           /* blank */
};

void date_guess_add(struct date_guess *guess, const char *text, size_t length, uint64_t line);

enum date_verdict {
    DATE_TOLD,       /* *ret_form is it */
    DATE_ABSENT,     /* there are no values */
    DATE_AMBIGUOUS,  /* US and European both read every value */
    DATE_MIXED,      /* some values can only be the one, some only the other */
    DATE_UNREADABLE, /* no form reads half of the values */
};
enum date_verdict date_guess_end(const struct date_guess *guess, enum date_form *ret_form);

#endif
