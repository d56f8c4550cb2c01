/* The rows on their way to the daemon: one thread reads and writes them in batches, another posts the batch before.
 * Whatever is posted twice is counted once, so what fails on its way is posted again. */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/import.h"
#include "cmd/meter.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/json.h"
#include "cxd/codec/write.h"
#include "cxd/import/text_cell.h"

enum {
    BATCH_ROWS = 10000,
    BATCH_BYTES = 2 << 20,
    REPLY_BYTES_MAX = 16 << 20,
    SOURCE_MAX = 200,
    PATIENCE_MS = 300000, /* without one batch that gets through */
    WAIT_FIRST_MS = 1000,
    WAIT_MAX_MS = 30000,
    LINE_EVERY_MS = 10000 /* of progress, where no terminal shows it */
};

enum stage { BATCH_EMPTY, BATCH_FULL, BATCH_POSTED };

struct batch {
    enum stage stage;
    struct buffer body, cells, reply;
    uint64_t lines[BATCH_ROWS];
    size_t cells_end[BATCH_ROWS];
    size_t rows;
    int result;
};

struct sender {
    struct import *import;
    struct import_result *result;
    struct meter meter;
    char path[128];
    struct batch batches[2];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    bool is_ending;
    uint64_t done; /* responses of which the daemon has said something */
    int64_t line_ms;
};

/* --- The thread that posts
 * ------------------------------------------------------------------------------------------*/

struct transfer {
    struct buffer *reply;
    const struct meter *meter;
};

static bool take_piece(void *context, const char *bytes, size_t length) {
    struct buffer *reply = ((struct transfer *)context)->reply;

    if (reply->length + length > REPLY_BYTES_MAX)
        return false;
    buffer_append(reply, bytes, length);
    return !reply->failed;
}

static bool go_on(void *context) {
    return !meter_is_cancelled(((struct transfer *)context)->meter);
}

static bool is_passing(const struct client_reply *reply) {
    return reply->is_lost || reply->status == 429 || reply->status == 502 || reply->status == 503 ||
           reply->status == 504;
}

static void say_refusal(const struct import *import, const struct client_reply *reply) {
    const char *title = reply->document ? json_text(reply->document, "title") : NULL;
    const char *detail = reply->document ? json_text(reply->document, "detail") : NULL;

    if (reply->is_lost)
        client_say_lost(import->client);
    else
        complain("%ld %s%s%s", reply->status, title ? title : "", detail ? ": " : "", detail ? detail : "");
}

/* *ret_passing: what keeps it from the daemon may pass. */
static int post_once(struct sender *sender, struct batch *batch, const struct client_sink *sink, bool is_last_try,
                     bool *ret_passing) {
    struct client_request request = {.method = "POST",
                                     .path = sender->path,
                                     .body = batch->body.data,
                                     .body_length = batch->body.length,
                                     .type = "application/x-ndjson",
                                     .is_repeatable = true,
                                     .is_quiet = true,
                                     .takes_text = true,
                                     .sink = sink};
    struct client_reply reply;
    int result;

    buffer_reset(&batch->reply);
    result = client_call(sender->import->client, &request, &reply);
    *ret_passing = result != EXIT_OK && is_passing(&reply);
    if (result != EXIT_OK && (!*ret_passing || is_last_try) && go_on(sink->context))
        say_refusal(sender->import, &reply);
    client_reply_free(&reply);
    return result;
}

/* As long as the daemon is busy or away, again and again. */
static int post(struct sender *sender, struct batch *batch) {
    struct transfer transfer = {&batch->reply, &sender->meter};
    const struct client_sink sink = {.take = take_piece, .pulse = go_on, .context = &transfer};
    int64_t began_ms = clock_monotonic_ms(), wait_ms = WAIT_FIRST_MS;
    bool is_passing_now = true;
    int result = EXIT_REFUSED;

    while (result != EXIT_OK && is_passing_now && go_on(&transfer)) {
        bool is_last_try = clock_monotonic_ms() - began_ms >= PATIENCE_MS;

        result = post_once(sender, batch, &sink, is_last_try, &is_passing_now);
        if (result == EXIT_OK || !is_passing_now || is_last_try)
            break;
        if (!client_wait(&sink, wait_ms))
            break;
        wait_ms = 2 * wait_ms < WAIT_MAX_MS ? 2 * wait_ms : WAIT_MAX_MS;
    }
    return result;
}

static void *run_poster(void *context) {
    struct sender *sender = context;
    bool has_failed = false;

    for (size_t at = 0;; at ^= 1) {
        struct batch *batch = &sender->batches[at];

        pthread_mutex_lock(&sender->lock);
        while (batch->stage != BATCH_FULL && !sender->is_ending)
            pthread_cond_wait(&sender->turn, &sender->lock);
        bool is_over = batch->stage != BATCH_FULL;
        pthread_mutex_unlock(&sender->lock);
        if (is_over)
            return NULL;
        /* Nothing is sent behind what was not taken. */
        batch->result = has_failed ? EXIT_REFUSED : post(sender, batch);
        has_failed = batch->result != EXIT_OK;
        pthread_mutex_lock(&sender->lock);
        batch->stage = BATCH_POSTED;
        pthread_cond_broadcast(&sender->turn);
        pthread_mutex_unlock(&sender->lock);
    }
}

/* --- What the daemon says of each row
 * -------------------------------------------------------------------------------*/

static void note_refusal(struct sender *sender, const struct batch *batch, size_t row, const struct json *document) {
    const struct json *members = json_get(document, "errors");
    const struct json *member = members && json_count(members) > 0 ? json_at(members, 0) : NULL;
    const char *title = json_text(document, "title"), *detail = json_text(document, "detail");
    const char *pointer = member ? json_text(member, "pointer") : NULL;
    const char *said = member ? json_text(member, "detail") : NULL;
    size_t begin = row > 0 ? batch->cells_end[row - 1] : 0;
    char reason[BAD_REASON_SIZE];

    if (said)
        snprintf(reason, sizeof reason, "the daemon: %s %s", pointer ? pointer : "", said);
    else
        snprintf(reason, sizeof reason, "the daemon: %s", detail ? detail : title ? title : "refused");
    import_bad_add(&sender->import->bad, batch->lines[row], reason, batch->cells.data + begin,
                   batch->cells_end[row] - begin);
    sender->result->refused++;
}

/* Answers that the daemon left out of a response which it took. */
static void note_answers(struct sender *sender, const struct batch *batch, size_t row, const struct json *document) {
    const struct json *refused = json_get(document, "answers_refused"), *first = json_at(refused, 0);
    struct import_result *result = sender->result;
    const char *key = json_text(first, "key"), *detail = json_text(first, "detail");

    if (result->answers_refused == 0 && json_count(refused) > 0)
        snprintf(result->first_refused, sizeof result->first_refused, "line %llu, %s: %s",
                 (unsigned long long)batch->lines[row], key ? key : "", detail ? detail : "");
    result->answers_refused += (int64_t)json_count(refused);
}

/* A line of the reply. False: it is none that a daemon writes. */
static bool read_line(struct sender *sender, const struct batch *batch, const char *text, size_t length) {
    struct json *document = NULL;
    const char *outcome;
    struct error err;
    double line = 0;
    bool is_good = json_open(text, length, &document, &err) == CXD_OK && json_number(document, "line", &line) &&
                   line >= 1 && line <= (double)batch->rows;

    if (is_good) {
        outcome = json_text(document, "outcome");
        note_answers(sender, batch, (size_t)line - 1, document);
        if (outcome && strcmp(outcome, "created") == 0)
            sender->result->created++;
        else if (outcome && (strcmp(outcome, "known") == 0 || strcmp(outcome, "replayed") == 0))
            sender->result->known++;
        else
            note_refusal(sender, batch, (size_t)line - 1, document);
    }
    json_free(document);
    return is_good;
}

static int read_reply(struct sender *sender, struct batch *batch) {
    size_t count = 0;

    for (size_t at = 0; at < batch->reply.length;) {
        const char *text = batch->reply.data + at, *end = memchr(text, '\n', batch->reply.length - at);
        size_t length = end ? (size_t)(end - text) : batch->reply.length - at;

        if (length > 0 && !read_line(sender, batch, text, length))
            return client_unexpected(sender->import->client, "what became of a batch");
        count += length > 0;
        at += length + (end != NULL);
    }
    if (count != batch->rows)
        return client_unexpected(sender->import->client, "what became of every row of a batch");
    sender->done += batch->rows;
    return EXIT_OK;
}

/* --- The thread that reads
 * ------------------------------------------------------------------------------------------*/

static int send_progress(struct sender *sender) {
    int64_t now_ms = clock_monotonic_ms();
    char done[COUNT_TEXT_SIZE], all[COUNT_TEXT_SIZE];

    if (sender->meter.is_shown || sender->import->options->quiet) {
        meter_show(&sender->meter, (int64_t)sender->done);
    } else if (now_ms - sender->line_ms >= LINE_EVERY_MS) {
        sender->line_ms = now_ms;
        output_line(stderr, "%s of %s rows", count_format(done, (int64_t)sender->done),
                    count_format(all, (int64_t)sender->import->counts.responses));
    }
    return meter_is_cancelled(&sender->meter) ? EXIT_REFUSED : EXIT_OK;
}

/* Waits until the batch can be filled, and reads what became of it before. */
static int await(struct sender *sender, struct batch *batch) {
    int result = EXIT_OK;

    pthread_mutex_lock(&sender->lock);
    while (batch->stage == BATCH_FULL)
        pthread_cond_wait(&sender->turn, &sender->lock);
    pthread_mutex_unlock(&sender->lock);
    if (batch->stage == BATCH_POSTED) {
        result = batch->result == EXIT_OK ? read_reply(sender, batch) : batch->result;
        batch->stage = BATCH_EMPTY;
    }
    buffer_reset(&batch->body);
    buffer_reset(&batch->cells);
    batch->rows = 0;
    return result;
}

static void hand_over(struct sender *sender, struct batch *batch) {
    pthread_mutex_lock(&sender->lock);
    batch->stage = BATCH_FULL;
    pthread_cond_broadcast(&sender->turn);
    pthread_mutex_unlock(&sender->lock);
}

static int fill(struct sender *sender, struct batch *batch, bool *more) {
    struct import *import = sender->import;
    struct row_reading reading;
    struct table_row row;
    int result = EXIT_OK;

    while (*more && batch->rows < BATCH_ROWS && batch->body.length < BATCH_BYTES) {
        size_t begin = batch->body.length;

        result = import_next(import, &row, more);
        if (result != EXIT_OK || !*more)
            break;
        result = import_read(import, &row, &batch->body, &reading);
        if (result != EXIT_OK)
            break;
        if (batch->body.length == begin)
            continue;
        buffer_append_char(&batch->body, '\n');
        import_append_cells(import, &row, &reading, &batch->cells);
        batch->lines[batch->rows] = row.line;
        batch->cells_end[batch->rows++] = batch->cells.length;
    }
    if (batch->body.failed || batch->cells.failed) {
        command_complain(import->command, "out of memory");
        return EXIT_REFUSED;
    }
    return result;
}

static int send_all(struct sender *sender) {
    bool more = true;
    size_t at = 0;
    int result = import_rewind(sender->import);

    for (; result == EXIT_OK && more; at ^= 1) {
        struct batch *batch = &sender->batches[at];

        result = await(sender, batch);
        if (result == EXIT_OK)
            result = send_progress(sender);
        if (result == EXIT_OK)
            result = fill(sender, batch, &more);
        if (result == EXIT_OK && batch->rows > 0)
            hand_over(sender, batch);
    }
    /* The other one was handed over before. */
    for (int i = 0; i < 2; i++, at ^= 1) {
        int last = await(sender, &sender->batches[at]);

        if (result == EXIT_OK)
            result = last;
    }
    return result;
}

/* --- The import
 * -----------------------------------------------------------------------------------------------------*/

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return strcmp(path, "-") == 0 ? "standard input" : slash ? slash + 1 : path;
}

static bool read_id(const struct json *document, char *out, size_t size) {
    const char *text = json_text(document, "id");
    double number;

    if (text)
        return (size_t)snprintf(out, size, "%s", text) < size;
    if (!json_number(document, "id", &number))
        return false;
    snprintf(out, size, "%.0f", number);
    return true;
}

static int begin_import(struct sender *sender) {
    struct import *import = sender->import;
    struct client_request request = {.method = "POST", .path = "/v1/imports", .is_repeatable = true};
    struct client_reply reply;
    struct buffer body;
    char source[SOURCE_MAX + 1];
    const char *name = base_name(import->file);
    int result;

    snprintf(source, sizeof source, "%.*s", text_cell_cut(name, strlen(name), SOURCE_MAX), name);
    buffer_init(&body);
    write_open(&body, NULL, '{');
    write_text(&body, "survey", import->options->survey);
    write_text(&body, "source", source);
    write_text(&body, "fingerprint", import->fingerprint);
    write_int(&body, "rows", (int64_t)import->counts.responses);
    buffer_append_char(&body, '}');
    request.body = buffer_terminate(&body);
    request.body_length = body.length;
    result = client_call(import->client, &request, &reply);
    if (result == EXIT_OK && !read_id(reply.document, sender->result->id, sizeof sender->result->id))
        result = client_unexpected(import->client, "an import");
    sender->result->is_resumed = reply.status == 200;
    if (result == EXIT_OK && sender->result->is_resumed && !import->options->quiet)
        output_line(stderr, "Going on with import %s, which was begun before.", sender->result->id);
    client_reply_free(&reply);
    buffer_free(&body);
    snprintf(sender->path, sizeof sender->path, "/v1/imports/%s/responses", sender->result->id);
    return result;
}

static int end_import(struct sender *sender) {
    char path[128];
    static const char DONE[] = "{\"state\":\"done\"}";
    struct client_request request = {
        .method = "PATCH", .path = path, .is_repeatable = true, .body = DONE, .body_length = sizeof DONE - 1};
    struct client_reply reply;
    int result;

    snprintf(path, sizeof path, "/v1/imports/%s", sender->result->id);
    result = client_call(sender->import->client, &request, &reply);
    client_reply_free(&reply);
    return result;
}

static void say_open(const struct sender *sender) {
    char done[COUNT_TEXT_SIZE], all[COUNT_TEXT_SIZE];

    output_line(stderr,
                "Sent %s of %s responses. The same command goes on where it ended; 'cxd import --undo %s' takes "
                "them back.",
                count_format(done, (int64_t)sender->done), count_format(all, (int64_t)sender->import->counts.responses),
                sender->result->id);
}

static int run_batches(struct sender *sender) {
    int result = EXIT_REFUSED;

    if (pthread_create(&sender->thread, NULL, run_poster, sender) != 0) {
        command_complain(sender->import->command, "cannot start a thread");
        return EXIT_REFUSED;
    }
    result = send_all(sender);
    pthread_mutex_lock(&sender->lock);
    sender->is_ending = true;
    pthread_cond_broadcast(&sender->turn);
    pthread_mutex_unlock(&sender->lock);
    pthread_join(sender->thread, NULL);
    return result;
}

int import_send(struct import *import, struct import_result *ret_result) {
    struct sender *sender = calloc(1, sizeof *sender);
    int result;

    *ret_result = (struct import_result){.created = 0};
    if (!sender) {
        command_complain(import->command, "out of memory");
        return EXIT_REFUSED;
    }
    sender->import = import;
    sender->result = ret_result;
    sender->line_ms = clock_monotonic_ms();
    pthread_mutex_init(&sender->lock, NULL);
    pthread_cond_init(&sender->turn, NULL);
    result = begin_import(sender);
    if (result == EXIT_OK) {
        meter_begin(&sender->meter, "Importing", "responses", import->options->quiet);
        sender->meter.total = (int64_t)import->counts.responses;
        result = run_batches(sender);
        meter_clear(&sender->meter);
        if (result == EXIT_OK)
            result = end_import(sender);
        else
            say_open(sender);
        ret_result->seconds = meter_end(&sender->meter);
    }
    for (int i = 0; i < 2; i++) {
        buffer_free(&sender->batches[i].body);
        buffer_free(&sender->batches[i].cells);
        buffer_free(&sender->batches[i].reply);
    }
    pthread_cond_destroy(&sender->turn);
    pthread_mutex_destroy(&sender->lock);
    free(sender);
    return result;
}
