#ifndef CXD_IMPORT_GUESS_H
#define CXD_IMPORT_GUESS_H

#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/domain/question.h"
#include "cxd/import/mapping.h"

/* Which column is what, by its name and by what stands in it. */

/* What the values of a column have shown; begins as all zero. */
struct column_facts {
    uint32_t filled, scores, dates, words;
    uint32_t written_dates; /* of the dates: no bare numbers */
    uint32_t running;       /* bare numbers of up to nine digits */
    uint32_t kinds;         /* values that are different; beyond as many as there are prints, at least so many */
    uint32_t prints[8];
};

/* What is left open. */
struct guess_doubts {
    enum target target;    /* several columns can be it; TARGETS: there is none */
    struct buffer columns; /* and these are they, by numbers and names, with commas between */
    int running;           /* the column that would be the id, but for running numbers in it; COLUMN_NONE */
};

void column_facts_add(struct column_facts *facts, const struct table_cell *cell, int scale_min, int scale_max);

/* Maps what is not set. What several columns can be, by the same name or by what stands in them, is left open. In
 * doubts->columns, which is initialised and empty, is what is shown to people. */
void guess_mapping(const struct headings *headings, const struct column_facts *facts, struct mapping *mapping,
                   struct guess_doubts *doubts);

/* Whether it is a name by which a column is guessed ("score", "Datum"). */
bool guess_is_name(const char *name);

/* Maps columns of the name of a declared property (KEY, property.KEY, or properties.KEY) that are not mapped. */
CXD_NODISCARD enum cxd_err guess_properties(const struct headings *headings, const char *const *keys, size_t key_count,
                                            struct mapping *mapping, struct error *err);

/* Maps columns of the names answer.KEY and answer.KEY.other that are not mapped, as an export has them (answers.KEY in
 * NDJSON). */
CXD_NODISCARD enum cxd_err guess_answers(const struct headings *headings, const struct survey *survey,
                                         struct mapping *mapping, struct error *err);

/* The key that a column's name makes: what no key may hold becomes '_'. False where nothing is left of it. */
CXD_NODISCARD bool guess_property_key(const char *name, char out[MAPPING_KEY_SIZE]);

#endif
