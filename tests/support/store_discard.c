/* "discard:" answers CREATED to every response and keeps none, so that a benchmark measures everything but
 * the storage. Surveys and keys are kept, in a memory store. */

#include <stdlib.h>
#include <string.h>

#include "store/engine.h"

struct discard_store {
    struct store base;
    struct store *inner;
};

static void discard_close(struct store *base) {
    store_close(((struct discard_store *)base)->inner);
    free(base);
}

static enum cxd_err discard_open(const char *rest, struct store **ret_store, struct error *err) {
    if (rest[0] != '\0')
        return error_set(err, ERR_CONFIG, "nothing may follow \"discard:\"");
    struct discard_store *store = calloc(1, sizeof *store);
    if (!store)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    store->base.engine = &STORE_DISCARD;
    enum cxd_err code = store_open("memory:", &store->inner, err);
    if (code != CXD_OK) {
        free(store);
        return code;
    }
    *ret_store = &store->base;
    return CXD_OK;
}

static void discard_library(const struct store *base, struct store_library *ret_library) {
    store_library(((const struct discard_store *)base)->inner, ret_library);
}

static const char *discard_directory(const struct store *base) {
    return store_directory(((const struct discard_store *)base)->inner);
}

static bool discard_read_disk(const struct store *base, struct store_disk *ret_disk) {
    return store_read_disk(((const struct discard_store *)base)->inner, ret_disk);
}

static enum cxd_err discard_apply(struct store *base, struct change *const *changes, size_t count,
                                  enum store_fate *ret_fate, struct error *err) {
    struct store *inner = ((struct discard_store *)base)->inner;
    struct change **kept = NULL;
    size_t kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (changes[i]->kind == CHANGE_RESPONSE) {
            changes[i]->outcome = OUTCOME_CREATED;
            continue;
        }
        if (!kept) {
            kept = reallocarray(NULL, count - i, sizeof *kept);
            if (!kept)
                return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
        }
        kept[kept_count++] = changes[i];
    }
    enum cxd_err code = kept_count > 0 ? store_apply(inner, kept, kept_count, ret_fate, err) : CXD_OK;
    free(kept);
    return code;
}

static enum cxd_err discard_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    return store_rebuild(((struct discard_store *)base)->inner, ret_responses, err);
}

/* Readers are the inner store's own. */
static enum cxd_err discard_reader_open(struct store *base, struct store_reader **ret_reader, struct error *err) {
    return store_reader_open(((struct discard_store *)base)->inner, ret_reader, err);
}

const struct store_engine STORE_DISCARD = {
    .scheme = "discard",
    .open = discard_open,
    .close = discard_close,
    .library = discard_library,
    .directory = discard_directory,
    .read_disk = discard_read_disk,
    .apply = discard_apply,
    .rebuild = discard_rebuild,
    .reader_open = discard_reader_open,
};
