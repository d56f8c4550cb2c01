#ifndef CXD_SRC_WEB_INTERFACE_H
#define CXD_SRC_WEB_INTERFACE_H

#include "cxd/base/buffer.h"
#include "cxd/domain/survey.h"
#include "cxd/http/http.h"

/* What the widget has to know beside the survey, for the form of it: a struct app_site's write_interface. */
void web_write_interface(struct buffer *out, const struct http_request *request, const struct survey *survey,
                         const char *locale);
/* The ends of its scales that say nothing of themselves, as that language has them: its complete. */
const struct survey *web_complete(struct http_request *request, const struct survey *survey, const char *locale);

#endif
