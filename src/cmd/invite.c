/* cxd invite: signed links, by POST /v1/surveys/{survey}/invitations: one, or those of a list. Making one stores nothing, so a try whose
 * reply was lost can be repeated. Links stand alone on standard output, for scripts. */

#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

enum { LIST_BYTES_MAX = 1 << 30 };

struct invite_options {
    const char *respondent, *expires, *link, *file;
    struct text_list properties;
    bool json;
};

#define AT(member) offsetof(struct invite_options, member)

static const struct option_spec invite_specs[] = {
    {"respondent", 'r', OPTION_TEXT, AT(respondent), "T", "who is invited, by your own name for them", NULL},
    {"expires", 0, OPTION_TEXT, AT(expires), "D", "how long it is good, as 12h or 14d; default: 30d", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V", "fixed data of the answer; may be repeated", NULL},
    {"link", 0, OPTION_TEXT, AT(link), "URL", "your page, with {token} (and {survey}) where they belong",
     NULL},
    {"file", 'f', OPTION_TEXT, AT(file), "FILE",
     "a list of respondents, CSV or NDJSON; '-' is standard input", NULL},
    {"json", 'j', OPTION_FLAG, AT(json), NULL, "print the daemon's reply", NULL},
};

static int run(int argc, char **argv);

const struct command cmd_invite = {
    .name = "invite",
    .operands = "SURVEY",
    .summary = "Makes signed links by which respondents answer a survey, once each.",
    .text =
        "CSV has a header with the column 'respondent', and maybe 'expires'; other columns are properties.\n"
        "What comes of a list is printed in its own form.",
    .example = "cxd invite checkout --respondent customer-4711 --expires 14d -p plan=pro\n"
               "cxd invite checkout --file customers.csv --link 'https://shop.example/survey?i={token}'",
    .options = invite_specs,
    .option_count = CXD_COUNT(invite_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = run,
};

static int check(const struct invite_options *options, const char *survey) {
    int64_t seconds;

    if (!slug_valid(survey))
        return command_usage(&cmd_invite, "'%s' cannot be the name of a survey", survey);
    if (!options->respondent == !options->file)
        return command_usage(&cmd_invite, "either --respondent or --file is needed");
    if (options->file && options->properties.count > 0)
        return command_usage(&cmd_invite, "--property goes with --respondent; in a list it is a column");
    if (options->expires && (!duration_parse(options->expires, &seconds) || seconds == 0))
        return command_usage(&cmd_invite, "--expires takes a duration such as 14d, not '%s'",
                             options->expires);
    if (options->link && !strstr(options->link, "{token}"))
        return command_usage(&cmd_invite, "--link needs {token} where the token belongs");
    return EXIT_OK;
}

static int read_list(const char *path, struct buffer *ret_body) {
    bool is_standard = strcmp(path, "-") == 0;
    FILE *file = is_standard ? stdin : fopen(path, "re");
    char chunk[8192];
    size_t got;
    int result = EXIT_OK;

    if (!file) {
        perror(path);
        return EXIT_REFUSED;
    }
    while (ret_body->length <= LIST_BYTES_MAX && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buffer_append(ret_body, chunk, got);
    if (ferror(file) || ret_body->failed || ret_body->length > LIST_BYTES_MAX) {
        fprintf(stderr, "cxd: %s cannot be read, or is too long\n", is_standard ? "standard input" : path);
        result = EXIT_REFUSED;
    }
    if (!is_standard)
        fclose(file);
    return result;
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

static int build(const struct invite_options *options, struct client_request *request, struct buffer *body) {
    int result = EXIT_OK;

    client_query_add(request, "expires_in", options->expires);
    client_query_add(request, "link", options->link);
    if (options->file) {
        result = read_list(options->file, body);
        request->type = type_of(body);
        request->takes_text = true;
    } else {
        buffer_append_text(body, "{\"respondent\":");
        buffer_append_json(body, options->respondent);
        result = command_append_properties(&cmd_invite, &options->properties, body);
        buffer_append_char(body, '}');
    }
    if (result == EXIT_OK && body->failed) {
        fprintf(stderr, "cxd: out of memory\n");
        return EXIT_REFUSED;
    }
    request->body = body->data ? body->data : "";
    request->body_length = body->length;
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

static int show(const struct client *client, const struct client_request *request,
                const struct client_reply *reply, bool is_json) {
    struct screen screen;
    struct buffer out;
    size_t refused = 0;
    int result;

    screen_init(&screen, stdout);
    buffer_init(&out);
    if (request->takes_text) {
        buffer_append(&out, reply->body.data, reply->body.length);
        refused = reply->body.length > 0 ? count_refused(reply, request->type) : 0;
    } else if (is_json) {
        json_append_safe(&out, reply->body.data, reply->body.length, false);
    } else if (json_text(reply->document, "url")) {
        screen_append(&screen, &out, json_text(reply->document, "url"));
        buffer_append_char(&out, '\n');
    } else {
        buffer_free(&out);
        return client_unexpected(client, "an invitation");
    }
    result = output_write(&out);
    buffer_free(&out);
    if (result == EXIT_OK && refused > 0) {
        fprintf(stderr, "cxd: %zu of the list %s refused; the output says why\n", refused,
                refused == 1 ? "was" : "were");
        return EXIT_REFUSED;
    }
    return result;
}

static int run(int argc, char **argv) {
    struct invite_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct client_request request = {.method = "POST", .is_repeatable = true};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    struct buffer body;
    char path[128];
    char **operands;
    int count, result = command_parse(&cmd_invite, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    result = check(&options, operands[0]);
    if (result != EXIT_OK)
        return result;
    snprintf(path, sizeof path, "/v1/surveys/%s/invitations", operands[0]);
    request.path = path;
    buffer_init(&body);
    result = build(&options, &request, &body);
    if (result == EXIT_OK)
        result = client_open(&where, &client);
    if (result == EXIT_OK)
        result = client_call(client, &request, &reply);
    if (result == EXIT_OK)
        result = show(client, &request, &reply, options.json);
    client_reply_free(&reply);
    client_close(client);
    buffer_free(&body);
    return result;
}
