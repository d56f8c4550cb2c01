#ifndef CXD_STORE_SQLITE_WRITER_H
#define CXD_STORE_SQLITE_WRITER_H

#include "cxd/base/buffer.h"
#include "store/audit.h"
#include "store/decide.h"
#include "store/deltas.h"
#include "store/engine.h"
#include "store/sqlite/asked.h"
#include "store/sqlite/db.h"
#include "store/sqlite/list.h"
#include "store/sqlite/places.h"
#include "store/sqlite/recent.h"
#include "store/sqlite/series_ids.h"
#include "store/sqlite/visit_names.h"
#include "store/sqlite/words.h"

/* The engine's insides: one connection that does all the writing, and what it keeps between batches. */

/* What is declared in every survey, by number, as it was in a generation of the catalog. */
struct declared_set {
    int64_t generation;
    struct arena arena;
    struct declared *surveys;
    size_t count, capacity;
    size_t renewals; /* since all were read: what they replaced is still in the arena */
    bool loaded;     /* false: to be read again before use */
};

/* The row of that table. */
struct identity {
    struct id store;
    uint8_t secret[AUDIT_SECRET_SIZE]; /* of the audit log */
    int64_t erasures; /* number of the last entry of the list of erasures that is known; −1: there was never a list */
};

/* gates.c: of the dimensions that have values beyond their series, which values have one. */
struct gates {
    struct gate *items; /* by survey and name */
    size_t count, capacity;
    size_t values; /* in all of them */
    struct hash_key key;
    bool loaded; /* false: to be read again before use */
};

/* comments.c: whether words that were erased are to leave the index's segments, and do. */
enum purge { PURGE_NONE, PURGE_WANTED, PURGE_RUNNING, PURGE_AGAIN };
struct comments_state {
    bool is_known;   /* false: to be read again before use */
    int64_t indexed; /* every comment of a response up to this number is in the index */
    enum purge purge;
    bool is_stale; /* words were taken out since the last purge began: segments may have them yet */
};

enum reserve { RESERVE_UNKNOWN, RESERVE_THERE, RESERVE_IMPOSSIBLE };

/* telling.c: how far an upgrade is. */
struct telling {
    const struct store_telling *to; /* NULL: nobody is told */
    struct store_upgrading now;
    int64_t begun_ms, told_ms; /* monotonic */
};
void sqlite_telling_begin(struct telling *telling, int64_t from, int64_t to, int64_t rows);
void sqlite_telling_step(struct telling *telling, enum store_upgrade_step step, int64_t all);
/* So many are done of the step; told if it is time. */
void sqlite_telling_advance(struct telling *telling, int64_t done, int64_t all);
/* From here to sqlite_telling_leave what the connection's statements do is the step's, and responses that they insert
 * are what is done. */
void sqlite_telling_follow(struct telling *telling, struct db *db);
void sqlite_telling_leave(struct telling *telling, struct db *db);

struct sqlite_store {
    struct store base;
    char *path;
    char *directory;
    int lock_fd;
    struct places places;
    enum reserve reserve; /* with places.lock held */
    struct db db;         /* used with places.lock held, once the store is open */
    struct declared_set declared;
    struct asked_set asked;
    struct deltas deltas;
    struct recent recent; /* what of them is in no rollup row yet */
    struct series_ids series_ids;
    int64_t now_ms;       /* of the change that came last */
    bool is_rebuilding;   /* all goes to rollup rows */
    struct buffer counts; /* of recent, as bytes */
    struct gates gates;
    struct arena scratch; /* for one change */
    struct buffer text;   /* properties of one response */
    struct {
        int64_t last;  /* that a response has been given; −1: to be read again before use */
        bool is_there; /* that response is: the next one's number is the database's choice */
    } numbers;
    struct word_finder words;
    struct comments_state comments;
    struct {
        bool is_read, is_there, is_counted;
        struct import_record record; /* that the changes of the batch are of, without its texts */
    } import;
    struct visit_names names; /* of visits */
    int64_t visits_from;      /* the first day whose rows of visits are there; −1: to be read again before use */
    int64_t packed_through;   /* days before it may be packed; as the transaction has read it */
    bool has_marks;           /* false: there are none, and nobody looks for them */
    struct identity identity;
    struct list list; /* of erasures */
    struct {
        struct erasure *items; /* of the batch that is being applied, for the list */
        size_t count, capacity;
    } erased;
    struct {
        struct erasure *items;    /* that the list has and the database does not know: in their order */
        size_t next, done, count; /* done: with what has been committed */
    } redo;
    struct telling telling;
    struct store_upgrade upgrade;
    char *upgrade_backup; /* owns upgrade.backup */
};

/* file.c: the lock beside the file, and the file itself. */
CXD_NODISCARD enum cxd_err sqlite_file_lock(const char *path, int *ret_fd, struct error *err);
void sqlite_file_unlock(int fd);
CXD_NODISCARD enum cxd_err sqlite_file_make_directory(const char *directory, struct error *err);
/* "cannot DOING PATH", by errno: ERR_STORAGE_FULL or ERR_STORAGE. */
enum cxd_err sqlite_file_error(struct error *err, const char *doing, const char *path);
CXD_NODISCARD enum cxd_err sqlite_file_flush_directory(const char *directory, struct error *err);
/* Makes the file, empty and readable to its owner only, if there is none. One that is there must be a file, with one
 * name, and what SQLite keeps beside it too. */
CXD_NODISCARD enum cxd_err sqlite_file_create(const char *path, const char *directory, struct error *err);
/* ERR_STORAGE where a file of the database, or the directory that is to get its lock, is there and not for us to read
 * and write: whose it is, and who we are. */
CXD_NODISCARD enum cxd_err sqlite_file_check_access(const char *path, const char *directory, struct error *err);
/* ERR_STORAGE where there is none, or no such file. */
CXD_NODISCARD enum cxd_err sqlite_file_find(const char *path, struct error *err);

/* reserve.c: before the database is opened, gives the reserve up where the disk is full; later, now and then, makes it
 * where there is room and none; and when the database is closed, where it was given up, of what there is. */
void sqlite_reserve_open(struct sqlite_store *store);
void sqlite_reserve_keep(struct sqlite_store *store);
void sqlite_reserve_close(struct sqlite_store *store);

/* migrate.c: refuses what is not cxd's or newer, else brings the schema up to date, all migrations in one transaction.
 */
CXD_NODISCARD enum cxd_err sqlite_migrate(struct sqlite_store *store, struct error *err);
/* schema.c: runs the migrations later than this one, in the transaction that is open. */
CXD_NODISCARD enum cxd_err sqlite_schema_raise(struct db *db, int64_t version, struct error *err);
int64_t sqlite_schema_newest(void);
/* upgrade.c: makes the backup PATH.schema-VERSION.backup, in place of an earlier one, and tries the migrations on it.
 * Without room on the disk there is no backup and CXD_OK all the same. */
CXD_NODISCARD enum cxd_err sqlite_upgrade_prepare(struct sqlite_store *store, int64_t version, struct error *err);

/* identity.c: what makes this database itself; made where there is none. */
CXD_NODISCARD enum cxd_err sqlite_identity_load(struct sqlite_store *store, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_identity_read(struct db *db, struct identity *ret_identity, bool *ret_found,
                                                struct error *err);
/* The key of the audit log's hashes of respondents. */
CXD_NODISCARD enum cxd_err sqlite_identity_read_secret(struct db *db, uint8_t ret_secret[AUDIT_SECRET_SIZE],
                                                       struct error *err);

CXD_NODISCARD enum cxd_err sqlite_write_clock(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_resume(struct sqlite_store *store, struct change *change, struct error *err);

/* declared.c */
CXD_NODISCARD enum cxd_err sqlite_declared_load(struct db *db, struct declared_set *set, struct error *err);
/* After a change of one survey: reads what is declared of that one. */
CXD_NODISCARD enum cxd_err sqlite_declared_renew(struct db *db, struct declared_set *set, int64_t survey,
                                                 struct error *err);
/* Of a property that is being filled in, or (place NULL) has been. */
void sqlite_declared_set_filled(struct declared_set *set, int64_t survey, const char *dimension,
                                const struct response_place *place);
/* A copy of what has been read; false when memory is refused. */
CXD_NODISCARD bool sqlite_declared_set_terms(struct declared_set *set, int64_t survey, const struct survey *terms);
void sqlite_declared_set_answered(struct declared_set *set, int64_t survey, const struct declared_question *question);
void sqlite_declared_set_reported(struct declared_set *set, int64_t survey, int64_t after);
void sqlite_declared_set_anonymised(struct declared_set *set, int64_t survey, int64_t done_at);
const struct declared *sqlite_declared_find(const struct declared_set *set, int64_t survey); /* NULL: none */

/* questions.c: those that a definition has, by its revision; `asks` NULL: none. */
CXD_NODISCARD enum cxd_err sqlite_questions_put(struct sqlite_store *store, const struct survey_record *survey,
                                                const struct survey *asks, struct error *err);
/* Those that a response has answered are fixed. */
CXD_NODISCARD enum cxd_err sqlite_questions_fix(struct sqlite_store *store, const struct declared *declared,
                                                const struct response *response, struct error *err);

/* terms.c: in a store that judges, whether a change may go on by the terms of `survey`; in another it always may. */
CXD_NODISCARD enum cxd_err sqlite_judge(struct sqlite_store *store, struct change *change, int64_t survey,
                                        decide_by_terms *rule, bool *ret_goes_on, struct error *err);

/* The writing of a change, inside the transaction. Each sets the outcome. */
/* response.c */
CXD_NODISCARD enum cxd_err sqlite_write_response(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_exclude(struct sqlite_store *store, struct change *change, struct error *err);
/* suspects.c */
CXD_NODISCARD enum cxd_err sqlite_write_flag(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_clear(struct sqlite_store *store, struct change *change, struct error *err);
/* erase.c */
CXD_NODISCARD enum cxd_err sqlite_write_erase(struct sqlite_store *store, struct change *change, struct error *err);
/* retain.c */
CXD_NODISCARD enum cxd_err sqlite_write_retain(struct sqlite_store *store, struct change *change, struct error *err);
/* erase.c */
CXD_NODISCARD enum cxd_err sqlite_write_reerase(struct sqlite_store *store, struct change *change, struct error *err);
/* marks.c */
CXD_NODISCARD enum cxd_err sqlite_write_unmark(struct sqlite_store *store, struct change *change, struct error *err);
/* retain.c */
CXD_NODISCARD enum cxd_err sqlite_write_settle(struct sqlite_store *store, struct change *change, struct error *err);
/* survey.c */
CXD_NODISCARD enum cxd_err sqlite_write_survey(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_archive(struct sqlite_store *store, struct change *change, struct error *err);
/* invitation.c */
CXD_NODISCARD enum cxd_err sqlite_write_invite(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_lapse(struct sqlite_store *store, struct change *change, struct error *err);
/* document.c */
CXD_NODISCARD enum cxd_err sqlite_write_document(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_discard(struct sqlite_store *store, struct change *change, struct error *err);
/* alert.c */
CXD_NODISCARD enum cxd_err sqlite_write_alert_rule(struct sqlite_store *store, struct change *change,
                                                   struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_alert(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_alert_tell(struct sqlite_store *store, struct change *change,
                                                   struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_acknowledge(struct sqlite_store *store, struct change *change,
                                                    struct error *err);
/* undo.c */
CXD_NODISCARD enum cxd_err sqlite_write_undo(struct sqlite_store *store, struct change *change, struct error *err);
/* imports.c */
CXD_NODISCARD enum cxd_err sqlite_write_import(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_import_rows(struct sqlite_store *store, struct change *change,
                                                    struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_import_turn(struct sqlite_store *store, struct change *change,
                                                    struct error *err);
/* Whether the import of this number takes a row of the survey (0: of any); once it has been decided, it is counted. */
CXD_NODISCARD enum cxd_err sqlite_import_admit(struct sqlite_store *store, struct change *change, int64_t number,
                                               int64_t survey, bool *ret_goes_on, struct error *err);
void sqlite_import_count(struct sqlite_store *store, const struct change *change);
/* Writes what was counted: before the import is read by others, and at the end of a batch. */
CXD_NODISCARD enum cxd_err sqlite_imports_flush(struct sqlite_store *store, struct error *err);
/* The row of one, as it is after a change. */
CXD_NODISCARD enum cxd_err sqlite_import_note(struct sqlite_store *store, const struct import_record *record,
                                              struct error *err);
/* The first that is to be undone, into store->scratch. */
CXD_NODISCARD enum cxd_err sqlite_import_next_undoing(struct sqlite_store *store, bool *ret_found,
                                                      struct import_record *ret_record, struct error *err);
/* Forgets it: the batch has failed. */
void sqlite_imports_reset(struct sqlite_store *store);
/* visits.c */
CXD_NODISCARD enum cxd_err sqlite_write_event(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_expire(struct sqlite_store *store, struct change *change, struct error *err);
/* key.c */
CXD_NODISCARD enum cxd_err sqlite_write_key(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_revoke(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_signing_key(struct sqlite_store *store, struct change *change,
                                                    struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_prune(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_key_used(struct sqlite_store *store, struct change *change, struct error *err);
/* session.c */
CXD_NODISCARD enum cxd_err sqlite_write_session(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_session_seen(struct sqlite_store *store, struct change *change,
                                                     struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_session_end(struct sqlite_store *store, struct change *change,
                                                    struct error *err);

/* catalog.c: at the begin of a transaction, reads again what is declared, if that was not read, or if somebody else has
 * redefined any survey or key since. */
CXD_NODISCARD enum cxd_err sqlite_catalog_renew(struct sqlite_store *store, struct error *err);
/* Raises the generation where one of the changes, which have been written, has redefined the catalog. */
CXD_NODISCARD enum cxd_err sqlite_catalog_raise(struct sqlite_store *store, struct change *const *changes, size_t count,
                                                struct error *err);

/* audit.c: the note itself writes nothing; sqlite_write_audit appends the record of a change that has been written, if
 * it has one. */
CXD_NODISCARD enum cxd_err sqlite_write_note(struct sqlite_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_audit(struct sqlite_store *store, const struct change *change,
                                              struct error *err);

/* response.c: the stored response, into store->scratch. */
CXD_NODISCARD enum cxd_err sqlite_find_response(struct sqlite_store *store, int64_t survey, const struct id *id,
                                                bool *ret_found, struct response *ret_response, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_find_numbered(struct sqlite_store *store, int64_t number, bool *ret_found,
                                                struct response *ret_response, struct error *err);
/* invitation.c: the one that is kept, into store->scratch. */
CXD_NODISCARD enum cxd_err sqlite_invitation_find(struct sqlite_store *store, int64_t survey, const struct id *response,
                                                  bool *ret_found, struct invitation_record *ret_record,
                                                  struct error *err);
/* Of a response that is created by it: it is kept while that may be amended. */
CXD_NODISCARD enum cxd_err sqlite_invitation_answered(struct sqlite_store *store, const struct change *change,
                                                      struct error *err);
CXD_NODISCARD enum cxd_err sqlite_invitation_remove(struct sqlite_store *store, int64_t survey,
                                                    const struct id *response, struct error *err);
/* Removes those of a respondent, marks their responses, and notes them for the list. */
CXD_NODISCARD enum cxd_err sqlite_invitations_erase(struct sqlite_store *store, const char *respondent, size_t limit,
                                                    int64_t now_ms, size_t *ret_count, struct error *err);
/* erase.c: the row, its words and its counts, and what is told of it; without a mark. */
CXD_NODISCARD enum cxd_err sqlite_remove_response(struct sqlite_store *store, const struct response *response,
                                                  struct error *err);
CXD_NODISCARD enum cxd_err sqlite_delete_response(struct sqlite_store *store, const struct response *response,
                                                  int64_t mark_at, struct error *err);
/* `by_age` as in decide_forget. *ret_taken: whether there was anything to take. */
CXD_NODISCARD enum cxd_err sqlite_forget_response(struct sqlite_store *store, const struct response *response,
                                                  bool by_age, int64_t now_ms, bool *ret_taken, struct error *err);
/* erasures.c: the batch's side of the list. Notes a response that is erased; before the commit, puts it on the disk;
 * after the commit, or its failure, keeps it or takes it back; what may be stored is kept. */
CXD_NODISCARD enum cxd_err sqlite_erasures_note(struct sqlite_store *store, const struct response *response, int64_t at,
                                                bool gone, struct error *err);
/* Notes that the database knows the list up to this entry. */
CXD_NODISCARD enum cxd_err sqlite_erasures_know(struct sqlite_store *store, int64_t number, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_erasures_write(struct sqlite_store *store, struct error *err);
void sqlite_erasures_end(struct sqlite_store *store, enum store_fate fate);
void sqlite_erasures_free(struct sqlite_store *store);
/* marks.c: of ids of surveys that are never filled again. */
CXD_NODISCARD enum cxd_err sqlite_marks_load(struct sqlite_store *store, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_marks_put(struct sqlite_store *store, int64_t survey, const struct id *id, int64_t at,
                                            struct error *err);
/* Of an entry of the list, whose survey may not be there. */
CXD_NODISCARD enum cxd_err sqlite_marks_put_named(struct sqlite_store *store, const struct erasure *entry,
                                                  struct error *err);
CXD_NODISCARD enum cxd_err sqlite_marks_find(struct sqlite_store *store, int64_t survey, const struct id *id,
                                             bool *ret_found, struct error *err);
/* anonymised.c: what was anonymised up to here must be looked at again, from `answered_at` on, or (restart) as a whole.
 */
CXD_NODISCARD enum cxd_err sqlite_anonymised_again(struct sqlite_store *store, int64_t survey, int64_t answered_at,
                                                   struct error *err);
CXD_NODISCARD enum cxd_err sqlite_anonymised_restart(struct sqlite_store *store, int64_t survey, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_anonymised_put(struct sqlite_store *store, int64_t survey,
                                                 const struct response_place *done, struct error *err);
/* Before the first response where there is no such place yet. */
CXD_NODISCARD enum cxd_err sqlite_anonymised_read(struct sqlite_store *store, int64_t survey,
                                                  struct response_place *ret_done, struct error *err);
/* retain.c: brings the log home and cuts it; false where a reader was in the way. */
bool sqlite_retain_settle(struct sqlite_store *store);
/* response.c: writes excluded, its reason and flags of `after`, and counts. */
CXD_NODISCARD enum cxd_err sqlite_exclude_response(struct sqlite_store *store, const struct response *before,
                                                   const struct response *after, struct error *err);
/* comments.c: what is searched instead of the comment of `before` (stored so far) is that of `after` (NULL: none). */
CXD_NODISCARD enum cxd_err sqlite_comments_replace(struct sqlite_store *store, const struct response *before,
                                                   const struct response *after, struct error *err);
/* The comment goes for good: its words leave the index's segments too. */
CXD_NODISCARD enum cxd_err sqlite_comments_forget(struct sqlite_store *store, const struct response *response,
                                                  struct error *err);
/* Nothing is indexed. */
CXD_NODISCARD enum cxd_err sqlite_comments_clear(struct sqlite_store *store, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_index(struct sqlite_store *store, struct change *change, struct error *err);
/* count.c: adds to the deltas. */
CXD_NODISCARD enum cxd_err sqlite_count_response(struct sqlite_store *store, const struct response *response, int sign,
                                                 struct error *err);

/* The same in these dimensions only, whose array is changed. */
CXD_NODISCARD enum cxd_err sqlite_count_answered(struct sqlite_store *store, const struct response *response,
                                                 const struct answered *answered, int sign, struct error *err);

/* rollups.c: writes the deltas (recent.h, or rollup rows) and clears them; sqlite_rollups_relieve only where many wait.
 */
CXD_NODISCARD enum cxd_err sqlite_rollups_flush(struct sqlite_store *store, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_rollups_relieve(struct sqlite_store *store, struct error *err);
/* Before rollup rows are read or removed: what was counted last, of a number or (0) of all, is folded into them, and no
 * series is remembered. */
CXD_NODISCARD enum cxd_err sqlite_rollups_fold(struct sqlite_store *store, int64_t number, struct error *err);
/* Forgets what is remembered of the rollups: it is read again. */
void sqlite_rollups_forget(struct sqlite_store *store);

/* gates.c: takes the dimensions out in which the response's value lies beyond, for certain, and notes how many. A gate
 * is made and read while no deltas of its dimension wait, so that between two flushes a value is counted in one way
 * only. */
CXD_NODISCARD enum cxd_err sqlite_gates_pass(struct sqlite_store *store, int64_t survey, struct dimension *dimensions,
                                             size_t *count, int sign, struct error *err);
/* Writes the notes: the last of sqlite_rollups_flush. */
CXD_NODISCARD enum cxd_err sqlite_gates_flush(struct sqlite_store *store, struct error *err);
/* Adds responses beyond, of a value that has no series: from sqlite_rollups_flush, which empties the deltas. */
CXD_NODISCARD enum cxd_err sqlite_gates_add_beyond(struct sqlite_store *store, int64_t survey, const char *dimension,
                                                   int64_t responses, struct error *err);
/* Forgets all: they are read again. */
void sqlite_gates_reset(struct gates *gates);

/* roll.c: before the properties of a survey are put, those whose earlier rollups are still there are not `rolled`;
 * after it, what they need is begun. */
CXD_NODISCARD enum cxd_err sqlite_roll_hold(struct sqlite_store *store, struct survey_record *survey,
                                            struct error *err);
CXD_NODISCARD enum cxd_err sqlite_roll_begin(struct sqlite_store *store, const struct survey_record *survey,
                                             bool *ret_unrolled, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_write_roll(struct sqlite_store *store, struct change *change, struct error *err);
/* pack_days.c */
CXD_NODISCARD enum cxd_err sqlite_write_pack(struct sqlite_store *store, struct change *change, struct error *err);

/* The engine's operations. */
/* apply.c */
engine_apply sqlite_apply;
engine_tend sqlite_tend;
/* rebuild.c */
engine_rebuild sqlite_rebuild;
/* erasures.c */
engine_keep_erasures sqlite_keep_erasures;
engine_compare_erasures sqlite_compare_erasures;

#endif
