/* Every page is framed here. Its policy lets it load what is served beside it and post back to where it came from, and
 * no more: no script or style stands in a page, so nothing that slipped into one would run. The referrer stays within
 * the site, for links have tokens in them; without any, browsers would post with an Origin of "null". */
#include "web/page.h"

#include <string.h>

#include "web/assets.h"
#include "web/html.h"

static const char POLICY[] = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
                             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct page page_of(struct http_request *request, const struct survey *survey) {
    const char *wanted = NULL, *accepted = NULL;
    struct error err;
    if (http_query_named(request, "lang", &wanted, &err) != CXD_OK)
        wanted = NULL;
    if (http_header_list(request, "Accept-Language", &accepted, &err) != CXD_OK)
        accepted = NULL;
    return (struct page){request, http_out(request), language_choose(wanted, accepted, survey)};
}

void page_headers(struct http_request *request) {
    http_reply_header(request, "Content-Security-Policy", POLICY);
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    http_reply_header(request, "Referrer-Policy", "same-origin");
    http_reply_header(request, "Vary", "Accept-Language");
}

void page_root(struct buffer *out, const struct http_request *request) {
    const char *url = site_public_url(request), *host = strstr(url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    size_t length = path ? strcspn(path, "?#") : 0;
    while (length > 0 && path[length - 1] == '/')
        length--;
    if (length > 0)
        buffer_append(out, path, length);
}

void page_path(struct buffer *out, const struct http_request *request, const char *slug) {
    page_root(out, request);
    buffer_append_text(out, "/s/");
    html_url_value(out, slug);
}

void page_language(struct buffer *out, const struct page *page) {
    buffer_append_text(out, "?lang=");
    html_url_value(out, language_tag(&page->wording));
}

/* The element with the path of a file that pages load. */
static void link_asset(const struct page *page, const char *name, bool is_script) {
    struct buffer path;
    buffer_init(&path);
    page_root(&path, page->request);
    web_asset_path(&path, site_context(page->request), name);
    const char *text = buffer_terminate(&path);
    if (!text)
        page->out->failed = true;
    else if (is_script)
        html_element(page->out, "script", "", "type", "module", "src", text, NULL);
    else
        html_open(page->out, "link", "rel", "stylesheet", "href", text, NULL);
    buffer_free(&path);
}

void page_open(const struct page *page, const char *title) {
    const char *tag = page->wording.language->tag;
    struct buffer *out = page->out;
    buffer_append_text(out, "<!doctype html>\n");
    html_open(out, "html", "lang", tag, "dir", language_is_rtl(tag) ? "rtl" : "ltr", NULL);
    html_open(out, "head", NULL);
    html_open(out, "meta", "charset", "utf-8", NULL);
    html_open(out, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
    html_open(out, "meta", "name", "color-scheme", "content", "light dark", NULL);
    html_open(out, "meta", "name", "robots", "content", "noindex", NULL);
    html_element(out, "title", title, NULL);
    link_asset(page, "page.css", false);
    link_asset(page, "page.js", true);
    html_close(out, "head");
    html_open(out, "body", NULL);
    html_open(out, "main", NULL);
}

void page_close(const struct page *page) {
    html_close(page->out, "main");
    html_close(page->out, "body");
    html_close(page->out, "html");
    buffer_append_char(page->out, '\n');
}

void page_say(const struct page *page, const char *title, const char *text) {
    page_open(page, title);
    html_element(page->out, "h1", title, NULL);
    html_element(page->out, "p", text, NULL);
    page_close(page);
}
