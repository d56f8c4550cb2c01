/* POST /v1/responses: many responses, each naming its survey, in one transaction, with a result a line. A bad line is reported with its
 * number and does not sink the others. Decoded on a worker (a batch may be megabytes), replied on the loop. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/codec/response.h"

/* A line is either a problem, rendered at once, or a change whose outcome comes with the commit. */
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
    size_t line_count, line_capacity;
    size_t change_capacity;
    const struct snapshot *snapshot;
    struct buffer problems;
    bool is_array;
};

/* Makes room for one more element by doubling; false when memory is refused. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return true;
    size_t wanted = *capacity == 0 ? 256 : *capacity * 2;
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

static void import_free(struct import *import) {
    buffer_free(&import->problems);
    free(import->lines);
    free(import->ticket.changes);
    catalog_release(import->snapshot);
}

/* The header is the whole batch's: if it is bad, no line is. */
static enum cxd_err check_key(struct http_request *request, struct error *err) {
    const char *key = http_header(request, "Idempotency-Key");
    struct id unused;
    return key == NULL ? CXD_OK : idempotency_key_decode(key, "", 0, &unused, err);
}

static enum cxd_err name_line(struct http_request *request, const char *slug, size_t number,
                              struct response *response, struct error *err) {
    const char *key = http_header(request, "Idempotency-Key");
    if (!response->has_id && key != NULL) {
        enum cxd_err result = idempotency_key_decode(key, slug, number, &response->id, err);
        if (result != CXD_OK)
            return result;
        response->has_id = true;
    }
    return CXD_OK;
}

/* Holds a decoded line against its survey and fills the change. A batch comes with a key, so that answers of any age may be imported. */
static enum cxd_err prepare_line(struct http_request *request, struct import *import, const char *slug,
                                 size_t number, struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    int64_t now_ms = http_now_ms(request);
    if (slug == NULL)
        return err->code;
    const struct survey *survey = snapshot_survey(import->snapshot, slug);
    if (survey == NULL)
        return error_set(err, ERR_NO_SURVEY, "there is no survey of this name");
    enum cxd_err result = api_admit(request, survey, change, err);
    if (result == CXD_OK || result == ERR_INVALID)
        result = response_validate(response, survey, &api_settings(request)->limits, now_ms, true, err);
    if (result != CXD_OK)
        return result;
    result = name_line(request, slug, number, response, err);
    return result == CXD_OK ? api_fill_response(request, survey, change, err) : result;
}

static enum cxd_err read_line(struct http_request *request, struct import *import, struct batch *batch,
                              bool *ret_more, struct error *err) {
    struct ticket *ticket = &import->ticket;
    void *changes = ticket->changes, *lines = import->lines;
    bool room = grow(&changes, ticket->count, &import->change_capacity, sizeof(struct change)) &&
                grow(&lines, import->line_count, &import->line_capacity, sizeof(struct batch_line));
    ticket->changes = changes;
    import->lines = lines;
    if (!room)
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");

    struct change *change = &ticket->changes[ticket->count];
    *change = (struct change){0};
    size_t number;
    const char *slug;
    *ret_more = batch_next(batch, http_arena(request), &number, &slug, &change->as.response.value, err);
    if (!*ret_more)
        return CXD_OK;
    if (import->line_count == (size_t)api_settings(request)->config.batch_lines)
        return error_set(err, ERR_TOO_LARGE, "a batch may have %lld responses",
                         (long long)api_settings(request)->config.batch_lines);
    struct batch_line *line = &import->lines[import->line_count++];
    *line = (struct batch_line){
        .number = number, .change = ticket->count, .problem_from = import->problems.length};
    enum cxd_err result = err->code;
    if (result == CXD_OK || result == ERR_INVALID)
        result = prepare_line(request, import, slug, number, change, err);
    if (result == CXD_OK) {
        ticket->count++;
        return CXD_OK;
    }
    line->change = (size_t)NO_CHANGE;
    line->refusal = result;
    http_problem_write(&import->problems, err);
    if (result == ERR_NO_MEMORY || import->problems.failed)
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");
    return CXD_OK;
}

static void append_outcome(struct buffer *out, const struct change *change) {
    static const char *const NAMES[] = {
        [OUTCOME_CREATED] = "created", [OUTCOME_REPLAYED] = "replayed", [OUTCOME_AMENDED] = "amended"};
    char id[ID_TEXT_SIZE];
    buffer_append_text(out, "\"status\":");
    buffer_append_int(out, change->outcome == OUTCOME_CREATED ? 201 : 200);
    buffer_append_text(out, ",\"id\":\"");
    buffer_append_text(out, id_format(id, &change->as.response.value.id));
    buffer_append_text(out, "\",\"outcome\":\"");
    buffer_append_text(out, NAMES[change->outcome]);
    buffer_append_text(out, "\"}");
}

/* `problem` is a JSON object; the line's number goes in front of its members. */
static void append_line(struct buffer *out, const struct import *import, size_t index) {
    const struct batch_line *line = &import->lines[index];
    buffer_append_text(out, "{\"line\":");
    buffer_append_int(out, (int64_t)line->number);
    buffer_append_char(out, ',');
    if (line->change == (size_t)NO_CHANGE) {
        size_t end =
            index + 1 < import->line_count ? import->lines[index + 1].problem_from : import->problems.length;
        buffer_append(out, import->problems.data + line->problem_from + 1, end - line->problem_from - 1);
        return;
    }
    const struct change *change = &import->ticket.changes[line->change];
    if (change->outcome != OUTCOME_REFUSED) {
        append_outcome(out, change);
        return;
    }
    struct error err;
    error_set(&err, api_refusal(change), "%s", error_title(api_refusal(change)));
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
        append_line(out, import, i);
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
        const struct change *change =
            line->change == (size_t)NO_CHANGE ? NULL : &import->ticket.changes[line->change];
        if (change == NULL)
            api_count_refused(request, line->refusal);
        else if (import->ticket.error != CXD_OK)
            api_count_refused(request, import->ticket.error);
        else if (change->outcome == OUTCOME_REFUSED)
            api_count_refused(request, api_refusal(change));
        else
            api_count_stored(request, change->outcome);
    }
}

static void finish_batch(struct http_request *request) {
    struct import *import = http_deferred(request);
    count_results(request, import);
    if (!api_submit_failed(request, &import->ticket))
        reply_results(request, import);
    import_free(import);
}

static enum cxd_err read_lines(struct http_request *request, struct import *import, struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    struct batch batch;
    enum cxd_err result =
        batch_open(&batch, body, length, (size_t)api_settings(request)->config.json_depth, err);
    import->is_array = batch.is_array;
    bool more = true;
    while (result == CXD_OK && more)
        result = read_line(request, import, &batch, &more, err);
    batch_close(&batch);
    return result;
}

static bool refuse_batch_type(struct http_request *request) {
    if (http_header(request, "Content-Type") == NULL || http_has_type(request, "application/json") ||
        http_has_type(request, "application/x-ndjson"))
        return false;
    http_problem_code(request, ERR_MEDIA_TYPE, "send Content-Type: application/x-ndjson or application/json");
    return true;
}

void api_batch_post(struct http_request *request) {
    if (refuse_batch_type(request))
        return;
    struct app *app = http_app(request);
    struct import *import = arena_alloc_zero(http_arena(request), 1, sizeof(*import));
    if (import == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the batch");
        return;
    }
    buffer_init(&import->problems);
    import->snapshot = catalog_acquire(app->catalog);
    struct error err;
    if (check_key(request, &err) != CXD_OK || read_lines(request, import, &err) != CXD_OK) {
        http_problem(request, &err);
        import_free(import);
    } else if (import->ticket.count == 0) {
        count_results(request, import);
        reply_results(request, import);
        import_free(import);
    } else {
        api_submit(request, &import->ticket, finish_batch);
    }
}
