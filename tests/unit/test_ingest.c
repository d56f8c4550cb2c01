/* The writer and its queue, over the memory store and over stores that fail. */
#include <pthread.h>
#include <unistd.h>

#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/codec/survey.h"
#include "cxd/ingest/ingest.h"
#include "ingest/parts.h"
#include "ingest/queue.h"
#include "store/engine.h"

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
    size_t amended; /* changes that the writer told of */
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
    snprintf(record->slug, sizeof record->slug, "%s", slug);
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

static void amended(void *context, const struct change *change) {
    struct bed *bed = context;
    pthread_mutex_lock(&bed->lock);
    bed->amended += change->outcome == OUTCOME_AMENDED && change->kind != CHANGE_SETTLE;
    pthread_mutex_unlock(&bed->lock);
}

/* The memory engine, whose readers count, and refuse when told. */
static struct {
    size_t asked;   /* for the catalog */
    size_t records; /* surveys and keys that were read for it */
    bool refuses;
    bool disowns; /* what is applied is stored, and told as a failure */
} reads;
static struct store_engine counting;

static enum cxd_err counting_apply(struct store *store, struct change *const *changes, size_t count,
                                   enum store_fate *ret_fate, struct error *err) {
    enum cxd_err code = STORE_MEMORY.apply(store, changes, count, ret_fate, err);
    if (code != CXD_OK || !reads.disowns)
        return code;
    *ret_fate = STORE_FATE_UNKNOWN;
    return error_set(err, ERR_STORAGE, "not in its place");
}

static enum cxd_err counting_reader_open(struct store *store, struct store_reader **ret_reader, struct error *err) {
    enum cxd_err code = STORE_MEMORY.reader_open(store, ret_reader, err);
    if (code == CXD_OK)
        (*ret_reader)->engine = &counting;
    return code;
}

static enum cxd_err counting_read_catalog(struct store_reader *reader, int64_t since, struct arena *arena,
                                          struct store_catalog *ret_catalog, struct error *err) {
    reads.asked++;
    if (reads.refuses)
        return error_set(err, ERR_NO_MEMORY, "refused");
    enum cxd_err code = STORE_MEMORY.read_catalog(reader, since, arena, ret_catalog, err);
    reads.records += ret_catalog->survey_count + ret_catalog->key_count;
    return code;
}

static void bed_count(struct store *store) {
    memset(&reads, 0, sizeof reads);
    counting = STORE_MEMORY;
    counting.apply = counting_apply;
    counting.reader_open = counting_reader_open;
    counting.read_catalog = counting_read_catalog;
    store->engine = &counting;
}

static void bed_open(struct bed *bed, const char *url, size_t queue_length) {
    struct error err;
    memset(bed, 0, sizeof *bed);
    pthread_mutex_init(&bed->lock, NULL);
    pthread_cond_init(&bed->changed, NULL);
    arena_init(&bed->arena);
    id_source_init(&bed->ids);
    assert_int_equal(store_open(url, &bed->store, &err), CXD_OK);
    if (strcmp(url, "memory:") == 0)
        bed_count(bed->store);
    assert_int_equal(catalog_open(bed->store, &bed->catalog, &err), CXD_OK);
    const struct ingest_options options = {.store = bed->store,
                                           .catalog = bed->catalog,
                                           .queue_length = queue_length,
                                           .batch_done = batch_done,
                                           .amended = amended,
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
    response->has_score = true;
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
    assert_ptr_equal(queue_take_waiting(&queue), &huge);
    assert_null(queue_take_waiting(&queue));
    /* What is applied in slices keeps nobody else out, and is kept out by everybody. */
    struct ticket parted[] = {{.count = 100, .is_partable = true}, {.count = 1, .is_partable = true}};
    assert_true(queue_put(&queue, &parted[0]));
    assert_false(queue_put(&queue, &parted[1]));
    assert_true(queue_put(&queue, &tickets[0]));
    assert_int_equal(queue_waiting(&queue), 101);
    assert_ptr_equal(queue_take_all(&queue), &parted[0]);
    assert_int_equal(queue_waiting(&queue), 0);
    assert_true(queue_put(&queue, &huge));
    assert_false(queue_put(&queue, &parted[1]));
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
        *ticket =
            (struct ticket){.changes = &submitter->changes[i], .count = 1, .done = counted, .context = submitter->bed};
        while (ingest_submit(submitter->bed->ingest, ticket) != CXD_OK)
            wait_done(submitter->bed, 1);
        ingest_wake(submitter->bed->ingest);
    }
    return NULL;
}

static void test_many_submitters(void **state) {
    struct bed bed;
    bed_open(&bed, "memory:", 64);
    struct submitter *submitters = calloc(SUBMITTERS, sizeof *submitters);
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
    struct bed bed;
    bed_open(&bed, "memory:", 1000);
    struct submitter *submitter = calloc(1, sizeof *submitter);
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
    struct change archive = {.kind = CHANGE_ARCHIVE, .now_ms = 5000, .arena = &bed.arena, .as.archive.slug = "nps"};
    assert_int_equal(ingest_apply(bed.ingest, &archive, &err), CXD_OK);
    assert_int_equal(ingest_apply(bed.ingest, &on_its_way, &err), ERR_SURVEY_CLOSED);
    assert_int_equal(count_stored(&bed, "nps"), 0);
    /* In the same transaction too, of which no snapshot can know. */
    put_survey(&bed, "ces", "{\"metric\":\"ces\"}");
    struct change changes[] = {response_change(&bed, "ces", 3),
                               {.kind = CHANGE_ARCHIVE, .now_ms = 5000, .as.archive.slug = "ces"},
                               response_change(&bed, "ces", 4)};
    struct ticket ticket = {.changes = changes, .count = CXD_COUNT(changes), .done = counted, .context = &bed};
    assert_int_equal(ingest_submit(bed.ingest, &ticket), CXD_OK);
    ingest_wake(bed.ingest);
    wait_done(&bed, 1);
    assert_int_equal(ticket.error, CXD_OK);
    assert_int_equal(changes[0].outcome, OUTCOME_CREATED);
    assert_int_equal(changes[2].outcome, OUTCOME_REFUSED);
    assert_int_equal(changes[2].refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(count_stored(&bed, "ces"), 1);
    bed_close(&bed);
}

/* A snapshot that is held stays as it was while the catalog moves on. */
static void test_catalog_snapshots(void **state) {
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
        assert_string_equal(new->surveys[i]->slug, SLUGS[i]);
        const struct survey *survey = snapshot_survey(new, SLUGS[i]);
        assert_ptr_equal(survey, new->surveys[i]);
        assert_ptr_equal(snapshot_survey_number(new, survey->number), survey);
    }
    assert_null(snapshot_survey_number(new, 999));
    catalog_release(old);
    catalog_release(new);
    bed_close(&bed);
}

static void test_catalog_keys(void **state) {
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    struct change change = {.kind = CHANGE_KEY, .now_ms = 7000, .arena = &bed.arena};
    struct api_key *key = &change.as.key;
    snprintf(key->name, sizeof key->name, "reader");
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

static struct change key_change(struct bed *bed, const char *secret, int64_t now_ms) {
    struct change change = {.kind = CHANGE_KEY, .now_ms = now_ms, .arena = &bed->arena};
    struct api_key *key = &change.as.key;
    snprintf(key->name, sizeof key->name, "%s", secret);
    key->scopes = SCOPE_READ;
    key->expires_at = TIME_MAX;
    key->created_at = now_ms;
    id_make(&bed->ids, now_ms, &key->id);
    sha256(secret, strlen(secret), key->hash);
    return change;
}

static void apply_well(struct bed *bed, struct change *change) {
    struct error err;
    assert_int_equal(ingest_apply(bed->ingest, change, &err), CXD_OK);
}

/* Every order of a snapshot agrees with every other, and with the store. */
static void check_snapshot(struct bed *bed) {
    struct error err;
    struct store_reader *reader;
    struct store_catalog stored;
    size_t live = 0;
    const struct snapshot *snapshot = catalog_acquire(bed->catalog);
    assert_int_equal(store_reader_open(bed->store, &reader, &err), CXD_OK);
    reader->engine = &STORE_MEMORY; /* not counted */
    assert_int_equal(store_read_catalog(reader, SINCE_EVER, &bed->arena, &stored, &err), CXD_OK);
    const struct survey_record *surveys = stored.surveys;
    const struct api_key *keys = stored.keys;
    assert_int_equal(snapshot->survey_count, stored.survey_count);
    for (size_t i = 0; i < stored.survey_count; i++) {
        const struct survey *survey = snapshot->surveys[i];
        assert_string_equal(survey->slug, surveys[i].slug);
        assert_int_equal(survey->number, surveys[i].number);
        assert_int_equal(survey->revision, surveys[i].revision);
        assert_int_equal(survey->archived_at, surveys[i].archived_at);
        assert_ptr_equal(snapshot_survey(snapshot, survey->slug), survey);
        assert_ptr_equal(snapshot_survey_number(snapshot, survey->number), survey);
        assert_int_equal(snapshot_survey_place(snapshot, survey->slug), i);
        live += survey->archived_at == 0;
    }
    assert_int_equal(snapshot->live_count, live);
    assert_int_equal(snapshot->key_count, stored.key_count);
    for (size_t i = 0; i < stored.key_count; i++) {
        const struct api_key *key = snapshot->keys[i];
        assert_int_equal(id_compare(&key->id, &keys[i].id), 0);
        assert_int_equal(key->used_day, keys[i].used_day);
        assert_int_equal(key->revoked_at, keys[i].revoked_at);
        assert_ptr_equal(snapshot_key(snapshot, key->name), key); /* named as its secret */
        assert_ptr_equal(snapshot_key_id(snapshot, &key->id), key);
        assert_int_equal(snapshot_key_place(snapshot, key->created_at, &key->id), i);
    }
    store_reader_close(reader);
    catalog_release(snapshot);
}

/* With many surveys and keys a change reads the one that it changed, and the others are the same in memory as before.
 */
static void test_a_change_reads_what_it_changed(void **state) {
    enum { MANY = 300 };
    struct bed bed;
    char name[32];
    struct change keys[MANY];
    bed_open(&bed, "memory:", 16);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "s%d", i * 7919 % MANY);
        put_survey(&bed, name, i % 2 == 0 ? NPS : "{\"metric\":\"csat\"}");
        snprintf(name, sizeof name, "k%d", i);
        keys[i] = key_change(&bed, name, 1000 + i * 7919 % MANY);
        apply_well(&bed, &keys[i]);
    }
    check_snapshot(&bed);
    const struct snapshot *old = catalog_acquire(bed.catalog);
    assert_int_equal(reads.records, 1 + 2 * MANY); /* each once, when it was made */

    put_survey(&bed, "s5", "{\"metric\":\"nps\",\"name\":\"New\"}");
    struct change archive = {.kind = CHANGE_ARCHIVE, .now_ms = 5000, .as.archive.slug = "s7"};
    struct change revoke = {.kind = CHANGE_REVOKE, .now_ms = 5000, .as.revoke = keys[9].as.key.id};
    struct change used = {.kind = CHANGE_KEY_USED, .as.key_used = {keys[4].as.key.id, INT64_C(86400000)}};
    struct change rotate = {.kind = CHANGE_SIGNING_KEY, .now_ms = 5000};
    struct change *changes[] = {&archive, &revoke, &used, &rotate};
    for (size_t i = 0; i < CXD_COUNT(changes); i++) {
        changes[i]->arena = &bed.arena;
        apply_well(&bed, changes[i]);
    }
    assert_int_equal(reads.records, 1 + 2 * MANY + 4);
    put_survey(&bed, "s5", "{\"metric\":\"nps\",\"name\":\"New\"}"); /* the same: nothing has changed */
    apply_well(&bed, &used);
    assert_int_equal(reads.records, 1 + 2 * MANY + 4);

    const struct snapshot *new = catalog_acquire(bed.catalog);
    size_t same_surveys = 0, same_keys = 0;
    for (size_t i = 0; i < old->survey_count; i++)
        same_surveys += old->surveys[i] == new->surveys[i];
    for (size_t i = 0; i < old->key_count; i++)
        same_keys += old->keys[i] == new->keys[i];
    assert_int_equal(same_surveys, MANY + 1 - 2);
    assert_int_equal(same_keys, MANY - 2);
    assert_null(snapshot_survey(old, "s5")->name);
    assert_string_equal(snapshot_survey(new, "s5")->name, "New");
    assert_int_equal(new->live_count, old->live_count - 1);
    assert_int_equal(new->signing_key_count, 1);
    catalog_release(new);
    check_snapshot(&bed);
    catalog_release(old);
    bed_close(&bed);
}

static void test_removed_keys_leave_the_catalog(void **state) {
    struct bed bed;
    char name[32];
    bed_open(&bed, "memory:", 16);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "k%d", i);
        struct change key = key_change(&bed, name, 1000 + i * 7 % 20);
        key.as.key.expires_at = i % 3 == 0 ? 2000 : TIME_MAX;
        apply_well(&bed, &key);
    }
    const struct snapshot *old = catalog_acquire(bed.catalog);
    struct change prune = {.kind = CHANGE_PRUNE, .now_ms = 9000, .arena = &bed.arena};
    prune.as.prune.before_ms = 3000;
    prune.as.prune.limit = 5;
    for (size_t left = 15; left >= 13; left -= 2) { /* seven, in two slices */
        apply_well(&bed, &prune);
        check_snapshot(&bed);
        const struct snapshot *new = catalog_acquire(bed.catalog);
        assert_int_equal(new->key_count, left);
        assert_non_null(snapshot_key(new, "k1"));
        catalog_release(new);
    }
    assert_int_equal(old->key_count, 20);
    assert_non_null(snapshot_key(old, "k0"));
    catalog_release(old);
    bed_close(&bed);
}

/* A key's time is that of its request, so that one may be written after a younger one; here in the run that removes
 * others. */
static void test_an_older_key_is_made_while_others_are_removed(void **state) {
    struct bed bed;
    bed_open(&bed, "memory:", 16);
    struct change past = key_change(&bed, "past", 1000), young = key_change(&bed, "young", 5000);
    past.as.key.expires_at = 2000;
    apply_well(&bed, &past);
    apply_well(&bed, &young);
    struct change changes[] = {{.kind = CHANGE_PRUNE, .now_ms = 9000, .arena = &bed.arena},
                               key_change(&bed, "older", 4000)};
    changes[0].as.prune.before_ms = 3000;
    changes[0].as.prune.limit = 5;
    struct ticket ticket = {.changes = changes, .count = CXD_COUNT(changes), .done = counted, .context = &bed};
    size_t done = bed.done;
    assert_int_equal(ingest_submit(bed.ingest, &ticket), CXD_OK);
    ingest_wake(bed.ingest);
    wait_done(&bed, done + 1);
    assert_int_equal(ticket.error, CXD_OK);
    check_snapshot(&bed);
    const struct snapshot *snapshot = catalog_acquire(bed.catalog);
    assert_int_equal(snapshot->key_count, 2);
    assert_non_null(snapshot_key(snapshot, "young"));
    assert_non_null(snapshot_key(snapshot, "older"));
    catalog_release(snapshot);
    bed_close(&bed);
}

/* Held snapshots stay as they were, in whatever order they are released, while what they share is changed. */
static void test_snapshots_outlive_what_replaced_them(void **state) {
    enum { HELD = 40 };
    struct bed bed;
    char text[96];
    const struct snapshot *held[HELD];
    bed_open(&bed, "memory:", 16);
    put_survey(&bed, "other", NPS);
    struct change key = key_change(&bed, "secret", 1000);
    apply_well(&bed, &key);
    for (int i = 0; i < HELD; i++) {
        held[i] = catalog_acquire(bed.catalog);
        snprintf(text, sizeof text, "{\"metric\":\"nps\",\"name\":\"after %d\"}", i);
        put_survey(&bed, i % 3 == 0 ? "other" : "nps", text);
        struct change used = {
            .kind = CHANGE_KEY_USED, .arena = &bed.arena, .as.key_used = {key.as.key.id, (i + 1) * INT64_C(86400000)}};
        apply_well(&bed, &used);
    }
    for (int k = 0; k < HELD; k++) {
        int i = k * 7 % HELD; /* every one, the old ones not first */
        assert_int_equal(snapshot_key(held[i], "secret")->used_day, i * INT64_C(86400000));
        for (int slug = 0; slug < 2; slug++) {
            const struct survey *survey = snapshot_survey(held[i], slug == 0 ? "other" : "nps");
            int last = i - 1;
            while (last >= 0 && (last % 3 == 0) != (slug == 0))
                last--;
            snprintf(text, sizeof text, "after %d", last);
            if (last < 0)
                assert_null(survey->name);
            else
                assert_string_equal(survey->name, text);
            assert_ptr_equal(snapshot_survey_number(held[i], survey->number), survey);
        }
        catalog_release(held[i]);
    }
    check_snapshot(&bed);
    bed_close(&bed);
}

/* What is stored but could not be read again is told as a failure, and in force once the catalog is renewed, by the
 * writer or by whoever asks. */
static void test_stale_catalog(void **state) {
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    struct change key = key_change(&bed, "secret", 1000);
    reads.refuses = true;
    assert_int_equal(ingest_apply(bed.ingest, &key, &err), ERR_NO_MEMORY);
    struct change response = response_change(&bed, "nps", 9);
    assert_int_equal(ingest_apply(bed.ingest, &response, &err), CXD_OK); /* none of its business */
    const struct snapshot *snapshot = catalog_acquire(bed.catalog);
    assert_int_equal(snapshot->key_count, 0);
    catalog_release(snapshot);
    assert_int_equal(ingest_apply(bed.ingest, &key, &err), ERR_NO_MEMORY); /* a replay: still not in force */
    assert_int_equal(catalog_renew(bed.catalog, &err), ERR_NO_MEMORY);
    reads.refuses = false;
    assert_int_equal(catalog_renew(bed.catalog, &err), CXD_OK);
    snapshot = catalog_acquire(bed.catalog);
    assert_non_null(snapshot_key(snapshot, "secret"));
    catalog_release(snapshot);
    check_snapshot(&bed);
    reads.refuses = true;
    struct change other = key_change(&bed, "other", 2000);
    assert_int_equal(ingest_apply(bed.ingest, &other, &err), ERR_NO_MEMORY);
    /* Whoever rotates again loses a key that invitations are signed with: that one is in force when it can be. */
    struct change rotation = {.kind = CHANGE_SIGNING_KEY, .now_ms = 3000};
    assert_int_equal(ingest_apply(bed.ingest, &rotation, &err), CXD_OK);
    assert_int_equal(rotation.outcome, OUTCOME_CREATED);
    reads.refuses = false;
    apply_well(&bed, &other);
    check_snapshot(&bed);
    snapshot = catalog_acquire(bed.catalog);
    assert_int_equal(snapshot->signing_key_count, 1);
    catalog_release(snapshot);
    bed_close(&bed);
}

/* What another process writes, here past the writer, is in force with the next renewal, and is what is read for it. */
static void test_what_others_write(void **state) {
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    put_survey(&bed, "other", NPS);
    size_t records = reads.records;
    struct change archive = {.kind = CHANGE_ARCHIVE, .now_ms = 5000, .arena = &bed.arena, .as.archive.slug = "other"};
    struct change key = key_change(&bed, "secret", 1000), *changes[] = {&archive, &key};
    assert_int_equal(store_apply(bed.store, changes, CXD_COUNT(changes), NULL, &err), CXD_OK);
    const struct snapshot *before = catalog_acquire(bed.catalog);
    assert_int_equal(before->live_count, 2);
    assert_null(snapshot_key(before, "secret"));
    assert_int_equal(catalog_renew(bed.catalog, &err), CXD_OK);
    const struct snapshot *after = catalog_acquire(bed.catalog);
    assert_int_equal(after->live_count, 1);
    assert_non_null(snapshot_key(after, "secret"));
    assert_ptr_equal(snapshot_survey(before, "nps"), snapshot_survey(after, "nps"));
    assert_int_equal(reads.records, records + 2);
    check_snapshot(&bed);
    assert_int_equal(catalog_renew(bed.catalog, &err), CXD_OK); /* nothing is new */
    const struct snapshot *same = catalog_acquire(bed.catalog);
    assert_ptr_equal(same, after);
    catalog_release(before);
    catalog_release(after);
    catalog_release(same);
    bed_close(&bed);
}

/* A survey that somebody has broken stays as it was, and what else has changed is in force: a revoked key above all. */
static void test_an_unreadable_survey_keeps_back_nothing(void **state) {
    (void)state;
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    put_survey(&bed, "other", NPS);
    struct change key = key_change(&bed, "secret", 1000);
    apply_well(&bed, &key);
    struct change broken = {.kind = CHANGE_SURVEY, .now_ms = 5000, .arena = &bed.arena}, *changes[] = {&broken};
    strcpy(broken.as.survey.slug, "nps");
    broken.as.survey.definition = "{";
    broken.as.survey.scale_max = 10;
    assert_int_equal(store_apply(bed.store, changes, CXD_COUNT(changes), NULL, &err), CXD_OK);
    struct change revoke = {.kind = CHANGE_REVOKE, .now_ms = 6000, .arena = &bed.arena, .as.revoke = key.as.key.id};
    apply_well(&bed, &revoke);
    struct change archive = {.kind = CHANGE_ARCHIVE, .now_ms = 7000, .arena = &bed.arena, .as.archive.slug = "other"};
    apply_well(&bed, &archive);
    const struct snapshot *snapshot = catalog_acquire(bed.catalog);
    assert_int_equal(snapshot_key(snapshot, "secret")->revoked_at, 6000);
    assert_int_equal(snapshot_survey(snapshot, "other")->archived_at, 7000);
    assert_int_equal(snapshot_survey(snapshot, "nps")->revision, 1);
    catalog_release(snapshot);
    broken.as.survey.definition = "[";
    assert_int_equal(store_apply(bed.store, changes, CXD_COUNT(changes), NULL, &err), CXD_OK);
    assert_int_equal(catalog_renew(bed.catalog, &err), CXD_OK);
    assert_int_equal(err.code, ERR_STORAGE);
    assert_int_equal(catalog_renew(bed.catalog, &err), CXD_OK);
    assert_int_equal(err.code, CXD_OK);
    struct catalog *catalog;
    assert_int_equal(catalog_open(bed.store, &catalog, &err), ERR_STORAGE);
    put_survey(&bed, "nps", NPS);
    check_snapshot(&bed);
    bed_close(&bed);
}

/* What was refused and is stored all the same is in force once somebody sends it again, and its chores are not
 * forgotten. */
static void test_stored_though_refused(void **state) {
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    struct change settle = {.kind = CHANGE_SETTLE, .now_ms = 2000}, roll = {.kind = CHANGE_ROLL};
    struct change key = key_change(&bed, "secret", 1000);
    apply_well(&bed, &settle);
    apply_well(&bed, &roll);
    reads.disowns = true;
    assert_int_equal(ingest_apply(bed.ingest, &key, &err), ERR_STORAGE);
    size_t asked = reads.asked;
    assert_int_equal(ingest_apply(bed.ingest, &key, &err), ERR_STORAGE);
    assert_int_equal(reads.asked, asked); /* nothing is in force, so that nothing is read */
    assert_true(ingest_is_unsettled(bed.ingest));
    assert_true(ingest_is_unrolled(bed.ingest));
    reads.disowns = false;
    apply_well(&bed, &key);
    assert_int_equal(key.outcome, OUTCOME_REPLAYED);
    check_snapshot(&bed);
    const struct snapshot *snapshot = catalog_acquire(bed.catalog);
    assert_non_null(snapshot_key(snapshot, "secret"));
    catalog_release(snapshot);
    bed_close(&bed);
}

/* The store has brought home what was erased before. */
static void settle(struct bed *bed) {
    struct error err;
    struct change change = {.kind = CHANGE_SETTLE};
    assert_int_equal(ingest_apply(bed->ingest, &change, &err), CXD_OK);
    assert_false(ingest_is_unsettled(bed->ingest));
}

static enum outcome agreed;

static enum cxd_err agreeing_apply(struct store *store, struct change *const *changes, size_t count,
                                   enum store_fate *ret_fate, struct error *err) {
    (void)store;
    (void)ret_fate;
    (void)err;
    for (size_t i = 0; i < count; i++)
        changes[i]->outcome = changes[i]->kind == CHANGE_SETTLE ? OUTCOME_AMENDED : agreed;
    return CXD_OK;
}

/* The housekeeping hears of what has still to leave the files: of that, and of nothing else. */
static void test_what_erases_is_to_be_settled(void **state) {
    (void)state;
    static const bool ERASES[CHANGE_KIND_COUNT] = {
        [CHANGE_ERASE] = true, [CHANGE_RETAIN] = true, [CHANGE_REERASE] = true,
        [CHANGE_LAPSE] = true, [CHANGE_EXPIRE] = true, [CHANGE_UNDO] = true};
    struct bed bed;
    struct error err;
    bed_open(&bed, "memory:", 16);
    size_t told = bed.amended;
    assert_true(ingest_is_unsettled(bed.ingest)); /* a life before may have left something */
    counting.apply = agreeing_apply;
    for (unsigned kind = 0; kind < 2 * CHANGE_KIND_COUNT; kind++) {
        struct change change = {.kind = kind % CHANGE_KIND_COUNT, .arena = &bed.arena};
        agreed = kind < CHANGE_KIND_COUNT ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
        settle(&bed);
        assert_int_equal(ingest_apply(bed.ingest, &change, &err), CXD_OK);
        assert_int_equal(ingest_is_unsettled(bed.ingest), agreed == OUTCOME_AMENDED && ERASES[change.kind]);
        /* Of each that has made something otherwise somebody was told by then, and of nothing else. */
        told += agreed == OUTCOME_AMENDED && change.kind != CHANGE_SETTLE;
        assert_int_equal(bed.amended, told);
    }
    bed_close(&bed);
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

/* Stored, or not, and nobody knows: what may be sent again is stored once, whoever sends it again. */
static void test_unknown_fate(void **state) {
    static const struct {
        const char *url;
        enum outcome again; /* what the second try finds */
        size_t signing_keys;
    } CASES[] = {{"faulty:kept:1-2:memory:", OUTCOME_REPLAYED, 1}, {"faulty:lost:1-2:memory:", OUTCOME_CREATED, 0}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct bed bed;
        struct error err;
        struct store_reader *reader;
        struct store_catalog stored;
        bed_open(&bed, CASES[i].url, 16);
        settle(&bed);
        struct change alone = response_change(&bed, "nps", 9);
        assert_int_equal(ingest_apply(bed.ingest, &alone, &err), ERR_STORAGE);
        assert_true(ingest_is_unsettled(bed.ingest));

        /* Two in one transaction, while the writer is held up. One of them would be another one if it came twice. */
        struct change first = {.kind = CHANGE_KEY_USED, .now_ms = 1000},
                      rotate = {.kind = CHANGE_SIGNING_KEY, .now_ms = 1000}, response = response_change(&bed, "nps", 1);
        struct ticket hold = {.changes = &first, .count = 1, .done = held, .context = &bed},
                      rotates = {.changes = &rotate, .count = 1, .done = counted, .context = &bed},
                      responds = {.changes = &response, .count = 1, .done = counted, .context = &bed};
        assert_int_equal(ingest_submit(bed.ingest, &hold), CXD_OK);
        ingest_wake(bed.ingest);
        wait_done(&bed, 1);
        assert_int_equal(ingest_submit(bed.ingest, &rotates), CXD_OK);
        assert_int_equal(ingest_submit(bed.ingest, &responds), CXD_OK);
        ingest_wake(bed.ingest);
        counted(&hold);
        wait_done(&bed, 4);
        assert_int_equal(rotates.error, ERR_STORAGE);
        assert_int_equal(responds.error, CXD_OK);
        assert_int_equal(response.outcome, CASES[i].again);
        assert_int_equal(count_stored(&bed, "nps"), 1 + (CASES[i].again == OUTCOME_REPLAYED));
        assert_int_equal(store_reader_open(bed.store, &reader, &err), CXD_OK);
        assert_int_equal(store_read_catalog(reader, SINCE_EVER, &bed.arena, &stored, &err), CXD_OK);
        assert_int_equal(stored.signing_key_count, CASES[i].signing_keys);
        store_reader_close(reader);

        assert_int_equal(ingest_apply(bed.ingest, &alone, &err), CXD_OK);
        assert_int_equal(alone.outcome, CASES[i].again);
        assert_int_equal(count_stored(&bed, "nps"), 2);
        bed_close(&bed);
    }
}

/* Asks until the writer has answered. */
static void await_answer(struct bed *bed, int64_t now_ms) {
    while (ingest_stuck_ms(bed->ingest, now_ms) != 0)
        usleep(1000);
}

/* Idle, it answers from its sleep; held up, it owes the answer to the first question for as long as that lasts. */
static void test_stuck(void **state) {
    struct bed bed;
    bed_open(&bed, "memory:", 16);
    for (int64_t now_ms = 1000; now_ms < 10000; now_ms += 1000)
        await_answer(&bed, now_ms);
    struct change change = response_change(&bed, "nps", 9);
    struct ticket ticket = {.changes = &change, .count = 1, .done = held, .context = &bed};
    assert_int_equal(ingest_submit(bed.ingest, &ticket), CXD_OK);
    ingest_wake(bed.ingest);
    wait_done(&bed, 1);
    await_answer(&bed, 20000); /* or asks for the first time */
    assert_int_equal(ingest_stuck_ms(bed.ingest, 21000), 1000);
    assert_int_equal(ingest_stuck_ms(bed.ingest, 50000), 30000);
    counted(&ticket);
    await_answer(&bed, 60000);
    bed_close(&bed);
}

/* --- Slices ---------------------------------------------------------------------------------------------------------
 */

/* The list of chosen tickets has these, each with its changes up to one. */
static void expect_chosen(const struct ticket *chosen, size_t count, const struct ticket *const *tickets,
                          const size_t *sliced) {
    for (size_t i = 0; i < count; i++, chosen = chosen->next) {
        assert_ptr_equal(chosen, tickets[i]);
        assert_int_equal(chosen->sliced, sliced[i]);
    }
    assert_null(chosen);
}

/* What the writer does after a commit. */
static void commit_chosen(struct parts *parts, struct ticket *chosen) {
    while (chosen) {
        struct ticket *next = chosen->next;
        chosen->applied = chosen->sliced;
        if (chosen->applied < chosen->count)
            parts_put_back(parts, chosen);
        chosen = next;
    }
}

static void test_parts_take_turns(void **state) {
    enum { TURN = PARTS_TURN, SLICE = PARTS_SLICE };
    struct parts parts = {0};
    struct ticket first = {.count = 2 * SLICE, .is_partable = true}, brief = {.count = 3, .is_partable = true},
                  second = {.count = 2 * SLICE, .is_partable = true}, single = {.count = 1},
                  whole = {.count = 3 * SLICE};
    assert_null(parts_choose(&parts, NULL));
    /* Both advance, one that is short ends at once, and what may not be parted goes whole, before them. */
    first.next = &single;
    single.next = &brief;
    brief.next = &second;
    second.next = &whole;
    struct ticket *chosen = parts_choose(&parts, &first);
    expect_chosen(chosen, 5, (const struct ticket *const[]){&single, &whole, &first, &brief, &second},
                  (const size_t[]){1, 3 * SLICE, 2 * TURN, 3, 2 * TURN - 3});
    assert_null(parts.first);
    commit_chosen(&parts, chosen);
    /* Nothing came meanwhile; then one that is long enough for a slice. */
    chosen = parts_choose(&parts, NULL);
    expect_chosen(chosen, 2, (const struct ticket *const[]){&first, &second}, (const size_t[]){4 * TURN, 4 * TURN - 3});
    commit_chosen(&parts, chosen);
    struct ticket third = {.count = SLICE, .is_partable = true};
    chosen = parts_choose(&parts, &third);
    expect_chosen(chosen, 3, (const struct ticket *const[]){&first, &second, &third},
                  (const size_t[]){6 * TURN, 5 * TURN - 3, TURN});
    commit_chosen(&parts, chosen);
    /* More of them than turns in a slice: who had none is next. */
    struct ticket many[6];
    for (size_t i = 0; i < CXD_COUNT(many); i++)
        many[i] =
            (struct ticket){.count = TURN, .is_partable = true, .next = i + 1 < CXD_COUNT(many) ? &many[i + 1] : NULL};
    chosen = parts_choose(&parts, many);
    expect_chosen(chosen, 4, (const struct ticket *const[]){&first, &second, &third, &many[0]},
                  (const size_t[]){7 * TURN, 6 * TURN - 3, 2 * TURN, TURN});
    commit_chosen(&parts, chosen);
    chosen = parts_choose(&parts, NULL);
    expect_chosen(chosen, 4, (const struct ticket *const[]){&many[1], &many[2], &many[3], &many[4]},
                  (const size_t[]){TURN, TURN, TURN, TURN});
    commit_chosen(&parts, chosen);
    while ((chosen = parts_choose(&parts, NULL)) != NULL)
        commit_chosen(&parts, chosen);
    struct ticket empty = {.is_partable = true};
    expect_chosen(parts_choose(&parts, &empty), 1, (const struct ticket *const[]){&empty}, (const size_t[]){0});
    assert_int_equal(first.applied + second.applied + third.applied, 5 * SLICE);
}

enum { LONG_COUNT = 2 * PARTS_SLICE + PARTS_SLICE / 2 };

/* A long ticket, and one that is submitted while its first slice is written. */
static struct long_run {
    struct bed *bed;
    struct change *changes;
    struct ticket ticket, single;
    struct change answer;
    size_t sizes[8], applies; /* of each transaction that has a response */
    size_t stored_at_single;  /* of the long one, when the single one is done */
    bool single_is_first;
} long_run;

static enum cxd_err slicing_apply(struct store *store, struct change *const *changes, size_t count,
                                  enum store_fate *ret_fate, struct error *err) {
    struct long_run *run = &long_run;
    if (changes[0]->kind == CHANGE_RESPONSE && run->applies < CXD_COUNT(run->sizes)) {
        run->sizes[run->applies++] = count;
        if (run->applies == 1 && run->single.count > 0)
            assert_int_equal(ingest_submit(run->bed->ingest, &run->single), CXD_OK);
    }
    return STORE_MEMORY.apply(store, changes, count, ret_fate, err);
}

static void single_done(struct ticket *ticket) {
    long_run.stored_at_single = 0;
    for (size_t i = 0; i < LONG_COUNT; i++)
        long_run.stored_at_single += long_run.changes[i].outcome == OUTCOME_CREATED;
    long_run.single_is_first = long_run.ticket.applied < LONG_COUNT;
    counted(ticket);
}

static void make_long(struct bed *bed, void (*done)(struct ticket *)) {
    long_run = (struct long_run){.bed = bed};
    long_run.changes = calloc(LONG_COUNT, sizeof *long_run.changes);
    for (size_t i = 0; i < LONG_COUNT; i++)
        long_run.changes[i] = response_change(bed, "nps", (int)(i % 11));
    long_run.ticket = (struct ticket){
        .changes = long_run.changes, .count = LONG_COUNT, .done = done, .context = bed, .is_partable = true};
}

static void submit_long(void) {
    assert_int_equal(ingest_submit(long_run.bed->ingest, &long_run.ticket), CXD_OK);
    ingest_wake(long_run.bed->ingest);
}

static void expect_long(size_t applied, enum outcome first, enum outcome rest, size_t from) {
    assert_int_equal(long_run.ticket.applied, applied);
    for (size_t i = 0; i < applied; i++)
        assert_int_equal(long_run.changes[i].outcome, i < from ? first : rest);
}

/* What comes during a slice is written with the next one, and done before the last. */
static void test_a_single_one_between_slices(void **state) {
    struct bed bed;
    bed_open(&bed, "memory:", 16);
    make_long(&bed, counted);
    counting.apply = slicing_apply;
    long_run.answer = response_change(&bed, "nps", 9);
    long_run.single = (struct ticket){.changes = &long_run.answer, .count = 1, .done = single_done, .context = &bed};
    submit_long();
    wait_done(&bed, 2);
    assert_int_equal(long_run.ticket.error, CXD_OK);
    assert_int_equal(long_run.single.error, CXD_OK);
    assert_true(long_run.single_is_first);
    assert_int_equal(long_run.stored_at_single, 2 * PARTS_SLICE);
    expect_long(LONG_COUNT, OUTCOME_CREATED, OUTCOME_CREATED, 0);
    assert_int_equal(long_run.applies, 3);
    assert_int_equal(long_run.sizes[0], PARTS_SLICE);
    assert_int_equal(long_run.sizes[1], PARTS_SLICE + 1);
    assert_int_equal(long_run.sizes[2], LONG_COUNT - 2 * PARTS_SLICE);
    assert_int_equal(count_stored(&bed, "nps"), LONG_COUNT + 1);
    struct ingest_pace pace;
    struct ingest_figures figures;
    ingest_read_pace(bed.ingest, clock_monotonic_ms(), &pace);
    ingest_read_figures(bed.ingest, &figures);
    assert_int_equal(pace.last_minute, LONG_COUNT + 1);
    assert_int_equal(figures.queue_waiting, 0);
    assert_int_equal(figures.queue_refusals, 0);
    ingest_stop(bed.ingest);
    bed.ingest = NULL;
    assert_int_equal(bed.batches, 4); /* somebody is told after each transaction, and the survey was one */
    free(long_run.changes);
    bed_close(&bed);
}

/* Its end comes after the last slice. */
static void test_stop_writes_all_slices(void **state) {
    struct bed bed;
    bed_open(&bed, "memory:", 16);
    make_long(&bed, counted);
    submit_long();
    ingest_stop(bed.ingest);
    bed.ingest = NULL;
    assert_int_equal(bed.done, 1);
    assert_int_equal(long_run.ticket.error, CXD_OK);
    expect_long(LONG_COUNT, OUTCOME_CREATED, OUTCOME_CREATED, 0);
    assert_int_equal(count_stored(&bed, "nps"), LONG_COUNT);
    free(long_run.changes);
    bed_close(&bed);
}

/* It ends there, says how far it is, and the same again completes it; also where more is stored than it says. */
static void test_a_slice_that_fails(void **state) {
    static const struct {
        const char *url;
        enum cxd_err error;
        size_t stored;
    } CASES[] = {{"faulty:full:2:memory:", ERR_STORAGE_FULL, PARTS_SLICE},
                 {"faulty:storage:2:memory:", ERR_STORAGE, PARTS_SLICE},
                 {"faulty:lost:2:memory:", ERR_STORAGE, PARTS_SLICE},
                 {"faulty:kept:2:memory:", ERR_STORAGE, 2 * PARTS_SLICE}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct bed bed;
        bed_open(&bed, CASES[i].url, 16);
        make_long(&bed, counted);
        submit_long();
        wait_done(&bed, 1);
        assert_int_equal(long_run.ticket.error, CASES[i].error);
        expect_long(PARTS_SLICE, OUTCOME_CREATED, OUTCOME_CREATED, 0);
        assert_int_equal(ingest_failure(bed.ingest, clock_monotonic_ms()), CASES[i].error);
        assert_int_equal(count_stored(&bed, "nps"), CASES[i].stored);
        submit_long();
        wait_done(&bed, 2);
        assert_int_equal(long_run.ticket.error, CXD_OK);
        expect_long(LONG_COUNT, OUTCOME_REPLAYED, OUTCOME_CREATED, CASES[i].stored);
        assert_int_equal(count_stored(&bed, "nps"), LONG_COUNT);
        free(long_run.changes);
        bed_close(&bed);
    }
}

static void submits_single(struct ticket *ticket) {
    assert_int_equal(ingest_submit(long_run.bed->ingest, &long_run.single), CXD_OK);
    held(ticket);
}

/* A slice that fails beside others is tried alone, from where it began. */
static void test_a_slice_is_tried_alone(void **state) {
    struct bed bed;
    bed_open(&bed, "faulty:storage:1:memory:", 16);
    make_long(&bed, counted);
    long_run.answer = response_change(&bed, "nps", 9);
    long_run.single = (struct ticket){.changes = &long_run.answer, .count = 1, .done = counted, .context = &bed};
    struct change used = {.kind = CHANGE_KEY_USED, .now_ms = 1000};
    struct ticket hold = {.changes = &used, .count = 1, .done = submits_single, .context = &bed};
    assert_int_equal(ingest_submit(bed.ingest, &hold), CXD_OK);
    ingest_wake(bed.ingest);
    wait_done(&bed, 1);
    submit_long();
    counted(&hold);
    wait_done(&bed, 4);
    assert_int_equal(long_run.ticket.error, CXD_OK);
    assert_int_equal(long_run.single.error, CXD_OK);
    expect_long(LONG_COUNT, OUTCOME_CREATED, OUTCOME_CREATED, 0);
    assert_int_equal(count_stored(&bed, "nps"), LONG_COUNT + 1);
    struct ingest_figures figures;
    ingest_read_figures(bed.ingest, &figures);
    assert_int_equal(figures.commit_failures[ERR_STORAGE], 1);
    free(long_run.changes);
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
        cmocka_unit_test(test_a_change_reads_what_it_changed),
        cmocka_unit_test(test_removed_keys_leave_the_catalog),
        cmocka_unit_test(test_an_older_key_is_made_while_others_are_removed),
        cmocka_unit_test(test_snapshots_outlive_what_replaced_them),
        cmocka_unit_test(test_stale_catalog),
        cmocka_unit_test(test_what_others_write),
        cmocka_unit_test(test_an_unreadable_survey_keeps_back_nothing),
        cmocka_unit_test(test_stored_though_refused),
        cmocka_unit_test(test_what_erases_is_to_be_settled),
        cmocka_unit_test(test_unknown_fate),
        cmocka_unit_test(test_stuck),
        cmocka_unit_test(test_parts_take_turns),
        cmocka_unit_test(test_a_single_one_between_slices),
        cmocka_unit_test(test_stop_writes_all_slices),
        cmocka_unit_test(test_a_slice_that_fails),
        cmocka_unit_test(test_a_slice_is_tried_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
