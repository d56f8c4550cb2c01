/* What cxd/store/store.h promises of surveys, keys, extents and URLs, of every engine. */

#include "fixture.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

static void test_survey_revisions(void **state) {
    struct fixture *f = *state;
    struct change *same =
        make_survey(f, "shop", "{\"properties\":[\"plan\"]}", (const char *[]){"plan", NULL});
    same->now_ms += 5;
    assert_int_equal(apply(f, same), OUTCOME_REPLAYED);
    assert_int_equal(same->as.survey.revision, 1);
    assert_int_equal(same->as.survey.number, f->survey);
    assert_int_equal(same->as.survey.created_at, NOW_MS);
    assert_int_equal(same->as.survey.updated_at, NOW_MS);
    assert_true(same->as.survey.property_rolled[0]);

    struct change *changed = make_survey(f, "shop", "{\"name\":\"Shop\"}", NULL);
    changed->now_ms += 10;
    changed->as.survey.metric = METRIC_CSAT; /* no responses yet */
    assert_int_equal(apply(f, changed), OUTCOME_AMENDED);
    assert_int_equal(changed->as.survey.revision, 2);
    assert_int_equal(changed->as.survey.created_at, NOW_MS);
    assert_int_equal(changed->as.survey.updated_at, NOW_MS + 10);

    assert_int_equal(apply(f, make_response(f, 1, 4, NOW_MS)), OUTCOME_CREATED);
    struct change *other = make_survey(f, "shop", "{\"metric\":\"nps\"}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_REFUSED);
    assert_int_equal(other->refusal, ERR_SURVEY_FIXED);
    other->as.survey.metric = METRIC_CSAT;
    other->as.survey.scale_max = 5;
    assert_int_equal(apply(f, other), OUTCOME_REFUSED);
    other->as.survey.scale_max = 10;
    assert_int_equal(apply(f, other), OUTCOME_AMENDED);
    assert_int_equal(other->as.survey.revision, 3);
}

static void test_archived_survey_is_live_again_after_a_put(void **state) {
    struct fixture *f = *state;
    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS + 9);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_int_equal(apply(f, archive), OUTCOME_REPLAYED);
    struct survey_record *surveys;
    size_t count;
    struct error err;
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_int_equal(count, 1);
    assert_int_equal(surveys[0].archived_at, NOW_MS + 9);

    struct change *put =
        make_survey(f, "shop", "{\"properties\":[\"plan\"]}", (const char *[]){"plan", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_int_equal(put->as.survey.revision, 2);
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_int_equal(surveys[0].archived_at, 0);
    strcpy(archive->as.archive.slug, "none");
    assert_int_equal(apply(f, archive), OUTCOME_MISSING);
}

static void test_surveys_are_listed_by_slug_with_their_properties(void **state) {
    struct fixture *f = *state;
    struct survey_record *surveys;
    size_t count;
    struct error err;
    struct change *app = make_survey(f, "app", "{\"x\":1}", (const char *[]){"tier", "age", NULL});
    app->as.survey.metric = METRIC_CES;
    app->as.survey.scale_min = 1;
    app->as.survey.scale_max = 7;
    assert_int_equal(apply(f, app), OUTCOME_CREATED);
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(surveys[0].slug, "app");
    assert_string_equal(surveys[1].slug, "shop");
    assert_string_equal(surveys[0].definition, "{\"x\":1}");
    assert_int_equal(surveys[0].metric, METRIC_CES);
    assert_int_equal(surveys[0].scale_min, 1);
    assert_int_equal(surveys[0].scale_max, 7);
    assert_int_equal(surveys[0].number, app->as.survey.number);
    assert_int_equal(surveys[0].property_count, 2);
    assert_string_equal(surveys[0].property_keys[0], "tier");
    assert_string_equal(surveys[0].property_keys[1], "age");
    assert_true(surveys[0].property_rolled[1]);
}

static void test_late_declared_property_is_not_rolled_until_rebuild(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    struct change *put = make_survey(f, "shop", "{2}", (const char *[]){"plan", "city", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_true(put->as.survey.property_rolled[0]);
    assert_false(put->as.survey.property_rolled[1]);
    make_person(f, 2, "bob");
    static const struct property GRAZ = {"city", "Graz"};
    struct filter filter = {.survey = f->survey, .properties = &GRAZ, .property_count = 1};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(hist.n[9], 2);

    int64_t responses = 0;
    struct error err;
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_int_equal(responses, 2);
    struct survey_record *surveys;
    size_t count;
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_true(surveys[0].property_rolled[1]);
    filter.property_rolled = true;
    hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(hist.n[9], 2);

    /* No longer declared: its rollups go. Declared again: not rolled. */
    assert_int_equal(apply(f, make_survey(f, "shop", "{3}", NULL)), OUTCOME_AMENDED);
    char *rollups = rollups_text(f);
    assert_null(strstr(rollups, "property."));
    free(rollups);
    put = make_survey(f, "shop", "{4}", (const char *[]){"plan", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_false(put->as.survey.property_rolled[0]);
}

static void test_keys(void **state) {
    struct fixture *f = *state;
    struct error err;
    struct api_key *keys;
    size_t count;
    for (unsigned i = 0; i < 2; i++) {
        struct change *change = make_change(f, CHANGE_KEY, NOW_MS);
        change->as.key =
            (struct api_key){.id = id_of(10 - i), .name = "ci", .prefix = "cxs_abcd", .scopes = SCOPE_READ};
        change->as.key.created_at = NOW_MS + i;
        change->as.key.expires_at = TIME_MAX;
        memset(change->as.key.hash, (int)(0xf0 + i), sizeof change->as.key.hash);
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    struct change *revoke = make_change(f, CHANGE_REVOKE, NOW_MS + 7);
    revoke->as.revoke = id_of(9);
    assert_int_equal(apply(f, revoke), OUTCOME_AMENDED);
    assert_int_equal(apply(f, revoke), OUTCOME_REPLAYED);
    struct change *used = make_change(f, CHANGE_KEY_USED, NOW_MS);
    used->as.key_used.id = id_of(10);
    used->as.key_used.day = NOW_MS / DAY_MS * DAY_MS;
    assert_int_equal(apply(f, used), OUTCOME_AMENDED);
    assert_int_equal(apply(f, used), OUTCOME_REPLAYED);
    used->as.key_used.id = revoke->as.revoke = id_of(11);
    assert_int_equal(apply(f, used), OUTCOME_MISSING);
    assert_int_equal(apply(f, revoke), OUTCOME_MISSING);

    assert_ok(store_read_keys(f->reader, &f->arena, &keys, &count, &err), err);
    assert_int_equal(count, 2);
    struct id first = id_of(10);
    assert_int_equal(id_compare(&keys[0].id, &first), 0);
    assert_string_equal(keys[0].name, "ci");
    assert_string_equal(keys[0].prefix, "cxs_abcd");
    assert_int_equal(keys[0].hash[31], 0xf0);
    assert_int_equal(keys[0].scopes, SCOPE_READ);
    assert_int_equal(keys[0].created_at, NOW_MS);
    assert_int_equal(keys[0].expires_at, TIME_MAX);
    assert_int_equal(keys[0].used_day, NOW_MS / DAY_MS * DAY_MS);
    assert_int_equal(keys[0].revoked_at, 0);
    assert_int_equal(keys[1].revoked_at, NOW_MS + 7);
}

static void test_extent_has_excluded_responses_too(void **state) {
    struct fixture *f = *state;
    struct error err;
    bool found = true;
    int64_t first = 0, last = 0;
    assert_ok(store_read_extent(f->reader, f->survey, &found, &first, &last, &err), err);
    assert_false(found);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 2, 9, NOW_MS - 5 * DAY_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 3, 9, NOW_MS - DAY_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_exclude(f, 2, true, "test")), OUTCOME_AMENDED);
    assert_ok(store_read_extent(f->reader, f->survey, &found, &first, &last, &err), err);
    assert_true(found);
    assert_int_equal(first, NOW_MS - 5 * DAY_MS);
    assert_int_equal(last, NOW_MS);
}

static void test_directory_and_urls(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    struct error err;
    if (strstr(f->url, "sqlite:")) {
        assert_string_equal(store_directory(f->store), f->directory);
    } else {
        assert_null(store_directory(f->store));
    }
    static const char *const BAD[] = {"postgres:x",
                                      "sqlite",
                                      "sqlite:",
                                      "memory:x",
                                      "",
                                      "/var/lib/cxd.db",
                                      "faulty:odd:1:memory:",
                                      "faulty:full:0:memory:",
                                      "faulty:full:1"};
    for (size_t i = 0; i < CXD_COUNT(BAD); i++) {
        assert_int_equal(store_open(BAD[i], &store, &err), ERR_CONFIG);
        assert_null(store);
    }
}

static void test_two_newest_signing_keys(void **state) {
    struct fixture *f = *state;
    struct signing_key keys[SIGNING_KEYS_MAX];
    size_t count = 9;
    struct error err;
    assert_ok(store_read_signing_keys(f->reader, keys, &count, &err), err);
    assert_int_equal(count, 0);
    for (int i = 1; i <= 3; i++) {
        struct change *change = make_change(f, CHANGE_SIGNING_KEY, NOW_MS + i);
        memset(change->as.signing_key.secret, i, TOKEN_SECRET_SIZE);
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        assert_ok(store_read_signing_keys(f->reader, keys, &count, &err), err);
        assert_int_equal(count, i == 1 ? 1 : 2);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(keys[k].secret[0], i - (int)k);
            assert_int_equal(keys[k].secret[TOKEN_SECRET_SIZE - 1], i - (int)k);
            assert_int_equal(keys[k].created_at, NOW_MS + i - (int)k);
        }
        assert_int_equal(keys[0].number, change->as.signing_key.number);
    }
    assert_true(keys[0].number > keys[1].number);
}

static struct store_figures read_figures(struct fixture *f) {
    struct store_figures figures;
    struct error err;
    assert_ok(store_read_figures(f->reader, &figures, &err), err);
    return figures;
}

static void test_figures(void **state) {
    struct fixture *f = *state;
    struct error err;
    assert_int_equal(read_figures(f).responses, 0);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(apply(f, make_response(f, i, (int)i % 11, NOW_MS - i * 40 * DAY_MS)),
                         OUTCOME_CREATED);
    }
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    int64_t shop = f->survey;
    f->survey = other->as.survey.number;
    for (unsigned i = 100; i < 105; i++) {
        assert_int_equal(apply(f, make_response(f, i, 7, NOW_MS)), OUTCOME_CREATED);
    }
    f->survey = shop;
    assert_int_equal(read_figures(f).responses, 45);
    assert_int_equal(apply(f, make_response(f, 3, 3, NOW_MS - 3 * 40 * DAY_MS)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_exclude(f, 3, true, "test")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 4, true, "test")), OUTCOME_AMENDED);
    assert_int_equal(read_figures(f).responses, 43);

    /* Of the state of a begin. */
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_int_equal(read_figures(f).responses, 43);
    if (strstr(f->url, "sqlite:")) { /* memory: has its writer wait for the reader */
        assert_int_equal(apply(f, make_exclude(f, 3, false, NULL)), OUTCOME_AMENDED);
        assert_int_equal(read_figures(f).responses, 43);
    }
    store_reader_end(f->reader);
    if (strstr(f->url, "sqlite:")) {
        assert_int_equal(read_figures(f).responses, 44);
        assert_true(read_figures(f).schema >= 1);
    } else {
        assert_int_equal(read_figures(f).schema, 0);
    }
}

static void count_row(void *context, const struct rollup_row *row) {
    (void)row;
    ++*(int64_t *)context;
}

static void check_rollup_count(struct fixture *f, int64_t least) {
    struct error err;
    int64_t rows = -1, visited = 0;
    assert_ok(store_count_rollups(f->reader, &rows, &err), err);
    assert_ok(store_read_rollups(f->reader, count_row, &visited, &err), err);
    assert_int_equal(rows, visited);
    assert_true(rows >= least);
}

/* Rows come with responses of other times and segments, stay with others of the same, and go with the last. */
static void test_rollup_count(void **state) {
    struct fixture *f = *state;
    check_rollup_count(f, 0);
    for (unsigned i = 0; i < 20; i++) {
        struct change *change = make_response(f, i, (int)i % 11, NOW_MS - i % 10 * HOUR_MS);
        change->as.response.value.channel = i % 3 ? "web" : "mail";
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        check_rollup_count(f, 8);
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(apply(f, make_exclude(f, i, true, "test")), OUTCOME_AMENDED);
        check_rollup_count(f, i < 19 ? 8 : 0);
    }
    struct error err;
    int64_t rows = -1;
    assert_ok(store_count_rollups(f->reader, &rows, &err), err);
    assert_int_equal(rows, 0);
}

static void test_disk(void **state) {
    struct fixture *f = *state;
    struct store_disk disk;
    if (!strstr(f->url, "sqlite:")) {
        assert_false(store_read_disk(f->store, &disk));
        return;
    }
    assert_true(store_read_disk(f->store, &disk));
    struct statvfs system;
    assert_int_equal(statvfs(f->directory, &system), 0);
    int64_t free_bytes = (int64_t)system.f_bavail * (int64_t)system.f_frsize;
    assert_in_range(disk.free_bytes, free_bytes * 9 / 10, free_bytes * 11 / 10); /* others write there too */
    struct stat status;
    char path[200];
    snprintf(path, sizeof path, "%s/cxd.db", f->directory);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(disk.database_bytes, status.st_size);
    int64_t before = disk.log_bytes;
    snprintf(path, sizeof path, "%s/cxd.db-wal", f->directory);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(before, status.st_size);
    assert_true(before > 0);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_survey_revisions),
        ENGINE_TEST(test_archived_survey_is_live_again_after_a_put),
        ENGINE_TEST(test_surveys_are_listed_by_slug_with_their_properties),
        ENGINE_TEST(test_late_declared_property_is_not_rolled_until_rebuild),
        ENGINE_TEST(test_keys),
        ENGINE_TEST(test_two_newest_signing_keys),
        ENGINE_TEST(test_extent_has_excluded_responses_too),
        ENGINE_TEST(test_directory_and_urls),
        ENGINE_TEST(test_figures),
        ENGINE_TEST(test_rollup_count),
        ENGINE_TEST(test_disk),
    };
    return run_over_engines(tests, CXD_COUNT(tests));
}
