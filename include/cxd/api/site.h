#ifndef CXD_API_SITE_H
#define CXD_API_SITE_H

#include "cxd/api/api.h"
#include "cxd/catalog/catalog.h"
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"
#include "cxd/http/http.h"

/* site.c: what a room above this one serves beside the calls of the API, and what it needs of them. */

/* Of the caller, and kept as it is while the application runs. */
struct app_site {
    const struct http_route *routes;
    size_t route_count;
    /* As the hook of http_options, for routes with HTTP_PAGE. */
    const char *(*explain)(struct http_request *request, const struct error *err, enum cxd_err *code);
    /* Appends what a widget has to know beside the survey to draw it in the language of `locale` (NULL: none is asked
     * for): an object of JSON, the member `interface` of its form. On a worker. May be NULL. */
    void (*write_interface)(struct buffer *out, const struct http_request *request, const struct survey *survey,
                            const char *locale);
    /* The survey as that widget is to draw it: as it is, or a copy in the request's arena, in which its questions say
     * more. NULL: no memory. On a worker. May be NULL. */
    const struct survey *(*complete)(struct http_request *request, const struct survey *survey, const char *locale);
    const void *context;
};

/* The context of the site. */
const void *site_context(const struct http_request *request);

/* The surveys there are; every acquire has its catalog_release. */
const struct snapshot *site_acquire(const struct http_request *request);
/* What a response may hold, for this request. */
const struct response_limits *site_limits(const struct http_request *request);
/* Under which the daemon is reached, "https://survey.example/cx"; "": it is not said. */
const char *site_public_url(const struct http_request *request);
/* In which days are days: "Europe/Berlin". */
const char *site_timezone(const struct http_request *request);
/* Appends the scheme and host under which respondents reach the daemon: of the public URL, else as this request came.
 * False: neither says. */
bool site_append_origin(struct buffer *out, const struct http_request *request);
/* Appends the nonce that an answer to a form of now has to bring along; nothing where the survey asks for none. */
void site_sign_nonce(struct buffer *out, const struct snapshot *snapshot, const struct survey *survey, int64_t now_ms);

/* Whether an answer of this respondent would be taken at the touchpoint (NULL: at none), as far as recontact says:
 * ERR_RECONTACT. On a worker. */
CXD_NODISCARD enum cxd_err site_judge_recontact(struct http_request *request, const struct survey *survey,
                                                const char *respondent, const char *touchpoint, struct error *err);

/* responses.c */

/* Takes what a page posts to the survey {survey} of the path, by the way of every response (POST
 * /v1/surveys/{survey}/responses): the same members, as a form or JSON. Once it is stored `stored` replies, on the
 * loop; else a problem is the reply. On the loop. */
void site_take_response(struct http_request *request, http_handler *stored);

#endif
