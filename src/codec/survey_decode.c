/* Between api/ and domain/: the JSON definition of a survey becomes a struct survey, defaults filled in,
 * and is validated. One table holds every member; it is gone through in the order in which one default
 * rests on another. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/codec/survey.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer), AMEND_WINDOW_S = 1800 };

struct target {
    struct reading reading;
    struct survey survey;
};

/* `value` is NULL where the member is not given. */
typedef void read_member_fn(struct target *target, const json_t *value, const char *pointer);

/* Adds an error for each member of `object` that is not among `names`; `allowed` names them for the
 * reader. */
static void refuse_unknown(struct target *target, const json_t *object, const char *pointer,
                           const char *const *names, size_t count, const char *allowed) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        size_t i = 0;
        while (i < count && strcmp(names[i], name) != 0)
            i++;
        if (i < count)
            continue;
        char at[POINTER_SIZE];
        snprintf(at, sizeof(at), "%s", pointer);
        error_pointer_append(at, sizeof(at), name);
        error_add_member(target->reading.err, at, "is no member; it has %s", allowed);
    }
}

static bool read_int(struct target *target, const json_t *value, const char *pointer, int *ret) {
    int64_t number;
    if (!read_whole(&target->reading, value, pointer, &number))
        return false;
    *ret = number > INT_MAX ? INT_MAX : number < INT_MIN ? INT_MIN : (int)number;
    return true;
}

/* A member that its object must have. */
static bool read_required_int(struct target *target, const json_t *object, const char *name,
                              const char *pointer, int *ret) {
    const json_t *value = json_object_get(object, name);
    if (value != NULL)
        return read_int(target, value, pointer, ret);
    error_add_member(target->reading.err, pointer, "is required");
    return false;
}

static void read_slug(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL &&
        (!json_is_string(value) || strcmp(json_string_value(value), target->survey.slug) != 0))
        error_add_member(target->reading.err, pointer, "must be the path's, \"%s\", or left out",
                         target->survey.slug);
}

static void read_name(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_text(&target->reading, value, pointer, &target->survey.name);
}

static void read_metric(struct target *target, const json_t *value, const char *pointer) {
    if (value == NULL)
        error_add_member(target->reading.err, pointer, "is required");
    else if (!json_is_string(value) || !metric_parse(json_string_value(value), &target->survey.metric))
        error_add_member(target->reading.err, pointer, "must be \"nps\", \"csat\" or \"ces\"");
}

static void read_scale(struct target *target, const json_t *value, const char *pointer) {
    static const char *const NAMES[] = {"min", "max"};
    struct survey *survey = &target->survey;
    bool given = value != NULL && read_is_object(&target->reading, value, pointer);
    if (given) {
        refuse_unknown(target, value, pointer, NAMES, CXD_COUNT(NAMES), "min and max");
        given &= read_required_int(target, value, "min", "/scale/min", &survey->scale_min);
        given &= read_required_int(target, value, "max", "/scale/max", &survey->scale_max);
    }
    survey_set_defaults(survey, given);
}

static void read_method(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL &&
        (!json_is_string(value) || !method_parse(json_string_value(value), &target->survey.method)))
        error_add_member(target->reading.err, pointer,
                         "must be \"net_promoter\", \"top_box\", \"mean\" or \"net_easy\"");
}

static void read_direction(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL &&
        (!json_is_string(value) || !direction_parse(json_string_value(value), &target->survey.direction)))
        error_add_member(target->reading.err, pointer, "must be \"higher_is_better\" or \"lower_is_better\"");
}

static void read_bands(struct target *target, const json_t *value, const char *pointer) {
    static const char *const NAMES[] = {"satisfied_from", "dissatisfied_to"};
    struct survey *survey = &target->survey;
    survey_default_bands(survey, &survey->favourable, &survey->unfavourable);
    if (value == NULL || !read_is_object(&target->reading, value, pointer))
        return;
    refuse_unknown(target, value, pointer, NAMES, CXD_COUNT(NAMES), "satisfied_from and dissatisfied_to");
    const json_t *favourable = read_member(value, "satisfied_from");
    const json_t *unfavourable = read_member(value, "dissatisfied_to");
    if (favourable != NULL)
        (void)read_int(target, favourable, "/bands/satisfied_from", &survey->favourable);
    if (unfavourable != NULL)
        (void)read_int(target, unfavourable, "/bands/dissatisfied_to", &survey->unfavourable);
}

static void read_locale(struct target *target, const json_t *value, const char *pointer,
                        struct survey_text *text) {
    static const char *const NAMES[] = {"question", "low_label", "high_label", "comment_prompt", "thanks"};
    const char **const slots[] = {&text->question, &text->low_label, &text->high_label, &text->comment_prompt,
                                  &text->thanks};
    if (!read_is_object(&target->reading, value, pointer))
        return;
    refuse_unknown(target, value, pointer, NAMES, CXD_COUNT(NAMES),
                   "question, low_label, high_label, comment_prompt and thanks");
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++) {
        const json_t *member = read_member(value, NAMES[i]);
        if (member == NULL)
            continue;
        char at[POINTER_SIZE];
        snprintf(at, sizeof(at), "%s", pointer);
        error_pointer_append(at, sizeof(at), NAMES[i]);
        (void)read_text(&target->reading, member, at, slots[i]);
    }
}

static void read_texts(struct target *target, const json_t *value, const char *pointer) {
    if (value == NULL || !read_is_object(&target->reading, value, pointer) || json_object_size(value) == 0)
        return;
    size_t count = json_object_size(value);
    struct survey_text *texts = arena_alloc_zero(target->reading.arena, count, sizeof(*texts));
    size_t filled = 0;
    const char *locale;
    json_t *member;
    if (texts == NULL) {
        target->reading.refused = true;
        return;
    }
    json_object_foreach((json_t *)value, locale, member) {
        char at[POINTER_SIZE];
        snprintf(at, sizeof(at), "%s", pointer);
        error_pointer_append(at, sizeof(at), locale);
        texts[filled].locale = arena_strdup(target->reading.arena, locale);
        if (texts[filled].locale == NULL) {
            target->reading.refused = true;
            return;
        }
        read_locale(target, member, at, &texts[filled]);
        filled++;
    }
    target->survey.texts = texts;
    target->survey.text_count = count;
}

/* Reads an array of strings; NULL where it is empty or could not be read as a whole. */
static const char **read_strings(struct target *target, const json_t *value, const char *pointer,
                                 size_t *ret_count) {
    if (!read_is_array(&target->reading, value, pointer) || json_array_size(value) == 0)
        return NULL;
    size_t count = json_array_size(value);
    const char **strings = arena_alloc_zero(target->reading.arena, count, sizeof(*strings));
    bool whole = true;
    if (strings == NULL) {
        target->reading.refused = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        char at[POINTER_SIZE];
        snprintf(at, sizeof(at), "%s/%zu", pointer, i);
        whole &= read_text(&target->reading, json_array_get(value, i), at, &strings[i]);
    }
    *ret_count = count;
    return whole ? strings : NULL;
}

static void read_properties(struct target *target, const json_t *value, const char *pointer) {
    size_t count;
    const char **keys = value != NULL ? read_strings(target, value, pointer, &count) : NULL;
    if (keys == NULL)
        return;
    struct survey_property *properties = arena_alloc_zero(target->reading.arena, count, sizeof(*properties));
    if (properties == NULL) {
        target->reading.refused = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        properties[i].key = keys[i];
    target->survey.properties = properties;
    target->survey.property_count = count;
}

static void read_origins(struct target *target, const json_t *value, const char *pointer) {
    size_t count;
    const char **origins = value != NULL ? read_strings(target, value, pointer, &count) : NULL;
    if (origins == NULL)
        return;
    target->survey.origins = origins;
    target->survey.origin_count = count;
}

static void read_opens_at(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_time(&target->reading, value, pointer, &target->survey.opens_at);
}

static void read_closes_at(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_time(&target->reading, value, pointer, &target->survey.closes_at);
}

static void read_amend_window(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_duration(&target->reading, value, pointer, &target->survey.amend_window_s);
}

static void read_max_backdate(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_duration(&target->reading, value, pointer, &target->survey.max_backdate_s);
}

static void read_min_n(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_whole(&target->reading, value, pointer, &target->survey.min_n);
}

static void read_access(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL &&
        (!json_is_string(value) || !access_parse(json_string_value(value), &target->survey.access)))
        error_add_member(target->reading.err, pointer, "must be \"public\" or \"invited\"");
}

static void read_recontact(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL &&
        (!json_is_string(value) || !recontact_parse(json_string_value(value), &target->survey.recontact)))
        error_add_member(target->reading.err, pointer, "must be \"refuse\" or \"store\"");
}

static void read_retention(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL &&
        (!json_is_string(value) || !retention_parse(json_string_value(value), &target->survey.retention)))
        error_add_member(target->reading.err, pointer, "must be \"delete\" or \"anonymise\"");
}

static void read_recontact_days(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_whole(&target->reading, value, pointer, &target->survey.recontact_days);
}

static void read_min_seconds(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_whole(&target->reading, value, pointer, &target->survey.min_seconds);
}

static void read_retention_days(struct target *target, const json_t *value, const char *pointer) {
    if (value != NULL)
        (void)read_whole(&target->reading, value, pointer, &target->survey.retention_days);
}

static void pass_over(struct target *target CXD_UNUSED, const json_t *value CXD_UNUSED,
                      const char *pointer CXD_UNUSED) {
}

/* Metric before scale (whose reader fills the defaults) before method and direction before bands. */
static const struct survey_member {
    const char *name;
    const char *pointer;
    read_member_fn *read;
} MEMBERS[] = {
    {"slug", "/slug", read_slug},
    {"name", "/name", read_name},
    {"metric", "/metric", read_metric},
    {"scale", "/scale", read_scale},
    {"method", "/method", read_method},
    {"direction", "/direction", read_direction},
    {"bands", "/bands", read_bands},
    {"texts", "/texts", read_texts},
    {"properties", "/properties", read_properties},
    {"allowed_origins", "/allowed_origins", read_origins},
    {"opens_at", "/opens_at", read_opens_at},
    {"closes_at", "/closes_at", read_closes_at},
    {"amend_window", "/amend_window", read_amend_window},
    {"max_backdate", "/max_backdate", read_max_backdate},
    {"min_n", "/min_n", read_min_n},
    {"access", "/access", read_access},
    {"recontact_days", "/recontact_days", read_recontact_days},
    {"recontact", "/recontact", read_recontact},
    {"min_seconds", "/min_seconds", read_min_seconds},
    {"retention_days", "/retention_days", read_retention_days},
    {"retention", "/retention", read_retention},
    {"revision", "/revision", pass_over},
    {"created_at", "/created_at", pass_over},
    {"updated_at", "/updated_at", pass_over},
    {"archived_at", "/archived_at", pass_over},
};

static void read_definition(struct target *target, const json_t *root) {
    const char *names[CXD_COUNT(MEMBERS)];
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++) {
        names[i] = MEMBERS[i].name;
        MEMBERS[i].read(target, read_member(root, MEMBERS[i].name), MEMBERS[i].pointer);
    }
    refuse_unknown(
        target, root, "", names, CXD_COUNT(names),
        "name, metric, scale, method, direction, bands, texts, properties, allowed_origins, opens_at, "
        "closes_at, amend_window, max_backdate, min_n, access, recontact_days, recontact, min_seconds, "
        "retention_days, retention");
}

enum cxd_err survey_decode(const char *bytes, size_t length, size_t depth, const char *slug,
                           int64_t default_backdate_s, struct arena *arena, struct survey *ret_survey,
                           struct error *err) {
    struct document doc;
    struct target target = {
        .reading = {.arena = arena, .err = err},
        .survey = {.opens_at = TIME_MIN,
                   .closes_at = TIME_MAX,
                   .amend_window_s = AMEND_WINDOW_S,
                   .max_backdate_s = default_backdate_s},
    };
    if (strlen(slug) < SLUG_SIZE) /* else it stays empty, which survey_validate refuses as well */
        memcpy(target.survey.slug, slug, strlen(slug) + 1);
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&target.reading, doc.root, ""))
            read_definition(&target, doc.root);
        code = reading_end(&target.reading);
        if (code != ERR_NO_MEMORY)
            code = survey_validate(&target.survey, err);
    }
    document_close(&doc);
    if (code == CXD_OK)
        *ret_survey = target.survey;
    return code;
}
