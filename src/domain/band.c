/* Bands of a scale: which score is of which, and their names (docs/scoring.md §1). */
#include "cxd/domain/band.h"

#include <string.h>

static const char *const BANDS[METRIC_COUNT][BAND_COUNT] = {
    // clang-format off
    [METRIC_NPS]  = {[BAND_FAVOURABLE] = "promoters", [BAND_NEUTRAL] = "passives", [BAND_UNFAVOURABLE] = "detractors"},
    [METRIC_CSAT] = {[BAND_FAVOURABLE] = "satisfied", [BAND_NEUTRAL] = "neutral", [BAND_UNFAVOURABLE] = "dissatisfied"},
    [METRIC_CES]  = {[BAND_FAVOURABLE] = "easy",      [BAND_NEUTRAL] = "neutral", [BAND_UNFAVOURABLE] = "difficult"},
    // clang-format on
};
/* Of every survey. */
static const char *const ANY[BAND_COUNT] = {
    [BAND_FAVOURABLE] = "favourable", [BAND_NEUTRAL] = "neutral", [BAND_UNFAVOURABLE] = "unfavourable"};

enum band survey_band(const struct survey *survey, int score) {
    if (survey->direction == DIRECTION_LOWER) {
        return score <= survey->favourable     ? BAND_FAVOURABLE
               : score >= survey->unfavourable ? BAND_UNFAVOURABLE
                                               : BAND_NEUTRAL;
    }
    return score >= survey->favourable     ? BAND_FAVOURABLE
           : score <= survey->unfavourable ? BAND_UNFAVOURABLE
                                           : BAND_NEUTRAL;
}

bool survey_in_bands(const struct survey *survey, unsigned bands, int score) {
    return bands == 0 || (bands >> survey_band(survey, score) & 1) != 0;
}

const char *band_name(enum metric metric, enum band band) {
    return BANDS[metric][band];
}

/* "detractor", of "detractors" */
static bool is_one_of(const char *text, const char *name) {
    size_t length = strlen(name) - 1;
    return name[length] == 's' && strlen(text) == length && strncmp(text, name, length) == 0;
}

bool band_find(enum metric metric, const char *text, enum band *ret_band) {
    const char *const *own = BANDS[metric];
    for (int band = 0; band < BAND_COUNT; band++)
        if (strcmp(text, own[band]) == 0 || strcmp(text, ANY[band]) == 0 || is_one_of(text, own[band])) {
            *ret_band = (enum band)band;
            return true;
        }
    return false;
}
