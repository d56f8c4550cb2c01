/* cxd signing-key list and rotate: the keys that sign invitations, by /v1/signing-keys. What they are never leaves the
 * daemon. */

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

static void append_state(struct buffer *out, const struct json *key) {
    buffer_append_text(out, json_is_true(key, "signs") ? "signs" : "believed");
}

static bool show_list(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "NUMBER", .text = "{number}", .is_right = true},
        {.header = "CREATED", .text = "{created_at}"},
        {.header = "STATE", .cell = append_state},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "signing_keys"), columns,
                      CXD_COUNT(columns));
    return true;
}

static const struct command list = {
    .name = "signing-key list",
    .operands = "",
    .summary = "Lists the keys that sign invitations, by number and age.",
    .example = "cxd signing-key list",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/signing-keys",
                                      .member = "signing_keys",
                                      .what = "a signing key",
                                      .rows = "signing_keys",
                                      .csv = "number created_at signs",
                                      .show = show_list},
};

static const struct command rotate = {
    .name = "signing-key rotate",
    .operands = "",
    .summary = "Makes a new key that signs invitations from now on.",
    .text = "Invitations of the key before stay good until the next rotation; older ones are\n"
            "refused from now on.",
    .example = "cxd signing-key rotate",
    .options = command_json_option,
    .option_count = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/signing-keys",
                                      .member = "number",
                                      .what = "a signing key",
                                      .line = "key {number} signs invitations from now on\n"},
};

const struct command cmd_signing_key = {
    .name = "signing-key",
    .operands = "",
    .summary = "Lists and rotates the keys that sign invitations.",
    .example = "cxd signing-key list",
    .commands = (const struct command *const[]){&list, &rotate, NULL},
};
