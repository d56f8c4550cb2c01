#ifndef CXD_HTTP_LIBRARY_H
#define CXD_HTTP_LIBRARY_H

#include "http/state.h"

/* What MHD does by itself. */

/* MHD's log, in which it says what it answers. `cls` is the door. */
void library_hear(void *cls, const char *format, va_list arguments);
/* Whether MHD has answered what the connection is about, in whose stead nobody else can. */
bool library_has_replied(struct MHD_Connection *mhd);
/* Makes MHD end a connection, in whatever state it is: one that is suspended once it is resumed. */
void library_end(struct MHD_Connection *mhd, int fd);
/* MHD's memory for a connection: a header block, what it notes down of that (a browser may send 8 KiB of cookies, in a
 * hundred pairs), and the head of any reply of ours. By default 32 KiB, beyond which MHD maps pages for each. */
enum { LIBRARY_RECORD_BYTES = 12 * 1024, LIBRARY_REPLY_BYTES = 4 * 1024 };
size_t library_memory(size_t header_bytes);
/* Whether that for a reply is left. Where it is not, MHD would take one, and close the connection instead of sending
 * it. */
bool library_has_room(struct MHD_Connection *mhd, const struct guard_facts *facts, size_t header_bytes);
/* Answers such a request as MHD answers a longer one (414 where the target alone is too long, else 431), past MHD, and
 * counts it. Nothing else may be said on the connection. */
void library_refuse(struct connection *connection, bool is_target);
/* `uri` is what MHD gives to connection_uri. */
void library_hide_query(const struct http_server *server, const char *uri);

#endif
