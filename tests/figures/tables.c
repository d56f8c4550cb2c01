/* How often the tests and intervals of docs/scoring.md are right: the tables that stand there.
 *
 *   tables          all of them, as Markdown; some minutes
 *   tables quick    those that are exact and quick, and the largest type I errors that are not; fails where one is
 * above its bound
 *
 * Type I error: two sides drawn from one shape, and called different at alpha 0.05. In R, for net scores of sizes m and
 * n: p <- function(x, y) comparison(x, y, c)["p"]                       # of figures.R mean(replicate(1e5,
 * p(sample(levels, m, TRUE, shape), sample(levels, n, TRUE, shape)) < 0.05)) Coverage: how often the interval holds the
 * score of the shape itself. Both are summed over all samples there are where these are few enough
 * ("exact"), else estimated from a fixed number of draws with a fixed seed: 40,000 for permutation tests of means, else
 * 100,000 (standard error below 0.0012). */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/compare.h"

enum { LEVELS = 5, SHAPES = 8, SIZES = 10, COVERED = 9, STATES_MAX = 24000, PAIRS_MAX = 1100000 };
enum { DRAWS = 100000, DRAWS_PERMUTED = 40000, FEW = 20 };

static const double ALPHA = 0.05, BOUND = 0.075;

/* Shares of five kinds of answer, worst first: net scores take 0 and 6 (detractors), 8, 9 and 10 (promoters), the
 * others 1 to 5. */
static const struct shape {
    const char *name;
    double share[LEVELS];
} SHAPE[SHAPES] = {
    {"flat", {0.2, 0.2, 0.2, 0.2, 0.2}},
    {"bell", {0.05, 0.2, 0.5, 0.2, 0.05}},
    {"delighted", {0.01, 0.02, 0.05, 0.17, 0.75}},
    {"nearly all at the top", {0.0125, 0.0125, 0.0125, 0.0125, 0.95}},
    {"disappointed", {0.6, 0.25, 0.1, 0.04, 0.01}},
    {"polarised", {0.5, 0, 0, 0, 0.5}},
    {"indifferent", {0.06, 0.06, 0.88, 0, 0}},
    {"J", {0.25, 0.05, 0.05, 0.05, 0.6}},
};

static const int SIZE[SIZES] = {1, 2, 3, 5, 10, 19, 20, 30, 100, 1000};
static const int COVERED_SIZE[COVERED] = {2, 3, 5, 10, 20, 30, 50, 100, 200};
static const double CONFIDENCE[] = {0.8, 0.9, 0.95, 0.99};

/* How a method sees the levels: as how many kinds, and which one each is. */
static const struct kind {
    const char *name;
    enum metric metric;
    enum method method;
    bool use_t;
    int groups, group[LEVELS], score[LEVELS]; /* an answer of each group */
} NET = {"Net scores", METRIC_NPS, METHOD_NET_PROMOTER, false, 3, {0, 0, 1, 2, 2}, {0, 8, 10}},
  SHARE = {"Shares", METRIC_CSAT, METHOD_TOP_BOX, false, 2, {0, 0, 0, 1, 1}, {1, 5}},
  MEAN = {"Means", METRIC_CSAT, METHOD_MEAN, false, 5, {0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}},
  CLASSICAL = {"Means, `interval=t`", METRIC_CSAT, METHOD_MEAN, true, 5, {0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}};

static struct survey survey_of(const struct kind *kind) {
    struct survey survey = {.metric = kind->metric};
    survey_set_defaults(&survey, false);
    survey.method = kind->method;
    survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
    return survey;
}

static void grouped(const struct kind *kind, const struct shape *shape, double ret_share[LEVELS]) {
    memset(ret_share, 0, LEVELS * sizeof *ret_share);
    for (int i = 0; i < LEVELS; i++)
        ret_share[kind->group[i]] += shape->share[i];
}

/* --- All samples of a size, with their probabilities -----------------------------------------------------------------
 */

struct sample {
    struct histogram hist;
    double probability;
};

static struct sample states[2][STATES_MAX];

static double count_states(const struct kind *kind, int size) {
    double count = 1;
    for (int i = 1; i < kind->groups; i++)
        count *= (double)(size + i) / i;
    return count;
}

static size_t fill(const struct kind *kind, const double *share, int group, int left, struct sample sample,
                   struct sample *out, size_t used) {
    int last = group == kind->groups - 1;
    double log_share = log(share[group]);
    for (int count = last ? left : 0; count <= left; count++) {
        if (count > 0 && share[group] <= 0)
            break;
        struct sample next = sample;
        next.hist.n[kind->score[group]] = count;
        next.probability += (count > 0 ? count * log_share : 0) - lgamma(count + 1.0);
        if (!last)
            used = fill(kind, share, group + 1, left - count, next, out, used);
        else if (next.probability > log(1e-18))
            out[used++] = next;
    }
    return used;
}

static size_t enumerate(const struct kind *kind, const struct shape *shape, int size, struct sample *out) {
    double share[LEVELS];
    grouped(kind, shape, share);
    size_t count = fill(kind, share, 0, size, (struct sample){.probability = lgamma(size + 1.0)}, out, 0);
    for (size_t i = 0; i < count; i++)
        out[i].probability = exp(out[i].probability);
    return count;
}

/* --- Draws
 * ------------------------------------------------------------------------------------------------------------ */

static uint64_t seed;

static double next_random(void) {
    seed += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static struct histogram draw(const struct kind *kind, const double *share, int size) {
    struct histogram hist = {{0}};
    for (int i = 0; i < size; i++) {
        double at = next_random();
        int group = 0;
        while (group < kind->groups - 1 && at >= share[group])
            at -= share[group++];
        hist.n[kind->score[group]]++;
    }
    return hist;
}

/* --- Type I errors
 * ---------------------------------------------------------------------------------------------------- */

static bool is_called_different(const struct survey *survey, const struct histogram *a, const struct histogram *b) {
    const struct comparison_terms terms = {.confidence = 0.95, .alpha = ALPHA};
    struct comparison comparison;
    score_compare(survey, a, b, &terms, &comparison);
    return comparison.significant;
}

static double type_one_error(const struct kind *kind, const struct shape *shape, int m, int n) {
    struct survey survey = survey_of(kind);
    double error = 0;
    if (count_states(kind, m) <= STATES_MAX && count_states(kind, n) <= STATES_MAX &&
        count_states(kind, m) * count_states(kind, n) <= PAIRS_MAX) {
        size_t of_m = enumerate(kind, shape, m, states[0]), of_n = enumerate(kind, shape, n, states[1]);
        for (size_t i = 0; i < of_m; i++)
            for (size_t j = 0; j < of_n; j++)
                if (is_called_different(&survey, &states[0][i].hist, &states[1][j].hist))
                    error += states[0][i].probability * states[1][j].probability;
        return error;
    }
    double share[LEVELS];
    grouped(kind, shape, share);
    seed = (uint64_t)(m * 1009 + n) * 31 + (uint64_t)(shape - SHAPE);
    int draws = kind->groups == LEVELS && m < FEW ? DRAWS_PERMUTED : DRAWS;
    for (int i = 0; i < draws; i++) {
        struct histogram a = draw(kind, share, m), b = draw(kind, share, n);
        error += is_called_different(&survey, &a, &b);
    }
    return error / draws;
}

/* The largest over all shapes, below the diagonal; false where one is above the bound. */
static bool print_errors(const struct kind *kind) {
    bool good = true;
    printf("%s, the largest over the shapes:\n\n| sizes |", kind->name);
    for (int j = 0; j < SIZES; j++)
        printf(" %d |", SIZE[j]);
    printf("\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < SIZES; i++) {
        printf("| %d |", SIZE[i]);
        for (int j = 0; j < SIZES; j++) {
            double largest = 0;
            for (int s = 0; j <= i && s < SHAPES; s++)
                largest = fmax(largest, type_one_error(kind, &SHAPE[s], SIZE[j], SIZE[i]));
            good = good && largest <= BOUND;
            if (j <= i)
                printf(" %.3f |", largest);
            else
                printf(" |");
        }
        printf("\n");
        fflush(stdout);
    }
    printf("\n");
    return good;
}

/* --- Coverage
 * --------------------------------------------------------------------------------------------------------- */

static bool holds(const struct kind *kind, const struct survey *survey, const struct histogram *hist, double confidence,
                  double truth) {
    struct score score;
    score_compute(survey, hist, confidence, &score);
    if (kind->use_t)
        score_use_t(survey, hist, &score);
    return score.interval.known && score.interval.low <= truth + 1e-9 && truth - 1e-9 <= score.interval.high;
}

static double truth_of(const struct kind *kind, const struct shape *shape) {
    double share[LEVELS], mean = 0;
    grouped(kind, shape, share);
    for (int i = 0; i < kind->groups; i++)
        mean += share[i] * kind->score[i];
    if (kind->method == METHOD_MEAN)
        return mean;
    return kind->method == METHOD_TOP_BOX ? 100 * share[1] : 100 * (share[2] - share[0]);
}

static double coverage(const struct kind *kind, const struct shape *shape, int size, double confidence) {
    struct survey survey = survey_of(kind);
    double truth = truth_of(kind, shape), covered = 0;
    if (count_states(kind, size) <= STATES_MAX) {
        size_t count = enumerate(kind, shape, size, states[0]);
        for (size_t i = 0; i < count; i++)
            if (holds(kind, &survey, &states[0][i].hist, confidence, truth))
                covered += states[0][i].probability;
        return covered;
    }
    double share[LEVELS];
    grouped(kind, shape, share);
    seed = (uint64_t)size * 31 + (uint64_t)(shape - SHAPE);
    for (int i = 0; i < DRAWS; i++) {
        struct histogram hist = draw(kind, share, size);
        covered += holds(kind, &survey, &hist, confidence, truth);
    }
    return covered / DRAWS;
}

static void print_coverage(const struct kind *kind) {
    printf("%s, mean / least over the shapes:\n\n| n |", kind->name);
    for (size_t c = 0; c < CXD_COUNT(CONFIDENCE); c++)
        printf(" %g |", CONFIDENCE[c]);
    printf("\n|---|---|---|---|---|\n");
    for (int i = 0; i < COVERED; i++) {
        printf("| %d |", COVERED_SIZE[i]);
        for (size_t c = 0; c < CXD_COUNT(CONFIDENCE); c++) {
            double sum = 0, least = 1;
            for (int s = 0; s < SHAPES; s++) {
                double covered = coverage(kind, &SHAPE[s], COVERED_SIZE[i], CONFIDENCE[c]);
                sum += covered;
                least = fmin(least, covered);
            }
            printf(" %.3f / %.3f |", sum / SHAPES, least);
        }
        printf("\n");
        fflush(stdout);
    }
    printf("\n");
}

/* ---
 * ------------------------------------------------------------------------------------------------------------------ */

/* Of what takes long only where z takes over from the permutation test, and the lopsided sizes: there errors are
 * largest. */
static bool check_largest(void) {
    static const struct {
        const struct kind *kind;
        int shape, m, n;
    } CELLS[] = {{&NET, 6, 20, 1000},  {&NET, 3, 20, 1000}, {&NET, 6, 20, 100},  {&MEAN, 3, 20, 1000},
                 {&MEAN, 2, 20, 1000}, {&MEAN, 3, 20, 20},  {&MEAN, 3, 30, 100}, {&NET, 6, 30, 1000}};
    bool good = true;
    for (size_t i = 0; i < CXD_COUNT(CELLS); i++) {
        double error = type_one_error(CELLS[i].kind, &SHAPE[CELLS[i].shape], CELLS[i].m, CELLS[i].n);
        fprintf(stderr, "%s, %s, %d against %d: %.4f\n", CELLS[i].kind->name, SHAPE[CELLS[i].shape].name, CELLS[i].m,
                CELLS[i].n, error);
        good = good && error <= BOUND;
    }
    return good;
}

int main(int argc, char **argv) {
    bool is_quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    bool good = print_errors(&SHARE);
    print_coverage(&NET);
    print_coverage(&SHARE);
    if (is_quick)
        return good && check_largest() ? 0 : 1;
    print_coverage(&MEAN);
    print_coverage(&CLASSICAL);
    good = print_errors(&NET) && good;
    good = print_errors(&MEAN) && good;
    return good ? 0 : 1;
}
