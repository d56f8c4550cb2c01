/* The in-memory side of surveys and keys: read by every request, swapped by the writer. A snapshot is freed by whoever releases it
 * last. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/arena.h"
#include "cxd/codec/survey.h"
#include "cxd/ingest/catalog.h"

enum { STORED_JSON_DEPTH = 16 };

/* What a snapshot pointer really points into. */
struct snapshot_box {
    struct snapshot snapshot; /* first: handed out by address */
    const struct survey **by_number;
    atomic_size_t references;
    struct arena arena;
};

struct catalog {
    struct store_reader *reader;
    pthread_mutex_t lock; /* guards `current` for the instant of taking a reference or swapping */
    struct snapshot_box *current;
};

static const struct snapshot_box *box_of(const struct snapshot *snapshot) {
    return (const struct snapshot_box *)snapshot;
}

static void box_free(struct snapshot_box *box) {
    arena_free(&box->arena);
    free(box);
}

static int compare_by_number(const void *a, const void *b) {
    const struct survey *const *left = a, *const *right = b;
    return ((*left)->number > (*right)->number) - ((*left)->number < (*right)->number);
}

/* The definition's text, and what the store keeps beside it, become one struct. */
static enum cxd_err survey_from_record(const struct survey_record *record, struct arena *arena,
                                       struct survey *ret_survey, struct error *err) {
    struct survey survey;
    enum cxd_err result = survey_decode(record->definition, strlen(record->definition), STORED_JSON_DEPTH,
                                        record->slug, 0, arena, &survey, err);
    if (result != CXD_OK)
        return result;
    survey.number = record->number;
    survey.revision = record->revision;
    survey.created_at = record->created_at;
    survey.updated_at = record->updated_at;
    survey.archived_at = record->archived_at;
    struct survey_property *properties =
        arena_alloc_zero(arena, record->property_count + 1, sizeof(*properties));
    if (properties == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for survey %s", record->slug);
    for (size_t i = 0; i < record->property_count; i++) {
        properties[i].key = record->property_keys[i];
        properties[i].rolled = record->property_rolled[i];
    }
    survey.properties = properties;
    survey.property_count = record->property_count;
    *ret_survey = survey;
    return CXD_OK;
}

static enum cxd_err load_surveys(struct snapshot_box *box, struct store_reader *reader, struct error *err) {
    struct survey_record *records;
    size_t count;
    enum cxd_err result = store_read_surveys(reader, &box->arena, &records, &count, err);
    if (result != CXD_OK)
        return result;
    struct survey *surveys = arena_alloc_zero(&box->arena, count + 1, sizeof(*surveys));
    box->by_number = arena_alloc_zero(&box->arena, count + 1, sizeof(const struct survey *));
    if (surveys == NULL || box->by_number == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for %zu surveys", count);
    for (size_t i = 0; i < count; i++) {
        result = survey_from_record(&records[i], &box->arena, &surveys[i], err);
        if (result != CXD_OK)
            return result;
        box->by_number[i] = &surveys[i];
    }
    qsort(box->by_number, count, sizeof(const struct survey *), compare_by_number);
    box->snapshot.surveys = surveys;
    box->snapshot.survey_count = count;
    return CXD_OK;
}

static enum cxd_err box_load(struct store_reader *reader, struct snapshot_box **ret_box, struct error *err) {
    struct snapshot_box *box = calloc(1, sizeof(*box));
    if (box == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the catalog");
    arena_init(&box->arena);
    atomic_init(&box->references, 1);
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK) {
        box_free(box);
        return result;
    }
    result = load_surveys(box, reader, err);
    struct api_key *keys = NULL;
    if (result == CXD_OK)
        result = store_read_keys(reader, &box->arena, &keys, &box->snapshot.key_count, err);
    if (result == CXD_OK)
        result = store_read_signing_keys(reader, box->snapshot.signing_keys, &box->snapshot.signing_key_count,
                                         err);
    store_reader_end(reader);
    if (result != CXD_OK) {
        box_free(box);
        return result;
    }
    box->snapshot.keys = keys;
    *ret_box = box;
    return CXD_OK;
}

enum cxd_err catalog_open(struct store *store, struct catalog **ret_catalog, struct error *err) {
    struct catalog *catalog = calloc(1, sizeof(*catalog));
    if (catalog == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the catalog");
    enum cxd_err result = store_reader_open(store, &catalog->reader, err);
    if (result == CXD_OK)
        result = box_load(catalog->reader, &catalog->current, err);
    if (result == CXD_OK && pthread_mutex_init(&catalog->lock, NULL) != 0) {
        box_free(catalog->current);
        result = error_set(err, ERR_SYSTEM, "cannot make the catalog's lock");
    }
    if (result != CXD_OK) {
        store_reader_close(catalog->reader);
        free(catalog);
        return result;
    }
    *ret_catalog = catalog;
    return CXD_OK;
}

void catalog_close(struct catalog *catalog) {
    if (catalog == NULL)
        return;
    catalog_release(&catalog->current->snapshot);
    store_reader_close(catalog->reader);
    pthread_mutex_destroy(&catalog->lock);
    free(catalog);
}

enum cxd_err catalog_reload(struct catalog *catalog, struct error *err) {
    struct snapshot_box *fresh;
    enum cxd_err result = box_load(catalog->reader, &fresh, err);
    if (result != CXD_OK)
        return result;
    pthread_mutex_lock(&catalog->lock);
    struct snapshot_box *old = catalog->current;
    catalog->current = fresh;
    pthread_mutex_unlock(&catalog->lock);
    catalog_release(&old->snapshot);
    return CXD_OK;
}

const struct snapshot *catalog_acquire(struct catalog *catalog) {
    pthread_mutex_lock(&catalog->lock);
    struct snapshot_box *box = catalog->current;
    atomic_fetch_add_explicit(&box->references, 1, memory_order_relaxed);
    pthread_mutex_unlock(&catalog->lock);
    return &box->snapshot;
}

void catalog_release(const struct snapshot *snapshot) {
    if (snapshot == NULL)
        return;
    struct snapshot_box *box = (struct snapshot_box *)(uintptr_t)snapshot;
    if (atomic_fetch_sub_explicit(&box->references, 1, memory_order_acq_rel) == 1)
        box_free(box);
}

static int compare_slug(const void *key, const void *element) {
    return strcmp(key, ((const struct survey *)element)->slug);
}

const struct survey *snapshot_survey(const struct snapshot *snapshot, const char *slug) {
    return bsearch(slug, snapshot->surveys, snapshot->survey_count, sizeof(*snapshot->surveys), compare_slug);
}

static int compare_number(const void *key, const void *element) {
    int64_t number = *(const int64_t *)key;
    int64_t other = (*(const struct survey *const *)element)->number;
    return (number > other) - (number < other);
}

const struct survey *snapshot_survey_number(const struct snapshot *snapshot, int64_t number) {
    const struct survey *const *found = bsearch(&number, box_of(snapshot)->by_number, snapshot->survey_count,
                                                sizeof(const struct survey *), compare_number);
    return found != NULL ? *found : NULL;
}

const struct api_key *snapshot_key(const struct snapshot *snapshot, const char *secret) {
    uint8_t hash[SHA256_SIZE];
    sha256(secret, strlen(secret), hash);
    const struct api_key *found = NULL;
    for (size_t i = 0; i < snapshot->key_count; i++)
        if (secret_equal(snapshot->keys[i].hash, hash, SHA256_SIZE))
            found = &snapshot->keys[i];
    return found;
}
