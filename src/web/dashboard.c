/* The dashboard's paths all answer with this page: its script reads the path, and asks the API for what belongs there,
 * so that nobody reads here what the API would not tell. The policy is that of pages (page.c), and lets the script ask
 * this server alone; nothing may open the page or be opened by it with a handle on it. */
#include "web/dashboard.h"

#include "web/assets.h"
#include "web/html.h"
#include "web/page.h"

static const char POLICY[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

enum path { PATH_ROOT, PATH_ICON, PATH_STYLE, PATH_SCRIPT, PATH_DESK, PATH_CHARTS, PATH_COUNT };

static const char *const ASSETS_OF[PATH_COUNT] = {[PATH_ICON] = "icon.svg",
                                                  [PATH_STYLE] = "dashboard.css",
                                                  [PATH_SCRIPT] = "dashboard.js",
                                                  [PATH_DESK] = "desk.js",
                                                  [PATH_CHARTS] = CHARTS_ASSET};

/* Of the request; NULL: there is no memory. */
static const char *make_path(struct http_request *request, enum path which) {
    struct buffer path;
    buffer_init(&path);
    page_root(&path, request);
    if (ASSETS_OF[which])
        web_asset_path(&path, site_context(request), ASSETS_OF[which]);
    const char *text = buffer_terminate(&path);
    const char *kept = text ? arena_strndup(http_arena(request), text, path.length) : NULL;
    buffer_free(&path);
    return kept;
}

static void write_head(struct buffer *out, const char *const paths[PATH_COUNT]) {
    html_open(out, "head", NULL);
    html_open(out, "meta", "charset", "utf-8", NULL);
    html_open(out, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
    html_open(out, "meta", "name", "color-scheme", "content", "light dark", NULL);
    html_open(out, "meta", "name", "robots", "content", "noindex", NULL);
    html_element(out, "title", "cxd", NULL);
    html_open(out, "link", "rel", "icon", "type", "image/svg+xml", "href", paths[PATH_ICON], NULL);
    html_open(out, "link", "rel", "stylesheet", "href", paths[PATH_STYLE], NULL);
    html_element(out, "script", "", "type", "module", "src", paths[PATH_SCRIPT], NULL);
    html_close(out, "head");
}

static void write_body(struct buffer *out, const struct http_request *request, const char *const paths[PATH_COUNT]) {
    html_open(out, "body", "data-root", paths[PATH_ROOT], "data-desk", paths[PATH_DESK], "data-dygraphs",
              paths[PATH_CHARTS], "data-timezone", site_timezone(request), NULL);
    html_open(out, "noscript", NULL);
    html_element(out, "p", "This page shows what people answered, and needs JavaScript for it.", NULL);
    html_element(out, "p", "Without it: \"cxd score\" and its like on the command line, or the API under /v1.", NULL);
    html_close(out, "noscript");
    html_close(out, "body");
}

static void add_headers(struct http_request *request) {
    http_reply_header(request, "Content-Security-Policy", POLICY);
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    http_reply_header(request, "Referrer-Policy", "same-origin");
    http_reply_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    http_reply_header(request, "Cross-Origin-Resource-Policy", "same-origin");
    http_reply_header(request, "Cache-Control", "private, no-cache");
}

void web_dashboard_get(struct http_request *request) {
    struct buffer *out = http_out(request);
    const char *paths[PATH_COUNT];
    for (unsigned i = 0; i < PATH_COUNT; i++) {
        paths[i] = make_path(request, i);
        if (!paths[i]) {
            http_problem_code(request, ERR_NO_MEMORY, "no memory for the page");
            return;
        }
    }
    add_headers(request);
    buffer_append_text(out, "<!doctype html>\n");
    html_open(out, "html", "lang", "en", NULL);
    write_head(out, paths);
    write_body(out, request, paths);
    html_close(out, "html");
    buffer_append_char(out, '\n');
    http_reply_tagged(request, PAGE_TYPE);
}
