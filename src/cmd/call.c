/* From the command line to the daemon and back to the terminal, for every command that asks once. */

#include "cmd/call.h"

#include <stdio.h>
#include <string.h>

#include "cmd/csv_view.h"
#include "cmd/fit.h"
#include "cmd/view.h"
#include "cxd/base/nearest.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

int call_prepare(struct call *call, const struct invocation *invocation) {
    static const char surveys[] = "/v1/surveys/";
    const struct call_spec *spec = invocation->command->call;
    int result = EXIT_OK;

    *call = (struct call){.invocation = invocation,
                          .operand = invocation->count > 0 ? invocation->operands[0] : NULL,
                          .pages = spec->pages,
                          .member = spec->member,
                          .rows = spec->rows,
                          .csv = spec->csv};
    call->request =
        (struct client_request){.method = spec->method, .path = call->path, .is_repeatable = spec->is_repeatable};
    if (call->operand && strncmp(spec->path, surveys, sizeof surveys - 1) == 0 && !slug_valid(call->operand))
        return command_usage(invocation->command,
                             "'%s' cannot be the name of a survey: that has 1 to 64 of a-z, 0-9, '-' and '_', and "
                             "begins with a letter or digit",
                             call->operand);
    /* Only the table's own texts are formats: they have one "%s" or none. */
    const char *mark = strstr(spec->path, "%s");
    snprintf(call->path, sizeof call->path, "%.*s%s%s", mark ? (int)(mark - spec->path) : (int)strlen(spec->path),
             spec->path, mark && call->operand ? call->operand : "", mark ? mark + 2 : "");
    if (spec->prepare)
        result = spec->prepare(call);
    if (result == EXIT_OK && (call->body.failed || call->names.failed)) {
        complain("out of memory");
        return EXIT_REFUSED;
    }
    if (call->body.length > 0 || strcmp(spec->method, "POST") == 0)
        call->request.body = call->body.data ? call->body.data : "";
    call->request.body_length = call->body.length;
    return result;
}

static bool is_no_survey(const struct client_reply *reply) {
    const char *type = reply->document ? json_text(reply->document, "type") : NULL;
    const char *slash = type ? strrchr(type, '/') : NULL;

    return reply->status == 404 && slash && strcmp(slash + 1, error_slug(ERR_NO_SURVEY)) == 0;
}

/* For a survey that is not there: the name that is nearest to it, if the key may list them. */
static void suggest_survey(struct call *call) {
    struct client_request request = {.method = "GET", .path = "/v1/surveys", .is_quiet = true};
    struct client_reply reply;
    struct nearest nearest;
    const char *slug = NULL;

    nearest_begin(&nearest, call->operand);
    if (client_call_pages(call->client, &request, "surveys", &reply) == EXIT_OK) {
        const struct json *surveys = json_get(reply.document, "surveys");

        for (size_t i = 0; surveys && i < json_count(surveys); i++) {
            const char *name = json_text(json_at(surveys, i), "slug");

            if (name && slug_valid(name) && nearest_try(&nearest, name))
                slug = name;
        }
        if (slug)
            output_line(stderr, "Did you mean '%s'?", slug);
    }
    client_reply_free(&reply);
}

int call_ask(struct call *call) {
    const struct call_spec *spec = call->invocation->command->call;
    int result = call->client ? EXIT_OK : client_open(&call->invocation->client, &call->client);

    if (result == EXIT_OK)
        result = call->pages
                     ? client_call_some_pages(call->client, &call->request, call->pages, call->want, &call->reply)
                     : client_call(call->client, &call->request, &call->reply);
    if (result != EXIT_OK && !call->request.is_quiet && call->operand && is_no_survey(&call->reply))
        suggest_survey(call);
    if (result != EXIT_OK || call->request.takes_text || json_get(call->reply.document, call->member))
        return result;
    return call->request.is_quiet ? EXIT_REFUSED : client_unexpected(call->client, spec->what);
}

int call_show(struct call *call) {
    const struct call_spec *spec = call->invocation->command->call;
    const struct output_options *output = call->invocation->options;
    const struct json *document = call->reply.document;
    bool good = true;
    int result;

    screen_init(&call->screen, stdout);
    if (output->json && !call->request.takes_text)
        json_append_safe(&call->out, call->reply.body.data, call->reply.body.length, false);
    else if (output->csv)
        csv_view_append(&call->out, document, call->rows, call->csv);
    else
        good = spec->line ? view_append(&call->screen, &call->out, document, spec->line) : spec->show(call);
    if (!output->json && !output->csv && spec->show != call_show_body)
        fit_lines(&call->screen, &call->out);
    if (call->want > 0 && json_text(document, "next"))
        buffer_append_text(&call->hint, "cxd: there are more than these; --limit takes more, or a window less\n");
    result = good ? output_write(&call->out) : client_unexpected(call->client, spec->what);
    if (result == EXIT_OK)
        output_explain(&call->hint);
    if (result != EXIT_OK || call->note.length == 0)
        return result;
    output_explain(&call->note);
    return EXIT_REFUSED;
}

void call_end(struct call *call) {
    client_reply_free(&call->reply);
    client_close(call->client);
    buffer_free(&call->body);
    buffer_free(&call->names);
    buffer_free(&call->out);
    buffer_free(&call->hint);
    buffer_free(&call->note);
}

bool call_show_body(struct call *call) {
    json_append_safe(&call->out, call->reply.body.data, call->reply.body.length, true);
    return true;
}

int call_run(const struct invocation *invocation) {
    struct call call;
    int result = call_prepare(&call, invocation);

    if (result == EXIT_OK)
        result = call_ask(&call);
    if (result == EXIT_OK)
        result = call_show(&call);
    call_end(&call);
    return result;
}
