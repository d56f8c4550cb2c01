#ifndef CXD_HTTP_AUTH_H
#define CXD_HTTP_AUTH_H

struct http_request;

/* The token of "Bearer TOKEN" (RFC 6750; the scheme in any case), which ends with the text; NULL if it is not that. */
const char *auth_bearer(const char *authorization);

/* Asks the hook for keys, where the route has a scope. Notes down a refusal. */
void auth_admit(struct http_request *request);

#endif
