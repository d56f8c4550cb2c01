/* The front of the store: finds the engine that a URL names and forwards every operation to it. */

#include "cxd/store/store.h"

#include <string.h>

#include "store/engine.h"

static const struct store_engine *const ENGINES[] = {
    &STORE_SQLITE,  &STORE_MEMORY,
#ifdef CXD_TEST_ENGINES
    &STORE_DISCARD, &STORE_FAULTY, &STORE_FAULT_VFS,
#endif
};

const struct store_engine *store_find_engine(const char *url, const char **ret_rest, struct error *err) {
    for (size_t i = 0; i < CXD_COUNT(ENGINES); i++) {
        size_t length = strlen(ENGINES[i]->scheme);
        if (strncmp(url, ENGINES[i]->scheme, length) == 0 && url[length] == ':') {
            *ret_rest = url + length + 1;
            return ENGINES[i];
        }
    }
    error_set(err, ERR_CONFIG, "no storage engine for \"%s\": use sqlite:PATH or memory:", url);
    return NULL;
}

enum cxd_err store_open(const char *url, struct store **ret_store, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    return engine ? engine->open(rest, ret_store, err) : ERR_CONFIG;
}

void store_close(struct store *store) {
    if (store) {
        store->engine->close(store);
    }
}

void store_watch(struct store *store, struct heartbeat *beat) {
    store->beat = beat;
}

const char *store_directory(const struct store *store) {
    return store->engine->directory(store);
}

bool store_read_disk(const struct store *store, struct store_disk *ret_disk) {
    return store->engine->read_disk && store->engine->read_disk(store, ret_disk);
}

const struct store_upgrade *store_upgraded(const struct store *store) {
    const struct store_upgrade *upgrade = store->engine->upgraded ? store->engine->upgraded(store) : NULL;
    return upgrade && upgrade->from != upgrade->to ? upgrade : NULL;
}

enum cxd_err store_apply(struct store *store, struct change *const *changes, size_t count,
                         struct error *err) {
    return store->engine->apply(store, changes, count, err);
}

enum cxd_err store_rebuild(struct store *store, int64_t *ret_responses, struct error *err) {
    return store->engine->rebuild(store, ret_responses, err);
}

enum cxd_err store_reader_open(struct store *store, struct store_reader **ret_reader, struct error *err) {
    return store->engine->reader_open(store, ret_reader, err);
}

void store_reader_close(struct store_reader *reader) {
    if (reader) {
        reader->engine->reader_close(reader);
    }
}

void store_reader_watch(struct store_reader *reader, struct heartbeat *beat) {
    reader->beat = beat;
}

enum cxd_err store_reader_begin(struct store_reader *reader, struct error *err) {
    return reader->engine->reader_begin(reader, err);
}

void store_reader_end(struct store_reader *reader) {
    reader->engine->reader_end(reader);
}

enum cxd_err store_read_histograms(struct store_reader *reader, const struct filter *filter,
                                   const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                   struct error *err) {
    return reader->engine->read_histograms(reader, filter, bounds, count, ret_hists, err);
}

enum cxd_err store_read_extent(struct store_reader *reader, int64_t survey, bool *ret_found,
                               int64_t *ret_first, int64_t *ret_last, struct error *err) {
    return reader->engine->read_extent(reader, survey, ret_found, ret_first, ret_last, err);
}

enum cxd_err store_read_response(struct store_reader *reader, const struct id *id, struct arena *arena,
                                 bool *ret_found, struct response *ret_response, struct error *err) {
    return reader->engine->read_response(reader, id, arena, ret_found, ret_response, err);
}

enum cxd_err store_read_last_answer(struct store_reader *reader, const char *respondent, int64_t survey,
                                    int64_t from, int64_t to, int64_t *ret_last, struct error *err) {
    return reader->engine->read_last_answer(reader, respondent, survey, from, to, ret_last, err);
}

enum cxd_err store_read_responses(struct store_reader *reader, const struct listing *listing,
                                  struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                  struct error *err) {
    return reader->engine->read_responses(reader, listing, arena, ret_responses, ret_count, err);
}

enum cxd_err store_read_surveys(struct store_reader *reader, struct arena *arena,
                                struct survey_record **ret_surveys, size_t *ret_count, struct error *err) {
    return reader->engine->read_surveys(reader, arena, ret_surveys, ret_count, err);
}

enum cxd_err store_read_keys(struct store_reader *reader, struct arena *arena, struct api_key **ret_keys,
                             size_t *ret_count, struct error *err) {
    return reader->engine->read_keys(reader, arena, ret_keys, ret_count, err);
}

enum cxd_err store_read_signing_keys(struct store_reader *reader,
                                     struct signing_key ret_keys[SIGNING_KEYS_MAX], size_t *ret_count,
                                     struct error *err) {
    return reader->engine->read_signing_keys(reader, ret_keys, ret_count, err);
}

enum cxd_err store_read_audit(struct store_reader *reader, int64_t after, size_t limit, struct arena *arena,
                              struct audit_record **ret_records, size_t *ret_count, struct error *err) {
    return reader->engine->read_audit(reader, after, limit, arena, ret_records, ret_count, err);
}

enum cxd_err store_count_rollups(struct store_reader *reader, int64_t *ret_rows, struct error *err) {
    return reader->engine->count_rollups(reader, ret_rows, err);
}

enum cxd_err store_read_figures(struct store_reader *reader, struct store_figures *ret_figures,
                                struct error *err) {
    return reader->engine->read_figures(reader, ret_figures, err);
}

enum cxd_err store_read_rollups(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                struct error *err) {
    return reader->engine->read_rollups(reader, visit, context, err);
}
