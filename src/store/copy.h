#ifndef CXD_STORE_COPY_H
#define CXD_STORE_COPY_H

#include "cxd/store/store.h"

/* Makes every string of the response, and its array of properties, the arena's own. False when memory is refused. */
CXD_NODISCARD bool copy_response(struct arena *arena, struct response *response);
CXD_NODISCARD bool copy_invitation(struct arena *arena, struct invitation_record *record);
/* One string in place. */
CXD_NODISCARD bool copy_text(struct arena *arena, const char **text);

#endif
