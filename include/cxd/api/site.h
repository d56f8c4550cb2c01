#ifndef CXD_API_SITE_H
#define CXD_API_SITE_H

#include "cxd/api/api.h"
#include "cxd/http/http.h"

/* site.c: what a room above this one serves beside the calls of the API, and what it needs of them. */

/* Of the caller, and kept as it is while the application runs. */
struct app_site {
    const struct http_route *routes;
    size_t route_count;
    /* As the hook of http_options, for routes with HTTP_PAGE. */
    const char *(*explain)(struct http_request *request, const struct error *err);
    const void *context;
};

/* The context of the site. */
const void *site_context(const struct http_request *request);

#endif
