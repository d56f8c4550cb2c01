/* Responses without a score: stored, listed and found, and in no figure, whatever becomes of them. */

#include "cxd/store/backup.h"
#include "fixture.h"

static struct change *make_comment(struct fixture *f, unsigned number, int64_t at_ms, const char *comment) {
    struct change *change = make_response(f, number, 0, at_ms);
    change->as.response.value.has_score = false;
    change->as.response.value.comment = comment;
    change->as.response.value.touchpoint = "checkout";
    change->as.response.value.respondent = "ann";
    return change;
}

static void check_file(struct fixture *f) {
    struct store_report report;
    struct error err;
    if (strncmp(f->url, "sqlite:", 7) != 0)
        return;
    assert_ok(store_check(f->url, NULL, &report, &err), err);
    for (int part = 0; part < STORE_PART_COUNT; part++)
        if (report.parts[part].damage > 0)
            fail_msg("%s", report.parts[part].places[0]);
}

static bool count_visited(void *context, const struct response *response) {
    assert_true(response->has_score);
    ++*(int *)context;
    return true;
}

/* By rollups, by the responses, one by one, and all there are. */
static void assert_counted(struct fixture *f, int64_t count) {
    struct filter all = {.survey = f->survey}, some = {.survey = f->survey, .touchpoint = "checkout", .channel = "web"};
    const struct filter bare = {.survey = f->survey};
    struct histogram hist = read_window(f, &all, NOW_MS - DAY_MS, NOW_MS + DAY_MS);
    struct store_figures figures;
    struct error err;
    bool found = false;
    int64_t first, last;
    int visited = 0;
    assert_int_equal(histogram_count(&hist), count);
    hist = read_window(f, &some, TIME_MIN, TIME_MAX);
    assert_true(histogram_is_empty(&hist));
    assert_int_equal(count_all(f), count);
    assert_ok(store_visit_responses(f->reader, &bare, TIME_MIN, TIME_MAX, 0, count_visited, &visited, &err), err);
    assert_int_equal(visited, count);
    assert_ok(store_read_figures(f->reader, &figures, &err), err);
    assert_int_equal(figures.responses, count);
    assert_ok(store_read_extent(f->reader, f->survey, EXTENT_ANSWERS, &found, &first, &last, &err), err);
    assert_int_equal(found, count > 0);
}

/* The numbers of the ids that are listed, newest first. */
static const char *list(struct fixture *f, unsigned scores, int excluded, const char *respondent) {
    struct listing listing = {.filter = {.survey = f->survey},
                              .from = TIME_MIN,
                              .to = TIME_MAX,
                              .scores = scores,
                              .excluded = excluded,
                              .respondent = respondent,
                              .limit = 100};
    struct response *responses;
    struct buffer out;
    struct error err;
    size_t count;
    buffer_init(&out);
    assert_ok(store_read_responses(f->reader, &listing, &f->arena, &responses, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(&out, "%s%u", i > 0 ? " " : "", responses[i].id.bytes[15]);
    const char *text = arena_strdup(&f->arena, buffer_terminate(&out));
    buffer_free(&out);
    return text;
}

static void test_is_in_no_figure(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_REPLAYED);
    assert_counted(f, 0);
    char *rollups = rollups_text(f);
    assert_string_equal(rollups, "");
    free(rollups);
    assert_true(read_response(f, 1, &stored));
    assert_false(stored.has_score || stored.excluded);
    assert_int_equal(stored.score, 0);
    assert_int_equal(apply(f, make_response(f, 2, 0, NOW_MS)), OUTCOME_CREATED);
    assert_counted(f, 1);
    assert_string_equal(list(f, 0, -1, NULL), "2 1");
    assert_string_equal(list(f, 0, 0, NULL), "2 1");
    assert_string_equal(list(f, 0, 1, NULL), "");
    assert_string_equal(list(f, 1, -1, NULL), "2");
    assert_string_equal(list(f, 0x7ff, 0, NULL), "2");
    assert_string_equal(list(f, 0, 0, "ann"), "1");
    assert_string_equal(list(f, 1, -1, "ann"), "");
    check_file(f);
}

/* A later content wins whole: with a score it counts, without it does not. */
static void test_a_score_comes_and_goes(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 1, 0, NOW_MS)), OUTCOME_AMENDED);
    assert_counted(f, 1);
    assert_true(read_response(f, 1, &stored));
    assert_true(stored.has_score && !stored.comment);
    /* What was sent first is known, and is no amendment. */
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_REPLAYED);
    assert_counted(f, 1);
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "because")), OUTCOME_AMENDED);
    assert_counted(f, 0);
    assert_true(read_response(f, 1, &stored));
    assert_false(stored.has_score);
    check_file(f);
}

static void test_exclusion_is_another_thing(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "bot")), OUTCOME_AMENDED);
    assert_true(read_response(f, 1, &stored));
    assert_true(stored.excluded && !stored.has_score);
    assert_string_equal(list(f, 0, 1, NULL), "1");
    assert_string_equal(list(f, 0, 0, "ann"), "");
    assert_int_equal(apply(f, make_response(f, 1, 3, NOW_MS)), OUTCOME_AMENDED);
    assert_counted(f, 0);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    assert_counted(f, 1);
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "well")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 1, true, NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    assert_counted(f, 0);
    assert_true(read_response(f, 1, &stored));
    assert_false(stored.excluded || stored.has_score);
    check_file(f);
}

/* Who wrote something has answered, and is left alone; not who was excluded. */
static void test_is_an_answer(void **state) {
    struct fixture *f = *state;
    struct error err;
    int64_t last;
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_CREATED);
    for (int64_t survey = 0; survey <= f->survey; survey += f->survey) {
        assert_ok(store_read_last_answer(f->reader, "ann", survey, TIME_MIN, TIME_MAX, &last, &err), err);
        assert_int_equal(last, NOW_MS);
    }
    struct change *second = make_response(f, 2, 9, NOW_MS + DAY_MS);
    second->as.response.value.respondent = "ann";
    second->as.response.recontact.any_ms = 2 * DAY_MS;
    assert_int_equal(apply(f, second), OUTCOME_REFUSED);
    assert_int_equal(second->refusal, ERR_RECONTACT);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "bot")), OUTCOME_AMENDED);
    assert_ok(store_read_last_answer(f->reader, "ann", 0, TIME_MIN, TIME_MAX, &last, &err), err);
    assert_true(last == TIME_MIN);
    assert_int_equal(apply(f, second), OUTCOME_CREATED);
}

static void test_answers_a_visit(void **state) {
    struct fixture *f = *state;
    struct impressions impressions = {{0}};
    const struct filter filter = {.survey = f->survey};
    const int64_t bounds[] = {TIME_MIN, TIME_MAX};
    enum impressions_known known;
    struct error err;
    struct change *shown = make_change(f, CHANGE_EVENT, NOW_MS);
    shown->as.event.value = (struct event){.survey = f->survey, .type = EVENT_SHOWN, .visit = "v", .at = NOW_MS};
    assert_int_equal(apply(f, shown), OUTCOME_CREATED);
    struct change *answer = make_comment(f, 1, NOW_MS, "why?");
    answer->as.response.value.visit = "v";
    assert_int_equal(apply(f, answer), OUTCOME_CREATED);
    assert_ok(store_read_impressions(f->reader, &filter, bounds, 2, &impressions, &known, &err), err);
    assert_int_equal(impressions.n[IMPRESSION_SHOWN], 1);
    assert_int_equal(impressions.n[IMPRESSION_ANSWERED], 1);
    check_file(f);
}

static void retain(struct fixture *f, enum retention retention) {
    bool more = true;
    for (int i = 0; more; i++) {
        struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
        change->as.retain.survey = f->survey;
        change->as.retain.before_ms = NOW_MS + 1;
        change->as.retain.retention = retention;
        change->as.retain.limit = 1;
        apply(f, change);
        more = change->as.retain.more;
        assert_true(i < 1000);
    }
}

/* In slices of one, whose places are those of the index: of one time, with and without scores, excluded or not. */
static void test_retention_takes_all(void **state) {
    struct fixture *f = *state;
    struct response stored;
    for (unsigned i = 1; i <= 12; i++) {
        struct change *change = i % 2 ? make_comment(f, i, NOW_MS, "why?") : make_response(f, i, 0, NOW_MS);
        change->as.response.value.respondent = "ann";
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        if (i % 3 == 0)
            assert_int_equal(apply(f, make_exclude(f, i, true, "bot")), OUTCOME_AMENDED);
    }
    assert_counted(f, 4);
    retain(f, RETENTION_ANONYMISE);
    for (unsigned i = 1; i <= 12; i++) {
        assert_true(read_response(f, i, &stored));
        assert_false(stored.respondent || stored.comment || stored.excluded_reason);
        assert_int_equal(stored.has_score, i % 2 == 0);
        assert_int_equal(stored.excluded, i % 3 == 0);
        assert_true(stored.forgotten_at != 0);
    }
    assert_counted(f, 4);
    check_file(f);
    retain(f, RETENTION_DELETE);
    assert_string_equal(list(f, 0, -1, NULL), "");
    assert_counted(f, 0);
    check_file(f);
}

/* A property that is declared late is filled in, past those that do not count. */
static void test_late_properties(void **state) {
    static const char *const KEYS[] = {"city", NULL};
    static const struct property CITY[] = {{"city", "Graz"}};
    struct fixture *f = *state;
    bool more = true;
    for (unsigned i = 1; i <= 9; i++) {
        struct change *change = i % 3 ? make_comment(f, i, NOW_MS + i / 5, "why?") : make_response(f, i, 5, NOW_MS);
        change->as.response.value.properties = CITY;
        change->as.response.value.property_count = 1;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    assert_int_equal(apply(f, make_survey(f, "shop", "{\"properties\":[\"city\"]}", KEYS)), OUTCOME_AMENDED);
    for (int i = 0; more; i++) {
        struct change *change = make_change(f, CHANGE_ROLL, NOW_MS);
        change->as.roll.limit = 1;
        apply(f, change);
        more = change->as.roll.more;
        check_file(f);
        if (i == 0) /* while it is under way */
            assert_int_equal(apply(f, make_response(f, 1, 7, NOW_MS)), OUTCOME_AMENDED);
        assert_true(i < 1000);
    }
    const struct filter filter = {.survey = f->survey, .properties = CITY, .property_count = 1};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(histogram_count(&hist), 3);
    assert_counted(f, 4);
}

static const char *find(struct fixture *f, const char *text, enum search_order order, unsigned scores) {
    struct search_query query;
    struct search search = {.listing = {.filter = {.survey = f->survey},
                                        .from = TIME_MIN,
                                        .to = TIME_MAX,
                                        .excluded = -1,
                                        .scores = scores,
                                        .limit = 1},
                            .order = order};
    struct search_result result;
    struct buffer out;
    struct error err;
    buffer_init(&out);
    if (text)
        assert_ok(search_parse(text, &f->arena, &query, &err), err);
    search.query = text ? &query : NULL;
    for (;;) {
        assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
        if (result.count == 0)
            break;
        const struct search_hit *last = &result.hits[0];
        buffer_append_format(&out, "%s%u", out.length > 0 ? " " : "", last->response.id.bytes[15]);
        search.listing.has_after = true;
        search.listing.after_answered_at = last->response.answered_at;
        search.listing.after_id = last->response.id;
        search.after_rank = last->rank;
        search.has_weights = true;
        search.weights = result.weights;
    }
    const char *found = arena_strdup(&f->arena, out.length > 0 ? buffer_terminate(&out) : "");
    buffer_free(&out);
    return found;
}

static void index_all(struct fixture *f) {
    bool more = true;
    for (int i = 0; more; i++) {
        struct change *change = make_change(f, CHANGE_INDEX, NOW_MS);
        change->as.index.limit = 2;
        change->as.index.may_purge = true;
        apply(f, change);
        more = change->as.index.more || change->as.index.purging;
        assert_true(i < 1000);
    }
}

static void find_some(struct fixture *f) {
    assert_string_equal(find(f, "slow", SEARCH_NEWEST, 0), "5 4 3 1");
    assert_string_equal(find(f, "slow", SEARCH_OLDEST, 0), "1 3 4 5");
    assert_string_equal(find(f, "slow", SEARCH_LOWEST, 0), "3 1 5 4"); /* what has no score comes last */
    assert_string_equal(find(f, NULL, SEARCH_HIGHEST, 0), "2 1 3 5 4");
    assert_string_equal(find(f, "slow", SEARCH_NEWEST, 0x7ff), "3 1");
    assert_string_equal(find(f, "slow", SEARCH_LOWEST, 1), "3");
    assert_string_equal(find(f, "slow", SEARCH_NEWEST, 1U << HISTOGRAM_SIZE), "");
    assert_string_equal(find(f, "slow -box", SEARCH_BEST, 0x7ff), "3 1");
}

/* Before it is indexed and after it, amended, and made anew. */
static void test_is_found(void **state) {
    static const struct {
        int score; /* −1: none */
        const char *comment;
    } COMMENTS[] = {{3, "slow"}, {9, "fast"}, {0, "slow slow"}, {-1, "slow box"}, {-1, "too slow"}};
    struct fixture *f = *state;
    struct error err;
    int64_t responses;
    for (unsigned i = 0; i < CXD_COUNT(COMMENTS); i++) {
        struct change *change = make_comment(f, i + 1, NOW_MS + i, COMMENTS[i].comment);
        change->as.response.value.has_score = COMMENTS[i].score >= 0;
        change->as.response.value.score = COMMENTS[i].score >= 0 ? COMMENTS[i].score : 0;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    find_some(f);
    index_all(f);
    find_some(f);
    check_file(f);
    struct change *amend = make_comment(f, 5, NOW_MS + 4, "too slow");
    amend->as.response.value.has_score = true;
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    assert_string_equal(find(f, "slow", SEARCH_LOWEST, 0), "5 3 1 4");
    check_file(f);
    assert_int_equal(apply(f, make_comment(f, 5, NOW_MS + 4, "slow too")), OUTCOME_AMENDED);
    find_some(f);
    store_reader_close(f->reader);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
    index_all(f);
    find_some(f);
    assert_counted(f, 3);
    check_file(f);
}

/* Its survey's word on scores is that of the moment; what is stored stays, and is answered again. */
static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    (void)arena, (void)err;
    *ret_survey = (struct survey){.opens_at = TIME_MIN, .closes_at = TIME_MAX};
    ret_survey->score_rule = strcmp(record->definition, "optional") == 0 ? SCORE_OPTIONAL : SCORE_REQUIRED;
    return CXD_OK;
}

static void test_a_score_is_required_since(void **state) {
    struct fixture *f = *state;
    store_judge_by(f->store, read_definition);
    assert_int_equal(apply(f, make_survey(f, "shop", "optional", NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_survey(f, "shop", "required", NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_REPLAYED);
    struct change *change = make_comment(f, 2, NOW_MS, "why?");
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_INVALID);
    change = make_comment(f, 1, NOW_MS, "another");
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_INVALID);
    /* Tried again, as after a commit that failed, it is judged anew. */
    assert_int_equal(apply(f, make_survey(f, "shop", "optional", NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_string_equal(list(f, 0, -1, NULL), "1");
}

/* What no rule of alerts is told of. */
static void test_alerts_do_not_tell_of_it(void **state) {
    struct fixture *f = *state;
    struct store_untold untold;
    struct error err;
    assert_int_equal(apply(f, make_comment(f, 1, NOW_MS, "why?")), OUTCOME_CREATED);
    struct change *scored = make_response(f, 2, 0, NOW_MS);
    scored->as.response.value.comment = "why?";
    assert_int_equal(apply(f, scored), OUTCOME_CREATED);
    assert_ok(store_read_untold(f->reader, 0, ~0U, 10, &f->arena, &untold, &err), err);
    assert_int_equal(untold.fresh_count, 1);
    assert_int_equal(untold.fresh[0].id.bytes[15], 2);
}

static const struct CMUnitTest TESTS[] = {
    ENGINE_TEST(test_is_in_no_figure),
    ENGINE_TEST(test_a_score_comes_and_goes),
    ENGINE_TEST(test_exclusion_is_another_thing),
    ENGINE_TEST(test_is_an_answer),
    ENGINE_TEST(test_answers_a_visit),
    ENGINE_TEST(test_retention_takes_all),
    ENGINE_TEST(test_late_properties),
    ENGINE_TEST(test_is_found),
    ENGINE_TEST(test_a_score_is_required_since),
    ENGINE_TEST(test_alerts_do_not_tell_of_it),
};

int main(void) {
    return run_over_all_engines(TESTS, CXD_COUNT(TESTS));
}
