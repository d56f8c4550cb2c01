/* What a page reports of a survey that it shows: JSON and forms to a struct event. */
#include "cxd/codec/event.h"

#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/words.h"
#include "cxd/codec/write.h"

static const char *const MEMBERS[] = {"type",   "visit",      "touchpoint", "channel",
                                      "locale", "properties", "at",         "invitation"};
static const struct words MEMBER_WORDS = WORDS(MEMBERS);

static void read_type(struct reading *reading, const json_t *value, struct event *event) {
    int type = json_is_string(value) ? words_find(&EVENT_TYPES, json_string_value(value)) : -1;
    char quoted[80];
    if (type >= 0)
        event->type = (enum event_type)type;
    else
        error_add_member(reading->err, "/type", "must be %s", words_quote(&EVENT_TYPES, quoted, sizeof quoted));
}

static void read_texts(struct reading *reading, const json_t *root, struct event *event) {
    const struct {
        const char *name, *pointer, **text;
    } texts[] = {{"visit", "/visit", &event->visit},
                 {"touchpoint", "/touchpoint", &event->touchpoint},
                 {"channel", "/channel", &event->channel},
                 {"locale", "/locale", &event->locale},
                 {"invitation", "/invitation", &event->sent.invitation}};
    for (size_t i = 0; i < CXD_COUNT(texts); i++) {
        const json_t *value = read_optional(root, texts[i].name);
        if (value)
            (void)read_text(reading, value, texts[i].pointer, texts[i].text);
    }
}

static void read_members(struct reading *reading, const json_t *root, struct event *event) {
    const json_t *type = read_optional(root, "type"), *at = read_optional(root, "at"),
                 *properties = read_optional(root, "properties");
    read_refuse_unknown(reading, root, "", &MEMBER_WORDS,
                        "is not a member of an event; free data goes under properties");
    if (type)
        read_type(reading, type, event);
    else
        error_add_member(reading->err, "/type", "is required");
    read_texts(reading, root, event);
    if (at)
        event->has_at = read_time(reading, at, "/at", &event->at);
    if (properties)
        read_property_list(reading, properties, "/properties", &event->properties, &event->property_count);
}

static bool is_reported(const struct error *err, const char *pointer) {
    for (size_t i = 0; i < err->member_count; i++)
        if (strcmp(err->members[i].pointer, pointer) == 0)
            return true;
    return false;
}

void event_add_members(const struct event_list *list, size_t place, const struct error *own, struct error *err) {
    char pointer[sizeof own->members[0].pointer + 24], event[24];
    snprintf(event, sizeof event, "/%zu", place);
    bool is_none = list->is_list && is_reported(err, event); /* no object: it lacks nothing */
    for (size_t i = 0; !is_none && i < own->member_count; i++) {
        snprintf(pointer, sizeof pointer, "%s%s", list->is_list ? event : "", own->members[i].pointer);
        if (!is_reported(err, pointer))
            error_add_member(err, pointer, "%s", own->members[i].detail);
    }
}

static enum cxd_err read_one(const json_t *root, struct arena *arena, struct event *ret_event, struct error *err) {
    struct reading reading = {.arena = arena, .err = err};
    error_clear(err);
    *ret_event = (struct event){0};
    if (read_is_object(&reading, root, ""))
        read_members(&reading, root, ret_event);
    return reading_end(&reading);
}

static enum cxd_err read_list(const json_t *root, struct arena *arena, struct event_list *list, struct error *err) {
    list->is_list = json_is_array(root);
    list->count = list->is_list ? json_array_size(root) : 1;
    error_clear(err);
    if (list->count < 1 || list->count > EVENTS_MAX) {
        error_add_member(err, "", "must have 1 to %d events", EVENTS_MAX);
        list->count = 0;
        return err->code;
    }
    list->events = arena_alloc_zero(arena, list->count, sizeof *list->events);
    if (!list->events)
        return error_set(err, ERR_NO_MEMORY, "no memory for the events");
    if (!list->is_list)
        return read_one(root, arena, &list->events[0], err);
    for (size_t i = 0; i < list->count; i++) {
        struct error own;
        enum cxd_err code = read_one(json_array_get(root, i), arena, &list->events[i], &own);
        if (code != CXD_OK && code != ERR_INVALID)
            return error_set(err, code, "%s", own.detail);
        event_add_members(list, i, &own, err);
    }
    return err->code;
}

enum cxd_err event_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                          struct event_list *ret_list, struct error *err) {
    struct event_list list = {0};
    struct document doc;
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK)
        code = read_list(doc.root, arena, &list, err);
    document_close(&doc);
    if (code == CXD_OK || code == ERR_INVALID)
        *ret_list = list;
    return code;
}

static enum cxd_err decode_json(const struct buffer *json, size_t depth, struct arena *arena, void *context,
                                struct error *err) {
    return event_decode(json->data, json->length, depth, arena, context, err);
}

enum cxd_err event_decode_form(struct form *form, struct arena *arena, struct event_list *ret_list, struct error *err) {
    return form_decode_as_json(form, arena, decode_json, ret_list, err);
}

static void encode_members(struct buffer *out, const struct event *event, const char *survey_slug) {
    write_text(out, "survey", survey_slug);
    write_text(out, "type", event_type_name(event->type));
    write_text(out, "visit", event->visit);
    write_time(out, "at", event->at);
    buffer_append_char(out, '}');
}

void event_encode(struct buffer *out, const struct event *event, const char *survey_slug) {
    write_open(out, NULL, '{');
    encode_members(out, event, survey_slug);
}

void event_encode_result(struct buffer *out, const struct event *event, const char *survey_slug, bool is_new) {
    write_open(out, NULL, '{');
    write_int(out, "status", is_new ? 201 : 200);
    write_text(out, "outcome", is_new ? "created" : "replayed");
    encode_members(out, event, survey_slug);
}
