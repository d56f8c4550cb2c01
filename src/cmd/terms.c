/* cxd terms: GET /v1/surveys/{survey}/comments/terms, what people of one band write and the rest does not. */

#include <string.h>

#include "cmd/ask.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

struct terms_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *band, *language, *min_count, *limit, *question;
};

#define AT(member) offsetof(struct terms_options, member)

static const struct option_spec terms_specs[] = {
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    OPTION_VALUE("band", 'b', AT(band), "BAND",
                 "whose: detractors, passives, promoters, satisfied, ...; else the unfavourable"),
    OPTION_VALUE("language", 0, AT(language), "L", "comments in this language only, such as de"),
    OPTION_VALUE("min-count", 0, AT(min_count), "N", "terms that so many of the band have at least; 3"),
    OPTION_VALUE("limit", 'n', AT(limit), "N", "so many terms at most; 20"),
    OPTION_VALUE("question", 0, AT(question), "KEY", "of what was answered in words to this further question alone"),
    OPTIONS_OUTPUT(AT(output)),
};

static int prepare(struct call *call) {
    const struct terms_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    int result = ask_window(call, &options->window);
    if (result != EXIT_OK)
        return result;
    client_query_add(request, "band", options->band);
    client_query_add(request, "language", options->language);
    client_query_add(request, "min_count", options->min_count);
    client_query_add(request, "limit", options->limit);
    client_query_add(request, "question", options->question);
    return ask_filter(call, &options->filter);
}

static void append_z(struct buffer *out, const struct json *row) {
    double z = 0;
    if (json_number(row, "z", &z))
        number_append(out, z, 1);
}

/* A line of the first example. */
static void append_example(struct buffer *out, const struct json *row) {
    enum { CHARACTERS = 60 };
    const char *comment = json_text(json_at(json_get(row, "examples"), 0), "comment");
    size_t length = 0;
    if (!comment)
        return;
    for (int i = 0; i < CHARACTERS && comment[length] != '\0' && comment[length] != '\n'; i++)
        do
            length++;
        while (((unsigned char)comment[length] & 0xC0) == 0x80);
    buffer_append(out, comment, length);
    if (comment[length] != '\0')
        buffer_append_text(out, "...");
}

static bool show(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "TERM", .text = "{term}", .columns_min = 12},
        {.header = "Z", .is_right = true, .cell = append_z},
        {.header = "COUNT", .text = "{#count}", .is_right = true},
        {.header = "REST", .text = "{#rest}", .is_right = true},
        {.header = "FOR EXAMPLE", .cell = append_example, .wraps = true},
    };
    const struct json *document = call->reply.document, *terms = json_get(document, "terms");
    bool is_whole = view_append(&call->screen, &call->out, document,
                                "{survey}: {#n.band} comments of {band}, {#n.rest} of the rest\n");
    if (json_is_true(document, "suppressed"))
        buffer_append_text(&call->out, "too few to show what they say\n");
    else if (json_count(terms) == 0)
        buffer_append_text(&call->out, "nothing sets them apart\n");
    else
        view_append_table(&call->screen, &call->out, terms, columns, CXD_COUNT(columns));
    return is_whole;
}

const struct command cmd_terms = {
    .name = "terms",
    .operands = "SURVEY",
    .summary = "Shows the words and phrases that set the comments of one band apart from the rest.",
    .text = "Of the last 30 days, unless --window, or --from and --to, say another. The larger Z, the less is it by\n"
            "chance: what is below 3 may well be. COUNT and REST are comments with the term, in the band and outside.",
    .example = "cxd terms checkout --window 90d\ncxd terms checkout --band promoters --language de",
    .options = terms_specs,
    .option_count = CXD_COUNT(terms_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/comments/terms",
                                      .member = "terms",
                                      .what = "a list of terms",
                                      .rows = "terms",
                                      .csv = "/survey /band term z log_odds count rest example=examples.#0.comment",
                                      .prepare = prepare,
                                      .show = show},
};
