/* cxd live: GET /v1/surveys/{survey}/live, responses as they are stored, one a line. Where the connection ends another
 * goes on behind the last one that was told. */

#include <signal.h>
#include <string.h>
#include <time.h>

#include "cmd/ask.h"
#include "cmd/call.h"
#include "cmd/events.h"
#include "cmd/said.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

enum { WAIT_FIRST_MS = 1000, WAIT_MOST_MS = 30 * 1000, SCORE_COLUMNS = 2 };

struct live_options {
    bool json, quiet, flagged;
    struct filter_options filter;
    const char *score, *band, *respondent;
};

#define AT(member) offsetof(struct live_options, member)

static const struct option_spec live_specs[] = {
    OPTION_VALUE("score", 's', AT(score), "N", "of this score, or of a range: 0..6, 9.."),
    OPTION_VALUE("band", 'b', AT(band), "B", "of this band of the survey's: detractors, satisfied, …"),
    OPTION_VALUE("respondent", 0, AT(respondent), "X", "of this respondent only"),
    {"flagged", 0, OPTION_FLAG, AT(flagged), NULL, "only those suspected to be a machine's", NULL},
    OPTIONS_FILTER(AT(filter)),
    {"json", 'j', OPTION_FLAG, AT(json), NULL, "print each as JSON, one a line (NDJSON)", NULL},
    {"quiet", 'q', OPTION_FLAG, AT(quiet), NULL, "say nothing of what else happens", NULL},
};

static const int SIGNALS[] = {SIGINT, SIGTERM};

struct run {
    struct call *call;
    const struct live_options *options;
    struct client_sink sink;
    struct events events;
    struct screen screen;
    sigset_t awaited, before;
    bool is_connected; /* by this request */
    bool was_connected;
    bool has_failed; /* here, and not on the way */
};

static int prepare(struct call *call) {
    const struct live_options *options = call->invocation->options;
    struct client_request *request = &call->request;

    client_query_add(request, "score", options->score);
    client_query_add(request, "band", options->band);
    client_query_add(request, "respondent", options->respondent);
    if (options->flagged)
        client_query_add(request, "flagged", "true");
    return ask_filter(call, &options->filter);
}

static void append_response(const struct run *run, struct buffer *out, const struct json *response) {
    struct buffer said, score;

    buffer_init(&said);
    buffer_init(&score);
    (void)view_append(&run->screen, out, response, "{^answered_at}  ");
    (void)view_append(&run->screen, &score, response, "{score}");
    for (size_t i = score.length; i < SCORE_COLUMNS; i++)
        buffer_append_char(out, ' ');
    buffer_append(out, score.data, score.length);
    (void)view_append(&run->screen, out, response, "  {touchpoint}  ");
    said_append(&said, response);
    screen_append(&run->screen, out, said.length > 0 ? buffer_terminate(&said) : NULL);
    out->failed = out->failed || said.failed || score.failed;
    buffer_free(&score);
    buffer_free(&said);
}

static bool print_response(struct run *run, const struct event *event, const struct json *response) {
    struct buffer out;

    buffer_init(&out);
    if (run->options->json)
        json_append_safe(&out, event->data, event->length, false);
    else
        append_response(run, &out, response);
    if (out.length > 0 && out.data[out.length - 1] != '\n')
        buffer_append_char(&out, '\n');
    run->has_failed = output_write(&out) != EXIT_OK;
    buffer_free(&out);
    return !run->has_failed;
}

/* What else happens, in words. */
static void tell(const struct run *run, const struct event *event, const struct json *document) {
    static const struct {
        const char *name, *one, *several;
    } CHANGES[] = {
        {"amended", "was changed", "some were changed"},
        {"excluded", "counts no more", "some count no more"},
        {"restored", "counts again", "some count again"},
        {"erased", "was erased", "some were erased"},
    };
    const char *id = json_text(document, "id");
    char count[NUMBER_SIZE];

    if (run->options->quiet)
        return;
    if (strcmp(event->name, "skipped") == 0)
        output_line(stderr, "cxd: %s more were stored, too many at once to show each",
                    number_format(count, json_number(document, "count", 0), 0, false));
    if (strcmp(event->name, "reset") == 0)
        output_line(stderr, "cxd: those stored meanwhile are not shown: they are too many, or of another database");
    for (size_t i = 0; i < CXD_COUNT(CHANGES); i++)
        if (strcmp(event->name, CHANGES[i].name) == 0)
            output_line(stderr, "cxd: %s%s%s", id ? id : "", id ? " " : "", id ? CHANGES[i].one : CHANGES[i].several);
}

static bool take_event(void *context, const struct event *event) {
    struct run *run = context;
    struct json *document = NULL;
    struct error err;
    bool goes_on = true;

    if (json_open(event->data, event->length, &document, &err) != CXD_OK) {
        (void)client_unexpected(run->call->client, "a stream of responses");
        run->has_failed = true;
        return false;
    }
    if (strcmp(event->name, "response") == 0)
        goes_on = print_response(run, event, document);
    else
        tell(run, event, document);
    json_free(document);
    return goes_on;
}

static bool take(void *context, const char *bytes, size_t length) {
    struct run *run = context;

    run->is_connected = true;
    return events_read(&run->events, bytes, length);
}

static bool is_ended(const struct run *run) {
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < CXD_COUNT(SIGNALS); i++)
        if (sigismember(&run->awaited, SIGNALS[i]) == 1 && sigismember(&pending, SIGNALS[i]) == 1)
            return true;
    return false;
}

static bool pulse(void *context) {
    return !is_ended(context);
}

/* Who is told to ignore them goes on doing so. */
static void await_signals(struct run *run) {
    struct sigaction action;

    sigemptyset(&run->awaited);
    for (size_t i = 0; i < CXD_COUNT(SIGNALS); i++)
        if (sigaction(SIGNALS[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&run->awaited, SIGNALS[i]);
    sigprocmask(SIG_BLOCK, &run->awaited, &run->before);
}

static void release_signals(struct run *run) {
    const struct timespec now = {0};

    while (is_ended(run) && sigtimedwait(&run->awaited, NULL, &now) > 0)
        ;
    sigprocmask(SIG_SETMASK, &run->before, NULL);
}

/* Whether it helps to ask again. What keeps the first from being answered is told, and ends it. */
static bool is_passing(const struct run *run, const struct client_reply *reply) {
    bool is_busy = reply->status == 429 || reply->status >= 500;

    return run->was_connected && (reply->is_lost || (reply->status >= 200 && reply->status <= 299) || is_busy);
}

static int follow(struct run *run) {
    struct client_request *request = &run->call->request;
    int64_t wait_ms = WAIT_FIRST_MS;

    for (;;) {
        struct client_reply reply;

        run->is_connected = false;
        events_begin(&run->events);
        request->last_event_id = *run->events.id ? run->events.id : NULL;
        int result = client_call(run->call->client, request, &reply);
        bool was_ours = run->has_failed || is_ended(run), is_lost = reply.is_lost;
        run->was_connected = run->was_connected || run->is_connected;
        bool goes_on = !was_ours && is_passing(run, &reply);
        client_reply_free(&reply);
        if (!goes_on && !was_ours && is_lost)
            client_say_lost(run->call->client);
        if (!goes_on)
            return !run->has_failed && is_ended(run) ? EXIT_OK : EXIT_REFUSED;
        if (run->is_connected)
            wait_ms = run->events.retry_ms >= 0 ? run->events.retry_ms : WAIT_FIRST_MS;
        if (run->is_connected && !run->options->quiet)
            output_line(stderr, "cxd: the connection has ended%s%s; trying again", result == EXIT_OK ? "" : ": ",
                        result == EXIT_OK ? "" : client_lost_reason(run->call->client));
        if (!client_wait(&run->sink, wait_ms))
            return EXIT_OK;
        wait_ms = run->is_connected ? WAIT_FIRST_MS : wait_ms * 2 > WAIT_MOST_MS ? WAIT_MOST_MS : wait_ms * 2;
    }
}

static int run_live(const struct invocation *invocation) {
    struct call call;
    struct run run = {.call = &call, .options = invocation->options};
    int result = call_prepare(&call, invocation);

    run.sink = (struct client_sink){take, pulse, &run};
    call.request.sink = &run.sink;
    call.request.takes_text = true;
    events_init(&run.events, take_event, &run);
    screen_init(&run.screen, stdout);
    if (result == EXIT_OK)
        result = client_open(&invocation->client, &call.client);
    if (result == EXIT_OK) {
        await_signals(&run);
        result = follow(&run);
        release_signals(&run);
    }
    events_free(&run.events);
    call_end(&call);
    return result;
}

const struct command cmd_live = {
    .name = "live",
    .operands = "SURVEY",
    .summary = "Prints responses as they are stored, one a line, until it is ended.",
    .text =
        "When they were answered, their score, their touchpoint, and what was said. What else becomes of responses\n"
        "(changed, excluded, erased) is told on standard error. Where the connection ends another goes on behind\n"
        "the last one that was shown. Ctrl-C ends it.",
    .example = "cxd live checkout --band detractors\ncxd live checkout --json | jq -r .comment",
    .options = live_specs,
    .option_count = CXD_COUNT(live_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = run_live,
    .call =
        &(const struct call_spec){
            .method = "GET", .path = "/v1/surveys/%s/live", .what = "a stream of responses", .prepare = prepare},
};
