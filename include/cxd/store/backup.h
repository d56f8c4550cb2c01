#ifndef CXD_STORE_BACKUP_H
#define CXD_STORE_BACKUP_H

#include "cxd/store/document.h"
#include "cxd/store/store.h"

/* A store as a whole: is it sound, a copy of it, and a store out of a copy. None of this goes through the writer or
 * needs the store to be closed: it reads by connections of its own, beside a daemon at work or without one, and writes
 * to new files only. A copy is one file. An engine without files has nothing to copy or to check (ERR_CONFIG). */

enum store_stage { STORE_COPYING, STORE_VERIFYING };

/* Told of progress, at least once a MiB read or written, on the thread of the call. It may sleep, to leave the disk to
 * others, and returns false to end the run with ERR_CANCELLED within about as much work. `done` ≤ `total`, in bytes;
 * while verifying both are estimates. */
struct store_progress {
    bool (*tell)(void *context, enum store_stage stage, int64_t done, int64_t total);
    void *context;
    /* What the store does not know of a survey's record: whether a daemon can read its definition. Asked of each while
     * verifying; NULL: it is not asked. */
    enum cxd_err (*examine)(const struct survey_record *survey, struct error *err);
    /* The same of a named definition. */
    enum cxd_err (*examine_document)(const struct document *document, struct error *err);
    /* How a definition is read: what hangs on what revisions ask is counted anew by it; NULL: that is passed over. */
    store_read_definition *read_definition;
};

/* What is looked at, in this order. */
enum store_part {
    STORE_SCHEMA,     /* tables, indexes and triggers are those of its schema number */
    STORE_INTEGRITY,  /* pages, indexes, types: the engine's own check */
    STORE_REFERENCES, /* everything names surveys and revisions that are there; scores lie within the scale */
    STORE_RECORDS,    /* what a daemon reads at its start can be read: surveys and their definitions, keys */
    STORE_ROLLUPS,    /* every rollup row equals a recount of the responses, and none is missing */
    STORE_COMMENTS,   /* the index of comments has every word of them, and no other */
    STORE_AUDIT,      /* the chain of the audit log */
    STORE_PART_COUNT
};
/* report.c: "integrity" */
const char *store_part_name(enum store_part part);

enum { STORE_PLACES = 4, STORE_PLACE_SIZE = 200 };

struct store_report {
    int64_t schema; /* number of the last migration */
    int64_t bytes, surveys, responses, rollups, audit_records;
    uint8_t audit_head[SHA256_SIZE]; /* hash of the last record; zero bytes without one */
    struct store_finding {
        bool skipped;   /* could not be looked at, because of other damage */
        int64_t damage; /* how many places are damaged; of integrity no more than 100 are counted */
        char places[STORE_PLACES][STORE_PLACE_SIZE]; /* the first of them, one line each; names no person */
    } parts[STORE_PART_COUNT];
};
bool store_report_is_good(const struct store_report *report);

/* backup.c: looks at a store and changes nothing. CXD_OK also where damage was found: see the report. ERR_SCHEMA for a
 * file that is no store of cxd or of a newer one, ERR_STORAGE where there is none or it cannot be read, ERR_CANCELLED,
 * ERR_NO_MEMORY. `progress` may be NULL. */
CXD_NODISCARD enum cxd_err store_check(const char *url, const struct store_progress *progress,
                                       struct store_report *ret_report, struct error *err);

/* As store_check, of a copy, or of any other file of a store. */
CXD_NODISCARD enum cxd_err store_check_copy(const char *path, const struct store_progress *progress,
                                            struct store_report *ret_report, struct error *err);

/* Writes a copy of the state of one moment to `path`, for its owner only, and verifies it before it takes that name:
 * until then it is "PATH.partial", which a failure removes. ERR_EXISTS if there is something at `path`, ERR_DAMAGED if
 * the copy does not verify (the report says why), ERR_LOCKED if another backup writes to `path`, ERR_STORAGE_FULL, and
 * the errors of store_check. */
CXD_NODISCARD enum cxd_err store_backup(const char *url, const char *path, const struct store_progress *progress,
                                        struct store_report *ret_report, struct error *err);

/* Removes what a store_backup of `url` to `path` that was killed has left; what another process is writing stays. */
void store_remove_partial(const char *url, const char *path);

/* Makes the store `url` out of a copy. ERR_EXISTS if there is one already, ERR_LOCKED if a daemon holds it; else as
 * store_backup. Run by root, the store belongs to whom its directory belongs to. An older schema stays as it is, until
 * a daemon opens it. */
CXD_NODISCARD enum cxd_err store_restore(const char *path, const char *url, const struct store_progress *progress,
                                         struct store_report *ret_report, struct error *err);

/* As store_keep_erasures, of a store that nobody has open; changes nothing. A store that an older cxd wrote has a list
 * if `directory` has but one: STORE_LIST_NEW where that is not so. */
CXD_NODISCARD enum cxd_err store_compare_erasures(const char *url, const char *directory,
                                                  struct store_erasures *ret_erasures, struct error *err);

#endif
