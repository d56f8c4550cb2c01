/* Whether the process lives, and whether it takes requests. */
#include "api/app.h"
#include "cxd/base/clock.h"

void api_healthz_get(struct http_request *request) {
    buffer_append_text(http_out(request), "{\"status\":\"ok\"}");
    http_reply(request, 200, "application/json");
}

void api_readyz_get(struct http_request *request) {
    const struct app *app = http_app(request);
    if (http_server_is_draining(app->http)) {
        http_problem_code(request, ERR_DRAINING, "the server is ending");
        return;
    }
    if (ingest_failure(app->ingest, clock_monotonic_ms()) != CXD_OK) {
        http_problem_code(request, ERR_STORAGE, "the last write failed; the log says why");
        return;
    }
    buffer_append_text(http_out(request), "{\"status\":\"ready\"}");
    http_reply(request, 200, "application/json");
}
