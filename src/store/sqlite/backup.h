#ifndef CXD_STORE_SQLITE_BACKUP_H
#define CXD_STORE_SQLITE_BACKUP_H

#include "cxd/store/backup.h"
#include "store/deltas.h"
#include "store/sqlite/db.h"
#include "store/sqlite/watch_vfs.h"

/* Copies and checks of whole database files. The order of use: source_open, backup_copy, check_file, partial_publish. */

/* source.c: a connection that only reads and never checkpoints, to a file that may be another process's live database, that of a
 * stopped daemon, or a copy. Refuses what is not cxd's or is newer. `watch` sees its reads. */
struct source {
    struct db db;
    int lock_fd; /* −1, or the lock that keeps daemons away while the file is read as one that nobody writes */
    int64_t schema, bytes;
};
CXD_NODISCARD enum cxd_err source_open(const char *path, struct watch *watch, struct source *ret_source,
                                       struct error *err);
void source_close(struct source *source);

/* partial.c: a file on its way: "PATH.partial", locked, for its owner only. */
struct partial {
    bool replaces;
    char *path, *name, *directory; /* the partial's, the name that it will have, and where both lie */
    int fd;
};
/* What may be under the name already. */
enum partial_kind { PARTIAL_IS_NEW, PARTIAL_REPLACES };
/* Makes it, empty; one that a crash left is taken over. ERR_EXISTS if there is something under the name that it must not replace,
 * ERR_STORAGE_FULL if the file system has no room for `bytes`. */
CXD_NODISCARD enum cxd_err partial_create(const char *name, enum partial_kind kind, int64_t bytes,
                                          struct partial *ret_partial, struct error *err);
/* Makes it durable and gives it its name. On an error discard it. */
CXD_NODISCARD enum cxd_err partial_publish(struct partial *partial, struct error *err);
/* Removes what has not been published, and frees. */
void partial_discard(struct partial *partial);

/* backup.c: copies what `source` sees at the start into the partial file, which is empty. The source holds one read transaction
 * for as long as it takes, so that no writer can make it begin anew. Not durable until the file is flushed. */
CXD_NODISCARD enum cxd_err backup_copy(struct db *source, const struct partial *to, struct watch *watch,
                                       struct error *err);

/* check.c: the whole check of the source, see store_check. */
CXD_NODISCARD enum cxd_err check_database(struct source *source, struct watch *watch,
                                          struct store_report *ret_report, struct error *err);
/* Opens and checks a file. */
CXD_NODISCARD enum cxd_err check_file(const char *path, struct watch *watch, struct store_report *ret_report,
                                      struct error *err);

/* Between check.c and check_rollups.c. */
struct checker {
    struct db *db;
    struct watch *watch;
    struct store_report *report;
    struct deltas deltas;
    struct arena arena, scratch; /* for one survey, for one response */
};
void check_damage(struct checker *checker, enum store_part part, const char *format, ...) CXD_PRINTF(3, 4);
/* What is left of an error: damage of pages is noted as such, and OK; else the error. */
CXD_NODISCARD enum cxd_err check_absorb(struct checker *checker, enum cxd_err code, struct error *err);
CXD_NODISCARD enum cxd_err check_rollups(struct checker *checker, struct error *err);

/* migrate.c: whose a file is, and how old; changes nothing. ERR_SCHEMA for another's or a newer one; version 0 is an empty file. */
CXD_NODISCARD enum cxd_err migrate_examine(struct db *db, const char *path, int64_t *ret_version,
                                           struct error *err);

/* The engine's operations. */
enum cxd_err sqlite_check(const char *path, const struct store_progress *progress,
                          struct store_report *ret_report, struct error *err);
enum cxd_err sqlite_backup(const char *path, const char *to, const struct store_progress *progress,
                           struct store_report *ret_report, struct error *err);
enum cxd_err sqlite_restore(const char *from, const char *path, const struct store_progress *progress,
                            struct store_report *ret_report, struct error *err);

#endif
