/* POST /v1/surveys/{survey}/invitations: respondents in, signed links out, in the form in which they came. Nothing is stored, so this
 * reads the catalog alone; it runs on a worker, as a list may be megabytes. */
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/invitation.h"

enum { LINK_BYTES_MAX = 2048 };

static const char TOKEN_MARK[] = "{token}", SURVEY_MARK[] = "{survey}";

/* What is asked of every invitation of a request. */
struct issue {
    const char *survey;
    const char *link;       /* of the request; NULL: our own */
    const char *public_url; /* of the configuration; "": where this request was sent */
    const char *host;       /* of the request; NULL: it has none (HTTP/1.0) */
    struct signing_key key;
    bool is_tls;
    int64_t now_ms;
    struct invitation_list list;
    struct buffer token, problem; /* of the line that is written */
};

static bool link_valid(const char *link) {
    bool is_web = strncmp(link, "https://", 8) == 0 || strncmp(link, "http://", 7) == 0;
    return is_web && strlen(link) <= LINK_BYTES_MAX && !utf8_has_control(link, false) &&
           strpbrk(link, " \"<>\\^`|") == NULL && strstr(link, TOKEN_MARK) != NULL;
}

static enum cxd_err read_query(struct http_request *request, struct issue *issue, struct error *err) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    issue->list.expires_at = issue->now_ms + INVITATION_DAYS_DEFAULT * DAY_MS;
    for (size_t i = 0; i < count; i++) {
        int64_t seconds;
        if (strcmp(items[i].key, "link") == 0) {
            if (!link_valid(items[i].value))
                return error_set(err, ERR_BAD_PARAMETER,
                                 "link: an http or https URL with {token} in it, at most %d bytes",
                                 LINK_BYTES_MAX);
            issue->link = items[i].value;
        } else if (strcmp(items[i].key, "expires_in") == 0) {
            if (!duration_parse(items[i].value, &seconds) || seconds == 0)
                return error_set(err, ERR_BAD_PARAMETER, "expires_in: a duration such as 14d");
            issue->list.expires_at = issue->now_ms + seconds * 1000;
        } else {
            return error_set(err, ERR_BAD_PARAMETER, "%.64s: not a parameter of this call", items[i].key);
        }
    }
    return CXD_OK;
}

/* One object, unless the text begins as a list. */
static bool read_form(const struct http_request *request, enum invitation_form *ret_form) {
    size_t length, at = 0;
    const char *body = http_body(request, &length);
    if (http_has_type(request, "text/csv")) {
        *ret_form = INVITATION_CSV;
    } else if (http_has_type(request, "application/x-ndjson")) {
        *ret_form = INVITATION_LINES;
    } else if (http_header(request, "Content-Type") == NULL || http_has_type(request, "application/json")) {
        while (at < length && strchr(" \t\r\n", body[at]) != NULL && body[at] != '\0')
            at++;
        *ret_form = at < length && body[at] == '[' ? INVITATION_LINES : INVITATION_OBJECT;
    } else {
        return false;
    }
    return true;
}

static void append_url(struct buffer *out, const struct issue *issue) {
    const char *at = issue->link;
    if (at == NULL) {
        size_t length = strlen(issue->public_url);
        if (length == 0 && issue->host != NULL) {
            buffer_append_text(out, issue->is_tls ? "https://" : "http://");
            buffer_append_text(out, issue->host);
        }
        buffer_append(out, issue->public_url,
                      length > 0 && issue->public_url[length - 1] == '/' ? length - 1 : length);
        at = "/s/{survey}?i={token}";
    }
    while (*at != '\0') {
        if (strncmp(at, TOKEN_MARK, sizeof(TOKEN_MARK) - 1) == 0) {
            buffer_append(out, issue->token.data, issue->token.length);
            at += sizeof(TOKEN_MARK) - 1;
        } else if (strncmp(at, SURVEY_MARK, sizeof(SURVEY_MARK) - 1) == 0) {
            buffer_append_text(out, issue->survey);
            at += sizeof(SURVEY_MARK) - 1;
        } else {
            buffer_append_char(out, *at++);
        }
    }
}

/* The link as a text of the arena; NULL without memory. */
static const char *make_url(const struct issue *issue, struct arena *arena) {
    struct buffer url;
    buffer_init(&url);
    append_url(&url, issue);
    const char *text = buffer_terminate(&url);
    const char *copy = text != NULL ? arena_strdup(arena, text) : NULL;
    buffer_free(&url);
    return copy;
}

static void append_json(struct buffer *out, const struct issue *issue, const struct invitation *invitation,
                        const char *url) {
    char text[ID_TEXT_SIZE];
    struct id id;
    invitation_response_id(invitation, &id);
    buffer_append_text(out, "\"token\":\"");
    buffer_append(out, issue->token.data, issue->token.length);
    buffer_append_text(out, "\",\"url\":");
    buffer_append_json(out, url);
    buffer_append_text(out, ",\"respondent\":");
    buffer_append_json(out, invitation->respondent);
    buffer_append_text(out, ",\"expires_at\":");
    buffer_append_time(out, invitation->expires_at);
    buffer_append_text(out, ",\"response_id\":\"");
    buffer_append_text(out, id_format(text, &id));
    buffer_append_text(out, "\"}");
}

static void append_csv(struct buffer *out, const struct issue *issue, size_t line,
                       const struct invitation *invitation, const char *url) {
    char text[TIME_TEXT_SIZE];
    buffer_append_int(out, (int64_t)line);
    buffer_append_text(out, ",201,");
    csv_append(out, invitation->respondent);
    buffer_append_char(out, ',');
    csv_append(out, url);
    buffer_append_char(out, ',');
    buffer_append(out, issue->token.data, issue->token.length);
    buffer_append_format(out, ",%s,\r\n", time_format(text, invitation->expires_at));
}

/* What is wrong with a row, in one cell. */
static void append_csv_problem(struct buffer *out, struct issue *issue, size_t line,
                               const struct invitation *invitation, const struct error *err) {
    size_t kept = err->member_count < ERROR_MEMBERS_MAX ? err->member_count : ERROR_MEMBERS_MAX;
    buffer_reset(&issue->problem);
    for (size_t i = 0; i < kept; i++)
        buffer_append_format(&issue->problem, "%s%s %s", i > 0 ? "; " : "", err->members[i].pointer + 1,
                             err->members[i].detail);
    if (kept == 0)
        buffer_append_text(&issue->problem, err->detail);
    const char *text = buffer_terminate(&issue->problem);
    buffer_append_int(out, (int64_t)line);
    buffer_append_format(out, ",%d,", error_status(err->code));
    csv_append(out, invitation->respondent != NULL ? invitation->respondent : "");
    buffer_append_text(out, ",,,,");
    csv_append(out, text != NULL ? text : "");
    buffer_append_text(out, "\r\n");
    out->failed |= issue->problem.failed;
}

static void append_problem(struct buffer *out, struct issue *issue, size_t line, const struct error *err) {
    buffer_reset(&issue->problem);
    http_problem_write(&issue->problem, err);
    buffer_append_text(out, "{\"line\":");
    buffer_append_int(out, (int64_t)line);
    buffer_append_char(out, ',');
    if (issue->problem.failed)
        out->failed = true;
    else
        buffer_append(out, issue->problem.data + 1, issue->problem.length - 1);
}

/* Completes and signs an invitation and writes it, or says what is wrong with it. */
static enum cxd_err write_line(struct http_request *request, struct issue *issue, size_t line,
                               struct invitation *invitation, struct arena *arena, struct error *err) {
    struct buffer *out = http_out(request);
    bool is_csv = issue->list.form == INVITATION_CSV;
    if (err->code != CXD_OK) {
        if (err->code == ERR_NO_MEMORY || issue->list.form == INVITATION_OBJECT)
            return err->code;
        if (is_csv)
            append_csv_problem(out, issue, line, invitation, err);
        else
            append_problem(out, issue, line, err);
        return CXD_OK;
    }
    invitation->survey = issue->survey;
    id_make(http_ids(request), issue->now_ms, &invitation->id);
    buffer_reset(&issue->token);
    invitation_sign(&issue->token, invitation, &issue->key);
    const char *url = issue->token.failed ? NULL : make_url(issue, arena);
    if (url == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the invitation");
    if (is_csv) {
        append_csv(out, issue, line, invitation, url);
        return CXD_OK;
    }
    buffer_append_char(out, '{');
    if (issue->list.form == INVITATION_LINES) {
        buffer_append_text(out, "\"line\":");
        buffer_append_int(out, (int64_t)line);
        buffer_append_text(out, ",\"status\":201,");
    }
    append_json(out, issue, invitation, url);
    return CXD_OK;
}

static enum cxd_err write_lines(struct http_request *request, struct issue *issue, struct error *err) {
    struct buffer *out = http_out(request);
    bool is_array = issue->list.form == INVITATION_LINES && issue->list.batch.is_array;
    bool is_ndjson = issue->list.form == INVITATION_LINES && !is_array;
    struct arena arena;
    struct invitation invitation;
    size_t line, count = 0;
    enum cxd_err result = CXD_OK;
    arena_init(&arena);
    if (is_array)
        buffer_append_char(out, '[');
    else if (issue->list.form == INVITATION_CSV)
        buffer_append_text(out, "line,status,respondent,url,token,expires_at,error\r\n");
    while (result == CXD_OK && invitation_list_next(&issue->list, &arena, &line, &invitation, err)) {
        if (++count > (size_t)api_settings(request)->config.batch_lines) {
            result = error_set(err, ERR_TOO_LARGE, "a list may have %lld respondents",
                               (long long)api_settings(request)->config.batch_lines);
            break;
        }
        if (is_array && count > 1)
            buffer_append_char(out, ',');
        result = write_line(request, issue, line, &invitation, &arena, err);
        if (is_ndjson)
            buffer_append_char(out, '\n');
        arena_reset(&arena);
    }
    if (is_array)
        buffer_append_char(out, ']');
    arena_free(&arena);
    return result;
}

static enum cxd_err issue_all(struct http_request *request, struct issue *issue, enum invitation_form form,
                              struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    issue->list.limits = &api_settings(request)->limits;
    issue->list.now_ms = issue->now_ms;
    enum cxd_err result = read_query(request, issue, err);
    if (result != CXD_OK)
        return result;
    buffer_init(&issue->token);
    buffer_init(&issue->problem);
    result = invitation_list_open(&issue->list, form, body, length,
                                  (size_t)api_settings(request)->config.json_depth, http_arena(request), err);
    if (result == CXD_OK)
        result = write_lines(request, issue, err);
    invitation_list_close(&issue->list);
    buffer_free(&issue->token);
    buffer_free(&issue->problem);
    return result;
}

static void reply(struct http_request *request, const struct issue *issue) {
    if (issue->list.form == INVITATION_OBJECT)
        http_reply(request, 201, "application/json");
    else if (issue->list.form == INVITATION_CSV)
        http_reply(request, 200, "text/csv; charset=utf-8");
    else
        http_reply(request, 200, issue->list.batch.is_array ? "application/json" : "application/x-ndjson");
}

void api_invitations_post(struct http_request *request) {
    struct app *app = http_app(request);
    enum invitation_form form;
    if (!read_form(request, &form)) {
        http_problem_code(request, ERR_MEDIA_TYPE,
                          "send Content-Type: application/json, application/x-ndjson or text/csv");
        return;
    }
    struct issue *issue = arena_alloc_zero(http_arena(request), 1, sizeof(*issue));
    if (issue == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the invitations");
        return;
    }
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    struct error err;
    issue->survey = http_path(request, "survey");
    issue->public_url = api_settings(request)->config.public_url;
    issue->host = http_header(request, "Host");
    issue->is_tls = app->config.tls_certificate[0] != '\0';
    issue->now_ms = http_now_ms(request);
    bool has_key = snapshot->signing_key_count > 0;
    if (has_key)
        issue->key = snapshot->signing_keys[0];
    bool known = survey != NULL;
    catalog_release(snapshot);
    if (!known)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else if (!has_key)
        http_problem_code(request, ERR_INTERNAL, "there is no key to sign with");
    else if (issue_all(request, issue, form, &err) != CXD_OK) {
        buffer_reset(http_out(request));
        http_problem(request, &err);
    } else
        reply(request, issue);
    explicit_bzero(&issue->key, sizeof(issue->key));
}
