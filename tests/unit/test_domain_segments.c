/* Tables of segments: order, impact, tests against the rest, the remainder, and what a min_n withholds. */
#include <math.h>

#include "../support/unit.h"
#include "cxd/domain/segments.h"

enum { ROWS_MAX = 8 };

struct bed {
    struct survey survey;
    struct segments_terms terms;
    struct segments segments;
    struct segment rows[ROWS_MAX];
};

static struct bed make_bed(enum metric metric, enum method method, enum direction direction, int64_t min_n) {
    struct bed bed = {.survey = {.metric = metric, .min_n = min_n}};
    survey_set_defaults(&bed.survey, false);
    bed.survey.direction = direction;
    bed.survey.method = method;
    survey_default_bands(&bed.survey, &bed.survey.favourable, &bed.survey.unfavourable);
    bed.terms = (struct segments_terms){.confidence = 0.95, .alpha = 0.05, .limit = ROWS_MAX};
    return bed;
}

static struct bed make_nps(int64_t min_n) {
    return make_bed(METRIC_NPS, METHOD_NET_PROMOTER, DIRECTION_HIGHER, min_n);
}

/* `low` answers at the bottom of the scale, `high` at its top. */
static struct segment *add(struct bed *bed, const char *value, int64_t low, int64_t high) {
    assert_true(bed->segments.count < ROWS_MAX);
    struct segment *row = &bed->rows[bed->segments.count++];
    row->values[0] = value;
    row->parts[SEGMENT_WINDOW].n[bed->survey.scale_min] = low;
    row->parts[SEGMENT_WINDOW].n[bed->survey.scale_max] = high;
    return row;
}

static void judge(struct bed *bed) {
    bed->terms.survey = &bed->survey;
    bed->segments.rows = bed->rows;
    bed->segments.overall = bed->segments.beyond.parts[SEGMENT_WINDOW];
    for (size_t i = 0; i < bed->segments.count; i++)
        histogram_add(&bed->segments.overall, &bed->rows[i].parts[SEGMENT_WINDOW]);
    assert_true(segments_judge(&bed->terms, &bed->segments));
}

/* Values in their order, '!' behind those that are hidden. */
static void assert_order(const struct bed *bed, const char *wanted) {
    char text[256] = "";
    for (size_t i = 0; i < bed->segments.shown; i++) {
        strcat(text, bed->rows[i].values[0] ? bed->rows[i].values[0] : "-");
        strcat(text, bed->rows[i].hidden[SEGMENT_WINDOW] ? "! " : " ");
    }
    assert_string_equal(text, wanted);
}

static void assert_near(double got, double want) {
    assert_true(fabs(got - want) < 1e-9);
}

static void test_most_harmful_first(void **state) {
    (void)state;
    struct bed bed = make_nps(0);
    add(&bed, "b", 30, 10);
    add(&bed, "a", 5, 60);
    add(&bed, NULL, 10, 10);
    add(&bed, "d", 2, 8);
    add(&bed, "c", 2, 8);
    judge(&bed);
    assert_order(&bed, "b - c d a ");
    double sum = 0;
    for (size_t i = 0; i < bed.segments.count; i++)
        sum += bed.rows[i].impact;
    assert_near(sum, 0);
    assert_near(bed.rows[0].impact, (-50 - 100.0 * 47 / 145) * 40 / 145);
    assert_near(bed.rows[0].share, 100.0 * 40 / 145);
    assert_false(bed.segments.has_remainder);
}

/* A mean that is better low does harm where it is high; a share of what is favourable does not. */
static void test_lower_is_better(void **state) {
    (void)state;
    struct bed bed = make_bed(METRIC_CES, METHOD_MEAN, DIRECTION_LOWER, 0);
    add(&bed, "easy", 30, 5);
    add(&bed, "hard", 5, 30);
    judge(&bed);
    assert_order(&bed, "hard easy ");
    assert_true(bed.rows[0].impact > 0);
    struct bed share = make_bed(METRIC_CES, METHOD_TOP_BOX, DIRECTION_LOWER, 0);
    add(&share, "easy", 30, 5);
    add(&share, "hard", 5, 30);
    judge(&share);
    assert_order(&share, "hard easy ");
    assert_true(share.rows[0].impact < 0);
}

/* What moves the score by as much: the larger one first, then by value, unset last. */
static void test_ties(void **state) {
    (void)state;
    struct bed bed = make_nps(0);
    add(&bed, NULL, 1, 1);
    add(&bed, "b", 1, 1);
    add(&bed, "a", 1, 1);
    add(&bed, "z", 7, 7);
    add(&bed, "y", 3, 3);
    judge(&bed);
    assert_order(&bed, "z y a b - ");
}

/* The family is all five, whatever is shown. R:
 *   adj <- function(P, D, n) { m <- n + 3; p <- (P + .75) / m; d <- (D + .75) / m; c(p - d, sqrt((p + d - (p - d)^2) /
 * m)) } D <- c(10, 16, 22, 28, 34); p <- sapply(1:5, function(i) { a <- adj(40, D[i], 40 + D[i]) b <- adj(160, sum(D) -
 * D[i], 160 + sum(D) - D[i]); 2 * pnorm(-abs(a[1] - b[1]) / sqrt(a[2]^2 + b[2]^2)) }) rev(p.adjust(p, "BH")) */
static void test_family_is_the_whole_table(void **state) {
    (void)state;
    static const double BH[] = {0.0803225193706065, 0.3181874350044401, 0.9401365696118503, 0.3181874350044401,
                                0.0365759699898978};
    for (size_t limit = 5; limit >= 1; limit--) {
        struct bed bed = make_nps(0);
        for (int i = 0; i < 5; i++)
            add(&bed, (const char *[]){"a", "b", "c", "d", "e"}[i], 10 + 6 * i, 40);
        bed.terms.limit = limit;
        judge(&bed);
        assert_int_equal(bed.segments.shown, limit);
        for (size_t i = 0; i < limit; i++)
            assert_near(bed.rows[i].p_adjusted, BH[i]);
        assert_int_equal(bed.segments.has_remainder, limit < 5);
        assert_int_equal(bed.segments.remainder_values, 5 - limit);
        assert_true(limit == 5 || isnan(bed.segments.remainder.p_adjusted));
        double sum = limit < 5 ? bed.segments.remainder.impact : 0;
        for (size_t i = 0; i < limit; i++)
            sum += bed.rows[i].impact;
        assert_near(sum, 0);
    }
}

static void test_one_segment_has_no_rest(void **state) {
    (void)state;
    struct bed bed = make_nps(0);
    add(&bed, "only", 3, 9);
    judge(&bed);
    assert_int_equal(bed.rows[0].rest.reason, UNTESTED_EMPTY);
    assert_true(isnan(bed.rows[0].p_adjusted) && !bed.rows[0].significant);
    assert_near(bed.rows[0].impact, 0);
}

static void test_values_beyond_are_the_remainder(void **state) {
    (void)state;
    struct bed bed = make_nps(0);
    add(&bed, "a", 3, 9);
    bed.segments.beyond.parts[SEGMENT_WINDOW].n[0] = 4;
    bed.segments.beyond_values = 2;
    judge(&bed);
    assert_true(bed.segments.has_remainder && bed.segments.remainder_values == 2);
    assert_int_equal(bed.segments.remainder.score.n, 4);
    assert_int_equal(bed.rows[0].rest.n, 4);
}

/* --- min_n ----------------------------------------------------------------------------------------------------------
 */

static void test_a_lone_one_hides_the_next(void **state) {
    (void)state;
    struct bed bed = make_nps(5);
    add(&bed, "a", 10, 10);
    add(&bed, "b", 4, 4);
    add(&bed, "c", 1, 1);
    add(&bed, "d", 5, 4);
    judge(&bed);
    assert_order(&bed, "d a b! c! ");
    assert_int_equal(bed.rows[2].rest.test, TEST_NONE);
}

/* Two that are hidden have to be as many answers as a window needs, too. */
static void test_what_is_hidden_is_a_window(void **state) {
    (void)state;
    struct bed bed = make_nps(5);
    add(&bed, "a", 10, 10);
    add(&bed, "b", 4, 4);
    add(&bed, "c", 1, 1);
    add(&bed, "d", 0, 1);
    judge(&bed);
    assert_order(&bed, "a b! c! d! ");
    struct bed enough = make_nps(5);
    add(&enough, "a", 10, 10);
    add(&enough, "b", 4, 4);
    add(&enough, "c", 1, 2);
    add(&enough, "d", 1, 1);
    judge(&enough);
    assert_order(&enough, "a b c! d! ");
}

/* Whatever limits are asked for, no difference of two remainders is a part of what is hidden. */
static void test_no_limit_takes_the_hidden_apart(void **state) {
    (void)state;
    for (size_t limit = 1; limit <= 6; limit++) {
        struct bed bed = make_nps(5);
        add(&bed, "b", 9, 4);
        add(&bed, "a", 10, 10);
        add(&bed, "c", 1, 2);
        add(&bed, "d", 1, 1);
        add(&bed, "e", 1, 1);
        bed.terms.limit = limit;
        judge(&bed);
        assert_int_equal(bed.segments.shown, limit == 1 ? 1 : limit < 5 ? 2 : 5);
        assert_int_equal(bed.segments.has_remainder, limit < 5);
        if (limit < 5)
            assert_int_equal(bed.segments.remainder.score.n, limit == 1 ? 27 : 7);
        /* With some beyond that is hidden, what is hidden stands in the remainder only. */
        bed = make_nps(5);
        add(&bed, "b", 9, 4);
        add(&bed, "a", 10, 10);
        add(&bed, "c", 1, 2);
        bed.segments.beyond.parts[SEGMENT_WINDOW].n[3] = 2;
        bed.segments.beyond_values = 1;
        bed.terms.limit = limit;
        judge(&bed);
        assert_int_equal(bed.segments.shown, limit == 1 ? 1 : 2);
        assert_int_equal(bed.segments.remainder.score.n, limit == 1 ? 25 : 5);
        assert_int_equal(bed.segments.remainder_values, limit == 1 ? 3 : 2);
    }
}

/* What is compared is hidden by itself, and the remainder's too where some of it stands in rows of their own. */
static void test_changes_are_hidden_by_their_own_numbers(void **state) {
    (void)state;
    for (size_t limit = 1; limit <= 4; limit++) {
        struct bed bed = make_nps(5);
        const int64_t before[] = {20, 8, 2, 9};
        for (size_t i = 0; i < 4; i++) {
            struct segment *row = add(&bed, (const char *[]){"a", "b", "c", "d"}[i], 20 - 2 * (int64_t)i, 10);
            row->parts[SEGMENT_COMPARED] = row->parts[SEGMENT_WINDOW];
            row->parts[SEGMENT_PREVIOUS].n[10] = before[i];
        }
        bed.terms.compares = true;
        bed.terms.limit = limit;
        judge(&bed);
        assert_int_equal(bed.segments.shown, limit);
        for (size_t i = 0; i < limit; i++) {
            assert_false(bed.rows[i].hidden[SEGMENT_WINDOW] || bed.rows[i].hidden[SEGMENT_COMPARED]);
            assert_int_equal(bed.rows[i].hidden[SEGMENT_PREVIOUS], i == 1 || i == 2);
        }
        if (limit < 4)
            assert_int_equal(bed.segments.remainder.hidden[SEGMENT_PREVIOUS], limit == 2);
    }
}

/* A window hides the same by itself and as the one that another is compared with, in whichever order its values come:
 * of two tables of the same answers none tells what the other hides. */
static void test_a_window_hides_the_same_however_it_is_asked_for(void **state) {
    (void)state;
    const struct {
        const char *value;
        int64_t now, before;
    } rows[] = {{"c", 3, 8}, {"a", 8, 8}, {"d", 1, 1}, {"b", 1, 8}};
    struct bed alone = make_nps(3), compared = make_nps(3);
    compared.terms.compares = true;
    for (size_t i = 0; i < 4; i++) {
        struct segment *row = add(&compared, rows[i].value, rows[i].now, 0);
        row->parts[SEGMENT_COMPARED] = row->parts[SEGMENT_WINDOW];
        row->parts[SEGMENT_PREVIOUS].n[0] = rows[i].before;
        add(&alone, rows[3 - i].value, rows[3 - i].before, 0);
    }
    judge(&alone);
    judge(&compared);
    assert_order(&alone, "b c a! d! ");
    for (size_t i = 0; i < 4; i++) {
        const char *value = compared.rows[i].values[0];
        assert_int_equal(compared.rows[i].hidden[SEGMENT_PREVIOUS], *value == 'a' || *value == 'd');
        assert_int_equal(compared.rows[i].hidden[SEGMENT_COMPARED], compared.rows[i].hidden[SEGMENT_WINDOW]);
    }
}

static void test_nothing_is_hidden_without_a_min_n(void **state) {
    (void)state;
    struct bed bed = make_nps(0);
    add(&bed, "a", 1, 0);
    struct segment *gone = add(&bed, "gone", 0, 0);
    gone->parts[SEGMENT_PREVIOUS].n[9] = 3;
    bed.terms.compares = true;
    judge(&bed);
    assert_order(&bed, "a gone ");
    assert_false(bed.rows[1].has_impact);
    assert_int_equal(bed.rows[1].change.n, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_most_harmful_first),
        cmocka_unit_test(test_lower_is_better),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_family_is_the_whole_table),
        cmocka_unit_test(test_one_segment_has_no_rest),
        cmocka_unit_test(test_values_beyond_are_the_remainder),
        cmocka_unit_test(test_a_lone_one_hides_the_next),
        cmocka_unit_test(test_what_is_hidden_is_a_window),
        cmocka_unit_test(test_no_limit_takes_the_hidden_apart),
        cmocka_unit_test(test_changes_are_hidden_by_their_own_numbers),
        cmocka_unit_test(test_a_window_hides_the_same_however_it_is_asked_for),
        cmocka_unit_test(test_nothing_is_hidden_without_a_min_n),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
