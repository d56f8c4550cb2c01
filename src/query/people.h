#ifndef CXD_QUERY_PEOPLE_H
#define CXD_QUERY_PEOPLE_H

#include "cxd/query/query.h"

/* Whether the question needs respondents told apart. */
bool people_asked(const struct score_question *question);

/* Sets what the answer has beside its windows, and the score with its comparison. Its windows are settled, and the
 * reader has begun. */
CXD_NODISCARD enum cxd_err people_answer(struct store_reader *reader, const struct score_question *question,
                                         struct score_answer *answer, struct error *err);

#endif
