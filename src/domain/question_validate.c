/* Every rule that the further questions of a survey must keep (docs/scoring.md §14): a part of survey_validate. */
#include "domain/question_validate.h"

#include <stdio.h>
#include <string.h>

#include "cxd/domain/question.h"
#include "cxd/domain/response.h"
#include "domain/rules.h"
#include "domain/scoring.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer), TEXT_MAX_CHARACTERS = 1000 };
enum { SHOW_VALUES_MAX = QUESTION_OPTIONS_MAX + 1 }; /* with "other" */

/* A question, where it stands in the definition, and what is known of what is wrong with it. */
struct checking {
    const struct survey *survey;
    const struct question *question;
    size_t index;
    struct error *err;
    char pointer[POINTER_SIZE]; /* "/questions/3" */
};

/* The pointer to a member of the question. Returns `at`. */
static const char *place(const struct checking *checking, const char *member, char at[POINTER_SIZE]) {
    snprintf(at, POINTER_SIZE, "%.32s/%s", checking->pointer, member);
    return at;
}

static void check_localized(const struct checking *checking, const char *member, const struct localized *texts,
                            size_t count) {
    char parent[POINTER_SIZE];
    place(checking, member, parent);
    if (count > SURVEY_TEXTS_MAX) {
        rules_report(checking->err, parent, "must have at most %d locales, not %zu", SURVEY_TEXTS_MAX, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        char at[POINTER_SIZE];
        snprintf(at, sizeof at, "%s", parent);
        error_pointer_append(at, sizeof at, texts[i].locale);
        if (!rules_locale_valid(texts[i].locale))
            rules_report(checking->err, at, "must be named by a locale such as \"en\" or \"pt-BR\"");
        else
            rules_check_text(checking->err, at, texts[i].text, 1, TEXT_MAX_CHARACTERS, true);
    }
}

/* Fields of forms, and columns of exports and imports, name so what `other` is, in words. */
static bool is_key_of_other(const char *key) {
    static const char ENDING[] = "." OPTION_OTHER;
    size_t length = strlen(key), ending = sizeof ENDING - 1;
    return length >= ending && strcmp(key + length - ending, ENDING) == 0;
}

/* Clients take these for other parts of a path, also escaped: no address could name the question. */
static bool is_dots(const char *key) {
    return strcmp(key, ".") == 0 || strcmp(key, "..") == 0;
}

static void check_key(const struct checking *checking) {
    const char *key = checking->question->key;
    char at[POINTER_SIZE];
    place(checking, "key", at);
    if (!property_key_valid(key, QUESTION_KEY_CHARACTERS_MAX))
        rules_report(checking->err, at, "must be 1 to %d characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                     QUESTION_KEY_CHARACTERS_MAX);
    else if (is_dots(key))
        rules_report(checking->err, at, "must not be \"%s\": no address can have it for a part", key);
    else if (is_key_of_other(key))
        rules_report(checking->err, at, "must not end in \".other\": that is what a question's other words are called");
    for (size_t i = 0; i < checking->index; i++)
        if (strcmp(checking->survey->questions[i].key, key) == 0)
            rules_report(checking->err, at, "is another question's already");
}

static void check_option(const struct checking *checking, size_t index) {
    const struct question_option *option = &checking->question->options[index];
    char member[32], at[POINTER_SIZE];
    snprintf(member, sizeof member, "options/%zu/value", index);
    place(checking, member, at);
    if (!property_key_valid(option->value, OPTION_VALUE_CHARACTERS_MAX))
        rules_report(checking->err, at, "must be 1 to %d characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                     OPTION_VALUE_CHARACTERS_MAX);
    else if (strcmp(option->value, OPTION_OTHER) == 0)
        rules_report(checking->err, at,
                     "must not be \"" OPTION_OTHER "\", which stands for what is no option: say "
                     "\"other\": true");
    for (size_t i = 0; i < index; i++)
        if (strcmp(checking->question->options[i].value, option->value) == 0)
            rules_report(checking->err, at, "is another option's already");
    snprintf(member, sizeof member, "options/%zu/text", index);
    check_localized(checking, member, option->texts, option->text_count);
}

static void check_options(const struct checking *checking) {
    char at[POINTER_SIZE];
    size_t count = checking->question->option_count;
    place(checking, "options", at);
    if (count == 0)
        rules_report(checking->err, at, "must have at least one option");
    else if (count > QUESTION_OPTIONS_MAX)
        rules_report(checking->err, at, "must have at most %d options, not %zu", QUESTION_OPTIONS_MAX, count);
    else
        for (size_t i = 0; i < count; i++)
            check_option(checking, i);
}

static void check_show_values(const struct checking *checking, const struct question *shower) {
    const struct question_show *show = &checking->question->show;
    char at[POINTER_SIZE], member[48];
    if (show->in_count == 0 || show->in_count > SHOW_VALUES_MAX) {
        rules_report(checking->err, place(checking, "show/answer/in", at), "must have 1 to %d values, not %zu",
                     SHOW_VALUES_MAX, show->in_count);
        return;
    }
    for (size_t i = 0; i < show->in_count; i++) {
        snprintf(member, sizeof member, "show/answer/in/%zu", i);
        place(checking, member, at);
        if (!question_has_value(shower, show->in[i]))
            rules_report(checking->err, at, "must be an answer that \"%s\" may have", show->key);
        for (size_t k = 0; k < i; k++)
            if (strcmp(show->in[k], show->in[i]) == 0)
                rules_report(checking->err, at, "is there twice");
    }
}

/* What is wrong with the question that it names is said there. */
static bool is_sound(const struct checking *checking, const struct question *shower) {
    char at[POINTER_SIZE];
    snprintf(at, sizeof at, "/questions/%zu", (size_t)(shower - checking->survey->questions));
    return !rules_reported(checking->err, at);
}

static void check_show(const struct checking *checking) {
    const char *key = checking->question->show.key;
    const struct question *shower = NULL;
    char at[POINTER_SIZE];
    if (!key)
        return;
    for (size_t i = 0; i < checking->index && !shower; i++)
        if (strcmp(checking->survey->questions[i].key, key) == 0)
            shower = &checking->survey->questions[i];
    place(checking, "show/answer/key", at);
    if (!shower)
        rules_report(checking->err, at, "must be the key of a question in front of this one");
    else if (shower->type == QUESTION_TEXT)
        rules_report(checking->err, at, "must be the key of a choice, choices or scale: a text has no values");
    else if (is_sound(checking, shower))
        check_show_values(checking, shower);
}

static void check_question(const struct checking *checking) {
    const struct question *question = checking->question;
    char at[POINTER_SIZE];
    check_key(checking);
    check_localized(checking, "text", question->texts, question->text_count);
    if (rules_reported(checking->err, place(checking, "type", at)))
        return; /* the rest depends on it */
    if (question_is_closed(question))
        check_options(checking);
    if (question->type == QUESTION_SCALE) {
        struct survey scoring = question_scoring(checking->survey, question);
        scoring_check(&scoring, checking->pointer, checking->err);
        check_localized(checking, "low_label", question->low_labels, question->low_label_count);
        check_localized(checking, "high_label", question->high_labels, question->high_label_count);
    }
    check_show(checking);
}

void questions_check(const struct survey *survey, struct error *err) {
    if (survey->question_count > QUESTIONS_MAX) {
        rules_report(err, "/questions", "must have at most %d questions, not %zu", QUESTIONS_MAX,
                     survey->question_count);
        return;
    }
    for (size_t i = 0; i < survey->question_count; i++) {
        struct checking checking = {.survey = survey, .question = &survey->questions[i], .index = i, .err = err};
        snprintf(checking.pointer, sizeof checking.pointer, "/questions/%zu", i);
        check_question(&checking);
    }
}
