#ifndef CXD_API_SETTINGS_H
#define CXD_API_SETTINGS_H

#include "cxd/base/needles.h"
#include "cxd/config/config.h"
#include "cxd/domain/response.h"
#include "cxd/http/http.h"

/* What the configuration says to handlers. One never changes: a reload makes another, and a request sees the one that
 * was in force when it came. */

struct settings {
    struct config config;
    struct response_limits limits;
    struct needles *user_agents; /* of machines */
};

/* Reads the list of user agents. ERR_CONFIG, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err api_settings_make(const struct config *config, struct settings **ret_settings,
                                             struct error *err);
/* Takes NULL. */
void api_settings_free(void *settings);

/* The request's. */
const struct settings *api_settings(const struct http_request *request);

#endif
