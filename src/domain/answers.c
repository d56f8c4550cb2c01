/* What is answered to further questions, as a response has it: when two say the same, what it is to a digest, and what
 * is left out of it. What an answer must be to its question is question.c's. */
#include "domain/answers.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/number.h"
#include "cxd/base/utf8.h"

static bool same_answer(const struct answer *a, const struct answer *b) {
    bool same = a->form == b->form && strcmp(a->key, b->key) == 0 && utf8_same(a->other, b->other);
    if (same && a->form == ANSWER_NUMBER)
        same = a->number == b->number;
    if (same && a->form == ANSWER_TEXT)
        same = utf8_same(a->text, b->text);
    if (same && a->form == ANSWER_LIST)
        same = a->value_count == b->value_count;
    for (size_t i = 0; same && a->form == ANSWER_LIST && i < a->value_count; i++)
        same = strcmp(a->values[i], b->values[i]) == 0;
    return same;
}

bool answers_same(const struct response *a, const struct response *b) {
    bool same = a->answer_count == b->answer_count;
    for (size_t i = 0; same && i < a->answer_count; i++)
        same = same_answer(&a->answers[i], &b->answers[i]);
    return same;
}

void digest_text(struct sha256_run *run, const char *text) {
    sha256_add(run, text, strlen(text) + 1);
}

void digest_number(struct sha256_run *run, const char *name, int64_t value) {
    char text[24] = "", *at = text + sizeof text - 1;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--at = '-';
    digest_text(run, name);
    digest_text(run, at);
}

/* No text holds a NUL, and what a word begins is told by it, so that no two answers read the same. */
static void add_value(struct sha256_run *run, const struct answer *answer) {
    switch (answer->form) {
    case ANSWER_NUMBER:
        digest_number(run, "number", answer->number);
        break;
    case ANSWER_TEXT:
        digest_text(run, answer->text ? "text" : "erased");
        if (answer->text)
            digest_text(run, answer->text);
        break;
    case ANSWER_LIST:
        digest_number(run, "list", (int64_t)answer->value_count);
        for (size_t i = 0; i < answer->value_count; i++)
            digest_text(run, answer->values[i]);
        break;
    case ANSWER_ODD:
        digest_text(run, "odd");
        break;
    }
    if (answer->other) {
        digest_text(run, "other");
        digest_text(run, answer->other);
    }
}

void answers_digest(struct sha256_run *run, const struct response *response) {
    for (size_t i = 0; i < response->answer_count; i++) {
        digest_text(run, "answer");
        digest_text(run, response->answers[i].key);
        add_value(run, &response->answers[i]);
    }
}

static int compare_answers(const void *a, const void *b) {
    return strcmp(((const struct answer *)a)->key, ((const struct answer *)b)->key);
}

bool response_sort_answers(struct answer *answers, size_t count) {
    if (count > 1)
        qsort(answers, count, sizeof *answers, compare_answers);
    for (size_t i = 1; i < count; i++)
        if (strcmp(answers[i - 1].key, answers[i].key) == 0)
            return false;
    return true;
}

static int compare_values(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t answer_sort_values(const char **values, size_t count) {
    size_t distinct = 0;
    if (count > 1)
        qsort(values, count, sizeof *values, compare_values);
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || strcmp(values[distinct - 1], values[i]) != 0)
            values[distinct++] = values[i];
    return distinct;
}

/* As much of a key as a reply names, in whole characters. */
static char *shorten(struct arena *arena, const char *key) {
    enum { BYTES_MAX = 64 };
    size_t length = 0;
    while (length < BYTES_MAX && key[length]) {
        size_t step = utf8_length(key + length);
        length += step > 0 ? step : 1;
    }
    return arena_strndup(arena, key, length);
}

bool response_leave_out_more(struct response *response, struct arena *arena, size_t count) {
    struct answer_refusal *newest = count > 0 ? arena_alloc(arena, sizeof *newest) : NULL;
    if (newest) {
        *newest = *response->sent.left_out;
        newest->more += count;
        response->sent.left_out = newest;
    }
    return newest || count == 0;
}

bool response_leave_out(struct response *response, struct arena *arena, const char *key, const char *detail) {
    size_t count = 0;
    for (const struct answer_refusal *one = response->sent.left_out; one; one = one->next, count++)
        if (strcmp(one->key, key) == 0)
            return true;
    if (count >= ANSWERS_REFUSED_MAX)
        return response_leave_out_more(response, arena, 1);
    struct answer_refusal *added = arena_alloc(arena, sizeof *added);
    char *copy = shorten(arena, key);
    if (!added || !copy)
        return false;
    *added = (struct answer_refusal){.next = response->sent.left_out, .key = copy, .detail = detail};
    response->sent.left_out = added;
    return true;
}

static bool is_too_long(const struct answer *answer, size_t characters) {
    return (answer->form == ANSWER_TEXT && answer->text && utf8_count(answer->text) > characters) ||
           (answer->other && utf8_count(answer->other) > characters);
}

/* Leaves one out that was sent; false: no memory. */
static bool leave_out_long(struct response *response, const char *key, size_t characters, struct arena *arena) {
    char detail[64];
    snprintf(detail, sizeof detail, "must have at most %zu characters", characters);
    char *copy = arena_strdup(arena, detail);
    return copy && response_leave_out(response, arena, key, copy);
}

/* Words that are too long cost the other options nothing. */
static bool drop_other(struct answer *answer, struct arena *arena) {
    const char **values = arena_alloc(arena, answer->value_count * sizeof *values);
    size_t kept = 0;
    if (!values)
        return false;
    for (size_t i = 0; i < answer->value_count; i++)
        if (strcmp(answer->values[i], OPTION_OTHER) != 0)
            values[kept++] = answer->values[i];
    answer->values = values;
    answer->value_count = kept;
    answer->other = NULL;
    return true;
}

bool response_bound_answers(struct response *response, const struct response_limits *limits, struct arena *arena) {
    size_t long_count = 0, kept_count = 0;
    for (size_t i = 0; i < response->answer_count; i++)
        long_count += is_too_long(&response->answers[i], limits->comment_characters);
    if (long_count == 0)
        return true;
    struct answer *kept = arena_alloc(arena, response->answer_count * sizeof *kept);
    if (!kept)
        return false;
    for (size_t i = 0; i < response->answer_count; i++) {
        struct answer answer = response->answers[i];
        bool is_long = is_too_long(&answer, limits->comment_characters), is_list = answer.form == ANSWER_LIST;
        if (is_long && (!leave_out_long(response, answer.key, limits->comment_characters, arena) ||
                        (is_list && !drop_other(&answer, arena))))
            return false;
        if (!is_long || (is_list && answer.value_count > 0))
            kept[kept_count++] = answer;
    }
    response->answers = kept;
    response->answer_count = kept_count;
    return true;
}

/* The whole number that a text is to the field of a form, however it is written. */
static bool read_number(const char *text, int *ret_number) {
    size_t length = strlen(text);
    struct number number;
    int64_t value;
    bool is_negative;
    if (!number_trim(&text, &length, &is_negative) || !number_parse(text, length, &number) ||
        !number_is_whole(&number) || !number_value(&number, &value) || value > INT_MAX)
        return false;
    *ret_number = is_negative ? -(int)value : (int)value;
    return true;
}

/* A field beside a list of options may hold words that are not meant any more, where another option was chosen. */
static void settle_choice(struct answer *answer) {
    bool has_words = answer->other && answer->value_count == 2;
    const char *first = answer->values[0];
    if (answer->value_count == 1)
        *answer = (struct answer){.key = answer->key, .form = ANSWER_TEXT, .text = first, .other = answer->other};
    else if (has_words)
        *answer = (struct answer){.key = answer->key,
                                  .form = ANSWER_TEXT,
                                  .text = strcmp(first, OPTION_OTHER) == 0 ? answer->values[1] : first};
}

static void settle(struct answer *answer, const struct question *question) {
    int number;
    if (question->type == QUESTION_CHOICE && answer->form == ANSWER_LIST)
        settle_choice(answer);
    else if (question->type == QUESTION_SCALE && answer->form == ANSWER_TEXT && answer->text && !answer->other &&
             read_number(answer->text, &number))
        *answer = (struct answer){.key = answer->key, .form = ANSWER_NUMBER, .number = number};
}

bool response_settle_answers(struct response *response, const struct survey *asked, struct arena *arena) {
    if (!response->sent.is_form || response->answer_count == 0)
        return true;
    struct answer *answers = arena_alloc(arena, response->answer_count * sizeof *answers);
    if (!answers)
        return false;
    for (size_t i = 0; i < response->answer_count; i++) {
        answers[i] = response->answers[i];
        const struct question *question = survey_question(asked, answers[i].key);
        if (question)
            settle(&answers[i], question);
    }
    response->answers = answers;
    return true;
}
