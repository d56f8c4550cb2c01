/* What must be answered: a browser with the script asks for it, and any other sends what it was given. The API takes a
 * response without it too, for the score is worth more; here whoever sent it is still there, and can be asked. */
#include "web/needed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/domain/band.h"
#include "cxd/domain/question.h"

enum { NAME_SIZE = 128, POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

static const char *name_of(const struct question *question, char out[NAME_SIZE]) {
    snprintf(out, NAME_SIZE, FORM_ANSWER "%s", question->key);
    return out;
}

/* Also by words for something else alone. */
static bool is_answered(struct http_request *request, const struct question *question, const struct form *fields) {
    char name[NAME_SIZE], other[NAME_SIZE + sizeof "." OPTION_OTHER];
    snprintf(other, sizeof other, "%s." OPTION_OTHER, name_of(question, name));
    return fields_value(request, fields, name) || (question->other && fields_value(request, fields, other));
}

static bool has_value(struct http_request *request, const struct question *question, const struct form *fields,
                      const char *value) {
    char name[NAME_SIZE], other[NAME_SIZE + sizeof "." OPTION_OTHER];
    snprintf(other, sizeof other, "%s." OPTION_OTHER, name_of(question, name));
    bool is_other = question->other && strcmp(value, OPTION_OTHER) == 0;
    return fields_has(fields, name, value) || (is_other && fields_value(request, fields, other));
}

/* What hangs on a question that is not shown itself is shown to nobody. */
static bool is_shown(struct http_request *request, const struct survey *survey, size_t index, const struct form *fields,
                     const bool *shown) {
    const struct question_show *show = &survey->questions[index].show;
    const char *score = fields_value(request, fields, "score");
    if (show->bands != 0 && (!score || !survey_in_bands(survey, show->bands, atoi(score))))
        return false;
    for (size_t i = 0; show->key && i < index; i++)
        for (size_t j = 0; shown[i] && strcmp(survey->questions[i].key, show->key) == 0 && j < show->in_count; j++)
            if (has_value(request, &survey->questions[i], fields, show->in[j]))
                return true;
    return !show->key;
}

bool needed_any(const struct survey *survey) {
    for (size_t i = 0; i < survey->question_count; i++)
        if (survey->questions[i].required)
            return true;
    return false;
}

void needed_check(struct http_request *request, const struct survey *survey, const struct form *fields,
                  struct error *err) {
    bool shown[QUESTIONS_MAX] = {false};
    for (size_t i = 0; i < survey->question_count && i < QUESTIONS_MAX; i++) {
        const struct question *question = &survey->questions[i];
        char pointer[POINTER_SIZE] = "/answers";
        shown[i] = is_shown(request, survey, i, fields, shown);
        if (!question->required || !shown[i] || is_answered(request, question, fields))
            continue;
        error_pointer_append(pointer, sizeof pointer, question->key);
        error_add_member(err, pointer, "is required");
    }
}
