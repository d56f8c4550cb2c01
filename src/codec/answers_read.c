/* Answers to further questions as a client sends them: an object of JSON becomes a list that is sorted. The survey is
 * not known here, so what its questions do not take is read as it is, and left out by whoever knows them: none of it
 * costs the score. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/utf8.h"

/* More than any survey asks for. What is read here is content, by which retries are known: these stay as they are. */
enum { ANSWERS_SENT_MAX = 64, VALUES_SENT_MAX = 64 };

struct answers_reading {
    struct reading *reading;
    struct response *response;
    const char *pointer;
    bool keeps_erased; /* null: it was answered, and what was said is gone */
};

static bool refuse_memory(struct reading *reading) {
    reading->refused = true;
    return false;
}

static bool leave_out(struct answers_reading *answers, const char *key, const char *detail) {
    return response_leave_out(answers->response, answers->reading->arena, key, detail) ||
           refuse_memory(answers->reading);
}

/* What is said for OPTION_OTHER: {"other": "words"}, "" where the words are none. False: it is no such object. */
static bool read_other(struct answers_reading *answers, const char *key, const json_t *value, const char **ret_words) {
    const json_t *words = json_object_get(value, OPTION_OTHER);
    bool is_other = json_object_size(value) == 1 && words && (json_is_string(words) || json_is_null(words));
    *ret_words = NULL;
    if (is_other)
        *ret_words = read_says_nothing(words) ? "" : read_free_member(answers->reading, answers->pointer, key, words);
    return is_other;
}

/* Of what no int holds the nearest. */
static bool read_integer(const json_t *value, int *ret_number) {
    double real = json_real_value(value); /* of one that is whole, mend.h has left only those beyond 64 bits */
    json_int_t whole = real >= INT_MAX ? INT_MAX : real <= INT_MIN ? INT_MIN : json_integer_value(value);
    if (!json_is_integer(value) && whole == 0)
        return false;
    *ret_number = whole > INT_MAX ? INT_MAX : whole < INT_MIN ? INT_MIN : (int)whole;
    return true;
}

/* What is said for other is one thing. False: it is another one. */
static bool take_words(struct answer *answer, const char *words) {
    if (!answer->other || !*answer->other)
        answer->other = words;
    return !words || !*words || strcmp(answer->other, words) == 0;
}

/* One of several that were ticked; NULL: it is nothing. False: no question takes it. */
static bool read_ticked(struct answers_reading *answers, struct answer *answer, const json_t *value,
                        const char **ret_ticked) {
    const char *words;
    *ret_ticked = NULL;
    if (read_says_nothing(value))
        return true;
    if (json_is_string(value)) {
        *ret_ticked = read_free_member(answers->reading, answers->pointer, answer->key, value);
        return true;
    }
    if (!read_other(answers, answer->key, value, &words) || !take_words(answer, words))
        return false;
    *ret_ticked = OPTION_OTHER;
    return true;
}

/* What no question takes is left out of the others. False: nothing was ticked. The form stays as it is where there are
 * no others. */
static bool read_list(struct answers_reading *answers, struct answer *answer, const json_t *value) {
    size_t index;
    const json_t *one;
    bool has_odd = false;
    const char **values = arena_alloc(answers->reading->arena, json_array_size(value) * sizeof *values);
    if (!values)
        return refuse_memory(answers->reading);
    json_array_foreach((json_t *)value, index, one) {
        const char *ticked;
        has_odd |= !read_ticked(answers, answer, one, &ticked);
        if (ticked)
            values[answer->value_count++] = ticked;
    }
    if (answer->value_count == 0)
        return has_odd;
    if (has_odd &&
        !leave_out(answers, answer->key,
                   "may have texts, and one {\"" OPTION_OTHER "\": \"words\"}: what else it has is not taken"))
        return false;
    answer->form = ANSWER_LIST;
    answer->values = values;
    answer->value_count = answer_sort_values(values, answer->value_count);
    return true;
}

/* False: it says nothing, or is left out. */
static bool read_answer(struct answers_reading *answers, struct answer *answer, const json_t *value) {
    answer->form = ANSWER_ODD;
    if (json_is_null(value) && answers->keeps_erased)
        answer->form = ANSWER_TEXT;
    else if (read_says_nothing(value))
        return false;
    else if (json_is_string(value)) {
        answer->form = ANSWER_TEXT;
        answer->text = read_free_member(answers->reading, answers->pointer, answer->key, value);
    } else if (read_integer(value, &answer->number))
        answer->form = ANSWER_NUMBER;
    else if (json_is_array(value)) {
        if (!read_list(answers, answer, value))
            return false;
        if (answer->value_count > VALUES_SENT_MAX)
            return leave_out(answers, answer->key, "is a list of more than is asked for") && false;
    } else if (read_other(answers, answer->key, value, &answer->other)) {
        answer->form = ANSWER_TEXT;
        answer->text = OPTION_OTHER;
    }
    return true;
}

void read_answers(struct reading *reading, const json_t *value, const char *pointer, bool keeps_erased,
                  struct response *response) {
    struct answers_reading answers = {reading, response, pointer, keeps_erased};
    size_t count = 0, beyond = 0, length, size = json_object_size(value);
    const char *key;
    json_t *member;
    if (!read_is_object(reading, value, pointer) || size == 0)
        return;
    struct answer *list =
        arena_alloc(reading->arena, (size < ANSWERS_SENT_MAX ? size : ANSWERS_SENT_MAX) * sizeof *list);
    if (!list) {
        reading->refused = true;
        return;
    }
    json_object_keylen_foreach((json_t *)value, key, length, member) {
        if (count == ANSWERS_SENT_MAX) {
            if (beyond++ < ANSWERS_REFUSED_MAX)
                (void)leave_out(&answers, key, "is one more than can be asked for");
            continue;
        }
        list[count] = (struct answer){.key = arena_strndup(reading->arena, key, length)};
        if (!list[count].key)
            reading->refused = true;
        else
            count += read_answer(&answers, &list[count], member);
    }
    if (beyond > ANSWERS_REFUSED_MAX &&
        !response_leave_out_more(response, reading->arena, beyond - ANSWERS_REFUSED_MAX))
        reading->refused = true;
    if (!response_sort_answers(list, count)) {
        error_add_member(reading->err, pointer, "has a member twice");
        return;
    }
    response->answers = count > 0 ? list : NULL;
    response->answer_count = count;
}

/* Of a row that names no revision nothing was erased: null says nothing there, as everywhere. */
void answers_drop_erased(struct response *response) {
    struct answer *list = (struct answer *)response->answers;
    size_t kept = 0;
    for (size_t i = 0; i < response->answer_count; i++)
        if (list[i].form != ANSWER_TEXT || list[i].text)
            list[kept++] = list[i];
    response->answer_count = kept;
}
