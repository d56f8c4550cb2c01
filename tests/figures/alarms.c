/* How often the alerts of docs/scoring.md §12 fire where nothing has changed: the tables that stand there, as Markdown.
 *
 *   alarms          some minutes
 *   alarms quick    a tenth of the years; fails where a rate is above its bound
 *
 * A survey whose answers come by chance, as many a day as a Poisson number of one mean, each of one shape, is evaluated
 * at the end of every day by the very functions of the daemon. Counted are firings a year. Fixed seed. In R, one year
 * of a rule on a score (the shape P, Q, R of promoters, passives and detractors; `fires` and `back` as in the page): x
 * <- rmultinom(365 + days, 1, ...); s <- 100 * (w$p - w$d) / w$n    # w: sums over the last `days` state <- 0; n <- 0;
 * for (i in seq_along(s)) { if (!state && s[i] < line) { state <- 1; n <- n + 1 } if (state && low[i] > line) state <-
 * 0 } */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/alert.h"

enum { YEAR = 365, LONGEST = 30, WARM_UP = 2 * LONGEST, DAYS = WARM_UP + YEAR, WEEKS_BEFORE = 8 * 7 };

static uint64_t seed = UINT64_C(88172645463325252);

static double uniform(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* Knuth's for small means; sums of it for large ones. */
static int64_t poisson(double mean) {
    int64_t count = 0;
    for (; mean > 30; mean -= 30)
        count += poisson(30);
    double bound = exp(-mean), product = uniform();
    for (; product > bound; product *= uniform())
        count++;
    return count;
}

/* Promoters 50 %, passives 30 %, detractors 20 %: a score of 30. */
static const double PROMOTERS = 0.5, PASSIVES = 0.3;
static const double TRUE_SCORE = 30, TRUE_RATE = 20;

static struct histogram make_day(double mean, double promoters) {
    struct histogram day = {{0}};
    for (int64_t n = poisson(mean); n > 0; n--) {
        double chance = uniform();
        day.n[chance < promoters ? 9 : chance < promoters + PASSIVES ? 8 : 5]++;
    }
    return day;
}

static struct histogram sum_of(const struct histogram *days, int from, int to) {
    struct histogram sum = {{0}};
    for (int i = from; i < to; i++)
        histogram_add(&sum, &days[i]);
    return sum;
}

enum hysteresis { INTERVAL, MARGIN_5, NONE };

static struct alert_rule rule_of(enum alert_kind kind) {
    struct alert_rule rule = {.name = "a", .survey = "s", .kind = kind};
    alert_defaults(&rule);
    return rule;
}

static struct survey nps(void) {
    struct survey survey = {.metric = METRIC_NPS};
    survey_set_defaults(&survey, false);
    return survey;
}

static struct alert_finding find(const struct alert_rule *rule, const struct survey *survey,
                                 const struct histogram *days, int end, int length) {
    struct histogram now = sum_of(days, end - length, end);
    struct score score;
    if (rule->kind == ALERT_DROP) {
        struct histogram before = sum_of(days, end - 2 * length, end - length);
        const struct comparison_terms terms = {.confidence = 0.95, .alpha = rule->alpha};
        struct comparison comparison;
        score_compare(survey, &now, &before, &terms, &comparison);
        return alert_find_drop(rule, survey, &comparison);
    }
    score_compute(survey, &now, ALERT_CONFIDENCE, &score);
    return rule->kind == ALERT_RATE ? alert_find_rate(rule, &score) : alert_find_score(rule, &score);
}

/* Firings of a year. */
static int run_year(const struct alert_rule *rule, const struct survey *survey, double mean, int length,
                    enum hysteresis hysteresis) {
    static struct histogram days[DAYS];
    struct alert_state state = {.name = "a"};
    int fired = 0;
    for (int day = 0; day < DAYS; day++)
        days[day] = make_day(mean, PROMOTERS);
    for (int end = WARM_UP; end < DAYS; end++) {
        struct alert_finding finding = find(rule, survey, days, end, length);
        struct alert_event event;
        if (hysteresis == NONE)
            finding.is_back = !finding.is_beyond;
        fired += alert_move(&state, &finding, end + 1, end + 1, &event) && event.kind == ALERT_FIRED;
    }
    return fired;
}

static double rate_of(const struct alert_rule *rule, double mean, int length, enum hysteresis hysteresis, int years) {
    const struct survey survey = nps();
    struct alert_rule own = *rule;
    int fired = 0;
    if (hysteresis == MARGIN_5)
        own.margin = 5;
    for (int year = 0; year < years; year++)
        fired += run_year(&own, &survey, mean, length, hysteresis);
    return (double)fired / years;
}

static const double MEANS[] = {5, 20, 100};
static const int LENGTHS[] = {7, 30};

/* The largest of the rates that go by the rule as it is. */
static double print_lines(enum alert_kind kind, int years) {
    static const double AWAY[] = {0, 2, 5, 10};
    double most = 0;
    printf(
        "| window | answers a day | away from the line | interval (the default) | margin 5 | without hysteresis |\n");
    printf("|---|---|---|---|---|---|\n");
    for (size_t l = 0; l < CXD_COUNT(LENGTHS); l++)
        for (size_t m = 0; m < CXD_COUNT(MEANS); m++)
            for (size_t a = 0; a < CXD_COUNT(AWAY); a++) {
                struct alert_rule rule = rule_of(kind);
                rule.threshold = kind == ALERT_RATE ? TRUE_RATE + AWAY[a] : TRUE_SCORE - AWAY[a];
                double own = rate_of(&rule, MEANS[m], LENGTHS[l], INTERVAL, years);
                printf("| %dd | %g | %g | %.2f | %.2f | %.2f |\n", LENGTHS[l], MEANS[m], AWAY[a], own,
                       rate_of(&rule, MEANS[m], LENGTHS[l], MARGIN_5, years),
                       rate_of(&rule, MEANS[m], LENGTHS[l], NONE, years));
                most = own > most ? own : most;
            }
    return most;
}

static double print_drops(int years) {
    static const double ALPHAS[] = {0.05, 0.01, 0.001};
    double most = 0;
    printf("| window | answers a day | alpha 0.05 | 0.01 | 0.001 | 0.05 without hysteresis "
           "|\n|---|---|---|---|---|---|\n");
    for (size_t l = 0; l < CXD_COUNT(LENGTHS); l++)
        for (size_t m = 0; m < CXD_COUNT(MEANS); m++) {
            struct alert_rule rule = rule_of(ALERT_DROP);
            printf("| %dd | %g |", LENGTHS[l], MEANS[m]);
            for (size_t a = 0; a < CXD_COUNT(ALPHAS); a++) {
                rule.alpha = ALPHAS[a];
                double own = rate_of(&rule, MEANS[m], LENGTHS[l], INTERVAL, years);
                printf(" %.2f |", own);
                most = own > most ? own : most;
            }
            rule.alpha = ALPHAS[0];
            printf(" %.2f |\n", rate_of(&rule, MEANS[m], LENGTHS[l], NONE, years));
        }
    return most;
}

enum { RECOVERY = 5 * YEAR };

/* The days after which a rule resolves that fires, since the score has come to lie `above` the line. */
static int recover(double mean, int length, double above) {
    static struct histogram days[LONGEST + RECOVERY];
    const struct survey survey = nps();
    struct alert_rule rule = rule_of(ALERT_SCORE);
    struct alert_state state = {.name = "a", .status = ALERT_FIRING};
    struct alert_event event;
    rule.threshold = TRUE_SCORE;
    for (int day = 0; day < LONGEST + RECOVERY; day++)
        days[day] = make_day(mean, PROMOTERS + (day < LONGEST ? -0.05 : above / 200));
    for (int end = LONGEST + 1; end <= LONGEST + RECOVERY; end++) {
        struct alert_finding finding = find(&rule, &survey, days, end, length);
        if (alert_move(&state, &finding, end, end, &event))
            return end - LONGEST;
    }
    return RECOVERY;
}

static int compare_days(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

static void print_recoveries(int runs) {
    static const double ABOVE[] = {10, 20, 30};
    static int taken[401];
    printf("| window | answers a day | 10 points above the line | 20 | 30 |\n|---|---|---|---|---|\n");
    for (size_t l = 0; l < CXD_COUNT(LENGTHS); l++)
        for (size_t m = 0; m < CXD_COUNT(MEANS); m++) {
            printf("| %dd | %g |", LENGTHS[l], MEANS[m]);
            for (size_t a = 0; a < CXD_COUNT(ABOVE); a++) {
                for (int i = 0; i < runs; i++)
                    taken[i] = recover(MEANS[m], LENGTHS[l], ABOVE[a]);
                qsort(taken, (size_t)runs, sizeof taken[0], compare_days);
                printf(" %d |", taken[runs / 2]);
            }
            printf("\n");
        }
}

/* Days of a mean, and Sundays of another; a year. */
static int run_silent_year(double mean, double sunday) {
    static int64_t counts[WEEKS_BEFORE + YEAR];
    struct alert_rule rule = rule_of(ALERT_SILENCE);
    struct alert_state state = {.name = "a"};
    int fired = 0;
    for (int day = 0; day < WEEKS_BEFORE + YEAR; day++)
        counts[day] = poisson(day % 7 == 6 ? sunday : mean);
    for (int day = WEEKS_BEFORE; day < WEEKS_BEFORE + YEAR; day++) {
        int64_t before[ALERT_WEEKS];
        struct alert_event event;
        for (int week = 1; week <= ALERT_WEEKS; week++)
            before[week - 1] = counts[day - 7 * week];
        struct alert_finding finding = alert_find_silence(&rule, counts[day], before, ALERT_WEEKS);
        fired += alert_move(&state, &finding, day + 1, day + 1, &event) && event.kind == ALERT_FIRED;
    }
    return fired;
}

static double print_silence(int years) {
    static const double DAILY[] = {1, 2, 3, 4, 5, 6, 8, 10, 20};
    double most = 0;
    printf("| answers a day | the same every day | none on Sundays | a tenth on Sundays |\n|---|---|---|---|\n");
    for (size_t i = 0; i < CXD_COUNT(DAILY); i++) {
        double rates[3] = {0};
        for (int year = 0; year < years; year++) {
            rates[0] += run_silent_year(DAILY[i], DAILY[i]);
            rates[1] += run_silent_year(DAILY[i], 0);
            rates[2] += run_silent_year(DAILY[i], DAILY[i] / 10);
        }
        printf("| %g | %.3f | %.3f | %.3f |\n", DAILY[i], rates[0] / years, rates[1] / years, rates[2] / years);
        for (size_t k = 0; k < CXD_COUNT(rates); k++)
            most = rates[k] / years > most ? rates[k] / years : most;
    }
    return most;
}

int main(int argc, char **argv) {
    bool is_quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    int years = is_quick ? 20 : 400;
    printf("Scores\n\n");
    double score = print_lines(ALERT_SCORE, years);
    printf("\nRates\n\n");
    double rate = print_lines(ALERT_RATE, years);
    printf("\nDrops\n\n");
    double drop = print_drops(years);
    printf("\nSilence\n\n");
    double silence = print_silence(years);
    printf("\nRecovery: days until it resolves, in the median\n\n");
    print_recoveries(is_quick ? 21 : 401);
    bool is_good = score <= 5 && rate <= 5 && drop <= 8 && silence <= 0.6;
    if (!is_good)
        fprintf(stderr, "firings a year are above their bounds: %.2f %.2f %.2f %.2f\n", score, rate, drop, silence);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
