/* The memory engine: nothing outlives the process. It counts every answer anew from the responses, so it
 * is slow and plainly right, and the tests hold the SQLite engine against it. */

#include <stdlib.h>

#include "cxd/base/token.h"
#include "memory.h"

static void free_table(struct memory_table *table) {
    for (size_t i = 0; i < table->count; i++)
        free(table->blocks[i]);
    free(table->blocks);
}

static void memory_close(struct store *base) {
    struct memory_store *store = (struct memory_store *)base;
    free_table(&store->responses);
    free_table(&store->surveys);
    free_table(&store->revisions);
    free_table(&store->keys);
    free_table(&store->signing_keys);
    free_table(&store->sessions);
    free_table(&store->redefinitions);
    free_table(&store->gone);
    free_table(&store->invitations);
    free_table(&store->documents);
    free_table(&store->imports);
    free_table(&store->questions);
    free_table(&store->audit);
    free_table(&store->alerts);
    free_table(&store->alert_events);
    free_table(&store->amended);
    free_table(&store->told);
    free_table(&store->series);
    free_table(&store->dimensions);
    free_table(&store->visits);
    free_table(&store->shown);
    free_table(&store->deeds);
    deltas_free(&store->deltas);
    free(store->index);
    free(store->swaps);
    arena_free(&store->scratch);
    pthread_rwlock_destroy(&store->lock);
    free(store);
}

/* Writers first: readers that follow one another would else hold the writer up for ever. */
static bool init_lock(pthread_rwlock_t *lock) {
    pthread_rwlockattr_t attributes;
    if (pthread_rwlockattr_init(&attributes) != 0)
        return false;
    bool made = true;
#ifdef __GLIBC__ /* musl has no such kind */
    made = pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0;
#endif
    made = made && pthread_rwlock_init(lock, &attributes) == 0;
    pthread_rwlockattr_destroy(&attributes);
    return made;
}

static bool memory_takes(const char *rest) {
    return rest[0] == '\0';
}

static enum cxd_err memory_open(const char *rest, struct store **ret_store, struct error *err) {
    (void)rest;
    struct memory_store *store = calloc(1, sizeof *store);
    if (!store || !init_lock(&store->lock)) {
        free(store);
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    }
    if (!token_secret_make(store->audit_secret)) {
        pthread_rwlock_destroy(&store->lock);
        free(store);
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    }
    store->base.engine = &STORE_MEMORY;
    store->base.dimension_values = DIMENSION_VALUES;
    arena_init(&store->scratch);
    enum cxd_err code = deltas_init(&store->deltas, err);
    if (code != CXD_OK) {
        memory_close(&store->base);
        return code;
    }
    *ret_store = &store->base;
    return CXD_OK;
}

static void memory_library(const struct store *store, struct store_library *ret_library) {
    (void)store;
    *ret_library = (struct store_library){"memory", CXD_VERSION};
}

static const char *memory_directory(const struct store *store) {
    (void)store;
    return NULL;
}

static enum cxd_err memory_reader_open(struct store *base, struct store_reader **ret_reader, struct error *err) {
    struct memory_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(err, ERR_NO_MEMORY, "no memory to open a reader");
    reader->base.engine = &STORE_MEMORY;
    reader->store = (struct memory_store *)base;
    *ret_reader = &reader->base;
    return CXD_OK;
}

static void memory_reader_close(struct store_reader *reader) {
    free(reader);
}

static enum cxd_err memory_reader_begin(struct store_reader *base, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    (void)err;
    pthread_rwlock_rdlock(&reader->store->lock);
    reader->begun = true;
    return CXD_OK;
}

static void memory_reader_end(struct store_reader *base) {
    struct memory_reader *reader = (struct memory_reader *)base;
    reader->begun = false;
    pthread_rwlock_unlock(&reader->store->lock);
}

void memory_enter(struct memory_reader *reader) {
    if (!reader->begun)
        pthread_rwlock_rdlock(&reader->store->lock);
}

void memory_leave(struct memory_reader *reader) {
    if (!reader->begun)
        pthread_rwlock_unlock(&reader->store->lock);
}

const struct store_engine STORE_MEMORY = {
    .scheme = "memory",
    .takes = memory_takes,
    .open = memory_open,
    .close = memory_close,
    .library = memory_library,
    .directory = memory_directory,
    .apply = memory_apply,
    .rebuild = memory_rebuild,
    .reader_open = memory_reader_open,
    .reader_close = memory_reader_close,
    .reader_begin = memory_reader_begin,
    .reader_end = memory_reader_end,
    .read_histograms = memory_read_histograms,
    .read_segments = memory_read_segments,
    .read_impressions = memory_read_impressions,
    .visit_impressions = memory_visit_impressions,
    .read_extent = memory_read_extent,
    .read_response = memory_read_response,
    .read_last_answer = memory_read_last_answer,
    .read_responses = memory_read_responses,
    .visit_responses = memory_visit_responses,
    .walk_responses = memory_walk_responses,
    .read_history = memory_read_history,
    .read_last_number = memory_read_last_number,
    .search = memory_search,
    .read_invitation = memory_read_invitation,
    .read_invitations = memory_read_invitations,
    .read_revisions = memory_read_revisions,
    .read_import = memory_read_import,
    .read_imports = memory_read_imports,
    .read_documents = memory_read_documents,
    .read_document = memory_read_document,
    .read_catalog = memory_read_catalog,
    .read_audit = memory_read_audit,
    .count_rollups = memory_count_rollups,
    .read_alerts = memory_read_alerts,
    .read_alert_history = memory_read_alert_history,
    .read_untold = memory_read_untold,
    .read_figures = memory_read_figures,
    .read_overflows = memory_read_overflows,
    .read_suspects = memory_read_suspects,
    .read_rollups = memory_read_rollups,
};
