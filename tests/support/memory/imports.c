/* Imports in memory: begun, ended, counted and undone, and read. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store/copy.h"
#include "store/decide_import.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for an import");
}

static struct import_record *block_import(const struct import_record *record) {
    size_t source = strlen(record->source) + 1, fingerprint = strlen(record->fingerprint) + 1;
    struct import_record *block = malloc(sizeof *block + source + fingerprint);
    if (block) {
        char *texts = (char *)(block + 1);
        *block = *record;
        block->source = memcpy(texts, record->source, source);
        block->fingerprint = memcpy(texts + source, record->fingerprint, fingerprint);
    }
    return block;
}

static const struct import_record *import_at(const struct memory_store *store, int64_t number) {
    return number >= 1 && (uint64_t)number <= store->imports.count ? store->imports.blocks[number - 1] : NULL;
}

static const struct import_record *find(const struct memory_store *store, const struct id *id) {
    for (size_t i = 0; i < store->imports.count; i++) {
        const struct import_record *record = store->imports.blocks[i];
        if (id_compare(&record->id, id) == 0)
            return record;
    }
    return NULL;
}

static bool is_held(const struct memory_store *store, int64_t survey) {
    for (size_t i = 0; i < store->imports.count; i++) {
        const struct import_record *record = store->imports.blocks[i];
        if (record->survey == survey && record->state == IMPORT_UNDOING)
            return true;
    }
    return false;
}

static bool put(struct memory_store *store, const struct import_record *record) {
    struct import_record *block = block_import(record);
    return block && memory_swap(store, &store->imports, (size_t)record->number - 1, block);
}

static bool copy_import(struct arena *arena, struct import_record *record) {
    return copy_text(arena, &record->source) && copy_text(arena, &record->fingerprint);
}

bool memory_import_admit(const struct memory_store *store, struct change *change, int64_t number, int64_t survey) {
    const struct import_record *stored = import_at(store, number);
    struct import_record record = stored ? *stored : (struct import_record){0};
    record.is_held = is_held(store, record.survey);
    return decide_import_open(change, stored ? &record : NULL, survey);
}

bool memory_import_count(struct memory_store *store, const struct change *change, int64_t number) {
    struct import_record record = *import_at(store, number);
    decide_import_counted(change, &record);
    return put(store, &record);
}

enum cxd_err memory_apply_import(struct memory_store *store, struct change *change, struct error *err) {
    struct import_record *value = &change->as.import.value, open;
    bool found = false;
    for (size_t i = 0; i < store->imports.count; i++) {
        const struct import_record *record = store->imports.blocks[i];
        if (record->state != IMPORT_OPEN || record->survey != value->survey ||
            strcmp(record->fingerprint, value->fingerprint) != 0)
            continue;
        open = *record;
        found = true;
    }
    if (found && !copy_import(change->arena, &open))
        return no_memory(err);
    decide_import(change, found ? &open : NULL, is_held(store, value->survey), (int64_t)store->responses.count);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    value->number = (int64_t)store->imports.count + 1;
    return put(store, value) ? CXD_OK : no_memory(err);
}

enum cxd_err memory_apply_import_rows(struct memory_store *store, struct change *change, struct error *err) {
    if (!memory_import_admit(store, change, change->as.import_rows.number, 0))
        return CXD_OK;
    change->outcome = OUTCOME_AMENDED;
    return memory_import_count(store, change, change->as.import_rows.number) ? CXD_OK : no_memory(err);
}

enum cxd_err memory_apply_import_turn(struct memory_store *store, struct change *change, struct error *err) {
    struct import_record *after = &change->as.import_turn.value;
    decide_import_turn(change, find(store, &change->as.import_turn.id), after);
    if (change->outcome != OUTCOME_REPLAYED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    if (!copy_import(change->arena, after) || (change->outcome == OUTCOME_AMENDED && !put(store, after)))
        return no_memory(err);
    return CXD_OK;
}

enum cxd_err memory_apply_undo(struct memory_store *store, struct change *change, memory_undo_one *undo_one,
                               struct error *err) {
    const struct import_record *stored = NULL;
    for (size_t i = 0; !stored && i < store->imports.count; i++)
        if (((const struct import_record *)store->imports.blocks[i])->state == IMPORT_UNDOING)
            stored = store->imports.blocks[i];
    if (!stored) {
        decide_undone(change, NULL, 0, 0);
        return CXD_OK;
    }
    struct import_record record = *stored;
    int64_t to = decide_undo_span(change, &record), passed = record.undone;
    size_t removed = 0;
    enum cxd_err code = CXD_OK;
    while (code == CXD_OK && passed < to && removed < change->as.undo.limit) {
        const struct response *response = store->responses.blocks[passed++];
        if (!response || response->import != record.number)
            continue;
        code = undo_one(store, (size_t)passed - 1, change->now_ms, err);
        removed++;
    }
    decide_undone(change, &record, removed, removed < change->as.undo.limit ? to : passed);
    return code != CXD_OK || put(store, &record) ? code : no_memory(err);
}

void memory_count_imports(const struct memory_store *store, int64_t ret_counts[IMPORT_STATE_COUNT]) {
    for (size_t i = 0; i < store->imports.count; i++)
        ret_counts[((const struct import_record *)store->imports.blocks[i])->state]++;
}

enum cxd_err memory_read_import(struct store_reader *base, const struct id *id, struct arena *arena, bool *ret_found,
                                struct import_record *ret_record, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    memory_enter(reader);
    const struct import_record *found = find(reader->store, id);
    struct import_record record = found ? *found : (struct import_record){0};
    record.is_held = is_held(reader->store, record.survey);
    bool copied = !found || copy_import(arena, &record);
    memory_leave(reader);
    if (!copied)
        return no_memory(err);
    *ret_found = found;
    if (found)
        *ret_record = record;
    return CXD_OK;
}

enum cxd_err memory_read_imports(struct store_reader *base, int64_t before, size_t limit, struct arena *arena,
                                 struct import_record **ret_records, size_t *ret_count, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct import_record *records = arena_alloc_zero(arena, limit + 1, sizeof *records);
    size_t count = 0;
    bool copied = records;
    memory_enter(reader);
    for (size_t i = reader->store->imports.count; copied && i > 0 && count < limit; i--) {
        const struct import_record *record = reader->store->imports.blocks[i - 1];
        if (before > 0 && record->number >= before)
            continue;
        records[count] = *record;
        records[count].is_held = is_held(reader->store, record->survey);
        copied = copy_import(arena, &records[count++]);
    }
    memory_leave(reader);
    if (!copied)
        return no_memory(err);
    *ret_records = records;
    *ret_count = count;
    return CXD_OK;
}
