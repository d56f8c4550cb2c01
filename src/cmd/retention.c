/* cxd retention resume: somebody says that the clock is right, by POST /v1/retention/resume, after both times were
 * shown by /v1/status. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

struct retention_options {
    struct output_options output;
    bool yes;
};

static const struct option_spec specs[] = {
    OPTION_JSON(offsetof(struct retention_options, output.json)),
    {"yes", 'y', OPTION_FLAG, offsetof(struct retention_options, yes), NULL, "do not ask", NULL},
};

static bool is_yes(const char *answer) {
    static const char *const WORDS[] = {"y\n", "Y\n", "yes\n", "Yes\n", "YES\n"};
    for (size_t i = 0; i < CXD_COUNT(WORDS); i++)
        if (strcmp(answer, WORDS[i]) == 0)
            return true;
    return false;
}

/* The question goes to the standard error: the output is the reply's. */
static int confirm(const struct invocation *invocation, const struct json *retention) {
    const char *clock_at = json_text(retention, "clock_at"), *known_at = json_text(retention, "known_at");
    char answer[16];

    output_line(stderr, "The clock says      %s", clock_at ? clock_at : "?");
    output_line(stderr, "The database knows  %s", known_at ? known_at : "?");
    output_line(stderr, "What is too old by the clock's time is deleted or anonymised for good.");
    if (isatty(STDIN_FILENO) != 1)
        return command_usage(invocation->command, "there is no terminal to ask at; if the clock is right, say --yes");
    output_line(stderr, "Is the clock right? [y/N]");
    if (fgets(answer, sizeof answer, stdin) && is_yes(answer))
        return EXIT_OK;
    complain("nothing was changed");
    return EXIT_REFUSED;
}

static int run(const struct invocation *invocation) {
    const struct retention_options *options = invocation->options;
    struct call call;
    int result = call_prepare(&call, invocation);
    const struct client_request resume = call.request;

    if (result == EXIT_OK && !options->yes) {
        call.request = (struct client_request){.method = "GET", .path = "/v1/status"};
        result = call_ask(&call);
        const struct json *retention = json_get(call.reply.document, "retention");
        if (result == EXIT_OK && json_text(retention, "reason"))
            result = confirm(invocation, retention);
        client_reply_free(&call.reply);
        call.reply = (struct client_reply){0};
        call.request = resume;
    }
    if (result == EXIT_OK)
        result = call_ask(&call);
    if (result == EXIT_OK)
        result = call_show(&call);
    call_end(&call);
    return result;
}

static const struct command resume = {
    .name = "retention resume",
    .operands = "",
    .summary = "Says that the clock is right, where 'cxd status' says that it is not believed.",
    .text = "Shows what the clock says and what the database knows, and asks. Then what is too old is deleted or\n"
            "anonymised by the clock's time, at once.",
    .example = "cxd retention resume",
    .options = specs,
    .option_count = CXD_COUNT(specs),
    .is_client = true,
    .run = run,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/retention/resume",
                                      .member = "retention",
                                      .what = "the state of the retention",
                                      .line = "what is old goes as of {retention.deletes_as_of}\n"},
};

const struct command cmd_retention = {
    .name = "retention",
    .operands = "",
    .summary = "Lets what is old go again, where the clock was not believed.",
    .example = "cxd retention resume",
    .commands = (const struct command *const[]){&resume, NULL},
};
