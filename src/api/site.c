/* What a room above this one serves beside the calls of the API: its routes stand behind ours, in one table. */
#include "cxd/api/site.h"

#include <stdlib.h>
#include <string.h>

#include "api/app.h"

enum cxd_err api_join_routes(struct app *app, struct error *err) {
    size_t more = app->site ? app->site->route_count : 0;
    app->routes = malloc((API_ROUTE_COUNT + more) * sizeof *app->routes);
    if (!app->routes)
        return error_set(err, ERR_NO_MEMORY, "no memory for the routes");
    memcpy(app->routes, API_ROUTES, API_ROUTE_COUNT * sizeof *app->routes);
    if (more > 0)
        memcpy(app->routes + API_ROUTE_COUNT, app->site->routes, more * sizeof *app->routes);
    app->route_count = API_ROUTE_COUNT + more;
    return CXD_OK;
}

const void *site_context(const struct http_request *request) {
    const struct app *app = http_app(request);
    return app->site->context;
}
