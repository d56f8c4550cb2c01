/* Every page is framed here. Its policy lets it load what is served beside it and post back to where it came from, and
 * no more: no script or style stands in a page, so nothing that slipped into one would run. The referrer stays within
 * the site, for links have tokens in them; without any, browsers would post with an Origin of "null". */
#include "web/page.h"

#include <stdlib.h>
#include <string.h>

#include "web/assets.h"
#include "web/html.h"

/* Answers of a kiosk are sent by its script, which can keep them where they cannot be. */
#define POLICY(connect)                                                                                                \
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " connect                                \
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/* Of the parameter `kiosk`: what is no number is as if it said none. */
static int read_kiosk(struct http_request *request, const struct form *link) {
    long seconds;
    if (!fields_given(link, "kiosk") || fields_given(link, "i"))
        return 0; /* an invitation is one person's */
    const char *value = fields_value_or(request, link, "kiosk", "");
    if (*value == '\0' || strspn(value, "0123456789") != strlen(value))
        return KIOSK_SECONDS_USUAL;
    seconds = strlen(value) > 4 ? KIOSK_SECONDS_MAX : strtol(value, NULL, 10);
    return seconds < KIOSK_SECONDS_MIN   ? KIOSK_SECONDS_MIN
           : seconds > KIOSK_SECONDS_MAX ? KIOSK_SECONDS_MAX
                                         : (int)seconds;
}

struct page page_of(struct http_request *request, const struct survey *survey) {
    enum { WANTED_MAX = 4 };
    const char *wanted[WANTED_MAX + 1] = {NULL}, *accepted = NULL;
    struct error err;
    struct form link = fields_of_link(request);
    for (size_t i = 0, count = 0; i < link.count && count < WANTED_MAX; i++)
        if (strcmp(link.fields[i].name, "lang") == 0 && (wanted[count] = field_value(request, &link.fields[i])))
            count++;
    if (http_header_list(request, "Accept-Language", &accepted, &err) != CXD_OK)
        accepted = NULL;
    return (struct page){request, http_out(request), link, language_choose(wanted, accepted, survey),
                         read_kiosk(request, &link)};
}

void page_headers(const struct page *page) {
    struct http_request *request = page->request;
    http_reply_header(request, "Content-Security-Policy",
                      page->kiosk_s > 0 ? POLICY("connect-src 'self'; ") : POLICY(""));
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

/* What the link says of an answer, and what it answers already. */
static const char *const SAID[] = {"touchpoint", "channel", "property.", NULL}, *const ANSWERED[] = {"score",
                                                                                                     FORM_ANSWER, NULL};

/* By its name, or where that ends with a dot by its beginning. */
static bool is_of(const char *name, const char *const *list) {
    for (; *list; list++) {
        size_t length = strlen(*list);
        bool is_group = (*list)[length - 1] == '.';
        if (is_group ? strncmp(name, *list, length) == 0 : strcmp(name, *list) == 0)
            return true;
    }
    return false;
}

static void append_parameters(struct buffer *out, const struct page *page, const char *const *list) {
    for (size_t i = 0; i < page->link.count; i++) {
        const struct form_field *field = &page->link.fields[i];
        const char *value = is_of(field->name, list) ? field_value(page->request, field) : NULL;
        if (!value)
            continue;
        buffer_append_char(out, '&');
        html_url_value(out, field->name);
        buffer_append_char(out, '=');
        html_url_value(out, value);
    }
}

void page_append_said(struct buffer *out, const struct page *page) {
    append_parameters(out, page, SAID);
}

void page_query(struct buffer *out, const struct page *page) {
    buffer_append_text(out, "?lang=");
    html_url_value(out, language_tag(&page->wording));
    if (page->kiosk_s == 0)
        return;
    buffer_append_format(out, "&kiosk=%d", page->kiosk_s);
    append_parameters(out, page, SAID);
    append_parameters(out, page, ANSWERED);
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

const char *page_direction(const struct page *page) {
    bool is_rtl = language_is_rtl(page->wording.language->tag);
    return is_rtl == language_is_rtl(language_tag(&page->wording)) ? HTML_NONE : is_rtl ? "rtl" : "ltr";
}

/* Where a kiosk starts again. Of the arena; NULL without memory. */
static const char *start_of(const struct page *page) {
    struct buffer path;
    buffer_init(&path);
    page_path(&path, page->request, http_path(page->request, "survey"));
    page_query(&path, page);
    const char *text = buffer_terminate(&path);
    const char *copy = text ? arena_strdup(http_arena(page->request), text) : NULL;
    page->out->failed = page->out->failed || !copy;
    buffer_free(&path);
    return copy ? copy : "";
}

/* The way back that needs no script. */
static void write_refresh(const struct page *page) {
    struct buffer content;
    buffer_init(&content);
    buffer_append_format(&content, "%d; url=%s", page->kiosk_s, start_of(page));
    const char *text = buffer_terminate(&content);
    html_open(page->out, "meta", "http-equiv", "refresh", "content", text ? text : "", NULL);
    page->out->failed = page->out->failed || !text;
    buffer_free(&content);
}

void page_open(const struct page *page, enum page_kind kind, const char *title) {
    static const char *const CLASSES[] = {HTML_NONE, "said thanks", "said problem"};
    bool is_rtl = language_is_rtl(language_tag(&page->wording)), is_kiosk = page->kiosk_s > 0;
    struct buffer *out = page->out;
    buffer_append_text(out, "<!doctype html>\n");
    html_open(out, "html", "lang", page->wording.language->tag, "dir", is_rtl ? "rtl" : "ltr", NULL);
    html_open(out, "head", NULL);
    html_open(out, "meta", "charset", "utf-8", NULL);
    html_open(out, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
    html_open(out, "meta", "name", "color-scheme", "content", "light dark", NULL);
    html_open(out, "meta", "name", "robots", "content", "noindex", NULL);
    if (is_kiosk && kind != PAGE_FORM)
        write_refresh(page);
    html_element(out, "title", title, NULL);
    link_asset(page, "page.css", false);
    link_asset(page, "page.js", true);
    if (is_kiosk && kind == PAGE_FORM)
        link_asset(page, "kiosk.js", true);
    html_close(out, "head");
    html_open(out, "body", "class", is_kiosk ? "kiosk" : HTML_NONE, NULL);
    html_open(out, "main", "class", CLASSES[kind], NULL);
}

void page_close(const struct page *page) {
    html_close(page->out, "main");
    html_close(page->out, "body");
    html_close(page->out, "html");
    buffer_append_char(page->out, '\n');
}

void page_write_said(const struct page *page, const char *title, const char *text) {
    html_element(page->out, "h1", title, "dir", "auto", NULL);
    html_element(page->out, "p", text, "dir", page_direction(page), NULL);
    if (page->kiosk_s > 0)
        html_element(page->out, "a", language_text(&page->wording, TEXT_RESTART), "class", "button restart", "href",
                     start_of(page), "dir", page_direction(page), NULL);
}

void page_say(const struct page *page, enum page_kind kind, const char *title, const char *text) {
    page_open(page, kind, title);
    page_write_said(page, title, text);
    page_close(page);
}
