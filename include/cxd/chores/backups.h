#ifndef CXD_CHORES_BACKUPS_H
#define CXD_CHORES_BACKUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/chores/trust.h"
#include "cxd/ingest/ingest.h"

/* The daemon's own backups: a thread that makes a verified copy (see store/backup.h) at every interval, named
 * cxd-YYYYMMDDTHHMMSSZ.db, and then removes the oldest of such names beyond `keep`; those of a time that has not come,
 * by the trusted time, are counted by themselves. The interval counts from the newest
 * that is there, also after a restart. A failure is logged (backup_failed) and tried again after the interval, or ten
 * minutes if that is shorter. */

struct backups;

enum { BACKUPS_NAME_SIZE = sizeof("cxd-YYYYMMDDTHHMMSSZ.db") };
/* The name of a copy that is made now. */
void backups_name(int64_t now_ms, char out[BACKUPS_NAME_SIZE]);

struct backups_options {
    const char *url;       /* of the store */
    struct ingest *ingest; /* tells whether the store's files are in their places: nothing else is copied */
    struct trust *trust;   /* tells which names are of a time that has not come */
    const char *directory; /* made if it is not there; its parent must be */
    int64_t every_s;       /* ≥ 1 */
    int64_t keep;          /* ≥ 1 */
};

struct backups_status {
    int64_t last_success_ms; /* when the newest backup was begun; TIME_MIN: there is none */
    int64_t duration_ms;     /* of the last that this process made; 0: none yet */
    int64_t size_bytes;      /* of the newest */
    int64_t failures;        /* since the start */
    bool is_failing;         /* the last try failed */
    bool is_running;
};

CXD_NODISCARD enum cxd_err backups_start(const struct backups_options *options, struct backups **ret_backups,
                                         struct error *err);
/* Any thread. */
void backups_status(struct backups *backups, struct backups_status *ret_status);
/* Ends the thread, and a backup that runs, within a second or so: before the store is closed. Takes NULL. */
void backups_stop(struct backups *backups);

#endif
