/* POST /v1/surveys/{survey}/invitations: respondents in, signed links out, in the form in which they came. The links
 * are written while the list is read, on a worker, as it may be megabytes, and are replied when all that they stand for
 * is kept: in one transaction, so that nothing is kept of whom nobody has a link to. */
#include <string.h>
#include <strings.h>

#include "api/app.h"
#include "api/bodies.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/invitation.h"
#include "cxd/codec/write.h"

enum { LINK_BYTES_MAX = 2048, RECORDS_OF_A_CHANGE = 256 };

static const char TOKEN_MARK[] = "{token}", SURVEY_MARK[] = "{survey}";

/* What is asked of every invitation of a request. */
struct issue {
    struct ticket ticket; /* first: http_deferred gives it back */
    const char *survey;
    int64_t number, amend_window_ms; /* of the survey */
    const char *link;                /* of the request; NULL: our own */
    const char *public_url;          /* of the configuration; "": where this request was sent */
    const char *host;                /* of the request; NULL: it has none (HTTP/1.0) */
    struct signing_key key;
    bool is_tls;
    int64_t now_ms;
    struct invitation_list list;
    struct buffer token, problem; /* of the line that is written */
    struct invitation_record *records;
    size_t count, capacity;
    uint64_t claimed; /* of batch_memory, beside the body */
};

/* With a host behind the scheme, whose letters count for nothing. */
static bool link_valid(const char *link) {
    const char *host = strncasecmp(link, "https://", 8) == 0  ? link + 8
                       : strncasecmp(link, "http://", 7) == 0 ? link + 7
                                                              : "";
    return strcspn(host, "/?#:") > 0 && strlen(link) <= LINK_BYTES_MAX && !utf8_has_control(link, false) &&
           !strpbrk(link, " \"<>\\^`|") && strstr(link, TOKEN_MARK);
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
                                 "link: an http or https URL, with a host, and {token} in it, at most %d bytes",
                                 LINK_BYTES_MAX);
            issue->link = items[i].value;
        } else if (strcmp(items[i].key, "expires_in") == 0) {
            if (!duration_parse(items[i].value, &seconds) || seconds == 0)
                return error_set(err, ERR_BAD_PARAMETER, "expires_in: a duration such as 14d");
            issue->list.expires_at = issue->now_ms + seconds * 1000;
        } else {
            static const char *const NAMES[] = {"link", "expires_in"};
            return parameters_refuse(items[i].key, NAMES, CXD_COUNT(NAMES), err);
        }
    }
    return CXD_OK;
}

/* Where JSON has one object, and where a list. */
static enum invitation_form tell_form(const struct http_request *request, enum body_kind kind) {
    size_t length;
    const char *body = http_body(request, &length);
    if (kind != BODY_JSON)
        return kind == BODY_CSV ? INVITATION_CSV : INVITATION_LINES;
    return batch_is_array(body, length) ? INVITATION_LINES : INVITATION_OBJECT;
}

static void append_url(struct buffer *out, const struct issue *issue) {
    const char *at = issue->link;
    if (!at) {
        size_t length = strlen(issue->public_url);
        if (length == 0 && issue->host) {
            buffer_append_text(out, issue->is_tls ? "https://" : "http://");
            buffer_append_text(out, issue->host);
        }
        buffer_append(out, issue->public_url, length > 0 && issue->public_url[length - 1] == '/' ? length - 1 : length);
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
    const char *copy = text ? arena_strdup(arena, text) : NULL;
    buffer_free(&url);
    return copy;
}

static void append_json(struct buffer *out, const char *token, const struct invitation *invitation, const char *url) {
    struct id id;
    invitation_response_id(invitation, &id);
    write_text(out, "token", token);
    write_text(out, "url", url);
    write_text(out, "respondent", invitation->respondent);
    write_time(out, "expires_at", invitation->expires_at);
    write_id(out, "response_id", &id);
    buffer_append_char(out, '}');
}

static void append_csv(struct buffer *out, const struct issue *issue, size_t line, const struct invitation *invitation,
                       const char *url) {
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
    if (kept < err->member_count)
        buffer_append_format(&issue->problem, "; and %zu more", err->member_count - kept);
    if (kept == 0)
        buffer_append_text(&issue->problem, err->detail);
    const char *text = buffer_terminate(&issue->problem);
    buffer_append_int(out, (int64_t)line);
    buffer_append_format(out, ",%d,", error_status(err->code));
    csv_append(out, invitation->respondent ? invitation->respondent : "");
    buffer_append_text(out, ",,,,");
    csv_append(out, text ? text : "");
    buffer_append_text(out, "\r\n");
    out->failed |= issue->problem.failed;
}

static void append_problem(struct buffer *out, struct issue *issue, size_t line, const struct error *err) {
    buffer_reset(&issue->problem);
    http_problem_write(&issue->problem, err);
    write_open(out, NULL, '{');
    write_int(out, "line", (int64_t)line);
    buffer_append_char(out, ',');
    if (issue->problem.failed)
        out->failed = true;
    else
        buffer_append(out, issue->problem.data + 1, issue->problem.length - 1);
}

/* What the store is to keep of an invitation, whose own memory is the line's. Names of columns live as long as the
 * request. */
static bool keep(struct http_request *request, struct issue *issue, const struct invitation *invitation) {
    struct arena *arena = http_arena(request);
    bool has_columns = issue->list.form == INVITATION_CSV;
    struct property *properties = arena_alloc(arena, (invitation->property_count + 1) * sizeof *properties);
    const char *respondent = arena_strdup(arena, invitation->respondent);
    bool kept = properties && respondent && issue->count < issue->capacity;
    for (size_t i = 0; kept && i < invitation->property_count; i++) {
        const struct property *property = &invitation->properties[i];
        properties[i].key = has_columns ? property->key : arena_strdup(arena, property->key);
        properties[i].value = arena_strdup(arena, property->value);
        kept = properties[i].key && properties[i].value;
    }
    if (!kept)
        return false;
    struct invitation_record *record = &issue->records[issue->count++];
    *record = (struct invitation_record){
        .survey = issue->number,
        .respondent = respondent,
        .properties = properties,
        .property_count = invitation->property_count,
        .created_at = issue->now_ms,
        .expires_at = invitation->expires_at,
        .kept_until = invitation->expires_at + issue->amend_window_ms,
    };
    invitation_response_id(invitation, &record->response);
    return true;
}

/* Completes and signs an invitation, keeps it and writes it, or says what is wrong with it. */
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
    const char *token = buffer_terminate(&issue->token), *url = token ? make_url(issue, arena) : NULL;
    if (!url || !keep(request, issue, invitation))
        return error_set(err, ERR_NO_MEMORY, "no memory for the invitation");
    if (is_csv) {
        append_csv(out, issue, line, invitation, url);
        return CXD_OK;
    }
    write_open(out, NULL, '{');
    if (issue->list.form == INVITATION_LINES) {
        write_int(out, "line", (int64_t)line);
        write_int(out, "status", 201);
    }
    append_json(out, token, invitation, url);
    return CXD_OK;
}

/* Now and then: rows of many short cells take more than was thought. */
static enum cxd_err renew_claim(struct http_request *request, struct issue *issue, size_t lines, struct error *err) {
    enum { EVERY_LINES = 64, STEP_BYTES = 1 << 20 };
    uint64_t held = arena_bytes(http_arena(request)) + http_out(request)->length;
    if (lines % EVERY_LINES != 0 || held <= issue->claimed)
        return CXD_OK;
    issue->claimed = held + STEP_BYTES;
    return http_claim_memory(request, issue->claimed) ? CXD_OK : error_set(err, ERR_BATCH_MEMORY, "%s", "");
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
        result = write_line(request, issue, line, &invitation, &arena, err);
        if (is_ndjson)
            buffer_append_char(out, '\n');
        arena_reset(&arena);
        if (result == CXD_OK)
            result = renew_claim(request, issue, count, err);
    }
    if (is_array)
        buffer_append_char(out, ']');
    arena_free(&arena);
    return result;
}

/* What the links will take, with the token in each twice, and what is kept of the respondents. */
static enum cxd_err claim_memory(struct http_request *request, struct issue *issue, enum invitation_form form,
                                 struct error *err) {
    enum { LINE_BYTES = 512 };
    size_t length;
    const char *body = http_body(request, &length);
    struct batch_size *size = &issue->list.size;
    *size = (struct batch_size){.lines = 1, .longest = length};
    if (form != INVITATION_OBJECT)
        batch_measure(body, length, size);
    uint64_t link = strlen(issue->link ? issue->link : issue->public_url);
    size_t parsed = size->longest < issue->list.item_bytes ? size->longest : issue->list.item_bytes;
    uint64_t read = form == INVITATION_CSV ? 2 * (uint64_t)size->longest : (uint64_t)parsed * BATCH_READ_FACTOR;
    size_t most = (size_t)api_settings(request)->config.batch_lines;
    issue->capacity = size->lines < most ? size->lines : most;
    issue->claimed =
        size->lines * (LINE_BYTES + link) + issue->capacity * sizeof *issue->records + 4 * (uint64_t)length + read;
    if (!http_claim_memory(request, issue->claimed))
        return error_set(err, ERR_BATCH_MEMORY, "%s", "");
    issue->records = arena_alloc(http_arena(request), (issue->capacity + 1) * sizeof *issue->records);
    return issue->records ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the invitations");
}

static enum cxd_err issue_all(struct http_request *request, struct issue *issue, enum invitation_form form,
                              struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    issue->list.limits = &api_settings(request)->limits;
    issue->list.item_bytes = (size_t)api_settings(request)->config.body_bytes;
    issue->list.now_ms = issue->now_ms;
    enum cxd_err result = read_query(request, issue, err);
    if (result == CXD_OK)
        result = claim_memory(request, issue, form, err);
    if (result != CXD_OK)
        return result;
    buffer_init(&issue->token);
    buffer_init(&issue->problem);
    result = invitation_list_open(&issue->list, form, body, length, (size_t)api_settings(request)->config.json_depth,
                                  http_arena(request), err);
    if (result == CXD_OK)
        result = write_lines(request, issue, err);
    invitation_list_close(&issue->list);
    buffer_free(&issue->token);
    buffer_free(&issue->problem);
    return result;
}

/* The records in changes of some each, as the writer shows with every change that it advances. */
static bool make_changes(struct http_request *request, struct issue *issue) {
    size_t count = (issue->count + RECORDS_OF_A_CHANGE - 1) / RECORDS_OF_A_CHANGE;
    struct change *changes = arena_alloc_zero(http_arena(request), count + 1, sizeof *changes);
    if (!changes)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t from = i * RECORDS_OF_A_CHANGE, left = issue->count - from;
        changes[i].kind = CHANGE_INVITE;
        changes[i].now_ms = issue->now_ms;
        changes[i].arena = http_arena(request);
        changes[i].as.invite.survey = issue->number;
        changes[i].as.invite.records = issue->records + from;
        changes[i].as.invite.count = left < RECORDS_OF_A_CHANGE ? left : RECORDS_OF_A_CHANGE;
    }
    issue->ticket.changes = changes;
    issue->ticket.count = count;
    return true;
}

static void reply(struct http_request *request, const struct issue *issue) {
    if (issue->list.form == INVITATION_OBJECT)
        http_reply(request, 201, "application/json");
    else if (issue->list.form == INVITATION_CSV)
        http_reply(request, 200, "text/csv; charset=utf-8");
    else
        http_reply(request, 200, issue->list.batch.is_array ? "application/json" : "application/x-ndjson");
}

static void finish_invitations(struct http_request *request) {
    const struct issue *issue = http_deferred(request);
    if (issue->ticket.error != CXD_OK)
        buffer_reset(http_out(request));
    if (api_submit_failed(request, &issue->ticket))
        return;
    reply(request, issue);
    /* What is left of it until the reply has been sent. Never more than before, which might be refused. */
    uint64_t left = arena_bytes(http_arena(request)) + http_out(request)->length;
    if (left < issue->claimed)
        (void)!http_claim_memory(request, left);
}

static void fail(struct http_request *request, const struct error *err) {
    if (err->code == ERR_BATCH_MEMORY) /* it is noted down already */
        return;
    buffer_reset(http_out(request));
    http_problem(request, err);
}

static void submit(struct http_request *request, struct issue *issue) {
    if (issue->count == 0)
        reply(request, issue);
    else if (make_changes(request, issue))
        api_submit(request, &issue->ticket, finish_invitations);
    else
        fail(request, &(struct error){.code = ERR_NO_MEMORY, .detail = "no memory for the invitations"});
}

void api_invitations_post(struct http_request *request) {
    struct app *app = http_app(request);
    struct body body;
    if (!body_take(request, BODY_OF_INVITATIONS, &body))
        return;
    enum invitation_form form = tell_form(request, body.kind);
    struct issue *issue = arena_alloc_zero(http_arena(request), 1, sizeof *issue);
    if (!issue) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the invitations");
        return;
    }
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    struct error err;
    issue->survey = http_path(request, "survey");
    issue->public_url = api_settings(request)->config.public_url;
    issue->host = http_host(request);
    issue->is_tls = app->config.tls_certificate[0] != '\0';
    issue->now_ms = http_now_ms(request);
    bool has_key = snapshot->signing_key_count > 0, is_whole = false;
    if (has_key)
        issue->key = snapshot->signing_keys[0];
    bool known = survey;
    if (known) {
        issue->number = survey->number;
        issue->amend_window_ms = survey->amend_window_s * 1000;
    }
    catalog_release(snapshot);
    if (!known)
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    else if (!has_key)
        http_problem_code(request, ERR_INTERNAL, "there is no key to sign with");
    else if (issue_all(request, issue, form, &err) != CXD_OK)
        fail(request, &err);
    else
        is_whole = true;
    explicit_bzero(&issue->key, sizeof issue->key);
    if (is_whole) /* from then on it is another thread's */
        submit(request, issue);
}
