#ifndef CXD_API_PARAMETERS_H
#define CXD_API_PARAMETERS_H

#include "cxd/codec/picture.h"
#include "cxd/http/http.h"
#include "cxd/query/query.h"

/* The query string of the read routes. */

enum parameter_set {
    PARAMETERS_SCORE = 1 << 0,    /* compare, alpha, interval, respondents, count, errors */
    PARAMETERS_TREND = 1 << 1,    /* interval, rolling */
    PARAMETERS_LISTING = 1 << 2,  /* respondent, flagged, excluded; and with PARAMETERS_PAGE */
    PARAMETERS_PAGE = 1 << 3,     /* limit, cursor */
    PARAMETERS_AUDIT = 1 << 4,    /* after, limit, respondent */
    PARAMETERS_SURVEYS = 1 << 5,  /* a page of surveys, or of what there is one of for each: limit, cursor */
    PARAMETERS_KEYS = 1 << 6,     /* a page of keys: limit, cursor */
    PARAMETERS_SEGMENTS = 1 << 7, /* by, limit; and with PARAMETERS_SCORE */
    PARAMETERS_EVENTS = 1 << 8,   /* a page of an alert's history: limit, cursor */
    PARAMETERS_MOVEMENT = 1 << 9, /* compare, alpha */
    PARAMETERS_TERMS = 1 << 15,   /* band, language, min_count, limit, question */
    PARAMETERS_PLAN = 1 << 14,    /* margin, detect, power, assume, alpha */
    PARAMETERS_JOURNEY = 1 << 13, /* compare (default previous, where there is one before), alpha; no touchpoint */
    PARAMETERS_POOL = 1 << 12,    /* surveys; and with PARAMETERS_SCORE */
    PARAMETERS_EXPORT = 1 << 16,  /* as PARAMETERS_LISTING, without pages; received_…, updated_…, amended, cursor */
    PARAMETERS_LIVE = 1 << 19,    /* filters alone, and respondent, flagged, excluded, score, band */
    PARAMETERS_QUESTION = 1 << 17,  /* with others: question */
    PARAMETERS_QUESTIONS = 1 << 18, /* what is asked behind the score: alpha */
    PARAMETERS_PICTURE = 1 << 20,   /* with PARAMETERS_SCORE or PARAMETERS_TREND: size, theme */
    PARAMETERS_SEARCH = 1 << 11     /* with PARAMETERS_LISTING: q, order, score, band, question */
};

/* Reads window or from/to, filters and confidence (all routes), and what `sets` adds, into ret_question (its survey is
 * not touched); defaults: 30d, no comparison, confidence 0.95, alpha 0.05, day, no rolling. ERR_BAD_PARAMETER names the
 * parameter: unknown ones too. */
CXD_NODISCARD enum cxd_err parameters_read(struct http_request *request, unsigned sets,
                                           struct trend_question *ret_question, struct error *err);
/* The same with PARAMETERS_PICTURE, and how the picture shall look; default: medium, light. */
CXD_NODISCARD enum cxd_err parameters_read_picture(struct http_request *request, unsigned sets,
                                                   struct trend_question *ret_question, struct picture_look *ret_look,
                                                   struct error *err);

/* What terms of comments are asked for, beside window and filter. */
struct terms_asked {
    const char *band;     /* as it was sent; NULL: it was not */
    const char *language; /* NULL: any */
    const char *question; /* the key of one that is answered in words; NULL: it was not sent */
    int64_t min_count;    /* default 3 */
    size_t limit;         /* default 20 */
};
/* As parameters_read of neither set, and what is asked beside. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_terms(struct http_request *request, struct trend_question *ret_question,
                                                 struct terms_asked *ret_asked, struct error *err);

/* As parameters_read with PARAMETERS_SCORE, and `surveys`, which is not looked into; NULL where it is not given. */
CXD_NODISCARD enum cxd_err parameters_read_pool(struct http_request *request, const char **ret_surveys,
                                                struct trend_question *ret_question, struct error *err);

/* What is planned: a margin of error, or a change to be found, in the unit of the score; 0: it is not asked for. */
struct parameters_plan {
    double margin, detect, power; /* 0.8, unless it is given */
    bool assumes_worst;
};
/* As parameters_read, with PARAMETERS_PLAN. */
CXD_NODISCARD enum cxd_err parameters_read_plan(struct http_request *request, struct parameters_plan *ret_plan,
                                                struct trend_question *ret_question, struct error *err);

/* The same of a table of segments: what it is by, as it was given (NULL: it was not), and limit (default 1000, the
 * most). */
CXD_NODISCARD enum cxd_err parameters_read_segments(struct http_request *request, struct trend_question *ret_question,
                                                    const char **ret_by, size_t *ret_limit, struct error *err);

/* Reads what a list is asked for: window (default all), filters, flagged, excluded, respondent (PARAMETERS_LISTING),
 * limit (default 50) and cursor (both sets). The survey is not touched. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_listing(struct http_request *request, unsigned set,
                                                   struct listing *ret_listing, struct error *err);

/* What a search of comments is asked for, as it was sent; NULL: it was not. */
struct search_asked {
    const char *q, *order, *score, *band;
    const char *question; /* the key of one that is answered in words */
    const char *cursor;   /* of any kind; one of a listing has been read */
};
/* As parameters_read_listing of PARAMETERS_LISTING, and what is asked beside. */
CXD_NODISCARD enum cxd_err parameters_read_search(struct http_request *request, struct listing *ret_listing,
                                                  struct search_asked *ret_asked, struct error *err);

/* What an export is asked for: a walk of no survey yet, of every score, from the first number on; and what is asked
 * beside: score, band, cursor. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_export(struct http_request *request, struct walk *ret_walk,
                                                  struct search_asked *ret_asked, struct error *err);

/* The same of who listens, with conditions alone. */
CXD_NODISCARD enum cxd_err parameters_read_live(struct http_request *request, struct walk *ret_walk,
                                                struct search_asked *ret_asked, struct error *err);

/* A page of a list that most installations see at once. */
struct parameters_page {
    size_t limit;
    const char *after_slug; /* PARAMETERS_SURVEYS: behind this one, whether it is there or not; NULL: from the first */
    bool has_after;         /* PARAMETERS_KEYS: behind the place of (after_at, after_id) */
    int64_t after_at;
    struct id after_id;
};
/* Reads limit (default 500, the most) and cursor, and with PARAMETERS_SCORE what parameters_read reads (else
 * `ret_question` may be NULL). ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_page(struct http_request *request, unsigned sets,
                                                struct parameters_page *ret_page, struct trend_question *ret_question,
                                                struct error *err);

/* Reads the only parameter of a call: true or false, default false. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_flag(struct http_request *request, const char *name, bool *ret_value,
                                                struct error *err);

/* Reads which records of the audit log: those behind `after` (default 0), at most `limit` (default 50), about
 * `respondent` (NULL: all). ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_audit(struct http_request *request, int64_t *ret_after, size_t *ret_limit,
                                                 const char **ret_respondent, struct error *err);

/* Reads which events of an alert: those numbered below the cursor (0: all), at most `limit` (default 50).
 * ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err parameters_read_events(struct http_request *request, int64_t *ret_before, size_t *ret_limit,
                                                  struct error *err);

/* parameter.c */

/* ERR_BAD_PARAMETER, for one that is none of these, with that which was meant. */
enum cxd_err parameters_refuse(const char *key, const char *const *names, size_t count, struct error *err);

#endif
