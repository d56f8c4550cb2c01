/* From cells to answers: what an export of cxd writes, and what other programs have for the same. */

#include "cxd/import/answer_cell.h"

#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/domain/survey.h"
#include "cxd/import/score_cell.h"
#include "cxd/import/text_cell.h"

enum { KEY_SIZE = 512, SHOWN = 100 };

static const char OTHER_SUFFIX[] = "." OPTION_OTHER;

/* --- Which column is which question's --- */

/* A key is a question's, or behind one that takes words for "other" stands `.other`. */
static const struct question *find_question(const struct survey *survey, const char *key, bool *ret_is_other) {
    char stem[MAPPING_KEY_SIZE];
    size_t length = strlen(key), suffix = sizeof OTHER_SUFFIX - 1;
    const struct question *question = survey_question(survey, key);

    *ret_is_other = false;
    if (question || length <= suffix || strcmp(key + length - suffix, OTHER_SUFFIX) != 0)
        return question;
    memcpy(stem, key, length - suffix);
    stem[length - suffix] = '\0';
    *ret_is_other = true;
    return survey_question(survey, stem);
}

static struct answer_column *column_of(const struct question *question, struct answer_column *columns, size_t *count) {
    for (size_t i = 0; i < *count; i++)
        if (columns[i].question == question)
            return &columns[i];
    columns[*count] = (struct answer_column){question, COLUMN_NONE, COLUMN_NONE};
    return &columns[(*count)++];
}

enum cxd_err answer_columns_bind(const struct mapping *mapping, const struct survey *survey,
                                 struct answer_column ret_columns[QUESTIONS_MAX], size_t *ret_count,
                                 struct error *err) {
    size_t count = 0;

    for (size_t i = 0; i < mapping->answer_count; i++) {
        const char *key = mapping->answers[i].key;
        bool is_other;
        const struct question *question = find_question(survey, key, &is_other);

        if (!question)
            return error_set(err, ERR_INVALID, "the survey asks no question '%.*s'",
                             text_cell_cut(key, strlen(key), SHOWN), key);
        if (is_other && !question->other)
            return error_set(err, ERR_INVALID, "the question '%s' takes nothing in words: it has no \"other\"",
                             question->key);
        struct answer_column *column = column_of(question, ret_columns, &count);
        *(is_other ? &column->other : &column->column) = mapping->answers[i].column;
    }
    *ret_count = count;
    return CXD_OK;
}

/* --- Cells --- */

static bool says(const struct question_option *option, const char *key) {
    char own[KEY_SIZE];

    for (size_t i = 0; i < option->text_count; i++) {
        const char *text = option->texts[i].text;
        if (text_cell_key(own, sizeof own, text, strlen(text)) > 0 && strcmp(own, key) == 0)
            return true;
    }
    return false;
}

/* The value of the option that is meant, or "other"; NULL: it is none. */
static const char *find_option(const struct question *question, const char *text, size_t length) {
    char key[KEY_SIZE];

    for (size_t i = 0; i < question->option_count; i++)
        if (strlen(question->options[i].value) == length && memcmp(question->options[i].value, text, length) == 0)
            return question->options[i].value;
    if (question->other && length == strlen(OPTION_OTHER) && memcmp(text, OPTION_OTHER, length) == 0)
        return OPTION_OTHER;
    if (text_cell_key(key, sizeof key, text, length) == 0)
        return NULL;
    for (size_t i = 0; i < question->option_count; i++)
        if (says(&question->options[i], key))
            return question->options[i].value;
    return NULL;
}

static void append_text(struct buffer *out, const char *text, size_t length) {
    struct buffer copy;

    buffer_init(&copy);
    buffer_append(&copy, text, length);
    const char *whole = buffer_terminate(&copy);
    if (whole)
        buffer_append_json(out, whole);
    out->failed = out->failed || !whole;
    buffer_free(&copy);
}

static void append_other(struct buffer *out, const char *words, size_t length) {
    buffer_append_text(out, "{\"" OPTION_OTHER "\":");
    append_text(out, words, length);
    buffer_append_char(out, '}');
}

/* `words`: what "other" is; NULL: it is not said. */
static void append_option(const struct question *question, const char *text, size_t length, const char *words,
                          struct buffer *out) {
    const char *option = find_option(question, text, length);

    if (option && strcmp(option, OPTION_OTHER) == 0 && words)
        append_other(out, words, strlen(words));
    else if (option)
        buffer_append_json(out, option);
    else if (question->other && !words)
        append_other(out, text, length);
    else
        append_text(out, text, length);
}

/* Where the piece ends that begins here. */
static size_t piece_length(const char *text, char separator) {
    const char *end = strchr(text, separator);

    return end ? (size_t)(end - text) : strlen(text);
}

static void append_list(const struct question *question, const char *text, const char *words, struct buffer *out) {
    char separator = strchr(text, ';') ? ';' : ',';
    bool is_whole = find_option(question, text, strlen(text)), is_open = false, has_words = false;

    buffer_append_char(out, '[');
    while (*text != '\0') {
        size_t length = is_whole ? strlen(text) : piece_length(text, separator), piece = length;
        const char *at = text;

        text_cell_trim(&at, &piece);
        text += length + (text[length] != '\0');
        if (piece == 0)
            continue;
        const char *option = find_option(question, at, piece);
        has_words = has_words || !option || strcmp(option, OPTION_OTHER) == 0;
        buffer_append_text(out, is_open ? "," : "");
        append_option(question, at, piece, words, out);
        is_open = true;
    }
    if (words && !has_words) {
        buffer_append_text(out, is_open ? "," : "");
        append_other(out, words, strlen(words));
    }
    buffer_append_char(out, ']');
}

static void append_number(const struct question *question, const char *text, struct buffer *out) {
    char why[CELL_WHY_SIZE];
    int number;

    if (score_cell_read(text, strlen(text), question->scale.min, question->scale.max, &number, why) == SCORE_CELL_GIVEN)
        buffer_append_int(out, number);
    else
        buffer_append_json(out, text);
}

static void append_answer(const struct question *question, const char *text, const char *words, struct buffer *out) {
    if (question->type == QUESTION_TEXT)
        buffer_append_json(out, text);
    else if (question->type == QUESTION_SCALE)
        append_number(question, text, out);
    else if (question->type == QUESTION_CHOICES)
        append_list(question, text ? text : "", words, out);
    else if (text)
        append_option(question, text, strlen(text), words, out);
    else
        append_other(out, words, strlen(words));
}

static const char *take(const struct table_row *row, int column, bool has_guards, bool keeps_words,
                        struct buffer *room) {
    const struct table_cell *cell = column >= 0 && (size_t)column < row->count ? &row->cells[column] : NULL;

    return cell ? text_cell_take(cell->text, cell->length, has_guards, keeps_words, room) : NULL;
}

void answer_cells_append(const struct answer_column *columns, size_t count, const struct table_row *row,
                         bool has_guards, struct buffer *room, struct buffer *out) {
    struct buffer of_words;
    bool is_open = false;

    buffer_init(&of_words);
    for (size_t i = 0; i < count; i++) {
        const struct question *question = columns[i].question;
        const char *text = take(row, columns[i].column, has_guards, question->type == QUESTION_TEXT, room);
        const char *words = take(row, columns[i].other, has_guards, true, &of_words);

        if (!text && !words)
            continue;
        buffer_append_text(out, is_open ? "," : ",\"answers\":{");
        buffer_append_json(out, question->key);
        buffer_append_char(out, ':');
        append_answer(question, text, words, out);
        is_open = true;
    }
    if (is_open)
        buffer_append_char(out, '}');
    out->failed = out->failed || of_words.failed;
    buffer_free(&of_words);
}
