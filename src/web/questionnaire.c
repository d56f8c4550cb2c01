/* The form by which a person answers. It is a form as any that is posted to a survey: its fields are the members of a
 * response. So it needs no script; and what the link says (a touchpoint, properties) goes along in fields that nobody
 * sees. */
#include "web/questionnaire.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "web/further.h"
#include "web/html.h"
#include "web/point.h"
#include "web/usual.h"

enum { NUMBER_SIZE = 24 };

static const char *const PASSED[] = {"touchpoint", "channel"};
static const char PROPERTY[] = "property.";

static const char *either(const char *own, const struct page *page, enum text text) {
    return own ? own : language_text(&page->wording, text);
}

const char *questionnaire_title(const struct page *page, const struct survey *survey) {
    const struct survey_text *own = page->wording.own;
    return either(own ? own->question : NULL, page, usual_texts(survey).question);
}

struct questionnaire_ends questionnaire_ends(const struct page *page, const struct survey *survey) {
    const struct survey_text *own = page->wording.own;
    return (struct questionnaire_ends){either(own ? own->low_label : NULL, page, usual_texts(survey).low),
                                       either(own ? own->high_label : NULL, page, usual_texts(survey).high)};
}

const char *questionnaire_thanks(const struct page *page) {
    const struct survey_text *own = page->wording.own;
    return either(own ? own->thanks : NULL, page, TEXT_THANKS);
}

/* --- What is wrong ------------------------------------------------------------------------------------------------
 */

static bool is_refused(const struct questionnaire *form, const char *pointer) {
    size_t count = form->invalid ? form->invalid->member_count : 0;
    for (size_t i = 0; i < count && i < ERROR_MEMBERS_MAX; i++)
        if (strcmp(form->invalid->members[i].pointer, pointer) == 0)
            return true;
    return false;
}

/* A comment may be refused for what is in it too. */
static bool is_long(const struct questionnaire *form) {
    struct http_request *request = form->page->request;
    const char *comment = fields_value_or(request, form->fields, "comment", "");
    return is_refused(form, "/comment") && utf8_count(comment) > site_limits(request)->comment_characters;
}

static enum text tell_fault(const struct questionnaire *form) {
    static const char ANSWERS[] = "/answers/";
    if (is_refused(form, "/score"))
        return fields_value(form->page->request, form->fields, "score") ? TEXT_SCORE_INVALID : TEXT_SCORE_MISSING;
    if (is_long(form))
        return TEXT_COMMENT_LONG;
    bool is_missed = form->invalid->member_count > 0 && form->invalid->member_count <= ERROR_MEMBERS_MAX;
    for (size_t i = 0; is_missed && i < form->invalid->member_count; i++)
        is_missed = strncmp(form->invalid->members[i].pointer, ANSWERS, sizeof ANSWERS - 1) == 0;
    return is_missed ? TEXT_ANSWER_MISSING : TEXT_INVALID;
}

static void write_fault(const struct questionnaire *form) {
    const struct page *page = form->page;
    char number[NUMBER_SIZE];
    if (!form->invalid)
        return;
    snprintf(number, sizeof number, "%zu", site_limits(page->request)->comment_characters);
    enum text text = tell_fault(form);
    html_open(page->out, "p", "class", "error", "id", "error", "role", "alert", "tabindex", "-1", "dir",
              page_direction(page), NULL);
    html_pattern(page->out, language_text(&page->wording, text), number, "");
    html_close(page->out, "p");
}

/* --- What nobody sees -----------------------------------------------------------------------------------------------
 */

static void write_hidden(struct buffer *out, const char *name, const char *value) {
    if (value)
        html_open(out, "input", "type", "hidden", "name", name, "value", value, "autocomplete", "off", NULL);
}

/* What the link says that was refused is left out when the form is shown again: who answers cannot mend it. */
static void write_passed(const struct questionnaire *form) {
    struct buffer *out = form->page->out;
    char pointer[sizeof(((struct error_member *)NULL)->pointer)];
    for (size_t i = 0; i < CXD_COUNT(PASSED); i++) {
        snprintf(pointer, sizeof pointer, "/%s", PASSED[i]);
        if (!is_refused(form, pointer))
            write_hidden(out, PASSED[i], fields_value(form->page->request, form->fields, PASSED[i]));
    }
    if (is_refused(form, "/properties"))
        return;
    for (size_t i = 0; i < form->fields->count; i++) {
        const struct form_field *field = &form->fields->fields[i];
        if (strncmp(field->name, PROPERTY, sizeof PROPERTY - 1) != 0)
            continue;
        strcpy(pointer, "/properties");
        error_pointer_append(pointer, sizeof pointer, field->name + sizeof PROPERTY - 1);
        if (!is_refused(form, pointer))
            write_hidden(out, field->name, field_value(form->page->request, field));
    }
}

static void write_trap(const struct questionnaire *form) {
    const struct page *page = form->page;
    struct buffer *out = page->out;
    html_open(out, "div", "class", "unseen", "aria-hidden", "true", NULL);
    html_open(out, "label", NULL);
    html_text(out, language_text(&page->wording, TEXT_TRAP));
    html_open(out, "input", "type", "text", "name", survey_honeypot(form->survey), "tabindex", "-1", "autocomplete",
              "off", NULL);
    html_close(out, "label");
    html_close(out, "div");
}

/* --- What is asked --------------------------------------------------------------------------------------------------
 */

static void write_scale(const struct questionnaire *form) {
    const struct page *page = form->page;
    const struct survey *survey = form->survey;
    const struct questionnaire_ends ends = questionnaire_ends(page, survey);
    const struct point_scale scale = {
        .name = "score",
        .min = survey->scale_min,
        .max = survey->scale_max,
        .low = ends.low,
        .high = ends.high,
        .chosen = fields_value(page->request, form->fields, "score"),
        .is_required = survey->score_rule == SCORE_REQUIRED,
        .is_refused = is_refused(form, "/score"),
    };
    html_open(page->out, "fieldset", NULL);
    html_open(page->out, "legend", "lang", language_tag(&page->wording), "dir", "auto", NULL);
    html_element(page->out, "h1", questionnaire_title(page, survey), NULL);
    html_close(page->out, "legend");
    point_write_scale(page, &scale);
    html_close(page->out, "fieldset");
}

static void write_comment(const struct questionnaire *form) {
    const struct page *page = form->page;
    const struct survey_text *own = page->wording.own;
    struct buffer *out = page->out;
    bool is_wrong = is_refused(form, "/comment");
    char most[NUMBER_SIZE];
    snprintf(most, sizeof most, "%zu", site_limits(page->request)->comment_characters);
    html_open(out, "div", "class", "field", NULL);
    html_open(out, "label", "for", "comment", NULL);
    html_element(out, "span", either(own ? own->comment_prompt : NULL, page, TEXT_COMMENT), "lang",
                 own && own->comment_prompt ? own->locale : HTML_NONE, "dir", "auto", NULL);
    buffer_append_char(out, ' ');
    html_open(out, "span", "class", "note", "dir", page_direction(page), NULL);
    html_pattern(out, "({0})", language_text(&page->wording, TEXT_OPTIONAL), "");
    html_close(out, "span");
    html_close(out, "label");
    html_open(out, "textarea", "id", "comment", "name", "comment", "rows", "4", "maxlength", most, "dir", "auto",
              "placeholder", " ", "aria-invalid", is_wrong ? "true" : HTML_NONE, "aria-describedby",
              is_wrong ? "error" : HTML_NONE, NULL);
    buffer_append_char(out, '\n'); /* one that browsers pass over, and not the first of the comment */
    html_text(out, fields_value_or(page->request, form->fields, "comment", ""));
    html_close(out, "textarea");
    html_close(out, "div");
}

/* --- All of it ------------------------------------------------------------------------------------------------------
 */

static void open_form(const struct questionnaire *form) {
    const struct page *page = form->page;
    char seconds[NUMBER_SIZE];
    struct buffer action;
    snprintf(seconds, sizeof seconds, "%d", page->kiosk_s);
    buffer_init(&action);
    page_path(&action, page->request, form->survey->slug);
    page_query(&action, page);
    const char *text = buffer_terminate(&action);
    html_open(page->out, "form", "method", "post", "action", text ? text : "", "accept-charset", "utf-8",
              "autocomplete", page->kiosk_s > 0 ? "off" : HTML_NONE, "data-kiosk",
              page->kiosk_s > 0 ? seconds : HTML_NONE, NULL);
    page->out->failed = page->out->failed || !text;
    buffer_free(&action);
}

/* Last, and no part of the digest: it is another one each time, and no other form for that. */
static void write_nonce(const struct questionnaire *form) {
    const struct page *page = form->page;
    struct buffer nonce;
    if (form->nonce) {
        write_hidden(page->out, "nonce", form->nonce);
        return;
    }
    buffer_init(&nonce);
    site_sign_nonce(&nonce, form->snapshot, form->survey, http_now_ms(page->request));
    const char *text = buffer_terminate(&nonce);
    if (!text)
        page->out->failed = true;
    else if (*text)
        write_hidden(page->out, "nonce", text);
    buffer_free(&nonce);
}

/* What the script of a kiosk shows in its time: thanks, whether somebody is still there, and what waits to be sent. */
static void write_kiosk(const struct questionnaire *form) {
    const struct page *page = form->page;
    const struct wording *wording = &page->wording;
    struct buffer *out = page->out;
    html_open(out, "div", "class", "said thanks", "id", "thanks", "tabindex", "-1", "hidden", HTML_BARE, NULL);
    page_write_said(page, questionnaire_thanks(page), language_text(wording, TEXT_RESTART_SOON));
    html_element(out, "p", language_text(wording, TEXT_KIOSK_KEPT), "class", "kept note", "dir", page_direction(page),
                 "hidden", HTML_BARE, NULL);
    html_close(out, "div");
    html_open(out, "div", "class", "still", "id", "still", "role", "alertdialog", "aria-labelledby", "still-there",
              "aria-describedby", "still-why", "dir", page_direction(page), "hidden", HTML_BARE, NULL);
    html_open(out, "div", "class", "asked", NULL);
    html_element(out, "h2", language_text(wording, TEXT_STILL_THERE), "id", "still-there", NULL);
    html_element(out, "p", language_text(wording, TEXT_STILL_THERE_WHY), "id", "still-why", NULL);
    html_element(out, "button", language_text(wording, TEXT_STILL_THERE_YES), "type", "button", NULL);
    html_close(out, "div");
    html_close(out, "div");
    html_element(out, "p", "", "class", "waiting note", "id", "waiting", "dir", page_direction(page), "data-text",
                 language_text(wording, TEXT_KIOSK_WAITING), "hidden", HTML_BARE, NULL);
}

void questionnaire_write(const struct questionnaire *form, char ret_tag[ETAG_SIZE]) {
    const struct page *page = form->page;
    struct buffer *out = page->out;
    char revision[NUMBER_SIZE];
    snprintf(revision, sizeof revision, "%lld", (long long)form->survey->revision);
    page_open(page, PAGE_FORM, questionnaire_title(page, form->survey));
    write_fault(form);
    open_form(form);
    write_hidden(out, "id", form->id);
    write_hidden(out, "invitation", form->invitation);
    write_hidden(out, "revision", revision);
    write_hidden(out, "locale", language_tag(&page->wording));
    write_passed(form);
    if (form->replaces)
        html_element(out, "p", language_text(&page->wording, TEXT_REPLACES), "class", "note", "dir",
                     page_direction(page), NULL);
    write_scale(form);
    further_write(page, form->survey, form->fields, form->invalid);
    write_comment(form);
    write_trap(form);
    html_element(out, "button", language_text(&page->wording, TEXT_SEND), "type", "submit", "dir", page_direction(page),
                 NULL);
    if (ret_tag && !out->failed)
        etag_make(out->data, out->length, ret_tag);
    write_nonce(form);
    html_close(out, "form");
    if (page->kiosk_s > 0)
        write_kiosk(form);
    page_close(page);
}
