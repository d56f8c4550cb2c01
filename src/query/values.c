/* The rows of segments while they are gathered: found by a keyed hash of their values, which strangers may choose. */
#include "query/values.h"

#include <string.h>

#include "cxd/query/query.h"

enum { ROWS_FIRST = 32, BEYOND_SLOTS = 2 * SEGMENTS_BEYOND_MAX };

enum cxd_err values_init(struct values *values, size_t dimensions, size_t most, struct arena *arena,
                         struct error *err) {
    *values = (struct values){.arena = arena, .dimensions = dimensions, .most = most};
    if (!hash_key_make(&values->key))
        return error_set(err, ERR_SYSTEM, "no randomness for the segments of a survey");
    return CXD_OK;
}

/* Two values are hashed one behind the other: the second with the hash of the first. */
static uint64_t hash_values(const struct values *values, const char *const *wanted) {
    uint64_t hash = 1;
    for (size_t i = 0; i < values->dimensions; i++) {
        struct hash_key key = {{values->key.words[0] ^ hash, values->key.words[1] + (wanted[i] != NULL)}};
        hash = hash_keyed(&key, wanted[i] ? wanted[i] : "", wanted[i] ? strlen(wanted[i]) : 0);
    }
    return hash ? hash : 1;
}

static bool is_same(const struct segment *row, const char *const *wanted, size_t dimensions) {
    for (size_t i = 0; i < dimensions; i++)
        if (!row->values[i] || !wanted[i] ? row->values[i] != wanted[i] : strcmp(row->values[i], wanted[i]) != 0)
            return false;
    return true;
}

/* The slot of the row, or the free one where it would be. */
static uint32_t *find_slot(const struct values *values, const char *const *wanted) {
    size_t slot = hash_values(values, wanted) & (values->slot_count - 1);
    while (values->slots[slot] && !is_same(&values->rows[values->slots[slot] - 1], wanted, values->dimensions))
        slot = (slot + 1) & (values->slot_count - 1);
    return &values->slots[slot];
}

/* What was there before stays with the arena: in all as much again. */
static bool grow(struct values *values, size_t capacity) {
    size_t slot_count = 2 * ROWS_FIRST;
    while (slot_count < 2 * capacity)
        slot_count *= 2;
    struct segment *rows = arena_alloc_zero(values->arena, capacity, sizeof *rows);
    uint32_t *slots = arena_alloc_zero(values->arena, slot_count, sizeof *slots);
    if (!rows || !slots)
        return false;
    if (values->count > 0)
        memcpy(rows, values->rows, values->count * sizeof *rows);
    values->rows = rows;
    values->slots = slots;
    values->slot_count = slot_count;
    values->capacity = capacity;
    for (size_t i = 0; i < values->count; i++)
        *find_slot(values, rows[i].values) = (uint32_t)i + 1;
    return true;
}

bool values_reserve(struct values *values, size_t count) {
    return count <= ROWS_FIRST || grow(values, count);
}

static bool note_beyond(struct values *values, const char *const *wanted) {
    if (!values->beyond_hashes)
        values->beyond_hashes = arena_alloc_zero(values->arena, BEYOND_SLOTS, sizeof *values->beyond_hashes);
    if (!values->beyond_hashes)
        return false;
    uint64_t hash = hash_values(values, wanted);
    size_t slot = hash & (BEYOND_SLOTS - 1);
    while (values->beyond_hashes[slot] && values->beyond_hashes[slot] != hash)
        slot = (slot + 1) & (BEYOND_SLOTS - 1);
    if (values->beyond_hashes[slot])
        return true;
    if (values->beyond_count == SEGMENTS_BEYOND_MAX) {
        values->beyond_at_least = true;
        return true;
    }
    values->beyond_hashes[slot] = hash;
    values->beyond_count++;
    return true;
}

struct segment *values_find(struct values *values, const char *const *wanted) {
    if (values->count == values->capacity && !grow(values, values->capacity ? 2 * values->capacity : ROWS_FIRST))
        return NULL;
    uint32_t *slot = find_slot(values, wanted);
    if (*slot)
        return &values->rows[*slot - 1];
    bool is_unset = values->dimensions == 1 && !wanted[0];
    if (values->count >= values->most && !is_unset)
        return note_beyond(values, wanted) ? &values->beyond : NULL;
    struct segment *row = &values->rows[values->count];
    for (size_t i = 0; i < values->dimensions; i++)
        if (wanted[i] && !(row->values[i] = arena_strdup(values->arena, wanted[i])))
            return NULL;
    *slot = (uint32_t)++values->count;
    return row;
}

struct segment *values_look(const struct values *values, const char *const *wanted) {
    const uint32_t *slot = values->capacity > 0 ? find_slot(values, wanted) : NULL;
    return slot && *slot ? &values->rows[*slot - 1] : NULL;
}

struct segment *values_find_shown(struct values *values, const char *const *wanted, bool *ret_failed) {
    struct segment *row = values_look(values, wanted);
    if (row || values->beyond_count > 0 || values->count >= SEGMENTS_VALUES_MAX)
        return row;
    if (values->most <= values->count)
        values->most = values->count + 1;
    row = values_find(values, wanted);
    *ret_failed = !row;
    return row;
}
