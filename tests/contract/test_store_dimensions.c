/* Dimensions with more values than have a place, and properties that are declared late or dropped: their rollups move
 * in steps, and every answer stays exact between any two of them. */

#include "cxd/store/backup.h"
#include "fixture.h"

static struct change *make_answer(struct fixture *f, unsigned number, const char *touchpoint) {
    struct change *change = make_response(f, number, 9, NOW_MS + (int64_t)number * 1000);
    change->as.response.value.touchpoint = touchpoint;
    return change;
}

static void answer(struct fixture *f, unsigned number, const char *touchpoint) {
    assert_int_equal(apply(f, make_answer(f, number, touchpoint)), OUTCOME_CREATED);
}

static int64_t count_of(struct fixture *f, const char *touchpoint) {
    struct filter filter = {.survey = f->survey, .touchpoint = touchpoint};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    return histogram_count(&hist);
}

static int64_t count_property(struct fixture *f, const char *key, const char *value) {
    struct property property = {key, value};
    struct filter filter = {.survey = f->survey, .properties = &property, .property_count = 1, .property_rolled = true};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    return histogram_count(&hist);
}

static bool has_rollups(struct fixture *f, const char *text) {
    char *rollups = rollups_text(f);
    bool found = strstr(rollups, text);
    free(rollups);
    return found;
}

/* 0 where the dimension does not overflow. */
static int64_t beyond(struct fixture *f, const char *dimension, int64_t *ret_values) {
    struct store_overflow *overflows;
    size_t count;
    struct error err;
    assert_ok(store_read_overflows(f->reader, 10, &f->arena, &overflows, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        if (overflows[i].survey == f->survey && strcmp(overflows[i].dimension, dimension) == 0) {
            *ret_values = overflows[i].values;
            return overflows[i].beyond;
        }
    }
    return 0;
}

static struct store_figures figures(struct fixture *f) {
    struct store_figures figures;
    struct error err;
    assert_ok(store_read_figures(f->reader, &figures, &err), err);
    return figures;
}

/* One step; its limit bounds the responses, and ten times as many rows. */
static bool roll(struct fixture *f, size_t limit, int64_t *ret_touched) {
    struct change *change = make_change(f, CHANGE_ROLL, NOW_MS);
    change->as.roll.limit = limit;
    enum outcome outcome = apply(f, change);
    assert_int_equal(outcome, change->as.roll.touched > 0 || change->as.roll.more ? OUTCOME_AMENDED : OUTCOME_REPLAYED);
    *ret_touched = change->as.roll.touched;
    return change->as.roll.more;
}

static void roll_all(struct fixture *f) {
    int64_t touched;
    while (roll(f, 1000, &touched)) {
    }
}

static void check_file(struct fixture *f) {
    struct store_report report;
    struct error err;
    if (strncmp(f->url, "sqlite:", 7) != 0)
        return;
    assert_ok(store_check(f->url, NULL, &report, &err), err);
    for (int part = 0; part < STORE_PART_COUNT; part++)
        assert_string_equal(report.parts[part].places[0], "");
}

static void test_first_values_have_rollups_and_every_one_is_exact(void **state) {
    struct fixture *f = *state;
    int64_t values;
    store_bound_values(f->store, 2);
    answer(f, 1, "a");
    answer(f, 2, "b");
    assert_int_equal(beyond(f, "touchpoint", &values), 0);
    answer(f, 3, "c");
    answer(f, 4, "c");
    answer(f, 5, "d");
    answer(f, 6, "a");
    assert_int_equal(beyond(f, "touchpoint", &values), 3);
    assert_int_equal(values, 2);
    assert_int_equal(count_of(f, "a"), 2);
    assert_int_equal(count_of(f, "b"), 1);
    assert_int_equal(count_of(f, "c"), 2);
    assert_int_equal(count_of(f, "d"), 1);
    assert_int_equal(count_of(f, "e"), 0);
    assert_int_equal(count_all(f), 6);
    assert_true(has_rollups(f, "touchpoint=a") && has_rollups(f, "touchpoint=b"));
    assert_false(has_rollups(f, "touchpoint=c") || has_rollups(f, "touchpoint=d"));
    assert_int_equal(figures(f).overflows, 1);
    assert_int_equal(figures(f).beyond, 3);
    check_file(f);
}

static void test_one_batch_overflows_in_order_of_arrival(void **state) {
    struct fixture *f = *state;
    struct change *batch[40];
    int64_t values;
    struct error err;
    store_bound_values(f->store, 3);
    for (unsigned i = 0; i < CXD_COUNT(batch); i++) {
        char *value = arena_alloc(&f->arena, 16);
        snprintf(value, 16, "v%u", i % 20);
        batch[i] = make_answer(f, i + 1, value);
    }
    assert_ok(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), err);
    assert_int_equal(beyond(f, "touchpoint", &values), 34);
    assert_int_equal(values, 3);
    assert_true(has_rollups(f, "touchpoint=v0") && has_rollups(f, "touchpoint=v2"));
    assert_false(has_rollups(f, "touchpoint=v3"));
    assert_int_equal(count_of(f, "v2"), 2);
    assert_int_equal(count_of(f, "v19"), 2);
    check_file(f);
}

/* A place that comes free is given away only once no value lies beyond: another would have rollups of some of its
 * responses. */
static void test_no_value_gets_rollups_of_some_of_its_responses(void **state) {
    struct fixture *f = *state;
    int64_t values;
    store_bound_values(f->store, 1);
    answer(f, 1, "a");
    answer(f, 2, "b");
    assert_int_equal(apply(f, make_exclude(f, 1, true, "test")), OUTCOME_AMENDED);
    assert_false(has_rollups(f, "touchpoint="));
    answer(f, 3, "b");
    answer(f, 4, "c");
    assert_int_equal(beyond(f, "touchpoint", &values), 3);
    assert_int_equal(values, 0);
    assert_int_equal(count_of(f, "b"), 2);
    for (unsigned i = 2; i <= 4; i++)
        assert_int_equal(apply(f, make_exclude(f, i, true, "test")), OUTCOME_AMENDED);
    assert_int_equal(beyond(f, "touchpoint", &values), 0);
    answer(f, 5, "d");
    assert_true(has_rollups(f, "touchpoint=d"));
    assert_int_equal(apply(f, make_exclude(f, 2, false, NULL)), OUTCOME_AMENDED);
    assert_int_equal(beyond(f, "touchpoint", &values), 1);
    assert_int_equal(count_of(f, "b"), 1);
    assert_int_equal(count_of(f, "d"), 1);
    check_file(f);
}

static void test_what_lies_beyond_moves_with_its_response(void **state) {
    struct fixture *f = *state;
    int64_t values;
    store_bound_values(f->store, 1);
    answer(f, 1, "a");
    answer(f, 2, "b");
    struct change *amend = make_answer(f, 2, "c");
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    assert_int_equal(count_of(f, "b"), 0);
    assert_int_equal(count_of(f, "c"), 1);
    assert_int_equal(beyond(f, "touchpoint", &values), 1);
    amend = make_answer(f, 2, "a");
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    assert_int_equal(beyond(f, "touchpoint", &values), 0);
    assert_int_equal(count_of(f, "a"), 2);
    check_file(f);
}

static void test_rebuild_gives_places_anew(void **state) {
    struct fixture *f = *state;
    int64_t values, responses;
    struct error err;
    store_bound_values(f->store, 1);
    answer(f, 1, "a");
    answer(f, 2, "b");
    answer(f, 3, "c");
    store_bound_values(f->store, 2);
    answer(f, 4, "d"); /* b and c still lie beyond */
    assert_false(has_rollups(f, "touchpoint=d"));
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_true(has_rollups(f, "touchpoint=b"));
    assert_int_equal(beyond(f, "touchpoint", &values), 2);
    assert_int_equal(values, 2);
    assert_int_equal(count_of(f, "d"), 1);
    check_file(f);
    store_bound_values(f->store, DIMENSION_VALUES);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_int_equal(beyond(f, "touchpoint", &values), 0);
    assert_true(has_rollups(f, "touchpoint=d"));
    check_file(f);
}

/* --- Properties -----------------------------------------------------------------------------------------------------
 */

static struct change *make_person_in(struct fixture *f, unsigned number, const char *plan, const char *city) {
    struct property *properties = arena_alloc(&f->arena, 2 * sizeof *properties);
    struct change *change = make_response(f, number, (int)(number % 11), NOW_MS + (int64_t)(number % 7) * HOUR_MS);
    properties[0] = (struct property){"city", city};
    properties[1] = (struct property){"plan", plan};
    change->as.response.value.properties = properties;
    change->as.response.value.property_count = 2;
    return change;
}

static void declare(struct fixture *f, const char *definition, const char *const *keys) {
    assert_int_equal(apply(f, make_survey(f, "shop", definition, keys)), OUTCOME_AMENDED);
}

static bool is_rolled(struct fixture *f, size_t property) {
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    assert_true(catalog.survey_count > 0 && catalog.surveys[0].property_count > property);
    return catalog.surveys[0].property_rolled[property];
}

enum { PEOPLE = 60 };

static void make_people(struct fixture *f) {
    for (unsigned i = 1; i <= PEOPLE; i++) {
        assert_int_equal(apply(f, make_person_in(f, i, i % 2 ? "pro" : "free", i % 3 ? "Graz" : "Linz")),
                         OUTCOME_CREATED);
    }
}

/* Ties in time and score too; whatever changes between two steps is counted once. */
static void test_late_property_is_filled_in_by_steps(void **state) {
    struct fixture *f = *state;
    int64_t touched, linz = PEOPLE / 3, graz = PEOPLE - PEOPLE / 3;
    bool more = true;
    make_people(f);
    declare(f, "{2}", (const char *[]){"plan", "city", NULL});
    assert_false(is_rolled(f, 1));
    assert_int_equal(figures(f).unrolled, 1);
    for (unsigned i = 1; more; i++) {
        assert_int_equal(count_property(f, "city", "Graz"), graz);
        assert_int_equal(count_property(f, "city", "Linz"), linz);
        assert_int_equal(count_property(f, "plan", "pro"), PEOPLE / 2);
        check_file(f);
        more = roll(f, 3, &touched);
        assert_true(touched <= 3 || strncmp(f->url, "memory:", 7) == 0);
        if (i < 15) { /* one moves to Linz, one is forgotten, one comes back from time to time */
            assert_int_equal(apply(f, make_person_in(f, 3 * i + 1, (3 * i + 1) % 2 ? "pro" : "free", "Linz")),
                             OUTCOME_AMENDED);
            linz++;
            graz--;
        }
    }
    assert_true(is_rolled(f, 1));
    assert_int_equal(figures(f).unrolled, 0);
    assert_true(has_rollups(f, "property.city=Linz"));
    assert_int_equal(count_property(f, "city", "Graz"), graz);
    assert_int_equal(count_property(f, "city", "Linz"), linz);
    check_file(f);
}

static void test_dropped_property_is_cleared_away_by_steps(void **state) {
    struct fixture *f = *state;
    int64_t touched;
    make_people(f);
    declare(f, "{2}", NULL);
    assert_false(has_rollups(f, "property."));
    assert_int_equal(figures(f).unrolled, 1);
    check_file(f);
    assert_int_equal(count_property(f, "plan", "pro"), PEOPLE / 2); /* by the responses */
    while (roll(f, 1, &touched)) {
        assert_true(touched <= 10);
        check_file(f);
        assert_int_equal(count_property(f, "plan", "pro"), PEOPLE / 2);
    }
    assert_int_equal(figures(f).unrolled, 0);
    check_file(f);
}

/* Dropped, declared again while it is cleared away, dropped while it is filled in, archived, opened again. */
static void test_a_change_of_mind(void **state) {
    struct fixture *f = *state;
    static const char *const PLAN[] = {"plan", NULL};
    int64_t touched;
    make_people(f);
    declare(f, "{2}", NULL);
    roll(f, 1, &touched);
    declare(f, "{3}", PLAN);
    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_int_equal(count_property(f, "plan", "pro"), PEOPLE / 2);
    for (unsigned i = 0; i < 12; i++) {
        roll(f, 1, &touched);
        check_file(f);
        assert_int_equal(count_property(f, "plan", "pro"), PEOPLE / 2);
    }
    declare(f, "{4}", NULL);
    roll(f, 1, &touched);
    check_file(f);
    declare(f, "{5}", PLAN);
    roll_all(f);
    assert_true(is_rolled(f, 0));
    assert_int_equal(figures(f).unrolled, 0);
    assert_int_equal(count_property(f, "plan", "pro"), PEOPLE / 2);
    assert_int_equal(count_property(f, "plan", "free"), PEOPLE / 2);
    check_file(f);
}

/* Rollups that wait to be cleared away no longer move with the responses: they must never be read again. */
static void test_old_rollups_are_not_taken_up_again(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    declare(f, "{2}", NULL);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.counts = true;
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    struct change *put = make_survey(f, "shop", "{3}", (const char *[]){"plan", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_false(put->as.survey.property_rolled[0]);
    assert_int_equal(count_property(f, "plan", "pro"), 0);
    make_person(f, 2, "bob");
    assert_int_equal(count_property(f, "plan", "pro"), 1);
    roll_all(f);
    assert_int_equal(count_property(f, "plan", "pro"), 1);
    assert_true(is_rolled(f, 0));
    check_file(f);
}

static void test_a_fill_keeps_to_the_bound(void **state) {
    struct fixture *f = *state;
    int64_t values;
    store_bound_values(f->store, 5);
    for (unsigned i = 1; i <= PEOPLE; i++) {
        char *city = arena_alloc(&f->arena, 16);
        snprintf(city, 16, "c%u", i % 30);
        assert_int_equal(apply(f, make_person_in(f, i, "pro", city)), OUTCOME_CREATED);
    }
    declare(f, "{2}", (const char *[]){"plan", "city", NULL});
    roll_all(f);
    assert_int_equal(beyond(f, "property.city", &values), PEOPLE - 10);
    assert_int_equal(values, 5);
    for (unsigned i = 0; i < 30; i++) {
        char city[16];
        snprintf(city, sizeof city, "c%u", i);
        assert_int_equal(count_property(f, "city", city), 2);
    }
    check_file(f);
    /* Once more: the places are given anew, and what lay beyond is forgotten with the rest. */
    declare(f, "{3}", NULL);
    assert_int_equal(beyond(f, "property.city", &values), 0);
    store_bound_values(f->store, 30);
    declare(f, "{4}", (const char *[]){"city", NULL});
    roll_all(f);
    assert_int_equal(beyond(f, "property.city", &values), 0);
    assert_true(has_rollups(f, "property.city=c29"));
    check_file(f);
}

static void test_steps_outlive_a_restart(void **state) {
    struct fixture f;
    int64_t touched;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    make_people(&f);
    declare(&f, "{2}", (const char *[]){"city", NULL}); /* plan is cleared away, city filled in */
    bool more = true;
    while (more) {
        more = roll(&f, 2, &touched);
        fixture_reopen(&f);
        check_file(&f);
        assert_int_equal(count_property(&f, "city", "Linz"), PEOPLE / 3);
        assert_int_equal(count_property(&f, "plan", "pro"), PEOPLE / 2);
    }
    assert_true(is_rolled(&f, 0));
    assert_int_equal(figures(&f).unrolled, 0);
    fixture_close(&f);
}

static void test_rebuild_in_the_middle_ends_the_steps(void **state) {
    struct fixture *f = *state;
    int64_t touched, responses;
    struct error err;
    make_people(f);
    declare(f, "{2}", (const char *[]){"city", NULL});
    roll(f, 2, &touched);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_int_equal(figures(f).unrolled, 0);
    assert_true(is_rolled(f, 0));
    assert_false(roll(f, 2, &touched));
    assert_int_equal(count_property(f, "city", "Linz"), PEOPLE / 3);
    check_file(f);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_first_values_have_rollups_and_every_one_is_exact),
        ENGINE_TEST(test_one_batch_overflows_in_order_of_arrival),
        ENGINE_TEST(test_no_value_gets_rollups_of_some_of_its_responses),
        ENGINE_TEST(test_what_lies_beyond_moves_with_its_response),
        ENGINE_TEST(test_rebuild_gives_places_anew),
        ENGINE_TEST(test_late_property_is_filled_in_by_steps),
        ENGINE_TEST(test_dropped_property_is_cleared_away_by_steps),
        ENGINE_TEST(test_a_change_of_mind),
        ENGINE_TEST(test_old_rollups_are_not_taken_up_again),
        ENGINE_TEST(test_a_fill_keeps_to_the_bound),
        ENGINE_TEST(test_rebuild_in_the_middle_ends_the_steps),
    };
    static const struct CMUnitTest others[] = {cmocka_unit_test(test_steps_outlive_a_restart)};
    return run_over_all_engines(tests, CXD_COUNT(tests)) + cmocka_run_group_tests_name("steps", others, NULL, NULL);
}
