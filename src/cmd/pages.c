/* Lists that come in pages, fetched to the last one, or as far as is wanted. */

#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cxd/cmd/cmd.h"

enum { PAGES_MAX = 10000, PAGES_BYTES_MAX = 32 << 20, CURSOR_SIZE = 512 };

/* So many of them, 0: as many as the request says. */
static int call_page(struct client *client, const struct client_request *request, const char *cursor, size_t limit,
                     struct client_reply *ret_page) {
    struct client_request asked = *request;
    char text[24];

    snprintf(text, sizeof text, "%zu", limit);
    client_query_add(&asked, "limit", limit > 0 ? text : NULL);
    client_query_add(&asked, "cursor", cursor);
    return client_call(client, &asked, ret_page);
}

/* The next page, added to those before it. A cursor that does not move, or (but where only so many are wanted) a page
 * without anything, would lead on for ever. */
static int add_page(struct client *client, const struct client_request *request, const char *member, size_t want,
                    char cursor[CURSOR_SIZE], size_t *bytes, struct client_reply *whole) {
    struct client_reply page = {.status = 0};
    const char *next = json_text(whole->document, "next");
    size_t had = json_count(json_get(whole->document, member));
    int result;

    if (strlen(next) >= CURSOR_SIZE || strcmp(next, cursor) == 0)
        return client_unexpected(client, "a list in pages");
    strcpy(cursor, next);
    result = call_page(client, request, cursor, want > 0 ? want - had : 0, &page);
    *bytes += page.body.length;
    if (result == EXIT_OK && (*bytes > PAGES_BYTES_MAX || !json_join(whole->document, page.document, member) ||
                              (want == 0 && json_count(json_get(whole->document, member)) == had)))
        result = client_unexpected(client, "a list in pages");
    client_reply_free(&page);
    return result;
}

int client_call_some_pages(struct client *client, const struct client_request *request, const char *member, size_t want,
                           struct client_reply *ret_reply) {
    char cursor[CURSOR_SIZE] = "";
    int result = call_page(client, request, NULL, want, ret_reply);
    size_t bytes = ret_reply->body.length, pages = 1;

    while (result == EXIT_OK && json_text(ret_reply->document, "next") &&
           (want == 0 || json_count(json_get(ret_reply->document, member)) < want))
        result = pages++ < PAGES_MAX ? add_page(client, request, member, want, cursor, &bytes, ret_reply)
                                     : client_unexpected(client, "a list in pages");
    if (result == EXIT_OK && *cursor) {
        buffer_reset(&ret_reply->body);
        json_write(&ret_reply->body, ret_reply->document);
    }
    return result;
}

int client_call_pages(struct client *client, const struct client_request *request, const char *member,
                      struct client_reply *ret_reply) {
    return client_call_some_pages(client, request, member, 0, ret_reply);
}
