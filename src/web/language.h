#ifndef CXD_SRC_WEB_LANGUAGE_H
#define CXD_SRC_WEB_LANGUAGE_H

#include <stdbool.h>

#include "cxd/domain/question.h"
#include "cxd/domain/survey.h"
#include "web/texts.h"

/* In which language a page is: of the survey's texts and ours, what who reads it asked for. */

struct wording {
    const struct survey_text *own;   /* the survey's; NULL: it has none */
    const struct language *language; /* ours, for all that the survey does not say */
};

/* `wanted` are the tags that a link names, the first before the next, NULL at the end; `accepted` is the
 * Accept-Language of a browser, `survey` what is asked; both may be NULL. Where nothing fits it is English, or the
 * first text that the survey has. */
struct wording language_choose(const char *const *wanted, const char *accepted, const struct survey *survey);

/* That of the texts which the page's language is nearest to; NULL: there is none. */
const struct localized *language_pick(const struct wording *wording, const struct localized *texts, size_t count);
/* What the page says by itself. */
const char *language_text(const struct wording *wording, enum text text);
/* The tag of the survey's texts, else of ours. */
const char *language_tag(const struct wording *wording);
/* Whether what has this tag is written from right to left: by its script where it names one, else its language. */
bool language_is_rtl(const char *tag);

#endif
