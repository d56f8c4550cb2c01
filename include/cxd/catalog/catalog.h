#ifndef CXD_CATALOG_CATALOG_H
#define CXD_CATALOG_CATALOG_H

/* src/catalog/: surveys, keys and sessions in memory.
 *
 *   catalog.c   the current snapshot: taken by requests, swapped when the store has another generation
 *   snapshot.c  how a snapshot is made out of the one before, looked through, and freed */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/key.h"
#include "cxd/domain/survey.h"
#include "cxd/store/store.h"

/* Survey definitions and keys, in memory. Readers take the current snapshot, which never changes, and release it; a
 * new one is swapped in when the store has another generation (store_read_catalog): by the writer after each batch that
 * redefines any, and for what others wrote by the housekeeping, which asks every second, or where nodes share the store
 * by cxd/chores/nodes.h. A new one shares every survey
 * and key that did not change with the one before, so that it costs what has changed and a copy of some pointers. */

struct catalog;

struct snapshot {
    int64_t generation;                  /* of the store (store_read_catalog), that it is of */
    const struct survey *const *surveys; /* by slug */
    size_t survey_count;
    size_t live_count;                 /* of them: not archived */
    const struct api_key *const *keys; /* by creation, then id */
    size_t key_count;
    const struct session *sessions; /* and links, valid or not, by their hashes */
    size_t session_count;
    struct signing_key signing_keys[SIGNING_KEYS_MAX]; /* newest first: it signs, all are believed */
    size_t signing_key_count;
};

/* Loads the first snapshot from the store; ERR_STORAGE where a survey cannot be read. */
CXD_NODISCARD enum cxd_err catalog_open(struct store *store, struct catalog **ret_catalog, struct error *err);
void catalog_close(struct catalog *catalog);
/* Reads what has changed in the store, by whomever, since it was last read, and swaps; a short question where nothing
 * has. On an error the old snapshot stays, and the next call reads the same again. A survey that cannot be read
 * stays as it was, and keeps back nothing else: that is CXD_OK, and err has why, as ERR_STORAGE (else CXD_OK). Any
 * thread, which may wait for another's. */
CXD_NODISCARD enum cxd_err catalog_renew(struct catalog *catalog, struct error *err);

/* Whether a key that was revoked CATALOG_SURE_MS ago, by whichever node, is known to be here: the store has been asked
 * since. Always, where no others write it. Any thread. */
enum { CATALOG_SURE_MS = 2000 };
bool catalog_is_sure(const struct catalog *catalog);

/* Any thread. Every acquire has its release. */
const struct snapshot *catalog_acquire(struct catalog *catalog);

/* snapshot.c */

void catalog_release(const struct snapshot *snapshot);

/* The survey that the store keeps as this record; ERR_STORAGE if it is none. For store_judge_by too. */
CXD_NODISCARD enum cxd_err catalog_decode(const struct survey_record *record, struct arena *arena,
                                          struct survey *ret_survey, struct error *err);
/* Whether a snapshot can hold this survey; the error names it. What a catalog_open takes, and no more. */
CXD_NODISCARD enum cxd_err catalog_examine(const struct survey_record *record, struct error *err);
/* Whether a daemon can read this definition of a journey or an alert, which no snapshot holds; the error names it. */
CXD_NODISCARD enum cxd_err catalog_examine_document(const struct document *document, struct error *err);

/* NULL where there is none. */
const struct survey *snapshot_survey(const struct snapshot *snapshot, const char *slug);
const struct survey *snapshot_survey_number(const struct snapshot *snapshot, int64_t number);
/* How many surveys have a slug before this one; how many keys were created before this time and id. */
size_t snapshot_survey_place(const struct snapshot *snapshot, const char *slug);
size_t snapshot_key_place(const struct snapshot *snapshot, int64_t created_at, const struct id *id);
/* The key whose secret is `secret`, valid or not. It is looked for by a part of the secret's hash, of which no secret
 * can be told, and the whole hash is compared in constant time. */
const struct api_key *snapshot_key(const struct snapshot *snapshot, const char *secret);
/* The session, or the link, of this secret, valid or not: as of snapshot_key. */
const struct session *snapshot_session(const struct snapshot *snapshot, const char *secret);
/* The key, and the session, whose hash begins so. */
enum { HOLDER_NAME_BYTES = 8 };
const struct api_key *snapshot_key_named(const struct snapshot *snapshot, const uint8_t name[HOLDER_NAME_BYTES]);
const struct session *snapshot_session_named(const struct snapshot *snapshot, const uint8_t name[HOLDER_NAME_BYTES]);
const struct api_key *snapshot_key_id(const struct snapshot *snapshot, const struct id *id);

#endif
