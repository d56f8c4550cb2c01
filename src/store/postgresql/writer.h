#ifndef CXD_STORE_POSTGRESQL_WRITER_H
#define CXD_STORE_POSTGRESQL_WRITER_H

#include <stdatomic.h>

#include "store/audit.h"
#include "store/decide.h"
#include "store/deltas.h"
#include "store/engine.h"
#include "store/postgresql/held.h"
#include "store/postgresql/known.h"
#include "store/postgresql/visits.h"
#include "store/tokens.h"

/* The engine's insides. Two halves, in files of their own:
 *
 * - what is written, and what is read beside it by name (connection, schema, apply, catalog, keys, sessions, documents,
 *   audit, imports, alerts): writer.h, with the queries in transaction.sql, write*.sql and catalog.sql;
 * - what is read of responses and rollups (everything with a filter, listings, walks, search, segments, figures):
 *   reader.h, with the queries in read*.sql.
 *
 * An operation that nobody has written yet is NULL in the table of engine.c. */

/* For how long is waited. */
enum {
    BATCH_MS = 10 * 1000,
    BATCH_STATEMENT_MS = 12 * 1000, /* of the server */
    BATCH_IDLE_MS = 5 * 1000,       /* the same: then it ends a transaction that a lost connection has left open */
    FATE_MS = 8 * 1000,             /* for what has become of a batch: longer than that */
    ATTEND_MS = 1000,               /* then a node says anew, by another connection, that it is there */
    QUESTION_MS = 10 * 1000,        /* the questions of one state together */
    GRACE_MS = 2 * 1000,            /* for the server's word that it has taken too long */
    WALK_MS = 60 * 1000,            /* for the next rows of a walk that goes on as long as its caller likes */
    SCHEMA_MS = 60 * 60 * 1000,
    SILENT_MS = 5 * 60 * 1000 /* no batch, nor an end: then the slot of a node is free */
};

struct postgresql_store {
    struct store base;
    char *url; /* has a password, perhaps */
    char library[16];
    atomic_bool is_suspect, is_away;          /* look.c */
    int64_t batch_ms, question_ms, attend_ms; /* BATCH_MS and so on; tests wait for less, or for busy neighbours */
    struct db db;
    struct {
        int slot; /* −1: none was claimed yet */
        uint8_t incarnation[16];
        int64_t batch;  /* the last that was begun */
        int64_t number; /* the last that was given */
        int64_t now_ms; /* by the clock of the database, at the begin of the batch */
    } node;
    struct id identity; /* of the database */
    uint8_t audit_secret[AUDIT_SECRET_SIZE];
    struct known known;
    struct deltas deltas;
    struct buffer text;
    /* Of the batch that is being applied. */
    struct arena arena;
    struct held held;
    struct visits_held visits;
    struct answered_list answered;
    struct {
        bool is_wanted; /* the batch begins again, with state and surveys to itself */
        bool is_so;
        bool has_redefined; /* more than its changes tell of themselves */
    } alone;
    int64_t generation; /* that its changes of the catalog get */
    struct {
        const int64_t *surveys; /* at its begin */
        size_t count;
        bool are_alone; /* FOR UPDATE */
    } locked;
    struct {
        bool is_read, is_there, is_counted;
        struct import_record record; /* that changes of the batch are of */
    } import;
    struct audit_record *audit;
    size_t audit_count, audit_capacity;
    struct db_array arrays[26];
};

struct postgresql_reader {
    struct store_reader base;
    struct postgresql_store *store;
    struct db db;
    bool has_begun;
    bool sees_silent;           /* a node that holds the horizon up: to be shut out when the read ends */
    int64_t since_ns, spent_ns; /* of the questions of one state */
    struct {
        int64_t number, incarnation; /* the greatest that was seen; of the connection */
    } horizon;
    struct sqlite_tokens *words; /* of the first search */
};

/* schema.c: refuses a server, or a database, that is not for cxd, else brings the schema up to date. */
CXD_NODISCARD enum cxd_err postgresql_schema_raise(struct db *db, struct error *err);
/* Refuses the same of a server that has taken the place of the one before, and any other schema. */
CXD_NODISCARD enum cxd_err postgresql_schema_check(struct db *db, struct error *err);
/* The same, and refuses one that is not of this version. */
CXD_NODISCARD enum cxd_err postgresql_schema_expect(struct db *db, struct error *err);
int64_t postgresql_schema_newest(void);
/* declare.c: what a role needs that is to write, and no more. */
void postgresql_append_grants(struct buffer *out, const char *role);
/* identity.c: reads what makes the database itself; made by whoever is first. */
CXD_NODISCARD enum cxd_err postgresql_identity_read(struct postgresql_store *store, struct error *err);

/* look.c: a connection that was just used, and may be lost: then the next look is a real one. Any thread. */
void postgresql_suspect(struct postgresql_store *store, const struct db *db);
/* ERR_STORAGE as long as the last look has found nobody: then nobody else is to wait for that. */
CXD_NODISCARD enum cxd_err postgresql_expect_reachable(struct postgresql_store *store, struct error *err);

/* numbers.c: the next number of a response, behind `last`, of a slot, at a time of the database's clock. */
int64_t postgresql_next_number(int64_t last, int slot, int64_t now_ms);
/* The one that the node gives next, behind this one too (INT64_MIN, INT64_MAX: none). */
int64_t postgresql_give_number(struct postgresql_store *store, int64_t behind);

/* judge.c: whether a change may go on, by the terms of its survey as they are in the transaction. */
CXD_NODISCARD enum cxd_err postgresql_judge(struct postgresql_store *store, struct change *change, int64_t survey,
                                            decide_by_terms *rule, bool *ret_goes_on, struct error *err);
/* decide_find_asked; the context is the store. */
CXD_NODISCARD enum cxd_err postgresql_judge_asked(void *context, int64_t survey, int64_t revision,
                                                  const struct survey **ret_asked, struct error *err);

/* count.c: a response begins to count (sign 1), or ceases to: adds to the deltas. NULL: there is none. */
CXD_NODISCARD enum cxd_err postgresql_count(struct postgresql_store *store, const struct response *response, int sign,
                                            struct error *err);
/* What is stored of it is `after` from now on (NULL: nothing), and counts as that. */
CXD_NODISCARD enum cxd_err postgresql_count_turn(struct postgresql_store *store, struct held_row *row,
                                                 const struct response *after, struct error *err);

/* The same of one that is stored, amended or excluded: with its visit, and for retention to look at. */
CXD_NODISCARD enum cxd_err postgresql_store_turn(struct postgresql_store *store, struct held_row *row,
                                                 const struct response *after, struct error *err);

/* visits.c: what a change names of visits is wanted, what is held of responses names more, and so do some of them: of
 * these all days that there are, where `is_all`. */
bool postgresql_visits_name(struct postgresql_store *store, const struct change *change);
CXD_NODISCARD enum cxd_err postgresql_visits_of_held(struct postgresql_store *store, struct error *err);
CXD_NODISCARD enum cxd_err postgresql_visits_of_rows(struct postgresql_store *store, struct held_row *const *rows,
                                                     size_t count, bool is_all, struct error *err);
/* Adds what is counted of a row to the deltas. */
CXD_NODISCARD enum cxd_err postgresql_visits_count(struct postgresql_store *store, const struct impression *row,
                                                   struct error *err);
/* A response was stored, changed or left: NULL is none. */
CXD_NODISCARD enum cxd_err postgresql_visits_move(struct postgresql_store *store, const struct response *before,
                                                  const struct response *after, struct error *err);
/* A response's person is forgotten, or goes: before the response does, and once all days are held. */
CXD_NODISCARD enum cxd_err postgresql_visits_forget(struct postgresql_store *store, const struct response *response,
                                                    enum impression_leave how, struct error *err);
/* Somebody is invited; opens what they were sent, for the first time, and perhaps answers. `row` may be NULL. */
CXD_NODISCARD enum cxd_err postgresql_visits_invite(struct postgresql_store *store, struct held_row *row,
                                                    struct error *err);
CXD_NODISCARD enum cxd_err postgresql_visits_open_invitation(struct postgresql_store *store, struct held_row *row,
                                                             bool is_answered, struct error *err);

/* rollups.c: writes the deltas, and clears them; but for a look at the dimensions it is queued. */
CXD_NODISCARD enum cxd_err postgresql_rollups_flush(struct postgresql_store *store, struct error *err);

/* catalog.c: a row of key_columns; and all keys that were changed since a generation, in the order of their creation.
 */
void postgresql_row_key(const PGresult *result, int row, struct api_key *ret_key);
CXD_NODISCARD enum cxd_err postgresql_list_keys(struct db *db, int64_t since, struct arena *arena,
                                                struct api_key **ret_keys, size_t *ret_count, struct error *err);

/* imports.c: whether the import of this number takes a row of the survey (0: of any); once that has been decided, it is
 * counted. What was counted is queued by the flush. */
CXD_NODISCARD enum cxd_err postgresql_imports_admit(struct postgresql_store *store, struct change *change,
                                                    int64_t number, int64_t survey, bool *ret_goes_on,
                                                    struct error *err);
void postgresql_imports_count(struct postgresql_store *store, const struct change *change);
CXD_NODISCARD enum cxd_err postgresql_imports_flush(struct postgresql_store *store, struct error *err);
/* A batch begins. */
void postgresql_imports_reset(struct postgresql_store *store);

/* roll.c: before the properties of a survey are put, those whose earlier rollups are still there are not `rolled`;
 * after it, what they need is begun. */
CXD_NODISCARD enum cxd_err postgresql_roll_hold(struct postgresql_store *store, struct survey_record *survey,
                                                struct error *err);
CXD_NODISCARD enum cxd_err postgresql_roll_begin(struct postgresql_store *store, int64_t survey, bool *ret_unrolled,
                                                 struct error *err);

/* session.c: all that there are, by their hashes. */
CXD_NODISCARD enum cxd_err postgresql_session_list(struct db *db, struct arena *arena, struct session **ret_sessions,
                                                   size_t *ret_count, struct error *err);

/* What each kind of change does: response.c, visits.c, erase.c, survey.c, key.c, session.c, document.c, imports.c,
 * roll.c, alert.c, other.c. */
#define POSTGRESQL_APPLIER(KIND, NAME, ...) postgresql_apply_change postgresql_apply_##NAME;
typedef enum cxd_err postgresql_apply_change(struct postgresql_store *store, struct change *change, struct error *err);
CHANGE_KINDS(POSTGRESQL_APPLIER)
#undef POSTGRESQL_APPLIER

/* apply.c, rebuild.c */
engine_look postgresql_look;
engine_migrate postgresql_migrate;
engine_write_schema postgresql_write_schema;
engine_write_distribution postgresql_write_distribution;
engine_apply postgresql_apply;
engine_rebuild postgresql_rebuild;

/* reader.c: begins unless the caller has: a read of several questions sees one state too. *ret_began says whether to
 * end, by postgresql_reader_leave, also after an error. ERR_BAD_PARAMETER where the questions of this state have taken
 * too long together. */
CXD_NODISCARD enum cxd_err postgresql_reader_enter(struct postgresql_reader *reader, bool *ret_began,
                                                   struct error *err);
void postgresql_reader_leave(struct postgresql_reader *reader, bool began);
engine_reader_open postgresql_reader_open;
engine_reader_close postgresql_reader_close;
engine_reader_begin postgresql_reader_begin;
engine_reader_end postgresql_reader_end;
/* identity.c, catalog.c, audit.c, document.c, invitation.c, alert_rows.c, imports.c */
engine_read_history postgresql_read_history;
engine_read_catalog postgresql_read_catalog;
engine_seen_generation postgresql_seen_generation;
engine_read_revisions postgresql_read_revisions;
engine_read_audit postgresql_read_audit;
engine_read_documents postgresql_read_documents;
engine_read_document postgresql_read_document;
engine_read_alerts postgresql_read_alerts;
engine_read_alert_history postgresql_read_alert_history;
engine_read_import postgresql_read_import;
engine_read_imports postgresql_read_imports;
engine_read_invitation postgresql_read_invitation;
engine_read_invitations postgresql_read_invitations;

#endif
