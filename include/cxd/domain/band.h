#ifndef CXD_DOMAIN_BAND_H
#define CXD_DOMAIN_BAND_H

#include <stdbool.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/survey.h"

/* What a score is taken for: the bands of docs/scoring.md §1, and how they are called. */

enum band { BAND_FAVOURABLE, BAND_NEUTRAL, BAND_UNFAVOURABLE, BAND_COUNT }; /* in the order of a movement's table */
enum band survey_band(const struct survey *survey, int score);
/* Whether the score is of one of the bands, a bit for each; of no bands at all (0): whatever it is. */
bool survey_in_bands(const struct survey *survey, unsigned bands, int score);

/* "promoters", "satisfied", "easy"; "passives", …: in every call that has or takes one. */
const char *band_name(enum metric metric, enum band band);
/* By that name, also of a single one ("detractor"), or by that of every survey: favourable, neutral, unfavourable.
 * False: it is none. */
CXD_NODISCARD bool band_find(enum metric metric, const char *text, enum band *ret_band);

#endif
