/* Days that are over are packed, and no figure changes by it: whatever moves a day that is packed takes its packs away,
 * so that what is read is always what the rows say. What was counted last is in no row, and in every figure. */

#include "cxd/store/backup.h"
#include "database.h"
#include "fixture.h"

enum { DAYS = 40, EACH = 6, VALUES = 20 };

static char *database_of(struct fixture *f) {
    static char path[128];
    snprintf(path, sizeof path, "%s/cxd.db", f->directory);
    return path;
}

static int64_t look(struct fixture *f, const char *sql) {
    sqlite3 *db = open_database(database_of(f));
    int64_t number = number_of(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

static struct change *make_answer(struct fixture *f, unsigned number, int64_t at) {
    static struct property plans[3] = {{"plan", "free"}, {"plan", "pro"}, {"plan", "team"}};
    struct change *change = make_response(f, number, (int)(number % 11), at);
    struct response *response = &change->as.response.value;
    char *touchpoint = arena_alloc(&f->arena, 16);
    assert_non_null(touchpoint);
    snprintf(touchpoint, 16, "t%u", number * 7 % VALUES);
    response->touchpoint = touchpoint;
    response->respondent = number % 10 == 0 ? "maria" : NULL;
    response->properties = &plans[number % 3];
    response->property_count = 1;
    return change;
}

/* EACH a day, and the days before NOW_MS; times are those of arrival, so that all can be amended for half an hour. */
static void fill(struct fixture *f) {
    for (unsigned i = 1; i <= DAYS * EACH; i++)
        assert_int_equal(apply(f, make_answer(f, i, NOW_MS - (DAYS - i / EACH) * DAY_MS)), OUTCOME_CREATED);
}

static unsigned pack(struct fixture *f, size_t limit) {
    unsigned changes = 0;
    struct change *change = make_change(f, CHANGE_PACK, NOW_MS);
    change->as.pack.before_ms = NOW_MS;
    change->as.pack.limit = limit;
    do {
        apply(f, change);
        changes++;
    } while (change->as.pack.more);
    return changes;
}

static struct histogram scan(struct fixture *f, const char *value, const struct store_span *span) {
    const struct filter filter = {.survey = f->survey, .touchpoint = value};
    return read_window(f, &filter, span->from, span->to);
}

/* Each value by itself has rows of its own and is not read from packs. */
static void check_figures(struct fixture *f) {
    const struct store_span spans[STORE_SPANS_MAX] = {
        {NOW_MS - 37 * DAY_MS, NOW_MS}, {TIME_MIN, NOW_MS - 3 * DAY_MS}, {NOW_MS - 9 * DAY_MS, TIME_MAX}};
    struct store_segments segments;
    struct store_report report;
    struct error err;
    assert_ok(store_read_segments(f->reader, f->survey, NULL, "touchpoint", spans, STORE_SPANS_MAX, &f->arena,
                                  &segments, &err),
              err);
    assert_in_range(segments.count, VALUES - 2, VALUES); /* two are maria's alone */
    for (size_t i = 0; i < segments.count; i++)
        for (size_t at = 0; at < STORE_SPANS_MAX; at++) {
            struct histogram hist = scan(f, segments.segments[i].value, &spans[at]);
            assert_memory_equal(&segments.segments[i].hists[at], &hist, sizeof hist);
        }
    assert_ok(store_check(f->url, NULL, &report, &err), err);
    assert_string_equal(report.parts[STORE_ROLLUPS].places[0], "");
    assert_true(store_report_is_good(&report));
}

#define PACKED(SPAN) "SELECT count(*) FROM packed WHERE state = 1 AND span = " #SPAN
#define WAITING "SELECT count(*) FROM packed WHERE state = 0"

static void test_days_that_are_over_are_packed_in_slices(void **state) {
    struct fixture *f = *state;
    fill(f);
    assert_int_equal(look(f, "SELECT count(*) FROM packed"), 0);
    assert_in_range(pack(f, 50), 5, 1000); /* a slice reads about as many rows as it is told */
    assert_int_equal(look(f, WAITING), 0);
    assert_in_range(look(f, PACKED(0)), DAYS - 1, DAYS);
    assert_in_range(look(f, PACKED(1)), DAYS / 8 - 1, DAYS / 8);
    assert_int_equal(look(f, "SELECT count(DISTINCT dimension) FROM pack"), 2);
    /* Of the day that is under way there is none. */
    assert_int_equal(look(f, "SELECT packed_through FROM identity"), NOW_MS / DAY_MS);
    assert_int_equal(look(f, "SELECT count(*) FROM packed WHERE (bucket + 1) << (3 * span) > "
                             "(SELECT packed_through FROM identity)"),
                     0);
    check_figures(f);
    struct change *again = make_change(f, CHANGE_PACK, NOW_MS);
    again->as.pack.before_ms = NOW_MS - 5 * DAY_MS;
    again->as.pack.limit = 100;
    assert_int_equal(apply(f, again), OUTCOME_REPLAYED);
    assert_false(again->as.pack.more);
}

static void test_a_day_of_few_is_read_as_it_is(void **state) {
    struct fixture *f = *state;
    fill(f);
    assert_int_equal(apply(f, make_answer(f, 5000, NOW_MS - 90 * DAY_MS)), OUTCOME_CREATED);
    pack(f, 1000);
    assert_int_equal(look(f, "SELECT state FROM packed WHERE span = 0 ORDER BY bucket LIMIT 1"), 2);
    assert_int_equal(
        look(f, "SELECT count(*) FROM pack WHERE bucket = (SELECT min(bucket) FROM packed WHERE span = 0)"), 0);
    check_figures(f);
}

/* Whatever may move a day that is over. */
static void late(struct fixture *f) {
    assert_int_equal(apply(f, make_answer(f, 1000, NOW_MS - 20 * DAY_MS)), OUTCOME_CREATED);
}

/* The same score at another touchpoint: the total of the day stays as it is. */
static void amend(struct fixture *f) {
    struct change *change = make_answer(f, 60, NOW_MS - 30 * DAY_MS);
    change->as.response.value.touchpoint = "t1";
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
}

static void exclude(struct fixture *f) {
    assert_int_equal(apply(f, make_exclude(f, 33, true, "test")), OUTCOME_AMENDED);
}

static void erase(struct fixture *f) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = "maria";
    change->as.erase.counts = true;
    change->as.erase.limit = 1000;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_true(change->as.erase.erased > 10);
}

static void retain(struct fixture *f) {
    struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
    change->as.retain.survey = f->survey;
    change->as.retain.before_ms = NOW_MS - 25 * DAY_MS;
    change->as.retain.retention = RETENTION_DELETE;
    change->as.retain.limit = 1000;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
}

static void test_what_moves_a_day_takes_its_packs(void **state) {
    static const struct {
        void (*move)(struct fixture *f);
        int64_t days, runs; /* that wait by it, at least */
    } MOVES[] = {{late, 1, 1}, {amend, 1, 1}, {exclude, 1, 1}, {erase, 10, 3}, {retain, 10, 1}};
    struct fixture *f = *state;
    fill(f);
    for (size_t i = 0; i < CXD_COUNT(MOVES); i++) {
        pack(f, 1000);
        assert_int_equal(look(f, WAITING), 0);
        MOVES[i].move(f);
        assert_true(look(f, WAITING " AND span = 0") >= MOVES[i].days);
        assert_true(look(f, WAITING " AND span = 1") >= MOVES[i].runs);
        assert_int_equal(look(f, "SELECT count(*) FROM pack NATURAL JOIN packed WHERE state <> 1"), 0);
        check_figures(f);
    }
    pack(f, 1000);
    check_figures(f);
    /* Today costs nothing. */
    assert_int_equal(apply(f, make_answer(f, 2000, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(look(f, WAITING), 0);
    check_figures(f);
}

static void test_a_property_that_is_declared_no_more_leaves_packs(void **state) {
    struct fixture *f = *state;
    fill(f);
    pack(f, 1000);
    assert_true(look(f, "SELECT count(*) FROM pack WHERE dimension = 'property.plan'") > 0);
    assert_int_equal(apply(f, make_survey(f, "shop", "{2}", (const char *[]){NULL})), OUTCOME_AMENDED);
    assert_int_equal(look(f, "SELECT count(*) FROM pack"), 0);
    check_figures(f);
    pack(f, 1000); /* while it is being cleared away */
    assert_int_equal(look(f, "SELECT count(*) FROM pack WHERE dimension = 'property.plan'"), 0);
    check_figures(f);
    struct change *roll = make_change(f, CHANGE_ROLL, NOW_MS);
    do {
        roll->as.roll.limit = 5;
        apply(f, roll);
        check_figures(f);
    } while (roll->as.roll.more);
    assert_true(look(f, "SELECT count(*) FROM pack") > 0);
}

static void test_rebuild_and_reopen(void **state) {
    struct fixture *f = *state;
    struct error err;
    int64_t responses = 0;
    fill(f);
    pack(f, 1000);
    int64_t packs = look(f, "SELECT count(*) FROM pack");
    fixture_reopen(f);
    late(f); /* the writer knows by the database what is over */
    assert_int_equal(look(f, WAITING), 2);
    check_figures(f);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_int_equal(look(f, "SELECT count(*) FROM packed"), 0);
    check_figures(f);
    pack(f, 1000);
    assert_int_equal(look(f, "SELECT count(*) FROM pack"), packs);
    check_figures(f);
}

static void assert_rollups(struct fixture *f, const char *text);

/* Whatever is wrong in the copy, it opens and takes answers, and a rebuild mends it. */
static void check_rebuild_mends(struct fixture *f, char *copy, unsigned number) {
    char url[200];
    struct fixture other = {.directory = ""};
    struct store_report report;
    struct error err;
    int64_t responses = 0;
    snprintf(url, sizeof url, "sqlite:%s", copy);
    assert_ok(store_open(url, &other.store, &err), err);
    assert_ok(store_reader_open(other.store, &other.reader, &err), err);
    assert_int_equal(apply(&other, make_answer(f, number, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, number, NOW_MS)), OUTCOME_CREATED);
    assert_ok(store_rebuild(other.store, &responses, &err), err);
    char *text = rollups_text(f);
    assert_rollups(&other, text);
    free(text);
    fixture_close_store(&other);
    assert_ok(store_check(url, NULL, &report, &err), err);
    assert_int_equal(report.parts[STORE_ROLLUPS].damage, 0);
    unlink(copy);
    strcat(copy, ".lock");
    unlink(copy);
}

static void test_a_check_finds_packs_that_are_wrong(void **state) {
    static const char *const WRONGS[] = {
        "UPDATE pack SET counts = CAST(substr(counts, 1, length(counts) - 1) || x'7f' AS BLOB) WHERE span = 0",
        "DELETE FROM pack WHERE span = 1 AND dimension = 'touchpoint'",
        "UPDATE packed SET state = 2 WHERE span = 0",
        "DELETE FROM packed WHERE span = 0",
        "UPDATE packed SET state = 0 WHERE span = 0",
        "UPDATE identity SET packed_through = packed_through - 3",
        "UPDATE rollup SET n3 = n3 + 1 WHERE segmented = 1 AND tier = 1",
    };
    struct fixture *f = *state;
    fill(f);
    pack(f, 1000);
    for (size_t i = 0; i < CXD_COUNT(WRONGS); i++) {
        struct store_report report;
        struct error err;
        char copy[160], url[200], vacuum[400];
        fixture_close_store(f);
        snprintf(copy, sizeof copy, "%s/wrong.db", f->directory);
        snprintf(vacuum, sizeof vacuum, "VACUUM INTO '%s'", copy);
        run_sql_in(database_of(f), vacuum);
        run_sql_in(copy, WRONGS[i]);
        snprintf(url, sizeof url, "sqlite:%s", copy);
        assert_ok(store_check(url, NULL, &report, &err), err);
        assert_true(report.parts[STORE_ROLLUPS].damage > 0);
        assert_ok(store_open(f->url, &f->store, &err), err);
        assert_ok(store_reader_open(f->store, &f->reader, &err), err);
        check_rebuild_mends(f, copy, 4000 + (unsigned)i);
    }
}

/* --- What was counted last -----------------------------------------------------------------------------------------
 */

static void answer_now(struct fixture *f) {
    fill(f);
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(apply(f, make_answer(f, 3000 + i, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(look(f, "SELECT count(*) FROM recent WHERE length(counts) > 20"), 1);
    assert_true(look(f, "SELECT n0 + n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 + n9 + n10 FROM rollup "
                        "WHERE segmented = 0 AND tier = 0") <= DAYS * EACH);
}

static void assert_rollups(struct fixture *f, const char *text) {
    char *now = rollups_text(f);
    assert_string_equal(now, text);
    free(now);
}

static void copy_open(struct fixture *f, const char *copy) {
    char vacuum[200];
    snprintf(vacuum, sizeof vacuum, "VACUUM INTO '%s'", copy);
    run_sql_in(database_of(f), vacuum);
}

static void test_what_was_counted_last_is_in_every_figure(void **state) {
    struct fixture *f = *state, other = {.directory = ""};
    struct error err;
    char copy[160], url[200];
    answer_now(f);
    check_figures(f);
    char *text = rollups_text(f);
    /* As after a kill. */
    snprintf(copy, sizeof copy, "%s/killed.db", f->directory);
    snprintf(url, sizeof url, "sqlite:%s", copy);
    copy_open(f, copy);
    assert_ok(store_open(url, &other.store, &err), err);
    assert_ok(store_reader_open(other.store, &other.reader, &err), err);
    assert_rollups(&other, text);
    assert_int_equal(apply(&other, make_answer(f, 4000, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(&other, make_answer(f, 4001, NOW_MS + 1)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, 4000, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_answer(f, 4001, NOW_MS + 1)), OUTCOME_CREATED);
    free(text);
    text = rollups_text(f);
    assert_rollups(&other, text);
    fixture_close_store(&other);
    unlink(copy);
    snprintf(copy, sizeof copy, "%s/killed.db.lock", f->directory);
    unlink(copy);
    /* At rest it stands in the rows. */
    fixture_close_store(f);
    assert_int_equal(look(f, "SELECT count(*) FROM recent"), 0);
    assert_ok(store_open(f->url, &f->store, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
    assert_rollups(f, text);
    free(text);
    check_figures(f);
}

/* What somebody said a moment ago is amended where it stands; what falls otherwise is taken from the rows. */
static void test_what_was_counted_last_falls(void **state) {
    struct fixture *f = *state;
    answer_now(f);
    struct change *change = make_answer(f, 3050, NOW_MS);
    change->as.response.value.score = 9;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_true(look(f, "SELECT count(*) FROM recent") > 0);
    check_figures(f);
    amend(f); /* an old one */
    assert_int_equal(look(f, "SELECT count(*) FROM recent"), 0);
    check_figures(f);
}

static void test_a_check_finds_what_was_counted_last_wrong(void **state) {
    static const char *const WRONGS[] = {
        "DELETE FROM recent",
        "UPDATE recent SET counts = CAST(substr(counts, 1, length(counts) - 1) || x'7f' AS BLOB)",
        "UPDATE recent SET counts = x'80'",
        "UPDATE recent SET counts = x'0001ffffffffffffffffff01'", /* −1 */
        "UPDATE recent SET bucket = bucket + 1",
        "UPDATE recent SET bucket = 9223372036854775807 - bucket",
        "UPDATE identity SET impressions_from = 2; INSERT INTO recent VALUES (-1, 3, 96, x'80')",
        "UPDATE recent SET tier = 2",
        "UPDATE recent SET survey = 7",
        "DELETE FROM rollup WHERE tier = 2 AND bucket = (SELECT max(bucket) FROM rollup WHERE tier = 2)",
        "UPDATE identity SET packed_through = (SELECT max(bucket) / 96 + 1 FROM recent)",
    };
    struct fixture *f = *state;
    struct store_report report;
    struct error err;
    char copy[160], url[200];
    answer_now(f);
    for (size_t i = 0; i < CXD_COUNT(WRONGS); i++) {
        snprintf(copy, sizeof copy, "%s/wrong.db", f->directory);
        snprintf(url, sizeof url, "sqlite:%s", copy);
        copy_open(f, copy);
        assert_ok(store_check(url, NULL, &report, &err), err);
        assert_int_equal(report.parts[STORE_ROLLUPS].damage, 0);
        run_sql_in(copy, WRONGS[i]);
        assert_ok(store_check(url, NULL, &report, &err), err);
        assert_true(report.parts[STORE_ROLLUPS].damage > 0);
        if (strstr(WRONGS[i], "ffff"))
            assert_string_equal(report.parts[STORE_ROLLUPS].places[0],
                                "survey 1, counted last: a count is less than none");
        check_rebuild_mends(f, copy, 4000 + (unsigned)i);
    }
}

/* Windows that it lies outside of are told, and so is how much there is: with it cxd starts. */
static void test_what_was_counted_last_and_cannot_be_read_is_told(void **state) {
    struct fixture *f = *state;
    const struct filter filter = {.survey = f->survey};
    const int64_t before[] = {NOW_MS - 30 * DAY_MS, NOW_MS - 20 * DAY_MS}, all[] = {TIME_MIN, TIME_MAX};
    struct store_figures figures;
    struct histogram hist;
    struct error err;
    answer_now(f);
    run_sql_in(database_of(f), "UPDATE recent SET counts = x'80'");
    fixture_reopen(f);
    assert_ok(store_read_figures(f->reader, &figures, &err), err);
    assert_ok(store_read_histograms(f->reader, &filter, before, 2, &hist, &err), err);
    assert_int_equal(store_read_histograms(f->reader, &filter, all, 2, &hist, &err), ERR_STORAGE);
    assert_non_null(strstr(err.detail, "survey 1 cannot be read: stop cxd, and run cxd rebuild"));
}

#define COUNTED_LAST "SELECT count(*) FROM recent WHERE length(counts) > 20"

/* Not by what comes by itself, or changes nothing, nor by what falls elsewhere. */
static void test_what_was_counted_last_is_not_folded_for_nothing(void **state) {
    struct fixture *f = *state;
    answer_now(f);
    pack(f, 1000);
    assert_int_equal(look(f, COUNTED_LAST), 0);
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(apply(f, make_answer(f, 4000 + i, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(look(f, COUNTED_LAST), 1);
    pack(f, 1000);
    const char *const keys[] = {"plan", NULL};
    assert_int_equal(apply(f, make_survey(f, "shop", "{\"properties\":[\"plan\"]}", keys)), OUTCOME_REPLAYED);
    assert_int_equal(look(f, COUNTED_LAST), 1);
    struct change *other = make_survey(f, "other", "{}", NULL);
    int64_t shop = f->survey;
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    assert_int_equal(look(f, COUNTED_LAST), 0);
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(apply(f, make_answer(f, 5000 + i, NOW_MS)), OUTCOME_CREATED);
    f->survey = other->as.survey.number;
    assert_int_equal(apply(f, make_answer(f, 6000, NOW_MS - DAY_MS)), OUTCOME_CREATED);
    struct change *change = make_answer(f, 6000, NOW_MS - DAY_MS);
    change->as.response.value.score = 9;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(look(f, COUNTED_LAST), 1);
    f->survey = shop;
    check_figures(f);
}

static int setup(void **state) {
    static struct fixture fixture;
    fixture_open(&fixture, "sqlite:%s/cxd.db");
    make_shop(&fixture);
    *state = &fixture;
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_days_that_are_over_are_packed_in_slices, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_a_day_of_few_is_read_as_it_is, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_what_moves_a_day_takes_its_packs, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_a_property_that_is_declared_no_more_leaves_packs, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_rebuild_and_reopen, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_a_check_finds_packs_that_are_wrong, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_counted_last_is_in_every_figure, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_counted_last_falls, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_a_check_finds_what_was_counted_last_wrong, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_counted_last_and_cannot_be_read_is_told, setup, engine_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_counted_last_is_not_folded_for_nothing, setup, engine_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
