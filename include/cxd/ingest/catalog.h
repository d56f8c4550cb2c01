#ifndef CXD_INGEST_CATALOG_H
#define CXD_INGEST_CATALOG_H

#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/key.h"
#include "cxd/domain/survey.h"
#include "cxd/store/store.h"

/* Survey definitions and keys, in memory. Readers take the current snapshot, which never changes, and release it; the writer
 * swaps in a new one after each batch that changed any. */

struct catalog;

struct snapshot {
    const struct survey *surveys; /* by slug */
    size_t survey_count;
    const struct api_key *keys; /* by creation */
    size_t key_count;
    struct signing_key signing_keys[SIGNING_KEYS_MAX]; /* newest first: it signs, all are believed */
    size_t signing_key_count;
};

/* Loads the first snapshot from the store. */
CXD_NODISCARD enum cxd_err catalog_open(struct store *store, struct catalog **ret_catalog, struct error *err);
void catalog_close(struct catalog *catalog);
/* Reads the store again and swaps. On an error the old snapshot stays. */
CXD_NODISCARD enum cxd_err catalog_reload(struct catalog *catalog, struct error *err);

/* Any thread. Every acquire has its release. */
const struct snapshot *catalog_acquire(struct catalog *catalog);
void catalog_release(const struct snapshot *snapshot);

/* NULL where there is none. */
const struct survey *snapshot_survey(const struct snapshot *snapshot, const char *slug);
const struct survey *snapshot_survey_number(const struct snapshot *snapshot, int64_t number);
/* The key whose secret is `secret` (compared in constant time, over every key), valid or not. */
const struct api_key *snapshot_key(const struct snapshot *snapshot, const char *secret);

#endif
