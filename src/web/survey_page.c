/* The page of a survey: a GET shows the form and records nothing, for mail scanners follow links; a POST goes the way
 * of every response, and on to a page that says thanks, which may be loaded again. */
#include "web/survey_page.h"

#include <stdio.h>
#include <string.h>

#include "cxd/codec/invitation.h"
#include "web/needed.h"
#include "web/questionnaire.h"

/* A form that is loaded again is the same one for so long. */
enum { FORM_MS = 60 * 60 * 1000, REVISION_SIZE = 24, TAG_SIZE = ID_TEXT_SIZE + ETAG_SIZE + 2 };

/* --- The form -------------------------------------------------------------------------------------------------------
 */

/* Whether the page is loaded again by who looks at it, and is no new visit: then browsers say so. */
static bool is_reload(struct http_request *request) {
    const char *list = NULL;
    struct error err;
    return http_header_list(request, "Cache-Control", &list, &err) == CXD_OK && list && strstr(list, "max-age=0");
}

/* Version 7: when it was made stands in its first 48 bits. */
static int64_t made_at_ms(const struct id *id) {
    int64_t ms = 0;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | id->bytes[i];
    return ms;
}

/* The response's id. Who loads the form again has the tag of the one before, which begins with its id: so what is sent
 * from either is one answer. Anybody else's, and a later visit's, is a fresh one. */
static void choose_id(struct http_request *request, struct id *ret_id) {
    const char *known = NULL;
    struct error err;
    int64_t now_ms = http_now_ms(request);
    if (is_reload(request) && http_header_list(request, "If-None-Match", &known, &err) == CXD_OK && known) {
        const char *quote = strchr(known, '"');
        bool is_ours = quote && strlen(quote) > ID_TEXT_SIZE && id_parse(quote + 1, ID_TEXT_SIZE - 1, ret_id);
        int64_t age_ms = is_ours ? now_ms - made_at_ms(ret_id) : -1;
        if (age_ms >= 0 && age_ms < FORM_MS)
            return;
    }
    id_make(http_ids(request), now_ms, ret_id);
}

/* What the link says by itself. ret_invitation has no survey where there is none. */
static enum cxd_err judge_link(const struct questionnaire *form, struct invitation *ret_invitation, struct error *err) {
    struct http_request *request = form->page->request;
    const struct survey *survey = form->survey;
    int64_t now_ms = http_now_ms(request);
    *ret_invitation = (struct invitation){.survey = NULL};
    if (!survey)
        return error_set(err, ERR_NO_SURVEY, "there is no survey of this name");
    if (!survey_is_open(survey, now_ms))
        return error_set(err, ERR_SURVEY_CLOSED, "the survey is closed, not open yet, or archived");
    if (!form->invitation)
        return survey->access == ACCESS_INVITED ? error_set(err, ERR_INVITATION_REQUIRED, "the link has no invitation")
                                                : CXD_OK;
    enum cxd_err result = invitation_open(form->invitation, form->snapshot->signing_keys,
                                          form->snapshot->signing_key_count, http_arena(request), ret_invitation, err);
    return result == CXD_OK ? invitation_judge(ret_invitation, survey->slug, now_ms, err) : result;
}

/* Whether who was invited is still known, and may be asked by now: so nobody fills in what would be refused. */
static enum cxd_err judge_respondent(const struct questionnaire *form, const struct invitation *invitation,
                                     const struct id *response, struct error *err) {
    struct http_request *request = form->page->request;
    struct invitation_record record = {.respondent = invitation->respondent};
    bool is_found = true;
    enum cxd_err result = CXD_OK;
    if (!invitation->respondent)
        result = store_read_invitation(http_worker(request), form->survey->number, response, http_arena(request),
                                       &is_found, &record, err);
    if (result == CXD_OK && !is_found)
        return error_set(err, ERR_INVITATION_GONE, "%s", error_title(ERR_INVITATION_GONE));
    if (result != CXD_OK)
        return result;
    return site_judge_recontact(request, form->survey, record.respondent,
                                fields_value(request, form->fields, "touchpoint"), err);
}

static enum cxd_err judge_invitation(struct questionnaire *form, const struct invitation *invitation,
                                     struct error *err) {
    struct http_request *request = form->page->request;
    const struct survey *survey = form->survey;
    struct response stored;
    struct id id;
    bool is_answered;
    invitation_response_id(invitation, &id);
    enum cxd_err result =
        store_read_response(http_worker(request), survey->number, &id, http_arena(request), &is_answered, &stored, err);
    if (result != CXD_OK)
        return result;
    if (!is_answered)
        return judge_respondent(form, invitation, &id, err);
    form->replaces = true;
    if (http_now_ms(request) - stored.received_at >= survey->amend_window_s * 1000)
        return error_set(err, ERR_INVITATION_USED, "%s", error_title(ERR_INVITATION_USED));
    return CXD_OK;
}

/* Why there is nothing to be filled in. */
static enum cxd_err judge(struct questionnaire *form, struct error *err) {
    struct invitation invitation;
    if (form->survey && !form->invitation && fields_given(form->fields, "i"))
        return error_set(err, ERR_INVITATION_INVALID, "the invitation was cut off");
    enum cxd_err result = judge_link(form, &invitation, err);
    return result == CXD_OK && form->invitation ? judge_invitation(form, &invitation, err) : result;
}

/* Kept by the browser of who loaded it alone, and asked for again each time; in a kiosk not kept, for the next person
 * has it. */
static void reply_form(struct questionnaire *form) {
    struct http_request *request = form->page->request;
    bool is_kiosk = form->page->kiosk_s > 0;
    struct id id;
    char id_text[ID_TEXT_SIZE], digest[ETAG_SIZE] = "", tag[TAG_SIZE];
    if (is_kiosk)
        id_make(http_ids(request), http_now_ms(request), &id);
    else
        choose_id(request, &id);
    id_format(id_text, &id);
    form->id = form->invitation ? NULL : id_text;
    page_headers(form->page);
    questionnaire_write(form, digest);
    snprintf(tag, sizeof tag, "\"%s.%s", id_text, digest[0] ? digest + 1 : "\"");
    http_reply_header(request, "Cache-Control", is_kiosk ? "no-store" : "private, no-cache");
    if (is_kiosk)
        http_reply(request, 200, PAGE_TYPE);
    else
        http_reply_with_tag(request, PAGE_TYPE, tag);
}

void web_survey_get(struct http_request *request) {
    const struct snapshot *snapshot = site_acquire(request);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    const struct page page = page_of(request, survey);
    struct questionnaire form = {.page = &page, .snapshot = snapshot, .survey = survey, .fields = &page.link};
    struct error err;
    form.invitation = fields_value(request, &page.link, "i");
    if (judge(&form, &err) == CXD_OK)
        reply_form(&form);
    else
        http_problem(request, &err);
    catalog_release(snapshot);
}

/* --- What was answered ----------------------------------------------------------------------------------------------
 */

/* Whether a page of this origin is one of ours: by the host that was asked, or the public one. */
static bool is_own(struct http_request *request, const char *origin) {
    const char *authority = strstr(origin, "://"), *host = http_host(request), *url = site_public_url(request);
    size_t length = strlen(origin);
    if (!authority)
        return false;
    bool is_public = strncasecmp(url, origin, length) == 0 && (url[length] == '\0' || url[length] == '/');
    return is_public || (host && strcasecmp(authority + 3, host) == 0);
}

/* Where the survey takes pages of some origins alone, another's must not post here either. */
static bool is_allowed(struct http_request *request, const struct survey *survey) {
    const char *origin = http_header(request, "Origin");
    return !origin || !survey || is_own(request, origin) || survey_allows_origin(survey, origin);
}

/* By what the form asked: a survey that was changed since asks something else. */
static bool is_missing(struct http_request *request, const struct survey *survey, struct error *err) {
    char revision[REVISION_SIZE];
    const struct form fields = fields_of_post(request);
    error_clear(err);
    snprintf(revision, sizeof revision, "%lld", (long long)survey->revision);
    if (fields_has(&fields, "revision", revision))
        needed_check(request, survey, &fields, err);
    return err->code != CXD_OK;
}

/* To a page that may be loaded again, and posts nothing then. */
static void reply_stored(struct http_request *request) {
    const struct snapshot *snapshot = site_acquire(request);
    const char *slug = http_path(request, "survey");
    const struct page page = page_of(request, snapshot_survey(snapshot, slug));
    struct buffer location;
    buffer_init(&location);
    page_path(&location, request, slug);
    buffer_append_text(&location, "/thanks");
    page_query(&location, &page);
    const char *text = buffer_terminate(&location);
    page_headers(&page);
    if (text)
        http_reply_header(request, "Location", text);
    else
        http_out(request)->failed = true;
    http_reply(request, 303, NULL);
    buffer_free(&location);
    catalog_release(snapshot);
}

void web_survey_post(struct http_request *request) {
    const struct snapshot *snapshot = site_acquire(request);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    struct error err;
    bool is_welcome = is_allowed(request, survey);
    bool is_whole = is_welcome && !(survey && needed_any(survey) && is_missing(request, survey, &err));
    catalog_release(snapshot);
    if (!is_welcome)
        http_problem_code(request, ERR_ORIGIN, "the survey takes no answers of pages of this origin");
    else if (!is_whole)
        http_problem(request, &err);
    else
        site_take_response(request, reply_stored);
}

void web_thanks_get(struct http_request *request) {
    const struct snapshot *snapshot = site_acquire(request);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    const struct page page = page_of(request, survey);
    if (!survey) {
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    } else {
        page_headers(&page);
        http_reply_header(request, "Cache-Control", "private, no-cache");
        page_say(&page, PAGE_THANKS, questionnaire_thanks(&page),
                 language_text(&page.wording, page.kiosk_s > 0 ? TEXT_RESTART_SOON : TEXT_CLOSE));
        http_reply_tagged(request, PAGE_TYPE);
    }
    catalog_release(snapshot);
}

/* --- What cannot be -------------------------------------------------------------------------------------------------
 */

/* What a problem is to who answers. Any other is a request that no page of ours makes, or a failure of ours. */
static const struct {
    enum cxd_err code;
    enum text title, text;
} PROBLEMS[] = {
    {ERR_SURVEY_CLOSED, TEXT_CLOSED_TITLE, TEXT_CLOSED},
    {ERR_NO_SURVEY, TEXT_UNKNOWN_TITLE, TEXT_UNKNOWN},
    {ERR_NO_ROUTE, TEXT_UNKNOWN_TITLE, TEXT_UNKNOWN},
    {ERR_INVITATION_USED, TEXT_USED_TITLE, TEXT_USED},
    {ERR_CONFLICT, TEXT_USED_TITLE, TEXT_USED},
    {ERR_INVITATION_EXPIRED, TEXT_EXPIRED_TITLE, TEXT_EXPIRED},
    {ERR_INVITATION_INVALID, TEXT_FORGED_TITLE, TEXT_FORGED},
    {ERR_INVITATION_OTHER_SURVEY, TEXT_FORGED_TITLE, TEXT_FORGED},
    {ERR_INVITATION_GONE, TEXT_GONE_TITLE, TEXT_GONE},
    {ERR_GONE, TEXT_GONE_TITLE, TEXT_GONE},
    {ERR_INVITATION_REQUIRED, TEXT_INVITED_TITLE, TEXT_INVITED},
    {ERR_RECONTACT, TEXT_RECONTACT_TITLE, TEXT_RECONTACT},
    {ERR_TOO_LARGE, TEXT_LONG_TITLE, TEXT_LONG},
    {ERR_RATE, TEXT_BUSY_TITLE, TEXT_BUSY},
    {ERR_QUEUE_FULL, TEXT_BUSY_TITLE, TEXT_BUSY},
    {ERR_DRAINING, TEXT_BUSY_TITLE, TEXT_BUSY},
    {ERR_NOT_READY, TEXT_BUSY_TITLE, TEXT_BUSY},
    {ERR_NO_MEMORY, TEXT_BUSY_TITLE, TEXT_BUSY},
    {ERR_STORAGE, TEXT_BUSY_TITLE, TEXT_BUSY},
    {ERR_STORAGE_FULL, TEXT_BUSY_TITLE, TEXT_BUSY},
};

static void say_problem(const struct page *page, enum cxd_err code) {
    enum { FAILURE = 500 };
    bool is_refused = error_status(code) < FAILURE;
    enum text title = is_refused ? TEXT_ODD_TITLE : TEXT_FAILED_TITLE;
    enum text text = is_refused ? TEXT_ODD : TEXT_FAILED;
    for (size_t i = 0; i < CXD_COUNT(PROBLEMS); i++) {
        if (PROBLEMS[i].code != code)
            continue;
        title = PROBLEMS[i].title;
        text = PROBLEMS[i].text;
    }
    page_say(page, PAGE_PROBLEM, language_text(&page->wording, title), language_text(&page->wording, text));
}

static bool names(const struct error *err, const char *pointer) {
    for (size_t i = 0; i < err->member_count && i < ERROR_MEMBERS_MAX; i++)
        if (strcmp(err->members[i].pointer, pointer) == 0)
            return true;
    return false;
}

/* The id is nothing that who answers can mend: where it is refused they get another. */
static const char *id_of(struct http_request *request, const struct form *fields, const struct error *err,
                         char out[ID_TEXT_SIZE]) {
    struct id id;
    const char *said = fields_value(request, fields, "id");
    if (fields_value(request, fields, "invitation"))
        return names(err, "/id") ? NULL : said;
    if (said && !names(err, "/id") && id_parse(said, strlen(said), &id))
        return said;
    id_make(http_ids(request), http_now_ms(request), &id);
    return id_format(out, &id);
}

/* The form once more, with what was filled in, and what is wrong with it; or, where no other answer would be taken
 * either, why: then *code is that. */
static void show_again(const struct page *page, const struct snapshot *snapshot, const struct survey *survey,
                       const struct error *err, enum cxd_err *code) {
    struct http_request *request = page->request;
    const struct form fields = fields_of_post(request);
    char id[ID_TEXT_SIZE];
    struct invitation invitation;
    struct error own;
    const struct questionnaire form = {
        .page = page,
        .snapshot = snapshot,
        .survey = survey,
        .fields = &fields,
        .invalid = err,
        .id = id_of(request, &fields, err, id),
        .invitation = fields_value(request, &fields, "invitation"),
        .nonce = fields_value(request, &fields, "nonce"),
    };
    *code = judge_link(&form, &invitation, &own);
    if (*code == CXD_OK) {
        *code = err->code;
        questionnaire_write(&form, NULL);
    } else {
        say_problem(page, *code);
    }
}

/* Scripts read objects. */
static bool is_program(struct http_request *request) {
    const char *accepted = NULL;
    struct error err;
    return http_header_list(request, "Accept", &accepted, &err) == CXD_OK && accepted &&
           strcmp(accepted, "application/json") == 0;
}

const char *web_explain(struct http_request *request, const struct error *err, enum cxd_err *code) {
    if (is_program(request))
        return NULL;
    const struct snapshot *snapshot = site_acquire(request);
    const struct survey *survey =
        err->code == ERR_NO_ROUTE ? NULL : snapshot_survey(snapshot, http_path(request, "survey"));
    const struct page page = page_of(request, survey);
    page_headers(&page);
    if (err->code == ERR_INVALID && survey)
        show_again(&page, snapshot, survey, err, code);
    else
        say_problem(&page, err->code);
    catalog_release(snapshot);
    return PAGE_TYPE;
}
