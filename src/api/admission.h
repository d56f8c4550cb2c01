#ifndef CXD_API_ADMISSION_H
#define CXD_API_ADMISSION_H

#include <stdbool.h>

#include "api/app.h"
#include "cxd/codec/idempotency.h"

/* Whether a response is taken, as far as that can be told before what is stored is known: one way for all, however they
 * come. The store decides the rest, in the transaction (store/decide.h). */

/* The names that the Idempotency-Key of a batch gives its lines. All zero: there is no key. */
struct line_names {
    char key[IDEMPOTENCY_KEY_SIZE];
    struct idempotency_lines *lines;
};
/* ERR_BAD_IDEMPOTENCY_KEY, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err admission_open_names(struct http_request *request, struct line_names *ret_names,
                                                struct error *err);
void admission_close_names(struct line_names *names);

/* How a response comes. */
struct admission {
    const struct snapshot *snapshot;
    const struct survey *survey; /* of the snapshot */
    const char *path_id;         /* NULL: the path has none */
    struct line_names *line;     /* of its batch, which comes with an API key; NULL: it comes alone, and anyone's */
    const struct import_record *import; /* of which it is a row; NULL: of none */
    bool is_strict;                     /* admission_read_strict */
};

/* Whether answers that would be left out, and a revision that is not there, are to refuse the response: the request
 * prefers strict handling (RFC 7240), which the reply then says. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err admission_read_strict(struct http_request *request, bool *ret_strict, struct error *err);

/* Makes a change of the response that was decoded into change->as.response.value; the rest of the change is zero. `err`
 * is as the decoder left it: CXD_OK, or ERR_INVALID with members, to which those are added that break a rule. CXD_OK:
 * to be submitted. With change->as.response.unless_stored = ERR_INVALID it is not valid, err says why, and only the
 * retry of one that was valid when it came is to be answered. Any other result is why it is refused, and is in err. */
CXD_NODISCARD enum cxd_err admission_judge(struct http_request *request, const struct admission *how,
                                           struct change *change, struct error *err);

/* What is stored after the change, as its reply shows it to who sent it, with how it differs from what was sent. */
void admission_show(struct http_request *request, const struct change *change, struct response *ret_shown);

/* Takes out of it what an invitation said of who answers, where no key was shown: true. */
bool admission_hide(struct http_request *request, const struct change *change, struct response *shown);

/* Adds to err what a response that was refused ERR_INVALID says otherwise than its invitation, and what strict handling
 * does not leave out. */
void admission_explain(struct http_request *request, const struct change *change, struct error *err);

/* Why a change was refused, as it is told: what is a conflict of ids to the store may be an invitation that is used. */
enum cxd_err admission_refusal(const struct change *change);

#endif
