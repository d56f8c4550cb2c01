/* Sessions of the memory engine. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store/decide.h"

static int compare_hashes(const void *a, const void *b) {
    return memcmp(((const struct session *)a)->hash, ((const struct session *)b)->hash, SHA256_SIZE);
}

struct session *memory_list_sessions(const struct memory_store *store, struct arena *arena, size_t *ret_count) {
    const struct memory_table *table = &store->sessions;
    struct session *sessions = arena_alloc_zero(arena, table->count + 1, sizeof *sessions);
    size_t count = 0;
    for (size_t i = 0; sessions && i < table->count; i++)
        if (table->blocks[i])
            sessions[count++] = *(const struct session *)table->blocks[i];
    if (sessions)
        qsort(sessions, count, sizeof *sessions, compare_hashes);
    *ret_count = count;
    return sessions;
}

static size_t find(const struct memory_store *store, const uint8_t hash[SHA256_SIZE]) {
    for (size_t i = 0; i < store->sessions.count; i++) {
        const struct session *session = store->sessions.blocks[i];
        if (session && memcmp(session->hash, hash, SHA256_SIZE) == 0)
            return i;
    }
    return SIZE_MAX;
}

static bool put(struct memory_store *store, size_t at, const struct session *session) {
    struct session *block = malloc(sizeof *block);
    if (block)
        *block = *session;
    return block && memory_swap(store, &store->sessions, at, block);
}

typedef size_t decide_some(struct change *change, const struct session *sessions, size_t count, size_t *ret_gone);

static bool remove_some(struct memory_store *store, struct change *change, decide_some *decide) {
    size_t count = 0;
    struct session *sessions = memory_list_sessions(store, &store->scratch, &count);
    size_t *gone = sessions ? arena_alloc(&store->scratch, (count + 1) * sizeof *gone) : NULL;
    if (!gone)
        return false;
    size_t gone_count = decide(change, sessions, count, gone);
    for (size_t i = 0; i < gone_count; i++)
        if (!memory_swap(store, &store->sessions, find(store, sessions[gone[i]].hash), NULL))
            return false;
    return true;
}

static enum cxd_err end(bool is_done, struct error *err) {
    return is_done ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for a session");
}

enum cxd_err memory_apply_session(struct memory_store *store, struct change *change, struct error *err) {
    bool is_done = remove_some(store, change, decide_session);
    if (is_done && change->outcome == OUTCOME_CREATED)
        is_done = put(store, store->sessions.count, &change->as.session.value);
    return end(is_done, err);
}

enum cxd_err memory_apply_session_seen(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = find(store, change->as.session_seen.hash);
    const struct session *stored = at == SIZE_MAX ? NULL : store->sessions.blocks[at];
    decide_session_seen(change, stored);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    struct session session = *stored;
    session.seen_at = change->now_ms;
    return end(put(store, at, &session), err);
}

enum cxd_err memory_apply_session_end(struct memory_store *store, struct change *change, struct error *err) {
    return end(remove_some(store, change, decide_session_end), err);
}
