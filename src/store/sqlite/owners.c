/* Who rows of rollups are of. */
#include "store/sqlite/owners.h"

#include <stdlib.h>

static int compare_owners(const void *a, const void *b) {
    const struct owner *x = a, *y = b;
    return (x->series > y->series) - (x->series < y->series);
}

void sqlite_owners_sort(struct owners *owners) {
    if (owners->count > 0)
        qsort(owners->items, owners->count, sizeof *owners->items, compare_owners);
    owners->near = 0;
}

const struct owner *sqlite_owners_find(struct owners *owners, int64_t series) {
    if (owners->near >= owners->count || owners->items[owners->near].series != series) {
        const struct owner wanted = {.series = series};
        const struct owner *found =
            bsearch(&wanted, owners->items, owners->count, sizeof *owners->items, compare_owners);
        if (!found)
            return NULL;
        owners->near = (size_t)(found - owners->items);
    }
    return &owners->items[owners->near++];
}
