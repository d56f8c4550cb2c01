/* cxd export: GET /v1/surveys/{survey}/responses.csv and .ndjson, to a file that is whole or not there. One reply has
 * all, most often; where it ends before that, another goes on behind the last record. */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/ask.h"
#include "cmd/call.h"
#include "cmd/gzip.h"
#include "cmd/meter.h"
#include "cmd/records.h"
#include "cmd/target.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

struct export_options {
    const char *output, *format;
    struct window_options window;
    struct filter_options filter;
    const char *respondent, *score, *band, *received_from, *received_to, *updated_from, *updated_to;
    const char *excluded, *amended;
    bool all, flagged, schema, resume, quiet;
};

static const char *const FORMATS[] = {"csv", "ndjson", NULL};
static const char *const BOOLEANS[] = {"true", "false", NULL};

#define AT(member) offsetof(struct export_options, member)

static const struct option_spec export_specs[] = {
    OPTION_VALUE("output", 'o', AT(output), "FILE", "the file; with .gz it is compressed; standard output"),
    {"format", 'f', OPTION_TEXT, AT(format), "csv|ndjson", "by the file's ending, csv without one", FORMATS},
    {"all", 0, OPTION_FLAG, AT(all), NULL, "an archive of all surveys, for cxd import --all", NULL},
    {"schema", 0, OPTION_FLAG, AT(schema), NULL, "also write FILE's Table Schema beside it: FILE.schema.json", NULL},
    {"resume", 'r', OPTION_FLAG, AT(resume), NULL, "go on with what there is of an export that did not end", NULL},
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    OPTION_VALUE("respondent", 0, AT(respondent), "X", "of this respondent only"),
    OPTION_VALUE("score", 's', AT(score), "N", "of this score, or of a range: 0..6, 9.."),
    OPTION_VALUE("band", 'b', AT(band), "B", "of this band of the survey's: detractors, satisfied, …"),
    OPTION_VALUE("received-from", 0, AT(received_from), "T", "first stored at this time, or later"),
    OPTION_VALUE("received-to", 0, AT(received_to), "T", "first stored before this time"),
    OPTION_VALUE("updated-from", 0, AT(updated_from), "T", "last changed at this time, or later"),
    OPTION_VALUE("updated-to", 0, AT(updated_to), "T", "last changed before this time"),
    {"amended", 0, OPTION_TEXT, AT(amended), "true|false", "only those that were changed since, or were not", BOOLEANS},
    {"excluded", 0, OPTION_TEXT, AT(excluded), "true|false", "only those that are excluded, or are not", BOOLEANS},
    {"flagged", 0, OPTION_FLAG, AT(flagged), NULL, "only those suspected to be a machine's", NULL},
    OPTION_QUIET(AT(quiet)),
};

enum {
    FRUITLESS_MAX = 6,   /* so many replies in a row that bring nothing are the last */
    WAIT_FIRST_MS = 500, /* before the next, doubled each time */
    NAME_SIZE = 4096,
    CURSOR_SIZE = RECORDS_CURSOR_SIZE
};

/* One export. */
struct run {
    struct call *call;
    const struct export_options *options;
    struct client_sink sink;
    struct target target;
    struct records records;
    struct meter meter;
    struct buffer what;       /* which it is: path and query */
    char cursor[CURSOR_SIZE]; /* behind the last record that was written */
    char history[CURSOR_SIZE];
    char moment[TIME_TEXT_SIZE], last_moment[TIME_TEXT_SIZE]; /* of the first reply, and of the last */
    int replies;
    struct error err; /* what ended it that is not the daemon's */
};

/* "answers.csv" of answers.csv.gz */
static const char *plain_name(const char *path, char out[NAME_SIZE]) {
    snprintf(out, NAME_SIZE, "%.*s", (int)(strlen(path) - (gzip_is_name(path) ? 3 : 0)), path);
    return out;
}

/* ".csv" of answers.csv.gz; "" of what has none, as answers, .answers and - do. */
static const char *find_ending(const char *path, char name[NAME_SIZE]) {
    const char *slash = strrchr(plain_name(path, name), '/'), *base = slash ? slash + 1 : name;
    const char *dot = strrchr(base, '.');

    return dot && dot != base ? dot : "";
}

/* What a file is by its ending; NULL: that says something else. */
static const char *format_of(const char *path) {
    static const struct {
        const char *ending, *format;
    } ENDINGS[] = {{"", "csv"}, {".csv", "csv"}, {".ndjson", "ndjson"}, {".jsonl", "ndjson"}, {".json", "ndjson"}};
    char name[NAME_SIZE];
    const char *ending = find_ending(path, name);

    for (size_t i = 0; i < CXD_COUNT(ENDINGS); i++)
        if (strcasecmp(ending, ENDINGS[i].ending) == 0)
            return ENDINGS[i].format;
    return NULL;
}

/* NULL: the name does not say it. */
static const char *choose_format(const struct export_options *options) {
    return options->format ? options->format : format_of(options->output ? options->output : "");
}

static int prepare_archive(struct call *call) {
    const struct export_options *options = call->invocation->options;
    struct export_options plain = {.output = options->output, .all = true, .quiet = options->quiet};
    char name[NAME_SIZE];

    snprintf(call->path, sizeof call->path, "/v1/archive");
    if (memcmp(options, &plain, sizeof plain) != 0)
        return command_usage(call->invocation->command, "--all goes with -o and -q, and nothing else");
    if (options->output && strcasecmp(find_ending(options->output, name), ".csv") == 0)
        return command_usage(call->invocation->command, "an archive is NDJSON, and no CSV");
    return EXIT_OK;
}

static int prepare(struct call *call) {
    const struct export_options *options = call->invocation->options;
    const struct command *command = call->invocation->command;
    struct client_request *request = &call->request;
    size_t length = strlen(call->path);
    int code;

    if (options->output && (*options->output == '\0' || strlen(options->output) > NAME_SIZE - 32))
        return command_usage(command, "this cannot be the name of a file");
    if (options->all == (call->operand != NULL))
        return command_usage(command, options->all ? "--all is of all surveys, and takes none"
                                                   : "a survey is missing, or --all");
    if (options->all)
        return prepare_archive(call);
    if (options->resume && !options->output)
        return command_usage(command, "--resume needs the file: -o FILE");
    if (!choose_format(options))
        return command_usage(command, "the file is called neither .csv nor .ndjson (.jsonl, .json), and maybe .gz: "
                                      "say --format csv or ndjson");
    if (options->schema && (!options->output || strcmp(choose_format(options), "csv") != 0))
        return command_usage(command, "--schema stands beside a CSV: -o FILE.csv");
    snprintf(call->path + length, sizeof call->path - length, ".%s", choose_format(options));
    code = ask_window(call, &options->window);
    if (code != EXIT_OK)
        return code;
    client_query_add(request, "respondent", options->respondent);
    client_query_add(request, "score", options->score);
    client_query_add(request, "band", options->band);
    client_query_add(request, "received_from", options->received_from);
    client_query_add(request, "received_to", options->received_to);
    client_query_add(request, "updated_from", options->updated_from);
    client_query_add(request, "updated_to", options->updated_to);
    client_query_add(request, "amended", options->amended);
    client_query_add(request, "excluded", options->excluded);
    client_query_add(request, "flagged", options->flagged ? "true" : NULL);
    return ask_filter(call, &options->filter);
}

static void note_header(const struct run *run, const char *name, char *out, size_t size) {
    const char *value = client_header(run->call->client, name);

    if (value && strlen(value) < size)
        strcpy(out, value);
}

/* What the target keeps, so that another run can go on behind its last mark. */
static enum cxd_err mark(struct run *run) {
    struct buffer state;
    enum cxd_err code;

    buffer_init(&state);
    write_open(&state, NULL, '{');
    write_text(&state, "export", run->what.data);
    write_text(&state, "cursor", run->cursor);
    write_text(&state, "moment", run->moment);
    write_text(&state, "header", buffer_terminate(&run->records.header));
    write_int(&state, "responses", run->records.count);
    code = target_mark(&run->target, &state, &run->err);
    buffer_free(&state);
    return code;
}

/* A cursor is what its history is called, and the number of the last response. */
static void advance(struct run *run) {
    if (run->history[0] && run->records.number > 0)
        snprintf(run->cursor, sizeof run->cursor, "%.200s.%lld", run->history, (long long)run->records.number);
}

static bool take(void *context, const char *bytes, size_t length) {
    struct run *run = context;
    const char *whole;
    size_t whole_length;

    if (!run->history[0])
        note_header(run, "Cxd-History", run->history, sizeof run->history);
    if (!records_take(&run->records, bytes, length, &whole, &whole_length)) {
        error_set(&run->err, ERR_SYSTEM, "%s", run->records.fault);
        target_give_up(&run->target);
        return false;
    }
    if (target_write(&run->target, whole, whole_length, &run->err) != CXD_OK)
        return false;
    advance(run);
    if (run->cursor[0] && target_wants_mark(&run->target) && mark(run) != CXD_OK)
        return false;
    meter_show(&run->meter, run->records.count);
    return true;
}

static bool pulse(void *context) {
    struct run *run = context;

    meter_show(&run->meter, run->records.count);
    return !meter_is_cancelled(&run->meter);
}

/* How many there are, about, where a score of the same responses can say it: for the bar alone. */
static int64_t ask_total(struct run *run) {
    struct call *call = run->call;
    struct client_request request = call->request;
    struct client_reply reply;
    double n = 0;
    char path[sizeof call->path];

    snprintf(path, sizeof path, "/v1/surveys/%s/score", call->operand);
    request.path = path;
    request.sink = NULL;
    request.takes_text = request.is_repeatable = false;
    request.is_quiet = true;
    if (!run->options->window.window && !run->options->window.from && !run->options->window.to)
        client_query_add(&request, "window", "all");
    if (client_call(call->client, &request, &reply) != EXIT_OK || !json_number(reply.document, "n", &n))
        n = 0;
    client_reply_free(&reply);
    return number_whole(n);
}

static void say_behind(struct run *run, const char *why) {
    char text[COUNT_TEXT_SIZE];

    meter_clear(&run->meter);
    if (!run->options->quiet)
        complain("%s behind %s responses; going on: what follows is as of a later moment", why,
                 count_format(text, run->records.count));
}

enum outcome { OUTCOME_WHOLE, OUTCOME_GO_ON, OUTCOME_FAILED };

/* What has become of one reply. `before`: how many responses there were before it. */
static enum outcome judge(struct run *run, int result, int64_t before) {
    const struct client_reply *reply = &run->call->reply;
    const char *complete = client_header(run->call->client, "Cxd-Complete");
    struct records *records = &run->records;

    if (run->err.code != CXD_OK || meter_is_cancelled(&run->meter))
        return OUTCOME_FAILED;
    if (result != EXIT_OK && !reply->is_lost) /* and the daemon said why */
        return reply->status == 503 && run->replies > 1 ? OUTCOME_GO_ON : OUTCOME_FAILED;
    note_header(run, "Cxd-Moment", run->last_moment, sizeof run->last_moment);
    if (!run->moment[0])
        strcpy(run->moment, run->last_moment);
    if (reply->is_lost && run->replies == 1 && reply->status == 0) {
        client_say_lost(run->call->client);
        return OUTCOME_FAILED;
    }
    if (reply->is_lost) {
        say_behind(run, client_lost_reason(run->call->client));
        return OUTCOME_GO_ON;
    }
    if (!records_end_whole(records) && !records->is_incomplete) {
        error_set(&run->err, ERR_SYSTEM, "the reply ends within a record; is it a cxd daemon?");
        return OUTCOME_FAILED;
    }
    note_header(run, "Cxd-Cursor", run->cursor, sizeof run->cursor);
    if (records->is_incomplete && records->cursor[0])
        strcpy(run->cursor, records->cursor);
    if (records->is_incomplete || (complete && strcmp(complete, "true") != 0)) {
        say_behind(run, "the daemon ended its reply, which is of one moment and may take ten minutes,");
        return OUTCOME_GO_ON;
    }
    /* Somebody between took the trailers away: whether anything is missing is asked. */
    return complete || records->count == before ? OUTCOME_WHOLE : OUTCOME_GO_ON;
}

static enum outcome ask_once(struct run *run) {
    struct call *call = run->call;
    int64_t before = run->records.count;
    size_t query_count = call->request.query_count;
    enum outcome outcome;
    int result;

    records_restart(&run->records);
    client_query_add(&call->request, "cursor", run->cursor[0] ? run->cursor : NULL);
    client_reply_free(&call->reply);
    call->reply = (struct client_reply){.status = 0};
    call->request.is_repeatable = run->replies++ == 0;
    result = call_ask(call);
    outcome = judge(run, result, before);
    call->request.query_count = query_count;
    return outcome;
}

static bool ask_all(struct run *run) {
    int fruitless = 0;

    for (;;) {
        int64_t before = run->records.count;
        enum outcome outcome = ask_once(run);

        if (outcome != OUTCOME_GO_ON)
            return outcome == OUTCOME_WHOLE;
        fruitless = run->records.count > before ? 0 : fruitless + 1;
        if (fruitless == FRUITLESS_MAX)
            error_set(&run->err, ERR_SYSTEM, "no reply brings any more: %s", client_lost_reason(run->call->client));
        else if (run->options->all)
            error_set(&run->err, ERR_SYSTEM, "an archive is of one moment, and is not gone on with: begin it anew");
        else if (run->records.count > 0 && !run->cursor[0])
            error_set(&run->err, ERR_SYSTEM, "the daemon does not say how to go on");
        if (run->err.code != CXD_OK || !client_wait(&run->sink, fruitless ? (int64_t)WAIT_FIRST_MS << fruitless : 0))
            return false;
    }
}

/* What a run before has left is counted as if it were of this one. */
static void take_up(struct run *run) {
    const struct json *was = run->target.was;
    const char *cursor = json_text(was, "cursor"), *moment = json_text(was, "moment");
    const char *header = json_text(was, "header");
    double responses = 0;

    if (!cursor || strlen(cursor) >= sizeof run->cursor || !json_number(was, "responses", &responses)) {
        error_set(&run->err, ERR_SYSTEM, "%s is damaged: remove it and %s", run->target.state, run->target.partial);
        return;
    }
    strcpy(run->cursor, cursor);
    if (moment && strlen(moment) < sizeof run->moment)
        strcpy(run->moment, moment);
    if (header)
        buffer_append_text(&run->records.header, header);
    run->records.count = number_whole(responses);
    run->replies = 1;
    meter_skip(&run->meter, run->records.count);
}

/* The schema is a document of its own, written at once. */
static int write_schema(struct run *run) {
    struct client_request request = {.method = "GET", .is_repeatable = true};
    struct client_reply reply;
    struct target target = {.fd = -1};
    char path[sizeof run->call->path], name[NAME_SIZE], file[NAME_SIZE + 16];
    int result;

    snprintf(path, sizeof path, "/v1/surveys/%s/responses.schema.json", run->call->operand);
    request.path = path;
    plain_name(run->options->output, name);
    snprintf(file, sizeof file, "%s.schema.json", name);
    result = client_call(run->call->client, &request, &reply);
    if (result == EXIT_OK && (target_open(&target, file, false, "", &run->err) != CXD_OK ||
                              target_write(&target, reply.body.data, reply.body.length, &run->err) != CXD_OK ||
                              target_finish(&target, &run->err) != CXD_OK))
        result = EXIT_REFUSED;
    target_close(&target);
    client_reply_free(&reply);
    return result;
}

static void tell_done(const struct run *run, double seconds) {
    char count[COUNT_TEXT_SIZE];

    output_line(stdout, "Wrote %s: %s %s%s as of %s%s%s, %.1f s.", run->options->output,
                count_format(count, run->records.count), run->options->all ? "line" : "response",
                run->records.count == 1 ? "" : "s", run->moment[0] ? run->moment : "now",
                run->replies > 1 ? " to " : "", run->replies > 1 ? run->last_moment : "", seconds);
}

static void tell_failed(struct run *run, bool is_cancelled) {
    if (run->err.code != CXD_OK)
        command_complain(run->call->invocation->command, run->err.detail);
    else if (is_cancelled)
        complain("the export was ended before it was done");
    if (run->target.partial && run->target.is_marked)
        complain("%s has what there is of it; the same command with --resume goes on with it", run->target.partial);
}

static int export_to(struct run *run) {
    const struct export_options *options = run->options;
    const char *path = options->output && strcmp(options->output, "-") != 0 ? options->output : NULL;
    bool is_whole = false, is_cancelled, is_file = false;
    double seconds;

    meter_begin(&run->meter, "Exporting", options->all ? "lines" : "responses", options->quiet);
    if (target_open(&run->target, path, options->resume, run->what.data, &run->err) == CXD_OK) {
        is_file = run->target.partial;
        if (run->target.was)
            take_up(run);
        if (run->err.code == CXD_OK && run->meter.is_shown && !options->all)
            run->meter.total = ask_total(run);
        is_whole = run->err.code == CXD_OK && ask_all(run) && target_finish(&run->target, &run->err) == CXD_OK;
    }
    is_cancelled = meter_is_cancelled(&run->meter);
    if (!is_whole && run->err.code == CXD_OK && run->cursor[0] && run->target.fd >= 0)
        (void)mark(run);
    if (is_whole && options->schema && write_schema(run) != EXIT_OK)
        is_whole = false;
    if (!is_whole)
        meter_clear(&run->meter);
    if (!is_whole)
        tell_failed(run, is_cancelled);
    target_close(&run->target); /* a signal that came ends the process below */
    seconds = meter_end(&run->meter);
    if (is_whole && is_file && !options->quiet)
        tell_done(run, seconds);
    return is_whole ? EXIT_OK : EXIT_REFUSED;
}

/* What tells one export from another. */
static void name_export(struct run *run) {
    const struct client_request *request = &run->call->request;

    buffer_append_text(&run->what, request->path);
    for (size_t i = 0; i < request->query_count; i++) {
        buffer_append_text(&run->what, i > 0 ? " " : "?");
        buffer_append_text(&run->what, request->query[i].key);
        buffer_append_char(&run->what, '=');
        buffer_append_text(&run->what, request->query[i].value);
    }
    (void)buffer_terminate(&run->what);
}

static int run_export(const struct invocation *invocation) {
    const struct export_options *options = invocation->options;
    struct call call;
    struct run run = {.call = &call, .options = options, .target = {.fd = -1}};
    int result = call_prepare(&call, invocation);

    run.sink = (struct client_sink){take, pulse, &run};
    call.request.sink = &run.sink;
    call.request.takes_text = true;
    records_init(&run.records, !options->all && result == EXIT_OK && strcmp(choose_format(options), "csv") == 0);
    if (result == EXIT_OK)
        result = client_open(&invocation->client, &call.client);
    if (result == EXIT_OK) {
        name_export(&run);
        result = run.what.failed ? EXIT_REFUSED : export_to(&run);
    }
    records_free(&run.records);
    buffer_free(&run.what);
    call_end(&call);
    return result;
}

const struct command cmd_export = {
    .name = "export",
    .operands = "[SURVEY]",
    .summary = "Writes a survey's responses to a file for other programs, or all there is for another cxd.",
    .text = "All of them, in the order in which they were stored, as of one moment, unless a window or filters are "
            "given.\n"
            "Until the file is whole it is FILE.partial; a file that is there is replaced then. Where the connection "
            "breaks the\n"
            "export goes on behind the last response that came; what follows is of a later moment, and it says so.",
    .example = "cxd export checkout -o answers.csv\ncxd export checkout --window 90d -o answers.ndjson.gz\n"
               "cxd export --all -o archive.ndjson.gz",
    .options = export_specs,
    .option_count = CXD_COUNT(export_specs),
    .operands_min = 0,
    .operands_max = 1,
    .is_client = true,
    .run = run_export,
    .call =
        &(const struct call_spec){
            .method = "GET", .path = "/v1/surveys/%s/responses", .what = "an export", .prepare = prepare},
};
