/* Which ids series have: those that were found last. */

#include "store/sqlite/series_ids.h"

#include <stdlib.h>
#include <string.h>

static struct series_id *places_of(const struct series_ids *ids, uint64_t hash) {
    return &ids->items[hash % (SERIES_IDS / SERIES_IDS_ALIKE) * SERIES_IDS_ALIKE];
}

static bool is_it(const struct series_id *item, uint64_t hash, int64_t survey, const char *dimension,
                  const char *value) {
    return item->name && item->hash == hash && item->survey == survey && strcmp(item->name, dimension) == 0 &&
           strcmp(item->name + strlen(dimension) + 1, value) == 0;
}

int64_t sqlite_series_ids_find(const struct series_ids *ids, uint64_t hash, int64_t survey, const char *dimension,
                               const char *value) {
    const struct series_id *items = ids->items ? places_of(ids, hash) : NULL;
    for (size_t i = 0; items && i < SERIES_IDS_ALIKE; i++)
        if (is_it(&items[i], hash, survey, dimension, value))
            return items[i].id;
    return 0;
}

void sqlite_series_ids_keep(struct series_ids *ids, uint64_t hash, int64_t survey, const char *dimension,
                            const char *value, int64_t id) {
    size_t length = strlen(dimension) + 1, size = length + strlen(value) + 1;
    if (!ids->items)
        ids->items = calloc(SERIES_IDS, sizeof *ids->items);
    char *name = ids->items ? malloc(size) : NULL;
    if (!name)
        return;
    memcpy(name, dimension, length);
    memcpy(name + length, value, size - length);
    struct series_id *items = places_of(ids, hash);
    free(items[SERIES_IDS_ALIKE - 1].name);
    memmove(&items[1], items, (SERIES_IDS_ALIKE - 1) * sizeof *items);
    items[0] = (struct series_id){hash, survey, id, name};
}

void sqlite_series_ids_forget(struct series_ids *ids) {
    for (size_t i = 0; ids->items && i < SERIES_IDS; i++)
        free(ids->items[i].name);
    free(ids->items);
    ids->items = NULL;
}
