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

/* Leave for one respondent to answer one survey once. It travels as a signed token (codec/invitation.h) that says
 * nothing of the respondent: that is a row of the store, under the id of the response. This is derived from the
 * invitation's, which keeps it to one answer. Strings are of the arena that it was read into. */

struct invitation {
    struct id id;                      /* its own: two invitations of one respondent are two */
    const char *survey;                /* slug */
    const char *respondent;            /* NULL: the store knows, and the properties too */
    int64_t expires_at;                /* first time at which it is not good any more */
    const struct property *properties; /* fixed: every answer has them; sorted by key */
    size_t property_count;
};

enum { INVITATION_DAYS_DEFAULT = 30 };

/* Collects what is wrong with an invitation that is to be made into err, which is not cleared: /respondent,
 * /properties/…, and `expiry_pointer` where it would have expired. Returns err->code. */
CXD_NODISCARD enum cxd_err invitation_validate(const struct invitation *invitation,
                                               const struct response_limits *limits, int64_t now_ms,
                                               const char *expiry_pointer, struct error *err);

/* The id of its response: version 5, of survey and invitation. */
void invitation_response_id(const struct invitation *invitation, struct id *ret_id);

/* Whether it lets one answer the survey `slug` at `now_ms`: ERR_INVITATION_OTHER_SURVEY, ERR_INVITATION_EXPIRED. */
CXD_NODISCARD enum cxd_err invitation_judge(const struct invitation *invitation, const char *slug, int64_t now_ms,
                                            struct error *err);

/* What a response says otherwise than the invitation, as members of err (/id, /respondent, /properties/KEY; the code
 * becomes ERR_INVALID), which is not cleared: of its name, and of what the invitation fills in. Where they come to more
 * than `properties_max` properties together, the member is /properties. */
void invitation_check_id(const struct invitation *invitation, const struct response *response, struct error *err);
void invitation_check(const struct invitation *invitation, const struct response *response, size_t properties_max,
                      struct error *err);
/* Fills in respondent and fixed properties of what has been checked. False if memory is refused. */
CXD_NODISCARD bool invitation_fill(const struct invitation *invitation, struct response *response, struct arena *arena);
/* What is shown of it to who holds the token alone, and must not learn who was invited: what the invitation filled in
 * goes, but for what `came` said itself. False if memory is refused. */
CXD_NODISCARD bool invitation_hide(const struct invitation *invitation, const struct response *came,
                                   struct response *shown, struct arena *arena);

#endif
