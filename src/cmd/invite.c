/* cxd invite: signed links, by POST /v1/surveys/{survey}/invitations: one, or those of a list. Nobody has the links of
 * a try whose reply was lost, and they pass by themselves, so it can be repeated. Links stand alone on standard output,
 * for scripts. */

#include <string.h>
#include <strings.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

enum { LIST_BYTES_MAX = 1 << 30 };

struct invite_options {
    struct output_options output;
    const char *respondent, *expires, *link, *file;
    struct text_list properties;
};

#define AT(member) offsetof(struct invite_options, member)

static const struct option_spec invite_specs[] = {
    {"respondent", 'r', OPTION_TEXT, AT(respondent), "T", "who is invited, by your own name for them", NULL},
    {"expires", 0, OPTION_TEXT, AT(expires), "D", "how long it is good, as 12h or 14d; default: 30d", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V", "fixed data of the answer; may be repeated", NULL},
    {"link", 0, OPTION_TEXT, AT(link), "URL",
     "your page; ?invitation=TOKEN is added, or {token} and {survey} filled in", NULL},
    {"file", 'f', OPTION_TEXT, AT(file), "FILE", "a list of respondents, CSV or NDJSON; '-' is standard input", NULL},
    OPTION_JSON(AT(output.json)),
};

static int check(const struct command *command, const struct invite_options *options) {
    int64_t seconds;

    if (!options->respondent == !options->file)
        return command_usage(command, "either --respondent or --file is needed");
    if (options->file && options->properties.count > 0)
        return command_usage(command, "--property goes with --respondent; in a list it is a column");
    if (options->expires && (!duration_parse(options->expires, &seconds) || seconds == 0))
        return command_usage(command, "--expires takes a duration such as 14d, not '%s'", options->expires);
    if (options->link && strncasecmp(options->link, "https://", 8) != 0 &&
        strncasecmp(options->link, "http://", 7) != 0)
        return command_usage(command, "--link takes the address of your page, https://…, not '%s'", options->link);
    return EXIT_OK;
}

/* What the link is to be made of: a page without a place for the token has it in its query. */
static const char *make_template(const char *link, struct buffer *out) {
    size_t length = strcspn(link, "#");
    bool has_query = memchr(link, '?', length), is_open = length > 0 && strchr("?&", link[length - 1]);

    if (strstr(link, "{token}"))
        return link;
    buffer_append(out, link, length);
    buffer_append_text(out, !has_query ? "?" : is_open ? "" : "&");
    buffer_append_text(out, "invitation={token}");
    buffer_append_text(out, link + length);
    return buffer_terminate(out);
}

/* By its first character: an object's, an array's, or else it is CSV. */
static const char *type_of(const struct buffer *body) {
    for (size_t i = 0; i < body->length; i++) {
        if (body->data[i] == '{')
            return "application/x-ndjson";
        if (body->data[i] == '[')
            return "application/json";
        if (!strchr(" \t\r\n\xEF\xBB\xBF", body->data[i]))
            break;
    }
    return "text/csv";
}

static int prepare(struct call *call) {
    const struct command *command = call->invocation->command;
    const struct invite_options *options = call->invocation->options;
    struct buffer *body = &call->body;
    int result = check(command, options);

    client_query_add(&call->request, "expires_in", options->expires);
    if (result != EXIT_OK)
        return result;
    if (options->link)
        client_query_add(&call->request, "link", make_template(options->link, &call->names));
    if (options->file) {
        result = command_read_file(options->file, LIST_BYTES_MAX, body);
        call->request.type = type_of(body);
        call->request.takes_text = true;
    } else {
        write_open(body, NULL, '{');
        write_text(body, "respondent", options->respondent);
        result = command_append_properties(command, &options->properties, body);
        buffer_append_char(body, '}');
    }
    return result;
}

/* Lines of a list that were refused, by what the daemon writes of each; they are in the output. */
static size_t count_refused(const struct client_reply *reply, const char *type) {
    static const char problem[] = "\"type\":\"/problems/";
    bool is_csv = strcmp(type, "text/csv") == 0;
    const char *at = reply->body.data, *end = at + reply->body.length;
    size_t count = 0;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        const char *comma = memchr(at, ',', (size_t)(stop - at));

        if (is_csv)
            count += comma && stop - comma > 2 && comma[1] == '4';
        else
            for (const char *c = at; (c = memmem(c, (size_t)(stop - c), problem, sizeof problem - 1)); c++)
                count++;
        at = newline ? newline + 1 : end;
    }
    return count;
}

static bool show(struct call *call) {
    const struct client_reply *reply = &call->reply;
    size_t refused;

    if (!call->request.takes_text)
        return view_append(&call->screen, &call->out, reply->document, "{url}\n");
    buffer_append(&call->out, reply->body.data, reply->body.length);
    refused = reply->body.length > 0 ? count_refused(reply, call->request.type) : 0;
    if (refused > 0)
        buffer_append_format(&call->note, "cxd: %zu of the list %s refused; the output says why\n", refused,
                             refused == 1 ? "was" : "were");
    return true;
}

const struct command cmd_invite = {
    .name = "invite",
    .operands = "SURVEY",
    .summary = "Makes signed links by which respondents answer a survey, once each.",
    .text = "CSV has a header with the column 'respondent', and maybe 'expires'; other columns are properties.\n"
            "What comes of a list is printed in its own form.",
    .example = "cxd invite checkout --respondent customer-4711 --expires 14d -p plan=pro\n"
               "cxd invite checkout --file customers.csv --link https://shop.example/survey",
    .options = invite_specs,
    .option_count = CXD_COUNT(invite_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/surveys/%s/invitations",
                                      .member = "url",
                                      .what = "an invitation",
                                      .is_repeatable = true,
                                      .prepare = prepare,
                                      .show = show},
};
