/* The writer and its queue, over the memory store and over stores that fail. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cxd/base/clock.h"
#include "cxd/codec/survey.h"
#include "cxd/ingest/ingest.h"
#include "ingest/queue.h"

/* A running writer with one NPS survey. */
struct bed {
    struct store *store;
    struct catalog *catalog;
    struct ingest *ingest;
    struct arena arena;
    struct id_source ids;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t done, batches;
};

static const char NPS[] = "{\"metric\":\"nps\"}";

static void put_survey(struct bed *bed, const char *slug, const char *text) {
    struct survey survey;
    struct error err;
    struct buffer definition;
    buffer_init(&definition);
    assert_int_equal(survey_decode(text, strlen(text), 16, slug, 604800, &bed->arena, &survey, &err), CXD_OK);
    survey_encode_definition(&definition, &survey);
    struct change change = {.kind = CHANGE_SURVEY, .now_ms = 1000, .arena = &bed->arena};
    struct survey_record *record = &change.as.survey;
    snprintf(record->slug, sizeof(record->slug), "%s", slug);
    record->definition = arena_strndup(&bed->arena, definition.data, definition.length);
    record->metric = survey.metric;
    record->scale_min = survey.scale_min;
    record->scale_max = survey.scale_max;
    buffer_free(&definition);
    assert_int_equal(ingest_apply(bed->ingest, &change, &err), CXD_OK);
}

static void batch_done(void *context) {
    struct bed *bed = context;
    pthread_mutex_lock(&bed->lock);
    bed->batches++;
    pthread_cond_broadcast(&bed->changed);
    pthread_mutex_unlock(&bed->lock);
}

static void bed_open(struct bed *bed, const char *url, size_t queue_length) {
    struct error err;
    memset(bed, 0, sizeof(*bed));
    pthread_mutex_init(&bed->lock, NULL);
    pthread_cond_init(&bed->changed, NULL);
    arena_init(&bed->arena);
    id_source_init(&bed->ids);
    assert_int_equal(store_open(url, &bed->store, &err), CXD_OK);
    assert_int_equal(catalog_open(bed->store, &bed->catalog, &err), CXD_OK);
    const struct ingest_options options = {.store = bed->store,
                                           .catalog = bed->catalog,
                                           .queue_length = queue_length,
                                           .batch_done = batch_done,
                                           .batch_context = bed};
    assert_int_equal(ingest_start(&options, &bed->ingest, &err), CXD_OK);
    put_survey(bed, "nps", NPS);
}

static void bed_close(struct bed *bed) {
    ingest_stop(bed->ingest);
    catalog_close(bed->catalog);
    store_close(bed->store);
    arena_free(&bed->arena);
    pthread_mutex_destroy(&bed->lock);
    pthread_cond_destroy(&bed->changed);
}

static void counted(struct ticket *ticket) {
    struct bed *bed = ticket->context;
    pthread_mutex_lock(&bed->lock);
    bed->done++;
    pthread_cond_broadcast(&bed->changed);
    pthread_mutex_unlock(&bed->lock);
}

static void wait_done(struct bed *bed, size_t count) {
    pthread_mutex_lock(&bed->lock);
    while (bed->done < count)
        pthread_cond_wait(&bed->changed, &bed->lock);
    pthread_mutex_unlock(&bed->lock);
}

static struct change response_change(struct bed *bed, const char *slug, int score) {
    const struct snapshot *snapshot = catalog_acquire(bed->catalog);
    const struct survey *survey = snapshot_survey(snapshot, slug);
    assert_non_null(survey);
    struct change change = {.kind = CHANGE_RESPONSE, .now_ms = 5000, .arena = &bed->arena};
    struct response *response = &change.as.response.value;
    response->survey = survey->number;
    response->revision = survey->revision;
    response->score = score;
    response->answered_at = response->received_at = 5000;
    id_make(&bed->ids, 5000, &response->id);
    catalog_release(snapshot);
    return change;
}

static int64_t count_stored(struct bed *bed, const char *slug) {
    struct error err;
    struct store_reader *reader;
    struct histogram hist;
    const int64_t bounds[] = {TIME_MIN, TIME_MAX};
    const struct snapshot *snapshot = catalog_acquire(bed->catalog);
    struct filter filter = {.survey = snapshot_survey(snapshot, slug)->number};
    catalog_release(snapshot);
    assert_int_equal(store_reader_open(bed->store, &reader, &err), CXD_OK);
    assert_int_equal(store_read_histograms(reader, &filter, bounds, 2, &hist, &err), CXD_OK);
    store_reader_close(reader);
    return histogram_count(&hist);
}

static void test_queue_takes_all_in_order(void **state) {
    (void)state;
    struct queue queue;
    struct ticket tickets[3] = {{.count = 1}, {.count = 2}, {.count = 1}};
    assert_true(queue_init(&queue, 4));
    for (size_t i = 0; i < 3; i++)
        assert_true(queue_put(&queue, &tickets[i]));
    struct ticket more = {.count = 1};
    assert_false(queue_put(&queue, &more));
    struct ticket *taken = queue_take_all(&queue);
    for (size_t i = 0; i < 3; i++, taken = taken->next)
        assert_ptr_equal(taken, &tickets[i]);
    assert_null(taken);
    struct ticket huge = {.count = 100};
    assert_true(queue_put(&queue, &more));
    assert_ptr_equal(queue_take_all(&queue), &more);
    assert_true(queue_put(&queue, &huge)); /* larger than the queue, which is not full */
    assert_false(queue_put(&queue, &more));
    queue_close(&queue);
    assert_ptr_equal(queue_take_all(&queue), &huge);
    assert_null(queue_take_all(&queue));
    queue_destroy(&queue);
}

enum { SUBMITTERS = 4, EACH = 250 };

struct submitter {
    struct bed *bed;
    struct change changes[EACH];
    struct ticket tickets[EACH];
};

static void *submit_all(void *argument) {
    struct submitter *submitter = argument;
    for (size_t i = 0; i < EACH; i++) {
        struct ticket *ticket = &submitter->tickets[i];
        *ticket = (struct ticket){
            .changes = &submitter->changes[i], .count = 1, .done = counted, .context = submitter->bed};
        while (ingest_submit(submitter->bed->ingest, ticket) != CXD_OK)
            wait_done(submitter->bed, 1);
        ingest_wake(submitter->bed->ingest);
    }
    return NULL;
}

static void test_many_submitters(void **state) {
    (void)state;
    struct bed bed;
    bed_open(&bed, "memory:", 64);
    struct submitter *submitters = calloc(SUBMITTERS, sizeof(*submitters));
    pthread_t threads[SUBMITTERS];
    for (size_t i = 0; i < SUBMITTERS; i++) {
        submitters[i].bed = &bed;
        for (size_t k = 0; k < EACH; k++)
            submitters[i].changes[k] = response_change(&bed, "nps", (int)(k % 11));
    }
    for (size_t i = 0; i < SUBMITTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, submit_all, &submitters[i]), 0);
    for (size_t i = 0; i < SUBMITTERS; i++)
        pthread_join(threads[i], NULL);
    wait_done(&bed, SUBMITTERS * EACH);
    for (size_t i = 0; i < SUBMITTERS; i++)
        for (size_t k = 0; k < EACH; k++) {
            assert_int_equal(submitters[i].tickets[k].error, CXD_OK);
            assert_int_equal(submitters[i].changes[k].outcome, OUTCOME_CREATED);
        }
    assert_int_equal(count_stored(&bed, "nps"), SUBMITTERS * EACH);
    free(submitters);
    bed_close(&bed);
}

/* What is queued when the stop comes is written. */
static void test_stop_writes_what_waits(void **state) {
    (void)state;
    struct bed bed;
    bed_open(&bed, "memory:", 1000);
    struct submitter *submitter = calloc(1, sizeof(*submitter));
    submitter->bed = &bed;
    for (size_t k = 0; k < EACH; k++)
        submitter->changes[k] = response_change(&bed, "nps", 10);
    submit_all(submitter);
    ingest_stop(bed.ingest);
    bed.ingest = NULL;
    assert_int_equal(bed.done, EACH);
    assert_int_equal(count_stored(&bed, "nps"), EACH);
    free(submitter);
    bed_close(&bed);
}

/* The ticket's changes are one transaction, and the error is each one's. */
static void test_failing_store(void **state) {
    (void)state;
    static const struct {
        const char *url;
        enum cxd_err error;
    } CASES[] = {{"faulty:full:1:memory:", ERR_STORAGE_FULL},
                 {"faulty:storage:1:memory:", ERR_STORAGE},
                 {"faulty:memory:1:memory:", ERR_NO_MEMORY}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct bed bed;
        bed_open(&bed, CASES[i].url, 16);
        struct change changes[2] = {response_change(&bed, "nps", 1), response_change(&bed, "nps", 2)};
        struct ticket ticket = {.changes = changes, .count = 2, .done = counted, .context = &bed};
        assert_int_equal(ingest_submit(bed.ingest, &ticket), CXD_OK);
        ingest_wake(bed.ingest);
        wait_done(&bed, 1);
        assert_int_equal(ticket.error, CASES[i].error);
        assert_int_equal(ingest_failure(bed.ingest, clock_monotonic_ms()), CASES[i].error);
        assert_int_equal(ingest_failure(bed.ingest, clock_monotonic_ms() + 60 * 1000), CXD_OK);
        assert_int_equal(count_stored(&bed, "nps"), 0);
        struct ingest_pace pace;
        ingest_read_pace(bed.ingest, clock_monotonic_ms(), &pace);
        assert_int_equal(pace.last_minute, 0); /* the survey was the last commit that went well */
        assert_int_equal(pace.commit_changes, 1);
        assert_int_equal(ingest_submit(bed.ingest, &ticket), CXD_OK); /* the same again: now it is stored */
        ingest_wake(bed.ingest);
        wait_done(&bed, 2);
        assert_int_equal(ticket.error, CXD_OK);
        assert_int_equal(ingest_failure(bed.ingest, clock_monotonic_ms()), CXD_OK);
        assert_int_equal(count_stored(&bed, "nps"), 2);
        ingest_read_pace(bed.ingest, clock_monotonic_ms(), &pace);
        assert_int_equal(pace.last_minute, 2);
        assert_int_equal(pace.last_hour, 2);
        assert_int_equal(pace.commit_changes, 2);
        assert_in_range(pace.commit_at_ms, clock_now_ms() - 60 * 1000, clock_now_ms());
        assert_int_equal(pace.queue_waiting, 0);
        assert_int_equal(pace.queue_capacity, 16);
        bed_close(&bed);
    }
}

/* A definition that changes in the same batch holds for the responses behind it. */
static void test_stale_revision(void **state) {
    (void)state;
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    put_survey(&bed, "csat", "{\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":7}}");
    struct change high = response_change(&bed, "csat", 7), low = response_change(&bed, "csat", 5);
    put_survey(&bed, "csat", "{\"metric\":\"csat\",\"scale\":{\"min\":1,\"max\":5}}");
    assert_int_equal(ingest_apply(bed.ingest, &high, &err), ERR_INVALID);
    assert_int_equal(ingest_apply(bed.ingest, &low, &err), CXD_OK);
    assert_int_equal(low.as.response.value.revision, 2);
    /* Validated while the survey was open, written after a revision that closed it: only a replay is answered. */
    struct change late = response_change(&bed, "csat", 3), again = low;
    put_survey(&bed, "csat", "{\"metric\":\"csat\",\"closes_at\":\"1970-01-01T00:00:02Z\"}");
    assert_int_equal(ingest_apply(bed.ingest, &late, &err), ERR_SURVEY_CLOSED);
    assert_int_equal(ingest_apply(bed.ingest, &again, &err), CXD_OK);
    assert_int_equal(again.outcome, OUTCOME_REPLAYED);
    assert_int_equal(count_stored(&bed, "csat"), 1);
    /* Archiving does not raise the revision, and holds for what is on its way all the same. */
    struct change on_its_way = response_change(&bed, "nps", 3);
    struct change archive = {
        .kind = CHANGE_ARCHIVE, .now_ms = 5000, .arena = &bed.arena, .as.archive.slug = "nps"};
    assert_int_equal(ingest_apply(bed.ingest, &archive, &err), CXD_OK);
    assert_int_equal(ingest_apply(bed.ingest, &on_its_way, &err), ERR_SURVEY_CLOSED);
    assert_int_equal(count_stored(&bed, "nps"), 0);
    bed_close(&bed);
}

/* A snapshot that is held stays as it was while the catalog moves on. */
static void test_catalog_snapshots(void **state) {
    (void)state;
    struct bed bed;
    bed_open(&bed, "memory:", 16);
    const struct snapshot *old = catalog_acquire(bed.catalog);
    put_survey(&bed, "csat", "{\"metric\":\"csat\"}");
    put_survey(&bed, "aaa", "{\"metric\":\"ces\"}");
    const struct snapshot *new = catalog_acquire(bed.catalog);
    assert_int_equal(old->survey_count, 1);
    assert_int_equal(new->survey_count, 3);
    assert_null(snapshot_survey(old, "csat"));
    assert_null(snapshot_survey(new, "none"));
    static const char *const SLUGS[] = {"aaa", "csat", "nps"};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(new->surveys[i].slug, SLUGS[i]);
        const struct survey *survey = snapshot_survey(new, SLUGS[i]);
        assert_ptr_equal(survey, &new->surveys[i]);
        assert_ptr_equal(snapshot_survey_number(new, survey->number), survey);
    }
    assert_null(snapshot_survey_number(new, 999));
    catalog_release(old);
    catalog_release(new);
    bed_close(&bed);
}

static void test_catalog_keys(void **state) {
    (void)state;
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    struct change change = {.kind = CHANGE_KEY, .now_ms = 7000, .arena = &bed.arena};
    struct api_key *key = &change.as.key;
    snprintf(key->name, sizeof(key->name), "reader");
    key->scopes = SCOPE_READ;
    key->expires_at = TIME_MAX;
    key->created_at = 7000;
    id_make(&bed.ids, 7000, &key->id);
    sha256("secret", 6, key->hash);
    struct id id = key->id;
    assert_int_equal(ingest_apply(bed.ingest, &change, &err), CXD_OK);
    const struct snapshot *snapshot = catalog_acquire(bed.catalog);
    assert_non_null(snapshot_key(snapshot, "secret"));
    assert_null(snapshot_key(snapshot, "secre"));
    assert_true(api_key_is_valid(snapshot_key(snapshot, "secret"), 8000));
    catalog_release(snapshot);
    struct change revoke = {.kind = CHANGE_REVOKE, .now_ms = 9000, .arena = &bed.arena, .as.revoke = id};
    assert_int_equal(ingest_apply(bed.ingest, &revoke, &err), CXD_OK);
    snapshot = catalog_acquire(bed.catalog);
    assert_false(api_key_is_valid(snapshot_key(snapshot, "secret"), 10000));
    catalog_release(snapshot);
    bed_close(&bed);
}

/* Asks until the writer has answered; true if it does within some seconds. */
static bool answers(struct bed *bed, int64_t now_ms) {
    for (int i = 0; i < 5000; i++) {
        if (ingest_stuck_ms(bed->ingest, now_ms) == 0)
            return true;
        usleep(1000);
    }
    return false;
}

static void held(struct ticket *ticket) {
    struct bed *bed = ticket->context;
    pthread_mutex_lock(&bed->lock);
    bed->done++;
    pthread_cond_broadcast(&bed->changed);
    while (bed->done < 2)
        pthread_cond_wait(&bed->changed, &bed->lock);
    pthread_mutex_unlock(&bed->lock);
}

/* Idle, it answers from its sleep; held up, it owes the answer to the first question for as long as that lasts. */
static void test_stuck(void **state) {
    (void)state;
    struct bed bed;
    bed_open(&bed, "memory:", 16);
    for (int64_t now_ms = 1000; now_ms < 10000; now_ms += 1000)
        assert_true(answers(&bed, now_ms));
    struct change change = response_change(&bed, "nps", 9);
    struct ticket ticket = {.changes = &change, .count = 1, .done = held, .context = &bed};
    assert_int_equal(ingest_submit(bed.ingest, &ticket), CXD_OK);
    ingest_wake(bed.ingest);
    wait_done(&bed, 1);
    assert_true(answers(&bed, 20000)); /* or asks for the first time */
    assert_int_equal(ingest_stuck_ms(bed.ingest, 21000), 1000);
    assert_int_equal(ingest_stuck_ms(bed.ingest, 50000), 30000);
    counted(&ticket);
    assert_true(answers(&bed, 60000));
    bed_close(&bed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_takes_all_in_order),
        cmocka_unit_test(test_many_submitters),
        cmocka_unit_test(test_stop_writes_what_waits),
        cmocka_unit_test(test_failing_store),
        cmocka_unit_test(test_stale_revision),
        cmocka_unit_test(test_catalog_snapshots),
        cmocka_unit_test(test_catalog_keys),
        cmocka_unit_test(test_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
