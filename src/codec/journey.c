/* Journeys: from the body of a PUT, out of the store, and as the store keeps them. */
#include "cxd/codec/journey.h"

#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/write.h"

enum {
    NAME_CHARACTERS = 200,
    TOUCHPOINT_CHARACTERS = 1024,
    STORED_DEPTH = 8,
    POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer)
};

static bool check_text(struct reading *reading, const char *text, const char *pointer, size_t most) {
    if (utf8_count(text) > most)
        error_add_member(reading->err, pointer, "must have at most %zu characters", most);
    else if (utf8_has_control(text, false))
        error_add_member(reading->err, pointer, "must not hold control characters");
    else
        return true;
    return false;
}

static void read_optional_text(struct reading *reading, const json_t *object, const char *name, const char *pointer,
                               size_t most, const char **ret_text) {
    const json_t *value = read_optional(object, name);
    const char *text = NULL;
    if (value && read_text(reading, value, pointer, &text) && text && check_text(reading, text, pointer, most))
        *ret_text = text;
}

static void read_stage(struct reading *reading, const json_t *value, size_t at, struct journey_stage *stage) {
    static const char *const NAMES[] = {"survey", "touchpoint", "archived"};
    static const struct words members = WORDS(NAMES);
    char pointer[POINTER_SIZE], member[POINTER_SIZE];
    snprintf(pointer, sizeof pointer, "/stages/%zu", at);
    if (!read_is_object(reading, value, pointer))
        return;
    snprintf(member, sizeof member, "/stages/%zu/survey", at);
    const json_t *survey = read_member(value, "survey");
    if (!survey)
        error_add_member(reading->err, member, "is required");
    else if (!json_is_string(survey) || !slug_valid(json_string_value(survey)))
        error_add_member(reading->err, member, "must be the name of a survey");
    else
        memcpy(stage->survey, json_string_value(survey), json_string_length(survey) + 1);
    snprintf(member, sizeof member, "/stages/%zu/touchpoint", at);
    read_optional_text(reading, value, "touchpoint", member, TOUCHPOINT_CHARACTERS, &stage->touchpoint);
    read_refuse_unknown(reading, value, pointer, &members, "is no member of a stage; it has survey and touchpoint");
}

static void read_stages(struct reading *reading, const json_t *value, struct journey *journey) {
    if (!value)
        error_add_member(reading->err, "/stages", "is required");
    if (!value || !read_is_array(reading, value, "/stages"))
        return;
    size_t count = json_array_size(value);
    if (count < 1 || count > JOURNEY_STAGES_MAX) {
        error_add_member(reading->err, "/stages", "must have 1 to %d stages", JOURNEY_STAGES_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++)
        read_stage(reading, json_array_get(value, i), i, &journey->stages[i]);
    journey->stage_count = count;
}

static void check_stages(struct reading *reading, const struct journey *journey) {
    int repeated = journey_find_repeated(journey);
    char pointer[POINTER_SIZE];
    snprintf(pointer, sizeof pointer, "/stages/%d", repeated);
    if (repeated >= 0)
        error_add_member(reading->err, pointer, "is the same as a stage before it");
}

static void read_journey(struct reading *reading, const json_t *root, const char *slug, struct journey *journey) {
    static const char *const NAMES[] = {"name", "stages", "journey", "revision", "created_at", "updated_at"};
    static const struct words members = WORDS(NAMES);
    const json_t *own = read_member(root, "journey");
    if (own && (!json_is_string(own) || strcmp(json_string_value(own), slug) != 0))
        error_add_member(reading->err, "/journey", "must be the name in the path");
    if (!slug_valid(slug))
        error_add_member(reading->err, "/journey",
                         "must have 1 to 64 of a-z, 0-9, '-' and '_', and begin with a letter or digit");
    read_optional_text(reading, root, "name", "/name", NAME_CHARACTERS, &journey->name);
    read_stages(reading, read_member(root, "stages"), journey);
    if (reading->err->code == CXD_OK)
        check_stages(reading, journey);
    read_refuse_unknown(reading, root, "", &members, "is no member of a journey; it has name and stages");
}

enum cxd_err journey_decode(const char *bytes, size_t length, size_t depth, const char *slug, struct arena *arena,
                            struct journey *ret_journey, struct error *err) {
    struct document doc;
    struct reading reading = {.arena = arena, .err = err};
    struct journey journey = {0};
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, ""))
            read_journey(&reading, doc.root, slug, &journey);
        code = reading_end(&reading);
    }
    document_close(&doc);
    if (code == CXD_OK)
        *ret_journey = journey;
    return code;
}

enum cxd_err journey_decode_stored(const char *definition, const char *name, struct arena *arena,
                                   struct journey *ret_journey, struct error *err) {
    struct error why;
    enum cxd_err code = journey_decode(definition, strlen(definition), STORED_DEPTH, name, arena, ret_journey, &why);
    if (code == CXD_OK || code == ERR_NO_MEMORY)
        return code == CXD_OK ? CXD_OK : error_set(err, code, "no memory for the journey");
    return error_set(err, ERR_STORAGE, "the definition of the journey %s cannot be read: %s", name, why.detail);
}

void journey_encode_definition(struct buffer *out, const struct journey *journey) {
    write_open(out, NULL, '{');
    write_text(out, "name", journey->name);
    write_open(out, "stages", '[');
    for (size_t i = 0; i < journey->stage_count; i++) {
        write_open(out, NULL, '{');
        write_text(out, "survey", journey->stages[i].survey);
        write_text(out, "touchpoint", journey->stages[i].touchpoint);
        buffer_append_char(out, '}');
    }
    buffer_append_text(out, "]}");
}
