#ifndef CXD_HTTP_LIMITS_H
#define CXD_HTTP_LIMITS_H

#include "http/state.h"

/* How much one address may ask, send and hold open, and all of them of one survey. */

CXD_NODISCARD enum cxd_err limits_open(struct http_server *server, struct error *err);
/* Finds (or makes) the tables that the rates need. */
CXD_NODISCARD enum cxd_err limits_settle(struct http_server *server, struct http_settings *settings, struct error *err);
void limits_close(struct http_server *server);
void limits_set_peer(struct connection *connection);
/* MHD's accept policy: connections beyond what their address may have are closed before anything is spent on them. */
enum MHD_Result limits_accept(void *door, const struct sockaddr *address, socklen_t length);
/* Counts the connection of its peer; false if another thread was faster. */
CXD_NODISCARD bool limits_enter(struct connection *connection);
void limits_leave(struct connection *connection);
/* Whom the request is from. */
void limits_identify(struct http_request *request);
void limits_admit(struct http_request *request);
/* What the body of the request, whose reply may be known, counts for; `is_read`: it will be, if only to be dropped.
 * True if it must not be: a 429 is noted down then. */
CXD_NODISCARD bool limits_admit_body(struct http_request *request, bool is_read);
/* Bytes that were dropped behind a reply. */
void limits_charge_dropped(const struct http_request *request, size_t bytes);
/* Notes a 429 down if this address has shown too many keys that are none. */
void limits_auth_failed(struct http_request *request);

#endif
