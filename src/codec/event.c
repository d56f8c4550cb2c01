/* What a page reports of a survey that it shows: JSON and forms to a struct event. */
#include "cxd/codec/event.h"

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

enum cxd_err event_decode(const char *bytes, size_t length, size_t depth, struct arena *arena, struct event *ret_event,
                          struct error *err) {
    struct event event = {0};
    struct reading reading = {.arena = arena, .err = err};
    struct document doc;
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, ""))
            read_members(&reading, doc.root, &event);
        code = reading_end(&reading);
    }
    document_close(&doc);
    if (code == CXD_OK || code == ERR_INVALID)
        *ret_event = event;
    return code;
}

static enum cxd_err decode_json(const struct buffer *json, size_t depth, struct arena *arena, void *context,
                                struct error *err) {
    return event_decode(json->data, json->length, depth, arena, context, err);
}

enum cxd_err event_decode_form(struct form *form, struct arena *arena, struct event *ret_event, struct error *err) {
    return form_decode_as_json(form, arena, decode_json, ret_event, err);
}

void event_encode(struct buffer *out, const struct event *event, const char *survey_slug) {
    write_open(out, NULL, '{');
    write_text(out, "survey", survey_slug);
    write_text(out, "type", event_type_name(event->type));
    write_text(out, "visit", event->visit);
    write_time(out, "at", event->at);
    buffer_append_char(out, '}');
}
