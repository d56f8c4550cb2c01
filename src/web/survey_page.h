#ifndef CXD_SRC_WEB_SURVEY_PAGE_H
#define CXD_SRC_WEB_SURVEY_PAGE_H

#include "cxd/http/http.h"

/* The page of a survey. */

/* GET and POST /s/{survey}, GET /s/{survey}/thanks */
http_handler web_survey_get, web_survey_post, web_thanks_get;
/* Of these: what a person reads of a problem. As the hook of http_options. */
const char *web_explain(struct http_request *request, const struct error *err, enum cxd_err *code);

#endif
