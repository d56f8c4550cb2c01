/* Answers to further questions: which are taken. Stands between codec/, which makes of an answer what it can, and
 * store/, which judges each by the questions that it was given to, in the writer's transaction: what is taken as it is
 * costs no memory but the list. */
#include "cxd/domain/judge.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/domain/band.h"

enum { VALUE_SHOWN_BYTES = 64, DETAIL_SIZE = 256 };

/* What is taken so far of a response. */
struct judging {
    struct arena *arena;
    const struct survey *asked;
    struct response *response;
    struct answer *taken;
    size_t taken_count;
    bool refused; /* memory was */
};

bool answer_is(const struct answer *answer, const char *value) {
    char number[16];
    switch (answer->form) {
    case ANSWER_NUMBER:
        snprintf(number, sizeof number, "%d", answer->number);
        return strcmp(number, value) == 0;
    case ANSWER_TEXT:
        return answer->text && strcmp(answer->text, value) == 0;
    case ANSWER_LIST:
        for (size_t i = 0; i < answer->value_count; i++)
            if (strcmp(answer->values[i], value) == 0)
                return true;
        break;
    case ANSWER_ODD:
        break;
    }
    return false;
}

/* As much of a value as is told of it: its first characters. */
static int shown_bytes(const char *value) {
    int length = 0;
    while (length < VALUE_SHOWN_BYTES && value[length] != '\0') {
        size_t step = utf8_length(value + length);
        length += step > 0 ? (int)step : 1;
    }
    return length;
}

/* `detail` is copied, unless it is one of the program's own. */
static void leave_out(struct judging *judging, const char *key, const char *detail, bool is_own) {
    const char *kept = is_own ? detail : arena_strdup(judging->arena, detail);
    judging->refused = judging->refused || !kept || !response_leave_out(judging->response, judging->arena, key, kept);
}

/* In the order of keys; there are few. */
static void take(struct judging *judging, const struct answer *answer) {
    size_t at = judging->taken_count++;
    for (; at > 0 && strcmp(judging->taken[at - 1].key, answer->key) > 0; at--)
        judging->taken[at] = judging->taken[at - 1];
    judging->taken[at] = *answer;
}

/* Nobody without a score is in a band. */
static bool is_of_bands(unsigned bands, const struct survey *asked, const struct response *response) {
    return response->has_score ? survey_in_bands(asked, bands, response->score) : bands == 0;
}

static bool is_answered_so(const struct question_show *show, const struct answer *answers, size_t count) {
    const struct answer *answer = show->key ? answers_find(answers, count, show->key) : NULL;
    for (size_t i = 0; answer && i < show->in_count; i++)
        if (answer_is(answer, show->in[i]))
            return true;
    return !show->key;
}

bool question_is_shown(const struct survey *asked, const struct question *question, const struct response *response) {
    return is_of_bands(question->show.bands, asked, response) &&
           is_answered_so(&question->show, response->answers, response->answer_count);
}

static void judge_scale(struct judging *judging, const struct question *question, const struct answer *sent) {
    char detail[DETAIL_SIZE];
    if (sent->form == ANSWER_NUMBER && sent->number >= question->scale.min && sent->number <= question->scale.max) {
        take(judging, sent);
        return;
    }
    snprintf(detail, sizeof detail, "must be a whole number from %d to %d", question->scale.min, question->scale.max);
    leave_out(judging, sent->key, detail, false);
}

static void judge_text(struct judging *judging, const struct answer *sent) {
    if (sent->form == ANSWER_TEXT && !sent->other)
        take(judging, sent);
    else
        leave_out(judging, sent->key, "must be a text", true);
}

static void refuse_option(struct judging *judging, const struct question *question, const char *value) {
    char detail[DETAIL_SIZE];
    if (strcmp(value, OPTION_OTHER) == 0)
        snprintf(detail, sizeof detail, "must be one of the question's options: it does not take \"" OPTION_OTHER "\"");
    else
        snprintf(detail, sizeof detail, "must be one of the question's options, which \"%.*s\" is not",
                 shown_bytes(value), value);
    leave_out(judging, question->key, detail, false);
}

/* Words that say nothing are none. */
static const char *words_of(const struct answer *sent) {
    return sent->other && !utf8_all_blank(sent->other) ? sent->other : NULL;
}

static void judge_choice(struct judging *judging, const struct question *question, const struct answer *sent) {
    struct answer answer = *sent;
    answer.other = words_of(sent);
    if (sent->form != ANSWER_TEXT || !sent->text)
        leave_out(judging, sent->key, "must be one of the question's options, as a text", true);
    else if (question_has_option(question, sent->text))
        take(judging, &answer);
    else
        refuse_option(judging, question, sent->text);
}

static bool is_in_order(const char *const *values, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (strcmp(values[i - 1], values[i]) >= 0)
            return false;
    return true;
}

/* How many of them are options; the first that is none. */
static size_t count_options(const struct question *question, const char *const *said, size_t count,
                            const char **ret_unknown) {
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (question_has_option(question, said[i]))
            known++;
        else if (!*ret_unknown)
            *ret_unknown = said[i];
    return known;
}

/* One text is a list of one. */
static void judge_choices(struct judging *judging, const struct question *question, const struct answer *sent) {
    bool is_list = sent->form == ANSWER_LIST, is_one = sent->form == ANSWER_TEXT && sent->text;
    const char *const *said = is_list ? sent->values : &sent->text;
    size_t count = is_list ? sent->value_count : is_one;
    const char *unknown = NULL;
    if (!is_list && !is_one) {
        leave_out(judging, sent->key, "must be a list of the question's options, as texts", true);
        return;
    }
    size_t known = count_options(question, said, count, &unknown);
    struct answer answer = {.key = sent->key, .form = ANSWER_LIST, .values = said, .value_count = known};
    if (!is_list || unknown || !is_in_order(said, count)) {
        const char **values = arena_alloc(judging->arena, (known + 1) * sizeof *values);
        size_t kept = 0;
        if (!values) {
            judging->refused = true;
            return;
        }
        for (size_t i = 0; i < count; i++)
            if (question_has_option(question, said[i]))
                values[kept++] = said[i];
        answer.values = values;
        answer.value_count = answer_sort_values(values, known);
    }
    if (unknown)
        refuse_option(judging, question, unknown);
    answer.other = question->other ? words_of(sent) : NULL;
    if (known > 0)
        take(judging, &answer);
}

static void judge(struct judging *judging, const struct question *question, const struct answer *sent) {
    if (!is_of_bands(question->show.bands, judging->asked, judging->response))
        leave_out(judging, sent->key, "was not to be shown: it is for other scores", true);
    else if (!is_answered_so(&question->show, judging->taken, judging->taken_count))
        leave_out(judging, sent->key, "was not to be shown: it is for who answered otherwise to another question",
                  true);
    else if (question->type == QUESTION_SCALE)
        judge_scale(judging, question, sent);
    else if (question->type == QUESTION_TEXT)
        judge_text(judging, sent);
    else if (question->type == QUESTION_CHOICE)
        judge_choice(judging, question, sent);
    else
        judge_choices(judging, question, sent);
}

bool response_judge_answers(struct response *response, const struct survey *asked, struct arena *arena) {
    struct judging judging = {.arena = arena, .asked = asked, .response = response};
    size_t known = 0;
    if (response->answer_count == 0)
        return true;
    if (!response_settle_answers(response, asked, arena))
        return false;
    judging.taken = arena_alloc(arena, (asked->question_count + 1) * sizeof *judging.taken);
    if (!judging.taken)
        return false;
    for (size_t i = 0; i < asked->question_count; i++) {
        const struct answer *sent = response_answer(response, asked->questions[i].key);
        if (sent)
            judge(&judging, &asked->questions[i], sent);
        known += sent != NULL;
    }
    for (size_t i = 0; known < response->answer_count && i < response->answer_count; i++)
        if (!survey_question(asked, response->answers[i].key))
            leave_out(&judging, response->answers[i].key, "is no question of the survey", true);
    response->answers = judging.taken_count > 0 ? judging.taken : NULL;
    response->answer_count = judging.taken_count;
    return !judging.refused;
}
