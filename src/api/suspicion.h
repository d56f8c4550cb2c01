#ifndef CXD_API_SUSPICION_H
#define CXD_API_SUSPICION_H

#include <stdatomic.h>

#include "api/app.h"
#include "cxd/base/hash.h"
#include "cxd/base/needles.h"

/* Which responses look like a machine's. They are stored with their flags, excluded and answered as any other. Those
 * that come with an API key never do. */

/* The list that is built in: config/user-agents.txt. */
extern const char SUSPICION_USER_AGENTS[];

/* Makes the table of bursts. */
CXD_NODISCARD enum cxd_err suspicion_open(struct app *app, struct error *err);
void suspicion_close(struct app *app);

/* Appends the nonce of a form that is given out now; nothing if there is no key to sign it. */
void suspicion_sign_nonce(struct buffer *out, const struct snapshot *snapshot, const struct survey *survey,
                          int64_t now_ms);

/* Sets flags, exclusion and its reason of a response that has come from a stranger. */
CXD_NODISCARD enum cxd_err suspicion_judge(struct http_request *request, const struct snapshot *snapshot,
                                           const struct survey *survey, struct response *response, struct error *err);

/* Notes a response that was stored. If it is one of a burst, makes changes (of the arena) that flag the whole of it;
 * returns their number. 0 too where memory is refused. */
CXD_NODISCARD size_t suspicion_burst(struct http_request *request, const struct response *response,
                                     struct change **ret_changes);

/* Counts the flags that a commit has added. */
void suspicion_count(struct app *app, unsigned flags);

/* Whether its user agent is one that the list names. */
bool suspicion_is_machine(struct http_request *request);

#endif
