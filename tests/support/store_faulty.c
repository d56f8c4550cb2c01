/* "faulty:KIND:N:URL" is the store URL, but the Nth store_apply that carries a response fails: N (from 1),
 * N+ (that one and all later) or N-M. KIND is storage, full or memory: nothing of the batch is applied; or its
 * fate is unknown, and it is applied (kept) or not (lost).
 *
 * What the daemon writes by itself makes no difference. Where it was in the batch that failed, the writer tries each
 * alone: the response then fails as before, uncounted. And until a response goes well it fails too, as on a full disk.
 */

#include <stdlib.h>
#include <string.h>

#include "store/engine.h"

struct fault {
    const char *name;
    enum cxd_err code;
    bool is_unsure, applies;
};

enum { AGAIN_MAX = 64 };

struct faulty_store {
    struct store base;
    struct store *inner;
    const struct fault *fault;
    unsigned long first, last;             /* of the applies that fail */
    unsigned long applies;                 /* with a response, so far */
    bool is_failing;                       /* the last of them failed */
    const struct change *again[AGAIN_MAX]; /* responses of a failed batch that are going to be tried alone */
    size_t again_count;
};

static const struct fault *parse_kind(const char **rest) {
    static const struct fault KINDS[] = {
        {.name = "storage:", .code = ERR_STORAGE},
        {.name = "full:", .code = ERR_STORAGE_FULL},
        {.name = "memory:", .code = ERR_NO_MEMORY},
        {.name = "kept:", .code = ERR_STORAGE, .is_unsure = true, .applies = true},
        {.name = "lost:", .code = ERR_STORAGE, .is_unsure = true},
    };
    for (size_t i = 0; i < CXD_COUNT(KINDS); i++) {
        if (strncmp(*rest, KINDS[i].name, strlen(KINDS[i].name)) == 0) {
            *rest += strlen(KINDS[i].name);
            return &KINDS[i];
        }
    }
    return NULL;
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
    if (!store)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    store->base.engine = &STORE_FAULTY;
    store->base.dimension_values = DIMENSION_VALUES;
    enum cxd_err code = CXD_OK;
    store->fault = parse_kind(&rest);
    if (!store->fault || !parse_range(&rest, store))
        code = error_set(err, ERR_CONFIG, "use faulty:storage|full|memory|kept|lost:N|N+|N-M:URL");
    else
        code = store_open(rest, &store->inner, err);
    if (code != CXD_OK) {
        free(store);
        return code;
    }
    *ret_store = &store->base;
    return CXD_OK;
}

static void faulty_library(const struct store *base, struct store_library *ret_library) {
    store_library(((const struct faulty_store *)base)->inner, ret_library);
}

static const char *faulty_directory(const struct store *base) {
    return store_directory(((const struct faulty_store *)base)->inner);
}

static bool faulty_read_disk(const struct store *base, struct store_disk *ret_disk) {
    return store_read_disk(((const struct faulty_store *)base)->inner, ret_disk);
}

static enum cxd_err faulty_keep_erasures(struct store *base, const char *directory, struct store_erasures *ret_erasures,
                                         struct error *err) {
    return store_keep_erasures(((struct faulty_store *)base)->inner, directory, ret_erasures, err);
}

static enum store_place faulty_look(struct store *base, struct error *ret_why) {
    return store_look(((struct faulty_store *)base)->inner, ret_why);
}

/* Of the daemon, whenever it likes: it may be in the transaction of a response or not. */
static bool is_own(const struct change *change) {
    static const enum change_kind KINDS[] = {CHANGE_KEY_USED, CHANGE_PRUNE,  CHANGE_RETAIN, CHANGE_REERASE,
                                             CHANGE_UNMARK,   CHANGE_LAPSE,  CHANGE_ROLL,   CHANGE_PACK,
                                             CHANGE_CLOCK,    CHANGE_SETTLE, CHANGE_INDEX,  CHANGE_EXPIRE,
                                             CHANGE_UNDO,     CHANGE_NOTE,   CHANGE_ALERT,  CHANGE_ALERT_TELL};
    for (size_t i = 0; i < CXD_COUNT(KINDS); i++)
        if (change->kind == KINDS[i])
            return true;
    return false;
}

/* Takes out the first response of the batch, if it is one that is tried again. */
static bool is_again(struct faulty_store *store, const struct change *first) {
    for (size_t i = 0; i < store->again_count; i++) {
        if (store->again[i] == first) {
            store->again[i] = store->again[--store->again_count];
            return true;
        }
    }
    store->again_count = 0;
    return false;
}

/* A full disk is everyone's: nothing is tried again alone. */
static void note_again(struct faulty_store *store, struct change *const *changes, size_t count, bool is_mixed) {
    for (size_t i = 0; i < count && is_mixed && store->fault->code != ERR_STORAGE_FULL; i++)
        if (changes[i]->kind == CHANGE_RESPONSE && store->again_count < AGAIN_MAX)
            store->again[store->again_count++] = changes[i];
}

/* Whether the batch is to fail. */
static bool strikes(struct faulty_store *store, struct change *const *changes, size_t count) {
    const struct change *response = NULL;
    size_t own = 0;
    for (size_t i = 0; i < count; i++) {
        own += is_own(changes[i]);
        if (!response && changes[i]->kind == CHANGE_RESPONSE)
            response = changes[i];
    }
    if (!response)
        return own == count && store->is_failing && !store->fault->is_unsure;
    if (is_again(store, response))
        return true;
    store->applies++;
    store->is_failing = store->applies >= store->first && store->applies <= store->last;
    if (store->is_failing)
        note_again(store, changes, count, own > 0);
    return store->is_failing;
}

static enum cxd_err faulty_apply(struct store *base, struct change *const *changes, size_t count,
                                 enum store_fate *ret_fate, struct error *err) {
    struct faulty_store *store = (struct faulty_store *)base;
    store_watch(store->inner, base->beat);
    store_bound_values(store->inner, base->dimension_values);
    store_judge_by(store->inner, base->read_definition);
    if (!strikes(store, changes, count))
        return store_apply(store->inner, changes, count, ret_fate, err);
    enum cxd_err code = store->fault->applies ? store_apply(store->inner, changes, count, ret_fate, err) : CXD_OK;
    if (code != CXD_OK)
        return code;
    *ret_fate = store->fault->is_unsure ? STORE_FATE_UNKNOWN : STORE_FATE_NOTHING;
    return error_set(err, store->fault->code, "a fault was asked for at apply %lu", store->applies);
}

static void faulty_tend(struct store *base) {
    store_tend(((struct faulty_store *)base)->inner);
}

static enum cxd_err faulty_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    struct faulty_store *store = (struct faulty_store *)base;
    store_bound_values(store->inner, base->dimension_values);
    return store_rebuild(store->inner, ret_responses, err);
}

/* Readers are the inner store's own. */
static enum cxd_err faulty_reader_open(struct store *base, struct store_reader **ret_reader, struct error *err) {
    return store_reader_open(((struct faulty_store *)base)->inner, ret_reader, err);
}

const struct store_engine STORE_FAULTY = {
    .scheme = "faulty",
    .open = faulty_open,
    .close = faulty_close,
    .library = faulty_library,
    .directory = faulty_directory,
    .read_disk = faulty_read_disk,
    .keep_erasures = faulty_keep_erasures,
    .look = faulty_look,
    .apply = faulty_apply,
    .tend = faulty_tend,
    .rebuild = faulty_rebuild,
    .reader_open = faulty_reader_open,
};
