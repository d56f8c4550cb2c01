#ifndef CXD_SRC_DOMAIN_QUESTION_VALIDATE_H
#define CXD_SRC_DOMAIN_QUESTION_VALIDATE_H

#include "cxd/base/error.h"
#include "cxd/domain/survey.h"

/* Reports what the survey's further questions break, under /questions. */
void questions_check(const struct survey *survey, struct error *err);

#endif
