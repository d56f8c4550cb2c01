/* Scale and bands between JSON and a survey, or a question that is scored as one is. */
#include "codec/scoring.h"

#include <limits.h>
#include <stdio.h>

#include "cxd/codec/write.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

/* A whole number that must fit into an int, as well as it does: validation refuses what is too large. False where it
 * is none, or `is_required` and not there. */
static bool read_int(struct reading *reading, const json_t *object, const char *name, const char *parent,
                     bool is_required, int *ret) {
    const json_t *value = read_optional(object, name);
    char pointer[POINTER_SIZE];
    int64_t number;
    snprintf(pointer, sizeof pointer, "%s/%s", parent, name);
    if (!value) {
        if (is_required)
            error_add_member(reading->err, pointer, "is required");
        return false;
    }
    if (!read_whole(reading, value, pointer, &number))
        return false;
    *ret = number > INT_MAX ? INT_MAX : number < INT_MIN ? INT_MIN : (int)number;
    return true;
}

void scoring_read_scale(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey) {
    static const char *const NAMES[] = {"min", "max"};
    static const struct words names = WORDS(NAMES);
    bool given = value && read_is_object(reading, value, pointer);
    if (given) {
        read_refuse_unknown(reading, value, pointer, &names, "is no member; it has min and max");
        given &= read_int(reading, value, "min", pointer, true, &survey->scale_min);
        given &= read_int(reading, value, "max", pointer, true, &survey->scale_max);
    }
    survey_set_defaults(survey, given);
}

void scale_encode(struct buffer *out, const struct survey *survey) {
    write_open(out, "scale", '{');
    write_int(out, "min", survey->scale_min);
    write_int(out, "max", survey->scale_max);
    buffer_append_char(out, '}');
}

void scoring_read_bands(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey) {
    static const char *const NAMES[] = {"satisfied_from", "dissatisfied_to"};
    static const struct words names = WORDS(NAMES);
    bool is_usual = survey_default_bands(survey, &survey->favourable, &survey->unfavourable);
    if (!value && !is_usual)
        error_add_member(reading->err, pointer,
                         "is required, with satisfied_from and dissatisfied_to: no bands are usual for %s %d to %d",
                         metric_name(survey->metric), survey->scale_min, survey->scale_max);
    if (!value || !read_is_object(reading, value, pointer))
        return;
    read_refuse_unknown(reading, value, pointer, &names, "is no member; it has satisfied_from and dissatisfied_to");
    (void)read_int(reading, value, "satisfied_from", pointer, !is_usual, &survey->favourable);
    (void)read_int(reading, value, "dissatisfied_to", pointer, !is_usual, &survey->unfavourable);
}

void scoring_write_bands(struct buffer *out, const struct survey *survey) {
    write_open(out, "bands", '{');
    write_int(out, "satisfied_from", survey->favourable);
    write_int(out, "dissatisfied_to", survey->unfavourable);
    buffer_append_char(out, '}');
}
