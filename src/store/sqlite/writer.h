#ifndef CXD_STORE_SQLITE_WRITER_H
#define CXD_STORE_SQLITE_WRITER_H

#include "cxd/base/buffer.h"
#include "store/deltas.h"
#include "store/engine.h"
#include "store/sqlite/db.h"

/* The engine's insides: one connection that does all the writing, and what it keeps between batches. */

/* The declared properties of every survey, by number. */
struct declared_set {
    struct arena arena;
    struct declared *surveys;
    size_t count;
    bool loaded; /* false: to be read again before use */
};

struct sqlite_store {
    struct store base;
    char *path;
    char *directory;
    int lock_fd;
    struct db db;
    struct declared_set declared;
    struct deltas deltas;
    struct arena scratch; /* for one change */
    struct buffer text;   /* properties of one response */
    struct store_upgrade upgrade;
    char *upgrade_backup; /* owns upgrade.backup */
};

/* file.c: the lock beside the file, and the file itself. */
CXD_NODISCARD enum cxd_err file_lock(const char *path, int *ret_fd, struct error *err);
void file_unlock(int fd);
CXD_NODISCARD enum cxd_err file_make_directory(const char *directory, struct error *err);
/* "cannot DOING PATH", by errno: ERR_STORAGE_FULL or ERR_STORAGE. */
enum cxd_err file_error(struct error *err, const char *doing, const char *path);
CXD_NODISCARD enum cxd_err file_flush_directory(const char *directory, struct error *err);
/* Makes the file, empty and readable to its owner only, if there is none. */
CXD_NODISCARD enum cxd_err file_create(const char *path, const char *directory, struct error *err);

/* migrate.c: refuses what is not cxd's or newer, else brings the schema up to date, each migration in a transaction of its own. */
CXD_NODISCARD enum cxd_err migrate(struct sqlite_store *store, struct error *err);
/* One migration, in the transaction that is open. */
CXD_NODISCARD enum cxd_err migration_run(struct db *db, const struct sql_migration *migration,
                                         struct error *err);
/* upgrade.c: makes the backup PATH.schema-VERSION.backup, in place of an earlier one, and tries the migrations on it. Without room on the
 * disk there is no backup and CXD_OK all the same. */
CXD_NODISCARD enum cxd_err upgrade_prepare(struct sqlite_store *store, int64_t version, struct error *err);

/* declared.c */
CXD_NODISCARD enum cxd_err declared_load(struct db *db, struct declared_set *set, struct error *err);
void declared_set_anonymised(struct declared_set *set, int64_t survey, int64_t done_at);
const struct declared *declared_find(const struct declared_set *set, int64_t survey); /* NULL: none */

/* The writing of a change, inside the transaction. Each sets the outcome. */
CXD_NODISCARD enum cxd_err write_response(struct sqlite_store *store, struct change *change,
                                          struct error *err);
CXD_NODISCARD enum cxd_err write_exclude(struct sqlite_store *store, struct change *change,
                                         struct error *err);
CXD_NODISCARD enum cxd_err write_flag(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_clear(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_erase(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_retain(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_settle(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_survey(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_archive(struct sqlite_store *store, struct change *change,
                                         struct error *err);
CXD_NODISCARD enum cxd_err write_key(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_revoke(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_signing_key(struct sqlite_store *store, struct change *change,
                                             struct error *err);
CXD_NODISCARD enum cxd_err write_key_used(struct sqlite_store *store, struct change *change,
                                          struct error *err);

/* audit.c: the note itself writes nothing; write_audit appends the record of a change that has been written, if it has one. */
CXD_NODISCARD enum cxd_err write_note(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err write_audit(struct sqlite_store *store, const struct change *change,
                                       struct error *err);

/* The stored response, into store->scratch. */
CXD_NODISCARD enum cxd_err find_response(struct sqlite_store *store, const struct id *id, bool *ret_found,
                                         struct response *ret_response, struct error *err);
/* erase.c */
CXD_NODISCARD enum cxd_err delete_response(struct sqlite_store *store, const struct response *response,
                                           struct error *err);
CXD_NODISCARD enum cxd_err forget_response(struct sqlite_store *store, const struct response *response,
                                           struct error *err);
/* retain.c: what was anonymised up to here must be looked at again, from `answered_at` on, or (restart) as a whole. */
CXD_NODISCARD enum cxd_err retain_again(struct sqlite_store *store, int64_t survey, int64_t answered_at,
                                        struct error *err);
CXD_NODISCARD enum cxd_err retain_restart(struct sqlite_store *store, int64_t survey, struct error *err);
/* Brings the log home and cuts it; false where a reader was in the way. */
bool retain_settle(struct sqlite_store *store);
/* Writes excluded, its reason and flags of `after`, and counts. */
CXD_NODISCARD enum cxd_err exclude_response(struct sqlite_store *store, const struct response *before,
                                            const struct response *after, struct error *err);
/* Adds to the deltas. */
CXD_NODISCARD enum cxd_err count_response(struct sqlite_store *store, const struct response *response,
                                          int sign, struct error *err);

/* rollups.c: writes the deltas to the rollup table and clears them; drops a dimension of a survey. */
CXD_NODISCARD enum cxd_err rollups_flush(struct sqlite_store *store, struct error *err);
CXD_NODISCARD enum cxd_err rollups_drop(struct sqlite_store *store, int64_t survey, const char *dimension,
                                        struct error *err);

/* apply.c, rebuild.c */
enum cxd_err sqlite_apply(struct store *store, struct change *const *changes, size_t count,
                          struct error *err);
enum cxd_err sqlite_rebuild(struct store *store, int64_t *ret_responses, struct error *err);

#endif
