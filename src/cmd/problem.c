/* How the daemon's "no" reaches a person: title, detail and every bad member of a problem+json, on stderr. */

#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/output.h"

enum { MEMBERS_SHOWN = 64 }; /* as many as the daemon names */

static void append_member(const struct screen *screen, struct buffer *out, const struct json *member) {
    const char *pointer = json_text(member, "pointer");
    const char *detail = json_text(member, "detail");

    screen_append(screen, out, !pointer ? "?" : *pointer ? pointer : "the body");
    buffer_append_char(out, ' ');
    screen_append(screen, out, detail ? detail : "is not valid");
}

/* A key that the file of this machine should have had is made by who owns it. */
static void advise_key(const struct place *place) {
    static const char *const SAID[] = {
        [PLACE_KEY_OURS] =
            "%s does not open this daemon: the key was revoked, has expired, or is of another database, as "
            "after a backup was restored. ",
        [PLACE_KEY_MISSING] = "There is no %s. ",
    };

    if (place->key_found == PLACE_KEY_HIDDEN)
        output_line(stderr, "%s is not for this user to read: run it as root, or as the user that the daemon runs as.",
                    place->key_file);
    else if (place->key_found != PLACE_KEY_GIVEN) {
        char text[PLACE_FILE_SIZE + 160];
        const char *format = SAID[place->key_found], *mark = strstr(format, "%s");

        snprintf(text, sizeof text, "%.*s%s%s", (int)(mark - format), format, place->key_file, mark + 2);
        output_line(stderr, "%s'cxd key create --offline' makes one, while the daemon is stopped.", text);
    }
    output_line(stderr, "Give a key with --key-file, --key or CXD_KEY, or -c FILE to use the daemon's admin key.");
}

void problem_print(const struct place *place, long status, const struct json *document) {
    const struct json *members = json_get(document, "errors");
    const char *title = document ? json_text(document, "title") : NULL;
    const char *detail = document ? json_text(document, "detail") : NULL;
    size_t count = members ? json_count(members) : 0;
    struct screen screen;
    struct buffer out;

    screen_init(&screen, stderr);
    buffer_init(&out);
    buffer_append_format(&out, "cxd: %ld ", status);
    if (title) {
        screen_append(&screen, &out, title);
    } else {
        buffer_append_text(&out, "from ");
        screen_append(&screen, &out, place->url);
        buffer_append_text(&out, ", which does not answer as cxd does");
    }
    if (count != 1 && detail) {
        buffer_append_text(&out, ": ");
        screen_append(&screen, &out, detail);
    }
    for (size_t i = 0; i < count && i < MEMBERS_SHOWN; i++) {
        buffer_append_text(&out, count == 1 ? ": " : "\n  ");
        append_member(&screen, &out, json_at(members, i));
    }
    if (count > MEMBERS_SHOWN)
        buffer_append_format(&out, "\n  and %zu more", count - MEMBERS_SHOWN);
    buffer_append_char(&out, '\n');
    output_explain(&out);
    buffer_free(&out);
    if (status == 401)
        advise_key(place);
}
