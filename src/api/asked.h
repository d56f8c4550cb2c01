#ifndef CXD_API_ASKED_H
#define CXD_API_ASKED_H

#include "cxd/http/http.h"
#include "cxd/query/query.h"

/* What a query string says of further questions, held against those that a survey asks, or has asked. On a worker,
 * whose reader is asked where the survey does not ask it any more. */

/* Whether there is a question of each key, and such an answer to it. ERR_BAD_PARAMETER names it; the store's errors. */
CXD_NODISCARD enum cxd_err asked_check(struct http_request *request, const struct survey *survey,
                                       const struct filter *filter, struct error *err);
/* The same of several surveys, where each condition must be one of at least one of them: it counts where it is. */
CXD_NODISCARD enum cxd_err asked_check_several(struct http_request *request, const struct survey *const *surveys,
                                               size_t count, const struct filter *filter, struct error *err);
/* As asked_check; and where question->filter.question is set, question->survey is ret_scoring then, which must outlive
 * it: the survey scored as that question is, which must be on a scale. */
CXD_NODISCARD enum cxd_err asked_settle(struct http_request *request, const struct survey *survey,
                                        struct score_question *question, struct survey *ret_scoring, struct error *err);

/* The question of a key, of the survey as it is or as it was last with it. `name`: of the parameter that has the key.
 * ERR_BAD_PARAMETER where there never was one. */
CXD_NODISCARD enum cxd_err asked_find(struct http_request *request, const struct survey *survey, const char *name,
                                      const char *key, const struct question **ret_question, struct error *err);

/* The same of one that is or was answered in words, if only where "other" is; `key` NULL: none is meant, and NULL is
 * given. */
CXD_NODISCARD enum cxd_err asked_find_texts(struct http_request *request, const struct survey *survey, const char *key,
                                            const struct question **ret_question, struct error *err);

#endif
