#ifndef CXD_CODEC_INVITATION_H
#define CXD_CODEC_INVITATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/codec/csv.h"
#include "cxd/codec/response.h"
#include "cxd/domain/invitation.h"
#include "cxd/domain/key.h"

/* Invitations as tokens, and the requests that ask for them. */

/* Appends the token (base/token.h, purpose "invitation"). Its payload is {"i": id, "s": survey, "e": expiry in
 * milliseconds since 1970}: who reads it learns nothing of the respondent. */
void invitation_sign(struct buffer *out, const struct invitation *invitation, const struct signing_key *key);

/* Opens a token that was signed with one of `keys`. invitation_judge says whom it is for, and whether it is still good.
 * One that a cxd before schema 4 made has the respondent ("r") and the properties ("p") in it; of another `respondent`
 * is NULL.
 * ERR_INVITATION_INVALID for any other text, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err invitation_open(const char *token, const struct signing_key *keys, size_t key_count,
                                           struct arena *arena, struct invitation *ret_invitation, struct error *err);

/* What asks for invitations: a list in one of three forms, or one JSON object. */
enum invitation_form {
    INVITATION_OBJECT, /* {"respondent", "expires_in" | "expires_at", "properties"} */
    INVITATION_LINES,  /* NDJSON or an array of such objects: as a batch of responses */
    INVITATION_CSV     /* a header with `respondent`, and maybe `expires` (a duration or a time); other columns are
                          properties */
};

struct invitation_list {
    enum invitation_form form;
    const struct response_limits *limits;
    size_t item_bytes;      /* what one that is JSON may hold */
    struct batch_size size; /* of the whole, where it has many */
    int64_t now_ms;
    int64_t expires_at; /* where one does not say */
    struct batch batch;
    struct csv csv;
    struct {
        const char *names[CSV_FIELDS_MAX];
        size_t count, respondent, expires; /* indices; `expires` is count if there is none */
    } header;
    bool done;
};

/* ERR_MALFORMED_JSON, ERR_MALFORMED_CSV, ERR_INVALID (a CSV header; members are /COLUMN), ERR_TOO_LARGE, ERR_NO_MEMORY.
 * limits, item_bytes, size, now_ms and expires_at are set before; `arena` holds the header. invitation_list_close takes
 * one that failed to open too. */
CXD_NODISCARD enum cxd_err invitation_list_open(struct invitation_list *list, enum invitation_form form,
                                                const char *bytes, size_t length, size_t depth, struct arena *arena,
                                                struct error *err);
/* The next one, without id and survey, validated: false at the end. What is wrong with it is in *err (CXD_OK if
 * nothing) and does not end the list. *ret_line is its line (NDJSON, CSV) or place (array), from 1. */
CXD_NODISCARD bool invitation_list_next(struct invitation_list *list, struct arena *arena, size_t *ret_line,
                                        struct invitation *ret_invitation, struct error *err);
void invitation_list_close(struct invitation_list *list);

#endif
