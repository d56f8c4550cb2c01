#ifndef CXD_WEB_WEB_H
#define CXD_WEB_WEB_H

/* src/web/: what people see, lowest file first; a file uses those above it in this list.
 *
 *   assets.c          the files of web/assets/, under a name that says what is in them
 *   html.c            HTML, escaped
 *   language.c        in which language a page is
 *   usual.c           what a scale's question and ends are called where the survey does not say
 *   interface.c       what the widget reads of cxd's texts, with the form
 *   fields.c          what a page is told, by its link or by what was posted to it
 *   page.c            the frame of every page, and its headers
 *   needed.c          what must be answered, and is not
 *   point.c           a scale as points
 *   further.c         what is asked behind the score
 *   questionnaire.c   the form by which a person answers
 *   survey_page.c     the page of a survey, thanks, and what a person reads of a problem
 *   mail.c            its scale as links, for mails
 *   qr.c              links to it as codes
 *   dashboard.c       the page on which a dashboard's script runs
 *   site.c            its routes, in one table */

#include "cxd/api/site.h"

/* What a browser is served beside the API. `make WEB=no` builds cxd without this room. */

struct web {
    const char *directory; /* from which assets are read at every request; NULL: they are those of the binary */
    struct app_site site;  /* for app_start */
};

/* site.c. Whether the files of pages are in the directory. */
bool web_has_assets(const char *directory);

/* `directory` is kept. */
void web_open(struct web *web, const char *directory);

#endif
