/* Further questions, as fields `answer.KEY` of the form. To whom a question is shown stands in its attributes: for
 * which scores (data-scores), and after which answers (data-after, data-in). Of scores style sheets know enough to hide
 * it, of answers page.js does; without both it is shown with a word about it, and what was not to be asked costs
 * nothing. */
#include "web/further.h"

#include <stdio.h>
#include <string.h>

#include "cxd/domain/band.h"
#include "cxd/domain/question.h"
#include "web/html.h"
#include "web/point.h"
#include "web/usual.h"

enum { NAME_SIZE = 128, SCORES_SIZE = 64, NUMBER_SIZE = 24, ROWS = 3 };

struct further {
    const struct page *page;
    const struct survey *survey;
    const struct form *fields;
    const struct question *question;
    const char *name; /* of its fields */
    bool is_missed;   /* it was to be answered, and was not */
};

static const char *pick(const struct page *page, const struct localized *texts, size_t count, const char *other) {
    const struct localized *picked = language_pick(&page->wording, texts, count);
    return picked ? picked->text : other;
}

/* In which language that is. */
static const char *pick_tag(const struct page *page, const struct localized *texts, size_t count) {
    const struct localized *picked = language_pick(&page->wording, texts, count);
    return picked ? picked->locale : HTML_NONE;
}

/* --- To whom --------------------------------------------------------------------------------------------------------
 */

static bool is_for_some(const struct question *question) {
    return question->show.bands != 0 || question->show.key;
}

/* "0 1 2 3": the scores whose bands are asked. */
static const char *list_scores(const struct further *further, char out[SCORES_SIZE]) {
    const struct survey *survey = further->survey;
    size_t length = 0;
    if (further->question->show.bands == 0)
        return HTML_NONE;
    out[0] = '\0';
    for (int score = survey->scale_min; score <= survey->scale_max; score++)
        if (survey_in_bands(survey, further->question->show.bands, score))
            length += (size_t)snprintf(out + length, SCORES_SIZE - length, "%s%d", length > 0 ? " " : "", score);
    return out;
}

/* The values apart by blanks, which are in none of them; of the arena. */
static const char *list_values(const struct further *further) {
    const struct question_show *show = &further->question->show;
    size_t size = 1, length = 0;
    if (!show->key)
        return HTML_NONE;
    for (size_t i = 0; i < show->in_count; i++)
        size += strlen(show->in[i]) + 1;
    char *list = arena_alloc(http_arena(further->page->request), size);
    if (!list)
        return HTML_NONE;
    list[0] = '\0';
    for (size_t i = 0; i < show->in_count; i++)
        length += (size_t)snprintf(list + length, size - length, "%s%s", i > 0 ? " " : "", show->in[i]);
    return list;
}

/* --- What is answered -----------------------------------------------------------------------------------------------
 */

/* An option, which is drawn as what is behind it; the words for other things stand below. */
static void write_option(const struct further *further, const char *value, const char *text, const char *tag) {
    struct buffer *out = further->page->out;
    bool is_one = further->question->type == QUESTION_CHOICE;
    bool is_needed = is_one && further->question->required;
    html_open(out, "label", "class", "option", NULL);
    html_open(out, "input", "type", is_one ? "radio" : "checkbox", "name", further->name, "value", value, "checked",
              HTML_IF(fields_has(further->fields, further->name, value)), "required",
              HTML_IF(is_needed && !is_for_some(further->question)), "data-required",
              HTML_IF(is_needed && is_for_some(further->question)), NULL);
    html_open(out, "span", "class", "tick", NULL);
    html_element(out, "span", text, "lang", tag, "dir", tag == HTML_NONE ? page_direction(further->page) : "auto",
                 NULL);
    html_close(out, "span");
    html_close(out, "label");
}

static void write_other(const struct further *further) {
    const struct page *page = further->page;
    char name[NAME_SIZE + sizeof "." OPTION_OTHER], most[NUMBER_SIZE];
    snprintf(name, sizeof name, "%s." OPTION_OTHER, further->name);
    snprintf(most, sizeof most, "%zu", site_limits(page->request)->comment_characters);
    write_option(further, OPTION_OTHER, language_text(&page->wording, TEXT_OTHER), HTML_NONE);
    html_open(page->out, "input", "type", "text", "class", "words", "name", name, "value",
              fields_value_or(page->request, further->fields, name, ""), "maxlength", most, "dir", "auto", "aria-label",
              language_text(&page->wording, TEXT_OTHER_WORDS), "placeholder",
              language_text(&page->wording, TEXT_OTHER_WORDS), "autocomplete", "off", NULL);
}

static void write_options(const struct further *further) {
    const struct question *question = further->question;
    html_open(further->page->out, "div", "class", "options", NULL);
    for (size_t i = 0; i < question->option_count; i++) {
        const struct question_option *option = &question->options[i];
        write_option(further, option->value, pick(further->page, option->texts, option->text_count, option->value),
                     pick_tag(further->page, option->texts, option->text_count));
    }
    if (question->other)
        write_other(further);
    html_close(further->page->out, "div");
}

static void write_scale(const struct further *further) {
    const struct page *page = further->page;
    const struct question *question = further->question;
    const struct usual usual = usual_texts_of(further->survey, question);
    bool is_usual = usual_has_ends(question);
    const struct point_scale scale = {
        .name = further->name,
        .min = question->scale.min,
        .max = question->scale.max,
        .low = is_usual ? language_text(&page->wording, usual.low)
                        : pick(page, question->low_labels, question->low_label_count, ""),
        .high = is_usual ? language_text(&page->wording, usual.high)
                         : pick(page, question->high_labels, question->high_label_count, ""),
        .chosen = fields_value(page->request, further->fields, further->name),
        .is_required = question->required,
        .is_for_some = is_for_some(question),
    };
    point_write_scale(page, &scale);
}

static void write_words(const struct further *further) {
    const struct page *page = further->page;
    bool is_needed = further->question->required;
    char rows[NUMBER_SIZE], most[NUMBER_SIZE];
    snprintf(rows, sizeof rows, "%d", ROWS);
    snprintf(most, sizeof most, "%zu", site_limits(page->request)->comment_characters);
    html_open(page->out, "textarea", "name", further->name, "rows", rows, "maxlength", most, "dir", "auto",
              "placeholder", " ", "aria-labelledby", further->name, "required",
              HTML_IF(is_needed && !is_for_some(further->question)), "data-required",
              HTML_IF(is_needed && is_for_some(further->question)), NULL);
    buffer_append_char(page->out, '\n');
    html_text(page->out, fields_value_or(page->request, further->fields, further->name, ""));
    html_close(page->out, "textarea");
}

/* --- All of it ------------------------------------------------------------------------------------------------------
 */

static void write_legend(const struct further *further) {
    const struct page *page = further->page;
    const struct question *question = further->question;
    struct buffer *out = page->out;
    html_open(out, "legend", "id", further->name, NULL);
    html_element(out, "span", pick(page, question->texts, question->text_count, question->key), "lang",
                 pick_tag(page, question->texts, question->text_count), "dir", "auto", NULL);
    if (!question->required) {
        buffer_append_char(out, ' ');
        html_open(out, "span", "class", "note", "dir", page_direction(page), NULL);
        html_pattern(out, "({0})", language_text(&page->wording, TEXT_OPTIONAL), "");
        html_close(out, "span");
    }
    html_close(out, "legend");
}

static void write_hint(const struct further *further, const char *kind, enum text text) {
    const struct page *page = further->page;
    html_element(page->out, "p", language_text(&page->wording, text), "class", kind, "dir", page_direction(page), NULL);
}

static void write_question(const struct further *further) {
    const struct question *question = further->question;
    const char *after = question->show.key ? question->show.key : HTML_NONE;
    char scores[SCORES_SIZE];
    html_open(further->page->out, "fieldset", "class", "field question", "data-key", question->key, "data-scores",
              list_scores(further, scores), "data-after", after, "data-in", list_values(further), NULL);
    write_legend(further);
    if (further->is_missed)
        write_hint(further, "missed", TEXT_ANSWER_NEEDED);
    if (is_for_some(question))
        write_hint(further, question->show.key ? "note hint" : "note hint of-scores", TEXT_IF_APPLIES);
    if (question->type == QUESTION_CHOICES)
        write_hint(further, "note", TEXT_SEVERAL);
    if (question->type == QUESTION_SCALE)
        write_scale(further);
    else if (question->type == QUESTION_TEXT)
        write_words(further);
    else
        write_options(further);
    html_close(further->page->out, "fieldset");
}

static bool is_missed(const struct question *question, const struct error *invalid) {
    char pointer[sizeof(((struct error_member *)NULL)->pointer)] = "/answers";
    error_pointer_append(pointer, sizeof pointer, question->key);
    for (size_t i = 0; invalid && i < invalid->member_count && i < ERROR_MEMBERS_MAX; i++)
        if (strcmp(invalid->members[i].pointer, pointer) == 0)
            return true;
    return false;
}

void further_write(const struct page *page, const struct survey *survey, const struct form *fields,
                   const struct error *invalid) {
    for (size_t i = 0; i < survey->question_count; i++) {
        char name[NAME_SIZE];
        const struct question *question = &survey->questions[i];
        snprintf(name, sizeof name, FORM_ANSWER "%s", question->key);
        write_question(&(struct further){page, survey, fields, question, name, is_missed(question, invalid)});
    }
}
