/* Answers to further questions, counted: by day and in all, into the figures and out of them, and told apart; what no
 * rollup has is read from the responses and says the same. */

#include "cxd/domain/question.h"
#include "cxd/store/backup.h"
#include "database.h"
#include "fixture.h"

static const struct question_option REASONS[] = {{.value = "price"}, {.value = "speed"}},
                                    FEATURES[] = {{.value = "a"}, {.value = "b"}};
static const char *const PRICE[] = {"price"};
static const struct question ASKED[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = REASONS, .option_count = 2, .other = true},
    {.key = "features", .type = QUESTION_CHOICES, .options = FEATURES, .option_count = 2},
    {.key = "ease", .type = QUESTION_SCALE, .scale = {.metric = METRIC_CSAT, .min = 1, .max = 5}},
    {.key = "why", .type = QUESTION_TEXT, .show = {.key = "reason", .in = PRICE, .in_count = 1}},
};

static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    (void)arena;
    (void)err;
    bool asks = strcmp(record->definition, "nothing") != 0;
    *ret_survey = (struct survey){.opens_at = TIME_MIN,
                                  .closes_at = TIME_MAX,
                                  .scale_max = 10,
                                  .favourable = 9,
                                  .unfavourable = 6,
                                  .questions = asks ? ASKED : NULL,
                                  .question_count = asks ? CXD_COUNT(ASKED) : 0};
    return CXD_OK;
}

static void define(struct fixture *f, const char *definition, const char *const *keys) {
    struct change *put = make_survey(f, "shop", definition, keys);
    enum outcome outcome = apply(f, put);
    assert_true(outcome == OUTCOME_CREATED || outcome == OUTCOME_AMENDED);
    f->survey = put->as.survey.number;
}

static int asking_setup(void **state) {
    static struct fixture fixture;
    fixture_open(&fixture, engine_url);
    store_judge_by(fixture.store, read_definition);
    define(&fixture, "asks", NULL);
    *state = &fixture;
    return 0;
}

#define DAY (NOW_MS / DAY_MS * DAY_MS)

static const char *const BOTH[] = {"a", "b"}, *const ONE[] = {"b"};
static const struct answer EXPENSIVE[] = {{.key = "ease", .form = ANSWER_NUMBER, .number = 2},
                                          {.key = "features", .form = ANSWER_LIST, .values = BOTH, .value_count = 2},
                                          {.key = "reason", .form = ANSWER_TEXT, .text = "price"},
                                          {.key = "why", .form = ANSWER_TEXT, .text = "ann says it is dear"}};
static const struct answer FAST[] = {{.key = "ease", .form = ANSWER_NUMBER, .number = 5},
                                     {.key = "features", .form = ANSWER_LIST, .values = ONE, .value_count = 1},
                                     {.key = "reason", .form = ANSWER_TEXT, .text = "speed"}};
static const struct property PRO[] = {{"plan", "pro"}};

static struct change *make_answers(struct fixture *f, unsigned number, int score, int64_t at,
                                   const struct answer *answers, size_t count) {
    struct change *change = make_response(f, number, score, at);
    struct response *response = &change->as.response.value;
    response->answers = answers;
    response->answer_count = count;
    response->touchpoint = number % 2 ? "checkout" : NULL;
    response->respondent = number == 1 ? "ann" : NULL;
    response->properties = PRO;
    response->property_count = number < 3;
    return change;
}

/* Two who find it dear, one in the night before, and one who finds it fast; and who says nothing behind the score. */
static void answer(struct fixture *f) {
    apply(f, make_answers(f, 1, 3, DAY + HOUR_MS, EXPENSIVE, CXD_COUNT(EXPENSIVE)));
    apply(f, make_answers(f, 2, 6, DAY - HOUR_MS, EXPENSIVE, CXD_COUNT(EXPENSIVE)));
    apply(f, make_answers(f, 3, 9, DAY + 2 * HOUR_MS, FAST, CXD_COUNT(FAST)));
    apply(f, make_response(f, 4, 10, DAY + 3 * HOUR_MS));
}

static const struct {
    int64_t from, to;
} WINDOWS[] = {{TIME_MIN, TIME_MAX}, {DAY, DAY + DAY_MS},
               {DAY - DAY_MS, DAY},  {DAY - 2 * HOUR_MS, DAY + 90 * 60 * 1000},
               {DAY + 1, TIME_MAX},  {DAY + HOUR_MS, DAY + HOUR_MS + 1}};

/* The scores that a window has, as "3 6 9": each once. */
static const char *scores(struct fixture *f, const struct filter *filter, size_t window) {
    struct histogram hist = read_window(f, filter, WINDOWS[window].from, WINDOWS[window].to);
    char *text = arena_alloc_zero(&f->arena, 64, 1);
    assert_non_null(text);
    for (int score = 0; score < HISTOGRAM_SIZE; score++)
        for (int64_t i = 0; i < hist.n[score]; i++)
            snprintf(text + strlen(text), 64 - strlen(text), "%s%d", *text ? " " : "", score);
    return text;
}

static void expect(struct fixture *f, const char *key, const char *value, const char *question,
                   const char *const expected[CXD_COUNT(WINDOWS)]) {
    const struct property wanted = {key, value};
    const struct filter filter = {
        .survey = f->survey, .answers = &wanted, .answer_count = key != NULL, .question = question};
    for (size_t i = 0; i < CXD_COUNT(WINDOWS); i++)
        assert_string_equal(scores(f, &filter, i), expected[i]);
}

static void test_windows_by_answers(void **state) {
    struct fixture *f = *state;
    answer(f);
    expect(f, "reason", "price", NULL, (const char *[]){"3 6", "3", "6", "3 6", "3", "3"});
    expect(f, "reason", "speed", NULL, (const char *[]){"9", "9", "", "", "9", ""});
    expect(f, "features", "b", NULL, (const char *[]){"3 6 9", "3 9", "6", "3 6", "3 9", "3"});
    expect(f, "ease", "5", NULL, (const char *[]){"9", "9", "", "", "9", ""});
    expect(f, "reason", "nobody's", NULL, (const char *[]){"", "", "", "", "", ""});
    expect(f, "nothing", "a", NULL, (const char *[]){"", "", "", "", "", ""});
    expect(f, NULL, NULL, "ease", (const char *[]){"2 2 5", "2 5", "2", "2 2", "2 5", "2"});
    expect(f, "reason", "price", "ease", (const char *[]){"2 2", "2", "2", "2 2", "2", "2"});
    expect(f, NULL, NULL, "reason", (const char *[]){"", "", "", "", "", ""});
    expect(f, NULL, NULL, "nothing", (const char *[]){"", "", "", "", "", ""});
    struct filter filter = {.survey = f->survey, .touchpoint = "checkout", .question = "ease"};
    assert_string_equal(scores(f, &filter, 0), "2 5");
    assert_string_equal(scores(f, &filter, 1), "2 5");
    assert_string_equal(scores(f, &filter, 2), "");
}

/* What is excluded, amended and erased is not what it was; the words go, and the counts of who said some stay. */
static void test_counts_follow(void **state) {
    struct fixture *f = *state;
    answer(f);
    assert_int_equal(apply(f, make_exclude(f, 3, true, "bot")), OUTCOME_AMENDED);
    expect(f, NULL, NULL, "ease", (const char *[]){"2 2", "2", "2", "2 2", "2", "2"});
    expect(f, "features", "b", NULL, (const char *[]){"3 6", "3", "6", "3 6", "3", "3"});
    assert_int_equal(apply(f, make_exclude(f, 3, false, NULL)), OUTCOME_AMENDED);
    struct change *amended = make_answers(f, 2, 7, DAY - HOUR_MS, FAST, 1);
    assert_int_equal(apply(f, amended), OUTCOME_AMENDED);
    expect(f, "reason", "price", NULL, (const char *[]){"3", "3", "", "3", "3", "3"});
    expect(f, NULL, NULL, "ease", (const char *[]){"2 5 5", "2 5", "5", "2 5", "2 5", "2"});
    struct change *erased = make_change(f, CHANGE_ERASE, NOW_MS);
    erased->as.erase.respondent = "ann";
    erased->as.erase.limit = 10;
    apply(f, erased);
    expect(f, "reason", "price", NULL, (const char *[]){"3", "3", "", "3", "3", "3"});
    char *text = rollups_text(f);
    assert_non_null(strstr(text, " answer.why= tier 0 at 0: 0 0 0 1 "));
    assert_non_null(strstr(text, " asked.why= tier 0 at 0: 0 0 0 1 "));
    assert_non_null(strstr(text, " revision=1 tier 0 at 0: 0 0 0 1 0 0 0 1 0 1 1\n"));
    free(text);
}

/* A question that is asked no more keeps what was answered to it. */
static void test_old_answers_stay(void **state) {
    struct fixture *f = *state;
    int64_t responses = 0;
    struct error err;
    answer(f);
    define(f, "nothing", NULL);
    apply(f, make_response(f, 5, 0, DAY + 4 * HOUR_MS));
    expect(f, NULL, NULL, "ease", (const char *[]){"2 2 5", "2 5", "2", "2 2", "2 5", "2"});
    char *before = rollups_text(f);
    assert_non_null(strstr(before, " revision=1 tier 0 at 0: 0 0 0 1 0 0 1 0 0 1 1\n"));
    assert_null(strstr(before, "revision=2"));
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    char *after = rollups_text(f);
    assert_int_equal(responses, 5);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void roll_all(struct fixture *f) {
    for (bool more = true; more;) {
        struct change *change = make_change(f, CHANGE_ROLL, NOW_MS);
        change->as.roll.limit = 1;
        apply(f, change);
        more = change->as.roll.more;
    }
}

/* A property that is declared late is filled in for the answers too, and cleared away. */
static void test_late_properties(void **state) {
    static const char *const KEYS[] = {"plan", NULL};
    struct fixture *f = *state;
    const struct filter filter = {
        .survey = f->survey, .properties = PRO, .property_count = 1, .property_rolled = true, .question = "ease"};
    answer(f);
    for (int round = 0; round < 2; round++) {
        define(f, "asks, and declares", KEYS);
        apply(f, make_exclude(f, 2, true, "bot"));
        roll_all(f);
        assert_string_equal(scores(f, &filter, 0), "2");
        apply(f, make_exclude(f, 2, false, NULL));
        assert_string_equal(scores(f, &filter, 0), "2 2");
        char *text = rollups_text(f);
        assert_non_null(strstr(text, " property.plan=pro tier 0 at 0: 0 0 2 "));
        free(text);
        define(f, "asks", NULL);
        roll_all(f);
        text = rollups_text(f);
        assert_null(strstr(text, "property.plan"));
        free(text);
        assert_string_equal(scores(f, &filter, 0), "2 2");
    }
}

static struct store_segments segments(struct fixture *f, const char *question, const char *dimension, size_t window) {
    const struct store_span span = {WINDOWS[window].from, WINDOWS[window].to};
    struct store_segments read;
    struct error err;
    assert_ok(store_read_segments(f->reader, f->survey, question, dimension, &span, 1, &f->arena, &read, &err), err);
    return read;
}

static void expect_segments(struct fixture *f, const char *question, const char *dimension, size_t window,
                            const char *const *values, const int64_t *counts, size_t count) {
    struct store_segments read = segments(f, question, dimension, window);
    assert_int_equal(read.cover, STORE_COVER_ALL);
    assert_int_equal(read.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(read.segments[i].value, values[i]);
        assert_int_equal(histogram_count(&read.segments[i].hists[0]), counts[i]);
    }
}

static void test_segments_by_answers(void **state) {
    struct fixture *f = *state;
    answer(f);
    expect_segments(f, NULL, "answer.features", 0, (const char *[]){"", "a", "b"}, (int64_t[]){3, 2, 3}, 3);
    expect_segments(f, NULL, "answer.features", 3, (const char *[]){"", "a", "b"}, (int64_t[]){2, 2, 2}, 3);
    expect_segments(f, NULL, "answer.reason", 4, (const char *[]){"price", "speed"}, (int64_t[]){1, 1}, 2);
    expect_segments(f, NULL, "answer.why", 4, (const char *[]){""}, (int64_t[]){1}, 1);
    expect_segments(f, NULL, "answer.ease", 0, (const char *[]){"2", "5"}, (int64_t[]){2, 1}, 2);
    expect_segments(f, NULL, "answer.nothing", 0, NULL, NULL, 0);
    expect_segments(f, NULL, "asked.why", 0, (const char *[]){""}, (int64_t[]){2}, 1);
    expect_segments(f, NULL, "asked.why", 3, (const char *[]){""}, (int64_t[]){2}, 1);
    expect_segments(f, NULL, "revision", 3, (const char *[]){"1"}, (int64_t[]){2}, 1);
    expect_segments(f, "ease", "touchpoint", 1, (const char *[]){"checkout"}, (int64_t[]){2}, 1);
    expect_segments(f, "ease", "touchpoint", 3, (const char *[]){"checkout"}, (int64_t[]){1}, 1);
    assert_int_equal(segments(f, "ease", "touchpoint", 1).segments[0].hists[0].n[5], 1);
    assert_int_equal(segments(f, "ease", "answer.reason", 0).cover, STORE_COVER_NONE);
}

static bool note(void *context, const struct response *response) {
    char *text = context;
    snprintf(text + strlen(text), 64 - strlen(text), "%d:%d ", response->id.bytes[15], response->score);
    return true;
}

static void test_responses_by_answers(void **state) {
    static const struct property WANTED[] = {{"features", "a"}, {"features", "b"}};
    struct fixture *f = *state;
    struct error err;
    char visited[64] = "", walked[64] = "";
    struct response *listed;
    size_t count;
    answer(f);
    struct filter filter = {.survey = f->survey, .answers = WANTED, .answer_count = 2, .question = "ease"};
    assert_ok(store_visit_responses(f->reader, &filter, TIME_MIN, TIME_MAX, GIVE_ID, note, visited, &err), err);
    assert_string_equal(visited, "2:2 1:2 ");
    const struct walk walk = {.filter = filter,
                              .from = TIME_MIN,
                              .to = TIME_MAX,
                              .received_from = TIME_MIN,
                              .received_to = TIME_MAX,
                              .updated_from = TIME_MIN,
                              .updated_to = TIME_MAX,
                              .excluded = -1,
                              .amended = -1};
    assert_ok(store_walk_responses(f->reader, &walk, note, walked, &err), err);
    assert_string_equal(walked, "1:3 2:6 "); /* whole: their score is the score */
    const struct listing listing = {.filter = filter, .from = TIME_MIN, .to = TIME_MAX, .excluded = -1, .limit = 9};
    assert_ok(store_read_responses(f->reader, &listing, &f->arena, &listed, &count, &err), err);
    assert_int_equal(count, 2);
    assert_int_equal(listed[0].score, 3);
}

/* Words that look like other answers, and what has to be escaped, are found as they were said and as nothing else; what
 * was erased is nobody's word. */
static void test_words_are_no_answers(void **state) {
    static const char *const SAID[] = {"\",\"ease\":5,\"reason\":\"speed\"}",
                                       "{\"ease\":5}",
                                       "null",
                                       "5",
                                       "a\\",
                                       "\\\"",
                                       "\n\t\x01<>&\u2028 \xf0\x9f\x98\x80",
                                       "]"};
    struct fixture *f = *state;
    for (unsigned i = 0; i < CXD_COUNT(SAID); i++) {
        const struct answer answers[] = {{.key = "ease", .form = ANSWER_NUMBER, .number = 2},
                                         {.key = "reason", .form = ANSWER_TEXT, .text = "price"},
                                         {.key = "why", .form = ANSWER_TEXT, .text = SAID[i]}};
        struct change *change = make_answers(f, i + 1, 1, DAY, answers, CXD_COUNT(answers));
        change->as.response.value.respondent = "bob";
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        const struct answer other[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = SAID[i]}};
        apply(f, make_answers(f, i + 51, 4, DAY, other, CXD_COUNT(other)));
    }
    struct property wanted[] = {{"ease", "5"}};
    struct filter filter = {.survey = f->survey, .answers = wanted, .answer_count = 1};
    assert_string_equal(scores(f, &filter, 3), "");
    wanted[0] = (struct property){"reason", "speed"};
    assert_string_equal(scores(f, &filter, 3), "");
    wanted[0] = (struct property){"reason", "other"};
    assert_string_equal(scores(f, &filter, 3), "4 4 4 4 4 4 4 4");
    for (unsigned i = 0; i < CXD_COUNT(SAID); i++) {
        wanted[0] = (struct property){"why", SAID[i]};
        assert_string_equal(scores(f, &filter, 0), "1");
        wanted[0].key = "why/other";
        assert_string_equal(scores(f, &filter, 0), "");
    }
    struct change *erased = make_change(f, CHANGE_ERASE, NOW_MS);
    erased->as.erase.respondent = "bob";
    erased->as.erase.limit = 10;
    apply(f, erased);
    assert_int_equal(erased->as.erase.erased, CXD_COUNT(SAID));
    wanted[0] = (struct property){"why", "null"};
    assert_string_equal(scores(f, &filter, 0), "");
    filter = (struct filter){.survey = f->survey, .question = "ease"};
    assert_string_equal(scores(f, &filter, 3), "2 2 2 2 2 2 2 2");
}

static void test_visits_are_of_no_answers(void **state) {
    static const struct property WANTED[] = {{"reason", "price"}};
    static const char *const BY[] = {"touchpoint"};
    struct fixture *f = *state;
    const struct filter filter = {.survey = f->survey, .answers = WANTED, .answer_count = 1};
    const int64_t bounds[] = {TIME_MIN, TIME_MAX};
    struct impressions impressions;
    enum impressions_known known = IMPRESSIONS_KNOWN;
    struct error err;
    answer(f);
    assert_ok(store_read_impressions(f->reader, &filter, bounds, 2, &impressions, &known, &err), err);
    assert_int_equal(known, IMPRESSIONS_UNDECLARED);
    known = IMPRESSIONS_KNOWN;
    assert_ok(store_visit_impressions(f->reader, &filter, BY, 1, TIME_MIN, TIME_MAX, NULL, NULL, &known, &err), err);
    assert_int_equal(known, IMPRESSIONS_UNDECLARED);
}

static bool go_on(void *context, enum store_stage stage, int64_t done, int64_t total) {
    (void)context;
    (void)stage;
    return done <= total;
}

/* Of the file alone: what is counted wrongly is found, also by whoever cannot read definitions, but for what hangs on
 * these. */
static void test_damage_is_found(void **state) {
    static const struct store_progress KNOWS = {.tell = go_on, .read_definition = read_definition};
    static const char *const DAMAGE[] = {
        "UPDATE rollup SET n2 = n2 + 1 WHERE survey > 4294967296 AND segmented = 0 AND tier = 1",
        "DELETE FROM rollup WHERE survey > 4294967296 AND segmented = 0 AND tier = 0",
        "UPDATE rollup SET n3 = n3 + 1 WHERE tier < 2 AND series = (SELECT id FROM series WHERE dimension = "
        "'answer.reason' "
        "AND value = 'price')",
        "UPDATE rollup SET n3 = n3 + 1 WHERE tier < 2 AND series = (SELECT id FROM series WHERE dimension = "
        "'asked.why')",
        "INSERT INTO rollup SELECT survey, segmented, 2, bucket * 24, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, "
        "n10 "
        "FROM rollup WHERE survey > 4294967296 AND segmented = 0 AND tier = 1",
    };
    enum { NEEDS_DEFINITIONS = 3 };
    struct fixture *f = *state;
    for (size_t i = 0; i < CXD_COUNT(DAMAGE); i++) {
        struct store_report report;
        struct error err;
        answer(f);
        assert_ok(store_check(f->url, i % 2 ? &KNOWS : NULL, &report, &err), err);
        assert_true(store_report_is_good(&report));
        fixture_close_store(f);
        run_sql_in(strchr(f->url, ':') + 1, DAMAGE[i]);
        assert_ok(store_check(f->url, &KNOWS, &report, &err), err);
        assert_true(report.parts[STORE_ROLLUPS].damage > 0);
        assert_ok(store_check(f->url, NULL, &report, &err), err);
        assert_int_equal(report.parts[STORE_ROLLUPS].damage > 0, i != NEEDS_DEFINITIONS);
        assert_ok(store_open(f->url, &f->store, &err), err);
        store_judge_by(f->store, read_definition);
        int64_t responses;
        assert_ok(store_rebuild(f->store, &responses, &err), err);
        assert_ok(store_reader_open(f->store, &f->reader, &err), err);
        assert_ok(store_check(f->url, &KNOWS, &report, &err), err);
        assert_true(store_report_is_good(&report));
    }
}

/* Options are the survey's own: the bound is for what strangers make up. */
static void test_lists_are_not_bounded(void **state) {
    static const char *const DIMENSIONS[] = {"answer.reason", "answer.features", "answer.ease", "revision"};
    static const size_t VALUES[] = {2, 3, 2, 2};
    const struct store_span span = {TIME_MIN, TIME_MAX};
    struct fixture *f = *state;
    store_bound_values(f->store, 1);
    answer(f);
    define(f, "asks more", NULL);
    apply(f, make_answers(f, 5, 8, DAY, FAST, CXD_COUNT(FAST)));
    for (size_t i = 0; i < CXD_COUNT(DIMENSIONS); i++) {
        struct store_segments segments;
        struct error err;
        assert_ok(store_read_segments(f->reader, f->survey, NULL, DIMENSIONS[i], &span, 1, &f->arena, &segments, &err),
                  err);
        assert_int_equal(segments.cover, STORE_COVER_ALL);
        assert_int_equal(segments.count, VALUES[i]);
    }
}

#define ASKING_TEST(name) cmocka_unit_test_setup_teardown(name, asking_setup, engine_teardown)

int main(void) {
    static const struct CMUnitTest tests[] = {
        ASKING_TEST(test_windows_by_answers),       ASKING_TEST(test_counts_follow),
        ASKING_TEST(test_old_answers_stay),         ASKING_TEST(test_late_properties),
        ASKING_TEST(test_segments_by_answers),      ASKING_TEST(test_responses_by_answers),
        ASKING_TEST(test_visits_are_of_no_answers), ASKING_TEST(test_lists_are_not_bounded),
        ASKING_TEST(test_words_are_no_answers),
    };
    static const struct CMUnitTest files[] = {ASKING_TEST(test_damage_is_found)};
    int failed = run_over_all_engines(tests, CXD_COUNT(tests));
    engine_url = "sqlite:%s/cxd.db";
    return failed + cmocka_run_group_tests_name("answers in a file", files, NULL, NULL);
}
