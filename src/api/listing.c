/* Reading stored responses: one, a survey's newest first, or all that is held of a respondent. A list comes in pages: `next` and the Link
 * header name the one behind it. Runs on workers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/parameters.h"
#include "cxd/codec/response.h"

/* A place between two responses: "1774000000000_" and an id. */
enum { CURSOR_SIZE = 64 };

static void write_cursor(char out[CURSOR_SIZE], const struct response *last) {
    char id[ID_TEXT_SIZE];
    snprintf(out, CURSOR_SIZE, "%lld_%s", (long long)last->answered_at, id_format(id, &last->id));
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static void append_encoded(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text))
            buffer_append_char(out, *text);
        else
            buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

/* The request's own query with another cursor: a reference relative to the request's path. */
static bool link_next(struct http_request *request, const char *cursor) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    struct buffer link;
    buffer_init(&link);
    buffer_append_text(&link, "<?");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].key, "cursor") == 0)
            continue;
        append_encoded(&link, items[i].key);
        buffer_append_char(&link, '=');
        append_encoded(&link, items[i].value);
        buffer_append_char(&link, '&');
    }
    buffer_append_text(&link, "cursor=");
    append_encoded(&link, cursor);
    buffer_append_text(&link, ">; rel=\"next\"");
    const char *text = buffer_terminate(&link);
    if (text != NULL)
        http_reply_header(request, "Link", text);
    buffer_free(&link);
    return text != NULL;
}

static void append_response(struct buffer *out, const struct snapshot *snapshot,
                            const struct response *response) {
    const struct survey *survey = snapshot_survey_number(snapshot, response->survey);
    response_encode(out, response, survey != NULL ? survey->slug : "");
}

/* One more than a page holds is read: whether there is a next one. */
static enum cxd_err append_page(struct http_request *request, const struct snapshot *snapshot,
                                const struct listing *listing, struct error *err) {
    struct buffer *out = http_out(request);
    struct listing wider = *listing;
    struct response *responses;
    size_t count;
    wider.limit++;
    enum cxd_err result =
        store_read_responses(http_worker(request), &wider, http_arena(request), &responses, &count, err);
    if (result != CXD_OK)
        return result;
    bool has_next = count > listing->limit;
    buffer_append_text(out, "\"responses\":[");
    for (size_t i = 0; i < count && i < listing->limit; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        append_response(out, snapshot, &responses[i]);
    }
    buffer_append_text(out, "],\"next\":");
    if (has_next) {
        char cursor[CURSOR_SIZE];
        write_cursor(cursor, &responses[listing->limit - 1]);
        buffer_append_json(out, cursor);
        if (!link_next(request, cursor))
            return error_set(err, ERR_NO_MEMORY, "no memory for the reply");
    } else {
        buffer_append_text(out, "null");
    }
    buffer_append_char(out, '}');
    return CXD_OK;
}

static void refuse(struct http_request *request, const struct error *err) {
    buffer_reset(http_out(request));
    http_problem(request, err);
}

void api_responses_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    struct listing listing;
    struct error err;
    enum cxd_err result = survey == NULL
                              ? error_set(&err, ERR_NO_SURVEY, "there is no survey of this name")
                              : parameters_read_listing(request, PARAMETERS_LISTING, &listing, &err);
    if (result == CXD_OK) {
        listing.filter.survey = survey->number;
        buffer_append_char(http_out(request), '{');
        result = append_page(request, snapshot, &listing, &err);
    }
    catalog_release(snapshot);
    if (result == CXD_OK)
        http_reply_tagged(request, "application/json");
    else
        refuse(request, &err);
}

void api_response_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    const char *text = http_path(request, "id");
    struct id id;
    struct response response;
    struct error err;
    bool found = false;
    enum cxd_err result = CXD_OK;
    if (survey == NULL)
        result = error_set(&err, ERR_NO_SURVEY, "there is no survey of this name");
    else if (id_parse(text, strlen(text), &id))
        result = store_read_response(http_worker(request), &id, http_arena(request), &found, &response, &err);
    if (result == CXD_OK && (!found || response.survey != survey->number))
        result = error_set(&err, ERR_NO_RESPONSE, "this survey has no response of this id");
    if (result == CXD_OK) {
        response_encode(http_out(request), &response, survey->slug);
        http_reply_tagged(request, "application/json");
    } else {
        refuse(request, &err);
    }
    catalog_release(snapshot);
}

/* A look at a person: told in the audit log before it is answered. */
struct look {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char target[2 * SHA256_SIZE + 1];
};

static void finish_look(struct http_request *request) {
    const struct look *look = http_deferred(request);
    if (look->ticket.error != CXD_OK)
        buffer_reset(http_out(request));
    if (!api_submit_failed(request, &look->ticket))
        http_reply(request, 200, "application/json");
}

static void submit_look(struct http_request *request, const char *respondent) {
    struct look *look = arena_alloc_zero(http_arena(request), 1, sizeof(*look));
    if (look == NULL) {
        buffer_reset(http_out(request));
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the reply");
        return;
    }
    sha256_hex(respondent, strlen(respondent), look->target);
    look->change.kind = CHANGE_NOTE;
    look->change.now_ms = http_now_ms(request);
    look->change.arena = http_arena(request);
    look->change.as.note.act = "respondent.export";
    look->change.as.note.target = look->target;
    look->ticket.changes = &look->change;
    look->ticket.count = 1;
    api_submit(request, &look->ticket, finish_look);
}

void api_respondent_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const char *respondent = http_path(request, "respondent");
    struct buffer *out = http_out(request);
    struct listing listing;
    struct error err;
    enum cxd_err result = parameters_read_listing(request, PARAMETERS_PAGE, &listing, &err);
    if (result == CXD_OK) {
        const struct snapshot *snapshot = catalog_acquire(app->catalog);
        listing.respondent = respondent;
        buffer_append_text(out, "{\"respondent\":");
        buffer_append_json(out, respondent);
        buffer_append_char(out, ',');
        result = append_page(request, snapshot, &listing, &err);
        catalog_release(snapshot);
    }
    if (result != CXD_OK)
        refuse(request, &err);
    else
        submit_look(request, respondent);
}
