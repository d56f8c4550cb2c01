#ifndef CXD_API_DEED_H
#define CXD_API_DEED_H

#include "api/app.h"

/* What handlers share: the survey that a path names, one change and what is replied of it, and the end of a reply. */

/* Acquires the snapshot (to be released in any case) and finds the survey that the path names. ERR_NO_SURVEY. */
CXD_NODISCARD enum cxd_err deed_find_survey(struct http_request *request, const struct snapshot **ret_snapshot,
                                            const struct survey **ret_survey, struct error *err);
enum cxd_err deed_no_survey(struct error *err);
/* The respondent that the path names, in the form of the name. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err deed_find_respondent(struct http_request *request, const char **ret_respondent,
                                                struct error *err);

/* A request's one change, of its arena; what the reply needs beside it. */
struct deed {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char slug[SLUG_SIZE];          /* of its survey */
    char secret[SECRET_TEXT_SIZE]; /* of a new key */
    struct survey *survey;         /* as it was put */
    int64_t total, invitations;    /* erased or cleared by the changes before this one */
};

/* With the request's precondition, if it changes what there is. NULL, and the problem is on its way, when that is not
 * valid or memory is refused. */
CXD_NODISCARD struct deed *deed_make(struct http_request *request, enum change_kind kind);
void deed_submit(struct http_request *request, struct deed *deed, http_handler *finish);
/* In `finish`: NULL, and the problem is on its way, if the change was not applied, or its precondition did not hold. */
CXD_NODISCARD struct deed *deed_done(struct http_request *request);

/* Replies http_out as JSON with status 200, with an ETag if `is_tagged`; or, if `result` is not CXD_OK, forgets it and
 * replies the problem. */
void deed_reply(struct http_request *request, enum cxd_err result, const struct error *err, bool is_tagged);
/* The same with a tag of the caller's, which is not looked at if `result` is not CXD_OK. */
void deed_reply_with_tag(struct http_request *request, enum cxd_err result, const struct error *err, const char *tag);

#endif
