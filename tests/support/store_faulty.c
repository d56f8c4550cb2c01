/* "faulty:KIND:N:URL" is the store URL, but the Nth store_apply that carries a response fails: N (from 1),
 * N+ (that one and all later) or N-M. KIND is storage, full or memory. Nothing of a failed batch is
 * applied. */

#include <stdlib.h>
#include <string.h>

#include "store/engine.h"

struct faulty_store {
    struct store base;
    struct store *inner;
    enum cxd_err fault;
    unsigned long first, last; /* of the applies that fail */
    unsigned long applies;     /* with a response, so far */
};

static bool parse_kind(const char **rest, enum cxd_err *ret_fault) {
    static const struct {
        const char *name;
        enum cxd_err fault;
    } KINDS[] = {{"storage:", ERR_STORAGE}, {"full:", ERR_STORAGE_FULL}, {"memory:", ERR_NO_MEMORY}};
    for (size_t i = 0; i < CXD_COUNT(KINDS); i++) {
        if (strncmp(*rest, KINDS[i].name, strlen(KINDS[i].name)) == 0) {
            *rest += strlen(KINDS[i].name);
            *ret_fault = KINDS[i].fault;
            return true;
        }
    }
    return false;
}

static bool parse_range(const char **rest, struct faulty_store *store) {
    char *end = NULL;
    store->first = store->last = strtoul(*rest, &end, 10);
    if (*end == '+') {
        store->last = (unsigned long)-1;
        end++;
    } else if (*end == '-') {
        store->last = strtoul(end + 1, &end, 10);
    }
    *rest = end + 1;
    return store->first > 0 && *end == ':';
}

static void faulty_close(struct store *base) {
    store_close(((struct faulty_store *)base)->inner);
    free(base);
}

static enum cxd_err faulty_open(const char *rest, struct store **ret_store, struct error *err) {
    struct faulty_store *store = calloc(1, sizeof *store);
    if (!store) {
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    }
    store->base.engine = &STORE_FAULTY;
    enum cxd_err code = CXD_OK;
    if (!parse_kind(&rest, &store->fault) || !parse_range(&rest, store)) {
        code = error_set(err, ERR_CONFIG, "use faulty:storage|full|memory:N|N+|N-M:URL");
    } else {
        code = store_open(rest, &store->inner, err);
    }
    if (code != CXD_OK) {
        free(store);
        return code;
    }
    *ret_store = &store->base;
    return CXD_OK;
}

static const char *faulty_directory(const struct store *base) {
    return store_directory(((const struct faulty_store *)base)->inner);
}

static bool faulty_read_disk(const struct store *base, struct store_disk *ret_disk) {
    return store_read_disk(((const struct faulty_store *)base)->inner, ret_disk);
}

static enum cxd_err faulty_apply(struct store *base, struct change *const *changes, size_t count,
                                 struct error *err) {
    struct faulty_store *store = (struct faulty_store *)base;
    bool carries = false;
    store_watch(store->inner, base->beat);
    for (size_t i = 0; i < count; i++) {
        carries = carries || changes[i]->kind == CHANGE_RESPONSE;
    }
    store->applies += carries;
    if (carries && store->applies >= store->first && store->applies <= store->last) {
        return error_set(err, store->fault, "a fault was asked for at apply %lu", store->applies);
    }
    return store_apply(store->inner, changes, count, err);
}

static enum cxd_err faulty_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    return store_rebuild(((struct faulty_store *)base)->inner, ret_responses, err);
}

/* Readers are the inner store's own. */
static enum cxd_err faulty_reader_open(struct store *base, struct store_reader **ret_reader,
                                       struct error *err) {
    return store_reader_open(((struct faulty_store *)base)->inner, ret_reader, err);
}

const struct store_engine STORE_FAULTY = {
    .scheme = "faulty",
    .open = faulty_open,
    .close = faulty_close,
    .directory = faulty_directory,
    .read_disk = faulty_read_disk,
    .apply = faulty_apply,
    .rebuild = faulty_rebuild,
    .reader_open = faulty_reader_open,
};
