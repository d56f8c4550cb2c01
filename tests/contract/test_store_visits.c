/* Visits in which a survey was shown: what is counted of events and answers, whatever comes first and whatever becomes
 * of them. */

#include <stdlib.h>

#include "cxd/store/backup.h"
#include "database.h"
#include "fixture.h"
#include "store/sqlite/writer.h"

static const int64_t QUARTER_MS = 15 * 60 * 1000;
static const int64_t LONG_AGO_MS = NOW_MS - 40 * DAY_MS;

static struct change *make_event(struct fixture *f, enum event_type type, const char *visit, int64_t at_ms) {
    struct change *change = make_change(f, CHANGE_EVENT, at_ms);
    change->as.event.value = (struct event){.survey = f->survey, .type = type, .visit = visit, .at = at_ms};
    return change;
}

static struct change *make_answer(struct fixture *f, unsigned number, const char *visit, int64_t at_ms) {
    struct change *change = make_response(f, number, 9, at_ms);
    change->as.response.value.visit = visit;
    return change;
}

static struct impressions read_filtered(struct fixture *f, const struct filter *filter, int64_t from, int64_t to) {
    struct impressions impressions = {{0}};
    enum impressions_known known;
    const int64_t bounds[] = {from, to};
    struct error err;
    assert_ok(store_read_impressions(f->reader, filter, bounds, 2, &impressions, &known, &err), err);
    assert_int_equal(known, IMPRESSIONS_KNOWN);
    return impressions;
}

static struct impressions read_between(struct fixture *f, int64_t from, int64_t to) {
    return read_filtered(f, &(struct filter){.survey = f->survey}, from, to);
}

static void assert_counts(struct fixture *f, int64_t from, int64_t to, int64_t shown, int64_t answered,
                          int64_t dismissed, int64_t started, int64_t reported) {
    const int64_t expected[] = {shown, answered, dismissed, started, reported};
    struct impressions impressions = read_between(f, from, to);
    for (size_t i = 0; i < CXD_COUNT(expected); i++)
        if (impressions.n[i] != expected[i])
            fail_msg("kind %zu: %lld and not %lld", i, (long long)impressions.n[i], (long long)expected[i]);
}

static void assert_all(struct fixture *f, int64_t shown, int64_t answered, int64_t dismissed, int64_t started,
                       int64_t reported) {
    assert_counts(f, TIME_MIN, TIME_MAX, shown, answered, dismissed, started, reported);
}

static void assert_since(struct fixture *f, int64_t shown, int64_t answered, int64_t dismissed, int64_t started,
                         int64_t reported) {
    assert_counts(f, LONG_AGO_MS + 1, TIME_MAX, shown, answered, dismissed, started, reported);
}

static void test_events_are_counted_once_a_day(void **state) {
    struct fixture *f = *state;
    int64_t day = NOW_MS / DAY_MS * DAY_MS;
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v", day)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v", day + 1)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v", day + DAY_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_event(f, EVENT_STARTED, "v", day)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_event(f, EVENT_STARTED, "v", day + 9)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_event(f, EVENT_DISMISSED, "w", day)), OUTCOME_CREATED);
    assert_all(f, 3, 0, 1, 1, 2);
    assert_int_equal(apply(f, make_answer(f, 1, "v", day + 5)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, 2, "v", day + 6)), OUTCOME_CREATED);
    assert_all(f, 3, 1, 1, 1, 2);
    assert_counts(f, day, day + 1, 2, 1, 1, 1, 1); /* where it was shown */
}

/* Something is reported of the survey, long ago: answers count from now on. */
static void begin_reports(struct fixture *f) {
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "first", LONG_AGO_MS)), OUTCOME_CREATED);
}

static void test_an_answer_counts_as_shown(void **state) {
    struct fixture *f = *state;
    begin_reports(f);
    assert_int_equal(apply(f, make_answer(f, 1, "v", NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, 2, NULL, NOW_MS)), OUTCOME_CREATED);
    assert_since(f, 1, 1, 0, 0, 0);
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v", NOW_MS - QUARTER_MS)), OUTCOME_CREATED); /* late */
    assert_since(f, 1, 1, 0, 0, 1);
    assert_counts(f, NOW_MS - 1, TIME_MAX, 0, 0, 0, 0, 0);
}

/* Of what was shown before anything was reported of the survey nobody told: answers of then are in no rate, whatever
 * becomes of them, and another's count is not theirs to take. */
static void test_answers_before_the_first_report(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_answer(f, 1, "v", NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, 2, "w", NOW_MS)), OUTCOME_CREATED);
    assert_all(f, 0, 0, 0, 0, 0);
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v", NOW_MS)), OUTCOME_CREATED);
    assert_all(f, 1, 0, 0, 0, 1);
    if (strncmp(f->url, "memory:", 7) != 0)
        fixture_reopen(f);
    assert_int_equal(apply(f, make_answer(f, 3, "v", NOW_MS)), OUTCOME_CREATED);
    assert_all(f, 1, 1, 0, 0, 1);
    for (int excluded = 1; excluded >= 0; excluded--) {
        assert_int_equal(apply(f, make_exclude(f, 1, excluded, NULL)), OUTCOME_AMENDED);
        assert_int_equal(apply(f, make_exclude(f, 2, excluded, NULL)), OUTCOME_AMENDED);
        assert_all(f, 1, 1, 0, 0, 1);
    }
    assert_int_equal(apply(f, make_answer(f, 2, "x", NOW_MS)), OUTCOME_AMENDED);
    assert_all(f, 1, 1, 0, 0, 1);
    assert_int_equal(apply(f, make_answer(f, 4, "x", NOW_MS)), OUTCOME_CREATED);
    assert_all(f, 2, 2, 0, 0, 1);
}

/* Around a midnight, in every order. */
static void test_the_order_does_not_matter(void **state) {
    struct fixture *f = *state;
    int64_t midnight = NOW_MS / DAY_MS * DAY_MS;
    char names[24][8];
    begin_reports(f);
    for (unsigned order = 0; order < 24; order++) {
        unsigned left[] = {0, 1, 2, 3}, count = 4, rest = order;
        snprintf(names[order], sizeof names[order], "v%u", order);
        const char *visit = names[order];
        struct change *changes[] = {make_event(f, EVENT_SHOWN, visit, midnight - 60000),
                                    make_answer(f, 10 + order, visit, midnight + 60000),
                                    make_event(f, EVENT_DISMISSED, visit, midnight + 50000),
                                    make_event(f, EVENT_STARTED, visit, midnight - 50000)};
        for (; count > 0; rest /= count--) {
            unsigned at = rest % count;
            assert_int_equal(apply(f, changes[left[at]]), OUTCOME_CREATED);
            left[at] = left[count - 1];
        }
        assert_counts(f, midnight - 60000, midnight - 59999, order + 1, order + 1, order + 1, order + 1, order + 1);
        assert_since(f, order + 1, order + 1, order + 1, order + 1, order + 1);
    }
    /* Shown on the next day too, what was of that day goes there. */
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v0", midnight + 2 * QUARTER_MS)), OUTCOME_CREATED);
    assert_counts(f, midnight, TIME_MAX, 1, 1, 1, 0, 1);
    assert_counts(f, LONG_AGO_MS + 1, midnight, 24, 23, 23, 24, 24);
}

static void test_what_becomes_of_answers(void **state) {
    struct fixture *f = *state;
    struct change *change = make_answer(f, 1, "v", NOW_MS);
    change->as.response.value.respondent = "ann";
    begin_reports(f);
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "w", NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, 2, "w", NOW_MS)), OUTCOME_CREATED);
    assert_since(f, 2, 2, 0, 0, 1);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "test")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 2, true, "test")), OUTCOME_AMENDED);
    assert_since(f, 1, 0, 0, 0, 1);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 2, false, NULL)), OUTCOME_AMENDED);
    assert_since(f, 2, 2, 0, 0, 1);
    change = make_answer(f, 1, "x", NOW_MS); /* amended */
    change->as.response.value.respondent = "ann";
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_since(f, 2, 2, 0, 0, 1);
    for (int counts = 0; counts < 2; counts++) {
        change = make_change(f, CHANGE_ERASE, NOW_MS);
        change->as.erase.respondent = "ann";
        change->as.erase.counts = counts;
        change->as.erase.limit = 10;
        assert_int_equal(apply(f, change), OUTCOME_AMENDED);
        assert_since(f, 2 - counts, 2 - counts, 0, 0, 1);
        if (counts == 0) { /* a person again, with another visit */
            change = make_answer(f, 3, "y", NOW_MS);
            change->as.response.value.respondent = "ann";
            assert_int_equal(apply(f, change), OUTCOME_CREATED);
            assert_since(f, 3, 3, 0, 0, 1);
            change = make_answer(f, 4, "x", NOW_MS); /* whose it was is not known any more */
            assert_int_equal(apply(f, change), OUTCOME_CREATED);
            assert_since(f, 4, 4, 0, 0, 1);
            assert_int_equal(apply(f, make_exclude(f, 4, true, NULL)), OUTCOME_AMENDED);
            assert_int_equal(apply(f, make_exclude(f, 2, true, NULL)), OUTCOME_AMENDED);
            assert_since(f, 3, 2, 0, 0, 1);
            assert_int_equal(apply(f, make_exclude(f, 2, false, NULL)), OUTCOME_AMENDED);
            assert_since(f, 3, 3, 0, 0, 1);
            change = make_change(f, CHANGE_ERASE, NOW_MS);
            change->as.erase.respondent = "ann";
            change->as.erase.limit = 10;
            change->as.erase.counts = true;
            assert_int_equal(apply(f, change), OUTCOME_AMENDED);
            assert_since(f, 2, 2, 0, 0, 1);
            break;
        }
    }
}

static void test_invitations_are_counted(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 1; i <= 3; i++)
        assert_int_equal(apply(f, make_invite(f, i, "ann")), OUTCOME_CREATED);
    for (unsigned i = 0; i < 2; i++) {
        struct change *event = make_event(f, i ? EVENT_STARTED : EVENT_SHOWN, "v", NOW_MS);
        event->as.event.is_invited = true;
        event->as.event.response = id_of(1);
        assert_int_equal(apply(f, event), OUTCOME_CREATED);
    }
    struct change *answer = make_answer(f, 2, "w", NOW_MS);
    answer->as.response.invited.is_kept = true;
    answer->as.response.invited.properties_max = 4;
    assert_int_equal(apply(f, answer), OUTCOME_CREATED);
    struct impressions impressions = read_between(f, NOW_MS / QUARTER_MS * QUARTER_MS, NOW_MS + QUARTER_MS);
    assert_int_equal(impressions.n[IMPRESSION_INVITED], 3);
    assert_int_equal(impressions.n[IMPRESSION_OPENED], 2);
    assert_int_equal(impressions.n[IMPRESSION_REPLIED], 1);
}

static void test_closed_surveys_and_old_days(void **state) {
    struct fixture *f = *state;
    struct change *event = make_event(f, EVENT_SHOWN, "v", NOW_MS);
    event->as.event.unless_known = ERR_SURVEY_CLOSED;
    assert_int_equal(apply(f, event), OUTCOME_REFUSED);
    assert_int_equal(event->refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(apply(f, make_event(f, EVENT_SHOWN, "v", NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, event), OUTCOME_REPLAYED);
    struct change *expire = make_change(f, CHANGE_EXPIRE, NOW_MS + 2 * DAY_MS);
    expire->as.expire.before_ms = NOW_MS + DAY_MS;
    expire->as.expire.limit = 10;
    assert_int_equal(apply(f, expire), OUTCOME_AMENDED);
    assert_int_equal(apply(f, expire), OUTCOME_REPLAYED);
    event = make_event(f, EVENT_SHOWN, "z", NOW_MS);
    assert_int_equal(apply(f, event), OUTCOME_REFUSED);
    assert_int_equal(event->refusal, ERR_INVALID);
    assert_int_equal(apply(f, make_answer(f, 1, "v", NOW_MS)), OUTCOME_CREATED);
    assert_all(f, 1, 0, 0, 0, 1); /* the figures stay */
    int64_t quarter = NOW_MS / QUARTER_MS * QUARTER_MS;
    assert_counts(f, quarter, quarter + 1, 1, 0, 0, 0, 1); /* a quarter of an hour is one, in the window it begins in */
    assert_counts(f, quarter + 1, NOW_MS + DAY_MS, 0, 0, 0, 0, 0);
}

/* --- Random histories, of engines against the oracle ----------------------------------------------------------------
 */

struct twin {
    struct fixture memory, other;
};

static const char *pick(const char *const *words, unsigned count) {
    unsigned at = (unsigned)rand() % (count + 1);
    return at < count ? words[at] : NULL;
}

static void place(const char **touchpoint, const char **channel, const struct property **properties, size_t *count) {
    static const char *const TOUCHPOINTS[] = {"a", "b", "ann"}, *const CHANNELS[] = {"web", "mail"};
    static const struct property PROPERTIES[][2] = {{{"plan", "pro"}, {"x", "1"}}, {{"plan", "free"}, {"x", "2"}}};
    *touchpoint = pick(TOUCHPOINTS, 3);
    *channel = pick(CHANNELS, 2);
    *properties = PROPERTIES[rand() % 2];
    *count = (size_t)(rand() % 3);
}

/* The same change for both: drawn again from one seed. */
static struct change *draw(struct fixture *f, unsigned seed, int64_t now_ms) {
    static const char *const VISITS[] = {"v1", "v2", "v3", "v4", "v5"}, *const PEOPLE[] = {"ann", "bob"};
    srand(seed);
    int64_t at = now_ms - rand() % (3 * DAY_MS);
    struct change *change;
    unsigned kind = (unsigned)rand() % 20, number = 1 + (unsigned)rand() % 30;
    if (kind < 9) {
        change = make_event(f, (enum event_type)(rand() % EVENT_TYPE_COUNT), VISITS[rand() % 5], at);
        struct event *event = &change->as.event.value;
        place(&event->touchpoint, &event->channel, &event->properties, &event->property_count);
    } else if (kind < 15) {
        change = make_answer(f, number, pick(VISITS, 5), at);
        struct response *response = &change->as.response.value;
        response->respondent = pick(PEOPLE, 2);
        change->now_ms = response->received_at = now_ms;
        place(&response->touchpoint, &response->channel, &response->properties, &response->property_count);
    } else if (kind < 17) {
        change = make_exclude(f, number, rand() % 2, NULL);
    } else if (kind == 17) {
        change = make_change(f, CHANGE_ERASE, now_ms);
        change->as.erase.respondent = PEOPLE[rand() % 2];
        change->as.erase.counts = rand() % 2;
        change->as.erase.limit = 100;
    } else if (kind == 18) {
        static const char *const KEYS[][3] = {{"plan", NULL}, {"plan", "x", NULL}, {NULL}};
        static const char *const TEXTS[] = {"{\"a\":1}", "{\"a\":2}", "{\"a\":3}"};
        int which = rand() % 3;
        change = make_survey(f, "shop", TEXTS[which], KEYS[which]);
        change->now_ms = now_ms;
    } else {
        change = make_change(f, CHANGE_EXPIRE, now_ms);
        change->as.expire.before_ms = rand() % 4 ? 0 : now_ms - 2 * DAY_MS;
        change->as.expire.limit = 1000;
    }
    change->now_ms = now_ms;
    return change;
}

/* What is told by values, summed up. */
enum { SUMS_MAX = 64 };
struct sums {
    struct sum {
        char values[STORE_BY_MAX][16];
        struct impressions impressions;
    } sums[SUMS_MAX];
    size_t count;
    enum impressions_known known;
};

static bool add_sum(void *context, const char *const *values, const struct impressions *impressions) {
    struct sums *sums = context;
    struct sum own = {.impressions = *impressions};
    for (size_t i = 0; i < STORE_BY_MAX; i++)
        snprintf(own.values[i], sizeof own.values[i], "%s", values[i] ? values[i] : "(unset)");
    size_t at = 0;
    while (at < sums->count && memcmp(sums->sums[at].values, own.values, sizeof own.values) != 0)
        at++;
    if (impressions->n[IMPRESSION_SHOWN] == 0)
        return true;
    if (at == sums->count) {
        assert_true(sums->count < SUMS_MAX);
        sums->sums[sums->count++] = own;
        return true;
    }
    for (size_t kind = 0; kind < IMPRESSION_KINDS; kind++)
        sums->sums[at].impressions.n[kind] += impressions->n[kind];
    return true;
}

static int compare_sums(const void *a, const void *b) {
    return memcmp(((const struct sum *)a)->values, ((const struct sum *)b)->values,
                  sizeof((const struct sum *)a)->values);
}

static void read_sums(struct fixture *f, const struct filter *filter, const char *const *by, size_t by_count,
                      int64_t from, int64_t to, struct sums *ret_sums) {
    struct error err;
    memset(ret_sums, 0, sizeof *ret_sums);
    assert_ok(
        store_visit_impressions(f->reader, filter, by, by_count, from, to, add_sum, ret_sums, &ret_sums->known, &err),
        err);
    qsort(ret_sums->sums, ret_sums->count, sizeof ret_sums->sums[0], compare_sums);
}

/* By values, both tell the same; and that is what they say of a filter by each. */
static void compare_values(struct twin *twin, const struct filter *filter, int64_t from, int64_t to) {
    static const char *const BY[][STORE_BY_MAX] = {{"touchpoint", NULL},      {"channel", NULL},
                                                   {"property.plan", NULL},   {"touchpoint", "channel"},
                                                   {"property.x", "channel"}, {"property.none", NULL}};
    for (size_t i = 0; i < CXD_COUNT(BY); i++) {
        struct sums a, b;
        size_t count = BY[i][1] ? 2 : 1;
        read_sums(&twin->memory, filter, BY[i], count, from, to, &a);
        read_sums(&twin->other, filter, BY[i], count, from, to, &b);
        assert_int_equal(a.known, b.known);
        assert_int_equal(a.count, b.count);
        assert_memory_equal(a.sums, b.sums, sizeof a.sums);
        for (size_t k = 0; i == 0 && !filter->touchpoint && k < a.count; k++) {
            struct filter own = *filter;
            struct impressions alone = {{0}};
            enum impressions_known known;
            struct error err;
            const int64_t bounds[] = {from, to};
            own.touchpoint = a.sums[k].values[0];
            if (strcmp(own.touchpoint, "(unset)") == 0)
                continue;
            assert_ok(store_read_impressions(twin->other.reader, &own, bounds, 2, &alone, &known, &err), err);
            assert_int_equal(known, a.known);
            assert_memory_equal(&alone, &a.sums[k].impressions, sizeof alone);
        }
    }
}

static void compare_reads(struct twin *twin, int64_t now_ms) {
    static const struct property PLAN[] = {{"plan", "pro"}}, X[] = {{"x", "1"}};
    const struct filter filters[] = {{0},
                                     {.touchpoint = "a"},
                                     {.channel = "web"},
                                     {.touchpoint = "b", .channel = "mail"},
                                     {.properties = PLAN, .property_count = 1},
                                     {.properties = X, .property_count = 1}};
    int64_t bounds[6] = {now_ms - 6 * DAY_MS};
    for (size_t i = 1; i < CXD_COUNT(bounds); i++)
        bounds[i] = bounds[i - 1] + 1 + rand() % (2 * DAY_MS);
    if (rand() % 4 == 0)
        bounds[0] = TIME_MIN;
    for (size_t i = 0; i < CXD_COUNT(filters); i++) {
        struct filter filter = filters[i];
        struct impressions a[5], b[5];
        enum impressions_known a_known[5], b_known[5];
        struct error err;
        memset(a, 0, sizeof a);
        memset(b, 0, sizeof b);
        filter.survey = twin->memory.survey;
        assert_ok(store_read_impressions(twin->memory.reader, &filter, bounds, 6, a, a_known, &err), err);
        assert_ok(store_read_impressions(twin->other.reader, &filter, bounds, 6, b, b_known, &err), err);
        for (size_t at = 0; at < 5; at++) {
            assert_int_equal(a_known[at], b_known[at]);
            for (size_t kind = 0; kind < IMPRESSION_KINDS; kind++)
                if (a[at].n[kind] != b[at].n[kind])
                    fail_msg("filter %zu, bucket %zu, kind %zu: %lld in memory, %lld in the other", i, at, kind,
                             (long long)a[at].n[kind], (long long)b[at].n[kind]);
        }
        compare_values(twin, &filter, bounds[0], bounds[5]);
    }
}

static bool is_file(const struct fixture *f) {
    return strncmp(f->url, "sqlite:", 7) == 0;
}

static void assert_sound(struct fixture *f) {
    char url[200];
    struct store_report report;
    struct error err;
    snprintf(url, sizeof url, "sqlite:%s/cxd.db", f->directory);
    assert_ok(store_check(url, NULL, &report, &err), err);
    for (int part = 0; part < STORE_PART_COUNT; part++)
        if (report.parts[part].damage > 0)
            fail_msg("damage: %s", report.parts[part].places[0]);
}

/* What the writer knows of visits goes to its table early and in pieces, where `run` is odd. */
static void bound_names(struct fixture *f, unsigned run) {
    struct sqlite_store *store = (struct sqlite_store *)f->store;
    if (run % 2 == 0 || !is_file(f))
        return;
    store->names.limit = 2 + 7 * (run / 2 % 4);
    store->names.slice = run / 2 % 2;
}

static void in_file(struct fixture *f, const char *sql) {
    char path[200];
    snprintf(path, sizeof path, "%s/cxd.db", f->directory);
    run_sql_in(path, sql);
}

static void make_trap(struct fixture *f) {
    if (is_file(f))
        in_file(f, "CREATE TRIGGER trap BEFORE INSERT ON response WHEN NEW.comment = 'trap' "
                   "BEGIN SELECT RAISE(ABORT, 'trap'); END");
#ifdef CXD_POSTGRESQL
    else
        cluster_run_sql(f->url, "ALTER TABLE response ADD CONSTRAINT trap CHECK (comment <> 'trap')");
#endif
}

/* The change and others, in a batch that fails behind them. */
static void fail_batch(struct fixture *f, struct change *change, int64_t now_ms) {
    struct change *trap = make_answer(f, 9999, NULL, now_ms);
    trap->as.response.value.comment = "trap";
    struct change *const changes[] = {make_event(f, EVENT_SHOWN, "of a batch that fails", now_ms), change, trap};
    struct error err;
    if (store_apply(f->store, changes, CXD_COUNT(changes), NULL, &err) == CXD_OK)
        fail_msg("the batch did not fail");
}

/* What is wrong of the sums, as far as the rows that they are counted from are there. */
static void falsify(struct fixture *f) {
#ifdef CXD_POSTGRESQL
    cluster_run_sql(f->url, "UPDATE rollup SET n3 = n3 + 5 WHERE survey > 0");
    cluster_run_sql(f->url, "DELETE FROM rollup WHERE survey > 0 AND tier = 2");
    cluster_run_sql(f->url, "UPDATE rollup SET n1 = n1 + 5 WHERE survey < 0 AND (SELECT visits_from FROM state) = 0");
#endif
}

/* The file is sound, and so is what is counted anew. */
static void rebuild(struct twin *twin, int64_t now_ms) {
    struct fixture *f = &twin->other;
    int64_t responses;
    struct error err;
    if (is_file(f)) {
        in_file(f, "DROP TRIGGER trap");
        assert_sound(f);
    } else {
        falsify(f);
    }
    store_reader_close(f->reader);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
    if (is_file(f))
        assert_sound(f);
    compare_reads(twin, now_ms);
    if (is_file(f))
        make_trap(f);
}

static void run_history(const char *url, unsigned run) {
    struct twin twin;
    int64_t now_ms = NOW_MS;
    fixture_open(&twin.memory, "memory:");
    fixture_open(&twin.other, url);
    make_shop(&twin.memory);
    make_shop(&twin.other);
    bound_names(&twin.other, run);
    make_trap(&twin.other);
    for (unsigned step = 0; step < 120; step++) {
        unsigned seed = 7919 * run + step;
        if (step % 3 == 0)
            fail_batch(&twin.other, draw(&twin.other, seed, now_ms), now_ms);
        struct change *a = draw(&twin.memory, seed, now_ms), *b = draw(&twin.other, seed, now_ms);
        enum outcome first = apply(&twin.memory, a), second = apply(&twin.other, b);
        if (first != second)
            fail_msg("run %u, step %u: kind %d is %d in memory, %d in the other", run, step, a->kind, first, second);
        compare_reads(&twin, now_ms);
        now_ms += rand() % (DAY_MS / 12);
        if (step % 60 == 59)
            rebuild(&twin, now_ms);
        if (step % 25 == 24) {
            fixture_reopen(&twin.other);
            bound_names(&twin.other, run);
        }
    }
    fixture_close(&twin.memory);
    fixture_close(&twin.other);
}

static void test_random_histories(void **state) {
    (void)state;
    unsigned runs = rounds(40, 4);
    for (unsigned run = 0; run < runs; run++)
        run_history("sqlite:%s/cxd.db", run);
}

#ifdef CXD_POSTGRESQL
static void test_random_histories_over_postgresql(void **state) {
    (void)state;
    unsigned runs = rounds(12, 2);
    for (unsigned run = 0; run < runs; run++)
        run_history(CLUSTER_URL, run);
    cluster_stop();
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_events_are_counted_once_a_day),   ENGINE_TEST(test_an_answer_counts_as_shown),
        ENGINE_TEST(test_the_order_does_not_matter),       ENGINE_TEST(test_what_becomes_of_answers),
        ENGINE_TEST(test_answers_before_the_first_report), ENGINE_TEST(test_invitations_are_counted),
        ENGINE_TEST(test_closed_surveys_and_old_days),
    };
    const struct CMUnitTest random[] = {
        cmocka_unit_test(test_random_histories),
#ifdef CXD_POSTGRESQL
        cmocka_unit_test(test_random_histories_over_postgresql),
#endif
    };
    return run_over_all_engines(tests, CXD_COUNT(tests)) + cmocka_run_group_tests(random, NULL, NULL);
}
