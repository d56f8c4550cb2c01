/* The in-memory side of surveys and keys: read by every request, swapped when the store's are of another generation.
 * What a snapshot is made of is snapshot.c's. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/snapshot.h"
#include "cxd/base/clock.h"
#include "cxd/catalog/catalog.h"

struct catalog {
    struct store_reader *reader;
    bool is_shared;                /* others write the store too */
    _Atomic int64_t current_at_ms; /* monotonic: then it was asked, and was what `current` has */
    int64_t generation;            /* of the store's, that `current` has; SINCE_EVER: none yet */
    pthread_mutex_t renewal;       /* guards these two: one thread renews at a time */
    pthread_mutex_t lock;          /* guards `current` for the instant of taking a reference or swapping */
    struct box *current;
};

static int compare_places(const struct api_key *a, const struct api_key *b) {
    int order = (a->created_at > b->created_at) - (a->created_at < b->created_at);
    return order ? order : id_compare(&a->id, &b->id);
}

/* Keys that are not among those that are there; both lists are in one order. */
static void remove_others(struct draft *draft, const struct api_key *keys, size_t count) {
    const struct snapshot *snapshot = &draft->box->snapshot;
    size_t at = 0, kept = 0;
    while (at < snapshot->key_count) {
        int order = kept < count ? compare_places(&keys[kept], snapshot->keys[at]) : 1;
        kept += order <= 0;
        at += order == 0;
        if (order > 0)
            draft_remove_key(draft, snapshot->keys[at]);
    }
}

/* The first that cannot be read is only noted: a key that was revoked must not wait for a survey to be mended. */
static enum cxd_err put_surveys(struct draft *draft, const struct store_catalog *changed, struct error *ret_unread,
                                struct error *err) {
    for (size_t i = 0; i < changed->survey_count; i++) {
        struct error why;
        enum cxd_err result = draft_put_survey(draft, &changed->surveys[i], &why);
        if (result == ERR_STORAGE && ret_unread->code == CXD_OK)
            *ret_unread = why;
        else if (result != ERR_STORAGE && result != CXD_OK)
            return error_set(err, result, "%s", why.detail);
    }
    return CXD_OK;
}

static enum cxd_err fill(struct draft *draft, const struct store_catalog *changed, struct error *ret_unread,
                         struct error *err) {
    struct snapshot *snapshot = &draft->box->snapshot;
    memcpy(snapshot->signing_keys, changed->signing_keys, sizeof snapshot->signing_keys);
    snapshot->signing_key_count = changed->signing_key_count;
    snapshot->generation = changed->generation;
    enum cxd_err result = put_surveys(draft, changed, ret_unread, err);
    if (changed->has_every_key)
        remove_others(draft, changed->keys, changed->key_count);
    for (size_t i = 0; result == CXD_OK && i < changed->key_count; i++)
        result = draft_put_key(draft, &changed->keys[i], err);
    if (result == CXD_OK && changed->has_sessions)
        result = draft_set_sessions(draft, changed->sessions, changed->session_count, err);
    return result;
}

static void swap(struct catalog *catalog, struct draft *draft) {
    struct box *old = catalog->current, *fresh = draft_end(draft, old);
    pthread_mutex_lock(&catalog->lock);
    catalog->current = fresh;
    pthread_mutex_unlock(&catalog->lock);
    if (old)
        catalog_release(&old->snapshot);
}

static enum cxd_err renew(struct catalog *catalog, struct arena *arena, struct error *err) {
    struct store_catalog changed;
    struct draft draft;
    struct error unread;
    error_clear(&unread);
    error_clear(err);
    enum cxd_err result = store_read_catalog(catalog->reader, catalog->generation, arena, &changed, err);
    if (result != CXD_OK || changed.generation == catalog->generation)
        return result;
    result = draft_begin(catalog->current, changed.survey_count, changed.key_count, &draft, err);
    if (result != CXD_OK)
        return result;
    result = fill(&draft, &changed, &unread, err);
    if (result != CXD_OK) {
        draft_abandon(&draft);
        return result;
    }
    swap(catalog, &draft);
    catalog->generation = changed.generation;
    *err = unread;
    return CXD_OK;
}

enum cxd_err catalog_renew(struct catalog *catalog, struct error *err) {
    struct arena arena;
    arena_init(&arena);
    pthread_mutex_lock(&catalog->renewal);
    int64_t begun_ms = clock_monotonic_ms();
    enum cxd_err result = renew(catalog, &arena, err);
    if (result == CXD_OK)
        atomic_store_explicit(&catalog->current_at_ms, begun_ms, memory_order_relaxed);
    pthread_mutex_unlock(&catalog->renewal);
    arena_free(&arena);
    return result;
}

enum cxd_err catalog_open(struct store *store, struct catalog **ret_catalog, struct error *err) {
    struct catalog *catalog = calloc(1, sizeof *catalog);
    if (!catalog)
        return error_set(err, ERR_NO_MEMORY, "no memory for the catalog");
    catalog->generation = SINCE_EVER;
    catalog->is_shared = store_is_shared(store);
    pthread_mutex_init(&catalog->renewal, NULL);
    pthread_mutex_init(&catalog->lock, NULL);
    enum cxd_err result = store_reader_open(store, &catalog->reader, err);
    if (result == CXD_OK)
        result = catalog_renew(catalog, err);
    if (result == CXD_OK)
        result = err->code;
    if (result != CXD_OK) {
        catalog_close(catalog);
        return result;
    }
    *ret_catalog = catalog;
    return CXD_OK;
}

bool catalog_is_sure(const struct catalog *catalog) {
    return !catalog->is_shared ||
           clock_monotonic_ms() - atomic_load_explicit(&catalog->current_at_ms, memory_order_relaxed) < CATALOG_SURE_MS;
}

void catalog_close(struct catalog *catalog) {
    if (!catalog)
        return;
    if (catalog->current) {
        box_retire_all(catalog->current);
        catalog_release(&catalog->current->snapshot);
    }
    store_reader_close(catalog->reader);
    pthread_mutex_destroy(&catalog->lock);
    pthread_mutex_destroy(&catalog->renewal);
    free(catalog);
}

const struct snapshot *catalog_acquire(struct catalog *catalog) {
    pthread_mutex_lock(&catalog->lock);
    struct box *box = catalog->current;
    atomic_fetch_add_explicit(&box->users, 1, memory_order_relaxed);
    pthread_mutex_unlock(&catalog->lock);
    return &box->snapshot;
}
