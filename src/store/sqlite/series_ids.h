#ifndef CXD_STORE_SQLITE_SERIES_IDS_H
#define CXD_STORE_SQLITE_SERIES_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The ids of series that batches have found, so that the next one need not ask the database for them: a bounded number,
 * of which one gives way to another. Forgotten as soon as a series may have gone. */

struct series_id {
    uint64_t hash; /* of all three, as the deltas have it */
    int64_t survey, id;
    char *name; /* of the dimension; the value stands behind its NUL */
};

struct series_ids {
    struct series_id *items; /* SERIES_IDS of them: SERIES_IDS_ALIKE by each hash, the last first; NULL: none */
};
enum { SERIES_IDS = 8192, SERIES_IDS_ALIKE = 4 }; /* as many as are counted in recent.h */

/* 0: it is not known. */
int64_t sqlite_series_ids_find(const struct series_ids *ids, uint64_t hash, int64_t survey, const char *dimension,
                               const char *value);
/* Without memory it is not kept. */
void sqlite_series_ids_keep(struct series_ids *ids, uint64_t hash, int64_t survey, const char *dimension,
                            const char *value, int64_t id);
void sqlite_series_ids_forget(struct series_ids *ids);

#endif
