/* How the daemon's "no" reaches a person: title, detail and every bad member of a problem+json, on stderr. */

#include <stdio.h>

#include "cmd/client.h"
#include "cmd/output.h"

static void append_member(const struct screen *screen, struct buffer *out, const struct json *member) {
    const char *pointer = json_text(member, "pointer");
    const char *detail = json_text(member, "detail");

    screen_append(screen, out, !pointer ? "?" : *pointer ? pointer : "the body");
    buffer_append_char(out, ' ');
    screen_append(screen, out, detail ? detail : "is not valid");
}

void problem_print(const char *url, long status, const struct json *document) {
    const struct json *members = json_get(document, "errors");
    const char *title = document ? json_text(document, "title") : NULL;
    const char *detail = document ? json_text(document, "detail") : NULL;
    size_t count = members ? json_count(members) : 0;
    struct screen screen;
    struct buffer out;

    screen_init(&screen, stderr);
    buffer_init(&out);
    buffer_append_format(&out, "cxd: %ld ", status);
    if (title)
        screen_append(&screen, &out, title);
    else
        buffer_append_format(&out, "from %s, which does not answer as cxd does", url);
    if (count != 1 && detail) {
        buffer_append_text(&out, ": ");
        screen_append(&screen, &out, detail);
    }
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(&out, count == 1 ? ": " : "\n  ");
        append_member(&screen, &out, json_at(members, i));
    }
    buffer_append_char(&out, '\n');
    if (!out.failed)
        fwrite(out.data, 1, out.length, stderr);
    buffer_free(&out);
    if (status == 401)
        fprintf(stderr,
                "Give a key with --key-file, --key or CXD_KEY, or -c FILE to use the daemon's admin key.\n");
}
