/* Responses in the order of their commits: which, in what order, whole, and where a walk ends; and which history their
 * numbers are of. */
#include "cxd/store/backup.h"
#include "fixture.h"

enum { SEEN_MAX = 4096 };

struct seen {
    unsigned ids[SEEN_MAX];
    int64_t last; /* number */
    size_t count, most;
    bool ends; /* what goes_on says no to */
};

static bool see(void *context, const struct response *response) {
    struct seen *seen = context;
    assert_true(seen->count < SEEN_MAX && response->has_id && response->number > seen->last);
    seen->last = response->number;
    seen->ids[seen->count++] = response->id.bytes[14] * 256U + response->id.bytes[15];
    return seen->count != seen->most;
}

static struct walk walk_of(const struct fixture *f) {
    return (struct walk){.filter = {.survey = f->survey},
                         .from = TIME_MIN,
                         .to = TIME_MAX,
                         .received_from = TIME_MIN,
                         .received_to = TIME_MAX,
                         .updated_from = TIME_MIN,
                         .updated_to = TIME_MAX,
                         .excluded = -1,
                         .amended = -1};
}

#define NUMBERS(...) ((const unsigned[]){__VA_ARGS__, 0})

/* Holds the ids walked against the numbers in `expected`, which 0 ends. */
static void assert_walk(struct fixture *f, const struct walk *walk, const unsigned *expected) {
    struct seen seen = {0};
    struct error err;
    size_t count = 0;
    assert_ok(store_walk_responses(f->reader, walk, see, &seen, &err), err);
    for (; expected[count] != 0; count++)
        if (count >= seen.count || seen.ids[count] != expected[count])
            fail_msg("%zu walked; at %zu not %u but %u", seen.count, count, expected[count],
                     count < seen.count ? seen.ids[count] : 0);
    assert_int_equal(seen.count, count);
}

static struct change *make(struct fixture *f, unsigned number, int score, int64_t at_ms) {
    return make_response(f, number, score, at_ms);
}

static void add(struct fixture *f, unsigned number, int score, int64_t at_ms) {
    assert_int_equal(apply(f, make(f, number, score, at_ms)), OUTCOME_CREATED);
}

static void test_the_order_is_that_of_commits(void **state) {
    struct fixture *f = *state;
    struct walk walk = walk_of(f);
    assert_walk(f, &walk, NUMBERS(0));
    add(f, 7, 9, NOW_MS + 5);
    add(f, 6, 0, NOW_MS - 5);
    add(f, 9, 4, NOW_MS + 9);
    add(f, 1, 10, -5);
    assert_walk(f, &walk, NUMBERS(7, 6, 9, 1));
    /* An amend, also one that moves it in time, leaves it where it is. */
    assert_int_equal(apply(f, make(f, 7, 1, NOW_MS + 50)), OUTCOME_AMENDED);
    assert_walk(f, &walk, NUMBERS(7, 6, 9, 1));
    /* From each place on. */
    struct seen seen = {.most = 2};
    struct error err;
    assert_ok(store_walk_responses(f->reader, &walk, see, &seen, &err), err);
    assert_int_equal(seen.count, 2);
    walk.after = seen.last;
    assert_walk(f, &walk, NUMBERS(9, 1));
    assert_ok(store_read_last_number(f->reader, &walk.after, &err), err);
    assert_walk(f, &walk, NUMBERS(0));
}

static void test_every_filter(void **state) {
    struct fixture *f = *state;
    static const struct property pro[] = {{"plan", "pro"}}, both[] = {{"extra", "x"}, {"plan", "pro"}};
    struct change *change = make(f, 1, 9, NOW_MS);
    change->as.response.value.touchpoint = "checkout";
    change->as.response.value.respondent = "ann";
    apply(f, change);
    change = make(f, 2, 3, NOW_MS + 10);
    change->as.response.value.channel = "web";
    change->as.response.value.properties = pro;
    change->as.response.value.property_count = 1;
    apply(f, change);
    change = make(f, 3, 10, NOW_MS + 20);
    change->as.response.value.locale = "de";
    change->as.response.value.properties = both;
    change->as.response.value.property_count = 2;
    change->as.response.value.flags = 1;
    change->as.response.value.excluded = true;
    change->as.response.value.excluded_reason = "suspicious";
    apply(f, change);
    change = make(f, 4, 0, NOW_MS + 30);
    change->as.response.value.received_at = NOW_MS + 1000;
    change->as.response.value.respondent = "ann";
    apply(f, change);
    assert_int_equal(apply(f, make(f, 5, 7, NOW_MS + 40)), OUTCOME_CREATED);
    change = make(f, 5, 8, NOW_MS + 40);
    change->now_ms = NOW_MS + 5000;
    change->as.response.value.received_at = NOW_MS + 5000;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    struct walk all = walk_of(f), walk;
    assert_walk(f, &all, NUMBERS(1, 2, 3, 4, 5));
#define WITH(members, ...)                                                                                             \
    do {                                                                                                               \
        walk = all;                                                                                                    \
        members;                                                                                                       \
        assert_walk(f, &walk, NUMBERS(__VA_ARGS__));                                                                   \
    } while (0)
    WITH(walk.filter.touchpoint = "checkout", 1);
    WITH(walk.filter.channel = "web", 2);
    WITH(walk.filter.locale = "de", 3);
    WITH(walk.filter.properties = pro; walk.filter.property_count = 1, 2, 3);
    WITH(walk.filter.properties = both; walk.filter.property_count = 2, 3);
    WITH(walk.respondent = "ann", 1, 4);
    WITH(walk.respondent = "ann"; walk.after = 0; walk.from = NOW_MS + 1, 4);
    WITH(walk.respondent = "bob", 0);
    WITH(walk.flagged = true, 3);
    WITH(walk.flagged = true; walk.to = NOW_MS + 20, 0);
    WITH(walk.scores = 1U << 3 | 1U << 0, 2, 4);
    WITH(walk.excluded = 1, 3);
    WITH(walk.excluded = 0, 1, 2, 4, 5);
    WITH(walk.from = NOW_MS + 10; walk.to = NOW_MS + 30, 2, 3);
    WITH(walk.received_from = NOW_MS + 1000, 4);
    WITH(walk.received_to = NOW_MS + 20, 1, 2);
    WITH(walk.updated_from = NOW_MS + 2000, 5);
    WITH(walk.updated_from = NOW_MS + 20; walk.updated_to = NOW_MS + 1001, 3, 4);
    WITH(walk.updated_to = NOW_MS + 5000, 1, 2, 3, 4);
    WITH(walk.amended = 1, 5);
    WITH(walk.amended = 0, 1, 2, 3, 4);
    WITH(walk.filter.survey = f->survey + 1, 0);
}

static bool compare_whole(void *context, const struct response *walked) {
    const struct response *read = context;
    assert_int_equal(walked->number, read->number);
    assert_int_equal(walked->survey, read->survey);
    assert_int_equal(walked->revision, read->revision);
    assert_int_equal(walked->score, read->score);
    assert_int_equal(walked->answered_at, read->answered_at);
    assert_int_equal(walked->received_at, read->received_at);
    assert_int_equal(walked->updated_at, read->updated_at);
    assert_string_equal(walked->comment, read->comment);
    assert_string_equal(walked->respondent, read->respondent);
    assert_string_equal(walked->visit, read->visit);
    assert_int_equal(walked->has_sequence, read->has_sequence);
    assert_int_equal(walked->sequence, read->sequence);
    assert_int_equal(walked->property_count, read->property_count);
    for (size_t i = 0; i < read->property_count; i++) {
        assert_string_equal(walked->properties[i].key, read->properties[i].key);
        assert_string_equal(walked->properties[i].value, read->properties[i].value);
    }
    return true;
}

static void test_they_are_whole(void **state) {
    struct fixture *f = *state;
    static const struct property properties[] = {{"a\n\"b", "\\ \x01 \xc3\xa4"}, {"plan", ""}};
    struct change *change = make(f, 1, 9, NOW_MS);
    struct response *value = &change->as.response.value, read;
    value->comment = "a \"comment\",\nof two lines";
    value->respondent = "ann";
    value->visit = "v-1";
    value->has_sequence = true;
    value->sequence = 5;
    value->properties = properties;
    value->property_count = 2;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    struct error err;
    bool found = false;
    struct id id = id_of(1);
    assert_ok(store_read_response(f->reader, f->survey, &id, &f->arena, &found, &read, &err), err);
    assert_true(found);
    struct walk walk = walk_of(f);
    assert_ok(store_walk_responses(f->reader, &walk, compare_whole, &read, &err), err);
}

static bool is_going(const void *context) {
    return !((const struct seen *)context)->ends;
}

/* Whether the index finds few or many, apart or close together: the same. A second survey's lie between. */
static void test_few_among_many(void **state) {
    struct fixture *f = *state;
    enum { ALL = 3000, APART = 37 };
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    int64_t second = other->as.survey.number;
    struct change **batch = arena_alloc(&f->arena, ALL * sizeof *batch);
    struct error err;
    assert_non_null(batch);
    unsigned expected[ALL / APART + 2];
    size_t count = 0;
    for (unsigned i = 1; i <= ALL; i++) {
        struct change *change = make(f, i, (int)(i % 11), NOW_MS + ALL - i);
        if (i % APART == 0)
            expected[count++] = i;
        else
            change->as.response.value.survey = second;
        batch[i - 1] = change;
    }
    assert_ok(store_apply(f->store, batch, ALL, NULL, &err), err);
    expected[count] = 0;
    struct walk walk = walk_of(f);
    assert_walk(f, &walk, expected);
    struct seen seen = {0};
    walk.filter.survey = second;
    walk.goes_on = is_going;
    walk.context = &seen;
    assert_ok(store_walk_responses(f->reader, &walk, see, &seen, &err), err);
    assert_int_equal(seen.count, ALL - count);
    /* Close behind a place nothing is gathered. */
    walk = walk_of(f);
    struct response tenth;
    bool found = false;
    struct id id = id_of(10 * APART);
    assert_ok(store_read_response(f->reader, f->survey, &id, &f->arena, &found, &tenth, &err), err);
    assert_true(found);
    walk.after = tenth.number;
    assert_walk(f, &walk, expected + 10);
    assert_ok(store_read_last_number(f->reader, &walk.after, &err), err);
    assert_walk(f, &walk, NUMBERS(0));
    /* A walk that is not to go on is none that failed. */
    walk.filter.survey = second;
    walk.after = 0;
    walk.goes_on = is_going;
    walk.context = &seen;
    seen = (struct seen){.ends = true};
    assert_ok(store_walk_responses(f->reader, &walk, see, &seen, &err), err);
}

/* One state: what is committed meanwhile is not in it. */
static bool see_and_add(void *context, const struct response *response) {
    struct fixture *f = context;
    (void)response;
    add(f, 1000 + response->id.bytes[15], 5, NOW_MS);
    return true;
}

static void test_one_state(void **state) {
    struct fixture *f = *state;
    struct error err;
    if (strncmp(f->url, "sqlite", 6) != 0)
        return; /* the oracle holds its writer up instead */
    for (unsigned i = 1; i <= 10; i++)
        add(f, i, 5, NOW_MS);
    struct walk walk = walk_of(f);
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_ok(store_walk_responses(f->reader, &walk, see_and_add, f, &err), err);
    assert_walk(f, &walk, NUMBERS(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    store_reader_end(f->reader);
    struct seen seen = {0};
    assert_ok(store_walk_responses(f->reader, &walk, see, &seen, &err), err);
    assert_int_equal(seen.count, 20);
}

static int64_t last_number(struct fixture *f) {
    struct error err;
    int64_t number = -1;
    assert_ok(store_read_last_number(f->reader, &number, &err), err);
    return number;
}

static void test_the_last_number(void **state) {
    struct fixture *f = *state;
    assert_int_equal(last_number(f), 0);
    add(f, 7, 9, NOW_MS);
    int64_t first = last_number(f);
    assert_true(first > 0);
    struct change *change = make(f, 6, 5, NOW_MS);
    change->as.response.value.respondent = "ann";
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    int64_t second = last_number(f);
    assert_true(second > first);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.counts = true;
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(last_number(f), first);
    add(f, 5, 5, NOW_MS);
    assert_true(last_number(f) > second);
}

static void read_history(struct fixture *f, char history[STORE_HISTORY_SIZE]) {
    struct error err;
    assert_ok(store_read_history(f->reader, history, &err), err);
    assert_int_equal(strlen(history), STORE_HISTORY_SIZE - 1);
    assert_int_equal(strspn(history, "0123456789abcdef"), STORE_HISTORY_SIZE - 1);
}

static void test_history(void **state) {
    struct fixture *f = *state;
    char first[STORE_HISTORY_SIZE], again[STORE_HISTORY_SIZE];
    read_history(f, first);
    add(f, 1, 5, NOW_MS);
    read_history(f, again);
    assert_string_equal(first, again);
    if (strncmp(f->url, "sqlite", 6) != 0)
        return;
    fixture_reopen(f);
    read_history(f, again);
    assert_string_equal(first, again);
    /* A copy that is put in place goes on otherwise, also where nobody restored it by name. */
    struct fixture copy = {0};
    char path[128], command[400];
    struct store_report report;
    struct error err;
    snprintf(path, sizeof path, "%s/copy", f->directory);
    assert_ok(store_backup(f->url, path, NULL, &report, &err), err);
    make_directory(copy.directory);
    snprintf(command, sizeof command, "mv %s %s/cxd.db", path, copy.directory);
    assert_int_equal(system(command), 0);
    snprintf(copy.url, sizeof copy.url, "sqlite:%s/cxd.db", copy.directory);
    arena_init(&copy.arena);
    assert_ok(store_open(copy.url, &copy.store, &err), err);
    assert_ok(store_reader_open(copy.store, &copy.reader, &err), err);
    char other[STORE_HISTORY_SIZE];
    read_history(&copy, other);
    assert_string_not_equal(first, other);
    fixture_reopen(&copy);
    read_history(&copy, again);
    assert_string_equal(other, again);
    fixture_close(&copy);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_the_order_is_that_of_commits),
        ENGINE_TEST(test_every_filter),
        ENGINE_TEST(test_they_are_whole),
        ENGINE_TEST(test_few_among_many),
        ENGINE_TEST(test_one_state),
        ENGINE_TEST(test_the_last_number),
        ENGINE_TEST(test_history),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
