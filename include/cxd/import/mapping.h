#ifndef CXD_IMPORT_MAPPING_H
#define CXD_IMPORT_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/import/table.h"

/* Which column of a table is which member of a response. */

enum target {
    TARGET_SCORE,
    TARGET_COMMENT,
    TARGET_ANSWERED_AT,
    TARGET_RESPONDENT,
    TARGET_ID,
    TARGET_TOUCHPOINT,
    TARGET_CHANNEL,
    TARGET_LOCALE,
    TARGET_VISIT,
    TARGETS
};

/* "score", …: the member's name. */
const char *target_name(enum target target);

/* The names of columns. `label` is what a second row of the header says of it, or NULL. */
struct heading {
    const char *name, *label;
};
struct headings {
    const struct heading *columns;
    size_t count;
};

enum { MAPPING_PROPERTIES_MAX = 64, MAPPING_ANSWERS_MAX = 24, MAPPING_KEY_SIZE = 65, COLUMN_NONE = -1 };

struct mapped_property {
    char key[MAPPING_KEY_SIZE];
    int column;
    bool is_named; /* by mapping_apply */
};

struct mapping {
    int column[TARGETS];    /* from 0; COLUMN_NONE */
    bool is_set[TARGETS];   /* by who imports or by a preset, so that it is not guessed; also to none */
    bool is_named[TARGETS]; /* by mapping_apply */
    struct mapped_property properties[MAPPING_PROPERTIES_MAX]; /* sorted by key, keys distinct */
    size_t property_count;
    struct mapped_property answers[MAPPING_ANSWERS_MAX]; /* the same by question: KEY or KEY.other */
    size_t answer_count;
};

void mapping_init(struct mapping *mapping);
/* What was applied up to here may be named otherwise. */
void mapping_yield(struct mapping *mapping);
/* Whether a column is mapped, and to what (of a property its key); NULL: it is left out. */
const char *mapping_of_column(const struct mapping *mapping, size_t column);
/* ERR_INVALID where there are too many, or the key is none. */
CXD_NODISCARD enum cxd_err mapping_add_property(struct mapping *mapping, const char *key, size_t column,
                                                struct error *err);
CXD_NODISCARD enum cxd_err mapping_add_answer(struct mapping *mapping, const char *key, size_t column,
                                              struct error *err);

/* A column by its name, whole or but for capitals and marks, or by #N from 1. ERR_INVALID with a detail for people:
 * unknown (with the nearest), or twice in the header. */
CXD_NODISCARD enum cxd_err mapping_find_column(const struct headings *headings, const char *text, size_t length,
                                               int *ret_column, struct error *err);

/* "score=COLUMN,comment=COLUMN,property.plan=COLUMN,answer.reason=COLUMN", onto the mapping; "comment=" maps it to
 * nothing. A comma in a column's name does not end it, unless a target and '=' follow. ERR_INVALID, also where a
 * target, property or answer gets two columns. */
CXD_NODISCARD enum cxd_err mapping_apply(struct mapping *mapping, const struct headings *headings, const char *text,
                                         struct error *err);

#endif
