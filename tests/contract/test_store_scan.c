/* The responses of a window, one by one: which, in what order, and what is given of each. */
#include "fixture.h"

#include "store/sqlite/reader.h"

enum { SEEN_MAX = 64 };

struct seen {
    unsigned numbers[SEEN_MAX]; /* of the ids */
    size_t count, most;         /* most: the visits end with it; 0: they go on */
};

static bool see(void *context, const struct response *response) {
    struct seen *seen = context;
    assert_true(seen->count < SEEN_MAX && response->has_id);
    seen->numbers[seen->count++] = response->id.bytes[14] * 256U + response->id.bytes[15];
    return seen->count != seen->most;
}

/* Holds the ids visited against the numbers in `expected`, which 0 ends. */
static void assert_visits(struct fixture *f, const struct filter *filter, int64_t from, int64_t to, size_t most,
                          const unsigned *expected) {
    struct seen seen = {.most = most};
    struct error err;
    size_t count = 0;
    assert_ok(store_visit_responses(f->reader, filter, from, to, GIVE_ID, see, &seen, &err), err);
    for (; expected[count] != 0; count++)
        assert_true(count < seen.count && seen.numbers[count] == expected[count]);
    assert_int_equal(seen.count, count);
}

#define NUMBERS(...) ((const unsigned[]){__VA_ARGS__, 0})

static void add(struct fixture *f, unsigned number, int score, int64_t at_ms) {
    assert_int_equal(apply(f, make_response(f, number, score, at_ms)), OUTCOME_CREATED);
}

/* By time, and those of one time as they were committed, whatever their scores and ids. */
static void test_visits_are_in_the_order_of_time_then_of_commits(void **state) {
    struct fixture *f = *state;
    const struct filter filter = {.survey = f->survey};
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 0, NUMBERS(0));
    add(f, 7, 9, NOW_MS + 5);
    add(f, 6, 0, NOW_MS + 5);
    add(f, 9, 4, NOW_MS + 5);
    add(f, 8, 10, NOW_MS - 5);
    add(f, 1, 10, -5);
    add(f, 2, 3, NOW_MS + 5);
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 0, NUMBERS(1, 8, 7, 6, 9, 2));
    /* An amend that moves it in time, or only in its score. */
    struct change *change = make_response(f, 9, 10, NOW_MS + 5);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    change = make_response(f, 7, 9, NOW_MS + 6);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 0, NUMBERS(1, 8, 6, 9, 2, 7));
}

static void test_visited_windows_are_half_open(void **state) {
    struct fixture *f = *state;
    const struct filter filter = {.survey = f->survey};
    add(f, 1, 9, NOW_MS);
    add(f, 2, 9, NOW_MS + 1);
    add(f, 3, 9, NOW_MS + 2);
    assert_visits(f, &filter, NOW_MS, NOW_MS + 2, 0, NUMBERS(1, 2));
    assert_visits(f, &filter, NOW_MS + 1, NOW_MS + 3, 0, NUMBERS(2, 3));
    assert_visits(f, &filter, NOW_MS + 1, NOW_MS + 1, 0, NUMBERS(0));
    assert_visits(f, &filter, NOW_MS + 2, NOW_MS, 0, NUMBERS(0));
    assert_visits(f, &filter, TIME_MIN, NOW_MS + 1, 0, NUMBERS(1));
    assert_visits(f, &filter, NOW_MS + 2, TIME_MAX, 0, NUMBERS(3));
}

static void test_what_does_not_count_is_not_visited(void **state) {
    struct fixture *f = *state;
    const struct filter filter = {.survey = f->survey};
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    for (unsigned i = 1; i <= 4; i++)
        add(f, i, 9, NOW_MS + i);
    struct change *change = make_response(f, 9, 9, NOW_MS);
    change->as.response.value.survey = other->as.survey.number;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_exclude(f, 2, true, "a test")), OUTCOME_AMENDED);
    change = make_response(f, 5, 9, NOW_MS + 5);
    change->as.response.value.excluded = true;
    change->as.response.value.flags = FLAG_HONEYPOT;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 0, NUMBERS(1, 3, 4));
    assert_int_equal(apply(f, make_exclude(f, 2, false, NULL)), OUTCOME_AMENDED);
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 0, NUMBERS(1, 2, 3, 4));
}

/* It ends where the visitor says, and holds nothing then: the writer and the next question go on. */
static void test_a_visitor_ends_the_visits(void **state) {
    struct fixture *f = *state;
    const struct filter filter = {.survey = f->survey};
    for (unsigned i = 1; i <= 5; i++)
        add(f, i, 9, NOW_MS + i / 2);
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 1, NUMBERS(1));
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 3, NUMBERS(1, 2, 3));
    add(f, 6, 9, NOW_MS);
    assert_int_equal(count_all(f), 6);
    struct error err;
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 2, NUMBERS(1, 6));
    assert_visits(f, &filter, TIME_MIN, TIME_MAX, 0, NUMBERS(1, 6, 2, 3, 4, 5));
    store_reader_end(f->reader);
}

static void test_visits_by_filters(void **state) {
    struct fixture *f = *state;
    static const struct property PRO[] = {{"city", "a\"b\\c"}, {"plan", "pro"}}, FREE[] = {{"plan", "free"}},
                                 LIKE[] = {{"city", "\"plan\":\"pro\""}};
    const struct response members[] = {
        {.touchpoint = "checkout", .channel = "web", .locale = "en", .properties = PRO, .property_count = 2},
        {.touchpoint = "checkout", .channel = "ios", .locale = "de", .properties = FREE, .property_count = 1},
        {.touchpoint = "search", .channel = "web", .properties = LIKE, .property_count = 1},
        {.channel = "web", .locale = "en", .properties = PRO, .property_count = 2},
        {0},
    };
    for (unsigned i = 0; i < CXD_COUNT(members); i++) {
        struct change *change = make_response(f, i + 1, 9, NOW_MS + i);
        struct response *response = &change->as.response.value;
        response->touchpoint = members[i].touchpoint;
        response->channel = members[i].channel;
        response->locale = members[i].locale;
        response->properties = members[i].properties;
        response->property_count = members[i].property_count;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    const int64_t shop = f->survey;
    const struct {
        struct filter filter;
        unsigned expected[6];
    } cases[] = {
        {{.survey = shop}, {1, 2, 3, 4, 5}},
        {{.survey = shop, .touchpoint = "checkout"}, {1, 2}},
        {{.survey = shop, .channel = "web"}, {1, 3, 4}},
        {{.survey = shop, .channel = "web", .locale = "en"}, {1, 4}},
        {{.survey = shop, .touchpoint = "checkout", .channel = "web", .locale = "en"}, {1}},
        {{.survey = shop, .touchpoint = "checkout", .channel = "web", .locale = "de"}, {0}},
        {{.survey = shop, .properties = &PRO[1], .property_count = 1, .property_rolled = true}, {1, 4}},
        {{.survey = shop, .properties = PRO, .property_count = 2}, {1, 4}},
        {{.survey = shop, .properties = PRO, .property_count = 2, .touchpoint = "checkout"}, {1}},
        {{.survey = shop, .properties = FREE, .property_count = 1}, {2}},
        {{.survey = shop, .properties = LIKE, .property_count = 1}, {3}},
        {{.survey = shop + 1}, {0}},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++)
        assert_visits(f, &cases[i].filter, TIME_MIN, TIME_MAX, 0, cases[i].expected);
    assert_visits(f, &cases[2].filter, NOW_MS + 1, NOW_MS + 3, 0, NUMBERS(3));
}

struct looked {
    unsigned given;
    struct response stored;
    size_t count;
};

static void assert_given(bool is_given, const char *given, const char *stored) {
    if (is_given && stored)
        assert_true(given && strcmp(given, stored) == 0);
    else
        assert_null(given);
}

static bool look(void *context, const struct response *response) {
    struct looked *look = context;
    const struct response *stored = &look->stored;
    const unsigned given = look->given;
    const struct id nobody = {{0}};
    look->count++;
    assert_int_equal(response->survey, stored->survey);
    assert_int_equal(response->score, stored->score);
    assert_int_equal(response->answered_at, stored->answered_at);
    assert_int_equal(response->number, given & GIVE_NUMBER ? stored->number : 0);
    assert_int_equal(response->has_id, (given & GIVE_ID) != 0);
    assert_memory_equal(&response->id, given & GIVE_ID ? &stored->id : &nobody, sizeof response->id);
    assert_given(given & GIVE_TOUCHPOINT, response->touchpoint, stored->touchpoint);
    assert_given(given & GIVE_CHANNEL, response->channel, stored->channel);
    assert_given(given & GIVE_LOCALE, response->locale, stored->locale);
    assert_given(given & GIVE_RESPONDENT, response->respondent, stored->respondent);
    assert_given(given & GIVE_COMMENT, response->comment, stored->comment);
    assert_given(given & GIVE_VISIT, response->visit, stored->visit);
    assert_int_equal(response->property_count, given & GIVE_PROPERTIES ? stored->property_count : 0);
    if (response->property_count == 0)
        assert_null(response->properties);
    for (size_t i = 0; i < response->property_count; i++) {
        assert_string_equal(response->properties[i].key, stored->properties[i].key);
        assert_string_equal(response->properties[i].value, stored->properties[i].value);
    }
    assert_int_equal(response->received_at, 0);
    assert_false(response->excluded || response->excluded_reason);
    return true;
}

static void assert_all_given(struct fixture *f, unsigned number) {
    struct looked given = {0};
    struct error err;
    const struct filter filter = {.survey = f->survey};
    assert_true(read_response(f, number, &given.stored));
    const int64_t at = given.stored.answered_at;
    for (given.given = 0; given.given < 2 * GIVE_PROPERTIES; given.given++)
        assert_ok(store_visit_responses(f->reader, &filter, at, at + 1, given.given, look, &given, &err), err);
    assert_int_equal(given.count, 2 * GIVE_PROPERTIES);
}

static void test_what_is_asked_for_is_given_and_nothing_else(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    struct change *change = make_response(f, 2, 0, NOW_MS + 1);
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    change = make_response(f, 3, 10, NOW_MS + 2);
    struct response *response = &change->as.response.value;
    response->channel = "";
    response->locale = "de-AT";
    response->visit = "a visit";
    response->comment = "\"quoted\"\n<b>";
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    for (unsigned number = 1; number <= 3; number++)
        assert_all_given(f, number);
}

/* Every text that properties may have: controls, quotes, what is escaped for the sake of pages, every plane. */
static void test_properties_are_given_as_they_were_sent(void **state) {
    struct fixture *f = *state;
    char controls[32];
    for (char c = 1; c < 32; c++)
        controls[c - 1] = c;
    controls[31] = '\0';
    const struct property hard[] = {
        {"a", controls},
        {"b", "\"\\/\b\f\n\r\t\\u0041\\"},
        {"c", "<script>&amp;</script>"},
        {"d", "\xe2\x80\xa8\xe2\x80\xa9 \xe2\x80\xaa \x7f \xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80"},
        {"e", ""},
        {"f.g-h_i", "\",\"x\":\"y\"}"},
        {"z", "{}[],:"},
    };
    for (unsigned count = 1; count <= CXD_COUNT(hard); count++) {
        struct change *change = make_response(f, count, 9, NOW_MS + count);
        change->as.response.value.properties = hard;
        change->as.response.value.property_count = count;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        assert_all_given(f, count);
    }
}

static void test_what_was_erased_is_not_given(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_null(stored.respondent);
    assert_all_given(f, 1);
}

static bool count_visit(void *context, const struct response *response) {
    (void)response;
    ++*(int64_t *)context;
    return true;
}

/* Whoever watches the reader sees that long visits advance. */
static void test_long_visits_answer_the_watch(void **state) {
    struct fixture *f = *state;
    enum { COUNT = 60000 };
    struct change **batch = arena_alloc(&f->arena, COUNT * sizeof *batch);
    struct error err;
    struct heartbeat beat = {0};
    int64_t count = 0;
    assert_non_null(batch);
    for (unsigned i = 0; i < COUNT; i++)
        batch[i] = make_response(f, i + 1, 9, NOW_MS + i / 4);
    assert_ok(store_apply(f->store, batch, COUNT, NULL, &err), err);
    const struct filter filter = {.survey = f->survey};
    store_reader_watch(f->reader, &beat);
    assert_int_equal(heartbeat_ask(&beat, 1000), 0);
    assert_ok(store_visit_responses(f->reader, &filter, TIME_MIN, TIME_MAX, 0, count_visit, &count, &err), err);
    assert_int_equal(count, COUNT);
    assert_int_equal(heartbeat_ask(&beat, 4000), 0);
    store_reader_watch(f->reader, NULL);
}

/* --- How long a question may take ------------------------------------------------------------------------------------
 */

enum { MANY = 2000 };

/* Of visits that are made to take long: eleven seconds pass with the first. */
struct delay {
    struct sqlite_reader *reader;
    size_t seen;
};

static bool see_slowly(void *context, const struct response *response) {
    struct delay *delay = context;
    (void)response;
    if (delay->seen++ == 0)
        delay->reader->since_ns -= INT64_C(11000000000);
    return true;
}

static void assert_too_much(enum cxd_err code, const struct error *err) {
    assert_int_equal(code, ERR_BAD_PARAMETER);
    assert_non_null(strstr(err->detail, "too many responses"));
}

static bool walk_on(const void *context) {
    return context != NULL;
}

static void add_many(struct fixture *f) {
    struct change *batch[MANY];
    struct error err;
    for (unsigned i = 0; i < MANY; i++)
        batch[i] = make_response(f, i + 1, 9, NOW_MS + i);
    assert_ok(store_apply(f->store, batch, MANY, NULL, &err), err);
}

/* A read ends in its midst; the one behind it, in the same state of the store, at once; and a new question begins
 * anew. */
static void test_a_question_ends(void **state) {
    struct fixture *f = *state;
    struct sqlite_reader *reader = (struct sqlite_reader *)f->reader;
    const struct filter filter = {.survey = f->survey};
    struct delay delay = {.reader = reader};
    struct error err;
    add_many(f);
    for (int begins = 0; begins < 2; begins++) {
        delay.seen = 0;
        if (begins)
            assert_ok(store_reader_begin(f->reader, &err), err);
        assert_too_much(store_visit_responses(f->reader, &filter, TIME_MIN, TIME_MAX, 0, see_slowly, &delay, &err),
                        &err);
        assert_true(delay.seen > 0 && delay.seen < MANY);
        const int64_t bounds[] = {NOW_MS, NOW_MS + 1};
        struct histogram hist = {{0}};
        enum cxd_err code = store_read_histograms(f->reader, &filter, bounds, 2, &hist, &err);
        if (!begins) {
            assert_ok(code, err);
            assert_int_equal(hist.n[9], 1);
            continue;
        }
        assert_too_much(code, &err);
        store_reader_end(f->reader);
        assert_ok(store_reader_begin(f->reader, &err), err);
        assert_ok(store_read_histograms(f->reader, &filter, bounds, 2, &hist, &err), err);
        store_reader_end(f->reader);
    }
    assert_int_equal(count_all(f), MANY);
}

/* Reads that end in time add up; the time between them is the caller's own, and that of a walk which says when it ends
 * is nobody's. */
static void test_reads_add_up(void **state) {
    struct fixture *f = *state;
    struct sqlite_reader *reader = (struct sqlite_reader *)f->reader;
    const struct filter filter = {.survey = f->survey};
    const struct walk walk = {.filter = filter,
                              .from = TIME_MIN,
                              .to = TIME_MAX,
                              .received_from = TIME_MIN,
                              .received_to = TIME_MAX,
                              .updated_from = TIME_MIN,
                              .updated_to = TIME_MAX,
                              .excluded = -1,
                              .amended = -1,
                              .goes_on = walk_on,
                              .context = f};
    struct delay delay = {.reader = reader};
    struct error err;
    add_many(f);
    assert_ok(store_reader_begin(f->reader, &err), err);
    reader->since_ns -= INT64_C(11000000000);
    assert_ok(store_walk_responses(f->reader, &walk, see_slowly, &delay, &err), err);
    assert_int_equal(delay.seen, MANY);
    int64_t first = 0, last = 0;
    for (int i = 0; i < 2; i++) {
        bool found = false;
        assert_ok(store_read_extent(f->reader, f->survey, EXTENT_ANSWERS, &found, &first, &last, &err), err);
        assert_true(found);
        reader->spent_ns += INT64_C(6000000000);
    }
    bool found = false;
    assert_too_much(store_read_extent(f->reader, f->survey, EXTENT_ANSWERS, &found, &first, &last, &err), &err);
    store_reader_end(f->reader);
    assert_ok(store_read_extent(f->reader, f->survey, EXTENT_ANSWERS, &found, &first, &last, &err), err);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_visits_are_in_the_order_of_time_then_of_commits),
        ENGINE_TEST(test_visited_windows_are_half_open),
        ENGINE_TEST(test_what_does_not_count_is_not_visited),
        ENGINE_TEST(test_a_visitor_ends_the_visits),
        ENGINE_TEST(test_visits_by_filters),
        ENGINE_TEST(test_what_is_asked_for_is_given_and_nothing_else),
        ENGINE_TEST(test_properties_are_given_as_they_were_sent),
        ENGINE_TEST(test_what_was_erased_is_not_given),
        ENGINE_TEST(test_long_visits_answer_the_watch),
    };
    static const struct CMUnitTest files[] = {ENGINE_TEST(test_a_question_ends), ENGINE_TEST(test_reads_add_up)};
    int failed = run_over_all_engines(tests, CXD_COUNT(tests));
    engine_url = "sqlite:%s/cxd.db";
    return failed + cmocka_run_group_tests_name("of a file", files, NULL, NULL);
}
