/* Answers to further questions as columns of an export: what is of a closed list as its values, words as a text. */
#include "codec/export_answers.h"

#include <string.h>

#include "cxd/base/formula.h"
#include "cxd/codec/answers.h"
#include "cxd/codec/csv.h"
#include "cxd/codec/write.h"

#define PREFIX "answer."
#define OTHER_SUFFIX "." OPTION_OTHER
#define BETWEEN "; "

size_t export_answers_count(const struct survey *survey) {
    size_t count = survey->question_count;
    for (size_t i = 0; i < survey->question_count; i++)
        count += survey->questions[i].other;
    return count;
}

static void append_name(struct buffer *out, const struct question *question, const char *suffix) {
    buffer_append_text(out, PREFIX);
    buffer_append_text(out, question->key);
    buffer_append_text(out, suffix);
}

void export_answers_names(struct buffer *out, const struct survey *survey) {
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        buffer_append_char(out, ',');
        append_name(out, question, "");
        if (!question->other)
            continue;
        buffer_append_char(out, ',');
        append_name(out, question, OTHER_SUFFIX);
    }
}

/* Values of options need no quotes, but a minus in front may be taken for a formula. */
static void append_list(struct buffer *out, const struct answer *answer) {
    size_t begin = out->length;
    for (size_t i = 0; i < answer->value_count; i++) {
        buffer_append_text(out, i == 0 ? "" : BETWEEN);
        buffer_append_text(out, answer->values[i]);
    }
    if (out->failed || !formula_needs_guard(out->data + begin, out->length - begin) || !buffer_reserve(out, 1))
        return;
    memmove(out->data + begin + 1, out->data + begin, out->length - begin);
    out->data[begin] = '\'';
    out->length++;
}

static void append_answer(struct buffer *out, const struct answer *answer) {
    if (answer->form == ANSWER_NUMBER)
        buffer_append_int(out, answer->number);
    else if (answer->form == ANSWER_LIST)
        append_list(out, answer);
    else if (answer->form == ANSWER_TEXT && answer->text)
        csv_append(out, answer->text);
}

void export_answers_fields(struct buffer *out, const struct survey *survey, const struct response *response) {
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        const struct answer *answer = response_answer(response, question->key);
        buffer_append_char(out, ',');
        if (answer)
            append_answer(out, answer);
        if (!question->other)
            continue;
        buffer_append_char(out, ',');
        if (answer && answer->other)
            csv_append(out, answer->other);
    }
}

static bool has_columns(const struct survey *survey, const struct answer *answer) {
    const struct question *question = survey_question(survey, answer->key);
    return question && (question->other || !answer->other);
}

void export_answers_others(struct buffer *out, const struct survey *survey, const struct response *response) {
    size_t begin = out->length;
    for (size_t i = 0; i < response->answer_count; i++) {
        const struct answer *answer = &response->answers[i];
        if (has_columns(survey, answer))
            continue;
        if (out->length == begin)
            buffer_append_char(out, '{');
        write_name(out, answer->key);
        answer_encode(out, answer);
    }
    if (out->length == begin)
        return;
    buffer_append_char(out, '}');
    csv_quote(out, begin);
}

static void append_field(struct buffer *out, const struct question *question, const char *suffix, const char *type,
                         const char *description) {
    write_open(out, NULL, '{');
    write_name(out, "name");
    buffer_append_char(out, '"');
    append_name(out, question, suffix);
    buffer_append_char(out, '"');
    write_text(out, "type", type);
    write_text(out, "description", description);
}

void export_answers_schema(struct buffer *out, const struct survey *survey) {
    static const char *const DESCRIPTIONS[QUESTION_TYPE_COUNT] = {
        [QUESTION_CHOICE] = "The option that was chosen, or other",
        [QUESTION_CHOICES] = "The options that were ticked, or other; several with '; ' between them",
        [QUESTION_SCALE] = "On the question's scale",
        [QUESTION_TEXT] = "What was written",
    };
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        bool is_scale = question->type == QUESTION_SCALE;
        append_field(out, question, "", is_scale ? "integer" : "string", DESCRIPTIONS[question->type]);
        if (is_scale) {
            write_open(out, "constraints", '{');
            write_int(out, "minimum", question->scale.min);
            write_int(out, "maximum", question->scale.max);
            buffer_append_char(out, '}');
        }
        buffer_append_char(out, '}');
        if (!question->other)
            continue;
        append_field(out, question, OTHER_SUFFIX, "string", "What other is, in words");
        buffer_append_char(out, '}');
    }
}
