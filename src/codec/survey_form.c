/* The form of a survey: what a widget needs to draw it, and its further questions as they are read in one locale. */
#include "codec/question.h"
#include "codec/scoring.h"
#include "codec/texts.h"
#include "cxd/base/clock.h"
#include "cxd/codec/survey.h"
#include "cxd/codec/write.h"

/* A text in the locale that is asked for; null: there is none in any. */
static void write_picked(struct buffer *out, const char *name, const struct localized *texts, size_t count,
                         const char *locale) {
    write_text(out, name, localized_pick(texts, count, locale));
}

static void write_options(struct buffer *out, const struct question *question, const char *locale) {
    write_open(out, "options", '[');
    for (size_t i = 0; i < question->option_count; i++) {
        const struct question_option *option = &question->options[i];
        write_open(out, NULL, '{');
        write_text(out, "value", option->value);
        write_picked(out, "text", option->texts, option->text_count, locale);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_bool(out, "other", question->other);
}

static void write_scale(struct buffer *out, const struct survey *survey, const struct question *question,
                        const char *locale) {
    struct survey scored = question_scoring(survey, question);
    write_text(out, "metric", metric_name(scored.metric));
    scale_encode(out, &scored);
    write_picked(out, "low_label", question->low_labels, question->low_label_count, locale);
    write_picked(out, "high_label", question->high_labels, question->high_label_count, locale);
}

static void write_questions(struct buffer *out, const struct survey *survey, const char *locale) {
    write_open(out, "questions", '[');
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        write_open(out, NULL, '{');
        write_text(out, "key", question->key);
        write_text(out, "type", QUESTION_TYPES.list[question->type]);
        write_picked(out, "text", question->texts, question->text_count, locale);
        if (question->type == QUESTION_SCALE)
            write_scale(out, survey, question, locale);
        else if (question->type != QUESTION_TEXT)
            write_options(out, question, locale);
        write_bool(out, "required", question->required);
        question_write_show(out, survey, question, true);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

void survey_encode_form(struct buffer *out, const struct survey *survey, const struct survey_form *form) {
    write_open(out, NULL, '{');
    write_text(out, "slug", survey->slug);
    write_text(out, "metric", metric_name(survey->metric));
    scale_encode(out, survey);
    write_text(out, "score", SURVEY_SCORE_RULES.list[survey->score_rule]);
    texts_write(out, survey);
    write_text(out, "locale", texts_locale(survey, form->locale));
    write_questions(out, survey, form->locale);
    write_int(out, "revision", survey->revision);
    write_bool(out, "open", survey_is_open(survey, form->now_ms));
    write_text(out, "honeypot", survey_honeypot(survey));
    write_given(out, "nonce", form->nonce);
    if (form->interface) {
        write_name(out, "interface");
        buffer_append_text(out, form->interface);
    }
    if (form->has_respondent) {
        bool is_eligible = form->eligible_from == TIME_MIN;
        write_bool(out, "eligible", is_eligible);
        if (!is_eligible) {
            write_text(out, "reason", "recontact");
            write_time(out, "eligible_from", form->eligible_from);
        }
    }
    buffer_append_char(out, '}');
}
