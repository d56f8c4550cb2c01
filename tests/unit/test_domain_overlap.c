/* Tables whose rows overlap, by what people ticked of several choices: figures, the remainder, and what a min_n
 * withholds of them and of tables by the answers to one question; and the options of a question. */
#include <math.h>
#include <stdlib.h>

#include "../support/unit.h"
#include "cxd/domain/answered.h"

enum { OPTIONS = 4, PEOPLE_MAX = 60, SCALE = 11 };

/* A person: a score, and what was ticked, a bit each. */
struct person {
    int score;
    unsigned ticked;
};

struct bed {
    struct survey survey;
    struct segments_terms terms;
    struct segments segments;
    struct segment rows[OPTIONS + 1]; /* options that somebody ticked, and unset */
    int64_t answered;
};

static void count(struct bed *bed, const struct person *people, size_t people_count) {
    struct segment rows[OPTIONS + 1] = {{.values = {"a"}}, {.values = {"b"}}, {.values = {"c"}}, {.values = {"d"}}};
    bed->segments = (struct segments){.rows = bed->rows};
    bed->answered = 0;
    for (size_t i = 0; i < people_count; i++) {
        bed->segments.overall.n[people[i].score]++;
        bed->answered += people[i].ticked != 0;
        for (int option = 0; option < OPTIONS; option++)
            rows[option].parts[SEGMENT_WINDOW].n[people[i].score] += people[i].ticked >> option & 1;
        rows[OPTIONS].parts[SEGMENT_WINDOW].n[people[i].score] += people[i].ticked == 0;
    }
    bed->segments.n[SEGMENT_WINDOW] = (int64_t)people_count;
    for (int i = 0; i <= OPTIONS; i++)
        if (!histogram_is_empty(&rows[i].parts[SEGMENT_WINDOW]))
            bed->rows[bed->segments.count++] = rows[i];
}

static struct bed make_bed(int64_t min_n, const struct person *people, size_t people_count) {
    struct bed bed = {.survey = {.metric = METRIC_NPS, .min_n = min_n}};
    survey_set_defaults(&bed.survey, false);
    bed.terms = (struct segments_terms){
        .confidence = 0.95, .alpha = 0.05, .limit = OPTIONS + 1, .overlaps = true, .answered = true};
    count(&bed, people, people_count);
    return bed;
}

static void judge(struct bed *bed) {
    bed->terms.survey = &bed->survey;
    bed->segments.rows = bed->rows;
    assert_true(segments_judge(&bed->terms, &bed->segments));
}

static const struct segment *row_of(const struct bed *bed, const char *value) {
    for (size_t i = 0; i < bed->segments.count; i++) {
        const char *own = bed->rows[i].values[0];
        if (value && own ? strcmp(own, value) == 0 : own == value)
            return &bed->rows[i];
    }
    return NULL;
}

static bool is_hidden(const struct bed *bed, const char *value) {
    const struct segment *row = row_of(bed, value);
    assert_non_null(row);
    return row->hidden[SEGMENT_WINDOW];
}

static size_t add(struct person *people, size_t at, size_t n, int score, unsigned ticked) {
    for (size_t i = 0; i < n; i++)
        people[at++] = (struct person){score, ticked};
    return at;
}

/* 10 ticked a, 6 of whom b too; 4 ticked b alone; 10 nothing. */
static size_t make_people(struct person *people) {
    size_t at = add(people, 0, 4, 0, 1);
    at = add(people, at, 6, 10, 1 | 2);
    at = add(people, at, 4, 0, 2);
    return add(people, at, 10, 9, 0);
}

static void test_people_are_counted_once(void **state) {
    (void)state;
    struct person people[PEOPLE_MAX];
    struct bed bed = make_bed(0, people, make_people(people));
    judge(&bed);
    const struct segment *a = row_of(&bed, "a"), *b = row_of(&bed, "b"), *unset = row_of(&bed, NULL);
    assert_int_equal(a->score.n, 10);
    assert_int_equal(b->score.n, 10);
    assert_int_equal(unset->score.n, 10);
    assert_true(fabs(a->share - 100.0 * 10 / 24) < 1e-9);
    /* all: 16 promoters, 8 detractors; a: 6 and 4 */
    assert_true(fabs(a->impact - (20.0 - 100.0 * 8 / 24) * 10 / 24) < 1e-9);
    /* against the 14 who did not tick it, and not against the sum of the other rows */
    assert_int_equal(a->rest.own_n, 10);
    assert_int_equal(a->rest.n, 14);
    assert_false(bed.segments.has_remainder);
}

static void test_a_remainder_has_no_figures(void **state) {
    (void)state;
    struct person people[PEOPLE_MAX];
    struct bed bed = make_bed(0, people, make_people(people));
    bed.terms.limit = 1;
    judge(&bed);
    assert_true(bed.segments.has_remainder);
    assert_int_equal(bed.segments.remainder_values, 2);
    assert_int_equal(bed.segments.remainder.score.n, 0);
    assert_false(bed.segments.remainder.has_impact);
}

/* All but two of who answered ticked a: a tells of these two. */
static void test_what_nearly_all_ticked_is_withheld(void **state) {
    (void)state;
    struct person people[PEOPLE_MAX];
    size_t at = add(people, 0, 20, 9, 1);
    at = add(people, at, 10, 9, 1 | 2);
    at = add(people, at, 2, 0, 2);
    at = add(people, at, 10, 9, 0);
    struct bed bed = make_bed(5, people, at);
    judge(&bed);
    assert_true(is_hidden(&bed, "a"));
    at = add(people, 0, 20, 9, 1);
    at = add(people, at, 5, 0, 2);
    at = add(people, at, 10, 9, 0);
    bed = make_bed(5, people, at);
    judge(&bed);
    assert_false(is_hidden(&bed, "a"));
    assert_false(is_hidden(&bed, "b"));
}

/* Everybody ticked a: nobody is left of whom it could tell. */
static void test_what_everybody_ticked_is_shown(void **state) {
    (void)state;
    struct person people[PEOPLE_MAX];
    size_t at = add(people, 0, 10, 9, 1);
    at = add(people, at, 10, 9, 1 | 2);
    struct bed bed = make_bed(5, people, at);
    judge(&bed);
    assert_false(is_hidden(&bed, "a"));
    assert_false(is_hidden(&bed, "b"));
}

/* How many answered is told: b's 2 are that less a's 20, whatever is unset. */
static void test_options_are_hidden_among_themselves(void **state) {
    (void)state;
    struct person people[PEOPLE_MAX];
    size_t at = add(people, 0, 20, 9, 1);
    at = add(people, at, 2, 0, 2);
    at = add(people, at, 8, 9, 0);
    struct bed bed = make_bed(5, people, at);
    bed.terms.overlaps = false;
    judge(&bed);
    assert_true(is_hidden(&bed, "b"));
    assert_true(is_hidden(&bed, "a"));
    bed = make_bed(5, people, at);
    bed.terms.overlaps = bed.terms.answered = false;
    judge(&bed);
    assert_true(is_hidden(&bed, "b") && is_hidden(&bed, NULL));
    assert_false(is_hidden(&bed, "a"));
}

static bool is_some(int64_t n, int64_t min_n) {
    return n > 0 && n < min_n;
}

/* What docs/scoring.md §14 says must hold of what is shown. */
static void check_rules(const struct bed *bed) {
    int64_t min_n = bed->survey.min_n, all = bed->segments.n[SEGMENT_WINDOW], left = all, left_answered = bed->answered;
    int64_t hidden_n = 0, hidden_rows = 0;
    bool any_few = false;
    for (size_t i = 0; i < bed->segments.count; i++) {
        const struct segment *row = &bed->rows[i];
        int64_t n = histogram_count(&row->parts[SEGMENT_WINDOW]);
        any_few = any_few || (row->values[0] && n < min_n);
        if (row->hidden[SEGMENT_WINDOW]) {
            hidden_n += row->values[0] ? n : 0;
            hidden_rows += row->values[0] != NULL;
            continue;
        }
        assert_true(n >= min_n);
        assert_false(bed->terms.overlaps && is_some(all - n, min_n));
        assert_false(bed->terms.overlaps && row->values[0] && is_some(bed->answered - n, min_n));
        left -= n;
        left_answered -= row->values[0] ? n : 0;
    }
    assert_false(bed->terms.overlaps && hidden_rows + 1 < (int64_t)bed->segments.count &&
                 (is_some(left, min_n) || is_some(left_answered, min_n)));
    bool is_all = hidden_rows + (row_of(bed, NULL) != NULL) == (int64_t)bed->segments.count;
    assert_true(!any_few || is_all || (hidden_rows >= 2 && hidden_n >= min_n));
}

static void test_rules_hold_of_any_table(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct person people[PEOPLE_MAX];
        size_t people_count = (size_t)(rand() % PEOPLE_MAX) + 1;
        unsigned mask = (unsigned)rand() % 16, rare = (unsigned)rand() % 16;
        bool overlaps = rand() % 2;
        for (size_t i = 0; i < people_count; i++) {
            unsigned ticked = rand() % 5 == 0 ? rare & (unsigned)rand() : mask & (unsigned)rand();
            if (!overlaps) /* the lowest alone */
                ticked &= ~ticked + 1;
            people[i] = (struct person){rand() % SCALE, ticked};
        }
        struct bed bed = make_bed(rand() % 8, people, people_count);
        bed.terms.overlaps = overlaps;
        judge(&bed);
        check_rules(&bed);
    }
}

/* Shares with R's prop.test(n, 20, correct = FALSE)$conf.int */
static void test_options_of_a_question(void **state) {
    (void)state;
    static const struct question_option options[] = {{.value = "c"}, {.value = "b"}};
    static const struct question question = {
        .key = "q", .type = QUESTION_CHOICES, .options = options, .option_count = 2, .other = true};
    struct option_figures listed[OPTIONS + 1];
    struct question_figures figures = {.question = &question, .options = listed};
    struct person people[PEOPLE_MAX];
    size_t at = add(people, 0, 12, 9, 1);
    at = add(people, at, 6, 9, 2);
    at = add(people, at, 2, 9, 4);
    at = add(people, at, 4, 9, 0);
    struct bed bed = make_bed(0, people, at);
    judge(&bed);
    figures.answered = bed.answered;
    question_figures_list(&figures, &bed.segments, 0.95);
    assert_int_equal(figures.option_count, 3);
    assert_string_equal(listed[0].value, "a");
    assert_true(listed[0].is_retired && !listed[0].option);
    assert_true(listed[1].option == &options[1] && !listed[1].is_retired);
    assert_true(listed[2].option == &options[0]);
    assert_true(fabs(listed[0].share - 60) < 1e-9);
    assert_true(fabs(listed[0].interval.low - 38.6582) < 1e-3 && fabs(listed[0].interval.high - 78.1193) < 1e-3);
    assert_true(fabs(listed[2].interval.low - 2.7866) < 1e-3 && fabs(listed[2].interval.high - 30.1034) < 1e-3);
}

static void test_counts_that_tell_of_others(void **state) {
    (void)state;
    static const struct question plain = {.key = "q"}, follows = {.key = "q", .show = {.key = "a"}};
    const struct survey survey = {.min_n = 5};
    static const struct {
        const struct question *question;
        int64_t all, asked, answered;
        bool asked_told, answered_told;
    } cases[] = {
        {&plain, 3, 3, 1, true, true},        {&follows, 100, 4, 3, false, false},  {&follows, 100, 5, 0, true, false},
        {&follows, 100, 98, 90, false, true}, {&follows, 100, 100, 95, true, true}, {&follows, 4, 4, 4, false, false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct question_figures figures = {
            .question = cases[i].question, .asked = cases[i].asked, .answered = cases[i].answered};
        question_figures_tell(&figures, &survey, cases[i].all);
        assert_int_equal(figures.is_asked_told, cases[i].asked_told);
        assert_int_equal(figures.is_answered_told, cases[i].answered_told);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people_are_counted_once),
        cmocka_unit_test(test_a_remainder_has_no_figures),
        cmocka_unit_test(test_what_nearly_all_ticked_is_withheld),
        cmocka_unit_test(test_what_everybody_ticked_is_shown),
        cmocka_unit_test(test_options_are_hidden_among_themselves),
        cmocka_unit_test(test_rules_hold_of_any_table),
        cmocka_unit_test(test_options_of_a_question),
        cmocka_unit_test(test_counts_that_tell_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
