#ifndef CXD_IMPORT_PRESET_H
#define CXD_IMPORT_PRESET_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/import/date.h"
#include "cxd/import/mapping.h"

/* What is known of the exports of other programs, as one table. In it a name of a column is one of several with '|'
 * between them, each but for capitals and marks; one that ends in '*' is the begin of a name. */

enum { PRESET_COLUMNS_MAX = 9, PRESET_HEADER_MAX = 3, PRESET_MARKS_MAX = 5 };

struct preset {
    const char *name, *title;
    const char *recognised_by[PRESET_MARKS_MAX]; /* a header that has all of them is such an export */
    bool is_first;                               /* the first of them is the name of the first column */
    size_t header_rows;                          /* 1: the first alone. The second has labels of the columns */
    const char *header_end; /* the last of these rows begins so; without it there is only one. NULL: there always are */
    struct {
        enum target target;
        const char *names;
    } columns[PRESET_COLUMNS_MAX]; /* names NULL at the end */
    enum date_form dates;          /* where the values leave it open; DATE_FORM_NONE: it stays so */
    const char *zone;              /* of times without an offset; NULL: whoever imports says it */
    const char *no_date;           /* a value that begins so is none; NULL */
    bool has_zone_in_name;         /* of the column of dates, in brackets */
    bool has_guards;               /* an apostrophe before what a spreadsheet would take for a formula */
    bool omits;                    /* a member that a response does not have is not there in JSON */
    struct {
        const char *column, *values; /* the row is of somebody who finished: one of the values; NULL: any */
    } finished;
    struct {
        const char *column, *values; /* the row is a trial, or no answer at all */
    } trial;
};

extern const struct preset PRESETS[];
extern const size_t PRESET_COUNT;

const struct preset *preset_find(const char *name);
/* By the first row; NULL. */
const struct preset *preset_recognise(const struct headings *headings);
/* The first of recognised_by that a header lacks (or has elsewhere than first); NULL: it is such an export. */
const char *preset_lacks(const struct preset *preset, const struct headings *headings);
/* Whether a name is one of several, as above. */
bool preset_name_is(const char *names, const char *name);

/* A preset and where its columns are in a table. */
struct preset_use {
    const struct preset *preset; /* NULL: none */
    int finished, trial;         /* columns; COLUMN_NONE */
};

/* Maps the columns that are there. */
void preset_apply(const struct preset *preset, const struct headings *headings, struct mapping *mapping,
                  struct preset_use *ret_use);

enum preset_row { PRESET_ROW_WHOLE, PRESET_ROW_UNFINISHED, PRESET_ROW_TRIAL };
enum preset_row preset_judge(const struct preset_use *use, const struct table_row *row);

/* The zone that a row of Qualtrics' header names ({"ImportId":"startDate","timeZone":"America/Denver"}). */
CXD_NODISCARD bool preset_zone_of_cell(const char *text, char *ret_zone, size_t size);

#endif
