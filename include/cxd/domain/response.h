#ifndef CXD_DOMAIN_RESPONSE_H
#define CXD_DOMAIN_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/id.h"
#include "cxd/domain/survey.h"

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
    FLAG_BURST = 1 << 4,      /* one of many different scores from one visit or invitation */
    FLAG_COUNT = 5
};

/* "honeypot", …; NULL past the last index (0–4). */
const char *flag_name(int index);
CXD_NODISCARD bool flag_parse(const char *name, enum flag *ret_flag);

/* "suspected: honeypot, too_fast": the excluded_reason of a response with these flags. Returns `out`. */
enum { FLAG_REASON_SIZE = 96 };
const char *flags_reason(unsigned flags, char out[FLAG_REASON_SIZE]);

struct response {
    struct id id;
    bool has_id;      /* named by the client (or by an Idempotency-Key) */
    int64_t survey;   /* survey.number */
    int64_t revision; /* of the survey that was answered */
    int score;
    const char *comment;
    const char *respondent;
    const char *touchpoint;
    const char *channel;
    const char *locale;
    const char *visit; /* the client's name for one visit of a page; many responses may share it */
    const struct property *properties; /* sorted by key (byte order), keys distinct */
    size_t property_count;
    bool has_answered_at; /* given by the client */
    int64_t answered_at;  /* else the time of arrival */
    int64_t received_at;
    unsigned flags; /* of enum flag; the server's */
    bool excluded;
    const char *excluded_reason;
    /* What the client sent along and is not stored. */
    struct {
        const char *invitation; /* a signed token */
        const char *nonce;      /* of the form */
        bool filled_honeypot;
    } sent;
};

/* What the config bounds (characters are code points). */
struct response_limits {
    size_t comment_characters;
    size_t respondent_characters;
    size_t properties;
    size_t property_key_characters;
    size_t property_value_characters;
    int64_t clock_skew_ms;
};

/* Collects every member that breaks a rule into err, with `/score`-style pointers; returns err->code. `backdate_free` lifts
 * max_backdate (imports with a key). err may already hold members that the parser found (it is not cleared). */
enum cxd_err response_validate(const struct response *response, const struct survey *survey,
                               const struct response_limits *limits, int64_t now_ms, bool backdate_free,
                               struct error *err);

/* The part of it that judges the properties. */
void response_check_properties(const struct response *response, const struct response_limits *limits,
                               struct error *err);

/* Sorts properties by key in place; false (and the key in *ret_duplicate) if two are the same. */
CXD_NODISCARD bool response_sort_properties(struct property *properties, size_t count,
                                            const char **ret_duplicate);

/* True if `sent` says the same as `stored`: every member the client can send; an answered_at that was not sent matches any. */
bool response_same_payload(const struct response *sent, const struct response *stored);

/* 1–`max` characters of A–Z, a–z, 0–9, '_', '.' and '-'. */
bool property_key_valid(const char *key, size_t max);

/* The value of a property, or NULL. */
const char *response_property(const struct response *response, const char *key);

#endif
