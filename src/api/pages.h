#ifndef CXD_API_PAGES_H
#define CXD_API_PAGES_H

#include "api/parameters.h"
#include "cxd/catalog/catalog.h"
#include "cxd/http/http.h"

/* Lists in pages: `next` in the body and the Link header name the page behind. A page is bounded by what was asked for,
 * and in bytes. */

enum { PAGE_BYTES_MAX = 1 << 20 }; /* a page ends with the item that passes it */

/* A place behind a thing that has a time and an id: "1774000000000_" and the id; and, where ids of several surveys lie
 * in one list, "_" and the survey's number (0: they do not). */
enum { CURSOR_SIZE = 80 };
void page_write_cursor(char out[CURSOR_SIZE], int64_t at, const struct id *id, int64_t survey);

/* Ends the array and the object of the body with `next`, and sets the Link header. `cursor` NULL: this is the last
 * page. */
CXD_NODISCARD enum cxd_err page_end(struct http_request *request, const char *cursor, struct error *err);

/* Appends the array's member and its elements, and ends with page_end. */
typedef enum cxd_err page_append(struct http_request *request, const struct snapshot *snapshot,
                                 const struct parameters_page *page, struct error *err);
/* The whole of a handler that lists what is in the catalog: `kinds` are of parameters_read_page. */
void page_reply(struct http_request *request, unsigned kinds, page_append *append, bool is_tagged);

#endif
