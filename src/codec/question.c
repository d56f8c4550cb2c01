/* The further questions of a survey between JSON and struct. A question has the members of its type; one of another
 * type is refused, unless it says nothing. */
#include "codec/question.h"

#include <stdio.h>
#include <string.h>

#include "codec/scoring.h"
#include "codec/texts.h"
#include "cxd/codec/write.h"
#include "cxd/domain/band.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };
enum { CLOSED = 1U << QUESTION_CHOICE | 1U << QUESTION_CHOICES, SCALE = 1U << QUESTION_SCALE };

/* A question that is read, and where it stands. What cannot be read of it is no NULL, but "", which no rule allows. */
struct asking {
    struct reading *reading;
    const struct survey *survey; /* whose questions in front of it are read */
    const json_t *value;
    const char *pointer;
    struct question *question;
};

/* The pointer to a member. Returns `at`. */
static const char *place(const struct asking *asking, const char *member, char at[POINTER_SIZE]) {
    snprintf(at, POINTER_SIZE, "%.64s/%s", asking->pointer, member);
    return at;
}

static void *make_room(struct reading *reading, size_t count, size_t size) {
    void *room = arena_alloc_zero(reading->arena, count + 1, size);
    reading->refused = reading->refused || !room;
    return room;
}

/* --- Reading --------------------------------------------------------------------------------------------------------
 */

static void read_required_text(const struct asking *asking, const json_t *value, const char *pointer,
                               const char **ret_text) {
    if (value)
        (void)read_text(asking->reading, value, pointer, ret_text);
    else
        error_add_member(asking->reading->err, pointer, "is required");
}

static void read_option(const struct asking *asking, const json_t *value, const char *pointer,
                        struct question_option *option) {
    static const char *const NAMES[] = {"value", "text"};
    static const struct words names = WORDS(NAMES);
    char at[POINTER_SIZE];
    option->value = "";
    if (!read_is_object(asking->reading, value, pointer))
        return;
    read_refuse_unknown(asking->reading, value, pointer, &names, "is no member; it has value and text");
    snprintf(at, sizeof at, "%.64s/value", pointer);
    read_required_text(asking, read_optional(value, "value"), at, &option->value);
    snprintf(at, sizeof at, "%.64s/text", pointer);
    localized_read(asking->reading, read_optional(value, "text"), at, &option->texts, &option->text_count);
}

static void read_options(const struct asking *asking) {
    const json_t *value = read_optional(asking->value, "options");
    char pointer[POINTER_SIZE], at[POINTER_SIZE];
    place(asking, "options", pointer);
    if (!value || !read_is_array(asking->reading, value, pointer))
        return;
    size_t count = json_array_size(value);
    struct question_option *options = make_room(asking->reading, count, sizeof *options);
    for (size_t i = 0; options && i < count; i++) {
        snprintf(at, sizeof at, "%.64s/%zu", pointer, i);
        read_option(asking, json_array_get(value, i), at, &options[i]);
    }
    asking->question->options = options;
    asking->question->option_count = options ? count : 0;
}

static void read_scale(const struct asking *asking) {
    struct reading *reading = asking->reading;
    struct survey scored = {.metric = METRIC_NPS};
    const json_t *metric = read_optional(asking->value, "metric");
    char at[POINTER_SIZE];
    int word;
    place(asking, "metric", at);
    if (!metric)
        error_add_member(reading->err, at, "is required of a scale");
    else if (read_word(reading, metric, at, &SURVEY_METRICS, &word))
        scored.metric = (enum metric)word;
    scoring_read_scale(reading, read_optional(asking->value, "scale"), place(asking, "scale", at), &scored);
    const json_t *method = read_optional(asking->value, "method");
    if (method && read_word(reading, method, place(asking, "method", at), &SURVEY_METHODS, &word))
        scored.method = (enum method)word;
    const json_t *direction = read_optional(asking->value, "direction");
    if (direction && read_word(reading, direction, place(asking, "direction", at), &SURVEY_DIRECTIONS, &word))
        scored.direction = (enum direction)word;
    scoring_read_bands(reading, read_optional(asking->value, "bands"), place(asking, "bands", at), &scored);
    asking->question->scale =
        (struct question_scale){scored.metric,    scored.method,     scored.direction,   scored.scale_min,
                                scored.scale_max, scored.favourable, scored.unfavourable};
    localized_read(reading, read_optional(asking->value, "low_label"), place(asking, "low_label", at),
                   &asking->question->low_labels, &asking->question->low_label_count);
    localized_read(reading, read_optional(asking->value, "high_label"), place(asking, "high_label", at),
                   &asking->question->high_labels, &asking->question->high_label_count);
}

static bool is_metric_bad(const struct error *err) {
    for (size_t i = 0; i < err->member_count && i < ERROR_MEMBERS_MAX; i++)
        if (strcmp(err->members[i].pointer, "/metric") == 0)
            return true;
    return false;
}

/* Bands by the names of the survey's metric; where that is not known, none can be read. */
static void read_bands(const struct asking *asking, const json_t *value) {
    enum metric metric = asking->survey->metric;
    char pointer[POINTER_SIZE], at[POINTER_SIZE];
    enum band band;
    place(asking, "show/band", pointer);
    if (!value || is_metric_bad(asking->reading->err) || !read_is_array(asking->reading, value, pointer))
        return;
    if (json_array_size(value) == 0)
        error_add_member(asking->reading->err, pointer, "must have at least one band");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        snprintf(at, sizeof at, "%.64s/%zu", pointer, i);
        if (name && band_find(metric, name, &band))
            asking->question->show.bands |= 1U << band;
        else
            error_add_member(asking->reading->err, at, "must be \"%s\", \"%s\" or \"%s\"",
                             band_name(metric, BAND_FAVOURABLE), band_name(metric, BAND_NEUTRAL),
                             band_name(metric, BAND_UNFAVOURABLE));
    }
}

/* A value of an option, or a number as text. */
static void read_shower_value(const struct asking *asking, const json_t *value, const char *pointer,
                              const char **ret_value) {
    char number[24];
    *ret_value = "";
    if (json_is_string(value)) {
        (void)read_text(asking->reading, value, pointer, ret_value);
    } else if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        *ret_value = arena_strdup(asking->reading->arena, number);
        asking->reading->refused = asking->reading->refused || !*ret_value;
    } else {
        error_add_member(asking->reading->err, pointer, "must be the value of an option, or a whole number");
    }
}

static void read_shower(const struct asking *asking, const json_t *value) {
    static const char *const NAMES[] = {"key", "in"};
    static const struct words names = WORDS(NAMES);
    struct question_show *show = &asking->question->show;
    char pointer[POINTER_SIZE], at[POINTER_SIZE];
    place(asking, "show/answer", pointer);
    if (!value || !read_is_object(asking->reading, value, pointer))
        return;
    read_refuse_unknown(asking->reading, value, pointer, &names, "is no member; it has key and in");
    read_required_text(asking, read_optional(value, "key"), place(asking, "show/answer/key", at), &show->key);
    const json_t *in = read_optional(value, "in");
    place(asking, "show/answer/in", pointer);
    if (!in)
        error_add_member(asking->reading->err, pointer, "is required");
    if (!in || !read_is_array(asking->reading, in, pointer))
        return;
    size_t count = json_array_size(in);
    const char **values = make_room(asking->reading, count, sizeof *values);
    for (size_t i = 0; values && i < count; i++) {
        snprintf(at, sizeof at, "%.64s/%zu", pointer, i);
        read_shower_value(asking, json_array_get(in, i), at, &values[i]);
    }
    show->in = values;
    show->in_count = values ? count : 0;
}

static void read_show(const struct asking *asking) {
    static const char *const NAMES[] = {"band", "answer"};
    static const struct words names = WORDS(NAMES);
    const json_t *value = read_optional(asking->value, "show");
    char at[POINTER_SIZE];
    place(asking, "show", at);
    if (!value || !read_is_object(asking->reading, value, at))
        return;
    read_refuse_unknown(asking->reading, value, at, &names, "is no member; it has band and answer");
    read_bands(asking, read_optional(value, "band"));
    read_shower(asking, read_optional(value, "answer"));
}

/* What a question may have. */
static const struct question_member {
    const char *name;
    unsigned types; /* a bit for each; 0: all */
} MEMBERS[] = {
    {"key", 0},           {"type", 0},           {"text", 0},       {"options", CLOSED},  {"other", CLOSED},
    {"metric", SCALE},    {"scale", SCALE},      {"method", SCALE}, {"direction", SCALE}, {"bands", SCALE},
    {"low_label", SCALE}, {"high_label", SCALE}, {"required", 0},   {"show", 0},
};

static void refuse_foreign(const struct asking *asking) {
    const char *names[CXD_COUNT(MEMBERS)];
    const struct words words = {names, CXD_COUNT(MEMBERS)};
    char detail[320] = "is no member; it has ";
    size_t length = strlen(detail);
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        names[i] = MEMBERS[i].name;
    words_list(&words, detail + length, sizeof detail - length);
    read_refuse_unknown(asking->reading, asking->value, asking->pointer, &words, detail);
}

static void refuse_of_other_types(const struct asking *asking) {
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++) {
        char at[POINTER_SIZE];
        const json_t *value = read_optional(asking->value, MEMBERS[i].name);
        bool is_foreign = MEMBERS[i].types != 0 && !(MEMBERS[i].types >> asking->question->type & 1);
        bool is_untrue = json_is_false(value) && strcmp(MEMBERS[i].name, "other") == 0;
        if (value && is_foreign && !is_untrue)
            error_add_member(asking->reading->err, place(asking, MEMBERS[i].name, at), "is no member of a %s",
                             QUESTION_TYPES.list[asking->question->type]);
    }
}

static void read_flag(const struct asking *asking, const char *name, bool *ret) {
    const json_t *value = read_optional(asking->value, name);
    char at[POINTER_SIZE];
    if (value)
        (void)read_bool(asking->reading, value, place(asking, name, at), ret);
}

static void read_question(const struct asking *asking) {
    struct question *question = asking->question;
    char at[POINTER_SIZE];
    int type;
    question->key = "";
    if (!read_is_object(asking->reading, asking->value, asking->pointer))
        return;
    refuse_foreign(asking);
    read_required_text(asking, read_optional(asking->value, "key"), place(asking, "key", at), &question->key);
    localized_read(asking->reading, read_optional(asking->value, "text"), place(asking, "text", at), &question->texts,
                   &question->text_count);
    read_flag(asking, "required", &question->required);
    read_show(asking);
    place(asking, "type", at);
    if (!read_optional(asking->value, "type")) {
        error_add_member(asking->reading->err, at, "is required");
        return;
    }
    if (!read_word(asking->reading, read_optional(asking->value, "type"), at, &QUESTION_TYPES, &type))
        return;
    question->type = (enum question_type)type;
    refuse_of_other_types(asking);
    if (question_is_closed(question)) {
        read_options(asking);
        read_flag(asking, "other", &question->other);
    }
    if (question->type == QUESTION_SCALE)
        read_scale(asking);
}

void questions_read(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey) {
    if (!value || !read_is_array(reading, value, pointer))
        return;
    size_t count = json_array_size(value);
    struct question *questions = make_room(reading, count, sizeof *questions);
    for (size_t i = 0; questions && i < count; i++) {
        char at[POINTER_SIZE];
        snprintf(at, sizeof at, "%.32s/%zu", pointer, i);
        read_question(&(struct asking){.reading = reading,
                                       .survey = survey,
                                       .value = json_array_get(value, i),
                                       .pointer = at,
                                       .question = &questions[i]});
    }
    survey->questions = questions;
    survey->question_count = questions ? count : 0;
}

/* --- Writing --------------------------------------------------------------------------------------------------------
 */

static void write_scores(struct buffer *out, const struct survey *survey, unsigned bands) {
    write_open(out, "scores", '[');
    for (int score = survey->scale_min; score <= survey->scale_max; score++)
        if (survey_in_bands(survey, bands, score))
            write_int(out, NULL, score);
    buffer_append_char(out, ']');
}

static void write_shower(struct buffer *out, const struct survey *survey, const struct question_show *show) {
    const struct question *shower = survey_question(survey, show->key);
    write_open(out, "answer", '{');
    write_text(out, "key", show->key);
    write_open(out, "in", '[');
    for (size_t i = 0; i < show->in_count; i++) {
        if (!shower || shower->type != QUESTION_SCALE) {
            write_text(out, NULL, show->in[i]);
        } else {
            write_name(out, NULL);
            buffer_append_text(out, show->in[i]);
        }
    }
    buffer_append_text(out, "]}");
}

void question_write_show(struct buffer *out, const struct survey *survey, const struct question *question,
                         bool has_scores) {
    const struct question_show *show = &question->show;
    if (show->bands == 0 && !show->key)
        return;
    write_open(out, "show", '{');
    if (show->bands != 0) {
        write_open(out, "band", '[');
        for (int band = 0; band < BAND_COUNT; band++)
            if (show->bands >> band & 1)
                write_text(out, NULL, band_name(survey->metric, (enum band)band));
        buffer_append_char(out, ']');
        if (has_scores)
            write_scores(out, survey, show->bands);
    }
    if (show->key)
        write_shower(out, survey, show);
    buffer_append_char(out, '}');
}

static void write_options(struct buffer *out, const struct question *question) {
    write_open(out, "options", '[');
    for (size_t i = 0; i < question->option_count; i++) {
        write_open(out, NULL, '{');
        write_text(out, "value", question->options[i].value);
        localized_write(out, "text", question->options[i].texts, question->options[i].text_count);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_bool(out, "other", question->other);
}

static void write_scale(struct buffer *out, const struct survey *survey, const struct question *question) {
    struct survey scored = question_scoring(survey, question);
    write_text(out, "metric", metric_name(scored.metric));
    scale_encode(out, &scored);
    write_text(out, "method", method_name(scored.method));
    write_text(out, "direction", direction_name(scored.direction));
    scoring_write_bands(out, &scored);
    localized_write(out, "low_label", question->low_labels, question->low_label_count);
    localized_write(out, "high_label", question->high_labels, question->high_label_count);
}

void questions_write(struct buffer *out, const struct survey *survey) {
    write_open(out, "questions", '[');
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        write_open(out, NULL, '{');
        write_text(out, "key", question->key);
        write_text(out, "type", QUESTION_TYPES.list[question->type]);
        localized_write(out, "text", question->texts, question->text_count);
        if (question_is_closed(question))
            write_options(out, question);
        if (question->type == QUESTION_SCALE)
            write_scale(out, survey, question);
        write_bool(out, "required", question->required);
        question_write_show(out, survey, question, false);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}
