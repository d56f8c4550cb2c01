#ifndef CXD_SRC_WEB_PAGE_H
#define CXD_SRC_WEB_PAGE_H

#include "cxd/web/web.h"
#include "web/language.h"

/* The frame of every page, and the headers that it comes with. */

#define PAGE_TYPE "text/html; charset=utf-8"

struct page {
    struct http_request *request;
    struct buffer *out; /* of the request */
    struct wording wording;
};

/* In the language that the link or the browser asks for; `survey` may be NULL. */
struct page page_of(struct http_request *request, const struct survey *survey);
/* Adds the headers of a page: nothing in it runs or is loaded but what is served here, and nobody frames it. */
void page_headers(struct http_request *request);
/* From the first line to where what it is about begins, and from there to the end. */
void page_open(const struct page *page, const char *title);
void page_close(const struct page *page);
/* Appends the path of the site that is reached by the public URL: "", or "/cx". */
void page_root(struct buffer *out, const struct http_request *request);
/* Appends the path of the survey's page: "/s/SLUG". */
void page_path(struct buffer *out, const struct http_request *request, const char *slug);
/* Appends the query string by which the next page is in this one's language: "?lang=de". */
void page_language(struct buffer *out, const struct page *page);
/* A page of a title and a sentence. */
void page_say(const struct page *page, const char *title, const char *text);

#endif
