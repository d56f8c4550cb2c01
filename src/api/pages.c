/* The end of a page, and where the next one is. */
#include "api/pages.h"

#include <stdio.h>
#include <string.h>

#include "api/deed.h"
#include "cxd/codec/write.h"

void page_write_cursor(char out[CURSOR_SIZE], int64_t at, const struct id *id, int64_t survey) {
    char text[ID_TEXT_SIZE];
    int length = snprintf(out, CURSOR_SIZE, "%lld_%s", (long long)at, id_format(text, id));
    if (survey != 0)
        snprintf(out + length, CURSOR_SIZE - (size_t)length, "_%lld", (long long)survey);
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c));
}

static void append_encoded(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++)
        if (is_unreserved(*text))
            buffer_append_char(out, *text);
        else
            buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)*text);
}

/* The head of a reply has room for so much; the cursor stands in the body too. */
enum { LINK_BYTES_MAX = 2048 };

/* The request's own query with another cursor: a reference relative to the request's path. */
static bool link_next(struct http_request *request, const char *cursor) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    struct buffer link;
    buffer_init(&link);
    buffer_append_text(&link, "<?");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].key, "cursor") == 0)
            continue;
        append_encoded(&link, items[i].key);
        buffer_append_char(&link, '=');
        append_encoded(&link, items[i].value);
        buffer_append_char(&link, '&');
    }
    buffer_append_text(&link, "cursor=");
    append_encoded(&link, cursor);
    buffer_append_text(&link, ">; rel=\"next\"");
    const char *text = buffer_terminate(&link);
    if (text && link.length <= LINK_BYTES_MAX)
        http_reply_header(request, "Link", text);
    buffer_free(&link);
    return text;
}

enum cxd_err page_end(struct http_request *request, const char *cursor, struct error *err) {
    struct buffer *out = http_out(request);
    buffer_append_char(out, ']');
    write_text(out, "next", cursor);
    buffer_append_char(out, '}');
    return !cursor || link_next(request, cursor) ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the reply");
}

void page_reply(struct http_request *request, unsigned kinds, page_append *append, bool is_tagged) {
    const struct app *app = http_app(request);
    struct parameters_page page;
    struct error err;
    enum cxd_err result = parameters_read_page(request, kinds, &page, NULL, &err);
    if (result == CXD_OK) {
        const struct snapshot *snapshot = catalog_acquire(app->catalog);
        write_open(http_out(request), NULL, '{');
        result = append(request, snapshot, &page, &err);
        catalog_release(snapshot);
    }
    deed_reply(request, result, &err, is_tagged);
}
