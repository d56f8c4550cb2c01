/* Respondents told apart, and who moved, against values printed by R (tests/figures/people.R). */
#include <math.h>

#include "../support/unit.h"
#include "cxd/domain/people.h"

static const struct hash_key KEYS[2] = {{{1, 2}}, {{3, 4}}};

static const struct purse UNCOUNTED = {NULL, 0};

static struct survey nps(int64_t min_n) {
    struct survey survey = {
        .metric = METRIC_NPS, .method = METHOD_NET_PROMOTER, .scale_max = 10, .favourable = 9, .unfavourable = 6};
    survey.min_n = (int)min_n;
    return survey;
}

static void add(struct respondents *people, int side, const char *respondent, int score) {
    struct error err;
    assert_int_equal(people_add(people, side, respondent, score, &err), CXD_OK);
}

static void test_people_are_counted_once(void **state) {
    (void)state;
    const struct survey survey = nps(0);
    struct respondents people;
    people_init(&people, &survey, KEYS, &UNCOUNTED);
    struct histogram none = people_latest(&people, 0);
    assert_true(histogram_is_empty(&none));
    assert_int_equal(people_clusters(&people, 0), 0);
    add(&people, 0, "ann", 9);
    add(&people, 0, "bob", 3);
    add(&people, 0, NULL, 10);
    add(&people, 0, "", 10);
    add(&people, 0, "ann", 2);
    add(&people, 1, "ann", 7);
    assert_int_equal(people.distinct[0], 2);
    assert_int_equal(people.distinct[1], 1);
    assert_int_equal(people_clusters(&people, 0), 4);
    const struct histogram latest = people_latest(&people, 0);
    assert_int_equal(latest.n[2], 1);
    assert_int_equal(latest.n[3], 1);
    assert_int_equal(latest.n[9], 0);
    assert_int_equal(latest.n[10], 2);
    assert_int_equal(people.all[0].n[9], 1);
    people_free(&people);
}

static void test_people_are_bounded(void **state) {
    (void)state;
    const struct survey survey = nps(0);
    struct respondents people;
    struct error err;
    char name[32];
    people_init(&people, &survey, KEYS, &UNCOUNTED);
    for (int i = 0; i < RESPONDENTS_MAX; i++) {
        snprintf(name, sizeof name, "p%d", i);
        add(&people, 0, name, i % 11);
    }
    assert_int_equal(people.distinct[0], RESPONDENTS_MAX);
    assert_int_equal(people_add(&people, 0, "another", 9, &err), ERR_BAD_PARAMETER);
    assert_non_null(strstr(err.detail, "500000 respondents"));
    add(&people, 0, "p0", 9); /* who is there already goes on */
    assert_int_equal(people.distinct[0], RESPONDENTS_MAX);
    people_free(&people);
}

static void test_bands_go_by_the_direction(void **state) {
    (void)state;
    struct survey survey = nps(0);
    assert_int_equal(survey_band(&survey, 9), BAND_FAVOURABLE);
    assert_int_equal(survey_band(&survey, 7), BAND_NEUTRAL);
    assert_int_equal(survey_band(&survey, 6), BAND_UNFAVOURABLE);
    assert_true(survey_in_bands(&survey, 1U << BAND_NEUTRAL | 1U << BAND_UNFAVOURABLE, 7));
    assert_false(survey_in_bands(&survey, 1U << BAND_NEUTRAL | 1U << BAND_UNFAVOURABLE, 9));
    assert_true(survey_in_bands(&survey, 0, 9));
    survey.direction = DIRECTION_LOWER;
    survey.favourable = 2;
    survey.unfavourable = 5;
    assert_int_equal(survey_band(&survey, 2), BAND_FAVOURABLE);
    assert_int_equal(survey_band(&survey, 3), BAND_NEUTRAL);
    assert_int_equal(survey_band(&survey, 5), BAND_UNFAVOURABLE);
    assert_int_equal(people_value(&survey, 1), 1);
    assert_int_equal(people_value(&survey, 4), 0);
    assert_int_equal(people_value(&survey, 9), -1);
}

static void test_movement_is_judged_as_by_r(void **state) {
    (void)state;
    const struct {
        int64_t table[BAND_COUNT][BAND_COUNT];
        enum movement_test test;
        double statistic, p;
        int df;
    } cases[] = {
        {{{20, 2, 1}, {6, 8, 2}, {5, 3, 3}}, MOVEMENT_EXACT, 4.866666666666666, 0.207534790039063, 3},
        {{{0, 6, 0}, {1, 0, 0}, {0, 0, 0}}, MOVEMENT_EXACT, 3.57142857142857, 0.125, 1},
        {{{0, 400, 30}, {300, 0, 90}, {20, 60, 0}}, MOVEMENT_CHI_SQUARED, 22.2857142857143, 5.68840598127731e-05, 3},
        {{{0, 300000, 0}, {299000, 0, 0}, {0, 0, 0}}, MOVEMENT_CHI_SQUARED, 1.669449081803005, 0.196332341656525, 1},
        {{{0, 300000, 100}, {299000, 0, 0}, {130, 0, 0}},
         MOVEMENT_CHI_SQUARED,
         5.5824925600638746,
         0.0613447135628929,
         2},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct movement movement = {.alpha = 0.05};
        memcpy(movement.table, cases[i].table, sizeof movement.table);
        movement_judge(&movement);
        assert_int_equal(movement.test, cases[i].test);
        assert_int_equal(movement.df, cases[i].df);
        assert_true(fabs(movement.statistic - cases[i].statistic) < 1e-9);
        assert_true(fabs(movement.p_value - cases[i].p) < 1e-9 * fmax(cases[i].p, 1e-3));
    }
}

static enum cxd_err add_many(struct respondents *people, int count, struct error *err) {
    enum cxd_err code = CXD_OK;
    char name[32];
    for (int i = 0; code == CXD_OK && i < count; i++) {
        snprintf(name, sizeof name, "p%d", i);
        code = people_add(people, 0, name, 9, err);
    }
    return code;
}

/* What is held is claimed as it grows; beside another question no more than all may hold, and alone what it takes. */
static void test_people_share_memory(void **state) {
    (void)state;
    const struct survey survey = nps(0);
    struct respondents own, other;
    struct error err;
    struct budget budget;
    budget_init(&budget);
    const struct purse purse = {&budget, 100000};
    people_init(&other, &survey, KEYS, &purse);
    assert_int_equal(budget.held, 0);
    assert_int_equal(add_many(&other, 200, &err), CXD_OK);
    uint64_t of_other = budget.held;
    assert_in_range(of_other, 200 * sizeof(struct respondent_tally), 20000);
    people_init(&own, &survey, KEYS, &purse);
    assert_int_equal(add_many(&own, 5000, &err), ERR_QUESTION_MEMORY);
    assert_non_null(strstr(err.detail, "ask again"));
    assert_int_equal(budget.refused, 1);
    assert_true(budget.held <= purse.limit && budget.held > of_other);
    people_free(&own);
    assert_int_equal(budget.held, of_other);
    people_free(&other);
    assert_int_equal(budget.held, 0);
    people_init(&own, &survey, KEYS, &purse);
    assert_int_equal(add_many(&own, RESPONDENTS_MAX, &err), CXD_OK);
    assert_in_range(budget.held, purse.limit, 27 << 20);
    people_free(&own);
    assert_int_equal(budget.held, 0);
    budget_destroy(&budget);
}

/* Those of one window only have not moved; what is suppressed is not judged. */
static void test_movement_counts_who_is_in_both(void **state) {
    (void)state;
    for (int min_n = 0; min_n < 4; min_n += 3) {
        const struct survey survey = nps(min_n);
        struct respondents people;
        struct movement movement;
        people_init(&people, &survey, KEYS, &UNCOUNTED);
        add(&people, 0, "ann", 9);
        add(&people, 1, "ann", 3);
        add(&people, 0, "bob", 9);
        add(&people, 1, "cy", 9);
        add(&people, 0, "dan", 8);
        add(&people, 1, "dan", 0);
        add(&people, 1, "dan", 7);
        people_movement(&people, false, 0.05, &movement);
        assert_int_equal(movement.n, 2);
        assert_int_equal(movement.table[BAND_UNFAVOURABLE][BAND_FAVOURABLE], 1);
        assert_int_equal(movement.table[BAND_NEUTRAL][BAND_NEUTRAL], 1);
        assert_int_equal(movement.gained, 1);
        assert_int_equal(movement.unchanged, 1);
        assert_int_equal(movement.suppressed, min_n == 3);
        assert_int_equal(movement.test, min_n == 3 ? MOVEMENT_UNTESTED : MOVEMENT_EXACT);
        people_movement(&people, true, 0.05, &movement);
        assert_int_equal(movement.reason, UNMOVED_OVERLAP);
        people_free(&people);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people_are_counted_once),        cmocka_unit_test(test_people_are_bounded),
        cmocka_unit_test(test_bands_go_by_the_direction),      cmocka_unit_test(test_movement_is_judged_as_by_r),
        cmocka_unit_test(test_movement_counts_who_is_in_both), cmocka_unit_test(test_people_share_memory),
    };
    return cmocka_run_group_tests_name("people", tests, NULL, NULL);
}
