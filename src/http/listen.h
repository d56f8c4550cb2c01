#ifndef CXD_HTTP_LISTEN_H
#define CXD_HTTP_LISTEN_H

#include "http/state.h"

/* The sockets that the server listens on. */

/* Serves the sockets of the options. ERR_CONFIG: one is of a kind that is there already. */
CXD_NODISCARD enum cxd_err listen_adopt(struct http_server *server, struct error *err);
/* Writes the address with the port that the kernel chose for 0. −1 and err. */
int listen_ip(const char *host, uint16_t port, char *address, size_t address_size, struct error *err);
/* A socket file that nobody listens on any more is replaced. −1 and err. */
int listen_unix(const char *path, unsigned mode, struct error *err);
/* How many connections there may be, with the limit on descriptors raised as far as it goes. `wanted` 0: all of them.
 */
unsigned listen_connection_limit(unsigned wanted);

#endif
