/* Standard errors that know of repeats (docs/scoring.md §8): answers of one respondent are one cluster. The score is a
 * ratio, the sum of what answers count over their number, both summed by cluster; its variance is that of the
 * linearised ratio with the factor G/(G − 1) (Cochran 1977, ch. 11; Liang & Zeger 1986 gives the same for an intercept
 * alone). */
#include <math.h>

#include "cxd/domain/distribution.h"
#include "cxd/domain/people.h"

/* Fewer clusters on a side: the test is not to be trusted, and there is none. */
enum { CLUSTERS_FEW = 20, SMALL_SAMPLE = 30 };

static const double P_LEAST = 1e-300, ROUNDING = 1e-12;

/* A side's answers: how many, and the sum of what they count. */
struct totals {
    int64_t n, sum;
};

static struct totals total(const struct respondents *people, int side) {
    struct totals totals = {.n = histogram_count(&people->all[side])};
    for (int score = 0; score < HISTOGRAM_SIZE; score++)
        totals.sum += people->all[side].n[score] * people_value(people->survey, score);
    return totals;
}

/* How far a cluster pulls the mean from where it is: (its sum − mean · its answers)/n. */
static double pull(const struct totals *totals, int64_t answers, int64_t sum) {
    double n = (double)totals->n;
    return (double)((__int128)totals->n * sum - (__int128)totals->sum * answers) / n / n;
}

static double squares_of_anonymous(const struct respondents *people, int side, const struct totals *totals) {
    double squares = 0;
    for (int score = 0; score < HISTOGRAM_SIZE; score++) {
        double each = pull(totals, 1, people_value(people->survey, score));
        squares += (double)people->anonymous[side].n[score] * each * each;
    }
    return squares;
}

static double unit_of(const struct survey *survey) {
    return survey->method == METHOD_MEAN ? 1 : 100;
}

void people_cluster(const struct respondents *people, int side, struct score *score) {
    const struct survey *survey = people->survey;
    const int64_t clusters = people_clusters(people, side);
    score->interval = (struct interval){.known = false};
    score->interval_method = INTERVAL_CLUSTERED;
    score->small_sample = score->small_sample || clusters < SMALL_SAMPLE;
    score->standard_error = NAN;
    if (!score->known || clusters < 2)
        return;
    const struct totals totals = total(people, side);
    double squares = squares_of_anonymous(people, side, &totals);
    for (size_t i = 0; i < people->count; i++) {
        const struct respondent_tally *person = &people->persons[i];
        double each = pull(&totals, person->answers[side], person->sum[side]);
        squares += each * each;
    }
    const double g = (double)clusters;
    score->standard_error = unit_of(survey) * sqrt(squares * g / (g - 1));
    if (!(score->standard_error > 0))
        return;
    double half = -student_quantile((1 - score->confidence) / 2, g - 1) * score->standard_error;
    double least, most;
    score_range(survey, &least, &most);
    score->interval = (struct interval){true, fmax(score->value - half, least), fmin(score->value + half, most)};
}

/* Of the difference of both sides' scores: whoever answered on both is one cluster. NaN: too few. */
static double error_of_difference(const struct respondents *people) {
    const struct totals own = total(people, 0), other = total(people, 1);
    double squares = squares_of_anonymous(people, 0, &own) + squares_of_anonymous(people, 1, &other);
    double clusters = (double)(histogram_count(&people->anonymous[0]) + histogram_count(&people->anonymous[1]));
    for (size_t i = 0; i < people->count; i++) {
        const struct respondent_tally *person = &people->persons[i];
        double each = pull(&own, person->answers[0], person->sum[0]) - pull(&other, person->answers[1], person->sum[1]);
        squares += each * each;
    }
    clusters += (double)people->count;
    return unit_of(people->survey) * sqrt(squares * clusters / (clusters - 1));
}

void people_cluster_comparison(const struct respondents *people, double confidence, struct comparison *comparison) {
    comparison->interval = (struct interval){.known = false};
    if (comparison->reason != UNTESTED_NOT)
        return;
    const int64_t own = people_clusters(people, 0), other = people_clusters(people, 1);
    const int64_t smaller = own < other ? own : other;
    comparison->test = TEST_NONE;
    comparison->p_value = NAN;
    comparison->significant = false;
    if (smaller < CLUSTERS_FEW) {
        comparison->reason = UNTESTED_FEW;
        return;
    }
    const double error = error_of_difference(people), df = (double)(smaller - 1);
    if (!(error > 0)) {
        comparison->reason = UNTESTED_CONSTANT;
        return;
    }
    const double half = -student_quantile((1 - confidence) / 2, df) * error;
    comparison->interval = (struct interval){true, comparison->delta - half, comparison->delta + half};
    comparison->test = TEST_CLUSTERED;
    comparison->p_value = fmax(student_two_sided(comparison->delta / error, df), P_LEAST);
    comparison->significant = comparison->p_value < comparison->alpha - ROUNDING;
}
