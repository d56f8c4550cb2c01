#ifndef CXD_SRC_WEB_NEEDED_H
#define CXD_SRC_WEB_NEEDED_H

#include "cxd/domain/survey.h"
#include "web/fields.h"

/* Whether anything behind the score must be answered. */
bool needed_any(const struct survey *survey);

/* Adds a member (/answers/KEY) to err for each question that must be answered, is shown to who sent these fields, and
 * is not answered by them. err is not cleared. */
void needed_check(struct http_request *request, const struct survey *survey, const struct form *fields,
                  struct error *err);

#endif
