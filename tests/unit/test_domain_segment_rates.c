/* Response rates by segment: the remainder's, what is not known, and what a min_n withholds. */
#include "../support/unit.h"
#include "cxd/domain/segments.h"

enum { ROWS_MAX = 8 };

struct bed {
    struct survey survey;
    struct segments_terms terms;
    struct segments segments;
    struct segment rows[ROWS_MAX];
};

static struct bed make_bed(int64_t min_n) {
    struct bed bed = {.survey = {.metric = METRIC_NPS, .min_n = min_n}};
    survey_set_defaults(&bed.survey, false);
    bed.terms = (struct segments_terms){.confidence = 0.95, .alpha = 0.05, .limit = ROWS_MAX};
    return bed;
}

static void count(struct segment *segment, int64_t answers, int64_t shown, int64_t answered, int64_t reported) {
    segment->parts[SEGMENT_WINDOW].n[9] = answers;
    segment->visits.n[IMPRESSION_SHOWN] = shown;
    segment->visits.n[IMPRESSION_ANSWERED] = answered;
    segment->visits.n[IMPRESSION_REPORTED] = reported;
}

static struct segment *add(struct bed *bed, const char *value, int64_t answers, int64_t shown, int64_t answered) {
    struct segment *row = &bed->rows[bed->segments.count++];
    row->values[0] = value;
    count(row, answers, shown, answered, shown);
    return row;
}

/* `beyond` is what of the whole has no row. */
static void judge(struct bed *bed, const struct segment *beyond) {
    struct segments *segments = &bed->segments;
    bed->terms.survey = &bed->survey;
    segments->rows = bed->rows;
    segments->beyond.parts[SEGMENT_WINDOW] = segments->overall = beyond->parts[SEGMENT_WINDOW];
    segments->visits = beyond->visits;
    segments->visits.n[IMPRESSION_INVITED] = 7;
    for (size_t i = 0; i < segments->count; i++) {
        histogram_add(&segments->overall, &bed->rows[i].parts[SEGMENT_WINDOW]);
        for (int kind = 0; kind < IMPRESSION_INVITED; kind++)
            segments->visits.n[kind] += bed->rows[i].visits.n[kind];
    }
    assert_true(segments_judge(&bed->terms, segments));
}

static const struct segment NOTHING;

static void test_the_remainder_is_what_no_row_has(void **state) {
    (void)state;
    struct bed bed = make_bed(0);
    struct segment beyond = {.values = {NULL}};
    count(&beyond, 5, 20, 2, 20);
    add(&bed, "a", 10, 40, 10);
    add(&bed, "b", 0, 50, 0); /* never answered */
    add(&bed, "c", 3, 0, 0);
    bed.terms.limit = 1;
    judge(&bed, &beyond);
    const struct segment *rest = &bed.segments.remainder;
    assert_string_equal(bed.rows[0].values[0], "a");
    assert_true(bed.rows[0].rate.value == 25.0);
    assert_int_equal(rest->rate.counts.n[IMPRESSION_SHOWN], 70);
    assert_int_equal(rest->rate.counts.n[IMPRESSION_ANSWERED], 2);
    assert_false(rest->rate.has_invitations);
    assert_false(bed.rows[0].rate.suppressed);
    assert_string_equal(bed.rows[2].values[0], "b"); /* without a score behind all others */
}

static void test_what_is_not_known(void **state) {
    (void)state;
    for (int64_t min_n = 0; min_n < 4; min_n += 3) {
        struct bed bed = make_bed(min_n);
        add(&bed, "a", 10, 40, 10);
        add(&bed, "b", 10, 0, 0)->visits_known = IMPRESSIONS_EXPIRED;
        bed.segments.visits.n[IMPRESSION_SHOWN] = 60;
        judge(&bed, &NOTHING);
        assert_int_equal(bed.rows[0].rate.known, min_n ? IMPRESSIONS_EXPIRED : IMPRESSIONS_KNOWN);
        assert_int_equal(bed.rows[1].rate.known, IMPRESSIONS_EXPIRED);
        assert_int_equal(bed.segments.remainder.rate.known, IMPRESSIONS_EXPIRED);
    }
}

/* What a table shows, at any limit, never tells by subtraction of fewer than two segments, nor of fewer visits or
 * answers than min_n. */
static void test_nothing_is_had_by_subtraction(void **state) {
    (void)state;
    static const char *const NAMES[ROWS_MAX] = {"a", "b", "c", "d", "e", "f", "g", NULL};
    srand(14);
    for (unsigned round = 0; round < 2000; round++) {
        struct bed drawn = make_bed(5);
        struct segment beyond = {.values = {NULL}};
        size_t rows = 1 + (size_t)(rand() % ROWS_MAX);
        if (rand() % 3 == 0)
            count(&beyond, rand() % 12, rand() % 12, 0, rand() % 12);
        for (size_t i = 0; i < rows; i++) {
            int64_t shown = rand() % 3 ? rand() % 15 : 0;
            struct segment *row = add(&drawn, NAMES[i], rand() % 15, shown, shown / 3);
            row->visits.n[IMPRESSION_REPORTED] = rand() % 4 ? shown : 0;
        }
        for (size_t limit = 1; limit <= rows; limit++) {
            struct bed bed = drawn;
            int64_t shown = 0, answers = 0;
            size_t hidden = 0, apart = 0;
            bed.terms.limit = limit;
            judge(&bed, &beyond);
            const struct segments *segments = &bed.segments;
            for (size_t i = 0; i <= segments->count; i++) { /* the last is what lies beyond */
                const struct segment *row = i < segments->count ? &bed.rows[i] : &segments->beyond;
                bool is_told = i < segments->count && row->rate.has_visits && !row->rate.suppressed;
                bool is_in_remainder = i >= segments->shown;
                if (row->visits.n[IMPRESSION_SHOWN] == 0 || (is_in_remainder ? !row->rate_hidden : is_told))
                    continue;
                shown += row->visits.n[IMPRESSION_SHOWN];
                answers += histogram_count(&row->parts[SEGMENT_WINDOW]);
                hidden++;
                apart += !is_in_remainder;
            }
            assert_true(hidden == 0 || (hidden >= 2 && shown >= 5 && answers >= 5) ||
                        (size_t)segments->visits.n[IMPRESSION_SHOWN] == (size_t)shown);
            bool tells_rest = segments->remainder.rate.has_visits && !segments->remainder.rate.suppressed;
            assert_true(!tells_rest || apart == 0 || apart == hidden);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_remainder_is_what_no_row_has),
        cmocka_unit_test(test_what_is_not_known),
        cmocka_unit_test(test_nothing_is_had_by_subtraction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
