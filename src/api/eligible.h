#ifndef CXD_API_ELIGIBLE_H
#define CXD_API_ELIGIBLE_H

#include "cxd/domain/survey.h"
#include "cxd/http/http.h"

/* When a respondent may be asked again at a touchpoint (NULL: at none), by the survey's rule and that of the
 * configuration; TIME_MIN: now. On a worker. */
CXD_NODISCARD enum cxd_err eligible_read(struct http_request *request, const struct survey *survey,
                                         const char *respondent, const char *touchpoint, int64_t *ret_until,
                                         struct error *err);

#endif
