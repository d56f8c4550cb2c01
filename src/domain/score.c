/* Scores and their uncertainty (docs/scoring.md §1, §2, §5): from a survey and a histogram to figures. Counts stay
 * integers until the last division, so no figure loses digits to the number of responses. */
#include "cxd/domain/score.h"

#include <math.h>
#include <stdlib.h>

#include "cxd/domain/distribution.h"
#include "domain/adjusted.h"

enum { SMALL_SAMPLE = 30 };

const char *interval_method_name(enum interval_method method) {
    static const char *const NAMES[] = {"adjusted_wald", "wilson", "adjusted_mean", "t", "clustered"};
    return NAMES[method];
}

static double clip(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

/* Clipped to the range of the score, and widened to hold it: a prior that pulls, or the rounding of a bound, must not
 * push the score out. */
static struct interval interval_about(double value, double low, double high, double least, double most) {
    low = clip(low, least, most);
    high = clip(high, least, most);
    return (struct interval){true, low < value ? low : value, high > value ? high : value};
}

static struct interval interval_adjusted(const struct score *score, struct level *level, struct adjusted adjusted,
                                         double least, double most) {
    double half = level_z(level) * adjusted.error;
    return interval_about(score->value, adjusted.centre - half, adjusted.centre + half, least, most);
}

static void count_bands(const struct survey *survey, const struct histogram *hist, struct score *score) {
    if (survey->direction == DIRECTION_LOWER) {
        score->favourable = histogram_between(hist, 0, survey->favourable);
        score->unfavourable = histogram_between(hist, survey->unfavourable, HISTOGRAM_SIZE - 1);
    } else {
        score->favourable = histogram_between(hist, survey->favourable, HISTOGRAM_SIZE - 1);
        score->unfavourable = histogram_between(hist, 0, survey->unfavourable);
    }
    score->neutral = score->n - score->favourable - score->unfavourable;
}

/* Favourable less unfavourable, in points: NPS and net_easy. */
static void compute_net(struct level *level, struct score *score) {
    double n = (double)score->n;
    __int128 net = (__int128)score->favourable - score->unfavourable;
    __int128 polar = (__int128)score->favourable + score->unfavourable;
    score->value = 100 * (double)net / n;
    /* p + d − (p − d)² = (n·(P + D) − (P − D)²)/n² */
    score->standard_error = 100 * sqrt((double)(score->n * polar - net * net) / n) / n;
    struct adjusted adjusted = adjusted_net(score->favourable, score->unfavourable, score->n, level_prior(level));
    score->interval = interval_adjusted(score, level, adjusted, -100, 100);
}

static void compute_share(struct level *level, struct score *score) {
    double n = (double)score->n;
    __int128 spread = (__int128)score->favourable * (score->n - score->favourable);
    score->value = 100 * (double)score->favourable / n;
    score->standard_error = 100 * sqrt((double)spread / n) / n;
    double low, high;
    score_wilson(score->favourable, score->n, level_z(level), &low, &high);
    score->interval = interval_about(score->value, 100 * low, 100 * high, 0, 100);
}

/* s/√n; NaN for a single answer. */
static double error_of_mean(const struct histogram *hist, int64_t n) {
    __int128 sum = histogram_sum(hist);
    __int128 spread = (__int128)n * histogram_sum_of_squares(hist) - sum * sum;
    return n < 2 ? NAN : sqrt((double)spread / (double)(n - 1)) / (double)n;
}

static void compute_mean(const struct survey *survey, const struct histogram *hist, struct level *level,
                         struct score *score) {
    score->value = score->mean;
    score->standard_error = error_of_mean(hist, score->n);
    score->interval = interval_adjusted(score, level, adjusted_mean(survey, hist, level_prior(level)),
                                        survey->scale_min, survey->scale_max);
}

void score_use_t(const struct survey *survey, const struct histogram *hist, struct score *score) {
    if (survey->method != METHOD_MEAN)
        return;
    score->interval = (struct interval){.known = false};
    score->interval_method = INTERVAL_T;
    double error = score->known ? error_of_mean(hist, score->n) : NAN;
    if (!(error > 0))
        return;
    double half = -student_quantile((1 - score->confidence) / 2, (double)(score->n - 1)) * error;
    score->interval =
        interval_about(score->value, score->value - half, score->value + half, survey->scale_min, survey->scale_max);
}

double score_margin(const struct score *score) {
    return fmax(score->value - score->interval.low, score->interval.high - score->value);
}

void score_compute_at(const struct survey *survey, const struct histogram *hist, struct level *level,
                      struct score *ret) {
    static const enum interval_method METHODS[METHOD_COUNT] = {
        [METHOD_NET_PROMOTER] = INTERVAL_ADJUSTED_WALD,
        [METHOD_TOP_BOX] = INTERVAL_WILSON,
        [METHOD_MEAN] = INTERVAL_ADJUSTED_MEAN,
        [METHOD_NET_EASY] = INTERVAL_ADJUSTED_WALD,
    };
    struct score score = {
        .n = histogram_count(hist),
        .standard_error = NAN,
        .interval_method = METHODS[survey->method],
        .confidence = level->confidence,
    };
    score.suppressed = score.n < survey->min_n;
    score.small_sample = score.n < SMALL_SAMPLE;
    score.known = score.n > 0 && !score.suppressed;
    if (score.known) {
        score.mean = (double)histogram_sum(hist) / (double)score.n;
        count_bands(survey, hist, &score);
        if (survey->method == METHOD_MEAN)
            compute_mean(survey, hist, level, &score);
        else if (survey->method == METHOD_TOP_BOX)
            compute_share(level, &score);
        else
            compute_net(level, &score);
    }
    *ret = score;
}

void score_compute(const struct survey *survey, const struct histogram *hist, double confidence, struct score *ret) {
    struct level level = level_of(confidence);
    score_compute_at(survey, hist, &level, ret);
}

void score_range(const struct survey *survey, double *ret_least, double *ret_most) {
    bool is_mean = survey->method == METHOD_MEAN;
    *ret_least = is_mean ? survey->scale_min : survey->method == METHOD_TOP_BOX ? 0 : -100;
    *ret_most = is_mean ? survey->scale_max : 100;
}

int score_decimals(const struct survey *survey) {
    return survey->method == METHOD_MEAN ? 2 : 1;
}

/* Wilson 1927; the form of Brown, Cai & DasGupta 2001, eq. 4. */
void score_wilson(int64_t k, int64_t n, double z, double *ret_low, double *ret_high) {
    double z2 = z * z;
    double count = (double)n;
    double spread = (double)((__int128)k * (n - k)) / count;
    double centre = ((double)k + z2 / 2) / (count + z2);
    double half = z / (count + z2) * sqrt(spread + z2 / 4);
    /* At the ends the bound is the end itself; the subtraction would leave its rounding. */
    *ret_low = k == 0 ? 0 : clip(centre - half, 0, 1);
    *ret_high = k == n ? 1 : clip(centre + half, 0, 1);
}

double score_impact(const struct score *segment, const struct score *overall) {
    if (!segment->known || !overall->known)
        return 0;
    return (segment->value - overall->value) * (double)segment->n / (double)overall->n;
}
