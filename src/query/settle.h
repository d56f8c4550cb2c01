#ifndef CXD_QUERY_SETTLE_H
#define CXD_QUERY_SETTLE_H

#include "cxd/query/query.h"

/* Sets the answer's windows: what is looked at, and what it is held against. ERR_BAD_PARAMETER where there is none
 * before it. */
CXD_NODISCARD enum cxd_err settle_windows(const struct score_question *question, struct score_answer *answer,
                                          struct error *err);

#endif
