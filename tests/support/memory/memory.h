#ifndef CXD_TESTS_MEMORY_H
#define CXD_TESTS_MEMORY_H

#include <pthread.h>

#include "store/answered.h"
#include "store/audit.h"
#include "store/deltas.h"
#include "store/dimensions.h"
#include "store/engine.h"
#include "store/impressions.h"

/* The memory engine's insides. A stored thing never changes: each is one heap block, a change makes a new
 * one and swaps the pointer, and what was swapped is noted so that a batch that fails is taken back. */

/* An array of blocks; a deleted one leaves NULL behind. */
struct memory_table {
    void **blocks;
    size_t count, capacity;
};

/* A swap to be taken back: `blocks[at]` of the table was `before`. */
struct memory_swap {
    struct memory_table *table;
    size_t at;
    void *before;
};

/* Of an id that is never filled again. */
struct memory_mark {
    int64_t survey;
    struct id id;
    int64_t at;
};

/* A value that would have rollups. */
struct memory_series {
    int64_t survey;
    int64_t count; /* responses that count */
    const char *dimension, *value;
};

/* A row of a visit. */
struct memory_visit {
    struct impression row;
    const char *name; /* NULL: it is unnamed, or expired */
    bool is_expired;  /* its row would be gone */
};

/* From which day on visits are counted by a property; under the key "", behind which response by their answers. */
struct memory_shown {
    int64_t survey, from;
    char key[256];
};

/* What was done with an invitation. */
struct memory_deed {
    int64_t survey;
    struct id response;
    enum impression_kind kind;
    int64_t created_at; /* the invitation */
};

/* One that a catalog learns of: the generation is how many there have been. */
struct memory_redefinition {
    enum change_kind kind;
    char slug[SLUG_SIZE]; /* of a survey */
    struct id id;         /* of a key */
};

/* What is known of a dimension of a survey that has, or had, a value. */
struct memory_dimension {
    int64_t survey;
    enum dimension_state state;
    int64_t series, beyond;
    const char *name;
};

/* A question that a survey has, or has had. */
struct memory_question {
    int64_t survey;
    const char *key;
    int slot; /* from 1 */
    enum question_type type;
    struct question_scale scale;
    bool is_answered;
};

struct memory_store {
    struct store base;
    pthread_rwlock_t lock;         /* apply writes; a reader holds it from begin to end */
    struct memory_table responses; /* number is the position + 1 */
    struct memory_table surveys;   /* number is the position + 1 */
    struct memory_table revisions; /* struct survey_record, as each was put */
    struct memory_table keys;
    struct memory_table signing_keys; /* number is the position + 1 */
    struct memory_table sessions;
    struct memory_table gone;        /* struct memory_mark */
    struct memory_table invitations; /* struct invitation_record */
    struct memory_table documents;   /* struct document */
    struct memory_table imports;     /* struct import_record; number is the position + 1 */
    struct memory_table questions;   /* struct memory_question */
    struct memory_table audit;       /* number is the position + 1 */
    struct memory_table redefinitions;
    struct memory_table alerts;       /* struct alert_state */
    struct memory_table alert_events; /* ascending by their numbers, which are those of each alert */
    struct memory_table amended;      /* int64_t, the number of a response */
    struct memory_table told;         /* at most one */
    struct memory_table series, dimensions;
    struct memory_table visits, shown, deeds;
    int64_t visits_from, visits_before; /* the first day whose rows are there; and before the batch */
    struct deltas deltas;               /* of the batch: what its swaps of responses count */
    uint32_t *index;                    /* responses by id: positions + 1, open-addressed, a power of two */
    size_t index_capacity, index_used;
    struct memory_swap *swaps;
    size_t swap_count, swap_capacity;
    struct arena scratch;
    uint8_t audit_secret[AUDIT_SECRET_SIZE];
    int64_t known_ms, known_before_ms; /* how late it is; and before the batch */
};

struct memory_reader {
    struct store_reader base;
    struct memory_store *store;
    bool begun;
};

/* blocks.c: copies in one block, to be freed with free(). NULL when memory is refused. */
struct response *block_response(const struct response *response);
struct survey_record *block_survey(const struct survey_record *survey);
struct invitation_record *block_invitation(const struct invitation_record *record);
struct api_key *block_key(const struct api_key *key);

/* swaps.c: false when memory is refused (the block is then freed). A position of table->count appends. */
CXD_NODISCARD bool memory_swap(struct memory_store *store, struct memory_table *table, size_t at, void *block);
void memory_commit(struct memory_store *store);
void memory_rollback(struct memory_store *store);

/* find.c: SIZE_MAX where there is none. */
size_t memory_find_response(const struct memory_store *store, int64_t survey, const struct id *id);
CXD_NODISCARD bool memory_index_response(struct memory_store *store, const struct id *id, size_t at);
bool memory_is_gone(const struct memory_store *store, int64_t survey, const struct id *id);
size_t memory_find_invitation(const struct memory_store *store, int64_t survey, const struct id *response);
size_t memory_find_survey(const struct memory_store *store, const char *slug);
/* See store_read_last_answer, of all responses but the one numbered `except`; the lock is held. */
int64_t memory_last_answer(const struct memory_store *store, const char *respondent, int64_t survey, int64_t from,
                           int64_t to, int64_t except);
size_t memory_find_key(const struct memory_store *store, const struct id *id);
/* catalog.c: all keys, in the order of their creation; the lock is held. NULL when memory is refused. */
CXD_NODISCARD struct api_key *memory_list_keys(const struct memory_store *store, struct arena *arena,
                                               size_t *ret_count);
/* Fills ret_declared from the survey of that number; its strings are of the arena. False when memory is
 * refused. */
CXD_NODISCARD bool memory_declared(const struct memory_store *store, int64_t survey, struct arena *arena,
                                   struct declared *ret_declared);

/* answers.c: what a revision asks; NULL: nothing that is known. False when memory is refused. */
CXD_NODISCARD bool memory_asked(const struct memory_store *store, int64_t survey, int64_t revision, struct arena *arena,
                                const struct survey **ret_asked);
bool memory_answers_match(const struct filter *filter, const struct response *response);
/* Whether a response counts, and with what: its score, or what it answers to a question (NULL: none) on a scale. */
bool memory_counted(const char *question, const struct response *response, int *ret_score);
/* The number that answers to it would lie under; false of a question that is not there, or on no scale. */
bool memory_find_question(const struct memory_store *store, int64_t survey, const char *key, int64_t *ret_number);

/* Every question of a definition (NULL: none) is there after it. False when memory is refused. */
CXD_NODISCARD bool memory_put_questions(struct memory_store *store, int64_t survey, const struct survey *asks);
/* What a response has answered is fixed. False when memory is refused. */
CXD_NODISCARD bool memory_fix_questions(struct memory_store *store, const struct response *response);

/* sessions.c: all sessions, by their hashes; the lock is held. NULL when memory is refused. */
CXD_NODISCARD struct session *memory_list_sessions(const struct memory_store *store, struct arena *arena,
                                                   size_t *ret_count);
CXD_NODISCARD enum cxd_err memory_apply_session(struct memory_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_session_seen(struct memory_store *store, struct change *change,
                                                     struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_session_end(struct memory_store *store, struct change *change,
                                                    struct error *err);

/* document.c: false when memory is refused. */
CXD_NODISCARD bool memory_put_document(struct memory_store *store, struct change *change);
CXD_NODISCARD bool memory_discard_document(struct memory_store *store, struct change *change);

/* imports.c: as sqlite/writer.h. */
bool memory_import_admit(const struct memory_store *store, struct change *change, int64_t number, int64_t survey);
CXD_NODISCARD bool memory_import_count(struct memory_store *store, const struct change *change, int64_t number);
CXD_NODISCARD enum cxd_err memory_apply_import(struct memory_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_import_rows(struct memory_store *store, struct change *change,
                                                    struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_import_turn(struct memory_store *store, struct change *change,
                                                    struct error *err);
typedef enum cxd_err memory_undo_one(struct memory_store *store, size_t at, int64_t now_ms, struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_undo(struct memory_store *store, struct change *change,
                                             memory_undo_one *undo_one, struct error *err);
void memory_count_imports(const struct memory_store *store, int64_t ret_counts[IMPORT_STATE_COUNT]);

/* catalog.c: after each change. False when memory is refused. */
CXD_NODISCARD bool memory_redefine(struct memory_store *store, const struct change *change);

/* series.c: false when memory is refused. What is counted waits in the deltas until it is settled: at the end of a
 * batch, and before the declarations of a survey change. */
CXD_NODISCARD bool memory_count(struct memory_store *store, const struct response *response, int sign);
CXD_NODISCARD bool memory_settle(struct memory_store *store);
/* Before and after a survey is put, see store/sqlite/writer.h; and what CHANGE_ROLL and rebuild do. */
CXD_NODISCARD bool memory_roll_hold(struct memory_store *store, struct survey_record *survey);
CXD_NODISCARD bool memory_roll_begin(struct memory_store *store, const struct survey_record *survey);
CXD_NODISCARD bool memory_roll(struct memory_store *store, int64_t *ret_touched);
CXD_NODISCARD bool memory_recount_series(struct memory_store *store);
bool memory_is_beyond(const struct memory_store *store, int64_t survey, const struct dimension *wanted);
void memory_add_figures(const struct memory_store *store, struct store_figures *figures);

/* alerts.c: false when memory is refused. */
CXD_NODISCARD bool memory_note_amended(struct memory_store *store, int64_t number);
CXD_NODISCARD bool memory_forget_told(struct memory_store *store, int64_t number);
CXD_NODISCARD enum cxd_err memory_apply_alert_rule(struct memory_store *store, struct change *change,
                                                   struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_alert(struct memory_store *store, struct change *change, struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_alert_tell(struct memory_store *store, struct change *change,
                                                   struct error *err);
CXD_NODISCARD enum cxd_err memory_apply_acknowledge(struct memory_store *store, struct change *change,
                                                    struct error *err);
/* read.c: whether a response is on a list. */
bool memory_is_listed(const struct listing *listing, const struct response *response);

/* visits.c: as sqlite/visits.h. */
CXD_NODISCARD enum cxd_err memory_apply_event(struct memory_store *store, struct change *change, struct error *err);
CXD_NODISCARD bool memory_expire(struct memory_store *store, struct change *change);
CXD_NODISCARD bool memory_visits_move(struct memory_store *store, const struct response *before,
                                      const struct response *after);
CXD_NODISCARD bool memory_visits_forget(struct memory_store *store, const struct response *response,
                                        enum impression_leave how);
CXD_NODISCARD bool memory_visits_declare(struct memory_store *store, const struct survey_record *survey,
                                         int64_t now_ms);
/* False: nothing is counted. */
CXD_NODISCARD bool memory_visits_extent(const struct memory_store *store, int64_t survey, int64_t *ret_first,
                                        int64_t *ret_last);
CXD_NODISCARD bool memory_invited(struct memory_store *store, const struct invitation_record *record);
CXD_NODISCARD bool memory_opened(struct memory_store *store, int64_t survey, const struct id *response,
                                 bool is_answered);
/* The day, or INT64_MAX where it is not declared. */
int64_t memory_shown_from(const struct memory_store *store, int64_t survey, const char *key);

/* What a reader does first and last in each question. */
void memory_enter(struct memory_reader *reader);
void memory_leave(struct memory_reader *reader);

/* Some response that counts has a value without a place. */
bool memory_is_overflowing(const struct memory_store *store, int64_t survey, const char *dimension);

/* The engine's operations: in apply.c, catalog.c, document.c, segments.c, series.c, */
engine_read_segments memory_read_segments;
engine_apply memory_apply;
engine_rebuild memory_rebuild;
engine_read_catalog memory_read_catalog;
engine_read_revisions memory_read_revisions;
engine_read_documents memory_read_documents;
engine_read_import memory_read_import;
engine_read_imports memory_read_imports;
engine_read_document memory_read_document;
engine_read_overflows memory_read_overflows;
/* alerts.c, */
engine_read_alerts memory_read_alerts;
engine_read_alert_history memory_read_alert_history;
engine_read_untold memory_read_untold;
/* search.c, */
engine_search memory_search;
/* read.c and recount.c. */
engine_read_suspects memory_read_suspects;
engine_read_histograms memory_read_histograms;
engine_read_impressions memory_read_impressions; /* visits.c */
engine_visit_impressions memory_visit_impressions;
engine_read_extent memory_read_extent;
engine_read_response memory_read_response;
engine_read_last_answer memory_read_last_answer;
engine_read_responses memory_read_responses;
engine_visit_responses memory_visit_responses;
engine_walk_responses memory_walk_responses;
engine_read_history memory_read_history;
engine_read_last_number memory_read_last_number;
engine_read_invitation memory_read_invitation;
engine_read_invitations memory_read_invitations;
engine_read_audit memory_read_audit;
engine_count_rollups memory_count_rollups;
engine_read_figures memory_read_figures;
engine_read_rollups memory_read_rollups;

#endif
