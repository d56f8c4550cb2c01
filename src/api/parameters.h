#ifndef CXD_API_PARAMETERS_H
#define CXD_API_PARAMETERS_H

#include "cxd/http/http.h"
#include "cxd/query/query.h"

/* The query string of the read routes. */

enum parameter_set {
    PARAMETERS_SCORE = 1 << 0, /* compare */
    PARAMETERS_TREND = 1 << 1  /* interval, rolling */
};

/* Reads window or from/to, filters and confidence (all routes), and what `sets` adds, into ret_question (its survey is not touched); defaults: 30d, no
 * comparison, 0.95, day, no rolling. ERR_BAD_PARAMETER names the parameter: unknown ones too. */
CXD_NODISCARD enum cxd_err parameters_read(struct http_request *request, unsigned sets,
                                           struct trend_question *ret_question, struct error *err);

/* "hour", "day", "week", "month" or "quarter". */
const char *parameters_interval_name(enum calendar_unit unit);

#endif
