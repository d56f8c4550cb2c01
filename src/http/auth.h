#ifndef CXD_HTTP_AUTH_H
#define CXD_HTTP_AUTH_H

/* The token of "Bearer TOKEN" (RFC 6750; the scheme in any case), which ends with the text; NULL if it is not that. */
const char *auth_bearer(const char *authorization);

#endif
