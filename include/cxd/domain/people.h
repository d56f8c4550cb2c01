#ifndef CXD_DOMAIN_PEOPLE_H
#define CXD_DOMAIN_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/budget.h"
#include "cxd/base/compiler.h"
#include "cxd/base/hash.h"
#include "cxd/domain/band.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"

/* Who answered, how often and what last, in one window or in two (docs/scoring.md §8). Respondents are told apart by
 * 128 bits of a keyed hash of their form (domain/respondent.h): about 50 bytes each, however long the name. */

enum {
    RESPONDENTS_MAX = 500000, /* respondents that are told apart at once: about 25 MB */
    PEOPLE_SIDES = 2          /* the window, and the one that it is held against */
};

struct respondent_tally {
    uint64_t name[2];
    int32_t answers[PEOPLE_SIDES], sum[PEOPLE_SIDES]; /* sum: of what each answer counts */
    int8_t last[PEOPLE_SIDES];                        /* the latest score; −1: none */
};

struct respondents {
    const struct survey *survey;
    struct hash_key keys[2];
    struct purse purse;
    struct budget_claim claim;
    struct respondent_tally *persons;
    uint32_t *slots; /* positions + 1, open-addressed */
    size_t count, capacity, slot_count;
    int64_t distinct[PEOPLE_SIDES];
    struct histogram all[PEOPLE_SIDES], anonymous[PEOPLE_SIDES];
};

/* `keys` are random: who does not know them finds no names that are taken for one. The survey outlives it. Allocates
 * nothing yet; what it will is claimed of the purse, until people_free. */
void people_init(struct respondents *people, const struct survey *survey, const struct hash_key keys[2],
                 const struct purse *purse);
void people_free(struct respondents *people);

/* An answer of a side, in the order of time: among those of one time the later commit is the later one. `respondent`
 * NULL or empty: nobody knows who. ERR_BAD_PARAMETER where there are too many, ERR_QUESTION_MEMORY, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err people_add(struct respondents *people, int side, const char *respondent, int score,
                                      struct error *err);

/* Each respondent's latest answer, and every answer of nobody known. */
struct histogram people_latest(const struct respondents *people, int side);
/* Respondents, and answers of nobody known: each is a cluster of its own. */
int64_t people_clusters(const struct respondents *people, int side);

/* What an answer counts in the sum whose mean the score is: +1, 0, −1; or 1, 0; or the score. */
int people_value(const struct survey *survey, int score);

/* clustered.c: replaces the interval of a side's score by score ± t(G − 1)·(cluster-robust standard error): not known
 * where there are fewer than two clusters, or nothing varies. */
void people_cluster(const struct respondents *people, int side, struct score *score);
/* Replaces test and interval of a comparison of side 0 with side 1. */
void people_cluster_comparison(const struct respondents *people, double confidence, struct comparison *comparison);

/* movement.c */
enum movement_test { MOVEMENT_UNTESTED, MOVEMENT_EXACT, MOVEMENT_CHI_SQUARED };
const char *movement_test_name(enum movement_test test); /* "bowker_exact", "bowker"; NULL for none */
enum unmoved { UNMOVED_NOT, UNMOVED_SUPPRESSED, UNMOVED_EMPTY, UNMOVED_OVERLAP, UNMOVED_UNCHANGED };
const char *unmoved_name(enum unmoved reason); /* "suppressed", "empty", "overlap", "unchanged"; NULL for none */

/* Of those who answered in both windows, by their latest answer in each. */
struct movement {
    int64_t n;
    int64_t table[BAND_COUNT][BAND_COUNT]; /* [from][to] */
    int64_t gained, lost, unchanged;       /* to a better band, to a worse one, neither */
    bool suppressed;                       /* n < min_n: the counts are not for show */
    enum movement_test test;
    enum unmoved reason; /* why there is no test */
    double statistic;
    int df;
    double p_value;
    double alpha;
    bool significant;
};

/* From side 1 to side 0. `overlap`: the windows share answers. */
void people_movement(const struct respondents *people, bool overlap, double alpha, struct movement *ret);
/* Bowker's test of symmetry of ret->table: statistic, df, p and which. */
void movement_judge(struct movement *movement);

#endif
