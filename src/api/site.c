/* What a room above this one serves beside the calls of the API: its routes stand behind ours, in one table. */
#include "cxd/api/site.h"

#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/eligible.h"
#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/base/clock.h"

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

const struct snapshot *site_acquire(const struct http_request *request) {
    const struct app *app = http_app(request);
    return catalog_acquire(app->catalog);
}

const struct response_limits *site_limits(const struct http_request *request) {
    return &api_settings(request)->limits;
}

const char *site_public_url(const struct http_request *request) {
    return api_settings(request)->config.public_url;
}

const char *site_timezone(const struct http_request *request) {
    const struct app *app = http_app(request);
    return app->config.timezone;
}

bool site_append_origin(struct buffer *out, const struct http_request *request) {
    const struct app *app = http_app(request);
    const char *url = site_public_url(request), *scheme = strstr(url, "://"), *host = http_host(request);
    if (scheme) {
        buffer_append(out, url, (size_t)(scheme - url) + 3 + strcspn(scheme + 3, "/?#"));
        return true;
    }
    if (!host)
        return false;
    buffer_append_text(out, http_server_is_tls(app->http) ? "https://" : "http://");
    buffer_append_text(out, host);
    return true;
}

enum cxd_err site_judge_recontact(struct http_request *request, const struct survey *survey, const char *respondent,
                                  const char *touchpoint, struct error *err) {
    int64_t until = TIME_MIN;
    char text[TIME_TEXT_SIZE];
    if (survey->recontact != RECONTACT_REFUSE)
        return CXD_OK;
    enum cxd_err result = eligible_read(request, survey, respondent, touchpoint, &until, err);
    if (result != CXD_OK || until == TIME_MIN || until <= http_now_ms(request))
        return result;
    return error_set(err, ERR_RECONTACT, "this respondent may answer again from %s", time_format(text, until));
}

void site_sign_nonce(struct buffer *out, const struct snapshot *snapshot, const struct survey *survey, int64_t now_ms) {
    if (survey->min_seconds > 0)
        suspicion_sign_nonce(out, snapshot, survey, now_ms);
}
