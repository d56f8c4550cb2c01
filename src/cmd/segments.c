/* cxd segments: GET /v1/surveys/{survey}/segments, a row a segment, the most harmful first. */

#include <string.h>

#include "cmd/ask.h"
#include "cmd/segments_view.h"
#include "cxd/cmd/cmd.h"

struct segments_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *by, *question, *limit, *compare, *confidence, *alpha;
};

#define AT(member) offsetof(struct segments_options, member)

static const char *const comparisons[] = {"previous", "year", "previous_whole", "none", NULL};

static const struct option_spec segments_specs[] = {
    {"by", 'b', OPTION_TEXT, AT(by), "D[,D]",
     "touchpoint, channel, locale, property.KEY or answer.KEY, or two of them; touchpoint unless given", NULL},
    OPTION_QUESTION(AT(question)),
    {"limit", 0, OPTION_TEXT, AT(limit), "N", "so many rows, and one for all others; 20 unless given", NULL},
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|previous_whole|none",
     "what the change of each is against; none unless given", comparisons},
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", ask_confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the adjusted p below which a segment is significant; 0.05",
     ask_alphas},
    OPTIONS_OUTPUT(AT(output)),
};

#define CSV_DOCUMENT "survey=/survey window_from=/window.from window_to=/window.to by=/by "
#define CSV_SEGMENT                                                                                                    \
    " remainder value_count " CSV_FIGURES " share impact test p_value p_adjusted significant " CSV_RATE                \
    " " CSV_PREVIOUS " question=/question"

static int prepare(struct call *call) {
    const struct segments_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    const char *by = options->by ? options->by : "touchpoint";
    int result = ask_window(call, &options->window);
    if (result != EXIT_OK)
        return result;
    client_query_add(request, "by", by);
    client_query_add(request, "question", options->question);
    client_query_add(request, "limit", options->limit ? options->limit : "20");
    if (options->compare && strcmp(options->compare, "none") != 0)
        client_query_add(request, "compare", options->compare);
    client_query_add(request, "confidence", options->confidence);
    client_query_add(request, "alpha", options->alpha);
    call->csv = strchr(by, ',') ? CSV_DOCUMENT "value_1=values.#0 value_2=values.#1" CSV_SEGMENT
                                : CSV_DOCUMENT "value" CSV_SEGMENT;
    return ask_filter(call, &options->filter);
}

static bool show(struct call *call) {
    return segments_view_append(&call->screen, &call->out, call->reply.document);
}

const struct command cmd_segments = {
    .name = "segments",
    .operands = "SURVEY",
    .summary = "Shows which segments of a survey move its score, the most harmful first.",
    .text = "The impact is how many points of the score a segment is responsible for. A star is beside what differs\n"
            "from all others by more than chance; p is adjusted, since a table is many tests.",
    .example = "cxd segments checkout --by touchpoint --window 90d\ncxd segments checkout --by property.plan,channel",
    .options = segments_specs,
    .option_count = CXD_COUNT(segments_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/segments",
                                      .member = "segments",
                                      .rows = "segments",
                                      .csv = CSV_DOCUMENT "value" CSV_SEGMENT,
                                      .what = "a table of segments",
                                      .prepare = prepare,
                                      .show = show},
};
