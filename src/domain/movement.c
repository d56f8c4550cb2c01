/* How those who answered in both of two windows moved between bands, and Bowker's test of whether as many moved one way
 * as the other (docs/scoring.md §8). */
#include <math.h>

#include "cxd/domain/distribution.h"
#include "cxd/domain/people.h"

/* As many outcomes are gone through for an exact p; beyond, what moved is enough for the approximation. */
enum { PAIRS = 3, EXACT_OUTCOMES = 250000 };

static const double P_LEAST = 1e-300, ROUNDING = 1e-12, TIES = 1e-9;

const char *movement_test_name(enum movement_test test) {
    static const char *const NAMES[] = {NULL, "bowker_exact", "bowker"};
    return NAMES[test];
}

const char *unmoved_name(enum unmoved reason) {
    static const char *const NAMES[] = {NULL, "suppressed", "empty", "overlap", "unchanged"};
    return NAMES[reason];
}

/* Two cells that mirror each other: of `moved`, `there` went one way. */
struct pair {
    int64_t moved, there;
};

static void pair_up(const struct movement *movement, struct pair pairs[PAIRS]) {
    static const int CELLS[PAIRS][2] = {{0, 1}, {0, 2}, {1, 2}};
    for (int i = 0; i < PAIRS; i++) {
        int64_t there = movement->table[CELLS[i][0]][CELLS[i][1]], back = movement->table[CELLS[i][1]][CELLS[i][0]];
        pairs[i] = (struct pair){there + back, there};
    }
}

/* (there − back)²/(there + back) */
static double part_of(int64_t moved, int64_t there) {
    double difference = (double)(2 * there - moved);
    return moved == 0 ? 0 : difference * difference / (double)moved;
}

/* That `there` of `moved` go one way, each by the toss of a coin. */
static double chance(int64_t moved, int64_t there) {
    int sign = 0;
    double n = (double)moved, k = (double)there;
    return exp(lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign) - n * M_LN2);
}

/* The chance of all outcomes whose statistic is at least as large; for one pair it is the binomial test of McNemar. */
static double p_exact(const struct pair pairs[PAIRS], double statistic) {
    double p = 0, least = statistic * (1 - TIES);
    for (int64_t a = 0; a <= pairs[0].moved; a++) {
        double part_a = part_of(pairs[0].moved, a), chance_a = chance(pairs[0].moved, a);
        for (int64_t b = 0; b <= pairs[1].moved; b++) {
            double part_b = part_a + part_of(pairs[1].moved, b), chance_b = chance_a * chance(pairs[1].moved, b);
            for (int64_t c = 0; c <= pairs[2].moved; c++)
                if (part_b + part_of(pairs[2].moved, c) >= least)
                    p += chance_b * chance(pairs[2].moved, c);
        }
    }
    return p < 1 ? p : 1;
}

/* P(χ² ≥ x) with 1, 2 or 3 degrees of freedom. */
static double p_chi_squared(double x, int df) {
    if (df == 2)
        return exp(-x / 2);
    double p = normal_two_sided(sqrt(x));
    return df == 1 ? p : p + sqrt(2 * x / M_PI) * exp(-x / 2);
}

void movement_judge(struct movement *movement) {
    struct pair pairs[PAIRS];
    double outcomes = 1;
    pair_up(movement, pairs);
    movement->statistic = 0;
    movement->df = 0;
    for (int i = 0; i < PAIRS; i++) {
        movement->statistic += part_of(pairs[i].moved, pairs[i].there);
        movement->df += pairs[i].moved > 0;
        outcomes *= (double)pairs[i].moved + 1;
    }
    bool is_exact = outcomes <= EXACT_OUTCOMES;
    movement->test = is_exact ? MOVEMENT_EXACT : MOVEMENT_CHI_SQUARED;
    movement->p_value =
        is_exact ? p_exact(pairs, movement->statistic) : p_chi_squared(movement->statistic, movement->df);
    movement->p_value = fmax(movement->p_value, P_LEAST);
    movement->significant = movement->p_value < movement->alpha - ROUNDING;
}

static void count(const struct respondents *people, struct movement *movement) {
    for (size_t i = 0; i < people->count; i++) {
        const struct respondent_tally *person = &people->persons[i];
        if (person->last[0] < 0 || person->last[1] < 0)
            continue;
        enum band from = survey_band(people->survey, person->last[1]),
                  to = survey_band(people->survey, person->last[0]);
        movement->n++;
        movement->table[from][to]++;
        movement->gained += to < from;
        movement->lost += to > from;
        movement->unchanged += to == from;
    }
}

void people_movement(const struct respondents *people, bool overlap, double alpha, struct movement *ret) {
    struct movement movement = {.p_value = NAN, .alpha = alpha};
    if (!overlap)
        count(people, &movement);
    movement.suppressed = movement.n < people->survey->min_n;
    movement.reason = overlap                                ? UNMOVED_OVERLAP
                      : movement.suppressed                  ? UNMOVED_SUPPRESSED
                      : movement.n == 0                      ? UNMOVED_EMPTY
                      : movement.gained + movement.lost == 0 ? UNMOVED_UNCHANGED
                                                             : UNMOVED_NOT;
    if (movement.reason == UNMOVED_NOT)
        movement_judge(&movement);
    *ret = movement;
}
