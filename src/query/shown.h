#ifndef CXD_QUERY_SHOWN_H
#define CXD_QUERY_SHOWN_H

#include "query/past.h"

/* To whom questions were to be shown. Within one state; of the responses that the question's filter leaves. */

/* The revisions that answers of the window are to, of those with questions, ascending; .survey is not set. Of the
 * arena. */
CXD_NODISCARD enum cxd_err shown_revisions(struct store_reader *reader, const struct score_question *question,
                                           const struct window *window, struct arena *arena,
                                           struct past **ret_revisions, size_t *ret_count, struct error *err);

/* Of these answers to a revision, those whose score is of a band that is shown it. */
int64_t shown_by_band(const struct survey *survey, const struct question_show *show, const struct histogram *hist);

/* How many were to be shown the question because of what they answered to another one. */
CXD_NODISCARD enum cxd_err shown_count(struct store_reader *reader, const struct score_question *question,
                                       const struct window *window, const struct question *asked,
                                       const struct past *revisions, size_t count, struct arena *arena,
                                       int64_t *ret_shown, struct error *err);

#endif
