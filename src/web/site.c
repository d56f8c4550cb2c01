/* Everything that is served beside the API, in one table. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cxd/domain/key.h"
#include "web/assets.h"
#include "web/dashboard.h"
#include "web/interface.h"
#include "web/mail.h"
#include "web/qr.h"
#include "web/survey_page.h"

#define PAGE "/s/{survey}"

static const struct http_route ROUTES[] = {
    {HTTP_GET, "/", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/surveys/{survey}", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/surveys/{survey}/{view}", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/journeys/{journey}", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/alerts", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/admin", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/admin/{view}", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/login", web_dashboard_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, ASSETS_PATH "{name}", web_asset_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, ASSETS_PATH "{folder}/{name}", web_module_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, ASSETS_PATH "{folder}/{inner}/{name}", web_inner_module_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, "/widget.js", web_widget_get, 0, HTTP_LOOSE_QUERY},
    {HTTP_GET, PAGE, web_survey_get, 0, HTTP_PAGE | HTTP_POOLED_PUBLIC | HTTP_LOOSE_QUERY},
    {HTTP_POST, PAGE, web_survey_post, SCOPE_WRITE,
     HTTP_PAGE | HTTP_OPEN | HTTP_INGEST | HTTP_RATED | HTTP_LOOSE_QUERY},
    {HTTP_GET, PAGE "/thanks", web_thanks_get, 0, HTTP_PAGE | HTTP_LOOSE_QUERY},
    {HTTP_GET, PAGE "/mail.html", web_mail_get, 0, HTTP_POOLED_PUBLIC | HTTP_LOOSE_QUERY},
    {HTTP_GET, PAGE "/qr.svg", web_qr_svg_get, 0, HTTP_POOLED_PUBLIC | HTTP_LOOSE_QUERY},
    {HTTP_GET, PAGE "/qr.png", web_qr_png_get, 0, HTTP_POOLED_PUBLIC | HTTP_LOOSE_QUERY},
};

bool web_has_assets(const char *directory) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/page.css", directory);
    return length > 0 && length < PATH_MAX && access(path, R_OK) == 0;
}

void web_open(struct web *web, const char *directory) {
    *web = (struct web){
        .directory = directory,
        .site = {.routes = ROUTES,
                 .route_count = CXD_COUNT(ROUTES),
                 .explain = web_explain,
                 .write_interface = web_write_interface,
                 .complete = web_complete,
                 .context = web},
    };
}
