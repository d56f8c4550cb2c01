/* cxd login: a link by which a browser signs in once, by /v1/session/links. */

#include <stddef.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

struct login_options {
    struct output_options output;
    struct text_list scopes;
};

#define AT(member) offsetof(struct login_options, member)

static const char *const scope_names[] = {"read", "write", "export", "erase", "admin", NULL};

static const struct option_spec specs[] = {
    OPTION_JSON(AT(output.json)),
    {"scope", 's', OPTION_LIST, AT(scopes), "read|write|export|erase|admin",
     "what may be done; may be repeated; default: all that the key may", scope_names},
};

static int prepare(struct call *call) {
    const struct login_options *options = call->invocation->options;

    write_open(&call->body, NULL, '{');
    if (options->scopes.count > 0) {
        write_open(&call->body, "scopes", '[');
        for (size_t i = 0; i < options->scopes.count; i++)
            write_text(&call->body, NULL, options->scopes.items[i]);
        buffer_append_char(&call->body, ']');
    }
    buffer_append_char(&call->body, '}');
    return EXIT_OK;
}

/* The link alone on stdout, for scripts that open it. */
static bool show(struct call *call) {
    const struct json *link = call->reply.document;

    if (!view_append(&call->screen, &call->out, link, "{url}\n"))
        return false;
    (void)view_append(&call->screen, &call->hint, link,
                      "cxd: open it within a minute; it signs one browser in, once, with the scopes {scopes}\n");
    return true;
}

const struct command cmd_login = {
    .name = "login",
    .operands = "",
    .summary = "Prints a link that signs a browser in, once.",
    .text =
        "The link is good for a minute, and for the key's scopes, or those of --scope. A browser stays signed in for\n"
        "12 hours after its last use, at most 30 days, and no longer than the key is good.",
    .example = "cxd login --scope read",
    .options = specs,
    .option_count = CXD_COUNT(specs),
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/session/links",
                                      .member = "url",
                                      .what = "a link",
                                      .prepare = prepare,
                                      .show = show},
};
