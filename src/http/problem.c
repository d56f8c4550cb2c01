/* Refusals and failures as RFC 9457 problems, with the headers that their status asks for. */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "http/reply.h"

static const char problem_type[] = "application/problem+json";

/* Seconds after which another try makes sense; NULL: none, or the client must change something. */
static const char *retry_after(int status) {
    return status == 503 ? "1" : status == 507 ? "10" : NULL;
}

static void write_members(struct buffer *out, const struct error *err, size_t kept) {
    buffer_append_text(out, ",\"errors\":[");
    for (size_t i = 0; i < kept; i++) {
        buffer_append_text(out, i > 0 ? ",{\"pointer\":" : "{\"pointer\":");
        buffer_append_json(out, err->members[i].pointer);
        buffer_append_text(out, ",\"detail\":");
        buffer_append_json(out, err->members[i].detail);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

/* Without the closing brace. */
static void open_problem(struct buffer *out, const struct error *err) {
    size_t kept = err->member_count < ERROR_MEMBERS_MAX ? err->member_count : ERROR_MEMBERS_MAX;
    buffer_append_text(out, "{\"type\":\"/problems/");
    buffer_append_text(out, error_slug(err->code));
    buffer_append_text(out, "\",\"title\":");
    buffer_append_json(out, error_title(err->code));
    buffer_append_text(out, ",\"status\":");
    buffer_append_int(out, error_status(err->code));
    if (err->member_count > kept) {
        char detail[sizeof err->detail + 64];
        snprintf(detail, sizeof detail, "%s; the first %zu of %zu are listed", err->detail, kept, err->member_count);
        buffer_append_text(out, ",\"detail\":");
        buffer_append_json(out, detail);
    } else if (err->detail[0]) {
        buffer_append_text(out, ",\"detail\":");
        buffer_append_json(out, err->detail);
    }
    if (kept > 0)
        write_members(out, err, kept);
}

void http_problem_write(struct buffer *out, const struct error *err) {
    open_problem(out, err);
    buffer_append_char(out, '}');
}

static void add_headers(struct http_request *request, enum cxd_err code, int status) {
    const char *retry = retry_after(status);
    if (retry && !reply_header_find(request, "Retry-After"))
        http_reply_header(request, "Retry-After", retry);
    if (status == 401)
        http_reply_header(request, "WWW-Authenticate",
                          code == ERR_NO_KEY ? "Bearer realm=\"cxd\""
                                             : "Bearer realm=\"cxd\", error=\"invalid_token\"");
    if (status == 405 && request->path)
        http_reply_header(request, "Allow", request->path->allow);
}

/* Whether somebody typed or followed what leads nowhere: browsers say that they read pages. */
static bool is_strayed(struct http_request *request) {
    const char *accepted = request->method == HTTP_GET ? http_header(request, "Accept") : NULL;
    bool is_call = request->target.count > 0 && strcmp(request->target.segments[0], "v1") == 0;
    return accepted && strstr(accepted, "text/html") && !is_call;
}

/* As a page, where the route has pages, or there is none. */
static const char *explain(struct http_request *request, const struct error *err, enum cxd_err *code) {
    const struct http_options *options = &request->connection->loop->server->options;
    bool is_page =
        request->route ? (request->route->flags & HTTP_PAGE) != 0 : err->code == ERR_NO_ROUTE && is_strayed(request);
    return is_page && options->explain ? options->explain(request, err, code) : NULL;
}

static void write_object(struct http_request *request, const struct error *err, const char *members) {
    buffer_reset(&request->out);
    open_problem(&request->out, err);
    if (members) {
        buffer_append_char(&request->out, ',');
        buffer_append_text(&request->out, members);
    }
    buffer_append_text(&request->out, ",\"request_id\":");
    buffer_append_json(&request->out, request->trace.request_id);
    buffer_append_char(&request->out, '}');
}

static void reply_problem(struct http_request *request, const struct error *err, const char *members) {
    assert(err->code != CXD_OK);
    buffer_reset(&request->out);
    request->fixed_out = NULL;
    enum cxd_err code = err->code;
    request->problem = code;
    const char *type = explain(request, err, &code);
    if (type)
        request->problem = code;
    else
        write_object(request, err, members);
    int status = error_status(request->problem);
    add_headers(request, request->problem, status);
    http_reply(request, status, type ? type : problem_type);
}

enum cxd_err http_refusal(const struct http_request *request) {
    return request->problem;
}

void http_problem(struct http_request *request, const struct error *err) {
    reply_problem(request, err, NULL);
}

void http_problem_more(struct http_request *request, const struct error *err, const char *members) {
    if (members)
        reply_problem(request, err, members);
    else
        reply_no_memory(request);
}

void http_problem_code(struct http_request *request, enum cxd_err code, const char *format, ...) {
    struct error err;
    error_set(&err, code, "%s", "");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err.detail, sizeof err.detail, format, arguments);
    va_end(arguments);
    http_problem(request, &err);
}
