#ifndef CXD_STORE_SQLITE_OWNERS_H
#define CXD_STORE_SQLITE_OWNERS_H

#include <stddef.h>
#include <stdint.h>

/* Who rows of rollups are of, found by the number of the series. */

struct owner {
    int64_t series;
    size_t at; /* in whatever it is that owns */
};

struct owners {
    struct owner *items;
    size_t count;
    size_t near; /* where the next one is looked for first: rows of one bucket ascend by series */
};

void sqlite_owners_sort(struct owners *owners);
/* NULL: there is none. */
const struct owner *sqlite_owners_find(struct owners *owners, int64_t series);

#endif
