#ifndef CXD_IMPORT_ELEMENTS_H
#define CXD_IMPORT_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/text.h"

/* The texts of JSON that a file holds, one after the other: its lines, or the elements of an array. */
struct elements {
    struct text text;
    const char *at, *end; /* of the block */
    bool is_array;
    bool is_inside; /* of the array: behind its bracket */
    bool is_over;   /* the array has its end */
    uint64_t line;
    char *bytes; /* the element, without blanks around it */
    size_t length;
    uint64_t element_line; /* where it begins */
    bool is_too_long;      /* more than TABLE_ROW_MAX: then there are no bytes */
};

CXD_NODISCARD enum cxd_err elements_init(struct elements *elements, struct source *source, bool is_array,
                                         enum table_encoding encoding, struct error *err);
void elements_free(struct elements *elements);
/* *ret_there: false behind the last. ERR_TABLE where the array is none, or its end is not there. */
CXD_NODISCARD enum cxd_err elements_next(struct elements *elements, bool *ret_there, struct error *err);
void elements_rewind(struct elements *elements);

#endif
