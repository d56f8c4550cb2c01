#ifndef CXD_HTTP_CONNECTION_H
#define CXD_HTTP_CONNECTION_H

#include "http/state.h"

/* MHD's callbacks, and the end of a connection. */

struct connection *connection_of(struct deadline *deadline);
void connection_free(struct connection *connection);
/* Ends it, within a second or two, whatever MHD thinks of it. */
void connection_cut(struct connection *connection);
void connection_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code);
void *connection_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result connection_access(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size, void **context);
void connection_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code);

#endif
