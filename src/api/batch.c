/* POST /v1/responses: many responses, each naming its survey, in one transaction, with a result a line. A bad line is
 * reported with its number and does not sink the others. Decoded on a worker (a batch may be megabytes), replied on the
 * loop. */
#include <assert.h>
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

struct import {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct batch_line *lines;
    size_t line_count, line_capacity; /* the changes have the same room */
    uint64_t claimed;                 /* of batch_memory, beside the body */
    const struct snapshot *snapshot;
    struct buffer problems;
    struct line_names names;
    bool is_array;
};

static void import_free(struct import *import) {
    admission_close_names(&import->names);
    buffer_free(&import->problems);
    free(import->lines);
    free(import->ticket.changes);
    catalog_release(import->snapshot);
}

static enum cxd_err admit_line(struct http_request *request, struct import *import, const char *slug,
                               struct change *change, struct error *err) {
    if (!slug)
        return err->code;
    const struct survey *survey = snapshot_survey(import->snapshot, slug);
    if (!survey)
        return error_set(err, ERR_NO_SURVEY, "there is no survey of this name");
    const struct admission how = {import->snapshot, survey, NULL, &import->names};
    return admission_judge(request, &how, change, err);
}

/* What a line costs while the batch is under way: its change, a result of the usual kind, and under a key its place
 * among the contents. */
static uint64_t line_bytes(const struct import *import) {
    enum { RESULT_BYTES = 96, NAMED_BYTES = 128 };
    return sizeof(struct change) + sizeof(struct batch_line) + RESULT_BYTES + (import->names.lines ? NAMED_BYTES : 0);
}

/* Claims what reading will take, and has the two arrays made at one go: growing, they would be there twice. Before
 * any of it is parsed, for that takes many times longer than to count. */
static enum cxd_err prepare_import(struct http_request *request, struct import *import, const char *body, size_t length,
                                   struct batch_size *ret_size, struct error *err) {
    batch_measure(body, length, ret_size);
    if (ret_size->lines > (size_t)api_settings(request)->config.batch_lines)
        return error_set(err, ERR_TOO_LARGE, "a batch may have %lld responses",
                         (long long)api_settings(request)->config.batch_lines);
    size_t lines = ret_size->lines + 1; /* the one behind the last is looked for */
    /* What is longer is refused unread. */
    size_t body_bytes = (size_t)api_settings(request)->config.body_bytes;
    size_t longest = ret_size->longest < body_bytes ? ret_size->longest : body_bytes;
    import->claimed = length + lines * line_bytes(import) + (uint64_t)longest * BATCH_READ_FACTOR;
    if (!http_claim_memory(request, import->claimed))
        return error_set(err, ERR_BATCH_MEMORY, "%s", "");
    import->ticket.changes = malloc(lines * sizeof(struct change));
    import->lines = malloc(lines * sizeof(struct batch_line));
    if (!import->ticket.changes || !import->lines)
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");
    import->line_capacity = lines;
    return CXD_OK;
}

/* What the lines so far have taken; problems twice, for they come into the reply. */
static uint64_t held_bytes(struct http_request *request, const struct import *import) {
    return arena_bytes(http_arena(request)) + import->line_capacity * line_bytes(import) +
           2 * (uint64_t)import->problems.length;
}

/* Now and then: lines may cost more than was thought, such as those of many mistakes. */
static enum cxd_err renew_claim(struct http_request *request, struct import *import, struct error *err) {
    enum { EVERY_LINES = 64, STEP_BYTES = 1 << 20 };
    if (import->line_count % EVERY_LINES != 0)
        return CXD_OK;
    uint64_t held = held_bytes(request, import);
    if (held <= import->claimed)
        return CXD_OK;
    import->claimed = held + STEP_BYTES;
    return http_claim_memory(request, import->claimed) ? CXD_OK : error_set(err, ERR_BATCH_MEMORY, "%s", "");
}

static enum cxd_err read_line(struct http_request *request, struct import *import, struct batch *batch, bool *ret_more,
                              struct error *err) {
    struct ticket *ticket = &import->ticket;
    assert(ticket->count < import->line_capacity && import->line_count < import->line_capacity);
    struct change *change = &ticket->changes[ticket->count];
    *change = (struct change){0};
    size_t number;
    const char *slug;
    *ret_more = batch_next(batch, http_arena(request), &number, &slug, &change->as.response.value, err);
    if (!*ret_more)
        return CXD_OK;
    struct batch_line *line = &import->lines[import->line_count++];
    *line = (struct batch_line){.number = number, .change = ticket->count, .problem_from = import->problems.length};
    enum cxd_err result = err->code;
    if (result == CXD_OK || result == ERR_INVALID)
        result = admit_line(request, import, slug, change, err);
    if (result == CXD_OK)
        ticket->count++;
    else
        line->change = (size_t)NO_CHANGE;
    if (err->code == CXD_OK)
        return CXD_OK;
    line->refusal = err->code;
    http_problem_write(&import->problems, err);
    if (result == ERR_NO_MEMORY || import->problems.failed)
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");
    return CXD_OK;
}

static void append_outcome(struct http_request *request, const struct change *change) {
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
    buffer_append_text(out, NAMES[change->outcome]);
    buffer_append_char(out, '"');
    response_encode_adjusted(out, &shown);
    buffer_append_char(out, '}');
}

/* `problem` is a JSON object; the line's number goes in front of its members. */
static void append_line(struct http_request *request, const struct import *import, size_t index) {
    struct buffer *out = http_out(request);
    const struct batch_line *line = &import->lines[index];
    buffer_append_text(out, "{\"line\":");
    buffer_append_int(out, (int64_t)line->number);
    buffer_append_char(out, ',');
    const struct change *change = line->change == (size_t)NO_CHANGE ? NULL : &import->ticket.changes[line->change];
    if (change && change->outcome != OUTCOME_REFUSED) {
        append_outcome(request, change);
        return;
    }
    size_t end = index + 1 < import->line_count ? import->lines[index + 1].problem_from : import->problems.length;
    if (end > line->problem_from && (!change || change->refusal == ERR_INVALID)) {
        buffer_append(out, import->problems.data + line->problem_from + 1, end - line->problem_from - 1);
        return;
    }
    struct error err;
    error_clear(&err);
    if (change->refusal == ERR_INVALID)
        admission_explain(request, change, &err);
    if (err.code == CXD_OK)
        error_set(&err, admission_refusal(change), "%s", error_title(admission_refusal(change)));
    struct buffer problem;
    buffer_init(&problem);
    http_problem_write(&problem, &err);
    if (problem.failed)
        out->failed = true;
    else
        buffer_append(out, problem.data + 1, problem.length - 1);
    buffer_free(&problem);
}

static void reply_results(struct http_request *request, const struct import *import) {
    struct buffer *out = http_out(request);
    if (import->is_array)
        buffer_append_char(out, '[');
    for (size_t i = 0; i < import->line_count; i++) {
        if (import->is_array && i > 0)
            buffer_append_char(out, ',');
        append_line(request, import, i);
        if (!import->is_array)
            buffer_append_char(out, '\n');
    }
    if (import->is_array)
        buffer_append_char(out, ']');
    http_reply(request, 200, import->is_array ? "application/json" : "application/x-ndjson");
}

static void count_results(struct http_request *request, const struct import *import) {
    for (size_t i = 0; i < import->line_count; i++) {
        const struct batch_line *line = &import->lines[i];
        const struct change *change = line->change == (size_t)NO_CHANGE ? NULL : &import->ticket.changes[line->change];
        if (!change)
            api_count_refused(request, line->refusal);
        else if (import->ticket.error != CXD_OK)
            api_count_refused(request, import->ticket.error);
        else if (change->outcome == OUTCOME_REFUSED)
            api_count_refused(request, admission_refusal(change));
        else
            api_count_stored(request, change->outcome);
    }
}

/* The reply is settled. What is left of the claim stays until that has been sent, which a slow reader may draw out;
 * never more than before, which might be refused. */
static void end_import(struct http_request *request, struct import *import) {
    uint64_t claimed = import->claimed;
    import_free(import);
    uint64_t left = arena_bytes(http_arena(request)) + http_out(request)->length;
    if (left < claimed)
        (void)!http_claim_memory(request, left);
}

static void finish_batch(struct http_request *request) {
    struct import *import = http_deferred(request);
    count_results(request, import);
    if (!api_submit_failed(request, &import->ticket))
        reply_results(request, import);
    end_import(request, import);
}

static enum cxd_err read_lines(struct http_request *request, struct import *import, struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    struct batch batch;
    struct batch_size size;
    enum cxd_err result = prepare_import(request, import, body, length, &size, err);
    if (result != CXD_OK)
        return result;
    const struct config *config = &api_settings(request)->config;
    result = batch_open(&batch, body, length, (size_t)config->json_depth, (size_t)config->body_bytes, &size, err);
    import->is_array = batch.is_array;
    bool more = true;
    while (result == CXD_OK && more) {
        result = read_line(request, import, &batch, &more, err);
        if (result == CXD_OK)
            result = renew_claim(request, import, err);
    }
    batch_close(&batch);
    return result;
}

void api_batch_post(struct http_request *request) {
    if (!body_take(request, BODY_OF_BATCH, NULL))
        return;
    struct app *app = http_app(request);
    struct import *import = arena_alloc_zero(http_arena(request), 1, sizeof *import);
    if (!import) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the batch");
        return;
    }
    buffer_init(&import->problems);
    import->snapshot = catalog_acquire(app->catalog);
    struct error err;
    /* The header is the whole batch's: if it is bad, no line is read. */
    if (admission_open_names(request, &import->names, &err) != CXD_OK || read_lines(request, import, &err) != CXD_OK) {
        if (err.code != ERR_BATCH_MEMORY) /* it is noted down already */
            http_problem(request, &err);
        import_free(import);
    } else if (import->ticket.count == 0) {
        count_results(request, import);
        reply_results(request, import);
        end_import(request, import);
    } else {
        api_submit(request, &import->ticket, finish_batch);
    }
}
