#ifndef CXD_SRC_WEB_QUESTIONNAIRE_H
#define CXD_SRC_WEB_QUESTIONNAIRE_H

#include "web/fields.h"
#include "web/page.h"

/* The form by which a person answers. */

struct questionnaire {
    const struct page *page;
    const struct snapshot *snapshot;
    const struct survey *survey; /* of it */
    const struct form *fields;   /* what is filled in already, by the link or by the post before */
    const struct error *invalid; /* what is wrong with that; NULL: nothing */
    const char *id;              /* of the response; NULL: an invitation names it */
    const char *invitation;      /* NULL: none */
    const char *nonce;           /* that came with it; NULL: of now */
    bool replaces;               /* an answer that is there */
};

/* Writes the whole page. Into `ret_tag` (may be NULL) a digest of what it says but its nonce. */
void questionnaire_write(const struct questionnaire *form, char ret_tag[ETAG_SIZE]);
/* The question that the survey asks first. */
const char *questionnaire_title(const struct page *page, const struct survey *survey);
/* What the ends of its scale are called. */
struct questionnaire_ends {
    const char *low, *high;
};
struct questionnaire_ends questionnaire_ends(const struct page *page, const struct survey *survey);
/* What it says to who answered. */
const char *questionnaire_thanks(const struct page *page);

#endif
