#ifndef CXD_STORE_STORE_H
#define CXD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/heartbeat.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/key.h"
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"

/* Where responses, surveys and keys are kept. One interface over every engine; the engine is chosen by URL and its name
 * appears nowhere else. Rules that every engine keeps, and that tests/contract/ holds:
 *
 * - store_apply is called by one thread at a time; readers may run at the same time, each used by one thread at a time.
 * - What store_apply has returned CXD_OK for is on stable storage (memory: is not stable, and says so).
 * - Rollups (see domain/window.h for tiers) move in the same transaction as the responses they count. Dimensions are
 *   "" (the total), "touchpoint", "channel", "locale", and "property.KEY" for each declared property that is `rolled`.
 *   An excluded response counts nowhere. */

struct store;
struct store_reader;

/* A survey as it is stored: its definition is a text of codec/'s that the store does not look into. */
struct survey_record {
    int64_t number; /* assigned by the store at the first put */
    char slug[SLUG_SIZE];
    int64_t revision;
    const char *definition;
    enum metric metric; /* fixed, with the scale, once there are responses */
    int scale_min, scale_max;
    const char *property_keys[SURVEY_PROPERTIES_MAX]; /* declared; `rolled` is kept by the store */
    bool property_rolled[SURVEY_PROPERTIES_MAX];
    size_t property_count;
    int64_t created_at, updated_at, archived_at;
};

enum change_kind {
    CHANGE_RESPONSE, /* create, replay or amend `response` by its id */
    CHANGE_EXCLUDE,  /* exclude the response `id` of `survey` (with `reason`), or include it again */
    CHANGE_FLAG,     /* suspect the response `id` of `survey`: `flags` are added, and it is excluded */
    CHANGE_CLEAR,    /* clear a survey's suspects: they lose their flags and count */
    CHANGE_ERASE, /* forget a respondent: comment, respondent, properties go, or with `counts` the whole response */
    CHANGE_SURVEY,      /* create or replace a definition */
    CHANGE_ARCHIVE,     /* archive the survey `slug` */
    CHANGE_KEY,         /* add a key */
    CHANGE_REVOKE,      /* revoke the key `id` */
    CHANGE_KEY_USED,    /* note a key's last-used day */
    CHANGE_SIGNING_KEY, /* add a signing key; all but the two newest go */
    CHANGE_RETAIN,      /* delete or anonymise responses that were answered before a time, some at once */
    CHANGE_SETTLE,      /* what was overwritten or deleted leaves the files of the store too */
    CHANGE_NOTE         /* nothing but a record of the audit log */
};

/* A record of the audit log: who did what to what. The log outlives people, so that it names none: a respondent is the SHA-256
 * of the name. No text has a line break. */
struct audit_record {
    int64_t number; /* from 1, without a gap */
    int64_t at;
    char actor[KEY_PREFIX_SIZE]; /* a key's prefix, or "local": the daemon itself */
    char act[24];                /* "survey.put" */
    char target[72];             /* a slug, an id, a number, or a respondent's hash */
    char detail[64];             /* "revision 3"; may be "" */
    uint8_t hash[SHA256_SIZE];   /* of the record before (zero bytes for the first) and this one's text */
};

/* What became of a change. */
enum outcome {
    OUTCOME_NONE,
    OUTCOME_CREATED,
    OUTCOME_REPLAYED, /* it was already so; nothing written */
    OUTCOME_AMENDED,  /* an existing thing was changed */
    OUTCOME_MISSING,  /* there is no such thing */
    OUTCOME_REFUSED   /* `refusal` says why; nothing written */
};

struct change {
    enum change_kind kind;
    char actor[KEY_PREFIX_SIZE]; /* who wants it, for the audit log; "" is "local" */
    int64_t now_ms;
    union {
        struct {
            struct response value; /* in: id, survey, revision, … ; out (replayed, amended): as stored */
            int64_t amend_window_ms;
            unsigned fresh_flags;       /* out, amended: those that were not there */
            enum cxd_err unless_stored; /* not CXD_OK: only a replay is answered, else refused with this */
            struct {
                int64_t survey_ms, any_ms; /* since an answer to this survey, or to any; 0: not looked at */
                int64_t until;             /* out, refused ERR_RECONTACT: when this is over */
            } recontact;
        } response;
        struct {
            struct id id;
            int64_t survey;
            bool excluded;
            const char *reason;
            struct response value; /* out, unless missing: as stored after it */
        } exclude;
        struct {
            struct id id;
            int64_t survey;
            unsigned flags;
            unsigned fresh_flags;          /* out: those that were not there */
            char reason[FLAG_REASON_SIZE]; /* the store's */
        } flag;
        struct {
            int64_t survey;
            int64_t from, to; /* answered_at in [from, to) */
            size_t limit;     /* responses cleared at most; more are left to the next change */
            int64_t cleared;  /* out */
        } clear;
        struct {
            const char *respondent;
            bool counts;    /* true: the responses go and the scores move; false: scores keep their counts */
            size_t limit;   /* responses touched at most; more are left to the next change */
            int64_t erased; /* out: responses touched */
        } erase;
        struct {
            int64_t survey;
            int64_t before_ms; /* answered_at lies before it */
            enum retention retention;
            size_t limit;    /* responses looked at; out: AMENDED if any was touched */
            int64_t touched; /* out */
            bool more;       /* out: there may be more to do */
        } retain;
        struct survey_record survey; /* out: number, revision, property_rolled, created_at, updated_at */
        struct {
            char slug[SLUG_SIZE];
        } archive;
        struct api_key key;
        struct id revoke;
        struct {
            struct id id;
            int64_t day;
        } key_used;
        struct signing_key signing_key; /* in: secret; out: number, created_at */
        struct {
            const char *act, *target, *detail; /* as in struct audit_record, and no longer than there */
        } note;
    } as;
    struct arena *arena; /* for strings of the reply; outlives the change */
    enum outcome outcome;
    enum cxd_err refusal;
};
/* CHANGE_RESPONSE: an id that exists under another survey is refused ERR_CONFLICT. The same payload is REPLAYED at any
 * age. Another payload is AMENDED while now − received_at ≤ amend_window (every member is replaced; answered_at only if
 * sent; revision becomes the new one; received_at stays; flags add up, and exclusion stays unless there is a flag
 * that was not there), else refused ERR_CONFLICT.
 * A new response is refused ERR_RECONTACT if a response of the same respondent that counts has an answered_at less than
 * recontact.survey_ms (the same survey) or recontact.any_ms (any survey) away from its own; before or after it makes no difference.
 * CHANGE_EXCLUDE with excluded = false clears the flags too.
 * CHANGE_FLAG: with all its flags already REPLAYED. One that is excluded keeps its reason, another gets flags_reason.
 * CHANGE_SURVEY: an identical definition of a survey that is not archived is REPLAYED; otherwise the revision rises and the
 * survey is live (again). Another metric or scale once there are responses is refused ERR_SURVEY_FIXED. A property that is
 * declared while there are responses is stored with rolled = false; one that is no longer declared loses its rollups.
 * Every change of a survey, an exclusion, a key, a signing key, an erasure, and every note, that is CREATED or AMENDED appends one
 * record to the audit log in the same transaction. Responses and days of use append none.
 * CHANGE_ARCHIVE of an archived survey, CHANGE_REVOKE of a revoked key: REPLAYED. */

/* CHANGE_RETAIN: deleted responses leave the figures; anonymised ones lose what CHANGE_ERASE takes, and count on. What was anonymised
 * once is not looked at again, unless a response as old is stored later or the survey changes.
 * CHANGE_SETTLE takes effect after the rest of its batch is durable: AMENDED, or MISSING where readers hold the old bytes (try again). */

/* Opens (creating or upgrading as needed) the store that `url` names: "sqlite:PATH" or "memory:". ERR_CONFIG for another URL,
 * ERR_LOCKED if another process has it open, ERR_SCHEMA if it was written by a newer cxd or is not cxd's, ERR_STORAGE. A store that an
 * older cxd wrote is backed up beside itself first, and its upgrade tried on a copy, where the disk has room. An upgrade that fails
 * leaves the store as it was. */
CXD_NODISCARD enum cxd_err store_open(const char *url, struct store **ret_store, struct error *err);
/* `beat`, which must outlive the store, is answered with every change that store_apply writes: a long batch is not a stuck one. */
void store_watch(struct store *store, struct heartbeat *beat);
const char *store_library_version(void); /* SQLite's */
/* Checkpoints and closes. All readers are closed before. Takes NULL. */
void store_close(struct store *store);

/* The directory that holds the store's file, or NULL (memory:). Owned by the store. */
const char *store_directory(const struct store *store);

/* What opening it has done to a store that an older cxd wrote. */
struct store_upgrade {
    int64_t from, to;   /* numbers of schemas */
    const char *backup; /* the file as it was before; NULL: there was no room for it */
};
/* NULL where there was nothing to do. Owned by the store. */
const struct store_upgrade *store_upgraded(const struct store *store);

/* Applies changes in order as one transaction and makes it durable, setting each one's outcome. On an error nothing was applied,
 * outcomes mean nothing, and the store is usable again: ERR_STORAGE_FULL, ERR_STORAGE, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err store_apply(struct store *store, struct change *const *changes, size_t count,
                                       struct error *err);

CXD_NODISCARD enum cxd_err store_reader_open(struct store *store, struct store_reader **ret_reader,
                                             struct error *err);
void store_reader_close(struct store_reader *reader);
/* `beat`, which must outlive the reader, is answered while a long question is worked on. */
void store_reader_watch(struct store_reader *reader, struct heartbeat *beat);
/* Reads between begin and end see one state. Every begin that succeeded has its end. */
CXD_NODISCARD enum cxd_err store_reader_begin(struct store_reader *reader, struct error *err);
void store_reader_end(struct store_reader *reader);

/* Which responses: those of a survey whose members equal every value that is set. */
struct filter {
    int64_t survey;
    const char *touchpoint, *channel, *locale;
    const struct property *properties;
    size_t property_count;
    /* Whether rollups cover properties[0]; looked at only when that is the one condition. */
    bool property_rolled;
};

/* Histograms of the buckets [bounds[i], bounds[i+1]), i < count − 1, of counted responses; bounds ascend. Reads rollups where
 * the filter has at most one condition and it is rolled, else responses. */
CXD_NODISCARD enum cxd_err store_read_histograms(struct store_reader *reader, const struct filter *filter,
                                                 const int64_t *bounds, size_t count,
                                                 struct histogram *ret_hists, struct error *err);

/* The first and last answered_at of a survey's responses, excluded ones too; *ret_found false if it has none. */
CXD_NODISCARD enum cxd_err store_read_extent(struct store_reader *reader, int64_t survey, bool *ret_found,
                                             int64_t *ret_first, int64_t *ret_last, struct error *err);

CXD_NODISCARD enum cxd_err store_read_response(struct store_reader *reader, const struct id *id,
                                               struct arena *arena, bool *ret_found,
                                               struct response *ret_response, struct error *err);

/* The latest answered_at in [from, to) of a respondent's responses that count, to a survey or (0) to any; TIME_MIN if there is none. */
CXD_NODISCARD enum cxd_err store_read_last_answer(struct store_reader *reader, const char *respondent,
                                                  int64_t survey, int64_t from, int64_t to, int64_t *ret_last,
                                                  struct error *err);

/* Which responses to list, newest answered_at first, then by id. */
struct listing {
    struct filter
        filter;       /* .survey 0: of every survey, with `respondent` only, and then no other condition */
    int64_t from, to; /* answered_at in [from, to) */
    const char *respondent; /* NULL: anyone's */
    bool flagged;           /* only what has flags */
    int excluded;           /* 1: only excluded ones; 0: only counted ones; −1: both */
    bool has_after;         /* go on behind the response of (after_answered_at, after_id) */
    int64_t after_answered_at;
    struct id after_id;
    size_t limit; /* ≥ 1 */
};

/* At most listing->limit responses. The array and its strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_responses(struct store_reader *reader, const struct listing *listing,
                                                struct arena *arena, struct response **ret_responses,
                                                size_t *ret_count, struct error *err);

/* All surveys by slug; all keys by creation. Arrays and strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_surveys(struct store_reader *reader, struct arena *arena,
                                              struct survey_record **ret_surveys, size_t *ret_count,
                                              struct error *err);
CXD_NODISCARD enum cxd_err store_read_keys(struct store_reader *reader, struct arena *arena,
                                           struct api_key **ret_keys, size_t *ret_count, struct error *err);

/* The newest signing keys, newest first. */
CXD_NODISCARD enum cxd_err store_read_signing_keys(struct store_reader *reader,
                                                   struct signing_key ret_keys[SIGNING_KEYS_MAX],
                                                   size_t *ret_count, struct error *err);

/* Records of the audit log behind the one numbered `after` (0: from the first), ascending, at most `limit`. The array is of the
 * arena. They are as they are stored: a field that somebody else wrote and that no record can have reads as "?". */
CXD_NODISCARD enum cxd_err store_read_audit(struct store_reader *reader, int64_t after, size_t limit,
                                            struct arena *arena, struct audit_record **ret_records,
                                            size_t *ret_count, struct error *err);

/* Cheap however much is stored: a question of some hundred microseconds, which also shows that the store can be read. */
struct store_figures {
    int64_t responses; /* that count: excluded ones do not */
    int64_t schema;    /* number of the last migration; 0 where there are none */
};
CXD_NODISCARD enum cxd_err store_read_figures(struct store_reader *reader, struct store_figures *ret_figures,
                                              struct error *err);

/* The rows that store_read_rollups would visit. Goes through all of them: about a second for a hundred million. */
CXD_NODISCARD enum cxd_err store_count_rollups(struct store_reader *reader, int64_t *ret_rows,
                                               struct error *err);

/* The store's files and the disk that they lie on. `log_bytes` is what the database's write-ahead log takes. */
struct store_disk {
    int64_t database_bytes, log_bytes;
    int64_t free_bytes; /* that this process may still use */
};
/* False where there are no files (memory:) or the system does not tell. Asks the file system, which may block; any thread. */
bool store_read_disk(const struct store *store, struct store_disk *ret_disk);

/* A line of the rollup table, for rebuild and check. */
struct rollup_row {
    int64_t survey;
    const char *dimension, *value;
    enum tier tier;
    int64_t bucket;
    struct histogram hist;
};
typedef void store_rollup_visit(void *context, const struct rollup_row *row);
/* Every rollup row that is not all zero, ordered by survey, dimension, value, tier, bucket. */
CXD_NODISCARD enum cxd_err store_read_rollups(struct store_reader *reader, store_rollup_visit *visit,
                                              void *context, struct error *err);

/* Recreates every rollup from the responses, one transaction, and makes every declared property `rolled`. *ret_responses is
 * the number of responses read. Not while readers are in use. */
CXD_NODISCARD enum cxd_err store_rebuild(struct store *store, int64_t *ret_responses, struct error *err);

#endif
