/* Scores and trends against a plain recount: random responses, several zones, every interval, rolling or not. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/query/query.h"

enum { RESPONSES = 3000 };

/* A store, and the same responses as a plain array. */
struct bed {
    struct store *store;
    struct store_reader *reader;
    struct arena arena;
    struct survey survey;
    uint32_t random;
    int64_t times[RESPONSES];
    int scores[RESPONSES];
    bool web[RESPONSES];
};

static uint32_t next_random(struct bed *bed, uint32_t below) {
    bed->random = bed->random * 1664525u + 1013904223u;
    return (bed->random >> 8) % below;
}

static int64_t at(const char *text) {
    int64_t time_ms;
    assert_true(time_parse(text, strlen(text), &time_ms));
    return time_ms;
}

static void apply(struct bed *bed, struct change *change) {
    struct error err;
    struct change *changes[] = {change};
    assert_int_equal(store_apply(bed->store, changes, 1, NULL, &err), CXD_OK);
    assert_int_equal(change->outcome, OUTCOME_CREATED);
}

/* Responses over two years that hold both changes of daylight saving, some to the millisecond on a boundary. */
static void bed_open(struct bed *bed, const char *zone) {
    struct error err;
    memset(bed, 0, sizeof *bed);
    bed->random = 7;
    arena_init(&bed->arena);
    assert_int_equal(calendar_set_zone(zone, &err), CXD_OK);
    assert_int_equal(store_open("memory:", &bed->store, &err), CXD_OK);
    struct change put = {.kind = CHANGE_SURVEY, .now_ms = 1, .arena = &bed->arena};
    put.as.survey = (struct survey_record){.slug = "nps", .definition = "{}", .scale_max = 10};
    apply(bed, &put);
    bed->survey.metric = METRIC_NPS;
    survey_set_defaults(&bed->survey, false);
    bed->survey.number = put.as.survey.number;

    struct id_source ids;
    id_source_init(&ids);
    int64_t begin = at("2024-01-01T00:00:00Z"), minutes = 2 * 365 * 24 * 60;
    for (size_t i = 0; i < RESPONSES; i++) {
        bed->times[i] = begin + (int64_t)next_random(bed, (uint32_t)minutes) * 60000;
        if (next_random(bed, 4) == 0)
            bed->times[i] = calendar_floor(CALENDAR_DAY, bed->times[i]) - (int64_t)next_random(bed, 2);
        bed->scores[i] = (int)next_random(bed, 11);
        bed->web[i] = next_random(bed, 3) == 0;
        struct change change = {.kind = CHANGE_RESPONSE, .now_ms = bed->times[i], .arena = &bed->arena};
        struct response *response = &change.as.response.value;
        *response = (struct response){.survey = bed->survey.number,
                                      .revision = 1,
                                      .has_score = true,
                                      .score = bed->scores[i],
                                      .channel = bed->web[i] ? "web" : "email",
                                      .answered_at = bed->times[i],
                                      .received_at = bed->times[i]};
        id_make(&ids, bed->times[i], &response->id);
        apply(bed, &change);
    }
    assert_int_equal(store_reader_open(bed->store, &bed->reader, &err), CXD_OK);
}

static void bed_close(struct bed *bed) {
    store_reader_close(bed->reader);
    store_close(bed->store);
    arena_free(&bed->arena);
}

static void assert_recount(const struct bed *bed, int64_t from, int64_t to, bool web_only,
                           const struct histogram *hist) {
    struct histogram expected = {0};
    for (size_t i = 0; i < RESPONSES; i++)
        if (bed->times[i] >= from && bed->times[i] < to && (!web_only || bed->web[i]))
            expected.n[bed->scores[i]]++;
    assert_memory_equal(&expected, hist, sizeof expected);
}

static void test_scores(void **state) {
    struct bed *bed = calloc(1, sizeof *bed);
    bed_open(bed, *state);
    for (int round = 0; round < 60; round++) {
        struct error err;
        int64_t now = at("2024-06-01T10:00:00Z") + (int64_t)next_random(bed, 500 * 24 * 60) * 60000;
        static const char *const WINDOWS[] = {"7d", "30d", "90d", "today", "week", "month", "quarter", "year"};
        struct score_question question = {.survey = &bed->survey, .confidence = 0.95};
        static const enum compare COMPARES[] = {COMPARE_PREVIOUS, COMPARE_YEAR, COMPARE_PREVIOUS_WHOLE};
        question.compare = COMPARES[round % 3];
        question.now_ms = now;
        question.alpha = 0.05;
        question.filter.channel = round % 4 == 0 ? "web" : NULL;
        if (round % 10 < 8) {
            assert_true(window_parse(WINDOWS[round % 10], now, &question.window));
        } else {
            question.window.kind = WINDOW_RANGE;
            question.window.from = now - (int64_t)next_random(bed, 1000000000) - 1;
            question.window.to = now;
        }
        struct score_answer answer;
        assert_int_equal(query_score(bed->reader, &question, &answer, &err), CXD_OK);
        assert_true(answer.rate.confidence == question.confidence);
        question.without_rate = true; /* what is read of visits is left out, and nothing else */
        assert_int_equal(query_score(bed->reader, &question, &answer, &err), CXD_OK);
        assert_true(answer.rate.confidence == 0);
        bool web_only = question.filter.channel;
        assert_recount(bed, answer.window.from, answer.window.to, web_only, &answer.hist);
        assert_int_equal(answer.score.n, histogram_count(&answer.hist));
        assert_true(answer.has_previous);
        struct histogram previous = {0};
        for (size_t i = 0; i < RESPONSES; i++)
            if (bed->times[i] >= answer.previous_window.from && bed->times[i] < answer.previous_window.to &&
                (!web_only || bed->web[i]))
                previous.n[bed->scores[i]]++;
        assert_int_equal(answer.previous.n, histogram_count(&previous));
        struct histogram compared = {0};
        for (size_t i = 0; i < RESPONSES; i++)
            if (bed->times[i] >= answer.compared_window.from && bed->times[i] < answer.compared_window.to &&
                (!web_only || bed->web[i]))
                compared.n[bed->scores[i]]++;
        assert_int_equal(answer.previous.own_n, histogram_count(&compared));
        bool is_cut = question.window.kind == WINDOW_CALENDAR && question.compare != COMPARE_PREVIOUS_WHOLE;
        assert_int_equal(answer.is_cut, is_cut);
        if (is_cut)
            assert_true(answer.compared_window.to == now && answer.previous_window.to <= answer.window.to);
        else
            assert_true(answer.compared_window.to == answer.window.to);
        if (question.compare == COMPARE_PREVIOUS_WHOLE)
            assert_true(answer.previous_window.to == answer.window.from);
    }
    bed_close(bed);
    free(bed);
}

static void test_all_has_nothing_before(void **state) {
    struct bed *bed = calloc(1, sizeof *bed);
    bed_open(bed, *state);
    struct error err;
    struct score_answer answer;
    struct score_question question = {.survey = &bed->survey, .confidence = 0.95};
    assert_true(window_parse("all", at("2025-01-01T00:00:00Z"), &question.window));
    assert_int_equal(query_score(bed->reader, &question, &answer, &err), CXD_OK);
    assert_int_equal(answer.score.n, RESPONSES);
    question.compare = COMPARE_PREVIOUS;
    assert_int_equal(query_score(bed->reader, &question, &answer, &err), ERR_BAD_PARAMETER);
    question.compare = COMPARE_YEAR;
    assert_int_equal(query_score(bed->reader, &question, &answer, &err), ERR_BAD_PARAMETER);
    bed_close(bed);
    free(bed);
}

static void check_trend(struct bed *bed, const struct trend_question *question) {
    struct error err;
    struct trend_answer answer;
    bool web_only = question->score.filter.channel;
    assert_int_equal(query_trend(bed->reader, question, &bed->arena, &answer, &err), CXD_OK);
    assert_true(answer.count > 0);
    struct histogram sum = {0};
    for (size_t i = 0; i < answer.count; i++) {
        const struct trend_bucket *bucket = &answer.buckets[i];
        assert_true(bucket->from < bucket->to);
        assert_true(bucket->from == (i == 0 ? answer.window.from : answer.buckets[i - 1].to));
        int64_t from = bucket->from;
        if (question->rolling_days > 0)
            from = window_days_before(bucket->to, question->rolling_days);
        assert_true(bucket->figure_from == from);
        assert_recount(bed, from, bucket->to, web_only, &bucket->hist);
        histogram_add(&sum, &bucket->hist);
    }
    assert_true(answer.buckets[answer.count - 1].to == answer.window.to);
    assert_recount(bed, answer.window.from, answer.window.to, web_only, &answer.total);
    if (question->rolling_days == 0)
        assert_memory_equal(&sum, &answer.total, sizeof sum);
}

static void test_trends(void **state) {
    struct bed *bed = calloc(1, sizeof *bed);
    bed_open(bed, *state);
    static const enum calendar_unit UNITS[] = {CALENDAR_DAY, CALENDAR_WEEK, CALENDAR_MONTH, CALENDAR_QUARTER};
    for (int round = 0; round < 24; round++) {
        struct trend_question question = {.score = {.survey = &bed->survey, .confidence = 0.95}};
        question.interval = UNITS[round % 4];
        question.rolling_days = round % 3 == 0 ? 0 : round % 3 == 1 ? 7 : 30;
        question.score.filter.channel = round % 5 == 0 ? "web" : NULL;
        int64_t from = at("2024-02-01T00:00:00Z") + (int64_t)next_random(bed, 100000000) * 100;
        question.score.window = (struct window){.kind = WINDOW_RANGE, .from = from};
        question.score.window.to = from + 1 + (int64_t)next_random(bed, 200 * 24 * 3600) * 1000;
        check_trend(bed, &question);
    }
    struct trend_question hours = {.score = {.survey = &bed->survey, .confidence = 0.95}, .interval = CALENDAR_HOUR};
    assert_true(window_parse("month", at("2024-10-20T00:00:00Z"), &hours.score.window));
    check_trend(bed, &hours);
    hours.interval = CALENDAR_DAY;
    assert_true(window_parse("all", at("2024-10-20T00:00:00Z"), &hours.score.window));
    check_trend(bed, &hours);
    bed_close(bed);
    free(bed);
}

static void test_trend_limits(void **state) {
    struct bed *bed = calloc(1, sizeof *bed);
    bed_open(bed, *state);
    struct error err;
    struct trend_answer answer;
    struct trend_question question = {.score = {.survey = &bed->survey, .confidence = 0.95}, .interval = CALENDAR_HOUR};
    assert_true(window_parse("all", at("2025-01-01T00:00:00Z"), &question.score.window));
    assert_int_equal(query_trend(bed->reader, &question, &bed->arena, &answer, &err), ERR_BAD_PARAMETER);
    question.score.window =
        (struct window){.kind = WINDOW_RANGE, .from = at("2030-01-01T00:00:00Z"), .to = at("2030-01-01T03:30:00Z")};
    assert_int_equal(query_trend(bed->reader, &question, &bed->arena, &answer, &err), CXD_OK);
    assert_in_range(answer.count, 4, 5);
    assert_int_equal(answer.total_score.n, 0);
    assert_false(answer.total_score.known);
    question.score.window.to = TIME_MAX; /* begins behind the last response */
    assert_int_equal(query_trend(bed->reader, &question, &bed->arena, &answer, &err), CXD_OK);
    assert_int_equal(answer.count, 0);
    bed_close(bed);
    free(bed);
}

int main(void) {
    char *const ZONES[] = {(char[]){"UTC"}, (char[]){"Asia/Kathmandu"}, (char[]){"America/New_York"},
                           (char[]){"Australia/Lord_Howe"}};
    int failed = 0;
    for (size_t i = 0; i < CXD_COUNT(ZONES); i++) {
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(test_scores, ZONES[i]),
            cmocka_unit_test_prestate(test_all_has_nothing_before, ZONES[i]),
            cmocka_unit_test_prestate(test_trends, ZONES[i]),
            cmocka_unit_test_prestate(test_trend_limits, ZONES[i]),
        };
        failed += cmocka_run_group_tests_name(ZONES[i], tests, NULL, NULL);
    }
    return failed;
}
