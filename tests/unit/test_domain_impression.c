/* Surveys that are shown: which events are valid, and the response rate, against printed values of R. */
#include <math.h>

#include "../support/unit.h"
#include "cxd/domain/impression.h"

static const int64_t NOW_MS = INT64_C(1761264000000), DAY_MS = INT64_C(86400000);

static const struct response_limits LIMITS = {
    .properties = 1, .property_key_characters = 6, .property_value_characters = 5, .clock_skew_ms = 60000};

/* Pointers with a blank behind each. */
static void check(const struct event *event, bool backdate_free, const char *expected) {
    struct survey survey = {.slug = "nps", .metric = METRIC_NPS, .max_backdate_s = 3600};
    struct error err;
    char found[512] = "";
    survey_set_defaults(&survey, false);
    error_clear(&err);
    (void)event_validate(event, &survey, &LIMITS, NOW_MS, 90 * DAY_MS, backdate_free, &err);
    for (size_t i = 0; i < err.member_count; i++) {
        strcat(found, err.members[i].pointer);
        strcat(found, " ");
    }
    assert_string_equal(found, expected);
}

static void test_rules(void **state) {
    (void)state;
    static const struct property TWO[] = {{"a", "1"}, {"b", "2"}};
    char visit[130], label[66];
    memset(visit, 'v', sizeof visit);
    memset(label, 't', sizeof label);
    visit[129] = label[65] = '\0';
    check(&(struct event){.visit = "v"}, false, "");
    check(&(struct event){.visit = visit + 1, .touchpoint = label + 1, .locale = "pt-BR"}, false, "");
    check(&(struct event){.visit = NULL}, false, "/visit ");
    check(&(struct event){.visit = visit, .touchpoint = label, .channel = label, .locale = "?"}, false,
          "/visit /touchpoint /channel /locale ");
    check(&(struct event){.visit = "v", .properties = TWO, .property_count = 2}, false, "/properties ");
}

static void test_times(void **state) {
    (void)state;
    struct event event = {.visit = "v", .has_at = true};
    const struct {
        int64_t at;
        bool strangers, keys;
    } TIMES[] = {{NOW_MS + 60000, true, true},
                 {NOW_MS + 60001, false, false},
                 {NOW_MS - 3600000, true, true},
                 {NOW_MS - 3600001, false, true},
                 {NOW_MS - 90 * DAY_MS, false, true},
                 {NOW_MS - 90 * DAY_MS - 1, false, false},
                 {-1, false, false}};
    for (size_t i = 0; i < CXD_COUNT(TIMES); i++) {
        event.at = TIMES[i].at;
        check(&event, false, TIMES[i].strangers ? "" : "/at ");
        check(&event, true, TIMES[i].keys ? "" : "/at ");
    }
    event.at = NOW_MS + 5;
    event_hold_back(&event, NOW_MS);
    assert_int_equal(event.at, NOW_MS);
}

static struct response_rate compute(int64_t shown, int64_t answered, int64_t reported, int64_t min_n,
                                    double confidence) {
    const struct survey survey = {.min_n = min_n};
    struct impressions counts = {{0}};
    struct response_rate rate;
    counts.n[IMPRESSION_SHOWN] = shown;
    counts.n[IMPRESSION_ANSWERED] = answered;
    counts.n[IMPRESSION_REPORTED] = reported;
    response_rate_compute(&survey, &counts, IMPRESSIONS_KNOWN, false, confidence, &rate);
    return rate;
}

/* 100 * prop.test(answered, shown, conf.level = confidence, correct = FALSE)$conf.int */
static void test_intervals_of_r(void **state) {
    (void)state;
    static const struct {
        int64_t answered, shown;
        double confidence, low, high;
    } CASES[] = {{11, 41, 0.95, 15.6949640478, 41.9335331071},
                 {0, 7, 0.95, 0, 35.4330435067},
                 {7, 7, 0.99, 51.3388565006, 100},
                 {1, 1000, 0.8, 0.0299157030196, 0.3337245051213},
                 {250, 999, 0.9, 22.8403297035, 27.3446320090}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct response_rate rate = compute(CASES[i].shown, CASES[i].answered, 1, 0, CASES[i].confidence);
        assert_true(rate.has_visits && rate.interval.known);
        assert_true(fabs(rate.value - 100.0 * (double)CASES[i].answered / (double)CASES[i].shown) < 1e-9);
        assert_true(fabs(rate.interval.low - CASES[i].low) < 1e-6);
        assert_true(fabs(rate.interval.high - CASES[i].high) < 1e-6);
        assert_true(rate.interval.low <= rate.value && rate.value <= rate.interval.high);
    }
}

static void test_what_is_not_told(void **state) {
    (void)state;
    struct response_rate rate = compute(9, 9, 0, 0, 0.95);
    assert_false(rate.has_visits || rate.interval.known || rate.suppressed);
    rate = compute(9, 3, 9, 10, 0.95);
    assert_true(rate.suppressed && !rate.interval.known);
    rate = compute(10, 3, 10, 10, 0.95);
    assert_true(!rate.suppressed && rate.interval.known);
    const struct survey survey = {.min_n = 2};
    const struct impressions counts = {{[IMPRESSION_SHOWN] = 9, [IMPRESSION_REPORTED] = 9}};
    response_rate_compute(&survey, &counts, IMPRESSIONS_KNOWN, true, 0.95, &rate);
    assert_true(rate.suppressed && !rate.interval.known);
    response_rate_compute(&survey, &counts, IMPRESSIONS_EXPIRED, false, 0.95, &rate);
    assert_true(!rate.has_visits && !rate.suppressed && !rate.interval.known);
    assert_string_equal(impressions_known_name(rate.known), "expired");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_intervals_of_r),
        cmocka_unit_test(test_what_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
