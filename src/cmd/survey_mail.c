/* cxd survey mail: a survey's scale as links, for a mail, by /s/{survey}/mail.html; and one for each of a list, by
 * POST /v1/surveys/{survey}/invitations. Both are the daemon's: here the token of each goes where a mark stands. */

#include <stdio.h>
#include <string.h>

#include "cmd/call.h"
#include "cmd/survey_mail.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/csv.h"

enum { LIST_BYTES_MAX = 1 << 30 };

/* What the daemon writes into the links in place of a token. */
static const char MARK[] = "0cxd-invitation-token0";

struct mail_options {
    struct output_options output;
    const char *locale, *touchpoint, *channel, *token, *invite, *expires;
    struct text_list properties;
};

#define AT(member) offsetof(struct mail_options, member)

static const struct option_spec mail_specs[] = {
    {"locale", 0, OPTION_TEXT, AT(locale), "TAG", "the language, such as de", NULL},
    {"touchpoint", 't', OPTION_TEXT, AT(touchpoint), "T", "what answers say of where they come from", NULL},
    {"channel", 0, OPTION_TEXT, AT(channel), "T", "likewise, by which way", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V", "a property of the answers; may be repeated", NULL},
    {"token", 0, OPTION_TEXT, AT(token), "FIELD", "your mailer's merge field, in whose place it puts each token", NULL},
    {"invite", 0, OPTION_TEXT, AT(invite), "FILE", "invite a list, CSV, and print it with a column html", NULL},
    {"expires", 0, OPTION_TEXT, AT(expires), "D", "how long these are good, as 12h or 14d; default: 30d", NULL},
};

/* The snippet with this in place of the mark: of a token, which is escaped nowhere, or of a merge field. */
static void append_filled(struct buffer *out, const struct buffer *snippet, const char *token) {
    const char *at = snippet->data, *end = at + snippet->length, *mark;

    while ((mark = memmem(at, (size_t)(end - at), MARK, sizeof MARK - 1))) {
        buffer_append(out, at, (size_t)(mark - at));
        for (const char *c = token; *c; c++)
            buffer_append_text(out, *c == '"' ? "&quot;" : (const char[]){*c, '\0'});
        at = mark + sizeof MARK - 1;
    }
    buffer_append(out, at, (size_t)(end - at));
}

static int check(const struct invocation *invocation) {
    const struct mail_options *options = invocation->options;
    int64_t seconds;

    if (options->token && options->invite)
        return command_usage(invocation->command, "--token is for a mailer's own list, --invite is the list");
    if (options->expires && !options->invite)
        return command_usage(invocation->command, "--expires goes with --invite");
    if (options->expires && (!duration_parse(options->expires, &seconds) || seconds == 0))
        return command_usage(invocation->command, "--expires takes a duration such as 14d, not '%s'", options->expires);
    for (size_t i = 0; i < options->properties.count; i++)
        if (!strchr(options->properties.items[i], '='))
            return command_usage(invocation->command, "--property takes KEY=VALUE, not '%s'",
                                 options->properties.items[i]);
    return EXIT_OK;
}

static int prepare(struct call *call) {
    const struct mail_options *options = call->invocation->options;
    int result = check(call->invocation);

    call->request.takes_text = true;
    client_query_add(&call->request, "lang", options->locale);
    client_query_add(&call->request, "touchpoint", options->touchpoint);
    client_query_add(&call->request, "channel", options->channel);
    client_query_add(&call->request, "i", options->token || options->invite ? MARK : NULL);
    for (size_t i = 0; result == EXIT_OK && i < options->properties.count; i++) {
        const char *item = options->properties.items[i], *value = strchr(item, '=') + 1;
        buffer_append_text(&call->names, "property.");
        buffer_append(&call->names, item, (size_t)(value - 1 - item));
        buffer_append_char(&call->names, '\0');
    }
    if (call->names.failed)
        return EXIT_REFUSED;
    const char *name = call->names.data;
    for (size_t i = 0; result == EXIT_OK && i < options->properties.count; i++) {
        client_query_add(&call->request, name, strchr(options->properties.items[i], '=') + 1);
        name += strlen(name) + 1;
    }
    return result;
}

/* A row more for each of the daemon's: `url` and `token` are its third and fourth column behind the line's number. */
static size_t append_rows(struct buffer *out, const struct buffer *list, const struct buffer *snippet) {
    enum { STATUS = 1, TOKEN = 4 };
    struct csv csv;
    struct arena arena;
    const char **fields;
    size_t count, line, refused = 0;
    struct error err;

    csv_open(&csv, list->data, list->length);
    arena_init(&arena);
    for (bool is_head = true; csv_next(&csv, &arena, &line, &fields, &count, &err); is_head = false) {
        bool is_made = err.code == CXD_OK && count > TOKEN && *fields[TOKEN];
        for (size_t i = 0; err.code == CXD_OK && i < count; i++) {
            csv_append(out, fields[i]);
            buffer_append_char(out, ',');
        }
        if (is_head) {
            buffer_append_text(out, "html");
        } else if (is_made) {
            size_t begin = out->length;
            append_filled(out, snippet, fields[TOKEN]);
            csv_quote(out, begin);
        } else {
            refused++;
        }
        buffer_append_text(out, "\r\n");
        arena_reset(&arena);
    }
    arena_free(&arena);
    return refused;
}

static int invite(struct call *call, const struct buffer *snippet) {
    const struct mail_options *options = call->invocation->options;
    struct client_request request = {.method = "POST", .type = "text/csv", .takes_text = true, .is_repeatable = true};
    struct client_reply reply = {0};
    char path[sizeof call->path + sizeof "/invitations"];
    int result = command_read_file(options->invite, LIST_BYTES_MAX, &call->body);

    snprintf(path, sizeof path, "/v1/surveys/%s/invitations", call->operand);
    request.path = path;
    request.body = call->body.data;
    request.body_length = call->body.length;
    client_query_add(&request, "expires_in", options->expires);
    if (result == EXIT_OK)
        result = client_call(call->client, &request, &reply);
    if (result == EXIT_OK) {
        size_t refused = append_rows(&call->out, &reply.body, snippet);
        if (refused > 0)
            buffer_append_format(&call->note, "cxd: %zu of the list %s refused; the output says why\n", refused,
                                 refused == 1 ? "was" : "were");
    }
    client_reply_free(&reply);
    return result;
}

static int run(const struct invocation *invocation) {
    const struct mail_options *options = invocation->options;
    struct call call;
    int result = call_prepare(&call, invocation);

    if (result == EXIT_OK)
        result = call_ask(&call);
    if (result == EXIT_OK && options->invite)
        result = invite(&call, &call.reply.body);
    else if (result == EXIT_OK)
        append_filled(&call.out, &call.reply.body, options->token ? options->token : "");
    if (result == EXIT_OK)
        result = output_write(&call.out);
    if (result == EXIT_OK && call.note.length > 0) {
        output_explain(&call.note);
        result = EXIT_REFUSED;
    }
    call_end(&call);
    return result;
}

const struct command survey_mail = {
    .name = "survey mail",
    .operands = "SURVEY",
    .summary = "Prints a survey's scale as links, as HTML to paste into a mail.",
    .text =
        "A link chooses a number; nothing is recorded before the page that it leads to is sent. With --token the links "
        "have your mailer's merge field in place of an invitation's token, which 'cxd invite --file' gives each of a "
        "list as a column. With --invite FILE (as of 'cxd invite --file') the list is invited, and printed with what "
        "each gets as a column html. [server] public_url must be set.",
    .example = "cxd survey mail checkout --locale de --touchpoint receipt > scale.html\n"
               "cxd survey mail checkout --token '*|TOKEN|*'\n"
               "cxd survey mail checkout --invite customers.csv > mails.csv",
    .options = mail_specs,
    .option_count = CXD_COUNT(mail_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = run,
    .call =
        &(const struct call_spec){
            .method = "GET", .path = "/s/%s/mail.html", .what = "a snippet", .is_repeatable = true, .prepare = prepare},
};
