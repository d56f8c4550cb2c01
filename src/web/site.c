/* Everything that is served beside the API, in one table. */
#include "web/assets.h"

static const struct http_route ROUTES[] = {
    {HTTP_GET, ASSETS_PATH "{name}", web_asset_get, 0, HTTP_LOOSE_QUERY},
};

void web_open(struct web *web, const char *directory) {
    *web = (struct web){
        .directory = directory,
        .site = {.routes = ROUTES, .route_count = CXD_COUNT(ROUTES), .context = web},
    };
}
