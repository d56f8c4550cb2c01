/* From cells to answers: what an export of cxd writes, and what other programs have for the same. */

#include "cxd/import/answer_cell.h"

#include <string.h>
#include <strings.h>

#include "cxd/base/utf8.h"
#include "cxd/codec/json.h"
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

/* --- Options --- */

static bool says(const struct question_option *option, const char *key) {
    char own[KEY_SIZE];

    for (size_t i = 0; i < option->text_count; i++) {
        const char *text = option->texts[i].text;
        if (text_cell_key(own, sizeof own, text, strlen(text)) > 0 && strcmp(own, key) == 0)
            return true;
    }
    return false;
}

static const char *value_at(const struct question *question, size_t at) {
    return at < question->option_count ? question->options[at].value : OPTION_OTHER;
}

/* The one value that is so but for capitals; NULL: none, or several. */
static const char *find_value(const struct question *question, const char *text, size_t length) {
    const char *found = NULL;

    for (size_t i = 0; i < question->option_count + question->other; i++) {
        const char *value = value_at(question, i);
        if (strlen(value) != length || strncasecmp(value, text, length) != 0)
            continue;
        if (found)
            return NULL;
        found = value;
    }
    return found;
}

/* The value of the option that is meant, or "other"; NULL: it is none. */
static const char *find_option(const struct question *question, const char *text, size_t length) {
    char key[KEY_SIZE];

    for (size_t i = 0; i < question->option_count + question->other; i++) {
        const char *value = value_at(question, i);
        if (strlen(value) == length && memcmp(value, text, length) == 0)
            return value;
    }
    if (text_cell_key(key, sizeof key, text, length) > 0)
        for (size_t i = 0; i < question->option_count; i++)
            if (says(&question->options[i], key))
                return question->options[i].value;
    return find_value(question, text, length);
}

static size_t count_char(const char *text, char c) {
    size_t count = 0;

    for (text = strchr(text, c); text; text = strchr(text + 1, c))
        count++;
    return count;
}

/* How many separators may stand in what an option says. */
static size_t most_separators(const struct question *question, char separator) {
    size_t most = 0;

    for (size_t i = 0; i < question->option_count; i++)
        for (size_t k = 0; k < question->options[i].text_count; k++) {
            size_t count = count_char(question->options[i].texts[k].text, separator);
            most = count > most ? count : most;
        }
    return most;
}

/* --- Cells --- */

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

/* The answer to a question with options, while its cells are read. */
struct picking {
    const struct question *question;
    struct buffer *out;
    struct buffer words; /* what "other" is: all that is no option */
    size_t count;        /* of what stands in `out` */
    bool has_other;
};

static void pick_words(struct picking *picking, const char *text, size_t length) {
    text_cell_trim(&text, &length);
    if (length == 0)
        return;
    buffer_append_text(&picking->words, picking->words.length > 0 ? "; " : "");
    buffer_append(&picking->words, text, length);
    picking->has_other = true;
}

static void pick(struct picking *picking, const char *text, size_t length) {
    const char *option;

    text_cell_trim(&text, &length);
    if (length == 0)
        return;
    option = find_option(picking->question, text, length);
    if (!option && picking->question->other) {
        pick_words(picking, text, length);
        return;
    }
    if (option && picking->question->other && strcmp(option, OPTION_OTHER) == 0) {
        picking->has_other = true;
        return;
    }
    buffer_append_text(picking->out, picking->count++ > 0 ? "," : "");
    if (option)
        buffer_append_json(picking->out, option);
    else
        append_text(picking->out, text, length);
}

/* "other" behind all else. */
static void end_picking(struct picking *picking) {
    const char *words = buffer_terminate(&picking->words);

    if (picking->has_other) {
        buffer_append_text(picking->out, picking->count > 0 ? "," : "");
        if (words && *words != '\0') {
            buffer_append_text(picking->out, "{\"" OPTION_OTHER "\":");
            buffer_append_json(picking->out, words);
            buffer_append_char(picking->out, '}');
        } else
            buffer_append_json(picking->out, OPTION_OTHER);
    }
    picking->out->failed = picking->out->failed || !words;
    buffer_free(&picking->words);
}

/* Where the piece ends that begins here: as far behind as an option goes that says the separator too. */
static size_t piece_length(const struct picking *picking, const char *text, char separator, size_t most) {
    size_t first = 0, best = 0, at = 0;

    for (size_t i = 0; i <= most; i++) {
        const char *piece = text, *end = strchr(text + at, separator);
        size_t length = end ? (size_t)(end - text) : strlen(text);

        at = length + (end != NULL);
        first = i == 0 ? length : first;
        text_cell_trim(&piece, &length);
        if (find_option(picking->question, piece, length))
            best = at - (end != NULL);
        if (!end)
            break;
    }
    return best > 0 ? best : first;
}

static void pick_pieces(struct picking *picking, const char *text) {
    char separator = strchr(text, ';') ? ';' : ',';
    size_t most = most_separators(picking->question, separator);

    while (*text != '\0') {
        size_t length = piece_length(picking, text, separator, most);

        pick(picking, text, length);
        text += length + (text[length] != '\0');
    }
}

static bool is_piece(const struct json *value) {
    enum json_kind kind = json_kind_of(value);

    return kind == JSON_KIND_TEXT || kind == JSON_KIND_NUMBER ||
           (kind == JSON_KIND_OBJECT && json_count(value) == 1 && json_text(value, OPTION_OTHER));
}

static void pick_json(struct picking *picking, const struct json *value) {
    struct buffer number;
    const char *text;

    if (json_kind_of(value) == JSON_KIND_OBJECT) {
        text = json_text(value, OPTION_OTHER);
        picking->has_other = true;
        pick_words(picking, text, strlen(text));
        return;
    }
    buffer_init(&number);
    if (json_kind_of(value) == JSON_KIND_NUMBER)
        json_write(&number, value);
    text = json_kind_of(value) == JSON_KIND_NUMBER ? buffer_terminate(&number) : json_text(value, "");
    if (text)
        pick(picking, text, strlen(text));
    picking->out->failed = picking->out->failed || !text;
    buffer_free(&number);
}

/* A list as NDJSON has it, with words for "other" in it. False: the cell is no such list. */
static bool pick_list(struct picking *picking, const char *text) {
    struct json *list = NULL;
    struct error err;
    bool is_list =
        *text == '[' && json_open(text, strlen(text), &list, &err) == CXD_OK && json_kind_of(list) == JSON_KIND_ARRAY;

    for (size_t i = 0; is_list && i < json_count(list); i++)
        is_list = is_piece(json_at(list, i));
    for (size_t i = 0; is_list && i < json_count(list); i++)
        pick_json(picking, json_at(list, i));
    json_free(list);
    return is_list;
}

static void append_list(const struct question *question, const char *text, const char *words, struct buffer *out) {
    struct picking picking = {.question = question, .out = out};

    buffer_init(&picking.words);
    buffer_append_char(out, '[');
    if (find_option(question, text, strlen(text)))
        pick(&picking, text, strlen(text));
    else if (!pick_list(&picking, text))
        pick_pieces(&picking, text);
    if (words)
        pick_words(&picking, words, strlen(words));
    end_picking(&picking);
    buffer_append_char(out, ']');
}

/* Words beside an option are not meant any more. */
static void append_choice(const struct question *question, const char *text, const char *words, struct buffer *out) {
    struct picking picking = {.question = question, .out = out};

    buffer_init(&picking.words);
    if (text)
        pick(&picking, text, strlen(text));
    if (words && picking.count == 0)
        pick_words(&picking, words, strlen(words));
    end_picking(&picking);
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
    else
        append_choice(question, text, words, out);
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
