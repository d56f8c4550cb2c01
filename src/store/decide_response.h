#ifndef CXD_STORE_DECIDE_RESPONSE_H
#define CXD_STORE_DECIDE_RESPONSE_H

#include "store/dimensions.h"

/* The rules of CHANGE_RESPONSE, as store/decide.h has those of the others. */

/* Of decide_begin: `value` is again what came. */
void decide_response_begin(struct change *change);
/* Whether the precondition holds of a response (NULL: none), `ways` of which it is shown: to an operator, and to who
 * answered. Of CHANGE_EXCLUDE too. */
bool decide_response_held(struct change *change, const struct response *stored, size_t ways);

/* By the terms of its survey (decide_by_terms): fills keeps_out and the revision by which it is judged. */
bool decide_admit(struct change *change, const struct survey *terms);

/* What a revision of a survey asks, *ret_asked, until it is asked again; NULL: nothing that is known. */
typedef enum cxd_err decide_find_asked(void *context, int64_t survey, int64_t revision, const struct survey **ret_asked,
                                       struct error *err);
struct decide_asking {
    decide_find_asked *find; /* NULL: the store does not judge, and keeps what is sent */
    void *context;
    const struct declared *declared; /* what the survey has ever asked; NULL: nothing that is known */
};
/* Next, whatever is stored: its answers become those that its revision takes. Strict, keeps_out may become ERR_INVALID.
 * ERR_NO_MEMORY if change->arena refuses. */
CXD_NODISCARD enum cxd_err decide_answers(struct change *change, const struct decide_asking *asking, struct error *err);

/* `stored` is NULL where there is none. Replayed and amended: change->as.response.value becomes what is stored after
 * it; ERR_NO_MEMORY if change->arena refuses. Its strings are those that were sent, or of the arena. What is created or
 * amended has decide_recontact before it. */
CXD_NODISCARD enum cxd_err decide_response(struct change *change, const struct response *stored,
                                           const struct decide_asking *asking, struct error *err);

/* Before decide_response: refused if its id is marked, or what is stored (NULL: nothing) was forgotten. */
bool decide_gone(struct change *change, bool is_marked, const struct response *stored);

/* One that is invited, after decide_gone and before decide_response: fills in what the invitation says. `record` is
 * NULL where it is not kept; then `stored` is asked, NULL: nothing is. *ret_goes_on false: it is refused. */
CXD_NODISCARD enum cxd_err decide_invited(struct change *change, const struct invitation_record *record,
                                          const struct response *stored, bool *ret_goes_on, struct error *err);

/* What store_read_last_answer says, of the state that the change is applied to, but for the response numbered
 * `except` (0: none). */
typedef enum cxd_err decide_last_answer(void *context, const char *respondent, int64_t survey, int64_t from, int64_t to,
                                        int64_t except, int64_t *ret_last, struct error *err);

/* Whether a CHANGE_RESPONSE may be refused even where nothing is stored under its id, so that this must be known before
 * anything is written. */
bool decide_looks_first(const struct change *change);
/* Refuses what is to be created or amended if it becomes an answer of somebody who answered not long ago; an amend of
 * the stored response that leaves respondent and time as they are becomes none. Leaves the outcome alone otherwise. */
CXD_NODISCARD enum cxd_err decide_recontact(struct change *change, const struct response *stored,
                                            decide_last_answer *find, void *context, struct error *err);

#endif
