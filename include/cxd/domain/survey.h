#ifndef CXD_DOMAIN_SURVEY_H
#define CXD_DOMAIN_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/etag.h"
#include "cxd/base/words.h"

/* A survey's definition. Strings belong to the arena or catalog that made the struct. */

enum metric { METRIC_NPS, METRIC_CSAT, METRIC_CES, METRIC_COUNT };
enum method { METHOD_NET_PROMOTER, METHOD_TOP_BOX, METHOD_MEAN, METHOD_NET_EASY, METHOD_COUNT };
enum direction { DIRECTION_HIGHER, DIRECTION_LOWER, DIRECTION_COUNT };
enum score_rule { SCORE_REQUIRED, SCORE_OPTIONAL, SCORE_RULE_COUNT };      /* whether a response needs a score */
enum access { ACCESS_PUBLIC, ACCESS_INVITED, ACCESS_COUNT };               /* who may answer */
enum recontact { RECONTACT_REFUSE, RECONTACT_STORE, RECONTACT_COUNT };     /* a second answer that comes too soon */
enum archival { ARCHIVAL_KEPT, ARCHIVAL_ARCHIVED, ARCHIVAL_OPEN };         /* what a put does to archived_at */
enum retention { RETENTION_DELETE, RETENTION_ANONYMISE, RETENTION_COUNT }; /* what becomes of old responses */

/* The wire names: "nps", "top_box", "higher_is_better" … */
extern const struct words SURVEY_METRICS, SURVEY_METHODS, SURVEY_DIRECTIONS, SURVEY_ACCESSES, SURVEY_RECONTACTS,
    SURVEY_RETENTIONS, SURVEY_SCORE_RULES;
const char *metric_name(enum metric metric);
const char *method_name(enum method method);
const char *direction_name(enum direction direction);

/* The honeypot of a survey that chooses none: a name that no browser or password manager fills in by itself. What
 * Chromium, Firefox and DuckDuckGo look for (names, mail, phone, url, company, address, login, codes, cards, in many
 * languages) is nowhere in it, and to who fills in everything it is a text as any other. */
#define SURVEY_HONEYPOT "further_remarks"

enum {
    SLUG_SIZE = 65,
    SURVEY_PROPERTIES_MAX = 16,
    SURVEY_TEXTS_MAX = 64,
    SURVEY_ORIGINS_MAX = 64,
    SURVEY_RECONTACTS_MAX = 64
};

/* What a respondent reads in one locale (BCP 47 tag). NULL where not given. */
struct survey_text {
    const char *locale;
    const char *question;
    const char *low_label;
    const char *high_label;
    const char *comment_prompt;
    const char *thanks;
};

/* How long who answered is left alone at one touchpoint. */
struct survey_recontact {
    const char *touchpoint;
    int64_t days;
};

/* A declared segment property. */
struct survey_property {
    const char *key;
};

struct question; /* cxd/domain/question.h */

struct survey {
    int64_t number; /* the store's; 0 until stored */
    char slug[SLUG_SIZE];
    const char *name; /* for people; NULL if none */
    enum metric metric;
    enum method method;
    enum direction direction;
    int scale_min, scale_max;
    /* Bands. For higher_is_better: favourable is score ≥ favourable, unfavourable is score ≤ unfavourable; for
     * lower_is_better: favourable is score ≤ favourable, unfavourable is score ≥ unfavourable. NPS: 9 and 6. On the
     * wire: bands.satisfied_from / dissatisfied_to. */
    int favourable, unfavourable;
    enum score_rule score_rule; /* optional: a comment without a score is a response too */
    const struct survey_text *texts;
    size_t text_count;
    const struct survey_property *properties;
    size_t property_count;
    const struct question *questions; /* what is asked behind the score, in its order */
    size_t question_count;
    const char *const *origins; /* allowed_origins; none: any */
    size_t origin_count;
    int64_t opens_at, closes_at; /* TIME_MIN, TIME_MAX: no bound; answers in [opens_at, closes_at) */
    int64_t amend_window_s;      /* default 1800; 0: never amended */
    int64_t max_backdate_s;
    int64_t min_n; /* below it, score and interval are suppressed */
    enum access access;
    int64_t recontact_days;                    /* how long a respondent who answered is left alone; 0: not at all; */
    const struct survey_recontact *recontacts; /* but at these touchpoints so long */
    size_t recontact_count;
    enum recontact recontact;    /* what meets an answer that comes within it */
    int64_t min_seconds;         /* between form and answer; a faster one is suspect; 0: not looked at */
    const char *honeypot;        /* the name of a member of responses that people do not see; NULL: SURVEY_HONEYPOT */
    const char *honeypot_before; /* the one it chose before that, which pages of a form before may have; NULL: none */
    int64_t retention_days;      /* after answered_at; 0: for ever */
    enum retention retention;    /* what happens then */
    enum archival archival;      /* of a definition that is put; no part of what is kept */
    /* Kept by the store: */
    int64_t revision; /* from 1 */
    int64_t created_at, updated_at;
    int64_t archived_at; /* 0: not archived */
    char tag[ETAG_SIZE]; /* of the survey as it is shown; "" until stored */
};

/* Fills scale, method, direction and bands with the defaults of docs/scoring.md §1 for the survey's metric (and, if
 * `scale_given`, its scale_min/scale_max). Members that were given are then overwritten by the caller. */
void survey_set_defaults(struct survey *survey, bool scale_given);
/* The default bands for the survey's metric, method, scale and direction. False: the metric may have the scale, but no
 * bands are usual there, so the definition has to state them; its ends are filled in, as they are for a scale that
 * survey_validate refuses. */
bool survey_default_bands(const struct survey *survey, int *ret_favourable, int *ret_unfavourable);

/* Collects every rule that the definition breaks into err (pointers into the definition's JSON: "/scale",
 * "/bands/satisfied_from", "/texts/de/question", "/properties/3", …). Returns err->code. err may already hold members
 * that the parser found: it is not cleared, and what they name is not judged again. */
CXD_NODISCARD enum cxd_err survey_validate(const struct survey *survey, struct error *err);

/* True if answers are taken at `now_ms`: not archived, and inside [opens_at, closes_at). */
bool survey_is_open(const struct survey *survey, int64_t now_ms);

/* What was answered before this time is past the survey's retention at `now_ms`; TIME_MIN where it keeps everything. */
int64_t survey_retained_from(const struct survey *survey, int64_t now_ms);

/* How many days lie between an answer at a touchpoint (NULL: at none) and any other of the respondent's to the survey.
 */
int64_t survey_recontact_days(const struct survey *survey, const char *touchpoint);

/* True if `origin` (an Origin header) may post to the survey. */
bool survey_allows_origin(const struct survey *survey, const char *origin);

const char *survey_honeypot(const struct survey *survey);
/* The honeypot_before of a definition that replaces `old`, whose text it is; NULL: none. */
const char *survey_honeypot_before(const struct survey *survey, const struct survey *old);
/* True of a name that pages may have of a form before, whatever the survey's honeypot is now: SURVEY_HONEYPOT, and the
 * one of cxd 0.1. */
bool survey_had_honeypot(const char *name);

/* The index of a declared property, or −1. */
int survey_property_index(const struct survey *survey, const char *key);

#endif
