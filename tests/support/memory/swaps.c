/* The batch's undo: every change of the store is a swap of a pointer, noted here. */

#include <stdlib.h>

#include "memory.h"

static bool reserve(struct memory_store *store, struct memory_table *table) {
    if (store->swap_count == store->swap_capacity) {
        size_t larger = store->swap_capacity ? 2 * store->swap_capacity : 64;
        struct memory_swap *grown = reallocarray(store->swaps, larger, sizeof *grown);
        if (!grown)
            return false;
        store->swaps = grown;
        store->swap_capacity = larger;
    }
    if (table->count == table->capacity) {
        size_t larger = table->capacity ? 2 * table->capacity : 64;
        void **grown = reallocarray(table->blocks, larger, sizeof *grown);
        if (!grown)
            return false;
        table->blocks = grown;
        table->capacity = larger;
    }
    return true;
}

bool memory_swap(struct memory_store *store, struct memory_table *table, size_t at, void *block) {
    void *before = at == table->count ? NULL : table->blocks[at];
    bool counted = table != &store->responses || (memory_count(store, before, -1) && memory_count(store, block, 1));
    if (!counted || !reserve(store, table)) {
        free(block);
        return false;
    }
    store->swaps[store->swap_count++] = (struct memory_swap){table, at, before};
    table->blocks[at] = block;
    table->count += at == table->count;
    return true;
}

void memory_commit(struct memory_store *store) {
    for (size_t i = 0; i < store->swap_count; i++)
        free(store->swaps[i].before);
    store->swap_count = 0;
}

/* Newest first. Appended positions go again, so that survey numbers have no gaps; index entries that point
 * past the end or at another id are skipped when ids are looked up. */
void memory_rollback(struct memory_store *store) {
    deltas_clear(&store->deltas);
    while (store->swap_count > 0) {
        const struct memory_swap *swap = &store->swaps[--store->swap_count];
        free(swap->table->blocks[swap->at]);
        swap->table->blocks[swap->at] = swap->before;
        swap->table->count -= !swap->before && swap->at + 1 == swap->table->count;
    }
}
