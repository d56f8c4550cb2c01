/* What cxd/store/store.h promises of surveys, keys, extents and URLs, of every engine. */

#include "fixture.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

static void test_survey_revisions(void **state) {
    struct fixture *f = *state;
    struct change *same = make_survey(f, "shop", "{\"properties\":[\"plan\"]}", (const char *[]){"plan", NULL});
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

static void test_an_archived_survey_is_open_again_only_where_a_put_says_so(void **state) {
    struct fixture *f = *state;
    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS + 9);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_int_equal(apply(f, archive), OUTCOME_REPLAYED);
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    assert_int_equal(catalog.survey_count, 1);
    assert_int_equal(catalog.surveys[0].archived_at, NOW_MS + 9);

    static const struct {
        const char *definition;
        enum archival archival;
        enum outcome outcome;
        int64_t revision, archived_at, updated_at;
    } PUTS[] = {
        {"{1}", ARCHIVAL_KEPT, OUTCOME_AMENDED, 2, NOW_MS + 9, NOW_MS + 10},
        {"{1}", ARCHIVAL_KEPT, OUTCOME_REPLAYED, 2, NOW_MS + 9, NOW_MS + 10},
        {"{1}", ARCHIVAL_ARCHIVED, OUTCOME_REPLAYED, 2, NOW_MS + 9, NOW_MS + 10},
        {"{2}", ARCHIVAL_ARCHIVED, OUTCOME_AMENDED, 3, NOW_MS + 9, NOW_MS + 13},
        {"{2}", ARCHIVAL_OPEN, OUTCOME_AMENDED, 3, 0, NOW_MS + 13},
        {"{2}", ARCHIVAL_OPEN, OUTCOME_REPLAYED, 3, 0, NOW_MS + 13},
        {"{2}", ARCHIVAL_KEPT, OUTCOME_REPLAYED, 3, 0, NOW_MS + 13},
        {"{2}", ARCHIVAL_ARCHIVED, OUTCOME_AMENDED, 3, NOW_MS + 17, NOW_MS + 13},
        {"{3}", ARCHIVAL_OPEN, OUTCOME_AMENDED, 4, 0, NOW_MS + 18},
        {"{3}", ARCHIVAL_ARCHIVED, OUTCOME_AMENDED, 4, NOW_MS + 19, NOW_MS + 18},
    };
    int64_t generation = catalog.generation;
    for (unsigned i = 0; i < CXD_COUNT(PUTS); i++) {
        struct change *put = make_survey(f, "shop", PUTS[i].definition, (const char *[]){"plan", NULL});
        put->now_ms = NOW_MS + 10 + i;
        put->as.survey.archival = PUTS[i].archival;
        assert_int_equal(apply(f, put), PUTS[i].outcome);
        catalog = read_catalog(f, SINCE_EVER);
        generation += PUTS[i].outcome == OUTCOME_AMENDED;
        assert_int_equal(catalog.generation, generation);
        const struct survey_record *said[] = {&put->as.survey, &catalog.surveys[0]};
        for (size_t k = 0; k < CXD_COUNT(said); k++) {
            assert_int_equal(said[k]->revision, PUTS[i].revision);
            assert_int_equal(said[k]->archived_at, PUTS[i].archived_at);
            assert_int_equal(said[k]->updated_at, PUTS[i].updated_at);
        }
        assert_true(catalog.surveys[0].property_rolled[0]);
    }
    strcpy(archive->as.archive.slug, "none");
    assert_int_equal(apply(f, archive), OUTCOME_MISSING);
    struct change *made = make_survey(f, "made", "{1}", NULL);
    made->as.survey.archival = ARCHIVAL_ARCHIVED;
    assert_int_equal(apply(f, made), OUTCOME_CREATED);
    assert_int_equal(made->as.survey.archived_at, NOW_MS);
}

static void test_surveys_are_listed_by_slug_with_their_properties(void **state) {
    struct fixture *f = *state;
    struct change *app = make_survey(f, "app", "{\"x\":1}", (const char *[]){"tier", "age", NULL});
    app->as.survey.metric = METRIC_CES;
    app->as.survey.scale_min = 1;
    app->as.survey.scale_max = 7;
    assert_int_equal(apply(f, app), OUTCOME_CREATED);
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    const struct survey_record *surveys = catalog.surveys;
    assert_int_equal(catalog.survey_count, 2);
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
    assert_true(read_catalog(f, SINCE_EVER).surveys[0].property_rolled[1]);
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

    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    const struct api_key *keys = catalog.keys;
    assert_int_equal(catalog.key_count, 2);
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

/* Of one generation after another, what each has changed: nothing that was not, and all that was. */
static void test_the_catalog_by_generation(void **state) {
    struct fixture *f = *state;
    struct store_catalog catalog = read_catalog(f, SINCE_EVER), changed;
    int64_t before = catalog.generation;
    assert_true(before >= 0);
    assert_int_equal(catalog.survey_count, 1);
    struct change *put = make_survey(f, "shop", "{2}", (const char *[]){"plan", NULL});
    struct change *app = make_survey(f, "app", "{3}", NULL);
    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    struct change *keys[2], *used = make_change(f, CHANGE_KEY_USED, NOW_MS);
    struct change *revoke = make_change(f, CHANGE_REVOKE, NOW_MS), *rotate = make_change(f, CHANGE_SIGNING_KEY, NOW_MS);
    for (unsigned i = 0; i < 2; i++) {
        keys[i] = make_change(f, CHANGE_KEY, NOW_MS);
        keys[i]->as.key = (struct api_key){.id = id_of(10 + i), .created_at = NOW_MS, .expires_at = NOW_MS + i};
    }
    strcpy(archive->as.archive.slug, "app");
    used->as.key_used.id = id_of(10);
    used->as.key_used.day = NOW_MS / DAY_MS * DAY_MS;
    revoke->as.revoke = id_of(11);
    struct {
        struct change *change;
        const char *slug; /* of the one survey that is read; NULL: none is */
        unsigned key;     /* 0: none is */
    } STEPS[] = {{put, "shop", 0},    {app, "app", 0},  {archive, "app", 0}, {keys[0], NULL, 10},
                 {keys[1], NULL, 11}, {used, NULL, 10}, {revoke, NULL, 11},  {rotate, NULL, 0}};
    for (size_t i = 0; i < CXD_COUNT(STEPS); i++) {
        (void)apply(f, STEPS[i].change);
        assert_true(change_redefines(STEPS[i].change));
        changed = read_catalog(f, before);
        assert_true(changed.generation > before);
        assert_false(changed.has_every_key);
        assert_int_equal(changed.survey_count, STEPS[i].slug ? 1 : 0);
        assert_int_equal(changed.key_count, STEPS[i].key > 0 ? 1 : 0);
        if (STEPS[i].slug)
            assert_string_equal(changed.surveys[0].slug, STEPS[i].slug);
        if (STEPS[i].key > 0) {
            struct id id = id_of(STEPS[i].key);
            assert_int_equal(id_compare(&changed.keys[0].id, &id), 0);
        }
        before = changed.generation;
        assert_int_equal(read_catalog(f, before).generation, before);
    }
    assert_int_equal(changed.signing_key_count, 1);
    /* Everything since the begin, at once. */
    changed = read_catalog(f, catalog.generation);
    assert_int_equal(changed.survey_count, 2);
    assert_int_equal(changed.surveys[1].property_count, 1);
    assert_string_equal(changed.surveys[1].property_keys[0], "plan");
    assert_int_equal(changed.key_count, 2);
}

/* Replays, refusals, responses and notes leave the generation. */
static void test_what_redefines_nothing_leaves_the_generation(void **state) {
    struct fixture *f = *state;
    int64_t before = read_catalog(f, SINCE_EVER).generation;
    struct change *put = make_survey(f, "shop", "{}", (const char *[]){"plan", NULL});
    (void)apply(f, put);
    int64_t put_at = read_catalog(f, before).generation;
    assert_int_equal(apply(f, put), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *none = make_change(f, CHANGE_ARCHIVE, NOW_MS), *prune = make_change(f, CHANGE_PRUNE, NOW_MS);
    strcpy(none->as.archive.slug, "none");
    assert_int_equal(apply(f, none), OUTCOME_MISSING);
    prune->as.prune.limit = 5;
    assert_int_equal(apply(f, prune), OUTCOME_REPLAYED);
    struct store_catalog catalog = read_catalog(f, put_at);
    assert_int_equal(catalog.generation, put_at);
    assert_int_equal(catalog.survey_count + catalog.key_count + catalog.signing_key_count, 0);
}

/* What responses count in is what their survey declared when they came, whatever else was put between. */
static void test_many_surveys_declare_each_their_own(void **state) {
    enum { SURVEYS = 40, ROUNDS = 3 };
    struct fixture *f = *state;
    static const char *const KEYS[][3] = {{"plan", NULL}, {"city", "plan", NULL}, {"city", NULL}, {NULL}};
    static const struct property VALUES[] = {{"city", "Graz"}, {"plan", "pro"}};
    struct error err;
    char slug[16], text[32];
    unsigned number = 0;
    int64_t numbers[SURVEYS] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SURVEYS; i++) {
            int at = i * 7 % SURVEYS;
            snprintf(slug, sizeof slug, "s%d", at);
            snprintf(text, sizeof text, "{%d}", round);
            const char *definition = arena_strdup(&f->arena, text);
            struct change *put = make_survey(f, slug, definition, KEYS[(at + round) % 4]);
            assert_int_equal(apply(f, put), round == 0 ? OUTCOME_CREATED : OUTCOME_AMENDED);
            assert_true(numbers[at] == 0 || numbers[at] == put->as.survey.number);
            numbers[at] = put->as.survey.number;
            for (int k = 0; k <= i; k += 5) { /* to those that were put before, too */
                struct change *change = make_response(f, ++number, k % 11, NOW_MS);
                change->as.response.value.survey = numbers[k * 7 % SURVEYS];
                change->as.response.value.properties = VALUES;
                change->as.response.value.property_count = 2;
                assert_int_equal(apply(f, change), OUTCOME_CREATED);
            }
        }
    }
    struct change *roll = make_change(f, CHANGE_ROLL, NOW_MS);
    do {
        roll->as.roll.limit = 100;
        (void)apply(f, roll);
    } while (roll->as.roll.more);
    char *before = rollups_text(f);
    int64_t responses = 0;
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_int_equal(responses, number);
    char *after = rollups_text(f);
    assert_string_equal(before, after);
    assert_non_null(strstr(after, "property.city=Graz"));
    free(before);
    free(after);
}

static size_t list_keys(struct fixture *f, struct api_key **ret_keys) {
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    *ret_keys = catalog.keys;
    return catalog.key_count;
}

static void test_keys_that_ended_are_removed(void **state) {
    struct fixture *f = *state;
    static const struct {
        unsigned scopes;
        int64_t expires_at, revoked_at;
        int goes; /* with which slice; 0: it stays */
    } KEYS[] = {
        {SCOPE_READ, TIME_MAX, 0, 0},
        {SCOPE_READ, NOW_MS - 1, 0, 1},               /* expired */
        {SCOPE_READ, NOW_MS, 0, 0},                   /* not before */
        {SCOPE_ADMIN, TIME_MAX, NOW_MS - 1, 1},       /* revoked */
        {SCOPE_ADMIN, NOW_MS - 5, 0, 2},              /* expired, and there is a newer one */
        {SCOPE_READ, NOW_MS - 1, NOW_MS + 9, 2},      /* expired, then revoked */
        {SCOPE_ADMIN | SCOPE_READ, NOW_MS - 1, 0, 0}, /* the newest that may do all */
        {SCOPE_ADMIN, TIME_MAX, NOW_MS - 2, 3},       /* newer, but revoked */
        {SCOPE_WRITE, NOW_MS + 1, NOW_MS - 2, 3},
        {SCOPE_WRITE, TIME_MAX, NOW_MS, 0},
    };
    struct api_key *keys;
    for (unsigned i = 0; i < CXD_COUNT(KEYS); i++) {
        struct change *change = make_change(f, CHANGE_KEY, NOW_MS);
        change->as.key = (struct api_key){.id = id_of(100 - i),
                                          .name = "k",
                                          .scopes = KEYS[i].scopes,
                                          .created_at = NOW_MS - DAY_MS + i,
                                          .expires_at = KEYS[i].expires_at,
                                          .revoked_at = KEYS[i].revoked_at};
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    struct change *prune = make_change(f, CHANGE_PRUNE, NOW_MS);
    prune->as.prune.before_ms = NOW_MS;
    prune->as.prune.limit = 2;
    for (int slice = 1; slice <= 4; slice++) {
        int64_t before = read_catalog(f, SINCE_EVER).generation;
        assert_int_equal(apply(f, prune), slice < 4 ? OUTCOME_AMENDED : OUTCOME_REPLAYED);
        struct store_catalog changed = read_catalog(f, before);
        assert_int_equal(changed.has_every_key, slice < 4);
        assert_int_equal(changed.key_count, slice < 4 ? list_keys(f, &keys) : 0);
        assert_int_equal(prune->as.prune.removed, slice < 4 ? 2 : 0);
        size_t at = 0, count = list_keys(f, &keys);
        for (unsigned i = 0; i < CXD_COUNT(KEYS); i++) {
            struct id id = id_of(100 - i);
            if (KEYS[i].goes == 0 || KEYS[i].goes > slice) {
                assert_true(at < count);
                assert_int_equal(id_compare(&keys[at++].id, &id), 0);
            }
        }
        assert_int_equal(at, count);
    }
    struct change *revoke = make_change(f, CHANGE_REVOKE, NOW_MS);
    revoke->as.revoke = id_of(99);
    assert_int_equal(apply(f, revoke), OUTCOME_MISSING);
    revoke->as.revoke = id_of(94);
    assert_int_equal(apply(f, revoke), OUTCOME_AMENDED); /* an expired one that was kept: it may go now */
    assert_int_equal(apply(f, prune), OUTCOME_AMENDED);
    assert_int_equal(list_keys(f, &keys), 3);
}

static void assert_extent(struct fixture *f, enum store_extent of, int64_t first_ms, int64_t last_ms) {
    struct error err;
    bool found = false;
    int64_t first = 0, last = 0;
    assert_ok(store_read_extent(f->reader, f->survey, of, &found, &first, &last, &err), err);
    assert_int_equal(found, first_ms != 0);
    assert_int_equal(first, first_ms == 0 ? 0 : tier_bucket(TIER_QUARTER_HOUR, first_ms));
    assert_int_equal(last, first_ms == 0 ? 0 : tier_bucket(TIER_QUARTER_HOUR, last_ms));
}

static void test_extent_is_of_what_counts(void **state) {
    struct fixture *f = *state;
    const int64_t BACK[] = {5 * DAY_MS, 0, 5 * DAY_MS - 1, DAY_MS, DAY_MS - 3600000, 9 * DAY_MS};
    assert_extent(f, EXTENT_ANSWERS, 0, 0);
    for (unsigned i = 0; i < CXD_COUNT(BACK); i++)
        assert_int_equal(apply(f, make_response(f, i + 1, 9, NOW_MS - BACK[i])), OUTCOME_CREATED);
    assert_extent(f, EXTENT_ANSWERS, NOW_MS - 9 * DAY_MS, NOW_MS);
    assert_int_equal(apply(f, make_exclude(f, 6, true, "test")), OUTCOME_AMENDED);
    assert_extent(f, EXTENT_ANSWERS, NOW_MS - 5 * DAY_MS, NOW_MS);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "test")), OUTCOME_AMENDED);
    assert_extent(f, EXTENT_ANSWERS, NOW_MS - 5 * DAY_MS + 1, NOW_MS);
    assert_int_equal(apply(f, make_exclude(f, 2, true, "test")), OUTCOME_AMENDED);
    assert_extent(f, EXTENT_ANSWERS, NOW_MS - 5 * DAY_MS + 1, NOW_MS - DAY_MS + 3600000);
    for (unsigned i = 3; i <= 5; i++)
        assert_int_equal(apply(f, make_exclude(f, i, true, "test")), OUTCOME_AMENDED);
    assert_extent(f, EXTENT_ANSWERS, 0, 0);
    assert_int_equal(apply(f, make_exclude(f, 4, false, NULL)), OUTCOME_AMENDED);
    assert_extent(f, EXTENT_ANSWERS, NOW_MS - DAY_MS, NOW_MS - DAY_MS);
    assert_extent(f, EXTENT_IMPRESSIONS, 0, 0);
}

static void test_extent_of_visits(void **state) {
    struct fixture *f = *state;
    struct change *event = make_change(f, CHANGE_EVENT, NOW_MS);
    event->as.event.value = (struct event){.survey = f->survey, .type = EVENT_SHOWN, .visit = "v", .at = NOW_MS};
    assert_int_equal(apply(f, event), OUTCOME_CREATED);
    assert_extent(f, EXTENT_IMPRESSIONS, NOW_MS, NOW_MS);
    event->as.event.value.visit = "w";
    event->as.event.value.at = NOW_MS - 3 * DAY_MS;
    assert_int_equal(apply(f, event), OUTCOME_CREATED);
    assert_extent(f, EXTENT_IMPRESSIONS, NOW_MS - 3 * DAY_MS, NOW_MS);
    assert_extent(f, EXTENT_ANSWERS, 0, 0);
}

static void test_directory_and_urls(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    struct error err;
    if (strstr(f->url, "sqlite:"))
        assert_string_equal(store_directory(f->store), f->directory);
    else
        assert_null(store_directory(f->store));
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
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    const struct signing_key *keys = catalog.signing_keys;
    assert_int_equal(catalog.signing_key_count, 0);
    for (int i = 1; i <= 3; i++) {
        struct change *change = make_change(f, CHANGE_SIGNING_KEY, NOW_MS + i);
        memset(change->as.signing_key.secret, i, TOKEN_SECRET_SIZE);
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        catalog = read_catalog(f, catalog.generation);
        assert_int_equal(catalog.signing_key_count, i == 1 ? 1 : 2);
        for (size_t k = 0; k < catalog.signing_key_count; k++) {
            assert_int_equal(keys[k].secret[0], i - (int)k);
            assert_int_equal(keys[k].secret[TOKEN_SECRET_SIZE - 1], i - (int)k);
            assert_int_equal(keys[k].created_at, NOW_MS + i - (int)k);
        }
        assert_int_equal(keys[0].number, change->as.signing_key.number);
    }
    assert_true(keys[0].number > keys[1].number);
}

static enum outcome make_first(struct fixture *f, enum change_kind kind, unsigned number, int64_t now_ms) {
    struct change *change = make_change(f, kind, now_ms);
    change->if_none = true;
    if (kind == CHANGE_KEY) {
        change->as.key = (struct api_key){.id = id_of(number), .name = "first", .prefix = "cxs_abcd"};
        change->as.key.scopes = SCOPE_ADMIN;
        change->as.key.expires_at = NOW_MS + DAY_MS;
        memset(change->as.key.hash, (int)number, sizeof change->as.key.hash);
    } else
        memset(change->as.signing_key.secret, (int)number, TOKEN_SECRET_SIZE);
    enum outcome outcome = apply(f, change);
    if (outcome == OUTCOME_REFUSED)
        assert_int_equal(change->refusal, ERR_CONFLICT);
    return outcome;
}

/* Of several that start at once one makes it. Of keys one counts that is good for everything, now. */
static void test_what_a_first_start_makes(void **state) {
    struct fixture *f = *state;
    assert_int_equal(make_first(f, CHANGE_SIGNING_KEY, 1, NOW_MS), OUTCOME_CREATED);
    assert_int_equal(make_first(f, CHANGE_SIGNING_KEY, 2, NOW_MS), OUTCOME_REFUSED);
    struct change *reader = make_change(f, CHANGE_KEY, NOW_MS);
    reader->as.key = (struct api_key){.id = id_of(9), .name = "ci", .prefix = "cxs_abcd", .scopes = SCOPE_READ};
    reader->as.key.expires_at = TIME_MAX;
    assert_int_equal(apply(f, reader), OUTCOME_CREATED);
    assert_int_equal(make_first(f, CHANGE_KEY, 1, NOW_MS), OUTCOME_CREATED);
    assert_int_equal(make_first(f, CHANGE_KEY, 2, NOW_MS), OUTCOME_REFUSED);
    assert_int_equal(make_first(f, CHANGE_KEY, 3, NOW_MS + DAY_MS), OUTCOME_CREATED);
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    assert_int_equal(catalog.signing_key_count, 1);
    assert_int_equal(catalog.key_count, 3);
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
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(apply(f, make_response(f, i, (int)i % 11, NOW_MS - i * 40 * DAY_MS)), OUTCOME_CREATED);
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    int64_t shop = f->survey;
    f->survey = other->as.survey.number;
    for (unsigned i = 100; i < 105; i++)
        assert_int_equal(apply(f, make_response(f, i, 7, NOW_MS)), OUTCOME_CREATED);
    f->survey = shop;
    assert_int_equal(read_figures(f).responses, 45);
    assert_int_equal(apply(f, make_response(f, 3, 3, NOW_MS - 3 * 40 * DAY_MS)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_exclude(f, 3, true, "test")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 4, true, "test")), OUTCOME_AMENDED);
    assert_int_equal(read_figures(f).responses, 43);

    /* Of the state of a begin. */
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_int_equal(read_figures(f).responses, 43);
    bool is_memory = strcmp(f->url, "memory:") == 0; /* has its writer wait for the reader */
    if (!is_memory) {
        assert_int_equal(apply(f, make_exclude(f, 3, false, NULL)), OUTCOME_AMENDED);
        assert_int_equal(read_figures(f).responses, 43);
    }
    store_reader_end(f->reader);
    if (!is_memory) {
        assert_int_equal(read_figures(f).responses, 44);
        assert_true(read_figures(f).schema >= 1);
    } else {
        assert_int_equal(read_figures(f).schema, 0);
    }
}

/* How late it is known to be only rises, unless somebody says so; a batch that fails leaves it. */
static void test_clock(void **state) {
    static const struct {
        enum change_kind kind;
        int64_t days;
        enum outcome outcome;
        int64_t kept;
    } STEPS[] = {
        {CHANGE_CLOCK, 1, OUTCOME_AMENDED, 1},  {CHANGE_CLOCK, 1, OUTCOME_REPLAYED, 1},
        {CHANGE_CLOCK, 0, OUTCOME_REPLAYED, 1}, {CHANGE_CLOCK, 5, OUTCOME_AMENDED, 5},
        {CHANGE_RESUME, 2, OUTCOME_AMENDED, 2}, {CHANGE_RESUME, 2, OUTCOME_REPLAYED, 2},
        {CHANGE_RESUME, 9, OUTCOME_AMENDED, 9}, {CHANGE_CLOCK, 8, OUTCOME_REPLAYED, 9},
    };
    struct fixture *f = *state;
    assert_int_equal(read_figures(f).known_at, 0);
    for (size_t i = 0; i < CXD_COUNT(STEPS); i++) {
        struct change *change = make_change(f, STEPS[i].kind, NOW_MS);
        int64_t before = read_figures(f).known_at;
        change->as.clock.known_ms = NOW_MS + STEPS[i].days * DAY_MS;
        assert_int_equal(apply(f, change), STEPS[i].outcome);
        assert_int_equal(change->as.clock.before_ms, before);
        assert_int_equal(read_figures(f).known_at, NOW_MS + STEPS[i].kept * DAY_MS);
    }
}

static void count_row(void *context, const struct rollup_row *row) {
    (void)row;
    ++*(int64_t *)context;
}

static void check_rollup_count(struct fixture *f, int64_t least) {
    struct error err;
    struct store_sums sums;
    int64_t visited = 0;
    assert_ok(store_count_rollups(f->reader, &sums, &err), err);
    assert_ok(store_read_rollups(f->reader, count_row, &visited, &err), err);
    assert_int_equal(sums.rows, visited);
    assert_true(sums.rows >= least);
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
    struct store_sums sums;
    assert_ok(store_count_rollups(f->reader, &sums, &err), err);
    assert_int_equal(sums.rows, 0);
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
        ENGINE_TEST(test_an_archived_survey_is_open_again_only_where_a_put_says_so),
        ENGINE_TEST(test_surveys_are_listed_by_slug_with_their_properties),
        ENGINE_TEST(test_late_declared_property_is_not_rolled_until_rebuild),
        ENGINE_TEST(test_many_surveys_declare_each_their_own),
        ENGINE_TEST(test_the_catalog_by_generation),
        ENGINE_TEST(test_what_redefines_nothing_leaves_the_generation),
        ENGINE_TEST(test_keys),
        ENGINE_TEST(test_keys_that_ended_are_removed),
        ENGINE_TEST(test_two_newest_signing_keys),
        ENGINE_TEST(test_what_a_first_start_makes),
        ENGINE_TEST(test_extent_is_of_what_counts),
        ENGINE_TEST(test_extent_of_visits),
        ENGINE_TEST(test_directory_and_urls),
        ENGINE_TEST(test_figures),
        ENGINE_TEST(test_clock),
        ENGINE_TEST(test_rollup_count),
        ENGINE_TEST(test_disk),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
