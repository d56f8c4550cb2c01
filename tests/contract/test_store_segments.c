/* Histograms of windows by the value of a dimension: each is what a question for that value alone says, and all of them
 * together are all that have rollups. */

#include "fixture.h"

enum { ANSWERS = 600, SPANS = 3 };

static uint64_t random_state;

static unsigned below(unsigned bound) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % bound;
}

static const char *make_text(struct fixture *f, const char *prefix, unsigned number) {
    char *text = arena_alloc(&f->arena, 32);
    assert_non_null(text);
    snprintf(text, 32, "%s%u", prefix, number);
    return text;
}

static struct change *make_answer(struct fixture *f, unsigned number, const char *touchpoint, const char *plan) {
    struct change *change = make_response(f, number, (int)below(11), NOW_MS - below(100) * DAY_MS - below(86400000));
    struct response *response = &change->as.response.value;
    struct property *property = arena_alloc_zero(&f->arena, 1, sizeof *property);
    assert_non_null(property);
    *property = (struct property){"plan", plan};
    response->touchpoint = touchpoint;
    response->properties = property;
    response->property_count = plan ? 1 : 0;
    return change;
}

/* Many touchpoints, two channels, few plans, some unset, some excluded. */
static void fill(struct fixture *f, unsigned touchpoints) {
    random_state = 14;
    for (unsigned i = 1; i <= ANSWERS; i++) {
        const char *touchpoint = below(10) == 0 ? NULL : make_text(f, "t", below(touchpoints));
        struct change *change = make_answer(f, i, touchpoint, below(4) == 0 ? NULL : make_text(f, "p\"", below(3)));
        change->as.response.value.channel = below(3) == 0 ? "web" : "app";
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        if (below(20) == 0)
            apply(f, make_exclude(f, i, true, "test"));
    }
}

static struct store_segments read_segments(struct fixture *f, const char *dimension, const struct store_span *spans) {
    struct store_segments segments;
    struct error err;
    assert_ok(store_read_segments(f->reader, f->survey, NULL, dimension, spans, SPANS, &f->arena, &segments, &err),
              err);
    return segments;
}

static struct histogram read_value(struct fixture *f, const char *dimension, const char *value,
                                   const struct store_span *span) {
    const char *dot = strchr(dimension, '.');
    struct property property = {dot ? dot + 1 : "", value};
    struct filter filter = {.survey = f->survey, .properties = &property, .property_count = dot ? 1 : 0};
    if (strcmp(dimension, "touchpoint") == 0)
        filter.touchpoint = value;
    else if (strcmp(dimension, "channel") == 0)
        filter.channel = value;
    return read_window(f, &filter, span->from, span->to); /* not `rolled`: a scan */
}

static void random_spans(struct store_span spans[SPANS]) {
    for (unsigned i = 0; i < SPANS; i++) {
        spans[i].from = NOW_MS - below(110) * DAY_MS - below(2) * below(86400000);
        spans[i].to = spans[i].from + below(60) * DAY_MS + below(2) * below(86400000);
    }
    spans[below(SPANS)] = (struct store_span){below(2) ? TIME_MIN : NOW_MS - 30 * DAY_MS, TIME_MAX};
}

/* Returns how many answers have a value with rollups, in all spans together. */
static int64_t check_values(struct fixture *f, const char *dimension, const struct store_segments *segments,
                            const struct store_span *spans) {
    int64_t answers = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const struct store_segment *segment = &segments->segments[i];
        int64_t own = 0;
        assert_true(i == 0 || strcmp(segments->segments[i - 1].value, segment->value) < 0);
        for (unsigned at = 0; at < SPANS; at++) {
            struct histogram hist = read_value(f, dimension, segment->value, &spans[at]);
            assert_memory_equal(&hist, &segment->hists[at], sizeof hist);
            own += histogram_count(&hist);
        }
        assert_true(own > 0);
        answers += own;
    }
    return answers;
}

static void test_every_value_of_a_dimension(void **state) {
    static const char *const DIMENSIONS[] = {"touchpoint", "channel", "property.plan"};
    struct fixture *f = *state;
    fill(f, 40);
    for (unsigned round = 0; round < 12; round++) {
        struct store_span spans[SPANS];
        random_spans(spans);
        for (size_t i = 0; i < CXD_COUNT(DIMENSIONS); i++) {
            struct store_segments segments = read_segments(f, DIMENSIONS[i], spans);
            assert_int_equal(segments.cover, STORE_COVER_ALL);
            check_values(f, DIMENSIONS[i], &segments, spans);
        }
        struct store_segments none = read_segments(f, "locale", spans);
        assert_true(none.cover == STORE_COVER_ALL && none.count == 0);
    }
    /* Everybody has a channel: nothing is left of the total. */
    const struct store_span all[SPANS] = {{TIME_MIN, TIME_MAX}, {0, 0}, {0, 0}};
    struct store_segments channels = read_segments(f, "channel", all);
    assert_int_equal(channels.count, 2);
    assert_int_equal(check_values(f, "channel", &channels, all), count_all(f));
}

/* A value beyond has no segment, also where its answers are read one by one. */
static void test_values_beyond_have_none(void **state) {
    struct fixture *f = *state;
    store_bound_values(f->store, 5);
    fill(f, 40);
    for (unsigned round = 0; round < 12; round++) {
        struct store_span spans[SPANS];
        random_spans(spans);
        struct store_segments segments = read_segments(f, "touchpoint", spans);
        assert_int_equal(segments.cover, STORE_COVER_SOME);
        assert_true(segments.count <= 5);
        check_values(f, "touchpoint", &segments, spans);
        assert_int_equal(read_segments(f, "channel", spans).cover, STORE_COVER_ALL);
    }
}

static void test_no_rollups_no_segments(void **state) {
    static const struct store_span ALL[SPANS] = {{TIME_MIN, TIME_MAX}, {0, 0}, {0, 0}};
    struct fixture *f = *state;
    struct property city = {"city", "Graz"};
    struct change *put = make_survey(f, "shop", "{2}", (const char *[]){"plan", "city", NULL});
    struct change *change = make_response(f, 1, 9, NOW_MS);
    change->as.response.value.properties = &city;
    change->as.response.value.property_count = 1;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_int_equal(read_segments(f, "property.city", ALL).cover, STORE_COVER_NONE);
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    struct store_segments filling = read_segments(f, "property.city", ALL);
    assert_true(filling.cover == STORE_COVER_NONE && filling.count == 0);
    struct change *roll = make_change(f, CHANGE_ROLL, NOW_MS);
    do {
        roll->as.roll.limit = 100;
        apply(f, roll);
    } while (roll->as.roll.more);
    struct store_segments filled = read_segments(f, "property.city", ALL);
    assert_true(filled.cover == STORE_COVER_ALL && filled.count == 1);
    assert_string_equal(filled.segments[0].value, "Graz");
    assert_int_equal(filled.segments[0].hists[0].n[9], 1);
    assert_int_equal(histogram_count(&filled.segments[0].hists[1]), 0);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_every_value_of_a_dimension),
        ENGINE_TEST(test_values_beyond_have_none),
        ENGINE_TEST(test_no_rollups_no_segments),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
