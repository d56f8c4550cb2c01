/* Browsers that are signed in, as the store keeps them: links that are spent once, bounds, ends, and what a catalog
 * learns of it. */

#include "fixture.h"

enum { SECOND_MS = 1000 };

static struct change *make_session(struct fixture *f, unsigned secret, unsigned key, int64_t now_ms) {
    struct change *change = make_change(f, CHANGE_SESSION, now_ms);
    change->as.session.value = (struct session){.key = id_of(key), .scopes = SCOPE_READ};
    change->as.session.value.hash[0] = (uint8_t)(secret >> 8);
    change->as.session.value.hash[1] = (uint8_t)secret;
    return change;
}

static struct change *make_end(struct fixture *f, unsigned secret, unsigned key, bool everywhere) {
    struct change *change = make_change(f, CHANGE_SESSION_END, NOW_MS);
    change->as.session_end.hash[1] = (uint8_t)secret;
    change->as.session_end.key = id_of(key);
    change->as.session_end.everywhere = everywhere;
    return change;
}

static size_t count_sessions(struct fixture *f) {
    return read_catalog(f, SINCE_EVER).session_count;
}

static void test_a_link_is_spent_once(void **state) {
    struct fixture *f = *state;
    struct change *link = make_session(f, 1, 71, NOW_MS);
    link->as.session.value.is_link = true;
    assert_int_equal(apply(f, link), OUTCOME_CREATED);
    for (unsigned i = 0; i < 2; i++) {
        struct change *spend = make_session(f, 2 + i, 99, NOW_MS + SECOND_MS);
        spend->as.session.by_link = true;
        spend->as.session.link[1] = 1;
        assert_int_equal(apply(f, spend), i == 0 ? OUTCOME_CREATED : OUTCOME_MISSING);
        if (i == 0)
            assert_memory_equal(&spend->as.session.value.key, &link->as.session.value.key, sizeof(struct id));
    }
    assert_int_equal(count_sessions(f), 1);
}

static void test_a_link_lasts_a_minute_and_no_session_is_one(void **state) {
    struct fixture *f = *state;
    struct change *link = make_session(f, 1, 71, NOW_MS), *session = make_session(f, 2, 71, NOW_MS);
    link->as.session.value.is_link = true;
    assert_int_equal(apply(f, link), OUTCOME_CREATED);
    assert_int_equal(apply(f, session), OUTCOME_CREATED);
    for (unsigned secret = 1; secret < 3; secret++) {
        struct change *spend = make_session(f, 3, 71, NOW_MS + (int64_t)SESSION_LINK_SECONDS * SECOND_MS);
        spend->as.session.by_link = true;
        spend->as.session.link[1] = (uint8_t)secret;
        assert_int_equal(apply(f, spend), OUTCOME_MISSING);
    }
}

static void test_what_was_used_longest_ago_makes_room(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < SESSIONS_PER_KEY_MAX; i++)
        assert_int_equal(apply(f, make_session(f, i + 1, 71, NOW_MS + i)), OUTCOME_CREATED);
    struct change *seen = make_change(f, CHANGE_SESSION_SEEN, NOW_MS + HOUR_MS);
    seen->as.session_seen.hash[1] = 1;
    assert_int_equal(apply(f, seen), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_session(f, 500, 71, NOW_MS + HOUR_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_session(f, 501, 72, NOW_MS + HOUR_MS)), OUTCOME_CREATED);
    const struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    assert_int_equal(catalog.session_count, SESSIONS_PER_KEY_MAX + 1);
    for (size_t i = 0; i < catalog.session_count; i++)
        assert_int_not_equal(catalog.sessions[i].hash[1], catalog.sessions[i].hash[0] ? 0 : 2);
}

static void test_what_is_over_goes_with_the_next(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_session(f, 1, 71, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_session(f, 2, 72, NOW_MS + SESSION_IDLE_HOURS * HOUR_MS)), OUTCOME_CREATED);
    assert_int_equal(count_sessions(f), 1);
}

static void test_ends(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 1; i < 5; i++)
        assert_int_equal(apply(f, make_session(f, i, i < 4 ? 71 : 72, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_end(f, 2, 71, false)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_end(f, 2, 71, false)), OUTCOME_REPLAYED);
    struct change *all = make_end(f, 1, 71, true);
    assert_int_equal(apply(f, all), OUTCOME_AMENDED);
    assert_int_equal(all->as.session_end.ended, 2);
    assert_int_equal(count_sessions(f), 1);
}

static void test_a_catalog_reads_all_where_any_has_changed(void **state) {
    struct fixture *f = *state;
    int64_t before = read_catalog(f, SINCE_EVER).generation;
    assert_int_equal(apply(f, make_session(f, 1, 71, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_session(f, 2, 71, NOW_MS)), OUTCOME_CREATED);
    struct store_catalog catalog = read_catalog(f, before + 1);
    assert_true(catalog.has_sessions);
    assert_int_equal(catalog.session_count, 2);
    int64_t then = catalog.generation;
    struct change *key = make_change(f, CHANGE_KEY, NOW_MS);
    key->as.key = (struct api_key){.id = id_of(73), .created_at = NOW_MS, .expires_at = TIME_MAX};
    assert_int_equal(apply(f, key), OUTCOME_CREATED);
    assert_false(read_catalog(f, then).has_sessions);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, engine_setup, engine_teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_link_is_spent_once),
        CASE(a_link_lasts_a_minute_and_no_session_is_one),
        CASE(what_was_used_longest_ago_makes_room),
        CASE(what_is_over_goes_with_the_next),
        CASE(ends),
        CASE(a_catalog_reads_all_where_any_has_changed),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
