#ifndef CXD_DOMAIN_INVITATION_H
#define CXD_DOMAIN_INVITATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/id.h"
#include "cxd/domain/response.h"

/* Leave for one respondent to answer one survey once. Nothing of it is stored: it travels as a signed token (codec/invitation.h), and
 * the response's id, which is derived from it, keeps it to one answer. Strings are of the arena that it was read into. */

struct invitation {
    struct id id;                      /* its own: two invitations of one respondent are two */
    const char *survey;                /* slug */
    const char *respondent;            /* never NULL in a valid one */
    int64_t expires_at;                /* first time at which it is not good any more */
    const struct property *properties; /* fixed: every answer has them; sorted by key */
    size_t property_count;
};

enum { INVITATION_DAYS_DEFAULT = 30 };

/* Collects what is wrong with an invitation that is to be made into err, which is not cleared: /respondent, /properties/…, and
 * `expiry_pointer` where it would have expired. Returns err->code. */
CXD_NODISCARD enum cxd_err invitation_validate(const struct invitation *invitation,
                                               const struct response_limits *limits, int64_t now_ms,
                                               const char *expiry_pointer, struct error *err);

/* The id of its response: version 5, of survey and invitation. */
void invitation_response_id(const struct invitation *invitation, struct id *ret_id);

/* Whether it lets one answer the survey `slug` at `now_ms`: ERR_INVITATION_OTHER_SURVEY, ERR_INVITATION_EXPIRED. */
CXD_NODISCARD enum cxd_err invitation_judge(const struct invitation *invitation, const char *slug,
                                            int64_t now_ms, struct error *err);

/* Makes the response one to the invitation: its id, respondent and fixed properties. A response that says otherwise gets members in err
 * (/id, /respondent, /properties/KEY; the code becomes ERR_INVALID), which is not cleared; it then keeps what it said. False if
 * memory is refused. */
CXD_NODISCARD bool invitation_apply(const struct invitation *invitation, struct response *response,
                                    struct arena *arena, struct error *err);

#endif
