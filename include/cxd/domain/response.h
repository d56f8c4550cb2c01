#ifndef CXD_DOMAIN_RESPONSE_H
#define CXD_DOMAIN_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/etag.h"
#include "cxd/base/id.h"
#include "cxd/domain/question.h"
#include "cxd/domain/survey.h"

enum {
    RESPONSE_LABEL_CHARACTERS_MAX = 64, /* of a touchpoint, or a channel */
    RESPONSE_LOCALE_CHARACTERS_MAX = 35,
    RESPONSE_VISIT_CHARACTERS_MAX = 128
};

/* One answer. Strings are NUL-terminated UTF-8 of the request's arena, NULL where not given. */

/* Values are text: numbers and booleans of the wire are kept as their JSON text. */
struct property {
    const char *key;
    const char *value;
};

/* Why a response is suspected to be a machine's. Suspects are stored and excluded. */
enum flag {
    FLAG_HONEYPOT = 1 << 0,   /* filled in a member that people do not see */
    FLAG_TOO_FAST = 1 << 1,   /* sent sooner after the form than the survey's min_seconds */
    FLAG_NONCE = 1 << 2,      /* without a valid nonce of the form, where min_seconds asks for it */
    FLAG_USER_AGENT = 1 << 3, /* by a program that the list names */
    FLAG_BURST = 1 << 4,      /* one of many responses of one visit with different scores */
    FLAG_COUNT = 5
};

/* "honeypot", …; NULL past the last index (0–4). */
const char *flag_name(int index);
CXD_NODISCARD bool flag_parse(const char *name, enum flag *ret_flag);

/* "suspected: honeypot, too_fast": the excluded_reason of a response with these flags. Returns `out`. */
enum { FLAG_REASON_SIZE = 96 };
const char *flags_reason(unsigned flags, char out[FLAG_REASON_SIZE]);

/* What a response said when it was first stored, kept from the time when it says something else: a retry is known by
 * it. */
enum { RESPONSE_DIGEST_SIZE = 16 };
struct first_said {
    bool is_kept;
    int64_t answered_at;                  /* as response_said_at has it */
    int64_t revision;                     /* that it answered then; 0: it was not kept */
    uint8_t digest[RESPONSE_DIGEST_SIZE]; /* response_digest by the response's id, without answered_at */
};

/* A member that is stored otherwise than it was sent: told in the reply to who sent it. */
struct adjustment {
    const struct adjustment *next;
    const char *pointer; /* RFC 6901 */
    const char *detail;  /* in English, what became of it */
};
enum { ADJUSTMENTS_MAX = 64 }; /* further ones are not kept */

/* A member of what was sent that no response has, unless it is the honeypot of its survey. */
struct stray {
    const struct stray *next;
    const char *name;
    bool is_filled; /* with anything but null, false and blanks */
};

struct response {
    int64_t number;   /* the store's: ascends in the order of commits, never given twice; 0: not stored */
    struct id id;     /* within its survey */
    bool has_id;      /* named by the client (or by an Idempotency-Key) */
    int64_t survey;   /* survey.number */
    int64_t revision; /* of the survey that was answered */
    bool has_score;   /* else there is a comment alone, which counts in no figure */
    int score;        /* 0 where there is none */
    const char *comment;
    const char *respondent;
    const char *touchpoint;
    const char *channel;
    const char *locale;
    const char *visit;                 /* the client's name for one visit of a page; many responses may share it */
    const struct property *properties; /* sorted by key (byte order), keys distinct */
    size_t property_count;
    const struct answer *answers; /* to further questions, sorted by key (byte order), keys distinct */
    size_t answer_count;
    bool has_answered_at; /* given by the client */
    int64_t answered_at;  /* else the time of arrival */
    int64_t ahead_ms;     /* > 0: it was given so much later, which lay ahead of the clock (response_hold_back) */
    bool has_sequence;    /* given by the client: the order of what is sent under the id */
    int64_t sequence;     /* 0–SEQUENCE_MAX */
    int64_t received_at;
    int64_t updated_at; /* when what is stored of it was last changed; 0: it is as it was received; the store's */
    int64_t import;     /* the number of the import that it came with; 0: none; the store's */
    unsigned flags;     /* of enum flag; the server's */
    bool excluded;
    const char *excluded_reason;
    int64_t forgotten_at;    /* when it lost what names a person, for good; 0: it has not; the server's */
    bool forgotten_by_age;   /* retention took it, and nobody asked for it; the server's */
    struct first_said first; /* the store's */
    /* What the client sent along and is not stored. */
    struct {
        const char *invitation;                /* a signed token */
        const char *respondent;                /* as it was spelled, before it got its form; NULL: it was not sent */
        const char *nonce;                     /* of the form */
        int64_t revision;                      /* of the survey that its form had; 0: it does not say */
        const struct answer_refusal *left_out; /* answers that are not among `answers` any more: the newest first */
        bool is_form;                          /* all that was answered are texts: response_settle_answers */
        const struct stray *strays;            /* before response_settle */
        bool filled_honeypot;                  /* after it */
        const struct adjustment *adjusted;     /* NULL: everything is stored as it was sent */
    } sent;
};

/* True of what figures are made of: it has a score, and is not excluded. */
bool response_counts(const struct response *response);

/* What every JSON parser has exactly. */
#define SEQUENCE_MAX ((INT64_C(1) << 53) - 1)

/* What the config bounds (characters are code points). */
struct response_limits {
    size_t comment_characters;
    size_t respondent_characters;
    size_t properties;
    size_t property_key_characters;
    size_t property_value_characters;
    int64_t clock_skew_ms;
};

/* What lies ahead of the clock becomes its time. */
void response_hold_back(struct response *response, int64_t now_ms);
/* answered_at as the client gave it, whatever has become of it. */
int64_t response_said_at(const struct response *response);

/* Collects every member that breaks a rule into err, with `/score`-style pointers; returns err->code. `backdate_free`
 * lifts max_backdate (imports with a key). Where the survey does not ask for a score there is one, or a comment; what
 * was imported with the revision that it answered may have neither. err may already hold members that the parser found
 * (it is not cleared). */
enum cxd_err response_validate(const struct response *response, const struct survey *survey,
                               const struct response_limits *limits, int64_t now_ms, bool backdate_free,
                               struct error *err);

/* What only an import may say: revisions that there are, no time behind `latest_ms`, flags and a reason of what is
 * excluded. */
void response_check_imported(const struct response *response, const struct survey *survey, int64_t latest_ms,
                             struct error *err);

/* The part of it that judges the properties. */
void response_check_properties(const struct response *response, const struct response_limits *limits,
                               struct error *err);

/* Sorts properties by key in place; false (and the key in *ret_duplicate) if two are the same. */
CXD_NODISCARD bool response_sort_properties(struct property *properties, size_t count, const char **ret_duplicate);

/* Notes that a member is stored otherwise than it was sent, behind those that are noted. What is noted derives from
 * what was sent, so that a replay is told the same. The pointer is copied to the arena, `detail` is a constant. False
 * when memory is refused. */
CXD_NODISCARD bool response_adjust(struct response *response, struct arena *arena, const char *pointer,
                                   const char *detail);

/* Once the survey is known: takes back what the parser has against a member that is its honeypot, or left empty
 * under the name of the one before. */
void response_settle(struct response *response, const struct survey *survey, struct error *err);

/* answers.c */

/* Sorts answers by key in place; false if two are to the same question. */
CXD_NODISCARD bool response_sort_answers(struct answer *answers, size_t count);
/* Sorts what was ticked by its bytes in place, each once; returns how many are left. */
size_t answer_sort_values(const char **values, size_t count);

/* Notes in front of sent.left_out that an answer was left out; what is there already is not changed, so that copies of
 * the response may share it. The key is copied, and shortened; `detail` is a constant, or of the arena. One that is
 * noted stays as it is, and of further ones than ANSWERS_REFUSED_MAX it is known how many there are: `more` of the
 * newest. False when memory is refused. */
enum { ANSWERS_REFUSED_MAX = 16 };
CXD_NODISCARD bool response_leave_out(struct response *response, struct arena *arena, const char *key,
                                      const char *detail);
/* As many more, without their names, behind at least ANSWERS_REFUSED_MAX; 0: nothing is noted. */
CXD_NODISCARD bool response_leave_out_more(struct response *response, struct arena *arena, size_t count);

/* Leaves out answers with longer texts than comments may be. False when memory is refused. */
CXD_NODISCARD bool response_bound_answers(struct response *response, const struct response_limits *limits,
                                          struct arena *arena);

/* Of a form's answers, which are texts and lists of them, those to questions on a scale become numbers, where they are
 * some, and those to a choice the one that was chosen: a part of judging them. False when memory is refused. */
CXD_NODISCARD bool response_settle_answers(struct response *response, const struct survey *asked, struct arena *arena);

/* response.c again. True if `sent` says the same as `stored`: every member the client can send; an answered_at or a
 * sequence that was not sent matches any, and an answered_at matches as it was given and as it is stored. */
bool response_same_payload(const struct response *sent, const struct response *stored);

/* True if `sent`, of another content, was said before `stored`, and comes late: by their sequences where both have one
 * and they differ, else by answered_at as it was given where both have one; what neither tells is in the order in which
 * it comes. */
bool response_is_older(const struct response *sent, const struct response *stored);
/* The same with its respondent as it was spelled, which digests are of that are older than the one form of names. */
struct response response_as_spelled(const struct response *sent);

/* Half of a SHA-256 of a salt and of what the client said: every member that is stored and given, in one order, with
 * answered_at, as it was given, only if `is_timed`. As response_same_payload does, it takes no notice of id, survey and
 * all that is the server's. Fixed for ever: what is stored, and ids, are made of it. */
void response_digest(const struct response *response, const void *salt, size_t salt_length, bool is_timed,
                     uint8_t ret_digest[RESPONSE_DIGEST_SIZE]);

/* The entity tag of what a reply shows of a stored response: another for whatever may be shown otherwise, and of
 * another version of cxd, which may show more. */
void response_tag(const struct response *shown, char ret_tag[ETAG_SIZE]);
/* As those see it who answer: what is thought of it is the operator's, for a machine would learn how not to be
 * suspected. */
struct response response_as_answered(const struct response *stored);
/* Where the id is made from a name, which may be guessed: takes away the texts (comment, names, properties, answers)
 * that say otherwise than `sent` does. True if there were any. */
CXD_NODISCARD bool response_withhold(struct response *shown, const struct response *sent);

/* rules.c: 1–`max` characters of A–Z, a–z, 0–9, '_', '.' and '-'. */
bool property_key_valid(const char *key, size_t max);

/* The value of a property, or NULL. */
const char *response_property(const struct response *response, const char *key);
/* The answer to a further question, or NULL. */
const struct answer *response_answer(const struct response *response, const char *key);

#endif
