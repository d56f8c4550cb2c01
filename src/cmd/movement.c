/* cxd movement: GET /v1/surveys/{survey}/movement, shown as a table. */

#include <string.h>

#include "cmd/ask.h"
#include "cmd/score_view.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

struct movement_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *compare, *alpha;
};

static const char *const comparisons[] = {"previous", "year", "previous_whole", NULL};

#define AT(member) offsetof(struct movement_options, member)

static const struct option_spec movement_specs[] = {
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|previous_whole", "the window that they moved from",
     comparisons},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the p below which the movement is significant; 0.05",
     ask_alphas},
    OPTIONS_OUTPUT(AT(output)),
};

static int prepare(struct call *call) {
    const struct movement_options *options = call->invocation->options;
    int result = ask_window(call, &options->window);

    client_query_add(&call->request, "compare", options->compare);
    client_query_add(&call->request, "alpha", options->alpha);
    return result == EXIT_OK ? ask_filter(call, &options->filter) : result;
}

enum { BANDS = 3 };

/* The name of a band as a column's head, which is a constant. */
static const char *head_of(const char *name) {
    static const char *const KNOWN[] = {"promoters", "passives",     "detractors", "satisfied",
                                        "neutral",   "dissatisfied", "easy",       "difficult"};
    for (size_t i = 0; name && i < CXD_COUNT(KNOWN); i++)
        if (strcmp(name, KNOWN[i]) == 0)
            return KNOWN[i];
    return "?";
}

/* A row for each band that they were in, a column for each that they are in. */
static void append_table(const struct screen *screen, struct buffer *out, const struct json *movement) {
    struct table_column columns[BANDS + 1] = {{.header = "from, to"}};
    struct table table;
    char text[NUMBER_SIZE];

    for (size_t i = 0; i < BANDS; i++)
        columns[i + 1] = (struct table_column){.header = head_of(json_name_at(movement, i)), .is_right = true};
    table_init(&table, columns, BANDS + 1);
    for (size_t from = 0; from < BANDS; from++) {
        const char *name = head_of(json_name_at(movement, from));
        const struct json *row = json_get(movement, name);
        table_cell(screen, &table, name);
        for (size_t to = 0; to < BANDS; to++) {
            double count = 0;
            (void)json_number(row, columns[to + 1].header, &count);
            table_cell(screen, &table, number_format(text, count, 0, false));
        }
    }
    table_append(screen, out, &table);
    table_free(&table);
}

static const char *untested(const struct json *document) {
    static const struct {
        const char *reason, *words;
    } REASONS[] = {
        {"suppressed", "withheld: fewer respondents than the survey's min_n"},
        {"overlap", "withheld: the two windows share answers"},
        {"empty", "nobody answered in both windows"},
        {"unchanged", "nobody moved"},
    };
    const char *reason = json_text(document, "reason");

    for (size_t i = 0; reason && i < CXD_COUNT(REASONS); i++)
        if (strcmp(reason, REASONS[i].reason) == 0)
            return REASONS[i].words;
    return "not tested";
}

static bool show(struct call *call) {
    const struct json *document = call->reply.document, *movement = json_get(document, "movement");
    struct buffer *out = &call->out;
    char text[FIGURE_SIZE];
    double n, p;

    if (!json_number(document, "n", &n))
        return false;
    score_view_append_title(&call->screen, out, document);
    score_view_append_window(&call->screen, out, json_get(document, "window"));
    score_view_append_before(&call->screen, out, json_get(document, "previous.window"));
    if (movement) {
        view_append(&call->screen, out, document,
                    "  {n} answered in both: {gained} moved up, {lost} down, {unchanged} not\n\n");
        append_table(&call->screen, out, movement);
        buffer_append_char(out, '\n');
    }
    if (json_number(document, "p_value", &p))
        buffer_append_format(out, "  %s, %ssignificant\n", score_view_probability(text, p),
                             json_is_true(document, "significant") ? "" : "not ");
    else
        buffer_append_format(out, "  %s\n", untested(document));
    return true;
}

const struct command cmd_movement = {
    .name = "movement",
    .operands = "SURVEY",
    .summary = "Shows who moved between bands, as from detractor to promoter, since the window before.",
    .text = "Of those who answered in both windows, by the latest answer in each. The window is the last 30\n"
            "days unless --window, or --from and --to, say another.",
    .example = "cxd movement checkout --window quarter",
    .options = movement_specs,
    .option_count = CXD_COUNT(movement_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/movement",
                                      .member = "part",
                                      .what = "a movement",
                                      .csv = "survey metric window.from window.to previous.window.from "
                                             "previous.window.to n gained lost unchanged "
                                             "favourable_favourable=movement.#0.#0 favourable_neutral=movement.#0.#1 "
                                             "favourable_unfavourable=movement.#0.#2 "
                                             "neutral_favourable=movement.#1.#0 neutral_neutral=movement.#1.#1 "
                                             "neutral_unfavourable=movement.#1.#2 "
                                             "unfavourable_favourable=movement.#2.#0 "
                                             "unfavourable_neutral=movement.#2.#1 "
                                             "unfavourable_unfavourable=movement.#2.#2 "
                                             "test statistic df p_value significant reason",
                                      .prepare = prepare,
                                      .show = show},
};
