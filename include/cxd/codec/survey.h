#ifndef CXD_CODEC_SURVEY_H
#define CXD_CODEC_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/survey.h"

/* A survey's definition between JSON and struct:
 *
 * {"name": "Checkout", "metric": "nps", "scale": {"min": 0, "max": 10}, "method": "net_promoter", "direction":
 * "higher_is_better", "bands": {"satisfied_from": 9, "dissatisfied_to": 6}, "texts": {"en": {"question": …,
 * "low_label": …, "high_label": …, "comment_prompt": …, "thanks": …}}, "questions": [{"key": "reason", "type":
 * "choice", "text": {"en": …}, "options": [{"value": "price", "text": {"en": …}}], "other": true, "required": false,
 * "show":
 * {"band": ["detractors"], "answer": {"key": …, "in": […]}}}], "properties": ["plan"], "allowed_origins":
 * ["https://shop.example"], "opens_at": null, "closes_at": null, "amend_window": 1800, "max_backdate": 604800, "min_n":
 * 0}
 *
 * Only `metric` is required. Durations are seconds or texts such as "30m"; they are written as seconds. `archived` is
 * what a put makes of the survey (enum archival), and no part of what is kept. What the server adds to a reply (slug,
 * revision, created_at, updated_at, archived_at) is taken and passed over, so that a reply can be edited and put back;
 * a `slug` must be the path's. */

/* Reads and validates (survey_validate). ERR_MALFORMED_JSON, or ERR_INVALID naming every bad member.
 * `default_backdate_s` is for a definition without max_backdate. Strings are of the arena. */
CXD_NODISCARD enum cxd_err survey_decode(const char *bytes, size_t length, size_t depth, const char *slug,
                                         int64_t default_backdate_s, struct arena *arena, struct survey *ret_survey,
                                         struct error *err);

/* What the store keeps: as above, but that a name of its honeypot which responses have a member of since gives way to
 * the default, so that no survey is lost to a later version. */
CXD_NODISCARD enum cxd_err survey_decode_stored(const char *definition, size_t depth, const char *slug,
                                                struct arena *arena, struct survey *ret_survey, struct error *err);

/* The definition alone, canonical: equal definitions give equal bytes. This is what the store keeps. */
void survey_encode_definition(struct buffer *out, const struct survey *survey);
/* The definition alone as a request has it: what a PUT of it stores is the same again. */
void survey_encode_request(struct buffer *out, const struct survey *survey);
/* The reply: slug, the definition, archived, revision, created_at, updated_at, archived_at. */
void survey_encode(struct buffer *out, const struct survey *survey);

/* survey_form.c */

/* What goes into a form beside its survey. */
struct survey_form {
    int64_t now_ms;
    bool has_respondent;   /* whether to say if they may answer */
    int64_t eligible_from; /* when they may answer again; TIME_MIN: now */
    const char *nonce;     /* to be sent back with the response; NULL if there is none */
    const char *locale;    /* what further questions are read in, if they can; NULL: it does not say */
    const char *interface; /* JSON, put in as it is; NULL: none */
};

/* What a widget needs to draw the survey: slug, metric, scale, texts and which of their locales is the one that is
 * asked for, questions in that locale, revision, open, honeypot, nonce, interface; with a respondent eligible, and
 * where that is false reason ("recontact") and eligible_from. */
void survey_encode_form(struct buffer *out, const struct survey *survey, const struct survey_form *form);

#endif
