/* The adjusted estimates behind intervals (score.c) and tests (compare.c). */
#include "domain/adjusted.h"

#include <math.h>

#include "cxd/domain/distribution.h"

static const double PRIOR = 3, PRIOR_CONFIDENCE = 0.95, ROUNDING = 1e-9;

double adjusted_z(double confidence) {
    return -normal_quantile((1 - confidence) / 2);
}

double adjusted_prior(double confidence) {
    if (confidence >= PRIOR_CONFIDENCE - ROUNDING)
        return PRIOR;
    double ratio = adjusted_z(confidence) / adjusted_z(PRIOR_CONFIDENCE);
    return PRIOR * ratio * ratio;
}

struct level level_of(double confidence) {
    return (struct level){confidence, NAN, NAN};
}

double level_prior(struct level *level) {
    if (isnan(level->prior))
        level->prior = adjusted_prior(level->confidence);
    return level->prior;
}

double level_z(struct level *level) {
    if (isnan(level->z))
        level->z = adjusted_z(level->confidence);
    return level->z;
}

/* Sauro & Lewis; Rocks 2016, The American Statistician 70(4): adjusted Wald. */
struct adjusted adjusted_net(int64_t favourable, int64_t unfavourable, int64_t n, double k) {
    double size = (double)n + k;
    double centre = (double)((__int128)favourable - unfavourable) / size;
    double polar = ((double)((__int128)favourable + unfavourable) + k / 2) / size;
    return (struct adjusted){100 * centre, 100 * sqrt((polar - centre * centre) / size)};
}

/* Deviations are from the whole number next to the mean: what is squared is then small, and nothing is lost to
 * cancellation. */
struct adjusted adjusted_mean(const struct survey *survey, const struct histogram *hist, double k) {
    int64_t n = histogram_count(hist), sum = histogram_sum(hist);
    int around = n > 0 ? (int)((sum + n / 2) / n) : (survey->scale_min + survey->scale_max) / 2;
    double step = k / (survey->scale_max - survey->scale_min + 1);
    double deviations = (double)((__int128)sum - (__int128)around * n), squares = 0;
    for (int value = 0; value < HISTOGRAM_SIZE; value++) {
        double deviation = value - around;
        double weight = value >= survey->scale_min && value <= survey->scale_max ? step : 0;
        deviations += weight * deviation;
        squares += ((double)hist->n[value] + weight) * deviation * deviation;
    }
    double size = (double)n + k, shift = deviations / size;
    return (struct adjusted){around + shift, sqrt((squares / size - shift * shift) / size)};
}
