#ifndef CXD_HTTP_HOST_H
#define CXD_HTTP_HOST_H

#include <stdbool.h>

/* Whether a request names this machine. What a page of a stranger makes a browser ask carries the stranger's name as
 * Host, also where that name resolves to a loopback address (DNS rebinding): who answers without a key looks at the
 * name. */

/* True for "localhost", a loopback address (127.0.0.0/8, [::1], mapped too), or the host of `own_url` (http or https;
 * NULL or "": none), with any port or none; names in any case, with or without the dot of the root. `host` NULL is none
 * of them. */
bool host_is_local(const char *host, const char *own_url);

#endif
