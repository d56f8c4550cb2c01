/* cxd suspects list and clear: responses that look like a machine's and do not count, by
 * /v1/surveys/SURVEY/responses?flagged=true. */

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

struct suspects_options {
    struct output_options output;
    const char *from, *to;
};

#define AT(member) offsetof(struct suspects_options, member)

#define OPTIONS_TIME                                                                                                   \
    OPTION_VALUE("from", 0, AT(from), "T", "only those answered since: 2026-10-24 or 2026-10-24T12:00:00Z"),           \
        OPTION_VALUE("to", 0, AT(to), "T", "only those answered before")

static const struct option_spec list_specs[] = {OPTIONS_TIME, OPTIONS_OUTPUT(AT(output))};
static const struct option_spec clear_specs[] = {OPTIONS_TIME, OPTION_JSON(AT(output.json))};

static void ask_for_flagged(struct call *call) {
    const struct suspects_options *options = call->invocation->options;
    client_query_add(&call->request, "flagged", "true");
    client_query_add(&call->request, "from", options->from);
    client_query_add(&call->request, "to", options->to);
}

static int prepare_list(struct call *call) {
    ask_for_flagged(call);
    client_query_add(&call->request, "limit", "500");
    return EXIT_OK;
}

static int prepare_clear(struct call *call) {
    ask_for_flagged(call);
    buffer_append_text(&call->body, "{\"excluded\":false}");
    return EXIT_OK;
}

static bool show_list(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "ANSWERED", .text = "{^answered_at}"},
        {.header = "SCORE", .text = "{score}", .is_right = true},
        {.header = "WHY", .text = "{flags}"},
        {.header = "RESPONDENT", .text = "{respondent}", .columns_min = 10},
        {.header = "ID", .text = "{id}"},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "responses"), columns,
                      CXD_COUNT(columns));
    return true;
}

static bool show_cleared(struct call *call) {
    double count = -1;
    if (!json_number(call->reply.document, "cleared", &count))
        return false;
    number_append(&call->out, count, 0);
    buffer_append_text(&call->out, count == 1 ? " answer counts now\n" : " answers count now\n");
    return true;
}

static const struct command list = {
    .name = "suspects list",
    .operands = "SURVEY",
    .summary = "Lists the answers of a survey that are taken for a machine's and do not count, newest first.",
    .example = "cxd suspects list checkout",
    .options = list_specs,
    .option_count = CXD_COUNT(list_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/responses",
                                      .pages = "responses",
                                      .member = "responses",
                                      .what = "a list of responses",
                                      .rows = "responses",
                                      .csv = "survey id answered_at received_at score comment respondent touchpoint "
                                             "channel locale properties visit flags excluded",
                                      .prepare = prepare_list,
                                      .show = show_list},
};

static const struct command clear = {
    .name = "suspects clear",
    .operands = "SURVEY",
    .summary = "Lets the answers of a survey count that are taken for a machine's.",
    .text = "All of them, or those of a time. It cannot be taken back at one go.",
    .example = "cxd suspects clear checkout --from 2026-11-01",
    .options = clear_specs,
    .option_count = CXD_COUNT(clear_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "PATCH",
                                      .path = "/v1/surveys/%s/responses",
                                      .member = "cleared",
                                      .what = "a number of responses",
                                      .is_repeatable = true,
                                      .prepare = prepare_clear,
                                      .show = show_cleared},
};

const struct command cmd_suspects = {
    .name = "suspects",
    .operands = "",
    .summary = "Shows answers that are taken for a machine's, and lets them count.",
    .example = "cxd suspects list checkout",
    .commands = (const struct command *const[]){&list, &clear, NULL},
};
