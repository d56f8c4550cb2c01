/* Server-sent events, by the rules of HTML (9.2.6): lines that end in LF, CR or both; a blank one ends the event. */
#include "cmd/events.h"

#include <string.h>

void events_init(struct events *events, bool (*take)(void *context, const struct event *event), void *context) {
    *events = (struct events){.take = take, .context = context, .retry_ms = -1};
    buffer_init(&events->line);
    buffer_init(&events->data);
}

void events_free(struct events *events) {
    buffer_free(&events->line);
    buffer_free(&events->data);
}

static void forget_event(struct events *events) {
    buffer_reset(&events->data);
    events->name[0] = '\0';
    events->has_data = false;
    events->has_id = false;
}

void events_begin(struct events *events) {
    forget_event(events);
    buffer_reset(&events->line);
    events->is_after_return = false;
}

/* What is too long for it is not taken over. */
static bool copy(char *out, size_t size, const char *value, size_t length) {
    if (length >= size || memchr(value, '\0', length))
        return false;
    memcpy(out, value, length);
    out[length] = '\0';
    return true;
}

/* An event without data is none, but its id counts. */
static bool end_event(struct events *events) {
    bool goes_on = true;
    if (events->has_data) {
        const char *data = buffer_terminate(&events->data);
        const struct event event = {*events->name ? events->name : "message", data, events->data.length};
        goes_on = data && events->take(events->context, &event);
    }
    if (goes_on && events->has_id)
        memcpy(events->id, events->next_id, sizeof events->id);
    forget_event(events);
    return goes_on;
}

static void read_retry(struct events *events, const char *value, size_t length) {
    int64_t ms = 0;
    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9')
            return;
        ms = ms * 10 + (value[i] - '0');
        if (ms > EVENT_RETRY_MS_MAX)
            ms = EVENT_RETRY_MS_MAX;
    }
    if (length > 0)
        events->retry_ms = ms;
}

static bool is_field(const char *name, const char *line, size_t length) {
    return strlen(name) == length && memcmp(name, line, length) == 0;
}

static void read_field(struct events *events, const char *line, size_t length) {
    const char *colon = memchr(line, ':', length);
    size_t name = colon ? (size_t)(colon - line) : length;
    const char *value = colon ? colon + 1 : line + length;
    if (colon && value < line + length && *value == ' ')
        value++;
    size_t value_length = (size_t)(line + length - value);

    if (is_field("event", line, name)) {
        if (!copy(events->name, sizeof events->name, value, value_length))
            strcpy(events->name, "?");
    } else if (is_field("data", line, name)) {
        if (events->has_data)
            buffer_append_char(&events->data, '\n');
        buffer_append(&events->data, value, value_length);
        events->has_data = true;
    } else if (is_field("id", line, name)) {
        events->has_id = copy(events->next_id, sizeof events->next_id, value, value_length);
    } else if (is_field("retry", line, name)) {
        read_retry(events, value, value_length);
    }
}

static bool end_line(struct events *events) {
    bool goes_on = true;
    if (events->line.length == 0)
        goes_on = end_event(events);
    else
        read_field(events, events->line.data, events->line.length);
    buffer_reset(&events->line);
    return goes_on && !events->data.failed;
}

static size_t plain_length(const char *bytes, size_t length) {
    size_t plain = 0;
    while (plain < length && bytes[plain] != '\n' && bytes[plain] != '\r')
        plain++;
    return plain;
}

bool events_read(struct events *events, const char *bytes, size_t length) {
    while (length > 0) {
        size_t plain = plain_length(bytes, length);
        if (events->line.length + events->data.length + plain > EVENT_BYTES_MAX)
            return false;
        buffer_append(&events->line, bytes, plain);
        if (events->line.failed)
            return false;
        if (plain > 0)
            events->is_after_return = false;
        bytes += plain;
        length -= plain;
        if (length == 0)
            break;
        bool is_second = *bytes == '\n' && events->is_after_return;
        events->is_after_return = *bytes == '\r';
        bytes++;
        length--;
        if (!is_second && !end_line(events))
            return false;
    }
    return true;
}
