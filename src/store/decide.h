#ifndef CXD_STORE_DECIDE_H
#define CXD_STORE_DECIDE_H

#include "cxd/store/store.h"

/* What becomes of a change, given what is stored: the rules of cxd/store/store.h as pure functions, so
 * that engines cannot disagree. Each sets change->outcome (and refusal). */

/* CHANGE_RESPONSE. `stored` is NULL where there is none. Replayed and amended: change->as.response.value
 * becomes what is stored after it; ERR_NO_MEMORY if change->arena refuses. Its strings are those that were
 * sent, or of the arena. */
CXD_NODISCARD enum cxd_err decide_response(struct change *change, const struct response *stored,
                                           struct error *err);

/* What store_read_last_answer says, of the state that the change is applied to. */
typedef enum cxd_err decide_last_answer(void *context, const char *respondent, int64_t survey, int64_t from,
                                        int64_t to, int64_t *ret_last, struct error *err);

/* Whether a CHANGE_RESPONSE needs decide_recontact before it is created. */
bool decide_needs_recontact(const struct change *change);
/* For a response that is not stored: refuses it if it comes too soon. Leaves the outcome alone otherwise. */
CXD_NODISCARD enum cxd_err decide_recontact(struct change *change, decide_last_answer *find, void *context,
                                            struct error *err);

/* CHANGE_EXCLUDE. */
void decide_exclude(struct change *change, const struct response *stored);

/* CHANGE_FLAG. *ret_after is what is stored after it, unless MISSING; its strings are `stored`'s and the change's. */
void decide_flag(struct change *change, const struct response *stored, struct response *ret_after);

/* CHANGE_SURVEY. Fills every out member but, for a new survey, the number. */
void decide_survey(struct change *change, const struct survey_record *stored, bool has_responses);

/* CHANGE_KEY and CHANGE_KEY_USED. */
void decide_key(struct change *change, const struct api_key *stored);
void decide_key_used(struct change *change, const struct api_key *stored);

#endif
