/* POST /v1/responses: many responses, each naming its survey, with a result a line; and those of an import, which are
 * of its survey. A bad line is reported with its number and does not sink the others. Decoded on a worker (a batch may
 * be megabytes), stored in slices with others' changes between them, replied on the loop after the last. */
#include "api/batch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/admission.h"
#include "api/bodies.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/codec/response.h"

/* A line is a problem, rendered at once, or a change whose outcome comes with the commit; or both, where what is not
 * valid by now may be the retry of one that was. */
struct batch_line {
    size_t number;
    size_t change;        /* index, or NO_CHANGE */
    size_t problem_from;  /* in `problems`; it ends where the next line's begins */
    enum cxd_err refusal; /* of the problem */
};

enum { NO_CHANGE = -1 };

struct run {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct batch_line *lines;
    size_t line_count, line_capacity; /* the changes have the same room */
    uint64_t claimed;                 /* of batch_memory, beside the body */
    const struct snapshot *snapshot;
    const struct import_record *into; /* NULL: the lines name their surveys */
    size_t unread;                    /* lines that were refused before they could be changes */
    struct buffer problems;
    struct line_names names;
    bool is_array, is_strict;
};

static void run_free(struct run *run) {
    admission_close_names(&run->names);
    buffer_free(&run->problems);
    free(run->lines);
    free(run->ticket.changes);
    catalog_release(run->snapshot);
}

static enum cxd_err admit_line(struct http_request *request, struct run *run, const char *slug, struct change *change,
                               struct error *err) {
    if (!slug && !run->into)
        return err->code;
    const struct survey *survey =
        run->into ? snapshot_survey_number(run->snapshot, run->into->survey) : snapshot_survey(run->snapshot, slug);
    if (!survey)
        return error_set(err, ERR_NO_SURVEY, "there is no survey of this name");
    const struct admission how = {run->snapshot, survey, NULL, &run->names, run->into, run->is_strict};
    return admission_judge(request, &how, change, err);
}

/* What a line costs while the batch is under way: its change, a result of the usual kind, and under a key its place
 * among the contents. */
static uint64_t line_bytes(const struct run *run) {
    enum { RESULT_BYTES = 96, NAMED_BYTES = 128 };
    return sizeof(struct change) + sizeof(struct batch_line) + RESULT_BYTES + (run->names.lines ? NAMED_BYTES : 0);
}

/* Claims what reading will take, and has the two arrays made at one go: growing, they would be there twice. Before
 * any of it is parsed, for that takes many times longer than to count. */
static enum cxd_err prepare(struct http_request *request, struct run *run, const char *body, size_t length,
                            struct batch_size *ret_size, struct error *err) {
    batch_measure(body, length, ret_size);
    if (ret_size->lines > (size_t)api_settings(request)->config.batch_lines)
        return error_set(err, ERR_TOO_LARGE, "a batch may have %lld responses",
                         (long long)api_settings(request)->config.batch_lines);
    size_t lines =
        ret_size->lines + 1; /* the one behind the last is looked for; what counts the unread takes its place */
    /* What is longer is refused unread. */
    size_t body_bytes = (size_t)api_settings(request)->config.body_bytes;
    size_t longest = ret_size->longest < body_bytes ? ret_size->longest : body_bytes;
    run->claimed = length + lines * line_bytes(run) + (uint64_t)longest * BATCH_READ_FACTOR;
    if (!http_claim_memory(request, run->claimed))
        return error_set(err, ERR_BATCH_MEMORY, "%s", "");
    run->ticket.changes = malloc(lines * sizeof(struct change));
    run->lines = malloc(lines * sizeof(struct batch_line));
    if (!run->ticket.changes || !run->lines)
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");
    run->line_capacity = lines;
    return CXD_OK;
}

/* What the lines so far have taken; problems twice, for they come into the reply. */
static uint64_t held_bytes(struct http_request *request, const struct run *run) {
    return arena_bytes(http_arena(request)) + run->line_capacity * line_bytes(run) + 2 * (uint64_t)run->problems.length;
}

/* Now and then: lines may cost more than was thought, such as those of many mistakes. */
static enum cxd_err renew_claim(struct http_request *request, struct run *run, struct error *err) {
    enum { EVERY_LINES = 64, STEP_BYTES = 1 << 20 };
    if (run->line_count % EVERY_LINES != 0)
        return CXD_OK;
    uint64_t held = held_bytes(request, run);
    if (held <= run->claimed)
        return CXD_OK;
    run->claimed = held + STEP_BYTES;
    return http_claim_memory(request, run->claimed) ? CXD_OK : error_set(err, ERR_BATCH_MEMORY, "%s", "");
}

static enum cxd_err read_line(struct http_request *request, struct run *run, struct batch *batch, bool *ret_more,
                              struct error *err) {
    struct ticket *ticket = &run->ticket;
    assert(ticket->count < run->line_capacity && run->line_count < run->line_capacity);
    struct change *change = &ticket->changes[ticket->count];
    *change = (struct change){0};
    size_t number;
    const char *slug;
    *ret_more = batch_next(batch, http_arena(request), &number, &slug, &change->as.response.value, err);
    if (!*ret_more)
        return CXD_OK;
    struct batch_line *line = &run->lines[run->line_count++];
    *line = (struct batch_line){.number = number, .change = ticket->count, .problem_from = run->problems.length};
    enum cxd_err result = err->code;
    if (result == CXD_OK || result == ERR_INVALID)
        result = admit_line(request, run, slug, change, err);
    if (result == CXD_OK)
        ticket->count++;
    else
        line->change = (size_t)NO_CHANGE;
    run->unread += result != CXD_OK;
    if (err->code == CXD_OK)
        return CXD_OK;
    line->refusal = err->code;
    http_problem_write(&run->problems, err);
    if (result == ERR_NO_MEMORY || run->problems.failed)
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");
    return CXD_OK;
}

static void append_outcome(struct http_request *request, const struct run *run, const struct change *change) {
    static const char *const NAMES[] = {
        [OUTCOME_CREATED] = "created", [OUTCOME_REPLAYED] = "replayed", [OUTCOME_AMENDED] = "amended"};
    struct buffer *out = http_out(request);
    struct response shown;
    char id[ID_TEXT_SIZE];
    admission_show(request, change, &shown);
    buffer_append_text(out, "\"status\":");
    buffer_append_int(out, change->outcome == OUTCOME_CREATED ? 201 : 200);
    buffer_append_text(out, ",\"id\":\"");
    buffer_append_text(out, id_format(id, &shown.id));
    buffer_append_text(out, "\",\"outcome\":\"");
    buffer_append_text(out, run->into && change->outcome == OUTCOME_REPLAYED ? "known" : NAMES[change->outcome]);
    buffer_append_char(out, '"');
    response_encode_adjusted(out, &shown);
    response_encode_refused(out, &shown);
    buffer_append_char(out, '}');
}

static const char *why(const struct run *run, enum cxd_err refusal) {
    return run->into && refusal == ERR_CONFLICT
               ? "another answer is stored under this id, which no import has brought: the row needs another id"
               : error_title(refusal);
}

/* `problem` is a JSON object; the line's number goes in front of its members. */
static void append_line(struct http_request *request, const struct run *run, size_t index) {
    struct buffer *out = http_out(request);
    const struct batch_line *line = &run->lines[index];
    buffer_append_text(out, "{\"line\":");
    buffer_append_int(out, (int64_t)line->number);
    buffer_append_char(out, ',');
    const struct change *change = line->change == (size_t)NO_CHANGE ? NULL : &run->ticket.changes[line->change];
    if (change && change->outcome != OUTCOME_REFUSED) {
        append_outcome(request, run, change);
        return;
    }
    if (run->into)
        buffer_append_text(out, "\"outcome\":\"refused\",");
    size_t end = index + 1 < run->line_count ? run->lines[index + 1].problem_from : run->problems.length;
    if (end > line->problem_from && (!change || change->refusal == ERR_INVALID)) {
        buffer_append(out, run->problems.data + line->problem_from + 1, end - line->problem_from - 1);
        return;
    }
    struct error err;
    error_clear(&err);
    if (change->refusal == ERR_INVALID)
        admission_explain(request, change, &err);
    if (err.code == CXD_OK)
        error_set(&err, admission_refusal(change), "%s", why(run, admission_refusal(change)));
    struct buffer problem;
    buffer_init(&problem);
    http_problem_write(&problem, &err);
    if (problem.failed)
        out->failed = true;
    else
        buffer_append(out, problem.data + 1, problem.length - 1);
    buffer_free(&problem);
}

static void reply_results(struct http_request *request, const struct run *run) {
    struct buffer *out = http_out(request);
    if (run->is_array)
        buffer_append_char(out, '[');
    for (size_t i = 0; i < run->line_count; i++) {
        if (run->is_array && i > 0)
            buffer_append_char(out, ',');
        append_line(request, run, i);
        if (!run->is_array)
            buffer_append_char(out, '\n');
    }
    if (run->is_array)
        buffer_append_char(out, ']');
    http_reply(request, 200, run->is_array ? "application/json" : "application/x-ndjson");
}

static bool is_applied(const struct run *run, const struct batch_line *line) {
    return line->change != (size_t)NO_CHANGE && line->change < run->ticket.applied;
}

/* Of an import: what could not be stored is not counted, as it is sent again. */
static void count_rows(struct http_request *request, const struct run *run) {
    for (size_t i = 0; i < run->line_count; i++) {
        const struct batch_line *line = &run->lines[i];
        if (line->change == (size_t)NO_CHANGE && run->ticket.error == CXD_OK)
            api_count_row(request, OUTCOME_REFUSED);
        else if (is_applied(run, line))
            api_count_row(request, run->ticket.changes[line->change].outcome);
    }
}

static void count_results(struct http_request *request, const struct run *run) {
    if (run->into) {
        count_rows(request, run);
        return;
    }
    for (size_t i = 0; i < run->line_count; i++) {
        const struct batch_line *line = &run->lines[i];
        const struct change *change = line->change == (size_t)NO_CHANGE ? NULL : &run->ticket.changes[line->change];
        if (!change)
            api_count_refused(request, line->refusal);
        else if (!is_applied(run, line))
            api_count_refused(request, run->ticket.error);
        else if (change->outcome == OUTCOME_REFUSED)
            api_count_refused(request, admission_refusal(change));
        else
            api_count_stored(request, change->outcome);
    }
}

/* The reply is settled. What is left of the claim stays until that has been sent, which a slow reader may draw out;
 * never more than before, which might be refused. */
static void end_run(struct http_request *request, struct run *run) {
    uint64_t claimed = run->claimed;
    run_free(run);
    uint64_t left = arena_bytes(http_arena(request)) + http_out(request)->length;
    if (left < claimed)
        (void)!http_claim_memory(request, left);
}

/* Some slices are stored and the next one could not be. All of them are in front, so who has named no lines can go on
 * behind them. */
static void refuse_rest(struct http_request *request, const struct run *run) {
    struct error err;
    http_is_done(request); /* without memory for its reply there is none, which claims nothing */
    char members[48];
    size_t through = 0;
    for (size_t i = 0; i < run->line_count; i++)
        if (is_applied(run, &run->lines[i]))
            through = run->lines[i].number;
    snprintf(members, sizeof members, "\"applied_through\":%zu", through);
    error_set(&err, run->ticket.error,
              "%s behind line %zu, and all is up to it; send the batch again with the same ids or Idempotency-Key",
              run->ticket.error == ERR_STORAGE_FULL ? "there is no room, nothing is stored" : "it could not be stored",
              through);
    http_problem_more(request, &err, members);
}

static void finish_batch(struct http_request *request) {
    struct run *run = http_deferred(request);
    count_results(request, run);
    if (run->ticket.error != CXD_OK && run->ticket.applied > 0)
        refuse_rest(request, run);
    else if (!api_submit_failed(request, &run->ticket))
        reply_results(request, run);
    end_run(request, run);
}

static enum cxd_err read_lines(struct http_request *request, struct run *run, struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    struct batch batch;
    struct batch_size size;
    enum cxd_err result = prepare(request, run, body, length, &size, err);
    if (result != CXD_OK)
        return result;
    const struct config *config = &api_settings(request)->config;
    result = batch_open(&batch, body, length, (size_t)config->json_depth, (size_t)config->body_bytes, &size, err);
    run->is_array = batch.is_array;
    batch.is_import = run->into;
    bool more = true;
    while (result == CXD_OK && more) {
        result = read_line(request, run, &batch, &more, err);
        if (result == CXD_OK)
            result = renew_claim(request, run, err);
    }
    batch_close(&batch);
    return result;
}

/* The one place that is left among the changes is for it. */
static void count_unread(struct http_request *request, struct run *run) {
    if (!run->into || run->unread == 0)
        return;
    assert(run->ticket.count < run->line_capacity);
    struct change *change = &run->ticket.changes[run->ticket.count++];
    *change = (struct change){.kind = CHANGE_IMPORT_ROWS, .now_ms = http_now_ms(request), .arena = http_arena(request)};
    change->as.import_rows.number = run->into->number;
    change->as.import_rows.refused = (int64_t)run->unread;
}

void api_batch_post(struct http_request *request) {
    batch_take(request, NULL);
}

void batch_take(struct http_request *request, const struct import_record *into) {
    if (!body_take(request, BODY_OF_BATCH, NULL))
        return;
    struct app *app = http_app(request);
    struct run *run = arena_alloc_zero(http_arena(request), 1, sizeof *run);
    if (!run) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the batch");
        return;
    }
    buffer_init(&run->problems);
    run->snapshot = catalog_acquire(app->catalog);
    run->into = into;
    struct error err;
    /* Headers are the whole batch's: if one is bad, no line is read. */
    if (admission_read_strict(request, &run->is_strict, &err) != CXD_OK ||
        admission_open_names(request, &run->names, &err) != CXD_OK || read_lines(request, run, &err) != CXD_OK) {
        if (err.code != ERR_BATCH_MEMORY) /* it is noted down already */
            http_problem(request, &err);
        run_free(run);
        return;
    }
    count_unread(request, run);
    if (run->ticket.count == 0) {
        count_results(request, run);
        reply_results(request, run);
        end_run(request, run);
    } else {
        run->ticket.is_partable = true;
        api_submit(request, &run->ticket, finish_batch);
    }
}
