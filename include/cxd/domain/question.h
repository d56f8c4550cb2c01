#ifndef CXD_DOMAIN_QUESTION_H
#define CXD_DOMAIN_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/domain/survey.h"

/* What a survey asks behind its score, and what is answered to that. Strings belong to the arena or catalog that made
 * the struct. */

enum question_type { QUESTION_CHOICE, QUESTION_CHOICES, QUESTION_SCALE, QUESTION_TEXT, QUESTION_TYPE_COUNT };
/* "choice", "choices", "scale", "text" */
extern const struct words QUESTION_TYPES;

enum {
    QUESTIONS_MAX = 12,
    QUESTION_OPTIONS_MAX = 50,
    QUESTION_KEY_CHARACTERS_MAX = 32,
    OPTION_VALUE_CHARACTERS_MAX = 64
};

/* What stands for whatever is no option, where a question has `other`: no option may have it for its value. */
#define OPTION_OTHER "other"

/* A text in one locale (BCP 47 tag). */
struct localized {
    const char *locale;
    const char *text;
};

struct question_option {
    const char *value; /* A–Z, a–z, 0–9, '_', '.' and '-', as keys of properties are */
    const struct localized *texts;
    size_t text_count;
};

/* To whom a question is shown: where both are given, both must hold. */
struct question_show {
    unsigned bands;        /* a bit for each enum band of the survey's score (cxd/domain/band.h); 0: whatever it is */
    const char *key;       /* of a question in front of it, of a closed list or a scale; NULL: whatever was answered */
    const char *const *in; /* one of these was answered to that: values of options, OPTION_OTHER, whole numbers */
    size_t in_count;
};

/* How answers on a scale are scored: as a survey's are. */
struct question_scale {
    enum metric metric;
    enum method method;
    enum direction direction;
    int min, max;
    int favourable, unfavourable;
};

struct question {
    const char *key; /* distinct within the survey; property_key_valid */
    enum question_type type;
    const struct localized *texts;
    size_t text_count;
    const struct question_option *options; /* of QUESTION_CHOICE and QUESTION_CHOICES, in the order of the form */
    size_t option_count;
    bool other;    /* of these: anything else may be answered, in words */
    bool required; /* for pages and widgets alone */
    struct question_show show;
    struct question_scale scale; /* of QUESTION_SCALE */
    const struct localized *low_labels, *high_labels;
    size_t low_label_count, high_label_count;
};

/* One answer. As it was sent it may be anything; once it has been judged it is of its question's type. */
enum answer_form {
    ANSWER_NUMBER, /* .number: of a scale */
    ANSWER_TEXT,   /* .text: an option's value, or free text; NULL: it was answered, and what was said is erased */
    ANSWER_LIST,   /* .values: of several choices, in the order of bytes, distinct */
    ANSWER_ODD     /* what no question takes: only of what was sent */
};

struct answer {
    const char *key;
    enum answer_form form;
    int number;
    const char *text;
    const char *const *values;
    size_t value_count;
    const char *other; /* with OPTION_OTHER as text, or among the values: what it is, in words; NULL: it is not said */
};

/* The question of a key, or NULL. */
const struct question *survey_question(const struct survey *survey, const char *key);

/* Of a closed list: one choice or several. */
bool question_is_closed(const struct question *question);

/* The answer to the question of a key, or NULL. */
const struct answer *answers_find(const struct answer *answers, size_t count, const char *key);

/* True of the value of one of its options, and of OPTION_OTHER where it has `other`. */
bool question_has_option(const struct question *question, const char *value);

/* True of what a show's `in` may name of the question, and what a condition on its answers may: an option, OPTION_OTHER
 * where it has `other`, a whole number of its scale as it is written ("7", not "07"). Never of a text's. */
bool question_has_value(const struct question *question, const char *value);

/* The survey as if it asked the question, which is of QUESTION_SCALE, for its score: metric, method, direction, scale
 * and bands are the question's, all else is the survey's. */
struct survey question_scoring(const struct survey *survey, const struct question *question);

/* An answer that was left out, and why. */
struct answer_refusal {
    const struct answer_refusal *next;
    const char *key;    /* as it was sent, shortened if it is long */
    const char *detail; /* in English */
    size_t more;        /* that are not named; of the newest */
};

#endif
