#ifndef CXD_STORE_CHANGE_H
#define CXD_STORE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/etag.h"
#include "cxd/domain/alert.h"
#include "cxd/domain/import.h"
#include "cxd/domain/impression.h"
#include "cxd/domain/invitation.h"
#include "cxd/domain/key.h"
#include "cxd/domain/question.h"
#include "cxd/domain/response.h"
#include "cxd/domain/session.h"
#include "cxd/domain/survey.h"
#include "cxd/store/document.h"

/* What store_apply applies: the kinds of change, what each says, and the rules of what becomes of it. Every engine
 * keeps them (store/decide.h decides), and tests/contract/ holds them to it. */

/* A survey as it is stored: its definition is a text of codec/'s that the store has others read
 * (store_judge_by). */
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
    enum archival archival; /* in, of a change */
    bool was_archived;      /* out, of a change */
    struct question_fixed {
        bool turns; /* the definition's question of this place is of another type or scale */
        enum question_type type;
        struct question_scale scale; /* of QUESTION_SCALE: metric, min, max */
    } fixed[QUESTIONS_MAX];          /* out, refused ERR_QUESTION_FIXED: as what each was answered */
};
/* The entity tag of a survey: another for whatever of it may be shown otherwise, also where a number and a revision
 * were given twice (of a store that is older again), and of another version of cxd, which may show more. */
void survey_record_tag(const struct survey_record *record, char ret_tag[ETAG_SIZE]);
/* What the store keeps beside the definition, and the tag. */
void survey_take_kept(struct survey *survey, const struct survey_record *record);

/* An invitation as it is kept, until it is over: whose the response of this id is to be. */
struct invitation_record {
    int64_t survey;
    struct id response;
    const char *respondent; /* in the form of the name (respondent_form) */
    const struct property *properties;
    size_t property_count;
    int64_t created_at, expires_at;
    int64_t kept_until; /* the response may be amended until then, who answers is looked up by it */
};

/* That a response is to be told of by a rule. */
struct alert_tale {
    char name[SLUG_SIZE];
    int64_t revision; /* of the rule */
    int64_t response; /* its number */
    int score;        /* that it had; with another one it is not told of */
    bool is_told;     /* out */
};

/* Every kind of change, one a line: its name in the code (CHANGE_NAME, and what an engine's function for it is called
 * by) and whether it is AUDITED or SILENT; then what is true of it, of struct change_traits. Every table over the kinds
 * is made of this one, so that none can lack a kind. */
#define CHANGE_KINDS(X)                                                                                                \
    /* create, replay or amend `response` by its id */                                                                 \
    X(RESPONSE, response, SILENT, .repeats = true)                                                                     \
    /* exclude the response `id` of `survey` (with `reason`), or include it again */                                   \
    X(EXCLUDE, exclude, AUDITED, .repeats = true)                                                                      \
    /* suspect the response `id` of `survey`: `flags` are added, and it is excluded */                                 \
    X(FLAG, flag, SILENT, .repeats = true)                                                                             \
    /* clear a survey's suspects: they lose their flags and count */                                                   \
    X(CLEAR, clear, AUDITED, .act = "response.clear", .repeats = true)                                                 \
    /* forget a respondent: comment, respondent, properties go, or with `counts` the whole response */                 \
    X(ERASE, erase, AUDITED, .act = "respondent.erase", .erases = true, .repeats = true)                               \
    /* keep invitations, so that their tokens say nothing of who is invited */                                         \
    X(INVITE, invite, SILENT, .repeats = true)                                                                         \
    /* remove invitations that are over, some at once */                                                               \
    X(LAPSE, lapse, SILENT, .erases = true, .repeats = true)                                                           \
    /* note what a page reports of a survey that it shows, once a visit and UTC day */                                 \
    X(EVENT, event, SILENT, .repeats = true)                                                                           \
    /* remove the rows of visits of before a day, some at once: the figures stay */                                    \
    X(EXPIRE, expire, SILENT, .erases = true, .repeats = true)                                                         \
    /* create or replace a definition */                                                                               \
    X(SURVEY, survey, AUDITED, .act = "survey.put", .redefines = true, .repeats = true)                                \
    /* archive the survey `slug` */                                                                                    \
    X(ARCHIVE, archive, AUDITED, .act = "survey.archive", .redefines = true, .repeats = true)                          \
    /* add a key */                                                                                                    \
    X(KEY, key, AUDITED, .act = "key.create", .redefines = true, .repeats = true)                                      \
    /* revoke the key `id` */                                                                                          \
    X(REVOKE, revoke, AUDITED, .act = "key.revoke", .redefines = true, .repeats = true)                                \
    /* note a key's last-used day */                                                                                   \
    X(KEY_USED, key_used, SILENT, .redefines = true, .repeats = true)                                                  \
    /* remove keys that ended before a time, some at once */                                                           \
    X(PRUNE, prune, AUDITED, .act = "key.prune", .redefines = true, .repeats = true)                                   \
    /* a browser signs in, or a link to do so is made */                                                               \
    X(SESSION, session, AUDITED, .redefines = true, .repeats = true)                                                   \
    /* note that a session is used */                                                                                  \
    X(SESSION_SEEN, session_seen, SILENT, .redefines = true, .repeats = true)                                          \
    /* a session ends, or all of a key */                                                                              \
    X(SESSION_END, session_end, AUDITED, .act = "session.end", .redefines = true, .repeats = true)                     \
    /* add a signing key; all but the two newest go */                                                                 \
    X(SIGNING_KEY, signing_key, AUDITED, .act = "signing_key.rotate", .redefines = true)                               \
    /* delete or anonymise responses that were answered before a time, some at once */                                 \
    X(RETAIN, retain, SILENT, .erases = true, .repeats = true)                                                         \
    /* do erasures again that the list has and the store does not know, some at once */                                \
    X(REERASE, reerase, AUDITED, .act = "erasures.repeat", .erases = true, .repeats = true)                            \
    /* forget that ids were erased, of erasures before a time, some at once */                                         \
    X(UNMARK, unmark, SILENT, .repeats = true)                                                                         \
    /* keep how late it is known to be, for the next start */                                                          \
    X(CLOCK, clock, SILENT, .repeats = true)                                                                           \
    /* somebody says how late it is: the same, also where it is earlier than what was kept */                          \
    X(RESUME, resume, AUDITED, .act = "retention.resume", .repeats = true)                                             \
    /* go on with rollups that are being filled in or cleared away since a survey changed, some at once */             \
    X(ROLL, roll, SILENT, .repeats = true)                                                                             \
    /* sum up the days that are over, for who splits a window by many values, some at once */                          \
    X(PACK, pack, SILENT, .repeats = true)                                                                             \
    /* take comments into the index of them, some at once; and what was erased leaves it, some at once */              \
    X(INDEX, index, SILENT, .repeats = true)                                                                           \
    /* what was overwritten or deleted leaves the files of the store too */                                            \
    X(SETTLE, settle, SILENT, .repeats = true)                                                                         \
    /* the state of an alert's rule begins anew with the rule, and goes with it */                                     \
    X(ALERT_RULE, alert_rule, SILENT, .repeats = true)                                                                 \
    /* keep what an evaluation has made of the state of an alert, and what happened */                                 \
    X(ALERT, alert, SILENT, .repeats = true)                                                                           \
    /* tell of detractors, each once */                                                                                \
    X(ALERT_TELL, alert_tell, SILENT, .repeats = true)                                                                 \
    /* somebody has seen that an alert fires */                                                                        \
    X(ACKNOWLEDGE, acknowledge, AUDITED, .act = "alert.acknowledge", .repeats = true)                                  \
    /* create or replace a named definition */                                                                         \
    X(DOCUMENT, document, AUDITED, .repeats = true)                                                                    \
    /* delete one */                                                                                                   \
    X(DISCARD, discard, AUDITED, .repeats = true)                                                                      \
    /* begin an import into a survey, or go on with one that is open */                                                \
    X(IMPORT, import, AUDITED, .act = "import.begin", .repeats = true)                                                 \
    /* count rows of an import that were refused before they could be responses */                                     \
    X(IMPORT_ROWS, import_rows, SILENT)                                                                                \
    /* an import is done, or is to be undone */                                                                        \
    X(IMPORT_TURN, import_turn, AUDITED, .repeats = true)                                                              \
    /* delete the responses of an import that is to be undone, some at once */                                         \
    X(UNDO, undo, SILENT, .erases = true, .repeats = true)                                                             \
    /* nothing but a record of the audit log */                                                                        \
    X(NOTE, note, AUDITED)

enum change_kind {
#define CHANGE_KIND(KIND, ...) CHANGE_##KIND,
    CHANGE_KINDS(CHANGE_KIND)
#undef CHANGE_KIND
        CHANGE_KIND_COUNT
};

struct change_traits {
    const char *name; /* "signing_key" */
    const char *act;  /* what the audit log calls it; NULL: nothing, or what the change says itself */
    bool redefines;   /* surveys or keys are others after it: what a catalog holds of them is to be read again */
    bool erases;      /* what it takes may lie in the store's files until CHANGE_SETTLE */
    bool repeats;     /* twice is once, or goes on where it stopped: it may be tried again where nobody can
                         know whether it is stored */
};
const struct change_traits *change_traits(enum change_kind kind);

/* A record of the audit log: who did what to what. The log outlives people, so that it names none: a respondent is
 * "hmac:" and the HMAC-SHA256 of the name, by a secret of the store that nothing shows; in records that a cxd before
 * schema 3 wrote, the bare SHA-256 of the name. No text has a line break. */
struct audit_record {
    int64_t number; /* from 1, without a gap */
    int64_t at;
    char actor[ACTOR_SIZE];
    char act[24];              /* "survey.put" */
    char target[72];           /* a slug, an id, a number, or a respondent's hash */
    char detail[80];           /* "revision 3", "survey shop"; may be "" */
    uint8_t hash[SHA256_SIZE]; /* of the record before (zero bytes for the first) and this one's text */
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
    char actor[ACTOR_SIZE]; /* who wants it, for the audit log; "" is "local" */
    int64_t now_ms;
    struct precondition precondition;
    bool if_none; /* KEY, SIGNING_KEY: refused (ERR_CONFLICT) where one is there: a valid one of SCOPE_ADMIN, or any */
    union {
        struct {
            struct response value; /* in: id, survey, revision, … ; out (replayed, amended): as stored */
            int64_t amend_window_ms;
            unsigned fresh_flags;       /* out, amended: those that were not there */
            enum cxd_err unless_stored; /* not CXD_OK: only a replay is answered, else refused with this */
            enum cxd_err
                keeps_out; /* the store's: not CXD_OK: why its survey takes it not, only a replay is answered */
            const struct response *as_sent; /* the store's: `value` as it came, once it is what is stored; else NULL */
            bool is_strict; /* an answer that would be left out refuses it, ERR_INVALID: value.sent.left_out says which
                             */
            bool is_keyed;  /* named by an Idempotency-Key: another content than the stored one is refused */
            struct {
                int64_t survey_ms, any_ms; /* since an answer to this survey, or to any; 0: not looked at */
                int64_t until;             /* out, refused ERR_RECONTACT: when this is over */
            } recontact;
            struct {
                bool is_kept;                  /* the id is that of the response to an invitation that is kept */
                size_t properties_max;         /* that the response may have, with those of the invitation */
                const struct invitation *says; /* out: what it fills in; NULL: it was not looked up, or not found */
                const struct response *came;   /* the store's: `value` before it was filled in; else NULL */
            } invited;
            struct {
                bool is_kept; /* answers have been judged; false: those of `value` are as they came */
                const struct answer *answers;
                size_t answer_count;
                const struct answer_refusal *left_out;
            } said; /* the store's: what `value` came with */
        } response;
        struct {
            struct id id;
            int64_t survey;
            char slug[SLUG_SIZE]; /* the same survey's, for the audit log */
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
            char slug[SLUG_SIZE]; /* the same survey's, for the audit log */
            int64_t from, to;     /* answered_at in [from, to) */
            size_t limit;         /* responses cleared at most; more are left to the next change */
            int64_t cleared;      /* out */
        } clear;
        struct {
            const char *respondent; /* in the form of the name (respondent_form), as in a response and a note */
            bool counts;            /* true: the responses go and the scores move; false: scores keep their counts */
            size_t limit;           /* responses touched at most; more are left to the next change */
            int64_t erased;         /* out: responses touched */
            int64_t invitations;    /* out: removed, of what `limit` leaves after them */
        } erase;
        struct {
            int64_t survey; /* of all of them */
            const struct invitation_record *records;
            size_t count;
        } invite;
        struct {
            int64_t before_ms; /* kept until before it */
            size_t limit;
            bool more; /* out: there may be more to do */
        } lapse;
        struct {
            int64_t survey;
            int64_t before_ms; /* answered_at lies before it */
            enum retention retention;
            size_t limit;    /* responses looked at; out: AMENDED if any was touched */
            int64_t touched; /* out */
            bool more;       /* out: there may be more to do */
        } retain;
        struct {
            size_t limit;    /* entries looked at */
            int64_t entries; /* out: that were */
            int64_t erased;  /* out: responses touched */
            bool more;       /* out: there are more to do */
        } reerase;
        struct {
            int64_t before_ms; /* erased before it */
            size_t limit;
            bool more; /* out: there may be more to do */
        } unmark;
        struct {
            int64_t known_ms;  /* at least */
            int64_t before_ms; /* out: what was kept; 0: nothing */
        } clock;               /* of RESUME too */
        struct {
            size_t limit;    /* responses, or rows of the rollups, looked at */
            int64_t touched; /* out: those that were */
            bool more;       /* out: there may be more to do */
        } roll;
        struct {
            int64_t before_ms; /* UTC days that end by then are over */
            size_t limit;      /* rows of the rollups that are read, about */
            bool more;         /* out: there may be more to do */
        } pack;
        struct {
            size_t limit;    /* responses looked at; 0: none */
            bool may_purge;  /* what was erased may begin to leave; where it has begun it goes on in any case */
            int64_t indexed; /* out: responses that were looked at */
            bool more;       /* out: there may be more to take */
            bool purging;    /* out: what was erased is still in it */
            bool purged;     /* out: it has left, and may lie in the store's files until CHANGE_SETTLE */
        } index;
        struct {
            struct event value;
            bool is_closed;            /* the store's: its survey takes no answers, only a replay is answered */
            enum cxd_err unless_known; /* not CXD_OK: only a replay is answered, else refused with this */
            bool is_invited;           /* it came with the invitation to this response, which is opened by it */
            struct id response;
        } event;
        struct {
            int64_t before_ms; /* days that end by then */
            size_t limit;
            bool more; /* out: there may be more to do */
        } expire;
        struct survey_record survey; /* out: number, revision, property_rolled, all times, was_archived, fixed */
        struct {
            char slug[SLUG_SIZE];
        } archive;
        struct api_key key;
        struct id revoke;
        struct {
            struct id id;
            int64_t day;
        } key_used;
        struct {
            int64_t before_ms; /* revoked, or expired, before it */
            size_t limit;      /* keys removed at most; more are left to the next change */
            int64_t removed;   /* out */
        } prune;
        struct {
            struct session value; /* out, by a link: key and scopes are the link's */
            bool by_link;         /* it is had for the link of this hash, which is gone then */
            uint8_t link[SHA256_SIZE];
        } session;
        struct {
            uint8_t hash[SHA256_SIZE];
        } session_seen;
        struct {
            bool everywhere; /* all of `key`; else the one of `hash` */
            uint8_t hash[SHA256_SIZE];
            struct id key;
            int64_t ended; /* out */
        } session_end;
        struct signing_key signing_key; /* in: secret; out: number, created_at */
        struct document document;       /* in: kind, name, definition; out, unless refused: the others */
        struct {
            enum document_kind kind;
            char name[SLUG_SIZE];
        } discard;
        struct {
            char name[SLUG_SIZE];
            bool watches_responses;   /* it tells of single ones */
            struct alert_state state; /* out, where there is a document; strings of the change's arena */
        } alert_rule;
        struct {
            struct alert_state state; /* of the revision and version that it was made from */
            bool has_event;
            struct alert_event event;
        } alert;
        struct {
            int64_t version;         /* of what was told before (struct store_alerts) */
            int64_t through;         /* no response up to this number is told of again, unless it is amended */
            int64_t amended_through; /* nor what was amended up to here */
            struct alert_tale *tales;
            size_t count;
            int64_t told; /* out */
        } alert_tell;
        struct {
            char name[SLUG_SIZE];
            const char *note;         /* NULL: none */
            struct alert_state state; /* out, unless missing; strings of the change's arena */
        } acknowledge;
        struct {
            struct import_record
                value; /* in: id, survey, source, fingerprint, expected; out: all, with the arena's strings */
            struct import_record as_sent; /* the store's: `value` as it came, where it is_replayed */
            bool is_replayed;             /* the store's: it is the one that there was */
        } import;
        struct {
            int64_t number; /* of the import */
            int64_t refused;
        } import_rows;
        struct {
            struct id id;
            enum import_state to;       /* IMPORT_DONE or IMPORT_UNDOING */
            struct import_record value; /* out, unless missing or refused; strings of the change's arena */
        } import_turn;
        struct {
            size_t limit;    /* responses deleted at most */
            int64_t removed; /* out */
            bool more;       /* out: there may be more to do */
            bool is_done;    /* out: the import is undone by it */
            struct id id;    /* out, with `more`: the import */
            int64_t all;     /* and how many of it are deleted by now */
        } undo;
        struct {
            const char *act, *target, *detail; /* as in struct audit_record, and no longer than there */
            const char *respondent;            /* not NULL: the target is this person */
        } note;
    } as;
    bool unrolled;       /* out, CHANGE_SURVEY created or amended: rollups wait for CHANGE_ROLL */
    struct arena *arena; /* for strings of the reply; outlives the change */
    enum outcome outcome;
    enum cxd_err refusal;
    const char *broken; /* out, refused ERR_PRECONDITION: the header that does not hold */
};
/* In a store that judges (store_judge_by), by the survey as it is in the transaction, whoever changed it and however
 * late in the same batch: a CHANGE_RESPONSE is refused ERR_NO_SURVEY if there is none, ERR_INVALID if its score is not
 * on the scale; it becomes one of the current revision; and if the survey is not open at now_ms, only a replay is
 * answered, and it is else refused unless_stored, or ERR_SURVEY_CLOSED. Where the definition cannot be read, both are
 * refused ERR_STORAGE. A CHANGE_RETAIN is refused ERR_CONFLICT unless the survey has this rule, and had what was
 * answered before before_ms go by now. In one that does not judge, a response of a survey that is not there is MISSING.
 */

/* Whatever would change what is stored, or create something, is refused ERR_PRECONDITION unless the precondition holds
 * of it as it is in the transaction; what is MISSING is missing and what is REPLAYED is answered all the same, so that
 * a retry whose reply was lost is not refused for what it has done itself. It is judged after whatever a request is
 * refused for by itself, or for the state of its survey (ERR_GONE, ERR_KEY_REUSED, unless_stored), and before
 * ERR_CONFLICT, ERR_SURVEY_FIXED, ERR_QUESTION_FIXED and ERR_RECONTACT. Surveys, documents and responses have tags
 * (survey_record_tag, document_tag, response_tag). A RESPONSE may name the tag that who answered was shown too
 * (response_as_answered), for it leaves an exclusion as it is. A person, a key, an import and a survey's suspects are
 * there or not, and have no tag. The other kinds have no precondition.
 */

/* What becomes of each kind, beyond what its line of CHANGE_KINDS says:
 *
 * RESPONSE: an id is a name within its survey, another survey's response of the same id is another one; `value` has the
 *   number that the store gave it. One after the other,
 *   - an id that the client named (has_id) and whose response was erased or retained away is refused ERR_GONE, whatever
 *     is sent; of what was deleted until CHANGE_UNMARK, of what was only forgotten for good;
 *   - what is stored, sent again, is REPLAYED at any age; so is what was stored first under the id, after it was
 *     amended: `value` is then what is stored now;
 *   - anything else under the id is refused ERR_KEY_REUSED if is_keyed;
 *   - what is older (response_is_older) is REPLAYED too, at any age, unless it is refused for what it says itself;
 *   - is else AMENDED while now − received_at ≤ amend_window: every member is replaced, answered_at and sequence only
 *     if sent; revision becomes the new one; received_at stays; flags add up, and exclusion stays unless there is a
 *     flag that was not there;
 *   - and is else refused ERR_CONFLICT.
 *   A response that is created, or amended to another respondent or answered_at, is refused ERR_RECONTACT if another
 *   one of the same respondent that counts has an answered_at less than recontact.survey_ms (the same survey) or
 *   recontact.any_ms (any survey) away from its own; before or after it makes no difference.
 *
 *   Its answers are judged (response_judge_answers) by what the revision asks that it names (sent.revision), if there
 *   is one of that number, and by the survey's as it is now if not; that one is stored as its revision. What is not
 *   taken is left out, and named in sent.left_out whatever becomes of it; is_strict makes that ERR_INVALID, and
 *   a revision that is not there too. Whether it is stored already is judged by the revision of what is stored, and
 *   whether it was said first by the one of then: what has become of the survey since makes a retry no other answer.
 *   What that revision asks under a key that is of another type, or on another scale, by now is left out too.
 *   One that names no revision, and of which the survey's takes answers that the one of then does not, is no retry
 *   where it may amend what is stored.
 *
 *   One that is invited (is_kept) gets respondent and properties of the invitation before anything else is judged but
 *   marks. It is refused ERR_INVALID where it says otherwise (invitation_check), and where the invitation is not kept
 *   any more, ERR_INVITATION_GONE, or unless_stored; unless its response is stored, which then says what was filled in.
 *   The invitation of what is CREATED is kept while it may be amended.
 *
 * EXCLUDE: with excluded = false it clears the flags too. What is included again is not held to recontact. A response
 *   that was forgotten keeps no reason: it may name somebody.
 *
 * FLAG: REPLAYED with all its flags there already. One that is excluded keeps its reason, another gets flags_reason.
 *
 * ERASE: takes a response's respondent, comment, visit, properties that are not declared, excluded_reason, what it
 *   answered in words (it stays that it was answered, and what was chosen), and each segment (touchpoint, channel,
 * locale, declared property) whose value is the respondent's name (respondent_is). Invitations of the respondent go
 * too, and leave the mark of the response that each would have had.
 *
 * INVITE: MISSING where there is no such survey; REPLAYED where all were there. An invitation goes with the response to
 *   it too, whoever deletes or forgets that.
 *
 * EVENT: REPLAYED where it was known of the visit and the UTC day, else CREATED; ERR_INVALID where rows of its day are
 *   gone. MISSING as of a response. What is counted of visits is in store/impressions.h and docs/scoring.md §13:
 *   RESPONSE, EXCLUDE, FLAG and CLEAR move it as they move the scores; ERASE with `counts` takes the visit out of the
 *   figures, without it, and RETAIN, leave the figures and forget whose visit it was.
 *
 * EXPIRE: nothing of the days before is counted any more, nor taken back, however many rows are left to the next one.
 *
 * SURVEY: an identical definition is REPLAYED, unless `archival` turns what the survey is: an archived one is open
 * again by ARCHIVAL_OPEN alone. The revision rises, and updated_at is now, where the definition is another. Another
 * metric or scale once there are responses is refused ERR_SURVEY_FIXED. A property that is declared while there are
 * responses, or while its earlier rollups are still being cleared away, is stored with rolled = false until CHANGE_ROLL
 * has filled it in; one that is no longer declared is not read from rollups again, and CHANGE_ROLL clears them away.
 * A question that somebody has answered (and be it erased since) keeps its type, and on a scale metric and ends, also
 * where it was removed and comes again: else ERR_QUESTION_FIXED, and `fixed` says which and what they are.
 *
 * PACK: changes no figure, and may never come: what is not summed up is read as it is. AMENDED if any was.
 *
 * ARCHIVE of an archived survey, REVOKE of a revoked key: REPLAYED.
 *
 * SESSION: what is over goes, and what session_make_room says. CREATED, or REPLAYED where the hash is there; MISSING if
 *   the link is not there, or is over: that is tried before anything is done.
 * SESSION_SEEN: AMENDED where it was noted at an earlier time.
 * SESSION_END: AMENDED if any ended, else REPLAYED.
 * PRUNE: by creation, the oldest first; the key that api_key_is_past leaves stays. AMENDED if any was removed, else
 *   REPLAYED.
 *
 * RETAIN: deleted responses leave the figures; anonymised ones lose what ERASE takes, and count on. What was anonymised
 *   once is not looked at again, unless a response as old is stored later or the survey changes.
 *
 * UNMARK: prunes the list of erasures too, once no mark is left.
 *
 * CLOCK: REPLAYED where a time as late is kept (see cxd/domain/reckoning.h); RESUME where it is that time.
 *
 * ROLL: REPLAYED where there is nothing to do, else AMENDED. A fill goes from the newest response to the oldest, and
 *   each step leaves counted what it has passed: whatever is changed between two steps stays exact.
 *
 * ALERT_RULE: after the document of the rule was put or discarded, in the same ticket. CREATED or AMENDED where the
 *   state is of another revision: it begins anew, with no data, tells of what is stored from now on, and the history
 *   says "changed" if there was one. Without a document state and history go: AMENDED. Else REPLAYED. Where the rule
 *   tells of responses the version of what was told rises: a look that was begun without it is not kept.
 *
 * ALERT: MISSING where the state is not of the same revision any more, REPLAYED where it is not of the same version.
 *
 * ALERT_TELL: REPLAYED unless the version is that of what was told before. A tale is passed over whose rule has another
 *   revision, whose response is gone, does not count, has flags, another score or no comment any more, or that was told
 *   before. What was told of fires: the state of the rule counts it in n, until it is acknowledged. AMENDED also where
 *   nothing was told.
 *
 * ACKNOWLEDGE: MISSING without a state. REPLAYED where it is acknowledged already, by whomever; refused ERR_NOT_FIRING
 *   where it does not fire.
 *
 * Whoever deletes a response takes its number, id and score out of the history of alerts; at most ALERT_HISTORY_MAX
 * events of a rule are kept, the newest.
 *
 * RESPONSE of an import (value.import): it is created where nothing is stored under its id. What came by an import is
 *   REPLAYED, whatever it says; of anything else the same content is, and another is refused ERR_CONFLICT, after what
 *   the survey refuses it for: somebody may have guessed the id. It amends nothing. Marks hold, and what was forgotten
 *   is not filled again. Its revision, its times and its exclusion are those that it came with (revision 0: the current
 *   one). Closed surveys take it and archived ones do not (ERR_SURVEY_CLOSED); what the survey would delete as too old
 *   is refused ERR_PAST_RETENTION. ERR_NO_IMPORT without an import of this number and survey, ERR_IMPORT_ENDED unless
 *   it is open, ERR_NOT_READY while one of the survey is being undone: what is known then is about to go. What came so
 *   is no answer of a visit, no rule tells of it, and no other RESPONSE amends it.
 *
 * IMPORT: an open one of the same survey and fingerprint is given back, REPLAYED. ERR_NO_SURVEY; ERR_SURVEY_CLOSED
 * where that is archived; ERR_NOT_READY as above.
 *
 * IMPORT_TURN: from open to done, and from either to undoing, whose end is undone; what is so already is REPLAYED, and
 *   no way leads back: ERR_IMPORT_ENDED.
 *
 * UNDO: of the import that was first to be undone. Its responses go, whatever has become of them since, with what
 *   was said first; none leaves a mark, so that the file can be imported again, but for those whose person was
 *   forgotten by ERASE or REERASE, and not by RETAIN; these last, as those of an imported response that is erased,
 *   or was before it was deleted by its age.
 * REPLAYED where there is nothing to undo.
 *
 * DOCUMENT: an identical definition is REPLAYED; under another the revision rises, and updated_at is now. DISCARD:
 * AMENDED once it is gone. What is put under its name later begins at revision 1.
 *
 * SETTLE: takes effect after the rest of its batch is durable: AMENDED, or MISSING where readers hold the old bytes
 *   (try again). An engine that leaves nothing behind answers AMENDED.
 *
 * What is audited and CREATED or AMENDED appends one record to the audit log, in the same transaction. */

/* Whether a change that has been applied has changed the catalog: it is CREATED or AMENDED, of a kind that redefines.
 */
bool change_redefines(const struct change *change);

#endif
