/* cxd plan: GET /v1/surveys/{survey}/plan, how many answers a margin or a change takes. */

#include "cmd/ask.h"
#include "cxd/cmd/cmd.h"

struct plan_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *margin, *detect, *power, *assume, *confidence, *alpha;
};

#define AT(member) offsetof(struct plan_options, member)

static const char *const assumptions[] = {"answers", "worst", NULL};

static const struct option_spec specs[] = {
    {"margin", 0, OPTION_TEXT, AT(margin), "M", "the margin of error to reach, in points of the score", NULL},
    {"detect", 0, OPTION_TEXT, AT(detect), "D", "the change between two windows to find", NULL},
    {"power", 0, OPTION_TEXT, AT(power), "P", "how often to find it, 0.5 to 0.999; 0.8", NULL},
    {"assume", 0, OPTION_TEXT, AT(assume), "answers|worst", "worst: that answers spread as far as they can",
     assumptions},
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the margin", ask_confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "of the test for a change; 0.05", ask_alphas},
    OPTIONS_OUTPUT(AT(output)),
};

static int prepare(struct call *call) {
    const struct plan_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    int result = ask_window(call, &options->window);

    if (result != EXIT_OK)
        return result;
    client_query_add(request, "margin", options->margin);
    client_query_add(request, "detect", options->detect);
    client_query_add(request, "power", options->power);
    client_query_add(request, "assume", options->assume);
    client_query_add(request, "confidence", options->confidence);
    client_query_add(request, "alpha", options->alpha);
    return ask_filter(call, &options->filter);
}

/* A line of texts and of the members that numbers are of, in turn, to an empty one; "-" for one that is not known. */
static void append_line(struct buffer *out, const struct json *document, const char *const *parts) {
    double number;

    for (size_t i = 0; parts[i]; i++)
        if (i % 2 == 0)
            buffer_append_text(out, parts[i]);
        else if (json_number(document, parts[i], &number))
            buffer_append_format(out, "%.10g", number);
        else
            buffer_append_char(out, '-');
    buffer_append_char(out, '\n');
}
#define LINE(...) append_line(&call->out, document, (const char *const[]){__VA_ARGS__, NULL})

static bool show(struct call *call) {
    const struct json *document = call->reply.document;
    const struct json *spread = json_get(document, "spread");
    const char *reason = spread ? json_text(spread, "reason") : NULL;

    if (!spread)
        return false;
    if (json_get(document, "margin"))
        LINE("", "margin.n", " answers for a margin of error of ", "margin.margin_of_error");
    if (json_get(document, "detect"))
        LINE("", "detect.n", " answers in each window to find a change of ", "detect.change", " with power ", "power");
    LINE("", "present.n", " answers now: margin of error ", "present.margin_of_error", ", detectable change ",
         "present.detectable_change");
    buffer_append_text(&call->out, reason ? "the worst case is assumed (" : "as the answers of the window spread");
    if (reason)
        screen_append(&call->screen, &call->out, reason);
    LINE(reason ? "): standard deviation " : ": standard deviation ", "spread.standard_deviation");
    return true;
}

const struct command cmd_plan = {
    .name = "plan",
    .operands = "SURVEY",
    .summary = "Says how many answers a margin of error or a change takes.",
    .text = "And what those of the window give: the last 30 days unless --window, or --from and --to, say another.",
    .example = "cxd plan checkout --margin 5\ncxd plan checkout --detect 10 --power 0.9",
    .options = specs,
    .option_count = CXD_COUNT(specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call =
        &(const struct call_spec){
            .method = "GET",
            .path = "/v1/surveys/%s/plan",
            .member = "spread",
            .what = "a plan",
            .csv = "survey metric method window.from window.to spread.of spread.reason spread.standard_deviation "
                   "confidence alpha power margin.margin_of_error margin.n detect.change detect.n present.n "
                   "present.margin_of_error present.detectable_change",
            .prepare = prepare,
            .show = show},
};
