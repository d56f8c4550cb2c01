#ifndef CXD_SRC_WEB_MAIL_H
#define CXD_SRC_WEB_MAIL_H

#include "cxd/http/http.h"

/* GET /s/{survey}/mail.html: the scale as links to the survey's page, with what the query string says of the answer, as
 * HTML that mail programs leave as it is. */
http_handler web_mail_get;

#endif
