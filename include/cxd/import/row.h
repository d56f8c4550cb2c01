#ifndef CXD_IMPORT_ROW_H
#define CXD_IMPORT_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/import/answer_cell.h"
#include "cxd/import/date.h"
#include "cxd/import/mapping.h"
#include "cxd/import/preset.h"
#include "cxd/import/row_id.h"

/* A row of a table as a response. */

struct row_plan {
    const struct headings *headings;
    struct mapping mapping;
    struct answer_column answers[QUESTIONS_MAX]; /* answer_columns_bind */
    size_t answer_count;
    struct preset_use preset;
    bool is_of_json; /* no text has a guard */
    enum date_form dates;
    int scale_min, scale_max;
    bool takes_unscored;   /* a comment alone is a response too */
    bool takes_unfinished; /* rows of people who did not finish */
    struct id space;       /* row_id_space */
    struct row_seen *seen;
    const char *mended_id; /* the id that a file of bad rows gives to the row that is next; NULL: it is no such file */
    struct buffer text;    /* for row_read's use; initialised */
    struct id last;        /* for row_read's use; zero before the first row */
};

enum row_verdict {
    ROW_RESPONSE,
    ROW_UNANSWERED, /* without a score, or where that may be, without anything said */
    ROW_UNFINISHED,
    ROW_TRIAL, /* a preview of the survey, or no answer at all */
    ROW_BAD
};

enum { ROW_WHY_SIZE = 640 };

struct row_reading {
    enum row_verdict verdict;
    struct id id;           /* of a response; of a bad row that which it is to have, where no column has it */
    uint64_t before;        /* how many rows before are the same (without ids of their own) */
    char why[ROW_WHY_SIZE]; /* of a bad row: "column 3 (Score), '9.5': is a fraction …" */
};

/* Appends the response as a line of JSON, the id last, without a line break; of other rows nothing. The row's own
 * faults are its verdict; ERR_TABLE and ERR_NO_MEMORY are those of row_seen_add. */
CXD_NODISCARD enum cxd_err row_read(struct row_plan *plan, const struct table_row *row, struct buffer *out,
                                    struct row_reading *ret_reading, struct error *err);

#endif
