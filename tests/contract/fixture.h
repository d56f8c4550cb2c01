#ifndef CXD_TESTS_CONTRACT_FIXTURE_H
#define CXD_TESTS_CONTRACT_FIXTURE_H

/* What the store's tests share: a store in a directory of its own, and short ways to make changes and look
 * at their effect. */

#include <unistd.h>

#include "../support/unit.h"
#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/store/store.h"

#ifdef CXD_POSTGRESQL
#include "cluster.h"
#else
#define CLUSTER_URL "postgresql:"
#endif

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define NOW_MS INT64_C(1774000000000) /* 2026-03-20T09:46:40Z */

struct fixture {
    struct arena arena;
    struct store *store;
    struct store_reader *reader;
    int64_t survey; /* "shop": a survey that declares the property "plan" */
    char directory[64];
    char url[128];
};

#define assert_ok(call, err) assert_int_equal_message((call), CXD_OK, (err).detail)

static inline void assert_int_equal_message(enum cxd_err code, enum cxd_err expected, const char *detail) {
    if (code != expected)
        fail_msg("%s instead of %s: %s", error_slug(code), error_slug(expected), detail);
}

/* A directory of its own, in memory where there is such a place: a kill loses nothing that was written, and a disk is
 * shared with others. */
static inline void make_directory(char *ret_directory) {
    strcpy(ret_directory, access("/dev/shm", W_OK) == 0 ? "/dev/shm/cxd-XXXXXX" : "/tmp/cxd-XXXXXX");
    assert_non_null(mkdtemp(ret_directory));
}

/* How often a long test goes round: TEST_SIZE=small is for those who wait for it (`make test`, `make check`); the whole
 * runs in `make check-long`. */
static inline unsigned rounds(unsigned whole, unsigned small) {
    const char *size = getenv("TEST_SIZE");
    return size && strcmp(size, "small") == 0 ? small : whole;
}

/* `pattern` is a URL with %s for the directory, if it needs one; CLUSTER_URL: a database of its own. */
static inline void fixture_open(struct fixture *f, const char *pattern) {
    *f = (struct fixture){0};
    arena_init(&f->arena);
    make_directory(f->directory);
#ifdef CXD_POSTGRESQL
    char database[sizeof f->url];
    if (strcmp(pattern, CLUSTER_URL) == 0) {
        cluster_database(database, sizeof database);
        pattern = database;
    }
#endif
    const char *gap = strstr(pattern, "%s");
    int before = gap ? (int)(gap - pattern) : (int)strlen(pattern);
    snprintf(f->url, sizeof f->url, "%.*s%s%s", before, pattern, gap ? f->directory : "", gap ? gap + 2 : "");
    struct error err;
    assert_ok(store_open(f->url, &f->store, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
}

static inline void fixture_close_store(struct fixture *f) {
    store_reader_close(f->reader);
    store_close(f->store);
    f->reader = NULL;
    f->store = NULL;
}

static inline void fixture_reopen(struct fixture *f) {
    struct error err;
    fixture_close_store(f);
    assert_ok(store_open(f->url, &f->store, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
}

static inline void fixture_close(struct fixture *f) {
    fixture_close_store(f);
    static const char *const NAMES[] = {"cxd.db", "cxd.db-wal", "cxd.db-shm", "cxd.db.lock"};
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->directory, NAMES[i]);
        unlink(path);
    }
    rmdir(f->directory);
#ifdef CXD_POSTGRESQL
    if (strncmp(f->url, CLUSTER_URL, strlen(CLUSTER_URL)) == 0)
        cluster_drop_database(f->url);
#endif
    arena_free(&f->arena);
}

static inline struct change *make_change(struct fixture *f, enum change_kind kind, int64_t now_ms) {
    struct change *change = arena_alloc_zero(&f->arena, 1, sizeof *change);
    assert_non_null(change);
    change->kind = kind;
    change->now_ms = now_ms;
    change->arena = &f->arena;
    return change;
}

static inline struct id id_of(unsigned number) {
    struct id id = {{1, 0x9b, 0, 0, 0, 0, 0x70, 0, 0x80}};
    id.bytes[12] = (uint8_t)(number >> 24);
    id.bytes[13] = (uint8_t)(number >> 16);
    id.bytes[14] = (uint8_t)(number >> 8);
    id.bytes[15] = (uint8_t)number;
    return id;
}

static inline struct change *make_response(struct fixture *f, unsigned number, int score, int64_t at_ms) {
    struct change *change = make_change(f, CHANGE_RESPONSE, at_ms);
    struct response *response = &change->as.response.value;
    response->id = id_of(number);
    response->has_id = true;
    response->survey = f->survey;
    response->revision = 1;
    response->has_score = true;
    response->score = score;
    response->has_answered_at = true;
    response->answered_at = at_ms;
    response->received_at = at_ms;
    change->as.response.amend_window_ms = 30 * 60 * 1000;
    return change;
}

/* Of this number; its fingerprint is its own. */
static inline struct change *make_import(struct fixture *f, unsigned number) {
    struct change *change = make_change(f, CHANGE_IMPORT, NOW_MS);
    char *fingerprint = arena_alloc(&f->arena, 16);
    assert_non_null(fingerprint);
    snprintf(fingerprint, 16, "file %u", number);
    change->as.import.value = (struct import_record){.id = id_of(number),
                                                     .survey = f->survey,
                                                     .source = "a file",
                                                     .fingerprint = fingerprint,
                                                     .has_expected = true,
                                                     .expected = 3};
    return change;
}

static inline struct change *make_turn(struct fixture *f, unsigned number, enum import_state to) {
    struct change *change = make_change(f, CHANGE_IMPORT_TURN, NOW_MS);
    change->as.import_turn.id = id_of(number);
    change->as.import_turn.to = to;
    return change;
}

/* To the response of this number; kept for a day, and a day. */
static inline struct change *make_invite(struct fixture *f, unsigned number, const char *respondent) {
    static const struct property FIXED[] = {{"plan", "pro"}};
    struct change *change = make_change(f, CHANGE_INVITE, NOW_MS);
    struct invitation_record *record = arena_alloc_zero(&f->arena, 1, sizeof *record);
    assert_non_null(record);
    *record = (struct invitation_record){.survey = f->survey,
                                         .response = id_of(number),
                                         .respondent = respondent,
                                         .properties = FIXED,
                                         .property_count = 1,
                                         .created_at = NOW_MS,
                                         .expires_at = NOW_MS + DAY_MS,
                                         .kept_until = NOW_MS + 2 * DAY_MS};
    change->as.invite.survey = f->survey;
    change->as.invite.records = record;
    change->as.invite.count = 1;
    return change;
}

static inline struct change *make_survey(struct fixture *f, const char *slug, const char *definition,
                                         const char *const *keys) {
    struct change *change = make_change(f, CHANGE_SURVEY, NOW_MS);
    struct survey_record *survey = &change->as.survey;
    strcpy(survey->slug, slug);
    survey->definition = definition;
    survey->metric = METRIC_NPS;
    survey->scale_max = 10;
    for (; keys && *keys; keys++)
        survey->property_keys[survey->property_count++] = *keys;
    return change;
}

static inline enum outcome apply(struct fixture *f, struct change *change) {
    struct error err;
    assert_ok(store_apply(f->store, &change, 1, NULL, &err), err);
    return change->outcome;
}

static inline void make_shop(struct fixture *f) {
    static const char *const KEYS[] = {"plan", NULL};
    struct change *change = make_survey(f, "shop", "{\"properties\":[\"plan\"]}", KEYS);
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    f->survey = change->as.survey.number;
}

static inline struct histogram read_window(struct fixture *f, const struct filter *filter, int64_t from, int64_t to) {
    struct histogram hist;
    struct error err;
    int64_t bounds[] = {from, to};
    assert_ok(store_read_histograms(f->reader, filter, bounds, 2, &hist, &err), err);
    return hist;
}

static inline int64_t count_all(struct fixture *f) {
    struct filter filter = {.survey = f->survey};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    return histogram_count(&hist);
}

static inline bool read_response(struct fixture *f, unsigned number, struct response *ret_response) {
    struct error err;
    struct id id = id_of(number);
    bool found = false;
    assert_ok(store_read_response(f->reader, f->survey, &id, &f->arena, &found, ret_response, &err), err);
    return found;
}

static inline void print_rollup(void *context, const struct rollup_row *row) {
    struct buffer *buf = context;
    buffer_append_format(buf, "%lld %s=%s tier %d at %lld:", (long long)row->survey, row->dimension, row->value,
                         (int)row->tier, (long long)row->bucket);
    for (size_t i = 0; i < HISTOGRAM_SIZE; i++)
        buffer_append_format(buf, " %lld", (long long)row->hist.n[i]);
    buffer_append_char(buf, '\n');
}

/* Every rollup row as text, a line each; to be freed. */
static inline char *rollups_text(struct fixture *f) {
    struct buffer buf;
    struct error err;
    buffer_init(&buf);
    assert_ok(store_read_rollups(f->reader, print_rollup, &buf, &err), err);
    assert_non_null(buffer_terminate(&buf));
    return buf.data;
}

static inline struct change *make_exclude(struct fixture *f, unsigned number, bool excluded, const char *reason) {
    struct change *change = make_change(f, CHANGE_EXCLUDE, NOW_MS);
    change->as.exclude.id = id_of(number);
    change->as.exclude.survey = f->survey;
    strcpy(change->as.exclude.slug, "shop");
    change->as.exclude.excluded = excluded;
    change->as.exclude.reason = reason;
    return change;
}

static inline void make_person(struct fixture *f, unsigned number, const char *respondent) {
    static const struct property PROPERTIES[] = {{"city", "Graz"}, {"plan", "pro"}};
    struct change *change = make_response(f, number, 9, NOW_MS);
    change->as.response.value.respondent = respondent;
    change->as.response.value.comment = "call me";
    change->as.response.value.touchpoint = "checkout";
    change->as.response.value.properties = PROPERTIES;
    change->as.response.value.property_count = 2;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
}

/* The same tests over every engine: each test has a store of its own with the survey "shop". */
static const char *engine_url;

static inline int engine_setup(void **state) {
    static struct fixture fixture;
    fixture_open(&fixture, engine_url);
    make_shop(&fixture);
    *state = &fixture;
    return 0;
}

static inline int engine_teardown(void **state) {
    fixture_close(*state);
    return 0;
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

static inline int run_over_engine(const char *url, const struct CMUnitTest *tests, size_t count) {
    engine_url = url;
    return _cmocka_run_group_tests(url, tests, count, NULL, NULL);
}

static inline int run_over_engines(const struct CMUnitTest *tests, size_t count) {
    static const char *const URLS[] = {"memory:", "sqlite:%s/cxd.db", "faulty:full:1000:sqlite:%s/cxd.db"};
    int failed = 0;
    for (size_t i = 0; i < CXD_COUNT(URLS); i++)
        failed += run_over_engine(URLS[i], tests, count);
    return failed;
}

/* The same, and PostgreSQL: of the programs whose operations its engine has. */
static inline int run_over_all_engines(const struct CMUnitTest *tests, size_t count) {
    int failed = run_over_engines(tests, count);
#ifdef CXD_POSTGRESQL
    failed += run_over_engine(CLUSTER_URL, tests, count);
    cluster_stop();
#endif
    return failed;
}

/* What has changed since a generation, or all there is (SINCE_EVER). */
static inline struct store_catalog read_catalog(struct fixture *f, int64_t since) {
    struct store_catalog catalog;
    struct error err;
    assert_ok(store_read_catalog(f->reader, since, &f->arena, &catalog, &err), err);
    return catalog;
}

#endif
