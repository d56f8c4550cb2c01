#ifndef CXD_SRC_IMPORT_DATE_PARTS_H
#define CXD_SRC_IMPORT_DATE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/import/score_cell.h"

/* A text as the parts of a date, before it is known which of two numbers is the month. */

enum date_shape {
    DATE_SHAPE_YEAR_FIRST, /* month, day */
    DATE_SHAPE_SLASHED,    /* first, second: which is which is open */
    DATE_SHAPE_DOTTED,     /* first is the day */
    DATE_SHAPE_NAMED,      /* first is the day, second the month */
    DATE_SHAPE_NUMBER
};

struct date_parts {
    enum date_shape shape;
    int year, first, second;
    bool has_time, has_offset;
    int64_t time_ms; /* since midnight */
    int offset_minutes;
    int64_t whole;   /* of a number, */
    double fraction; /* 0–1 */
};

/* False: it is no date; why goes on behind the cell's name. */
bool date_parts_read(const char *text, size_t length, struct date_parts *ret_parts, char why[CELL_WHY_SIZE]);

#endif
