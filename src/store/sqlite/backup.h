#ifndef CXD_STORE_SQLITE_BACKUP_H
#define CXD_STORE_SQLITE_BACKUP_H

#include "cxd/base/actor.h"
#include "cxd/store/backup.h"
#include "store/deltas.h"
#include "store/engine.h"
#include "store/sqlite/db.h"
#include "store/sqlite/watch_vfs.h"

/* Copies and checks of whole database files. The order of use: sqlite_source_open, sqlite_backup_copy,
 * sqlite_check_file, sqlite_partial_publish.
 */

/* source.c: a connection that only reads and never checkpoints, to a file that may be another process's live database,
 * that of a stopped daemon, or a copy. Refuses what is not cxd's or is newer. `watch` sees its reads. */
struct source {
    struct db db;
    struct actor actor; /* as whom it is opened and closed */
    int lock_fd;        /* −1, or the lock that keeps daemons away while the file is read as one that nobody writes */
    int64_t schema, bytes;
};
/* A store is opened as the owner of its directory, and is no link. A copy is opened so too where they can read it, and
 * otherwise as the caller: root's backup in somebody's directory. */
enum source_kind { SOURCE_STORE, SOURCE_COPY };
CXD_NODISCARD enum cxd_err sqlite_source_open(const char *path, enum source_kind kind, struct watch *watch,
                                              struct source *ret_source, struct error *err);
/* Takes its snapshot, so that nothing is opened by name from here on. */
CXD_NODISCARD enum cxd_err sqlite_source_hold(struct source *source, struct error *err);
void sqlite_source_close(struct source *source);

/* partial.c: a file on its way: "PATH.partial", locked, for its owner only. */
struct partial {
    bool replaces;
    char *path, *name, *directory; /* the partial's, the name that it will have, and where both lie */
    int fd;
};
/* What may be under the name already. */
enum partial_kind { PARTIAL_IS_NEW, PARTIAL_REPLACES };
/* Makes it, new and empty; one that a killed run of this user left is removed. ERR_EXISTS if there is something under
 * the name that it must not replace, or another's file under the partial's, ERR_LOCKED while another run writes it,
 * ERR_STORAGE_FULL if the file system has no room for `bytes`. */
CXD_NODISCARD enum cxd_err sqlite_partial_create(const char *name, enum partial_kind kind, int64_t bytes,
                                                 struct partial *ret_partial, struct error *err);
/* Makes it durable and gives it its name. On an error discard it. */
CXD_NODISCARD enum cxd_err sqlite_partial_publish(struct partial *partial, struct error *err);
/* Whether the locked file is still the one of that name: another run may have published or removed it in between. */
bool sqlite_partial_is_current(const struct partial *partial);
/* The error of a partial whose name leads to another file by now. */
enum cxd_err sqlite_partial_replaced(const struct partial *partial, struct error *err);
/* Removes what has not been published, and frees. */
void sqlite_partial_discard(struct partial *partial);

/* backup.c: copies what `source` sees at the start into the partial file, which is empty. The source holds one read
 * transaction for as long as it takes, so that no writer can make it begin anew. Not durable until the file is flushed.
 */
CXD_NODISCARD enum cxd_err sqlite_backup_copy(struct db *source, const struct partial *to, struct watch *watch,
                                              struct error *err);

/* check.c: the whole check of the source, see store_check. */
CXD_NODISCARD enum cxd_err sqlite_check_database(struct source *source, struct watch *watch,
                                                 struct store_report *ret_report, struct error *err);
/* Opens and checks a file. */
CXD_NODISCARD enum cxd_err sqlite_check_file(const char *path, enum source_kind kind, struct watch *watch,
                                             struct store_report *ret_report, struct error *err);

/* findings.c: between check.c and check_rollups.c. */
/* The migration that brings the tables of dimensions, of what was erased, and numbers of responses. */
enum {
    DIMENSION_SCHEMA = 3,
    IDENTITY_SCHEMA = 3,
    NUMBER_SCHEMA = 4,
    DOCUMENT_SCHEMA = 5,
    COMMENT_SCHEMA = 5,
    VISIT_SCHEMA = 5,
    IMPORT_SCHEMA = 6,
    NAME_SCHEMA = 6,
    QUESTION_SCHEMA = 7,
    PACK_SCHEMA = 8,
    RECENT_SCHEMA = 8,
    SESSION_SCHEMA = 8
};
struct checker {
    struct db *db;
    struct watch *watch;
    struct store_report *report;
    struct deltas deltas;
    struct arena arena, scratch; /* for one survey, for one response */
    bool has_odd_answers;        /* that cannot be read: what is counted and indexed of them is not looked at */
};
void sqlite_check_damage(struct checker *checker, enum store_part part, const char *format, ...) CXD_PRINTF(3, 4);
/* How definitions are read; NULL: nobody has said. */
store_read_definition *sqlite_check_reader(const struct checker *checker);
/* What is left of an error: damage of pages is noted as such, and OK; else the error. */
CXD_NODISCARD enum cxd_err sqlite_check_absorb(struct checker *checker, enum cxd_err code, struct error *err);
/* check_questions.c: sets has_odd_answers. */
CXD_NODISCARD enum cxd_err sqlite_check_questions(struct checker *checker, struct error *err);
/* check_rollups.c */
CXD_NODISCARD enum cxd_err sqlite_check_rollups(struct checker *checker, struct error *err);
/* check_packs.c */
CXD_NODISCARD enum cxd_err sqlite_check_packs(struct checker *checker, struct error *err);
/* check_recent.c */
CXD_NODISCARD enum cxd_err sqlite_check_recent(struct checker *checker, struct error *err);
/* check_comments.c */
CXD_NODISCARD enum cxd_err sqlite_check_comments(struct checker *checker, struct error *err);

/* schema.c: whose a file is, and how old; changes nothing. ERR_SCHEMA for another's or a newer one; version 0 is an
 * empty file. */
CXD_NODISCARD enum cxd_err sqlite_schema_examine(struct db *db, const char *path, int64_t *ret_version,
                                                 struct error *err);
/* ERR_SCHEMA where it is another than sqlite_schema_newest. */
CXD_NODISCARD enum cxd_err sqlite_schema_expect_newest(struct db *db, const char *path, struct error *err);

/* backup.c: the engine's operations. */
engine_check sqlite_check;
engine_check_copy sqlite_check_copy;
engine_backup sqlite_backup;
engine_remove_partial sqlite_remove_partial;
engine_restore sqlite_restore;

#endif
