/* A survey's scale for a mail. Mail programs take style sheets, scripts, positions and most elements out of what they
 * show, so it is tables with a style at each cell; what each cell is coloured by stands beside what it stands on, for
 * programs turn colours round in the dark. A link chooses a number; nothing is recorded before the page is sent. */
#include "web/mail.h"

#include <stdio.h>
#include <string.h>

#include "web/html.h"
#include "web/page.h"
#include "web/questionnaire.h"

enum { NUMBER_SIZE = 24, WIDTH_SIZE = 8, WHOLE = 100 };

#define TABLE "table", "role", "presentation", "width", "100%", "cellpadding", "0", "cellspacing", "0", "border", "0"
#define FONT "font-family:Arial,Helvetica,sans-serif;"
#define PAPER "background-color:#ffffff;"

struct mail {
    const struct page *page;
    const struct survey *survey;
    struct questionnaire_ends ends;
};

/* Of the arena; NULL without memory. */
static const char *link_to(const struct mail *mail, const char *score) {
    const struct page *page = mail->page;
    const char *invitation = fields_value(page->request, &page->link, "i"), *url = site_public_url(page->request);
    struct buffer link;
    buffer_init(&link);
    site_append_origin(&link, page->request);
    page_path(&link, page->request, mail->survey->slug);
    buffer_append_text(&link, invitation ? "?i=" : "?score=");
    if (invitation) {
        html_url_value(&link, invitation);
        buffer_append_text(&link, "&score=");
    }
    buffer_append_text(&link, score);
    if (fields_value(page->request, &page->link, "lang")) {
        buffer_append_text(&link, "&lang=");
        html_url_value(&link, language_tag(&page->wording));
    }
    page_append_said(&link, page);
    const char *text = buffer_terminate(&link), *copy = text ? arena_strdup(http_arena(page->request), text) : NULL;
    page->out->failed = page->out->failed || !copy || !*url;
    buffer_free(&link);
    return copy ? copy : "";
}

/* As html_pattern, of what is escaped later. */
static void fill(struct buffer *out, const char *pattern, const char *zero, const char *one) {
    for (; *pattern; pattern++) {
        bool is_place = (pattern[0] == '{' && (pattern[1] == '0' || pattern[1] == '1') && pattern[2] == '}');
        if (!is_place) {
            buffer_append_char(out, *pattern);
            continue;
        }
        buffer_append_text(out, pattern[1] == '0' ? zero : one);
        pattern += 2;
    }
}

/* "9 out of 10, Extremely likely", of the arena. */
static const char *label_of(const struct mail *mail, int score, const char *number) {
    const struct page *page = mail->page;
    const char *end = score == mail->survey->scale_min   ? mail->ends.low
                      : score == mail->survey->scale_max ? mail->ends.high
                                                         : "";
    char most[NUMBER_SIZE];
    struct buffer label;
    snprintf(most, sizeof most, "%d", mail->survey->scale_max);
    buffer_init(&label);
    fill(&label, language_text(&page->wording, TEXT_POINT), number, most);
    if (*end)
        buffer_append_format(&label, "%s%s", language_text(&page->wording, TEXT_COMMA), end);
    const char *text = buffer_terminate(&label), *copy = text ? arena_strdup(http_arena(page->request), text) : NULL;
    page->out->failed = page->out->failed || !copy;
    buffer_free(&label);
    return copy ? copy : "";
}

static void write_point(const struct mail *mail, int score) {
    struct buffer *out = mail->page->out;
    const char *label;
    char number[NUMBER_SIZE], width[WIDTH_SIZE];
    int count = mail->survey->scale_max - mail->survey->scale_min + 1;
    snprintf(number, sizeof number, "%d", score);
    snprintf(width, sizeof width, "%d%%", WHOLE / count);
    label = label_of(mail, score, number);
    html_open(out, "td", "width", width, "align", "center", "bgcolor", "#f3f6fc", "style",
              "padding:0;border:1px solid #5b6b86;background-color:#f3f6fc;", NULL);
    html_element(out, "a", number, "href", link_to(mail, number), "target", "_blank", "title", label, "aria-label",
                 label, "style",
                 "display:block;padding:12px 0;" FONT
                 "font-size:16px;line-height:24px;font-weight:bold;color:#174ea6;text-decoration:none;",
                 NULL);
    html_close(out, "td");
}

static void write_scale(const struct mail *mail) {
    struct buffer *out = mail->page->out;
    html_open(out, TABLE, "style", "border-collapse:collapse;table-layout:fixed;", NULL);
    html_open(out, "tr", NULL);
    for (int score = mail->survey->scale_min; score <= mail->survey->scale_max; score++)
        write_point(mail, score);
    html_close(out, "tr");
    html_close(out, "table");
}

static void write_end(const struct mail *mail, const char *text, bool is_first) {
    bool is_rtl = language_is_rtl(language_tag(&mail->page->wording));
    html_element(mail->page->out, "td", text, "width", "50%", "valign", "top", "align",
                 is_first == is_rtl ? "right" : "left", "bgcolor", "#ffffff", "style",
                 "padding:8px 0 0 0;" FONT PAPER "font-size:14px;line-height:20px;color:#566072;", NULL);
}

static void write_mail(const struct mail *mail) {
    const struct page *page = mail->page;
    struct buffer *out = page->out;
    const char *tag = language_tag(&page->wording), *direction = language_is_rtl(tag) ? "rtl" : "ltr";
    html_open(out, "meta", "name", "color-scheme", "content", "light dark", NULL);
    html_open(out, "meta", "name", "supported-color-schemes", "content", "light dark", NULL);
    buffer_append_char(out, '\n');
    html_open(out, TABLE, "lang", tag, "dir", direction, "bgcolor", "#ffffff", "style", "max-width:600px;" PAPER, NULL);
    html_open(out, "tr", NULL);
    html_open(out, "td", "bgcolor", "#ffffff", "style", "padding:16px 8px;" PAPER, NULL);
    html_open(out, TABLE, NULL);
    html_open(out, "tr", NULL);
    html_element(out, "td", questionnaire_title(page, mail->survey), "bgcolor", "#ffffff", "style",
                 "padding:0 0 14px 0;" FONT PAPER "font-size:18px;line-height:26px;font-weight:bold;color:#1d2433;",
                 NULL);
    html_close(out, "tr");
    html_close(out, "table");
    buffer_append_char(out, '\n');
    write_scale(mail);
    buffer_append_char(out, '\n');
    html_open(out, TABLE, NULL);
    html_open(out, "tr", NULL);
    write_end(mail, mail->ends.low, true);
    write_end(mail, mail->ends.high, false);
    html_close(out, "tr");
    html_close(out, "table");
    html_close(out, "td");
    html_close(out, "tr");
    html_close(out, "table");
    buffer_append_char(out, '\n');
}

void web_mail_get(struct http_request *request) {
    const struct snapshot *snapshot = site_acquire(request);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    const struct page page = page_of(request, survey);
    if (!survey) {
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    } else if (!*site_public_url(request)) {
        http_problem_code(request, ERR_NO_PUBLIC_URL,
                          "the links of a mail need [server] public_url, where respondents reach cxd; it is not set");
    } else if (survey->access == ACCESS_INVITED && !fields_value(request, &page.link, "i")) {
        http_problem_code(request, ERR_INVITATION_REQUIRED,
                          "links without an invitation lead nobody in: each needs its token, or your mailer's merge "
                          "field for it (?i=; cxd survey mail --token, or --invite)");
    } else {
        write_mail(&(struct mail){&page, survey, questionnaire_ends(&page, survey)});
        http_reply_header(request, "X-Content-Type-Options", "nosniff");
        http_reply_header(request, "Content-Security-Policy",
                          "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        http_reply_header(request, "Referrer-Policy", "same-origin");
        http_reply_header(request, "Vary", "Accept-Language");
        http_reply_tagged(request, PAGE_TYPE);
    }
    catalog_release(snapshot);
}
