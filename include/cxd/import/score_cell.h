#ifndef CXD_IMPORT_SCORE_CELL_H
#define CXD_IMPORT_SCORE_CELL_H

#include <stddef.h>

#include "cxd/base/compiler.h"

/* A score as other programs write it: 9, 9.0, 9,0, "9 - Very likely", "Extremely likely - 10", "9/10", "9 out of 10".
 */

enum score_cell { SCORE_CELL_BLANK, SCORE_CELL_GIVEN, SCORE_CELL_BAD };
enum { CELL_WHY_SIZE = 192 };

/* Blank: nothing, or a word for that (n/a, null, -). Where it is bad, `why` goes on behind the cell's name: "is a
 * fraction: …". Never guesses: two numbers, a separator of thousands, another scale's end are bad. */
CXD_NODISCARD enum score_cell score_cell_read(const char *text, size_t length, int scale_min, int scale_max,
                                              int *ret_score, char why[CELL_WHY_SIZE]);

#endif
