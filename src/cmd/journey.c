/* cxd journey list, show, put, delete and score: ordered lists of touchpoints, by /v1/journeys. */

#include "cmd/ask.h"
#include "cmd/score_view.h"
#include "cmd/view.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

enum { DEFINITION_BYTES_MAX = 1 << 20 };

struct score_options {
    struct output_options output;
    struct window_options window;
    const char *compare, *confidence, *alpha;
};

#define AT(member) offsetof(struct score_options, member)

static const char *const comparisons[] = {"previous", "year", "previous_whole", "none", NULL};

static const struct option_spec score_specs[] = {
    OPTIONS_WINDOW(AT(window)),
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|previous_whole|none",
     "what the change is against; previous, unless there is none", comparisons},
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", ask_confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the p below which a change is significant; 0.05",
     ask_alphas},
    OPTIONS_OUTPUT(AT(output)),
};

/* The path is made of it as it is. */
static int check_name(struct call *call) {
    if (slug_valid(call->operand))
        return EXIT_OK;
    return command_usage(call->invocation->command,
                         "'%s' cannot be the name of a journey: that has 1 to 64 of a-z, 0-9, '-' and '_', and begins "
                         "with a letter or digit",
                         call->operand);
}

static void append_stages(struct buffer *out, const struct json *journey) {
    const struct json *stages = json_get(journey, "stages");
    for (size_t i = 0; i < json_count(stages); i++) {
        const char *survey = json_text(json_at(stages, i), "survey");
        const char *touchpoint = json_text(json_at(stages, i), "touchpoint");
        buffer_append_format(out, "%s%s%s%s", i > 0 ? ", " : "", survey ? survey : "?", touchpoint ? "/" : "",
                             touchpoint ? touchpoint : "");
    }
}

static bool show_list(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "JOURNEY", .text = "{journey}", .columns_min = 8},
        {.header = "REVISION", .text = "{revision}", .is_right = true},
        {.header = "STAGES", .cell = append_stages, .columns_min = 16},
        {.header = "NAME", .text = "{name}", .wraps = true},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "journeys"), columns,
                      CXD_COUNT(columns));
    return true;
}

static int prepare_put(struct call *call) {
    int result = check_name(call);
    return result == EXIT_OK ? command_read_definition(call->invocation->operands[1], DEFINITION_BYTES_MAX, &call->body)
                             : result;
}

static bool show_put(struct call *call) {
    return view_append(&call->screen, &call->out, call->reply.document,
                       call->reply.status == 201 ? "created {journey}, revision {revision}\n"
                                                 : "replaced {journey}, revision {revision}\n");
}

static int prepare_score(struct call *call) {
    const struct score_options *options = call->invocation->options;
    int result = check_name(call);

    if (result == EXIT_OK)
        result = ask_window(call, &options->window);
    client_query_add(&call->request, "compare", options->compare);
    client_query_add(&call->request, "confidence", options->confidence);
    client_query_add(&call->request, "alpha", options->alpha);
    return result;
}

static void append_touchpoint(struct buffer *out, const struct json *stage) {
    const char *touchpoint = json_text(stage, "touchpoint");
    buffer_append_text(out, touchpoint ? touchpoint : "all");
}

static void append_score(struct buffer *out, const struct json *stage) {
    char text[FIGURE_SIZE];
    buffer_append_text(out, score_view_figure(text, stage, "score", false));
}

static void append_interval(struct buffer *out, const struct json *stage) {
    char low[FIGURE_SIZE], high[FIGURE_SIZE];
    if (!json_get(stage, "interval"))
        buffer_append_char(out, '-');
    else
        buffer_append_format(out, "%s to %s", score_view_figure(low, stage, "interval.low", false),
                             score_view_figure(high, stage, "interval.high", false));
}

/* With an asterisk where it is significant, as in the list of scores. */
static void append_change(struct buffer *out, const struct json *stage) {
    char text[FIGURE_SIZE];
    buffer_append_format(out, "%s%s", score_view_figure(text, stage, "previous.delta", true),
                         json_is_true(stage, "previous.significant") ? " *" : "");
}

static void append_lost(struct buffer *out, const struct json *stage) {
    double share;
    char text[NUMBER_SIZE];
    if (json_number(stage, "lost.share", &share))
        buffer_append_format(out, "%s %%", number_format(text, share, 1, false));
    else
        buffer_append_char(out, '-');
}

static bool show_score(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "SURVEY", .text = "{survey}", .columns_min = 8},
        {.header = "TOUCHPOINT", .cell = append_touchpoint, .columns_min = 10},
        {.header = "METRIC", .text = "{metric}"},
        {.header = "N", .text = "{n}", .is_right = true},
        {.header = "SCORE", .cell = append_score, .is_right = true},
        {.header = "INTERVAL", .cell = append_interval, .is_right = true},
        {.header = "CHANGE", .cell = append_change, .is_right = true},
        {.header = "LOST", .cell = append_lost, .is_right = true},
    };
    const struct json *document = call->reply.document;

    view_append_table(&call->screen, &call->out, json_get(document, "stages"), columns, CXD_COUNT(columns));
    if (json_get(document, "steepest_drop"))
        (void)view_append(&call->screen, &call->out, document,
                          json_text(document, "steepest_drop.touchpoint")
                              ? "\nThe steepest drop is to stage {steepest_drop.stage}, "
                                "{steepest_drop.survey}/{steepest_drop.touchpoint}.\n"
                              : "\nThe steepest drop is to stage {steepest_drop.stage}, {steepest_drop.survey}.\n");
    return true;
}

static const struct command list = {
    .name = "journey list",
    .operands = "",
    .summary = "Lists the journeys.",
    .example = "cxd journey list",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/journeys",
                                      .pages = "journeys",
                                      .member = "journeys",
                                      .what = "a list of journeys",
                                      .rows = "journeys",
                                      .csv = "journey name revision created_at updated_at stages",
                                      .show = show_list},
};

static const struct command show = {
    .name = "journey show",
    .operands = "JOURNEY",
    .summary = "Prints a journey's definition, to read or to edit and put back.",
    .example = "cxd journey show buying > buying.json",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/journeys/%s",
                                      .member = "journey",
                                      .what = "a journey",
                                      .rows = "stages",
                                      .csv = "journey=/journey survey touchpoint archived",
                                      .prepare = check_name,
                                      .show = call_show_body},
};

static const struct command put = {
    .name = "journey put",
    .operands = "JOURNEY FILE",
    .summary = "Creates a journey, or replaces its definition, from a JSON file ('-': standard input).",
    .text = "It has a name and 1 to 20 stages, each a survey or one touchpoint of it.",
    .example =
        "echo '{\"stages\": [{\"survey\": \"shop\", \"touchpoint\": \"search\"}, {\"survey\": \"support\"}]}' |\n"
        "    cxd journey put buying -",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 2,
    .operands_max = 2,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "PUT",
                                      .path = "/v1/journeys/%s",
                                      .member = "journey",
                                      .what = "a journey",
                                      .prepare = prepare_put,
                                      .show = show_put},
};

static const struct command delete = {
    .name = "journey delete",
    .operands = "JOURNEY",
    .summary = "Deletes a journey; its surveys and their answers stay.",
    .example = "cxd journey delete buying",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "DELETE",
                                      .path = "/v1/journeys/%s",
                                      .member = "journey",
                                      .what = "a journey",
                                      .line = "deleted {journey}\n",
                                      .prepare = check_name},
};

static const struct command score = {
    .name = "journey score",
    .operands = "JOURNEY",
    .summary = "Shows the scores of a journey's stages side by side.",
    .text = "LOST is the share of the people who answered a stage and none of the next one's questions since.",
    .example = "cxd journey score buying --window last_month",
    .options = score_specs,
    .option_count = CXD_COUNT(score_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call =
        &(const struct call_spec){
            .method = "GET",
            .path = "/v1/journeys/%s/score",
            .member = "stages",
            .what = "the scores of a journey",
            .rows = "stages",
            .csv = "journey=/journey survey touchpoint metric method direction window.from window.to " CSV_FIGURES
                   " " CSV_PREVIOUS " position lost.share lost.people lost.lost lost.reason",
            .prepare = prepare_score,
            .show = show_score},
};

const struct command cmd_journey = {
    .name = "journey",
    .operands = "",
    .summary = "Shows and changes journeys: ordered lists of touchpoints, and their scores.",
    .example = "cxd journey score buying",
    .commands = (const struct command *const[]){&list, &show, &put, &delete, &score, NULL},
};
