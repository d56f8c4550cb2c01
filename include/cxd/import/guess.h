#ifndef CXD_IMPORT_GUESS_H
#define CXD_IMPORT_GUESS_H

#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/import/mapping.h"

/* Which column is what, by its name and by what stands in it. */

/* What the values of a column have shown; begins as all zero. */
struct column_facts {
    uint32_t filled, scores, dates, words;
};

void column_facts_add(struct column_facts *facts, const struct table_cell *cell, int scale_min, int scale_max);

/* Maps what is not set. A column that is the score must be the only one that can be: else it is left open, and the
 * numbers and names of those are appended to `candidates`, with commas between. */
void guess_mapping(const struct headings *headings, const struct column_facts *facts, struct mapping *mapping,
                   struct buffer *candidates);

/* Maps columns of the name of a declared property (KEY, or property.KEY) that are not mapped. */
CXD_NODISCARD enum cxd_err guess_properties(const struct headings *headings, const char *const *keys, size_t key_count,
                                            struct mapping *mapping, struct error *err);

/* The key that a column's name makes: what no key may hold becomes '_'. False where nothing is left of it. */
CXD_NODISCARD bool guess_property_key(const char *name, char out[MAPPING_KEY_SIZE]);

#endif
