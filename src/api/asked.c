/* Further questions that a query string names: which are meant, and whether there are such answers. */
#include "api/asked.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/nearest.h"
#include "cxd/query/questions.h"

enum { NAMES_SIZE = 160, KEYS_MAX = 64, CONDITION_SIZE = sizeof "answer." + QUESTION_KEY_CHARACTERS_MAX };

/* "reason, ease", of all that they ask as many as there is room for. */
static const char *list_keys(const struct survey *const *surveys, size_t survey_count, char out[NAMES_SIZE]) {
    const char *keys[KEYS_MAX];
    struct words words = {keys, 0};
    for (size_t i = 0; i < survey_count; i++)
        for (size_t j = 0; j < surveys[i]->question_count && words.count < KEYS_MAX; j++)
            if (words_find(&words, surveys[i]->questions[j].key) < 0)
                keys[words.count++] = surveys[i]->questions[j].key;
    return words_list(&words, out, NAMES_SIZE);
}

/* Not even one that it asks no more: those are found too, and are not listed. */
static enum cxd_err refuse_key(const struct survey *survey, const char *name, const char *key, struct error *err) {
    char names[NAMES_SIZE];
    if (survey->question_count == 0)
        return error_set(err, ERR_BAD_PARAMETER,
                         "%s: the survey %s has never asked a question %.64s, and asks none now", name, survey->slug,
                         key);
    return error_set(err, ERR_BAD_PARAMETER, "%s: the survey %s has never asked a question %.64s; it asks %s now", name,
                     survey->slug, key, list_keys(&survey, 1, names));
}

/* NULL where there never was one. */
static enum cxd_err find(struct http_request *request, const struct survey *survey, const char *key,
                         const struct question **ret_question, struct error *err) {
    *ret_question = survey_question(survey, key);
    if (*ret_question || !property_key_valid(key, QUESTION_KEY_CHARACTERS_MAX))
        return CXD_OK;
    return query_past_question(http_worker(request), survey, key, NULL, http_arena(request), ret_question, err);
}

enum cxd_err asked_find(struct http_request *request, const struct survey *survey, const char *name, const char *key,
                        const struct question **ret_question, struct error *err) {
    const struct question *question;
    enum cxd_err result = find(request, survey, key, &question, err);
    if (result == CXD_OK && !question)
        result = refuse_key(survey, name, key, err);
    if (result == CXD_OK)
        *ret_question = question;
    return result;
}

/* An "other" that was retired has left its words. */
static enum cxd_err has_words(struct http_request *request, const struct survey *survey,
                              const struct question *question, bool *ret_has, struct error *err) {
    const struct question *past = NULL;
    *ret_has = question->type == QUESTION_TEXT || question->other;
    if (*ret_has || question->type == QUESTION_SCALE)
        return CXD_OK;
    enum cxd_err result =
        query_past_question(http_worker(request), survey, question->key, OPTION_OTHER, http_arena(request), &past, err);
    *ret_has = past != NULL;
    return result;
}

enum cxd_err asked_find_texts(struct http_request *request, const struct survey *survey, const char *key,
                              const struct question **ret_question, struct error *err) {
    const struct question *question = NULL;
    enum cxd_err result = key ? asked_find(request, survey, "question", key, &question, err) : CXD_OK;
    bool is_in_words = true;
    if (result == CXD_OK && question)
        result = has_words(request, survey, question, &is_in_words, err);
    if (result == CXD_OK && !is_in_words)
        return error_set(err, ERR_BAD_PARAMETER,
                         "question: %s is not answered in words; filter by answer.%s=VALUE for what was answered", key,
                         key);
    *ret_question = result == CXD_OK ? question : NULL;
    return result;
}

/* Of a closed list what is no option may have been one. */
static enum cxd_err check_value(struct http_request *request, const struct survey *survey,
                                const struct question *question, const char *name, const char *value,
                                struct error *err) {
    const struct question *past = NULL;
    enum cxd_err result = CXD_OK;
    if (question->type == QUESTION_TEXT)
        return error_set(err, ERR_BAD_PARAMETER, "%s: it is answered in words, which are searched among the comments",
                         name);
    if (question_has_value(question, value))
        return CXD_OK;
    if (question->type == QUESTION_SCALE)
        return error_set(err, ERR_BAD_PARAMETER, "%s: a whole number from %d to %d", name, question->scale.min,
                         question->scale.max);
    if (property_key_valid(value, OPTION_VALUE_CHARACTERS_MAX))
        result =
            query_past_question(http_worker(request), survey, question->key, value, http_arena(request), &past, err);
    if (result != CXD_OK || past)
        return result;
    const char *options[QUESTION_OPTIONS_MAX];
    size_t count = question->option_count < QUESTION_OPTIONS_MAX ? question->option_count : QUESTION_OPTIONS_MAX;
    for (size_t i = 0; i < count; i++)
        options[i] = question->options[i].value;
    const char *meant = nearest_word(value, options, count);
    return error_set(err, ERR_BAD_PARAMETER, "%s: %.64s is no option of this question%s%s%s", name, value,
                     meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

enum cxd_err asked_check(struct http_request *request, const struct survey *survey, const struct filter *filter,
                         struct error *err) {
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; result == CXD_OK && i < filter->answer_count; i++) {
        const struct property *answer = &filter->answers[i];
        const struct question *question;
        char name[CONDITION_SIZE];
        snprintf(name, sizeof name, "answer.%s", answer->key);
        result = asked_find(request, survey, name, answer->key, &question, err);
        if (result == CXD_OK)
            result = check_value(request, survey, question, name, answer->value, err);
    }
    return result;
}

static enum cxd_err refuse_everywhere(const struct survey *const *surveys, size_t count, const char *name,
                                      const char *key, struct error *err) {
    char names[NAMES_SIZE];
    size_t asked = 0;
    for (size_t i = 0; i < count; i++)
        asked += surveys[i]->question_count;
    if (asked == 0)
        return error_set(err, ERR_BAD_PARAMETER,
                         "%s: none of these surveys has ever asked a question %.64s, and none asks any now", name, key);
    return error_set(err, ERR_BAD_PARAMETER,
                     "%s: none of these surveys has ever asked a question %.64s; they ask %s now", name, key,
                     list_keys(surveys, count, names));
}

/* What the surveys ask by now is looked at first: their histories are read only for what none of them asks any more. */
static enum cxd_err check_somewhere(struct http_request *request, const struct survey *const *surveys, size_t count,
                                    const struct property *answer, struct error *err) {
    const struct question *question;
    bool is_asked = false;
    char name[CONDITION_SIZE];
    snprintf(name, sizeof name, "answer.%s", answer->key);
    for (size_t i = 0; i < count; i++) {
        question = survey_question(surveys[i], answer->key);
        if (question && question_has_value(question, answer->value))
            return CXD_OK;
    }
    for (size_t i = 0; i < count; i++) {
        struct error own;
        enum cxd_err result = find(request, surveys[i], answer->key, &question, err);
        if (result != CXD_OK)
            return result;
        if (!question)
            continue;
        result = check_value(request, surveys[i], question, name, answer->value, &own);
        if (result == CXD_OK)
            return CXD_OK;
        if (result != ERR_BAD_PARAMETER || !is_asked)
            *err = own;
        if (result != ERR_BAD_PARAMETER)
            return result;
        is_asked = true;
    }
    return is_asked ? ERR_BAD_PARAMETER : refuse_everywhere(surveys, count, name, answer->key, err);
}

enum cxd_err asked_check_several(struct http_request *request, const struct survey *const *surveys, size_t count,
                                 const struct filter *filter, struct error *err) {
    enum cxd_err result = CXD_OK;
    if (count == 1)
        return asked_check(request, surveys[0], filter, err);
    for (size_t i = 0; result == CXD_OK && count > 0 && i < filter->answer_count; i++)
        result = check_somewhere(request, surveys, count, &filter->answers[i], err);
    return result;
}

enum cxd_err asked_settle(struct http_request *request, const struct survey *survey, struct score_question *question,
                          struct survey *ret_scoring, struct error *err) {
    const char *key = question->filter.question;
    const struct question *asked;
    question->survey = survey;
    enum cxd_err result = asked_check(request, survey, &question->filter, err);
    if (result != CXD_OK || !key)
        return result;
    result = asked_find(request, survey, "question", key, &asked, err);
    if (result != CXD_OK)
        return result;
    if (asked->type != QUESTION_SCALE)
        return error_set(err, ERR_BAD_PARAMETER,
                         "question: %s is answered on no scale, and has no score; see /v1/surveys/%s/questions/%s", key,
                         survey->slug, key);
    *ret_scoring = question_scoring(survey, asked);
    question->survey = ret_scoring;
    return CXD_OK;
}
