#ifndef CXD_SRC_WEB_PAGE_H
#define CXD_SRC_WEB_PAGE_H

#include "cxd/web/web.h"
#include "web/fields.h"
#include "web/language.h"

/* The frame of every page, and the headers that it comes with. */

#define PAGE_TYPE "text/html; charset=utf-8"

/* What it is for. */
enum page_kind { PAGE_FORM, PAGE_THANKS, PAGE_PROBLEM };

/* Where many people answer on one device, it goes back to the start after so many seconds. */
enum { KIOSK_SECONDS_MIN = 5, KIOSK_SECONDS_MAX = 600, KIOSK_SECONDS_USUAL = 30 };

struct page {
    struct http_request *request;
    struct buffer *out; /* of the request */
    struct form link;   /* what the link says */
    struct wording wording;
    int kiosk_s; /* 0: it is no kiosk's */
};

/* In the language that the link or the browser asks for; `survey` may be NULL. */
struct page page_of(struct http_request *request, const struct survey *survey);
/* Adds the headers of a page: nothing in it runs or is loaded but what is served here, and nobody frames it. */
void page_headers(const struct page *page);
/* From the first line to where what it is about begins, and from there to the end. */
void page_open(const struct page *page, enum page_kind kind, const char *title);
void page_close(const struct page *page);
/* The direction of what the page says by itself, for the attribute `dir`: HTML_NONE where it is that of the page, which
 * is the survey's texts'. */
const char *page_direction(const struct page *page);
/* Appends the path of the site that is reached by the public URL: "", or "/cx". */
void page_root(struct buffer *out, const struct http_request *request);
/* Appends the path of the survey's page: "/s/SLUG". */
void page_path(struct buffer *out, const struct http_request *request, const char *slug);
/* Appends the query string by which the next page is in this one's language: "?lang=de"; in a kiosk also what the link
 * says of every answer, for it leads back to the start. */
void page_query(struct buffer *out, const struct page *page);
/* Appends what the link says of the answer, touchpoint, channel and properties: "&touchpoint=door". */
void page_append_said(struct buffer *out, const struct page *page);
/* A page of a title and a sentence, and in a kiosk the way back to the start. */
void page_say(const struct page *page, enum page_kind kind, const char *title, const char *text);
/* What such a page has in it. */
void page_write_said(const struct page *page, const char *title, const char *text);

#endif
